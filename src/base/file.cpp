#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/failpoint.h"
#include "base/id.h"

namespace warifu {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  // Closing by hand shows an error that the kernel kept until then (network file systems).
  [[nodiscard]] bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

tl::unexpected<Error> system_error(int number, const std::string& what, const std::string& path) {
  Code code = Code::IO;
  if (number == ENOENT) code = Code::NOT_FOUND;
  if (number == ENOSPC || number == EDQUOT) code = Code::DISK_FULL;
  return fail(code, what + " " + path + ": " + std::generic_category().message(number));
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status write_all(int fd, ByteView content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "write", path);
    content = content.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Status write_new_file(const std::string& path, ByteView content, mode_t mode) {
  TRY(failpoint_error("file.create"));
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file.is_open()) return system_error(errno, "create", path);
  if (::fchmod(file.get(), mode) != 0) return system_error(errno, "chmod", path);
  // Two halves, so that a test can stop in the middle.
  const std::size_t half = content.size() / 2;
  TRY(write_all(file.get(), content.first(half), path));
  TRY(failpoint_error("file.write"));
  TRY(write_all(file.get(), content.subspan(half), path));
  TRY(failpoint_error("file.flush"));
  if (::fdatasync(file.get()) != 0) return system_error(errno, "flush", path);
  if (!file.close()) return system_error(errno, "close", path);
  return {};
}

Status flush_directory(const std::string& path) {
  TRY(failpoint_error("file.flush_directory"));
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) return system_error(errno, "open directory", path);
  if (::fsync(directory.get()) != 0) return system_error(errno, "flush directory", path);
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return system_error(errno, "open", path);
  // What says beforehand that it is too large is not read at all.
  struct stat info{};
  if (::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode) && static_cast<std::uint64_t>(info.st_size) > bytes_max)
    return fail(Code::TOO_LARGE, "file is too large: " + path, path, {{"max", std::to_string(bytes_max)}});
  std::string content;
  constexpr std::size_t kChunk = 64 * 1024;
  for (;;) {
    const std::size_t used = content.size();
    // One byte past the bound is asked for, to tell "exactly full" from "too large".
    content.resize(used + std::min(kChunk, bytes_max - used) + 1);
    const ssize_t count = ::read(file.get(), content.data() + used, content.size() - used);
    const int reason = errno;
    content.resize(used + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && reason == EINTR) continue;
    if (count < 0) return system_error(reason, "read", path);
    if (count == 0) return content;
    if (content.size() > bytes_max) return fail(Code::TOO_LARGE, "file is too large: " + path, {}, {{"max", std::to_string(bytes_max)}});
  }
}

Status write_file_durably(const std::string& path, ByteView content, mode_t mode) {
  const std::string temporary = path + ".tmp-" + to_hex(random_id_bytes());
  Status written = write_new_file(temporary, content, mode);
  if (written) written = failpoint_error("file.rename");
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = system_error(errno, "rename", path);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  failpoint("file.renamed");
  TRY(flush_directory(parent_of(path)));
  failpoint("file.written");
  return {};
}

Status make_directories(const std::string& path, mode_t mode) {
  std::size_t end = 0;
  while (end != path.size()) {
    end = std::min(path.find('/', end + 1), path.size());
    const std::string prefix = path.substr(0, end);
    if (::mkdir(prefix.c_str(), mode) == 0) continue;
    const int reason = errno;
    struct stat info{};
    // Also on EROFS or EACCES: an upper directory that is there already need not be writable.
    if (::stat(prefix.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;
    return system_error(reason, "create directory", prefix);
  }
  return {};
}

}  // namespace warifu
