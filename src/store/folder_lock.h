#pragma once
// One process per data folder. The lock is flock(2) on a file `lock` in it, which also holds the process id for the people who look:
// it goes with the process, whatever way that ends, so nothing stale has to be cleaned up.

#include <filesystem>
#include <utility>

#include "base/error.h"

namespace warifu::store {

class FolderLock {
 public:
  // STORE_LOCKED with the holder's process id in args ("pid"); NOT_FOUND when there is no such folder.
  [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace warifu::store
