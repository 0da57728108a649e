#include "base/disk_room.h"

#include <sys/statvfs.h>

#include <algorithm>

namespace warifu {

Status check_disk_room(const std::string& folder, std::uint64_t bytes) {
  struct statvfs disk{};
  if (::statvfs(folder.c_str(), &disk) != 0) return {};
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize, kept = std::min(bytes, kDiskKeptFree);
  if (free >= kept && free - kept >= bytes) return {};
  return fail(Code::DISK_FULL, "no room for " + std::to_string(bytes) + " bytes in " + folder, "disk");
}

}  // namespace warifu
