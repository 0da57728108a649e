#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <set>
#include <system_error>
#include <utility>

#include "base/failpoint.h"
#include "base/file_batch.h"
#include "base/id.h"

namespace warifu {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  void take(int fd) {
    CHECK_THAT(fd_ < 0);
    fd_ = fd;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  // Closing by hand shows an error that the kernel kept until then (network file systems).
  [[nodiscard]] bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_ = -1;
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

// Not flushed yet.
Status write_new_file(Descriptor& file, const std::string& path, ByteView content, mode_t mode) {
  TRY(failpoint_error("file.create"));
  file.take(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file.is_open()) return system_error(errno, "create", path);
  if (::fchmod(file.get(), mode) != 0) return system_error(errno, "chmod", path);
  // Two halves, so that a test can stop in the middle.
  const std::size_t half = content.size() / 2;
  TRY(write_all(file.get(), content.first(half), path));
  TRY(failpoint_error("file.write"));
  return write_all(file.get(), content.subspan(half), path);
}

Status flush_new_file(Descriptor& file, const std::string& path) {
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
  // What says beforehand that it is too large is not read at all, and what says how long it is is read at once.
  struct stat info{};
  std::size_t told = 0;
  if (::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode)) told = static_cast<std::size_t>(info.st_size);
  if (told > bytes_max) return fail(Code::TOO_LARGE, "file is too large: " + path, path, {{"max", std::to_string(bytes_max)}});
  std::string content;
  constexpr std::size_t kChunk = 64 * 1024;
  for (;;) {
    const std::size_t used = content.size();
    const bool is_at_end = used == told && told != 0;
    const std::size_t wanted = used < told ? told - used : is_at_end ? 0 : kChunk;
    // One byte more is asked for, to tell the end from a file that has grown, and "exactly full" from "too large".
    content.resize(used + std::min(wanted, bytes_max - used) + 1);
    const ssize_t count = ::read(file.get(), content.data() + used, content.size() - used);
    const int reason = errno;
    content.resize(used + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && reason == EINTR) continue;
    if (count < 0) return system_error(reason, "read", path);
    if (count == 0) return content;
    if (content.size() > bytes_max) return fail(Code::TOO_LARGE, "file is too large: " + path, {}, {{"max", std::to_string(bytes_max)}});
  }
}

namespace {

constexpr std::size_t kOpenAtOnce = 64;

// One of several on its way: beside its name until it is flushed.
struct Underway {
  std::string temporary;
  Descriptor file;
  bool is_named = false;
};

Status name(Underway& one, const std::string& path) {
  TRY(failpoint_error("file.rename"));
  if (::rename(one.temporary.c_str(), path.c_str()) != 0) return system_error(errno, "rename", path);
  one.is_named = true;
  failpoint("file.renamed");
  return {};
}

Status write_together(std::span<const FileContent> files, mode_t mode, std::deque<Underway>& underway) {
  std::set<std::string> folders;
  for (const FileContent& file : files) {
    Underway& one = underway.emplace_back();
    one.temporary = file.path + ".tmp-" + to_hex(random_id_bytes());
    TRY(write_new_file(one.file, one.temporary, file.content, mode));
    folders.insert(parent_of(file.path));
  }
  for (std::size_t i = 0; i < files.size(); ++i) TRY(flush_new_file(underway[i].file, underway[i].temporary));
  for (std::size_t i = 0; i < files.size(); ++i) TRY(name(underway[i], files[i].path));
  for (const std::string& folder : folders) TRY(flush_directory(folder));
  failpoint("file.written");
  return {};
}

}  // namespace

Status write_files_durably(std::span<const FileContent> files, mode_t mode) {
  while (!files.empty()) {
    const std::span<const FileContent> some = files.first(std::min(files.size(), kOpenAtOnce));
    std::deque<Underway> underway;
    const Status written = write_together(some, mode, underway);
    for (const Underway& one : underway)
      if (!one.is_named) ::unlink(one.temporary.c_str());
    TRY(written);
    files = files.subspan(some.size());
  }
  return {};
}

Status write_file_durably(const std::string& path, ByteView content, mode_t mode) {
  const FileContent file{path, content};
  return write_files_durably(std::span(&file, 1), mode);
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
