#include "net/upload.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace warifu::net {

Result<TempFile> TempFile::create(const std::filesystem::path& directory) {
  std::string name = (directory / "upload-XXXXXX").string();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) return fail(errno == ENOSPC ? Code::DISK_FULL : Code::IO, "cannot create a temporary file", "upload");
  return TempFile(fd, std::move(name));
}

TempFile::TempFile(TempFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::exchange(other.path_, {})) {}

TempFile& TempFile::operator=(TempFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  fd_ = std::exchange(other.fd_, -1);
  path_ = std::exchange(other.path_, {});
  return *this;
}

TempFile::~TempFile() { discard(); }

void TempFile::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void TempFile::discard() {
  close();
  if (path_.empty()) return;
  std::error_code ignored;  // the handler may have moved it away, which is its right
  std::filesystem::remove(path_, ignored);
  path_.clear();
}

Status TempFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errno == ENOSPC || errno == EDQUOT ? Code::DISK_FULL : Code::IO, "cannot write a temporary file", "upload");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Status read_file_part(int fd, std::uint64_t offset, std::string& into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::pread(fd, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(Code::IO, "a file became shorter while it was sent", "answer");
    done += static_cast<std::size_t>(got);
  }
  return {};
}

}  // namespace warifu::net
