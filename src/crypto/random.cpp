#include "crypto/random.h"

#include <openssl/rand.h>

#include "base/error.h"

namespace warifu::crypto {

void fill_random(std::span<std::uint8_t> out) {
  // RAND_bytes takes an int; nothing here asks for more than a few kilobytes at once.
  CHECK_THAT(out.size() <= 0x7fffffff);
  if (out.empty()) return;
  CHECK_THAT(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

Bytes random_bytes(std::size_t n) {
  Bytes out(n);
  fill_random(out);
  return out;
}

}  // namespace warifu::crypto
