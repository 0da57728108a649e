#pragma once
// Files too large for memory, read and written from front to back. A written file has the name PATH.partial until it is complete and flushed;
// then it takes its own name in one step. An abandoned one is removed, what a crash leaves behind is written over by the next attempt.
// Errors as in base/file.h.
//
// A file of gigabytes passes once. What of it has passed is written out and leaves the system's cache again, so that it neither drives out the
// pages of the database nor keeps the flush at the end waiting; the last kFileBytesCached bytes of it, and so all of smaller files, stay.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu {

inline constexpr std::uint64_t kFileBytesCached = 16 * 1024 * 1024;

// Takes a file that is on the disk out of the system's cache: for pieces of something large that are files of their own. Only a hint: nothing
// happens when there is no such file.
void forget_cached(const std::string& path);

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
  // Of a file larger than kFileBytesCached: what lies before is not read again.
  void forget_before(std::uint64_t offset) const;

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
  FileWriter(FileWriter&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        path_(std::move(other.path_)),
        written_(other.written_),
        started_(other.started_),
        passed_(other.passed_) {}
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
  Status write_behind();
  int fd_;
  std::string path_;
  std::uint64_t written_ = 0;  // by us; of it:
  std::uint64_t started_ = 0;  // on the way to the disk
  std::uint64_t passed_ = 0;   // there, and out of the cache
};

}  // namespace warifu
