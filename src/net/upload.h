#pragma once
// A body on its way into a temporary file: created private, removed when it is no longer owned.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace warifu::net {

class TempFile {
 public:
  [[nodiscard]] static Result<TempFile> create(const std::filesystem::path& directory);
  TempFile() = default;
  TempFile(TempFile&& other) noexcept;
  TempFile& operator=(TempFile&& other) noexcept;
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile();

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] Status write(std::string_view bytes);  // DISK_FULL or IO
  void close();

 private:
  TempFile(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  void discard();

  int fd_ = -1;
  std::filesystem::path path_;
};

// An open file descriptor, closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// Reads a part of a file; fewer bytes than asked for is an error, because a length has been promised.
[[nodiscard]] Status read_file_part(int fd, std::uint64_t offset, std::string& into);

}  // namespace warifu::net
