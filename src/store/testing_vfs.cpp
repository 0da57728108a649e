#include "store/testing_vfs.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/error.h"

namespace warifu::store {
namespace {

constexpr std::size_t kSector = 512;

struct Range {
  std::size_t from = 0, until = 0;
};

// What of a file is durable, and which ranges have been written since.
struct Tracked {
  std::string durable;
  std::vector<Range> dirty;
  std::optional<std::size_t> cut_to;  // truncated since the last flush
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

}  // namespace

struct FaultyDisk::Impl {
  sqlite3_vfs vfs{};
  sqlite3_vfs* system = nullptr;
  mutable std::mutex mutex;
  std::map<std::string, Tracked> files;
  long step = 0, fail_at = 0;
  DiskFault fault = DiskFault::IO;
  bool failed = false, dead = false;

  enum class Kind { WRITE, CUT, FLUSH };
  // The result code the step is to have; SQLITE_OK: do it.
  int count(Kind kind);
  void wrote(const std::string& path, std::size_t from, std::size_t size);
  void flushed(const std::string& path);
  void flush_lost(const std::string& path);
};

namespace {

using Impl = FaultyDisk::Impl;

// An open file of ours; the system's lies behind it in the same memory.
struct File {
  sqlite3_file base;
  Impl* disk;
  std::string* path;  // null: not tracked (shared memory goes by mapping)
  sqlite3_file* inner;
};

File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* inner_of(sqlite3_file* file) { return file_of(file)->inner; }
Impl* disk_of(sqlite3_vfs* vfs) { return static_cast<Impl*>(vfs->pAppData); }

int close_file(sqlite3_file* file) {
  const int rc = inner_of(file)->pMethods == nullptr ? SQLITE_OK : inner_of(file)->pMethods->xClose(inner_of(file));
  std::unique_ptr<std::string>(file_of(file)->path).reset();
  file_of(file)->path = nullptr;
  return rc;
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  {
    const std::lock_guard lock(file_of(file)->disk->mutex);
    if (file_of(file)->disk->dead) return SQLITE_IOERR_READ;
  }
  return inner_of(file)->pMethods->xRead(inner_of(file), into, size, at);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  Impl& disk = *file_of(file)->disk;
  const std::lock_guard lock(disk.mutex);
  const int rc = disk.count(Impl::Kind::WRITE);
  if (rc != SQLITE_OK) {
    if (disk.fault == DiskFault::SHORT && !disk.dead && size > 1 && inner_of(file)->pMethods->xWrite(inner_of(file), from, size / 2, at) == SQLITE_OK)
      disk.wrote(*file_of(file)->path, static_cast<std::size_t>(at), static_cast<std::size_t>(size / 2));
    return rc;
  }
  disk.wrote(*file_of(file)->path, static_cast<std::size_t>(at), static_cast<std::size_t>(size));
  return inner_of(file)->pMethods->xWrite(inner_of(file), from, size, at);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  Impl& disk = *file_of(file)->disk;
  const std::lock_guard lock(disk.mutex);
  if (const int rc = disk.count(Impl::Kind::CUT); rc != SQLITE_OK) return rc;
  Tracked& tracked = disk.files[*file_of(file)->path];
  const auto to = static_cast<std::size_t>(size);
  tracked.cut_to = std::min(tracked.cut_to.value_or(to), to);
  return inner_of(file)->pMethods->xTruncate(inner_of(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
  Impl& disk = *file_of(file)->disk;
  const std::lock_guard lock(disk.mutex);
  if (const int rc = disk.count(Impl::Kind::FLUSH); rc != SQLITE_OK) {
    if (!disk.dead) disk.flush_lost(*file_of(file)->path);
    return rc;
  }
  const int rc = inner_of(file)->pMethods->xSync(inner_of(file), flags);
  if (rc == SQLITE_OK) disk.flushed(*file_of(file)->path);
  return rc;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) { return inner_of(file)->pMethods->xFileSize(inner_of(file), size); }
int lock_file(sqlite3_file* file, int level) { return inner_of(file)->pMethods->xLock(inner_of(file), level); }
int unlock_file(sqlite3_file* file, int level) { return inner_of(file)->pMethods->xUnlock(inner_of(file), level); }
int check_lock(sqlite3_file* file, int* held) { return inner_of(file)->pMethods->xCheckReservedLock(inner_of(file), held); }
int sector_size(sqlite3_file* file) { return inner_of(file)->pMethods->xSectorSize(inner_of(file)); }
// Of what the system's files promise, one thing is true here: a write does no harm to what lies beside it. Without that promise SQLite pads its log,
// and what it writes behind the flush of one commit can be lost by the failing flush of the next: a later one would stand on nothing.
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** at) {
  return inner_of(file)->pMethods->xShmMap(inner_of(file), region, size, extend, at);
}
int shm_lock(sqlite3_file* file, int offset, int n, int flags) { return inner_of(file)->pMethods->xShmLock(inner_of(file), offset, n, flags); }
void shm_barrier(sqlite3_file* file) { inner_of(file)->pMethods->xShmBarrier(inner_of(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return inner_of(file)->pMethods->xShmUnmap(inner_of(file), remove); }
int file_control(sqlite3_file* file, int op, void* argument) { return inner_of(file)->pMethods->xFileControl(inner_of(file), op, argument); }

const sqlite3_io_methods kMethods = {2,         close_file,  read_file,  write_file,   truncate_file, sync_file,       file_size,
                                     lock_file, unlock_file, check_lock, file_control, sector_size,   characteristics, shm_map,
                                     shm_lock,  shm_barrier, shm_unmap,  nullptr,      nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  Impl& disk = *disk_of(vfs);
  File& ours = *file_of(file);
  ours.base.pMethods = nullptr;
  ours.disk = &disk;
  ours.path = nullptr;
  ours.inner = reinterpret_cast<sqlite3_file*>(&ours + 1);
  const std::lock_guard lock(disk.mutex);
  if (disk.dead) return SQLITE_CANTOPEN;
  const int rc = disk.system->xOpen(disk.system, name, ours.inner, flags, flags_out);
  if (rc != SQLITE_OK) return rc;
  ours.path = std::make_unique<std::string>(name == nullptr ? "" : name).release();
  // What lies there when it is seen first is taken as durable.
  if (name != nullptr && !disk.files.contains(name)) disk.files[name].durable = content_of(name);
  ours.base.pMethods = &kMethods;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  Impl& disk = *disk_of(vfs);
  const std::lock_guard lock(disk.mutex);
  if (const int rc = disk.count(Impl::Kind::CUT); rc != SQLITE_OK) return rc;
  disk.files.erase(name);
  return disk.system->xDelete(disk.system, name, sync_directory);
}

template <class... A>
auto forward(int (*sqlite3_vfs::*method)(sqlite3_vfs*, A...), sqlite3_vfs* vfs, A... arguments) {
  sqlite3_vfs* system = disk_of(vfs)->system;
  return (system->*method)(system, arguments...);
}

int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* out) { return forward(&sqlite3_vfs::xAccess, vfs, name, flags, out); }
int full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) { return forward(&sqlite3_vfs::xFullPathname, vfs, name, size, out); }

}  // namespace

int FaultyDisk::Impl::count(Kind kind) {
  if (dead) return SQLITE_IOERR;
  if (fault == DiskFault::FLUSH && fail_at > 0 && kind != Kind::FLUSH) return SQLITE_OK;
  if (++step != fail_at) return SQLITE_OK;
  failed = true;
  dead = fault == DiskFault::POWER_CUT;
  switch (kind) {
    case Kind::WRITE: return fault == DiskFault::FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    case Kind::CUT: return SQLITE_IOERR_TRUNCATE;
    case Kind::FLUSH: return SQLITE_IOERR_FSYNC;
  }
  return SQLITE_IOERR;
}

void FaultyDisk::Impl::wrote(const std::string& path, std::size_t from, std::size_t size) {
  if (!path.empty()) files[path].dirty.push_back({from, from + size});
}

void FaultyDisk::Impl::flushed(const std::string& path) {
  const auto found = files.find(path);
  if (found == files.end()) return;
  Tracked& tracked = found->second;
  const std::string now = content_of(path);
  if (tracked.cut_to) tracked.durable.resize(std::min(tracked.durable.size(), *tracked.cut_to));
  for (const Range& range : tracked.dirty) {
    const std::size_t until = std::min(range.until, now.size());
    if (range.from >= until) continue;
    if (tracked.durable.size() < until) tracked.durable.resize(until, '\0');
    tracked.durable.replace(range.from, until - range.from, now, range.from, until - range.from);
  }
  tracked.dirty.clear();
  tracked.cut_to.reset();
}

// As kernels do: after a flush that failed, the pages count as clean though they never reached the disk.
void FaultyDisk::Impl::flush_lost(const std::string& path) {
  const auto found = files.find(path);
  if (found == files.end()) return;
  found->second.dirty.clear();
}

FaultyDisk::FaultyDisk() : impl_(std::make_unique<Impl>()) {
  impl_->system = sqlite3_vfs_find(nullptr);
  CHECK_THAT(impl_->system != nullptr);
  impl_->vfs = *impl_->system;
  impl_->vfs.zName = "warifu-faulty-disk";
  impl_->vfs.pAppData = impl_.get();
  impl_->vfs.pNext = nullptr;
  impl_->vfs.szOsFile = static_cast<int>(sizeof(File)) + impl_->system->szOsFile;
  impl_->vfs.xOpen = open_file;
  impl_->vfs.xDelete = delete_file;
  impl_->vfs.xAccess = access_file;
  impl_->vfs.xFullPathname = full_path;
  CHECK_THAT(sqlite3_vfs_register(&impl_->vfs, 1) == SQLITE_OK);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&impl_->vfs);
  sqlite3_vfs_register(impl_->system, 1);
}

void FaultyDisk::fail_at(long n, DiskFault fault) {
  const std::lock_guard lock(impl_->mutex);
  impl_->step = 0;
  impl_->fail_at = n;
  impl_->fault = fault;
  impl_->failed = false;
}

bool FaultyDisk::has_failed() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failed;
}

long FaultyDisk::steps() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->step;
}

void FaultyDisk::power_cut(Keep keep, std::uint32_t seed) {
  const std::lock_guard lock(impl_->mutex);
  std::mt19937 random(seed);
  for (auto& [path, tracked] : impl_->files) {
    if (path.empty() || !std::filesystem::exists(path)) continue;
    std::string content = tracked.durable;
    const std::string now = content_of(path);
    if (keep == Keep::SOME) {
      if (tracked.cut_to && random() % 2 == 0) content.resize(std::min(content.size(), *tracked.cut_to));
      for (const Range& range : tracked.dirty)
        for (std::size_t from = range.from; from < range.until; from = from / kSector * kSector + kSector) {
          const std::size_t until = std::min({range.until, from / kSector * kSector + kSector, now.size()});
          if (random() % 2 == 0 || from >= until) continue;
          if (content.size() < until) content.resize(until, '\0');
          content.replace(from, until - from, now, from, until - from);
        }
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    tracked = {content, {}, {}};
    std::error_code ignored;
    if (path.ends_with(".db")) std::filesystem::remove(path + "-shm", ignored);
  }
  impl_->dead = false;
  impl_->fail_at = 0;
}

}  // namespace warifu::store
