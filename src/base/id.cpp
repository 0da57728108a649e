#include "base/id.h"

#include <sys/random.h>

#include <cerrno>

namespace warifu {

std::array<std::uint8_t, 16> random_id_bytes() {
  std::array<std::uint8_t, 16> bytes{};
  ssize_t got = -1;
  // Up to 256 bytes arrive whole once the kernel's pool is ready; only the wait for that can be interrupted (getrandom(2)).
  do got = ::getrandom(bytes.data(), bytes.size(), 0);
  while (got < 0 && errno == EINTR);
  CHECK_THAT(got == static_cast<ssize_t>(bytes.size()));
  return bytes;
}

}  // namespace warifu
