#include "base/sensitive.h"

#include <cstring>

namespace warifu {

void wipe(void* memory, std::size_t size) noexcept {
  if (size != 0) ::explicit_bzero(memory, size);
}

}  // namespace warifu
