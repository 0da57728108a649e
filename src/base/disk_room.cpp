#include "base/disk_room.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

namespace warifu {

Status check_disk_room(const std::string& folder, std::uint64_t bytes) {
  struct statvfs disk{};
  std::string place = folder;
  while (::statvfs(place.c_str(), &disk) != 0) {
    // A folder that is not made yet will lie where the one above it does.
    const std::size_t slash = place.rfind('/');
    if (errno != ENOENT || slash == std::string::npos || slash == 0) return {};
    place.resize(slash);
  }
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize, kept = std::min(bytes, kDiskKeptFree);
  if (free >= kept && free - kept >= bytes) return {};
  return fail(Code::DISK_FULL, "no room for " + std::to_string(bytes) + " bytes in " + folder, "disk");
}

}  // namespace warifu
