#pragma once
// Files too large for memory, read and written from front to back. A written file has the name PATH.partial until it is complete and flushed;
// then it takes its own name in one step. An abandoned one is removed, what a crash leaves behind is written over by the next attempt.
// Errors as in base/file.h.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu {

class FileReader {
 public:
  [[nodiscard]] static Result<FileReader> open(const std::string& path);
  FileReader(FileReader&& other) noexcept : fd_(std::exchange(other.fd_, -1)), bytes_(other.bytes_), path_(std::move(other.path_)) {}
  FileReader& operator=(FileReader&&) = delete;
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader();

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  // when it was opened
  // As much as there is, up to the size of `into`; less only at the end.
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;

 private:
  FileReader(int fd, std::uint64_t bytes, std::string path) : fd_(fd), bytes_(bytes), path_(std::move(path)) {}
  int fd_;
  std::uint64_t bytes_;
  std::string path_;
};

class FileWriter {
 public:
  // `mode` is set exactly, whatever the umask.
  [[nodiscard]] static Result<FileWriter> create(const std::string& path, mode_t mode);
  FileWriter(FileWriter&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  FileWriter& operator=(FileWriter&&) = delete;
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter();  // without commit(): PATH.partial is removed

  Status write(ByteView content);
  // Flushed, named, and the folder flushed.
  Status commit();
  // The same without the name, for who has still to decide: PATH.partial stays until commit() or the end.
  Status flush();

 private:
  FileWriter(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::string path_;
};

}  // namespace warifu
