#include "store/office_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <system_error>
#include <vector>

#include "base/disk_room.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "crypto/hash.h"

namespace warifu::store {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> system_error(const std::string& what) {
  const int number = errno;
  Code code = Code::IO;
  if (number == ENOENT) code = Code::NOT_FOUND;
  if (number == ENOSPC || number == EDQUOT) code = Code::DISK_FULL;
  return fail(code, what + ": " + std::generic_category().message(number));
}

tl::unexpected<Error> too_large() {
  return fail(Code::TOO_LARGE, "a file is larger than allowed", "file", {{"max", std::to_string(limits::kFileBytesCeiling)}});
}

Status write_all(int fd, ByteView data) {
  while (!data.empty()) {
    const ssize_t done = ::write(fd, data.data(), data.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return system_error("cannot write a matter's file");
    data = data.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

// All of the file, digested and given on piece by piece.
Result<OfficeFiles::Stored> pass(const FileReader& from, const std::function<Status(ByteView)>& give) {
  crypto::Sha256Stream digest;
  Bytes buffer(kPieceBytes);
  OfficeFiles::Stored stored;
  for (;;) {
    const auto offset = static_cast<std::uint64_t>(stored.bytes);
    const std::size_t got = TRY(from.read_at(offset, buffer));
    if (got == 0) break;
    from.forget_before(offset);
    stored.bytes += static_cast<std::int64_t>(got);
    if (static_cast<std::uint64_t>(stored.bytes) > limits::kFileBytesCeiling) return too_large();
    const ByteView piece = ByteView(buffer).first(got);
    digest.update(piece);
    TRY(give(piece));
  }
  stored.sha256 = digest.finish();
  return stored;
}

Result<OfficeFiles::Stored> digested(const FileReader& from) {
  return pass(from, [](ByteView) { return Status{}; });
}

Status flush_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return system_error("cannot flush a folder");
  return {};
}

Result<OfficeFiles::Stored> copy_to(const FileReader& from, const std::string& to) {
  const Descriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (target.get() < 0) return system_error("cannot create a matter's file");
  OfficeFiles::Stored stored = TRY(pass(from, [&](ByteView piece) -> Status {
    TRY(write_all(target.get(), piece));
    return failpoint_error("matter_file.write");
  }));
  if (::fdatasync(target.get()) != 0) return system_error("cannot flush a matter's file");
  if (stored.bytes > static_cast<std::int64_t>(kFileBytesCached)) (void)::posix_fadvise(target.get(), 0, 0, POSIX_FADV_DONTNEED);
  return stored;
}

// A file that can be renamed into the matter's folder: of our own making (nobody else has a name for it) and on the same file system.
bool is_movable(const std::string& from, const std::string& folder) {
  struct stat file{}, place{};
  return ::lstat(from.c_str(), &file) == 0 && ::stat(folder.c_str(), &place) == 0 && S_ISREG(file.st_mode) && file.st_nlink == 1 &&
         file.st_dev == place.st_dev;
}

// Private and on the disk before it takes its name.
Status settle(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return system_error("cannot open the file");
  if (::fchmod(file.get(), 0600) != 0 || ::fdatasync(file.get()) != 0) return system_error("cannot flush a matter's file");
  return {};
}

// The blocks of an unlinked file can be read from the disk until they are used again; an emptied one has at least no way back by its name
// or through a process that still has it open.
Status destroy(const std::string& path) {
  TRY(failpoint_error("matter_file.empty"));
  if (::truncate(path.c_str(), 0) != 0 && errno != ENOENT) return system_error("cannot empty a purged file");
  TRY(failpoint_error("matter_file.remove"));
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("cannot remove a purged file");
  return {};
}

}  // namespace

std::string OfficeFiles::path(const MatterId& matter, const Sha256& sha256) const { return folder_ + "/" + matter.hex() + "/" + sha256.hex(); }

Result<OfficeFiles::Stored> OfficeFiles::take(const MatterId& matter, const std::string& from, desk::Handover how, const Sha256* expected) const {
  const std::string folder = folder_ + "/" + matter.hex();
  TRY(make_directories(folder, 0700));
  struct stat info{};
  if (::stat(from.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) return fail(Code::NOT_FOUND, "not a regular file");
  const FileReader source = TRY(FileReader::open(from));
  if (source.bytes() > limits::kFileBytesCeiling) return too_large();
  const bool is_there = expected != nullptr && from == path(matter, *expected);
  const bool is_moved = !is_there && how == desk::Handover::MOVE && is_movable(from, folder);
  // Not in the matter's folder: what a killed process leaves is found in one place (unfinished.h).
  const std::string part = folder_ + "/part-" + MatterId::random().hex();
  const auto bring = [&]() -> Result<Stored> {
    if (is_there || is_moved) {
      if (is_moved) TRY(settle(from));
      return digested(source);
    }
    TRY(check_disk_room(folder_, source.bytes()));
    return copy_to(source, part);
  };
  Result<Stored> stored = bring();
  if (stored && expected != nullptr && stored->sha256 != *expected)
    stored = fail(Code::TEXT_DIFFERS, "the file is not the one its digest names", "file");
  if (is_there) return stored;
  if (stored) {
    if (Status ordered = failpoint_error("matter_file.rename"); !ordered) stored = tl::unexpected<Error>(std::move(ordered).error());
  }
  const std::string& brought = is_moved ? from : part;
  if (stored && ::rename(brought.c_str(), path(matter, stored->sha256).c_str()) != 0) stored = system_error("cannot give a matter's file its name");
  if (!stored) {
    if (!is_moved) ::unlink(part.c_str());
    return stored;
  }
  failpoint("matter_file.renamed");
  TRY(flush_folder(folder));
  TRY(flush_folder(folder_));
  failpoint("matter_file.written");
  return stored;
}

Status OfficeFiles::remove(const MatterId& matter, const std::function<bool(const Sha256&)>& is_kept) const {
  const std::string folder = folder_ + "/" + matter.hex();
  std::error_code failed;
  std::filesystem::directory_iterator entries(folder, failed);
  if (failed == std::errc::no_such_file_or_directory) return {};
  if (failed) return fail(Code::IO, "cannot list a matter's files: " + failed.message());
  std::vector<std::string> doomed;
  for (; entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
    if (failed) return fail(Code::IO, "cannot list a matter's files: " + failed.message());
    const auto digest = Sha256::parse(entries->path().filename().string());
    if (!digest || !is_kept(*digest)) doomed.push_back(entries->path().string());
  }
  for (const auto& path : doomed) TRY(destroy(path));
  ::rmdir(folder.c_str());  // refused while files are left, as it should be
  return flush_folder(folder_);
}

}  // namespace warifu::store
