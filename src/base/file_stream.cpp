#include "base/file_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/failpoint.h"

namespace warifu {
namespace {

constexpr const char* kPartial = ".partial";
constexpr std::uint64_t kBehindBytes = 4 * 1024 * 1024;  // are started and forgotten together
// What is forgotten is named from the beginning of the file each time: the system keeps pages together in larger pieces, of its own choice, and lets
// go of those only that lie in the range as a whole.

tl::unexpected<Error> system_error(int number, const std::string& what, const std::string& path) {
  Code code = Code::IO;
  if (number == ENOENT) code = Code::NOT_FOUND;
  if (number == ENOSPC || number == EDQUOT) code = Code::DISK_FULL;
  return fail(code, what + " " + path + ": " + std::generic_category().message(number));
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

void forget_cached(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::close(fd);
}

Result<FileReader> FileReader::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error(errno, "open", path);
  struct stat info{};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    return fail(Code::IO, "not a file: " + path);
  }
  (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return FileReader(fd, static_cast<std::uint64_t>(info.st_size), path);
}

FileReader::~FileReader() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::size_t> FileReader::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "read", path_);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void FileReader::forget_before(std::uint64_t offset) const {
  if (bytes_ > kFileBytesCached && offset > 0) (void)::posix_fadvise(fd_, 0, static_cast<off_t>(offset), POSIX_FADV_DONTNEED);
}

Result<FileWriter> FileWriter::create(const std::string& path, mode_t mode) {
  TRY(failpoint_error("stream.create"));
  const std::string partial = path + kPartial;
  if (::unlink(partial.c_str()) != 0 && errno != ENOENT) return system_error(errno, "remove", partial);
  const int fd = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return system_error(errno, "create", partial);
  FileWriter out(fd, path);
  if (::fchmod(fd, mode) != 0) return system_error(errno, "chmod", partial);
  return out;
}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink((path_ + kPartial).c_str());
}

Status FileWriter::write(ByteView content) {
  TRY(failpoint_error("stream.write"));
  while (!content.empty()) {
    const ssize_t count = ::write(fd_, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "write", path_ + kPartial);
    content = content.subspan(static_cast<std::size_t>(count));
    written_ += static_cast<std::uint64_t>(count);
  }
  return write_behind();
}

// A failure of the disk that is told here is not told again by flush(): it is one of writing. A file system that does not know the call is none.
Status FileWriter::write_behind() {
  const auto sync = [&](std::uint64_t offset, unsigned how) -> Status {
    if (::sync_file_range(fd_, static_cast<off_t>(offset), kBehindBytes, how) == 0) return {};
    if (errno == ENOSYS || errno == EINVAL || errno == ESPIPE || errno == EOPNOTSUPP) return {};
    return system_error(errno, "write", path_ + kPartial);
  };
  for (; written_ - started_ >= kBehindBytes; started_ += kBehindBytes) TRY(sync(started_, SYNC_FILE_RANGE_WRITE));
  for (; written_ - passed_ >= kFileBytesCached + kBehindBytes; passed_ += kBehindBytes) {
    // Only what is on the disk can be forgotten. Waiting for it also keeps a slow disk from being owed more than this.
    TRY(sync(passed_, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
    (void)::posix_fadvise(fd_, 0, static_cast<off_t>(passed_ + kBehindBytes), POSIX_FADV_DONTNEED);
  }
  return {};
}

Status FileWriter::flush() {
  TRY(failpoint_error("stream.flush"));
  if (::fdatasync(fd_) != 0) return system_error(errno, "flush", path_ + kPartial);
  return {};
}

Status FileWriter::commit() {
  TRY(flush());
  TRY(failpoint_error("stream.rename"));
  const std::string partial = path_ + kPartial;
  if (::rename(partial.c_str(), path_.c_str()) != 0) return system_error(errno, "rename", partial);
  failpoint("stream.renamed");
  const int fd = std::exchange(fd_, -1);  // from here on there is nothing to remove
  if (::close(fd) != 0) return system_error(errno, "close", path_);
  const std::string folder = folder_of(path_);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return system_error(errno, "open directory", folder);
  const int flushed = ::fsync(directory);
  const int reason = errno;
  ::close(directory);
  if (flushed != 0) return system_error(reason, "flush directory", folder);
  return {};
}

}  // namespace warifu
