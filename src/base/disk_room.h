#pragma once
// Whether a large file will fit, asked before its first byte is written: a disk that runs full in the middle stops everything else that writes there.

#include <cstdint>
#include <string>

#include "base/error.h"

namespace warifu {

inline constexpr std::uint64_t kDiskKeptFree = 256ull * 1024 * 1024;  // beside a large file; beside a smaller one as much again as it has

// DISK_FULL when the file system of `folder` has no room for `bytes` more, with something kept free for everything else. A system that does not say
// is believed to have it: the write itself will tell.
[[nodiscard]] Status check_disk_room(const std::string& folder, std::uint64_t bytes);

}  // namespace warifu
