#include "crypto/hmac_key.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/random.h"

namespace warifu::crypto {
namespace {

TEST_CASE("a prepared key gives the same codes as the plain function, for keys and texts of every length around a block") {
  for (const std::size_t key_bytes : {std::size_t{0}, std::size_t{1}, std::size_t{32}, std::size_t{64}, std::size_t{65}, std::size_t{200}}) {
    const Bytes key = random_bytes(key_bytes);
    const HmacKey prepared{ByteView(key)};
    for (const std::size_t bytes : {0, 1, 7, 54, 55, 56, 63, 64, 65, 119, 120, 1000}) {
      const Bytes text = random_bytes(bytes);
      CHECK(std::ranges::equal(prepared.mac(text), hmac_sha256(key, text)));
      CHECK(std::ranges::equal(prepared.mac(text), hmac_sha256(key, text)));  // and again: the key is not used up
    }
  }
}

}  // namespace
}  // namespace warifu::crypto
