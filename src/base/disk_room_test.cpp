#include "base/disk_room.h"

#include <doctest/doctest.h>
#include <sys/statvfs.h>

#include <filesystem>

namespace warifu {

TEST_CASE("what fits is let through, what does not is refused before it is written") {
  const std::string folder = std::filesystem::temp_directory_path().string();
  struct statvfs disk{};
  REQUIRE(::statvfs(folder.c_str(), &disk) == 0);
  const std::uint64_t all = static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize;
  CHECK(check_disk_room(folder, 0));
  CHECK(check_disk_room(folder, 1));
  // More than the disk has, as much as it has (nothing would be kept free), and what would overflow a sum.
  for (const std::uint64_t bytes : {all + 1, all, ~std::uint64_t{0}}) CHECK(check_disk_room(folder, bytes).error().code == Code::DISK_FULL);
  // Of a folder that is not made yet the one above it tells.
  CHECK(check_disk_room(folder + "/no such folder/nor this one", 1));
  CHECK(check_disk_room(folder + "/no such folder/nor this one", all).error().code == Code::DISK_FULL);
  CHECK(check_disk_room("no such folder", all));  // nothing is known of it
}

}  // namespace warifu
