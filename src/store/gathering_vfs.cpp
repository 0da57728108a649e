#include "store/gathering_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/error.h"

namespace warifu::store {
namespace {

constexpr int kFrameHeadBytes = 24;  // of a frame in the log; bytes 4 to 7 are not zero in the last frame of a commit
constexpr std::size_t kGatheredMax = 256 * 1024;
constexpr std::size_t kPieceBytes = 64 * 1024;  // SQLite's own VFS takes less than 128 KiB at a time
constexpr int kInnerBytesMax = 4096;            // room for a file of the VFS below

struct Gathered {
  std::vector<std::uint8_t> bytes;
  sqlite3_int64 at = 0;       // where they belong
  bool ends_commit = false;   // the page that comes is the last one of a commit
  int failure = SQLITE_OK;    // of a write whose bytes are lost
  sqlite3_int64 lost_at = 0;  // where they would have begun
};

// A log that is open; the file of the VFS below lies behind it in the same memory.
struct alignas(8) Log {
  sqlite3_file base;
  Gathered* gathered;
};

Log& log_of(sqlite3_file* file) { return *reinterpret_cast<Log*>(file); }
sqlite3_file* inner_of(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&log_of(file) + 1); }

int write_gathered(sqlite3_file* file) {
  Gathered& gathered = *log_of(file).gathered;
  if (gathered.bytes.empty()) return SQLITE_OK;
  int rc = SQLITE_OK;
  for (std::size_t done = 0; rc == SQLITE_OK && done < gathered.bytes.size(); done += kPieceBytes)
    rc = inner_of(file)->pMethods->xWrite(inner_of(file), gathered.bytes.data() + done,
                                          static_cast<int>(std::min(kPieceBytes, gathered.bytes.size() - done)),
                                          gathered.at + static_cast<sqlite3_int64>(done));
  if (rc != SQLITE_OK) {
    gathered.failure = rc;
    gathered.lost_at = gathered.at;
  }
  gathered.bytes.clear();
  return rc;
}

int close_log(sqlite3_file* file) {
  const int written = write_gathered(file);
  const int closed = inner_of(file)->pMethods->xClose(inner_of(file));
  std::unique_ptr<Gathered>(log_of(file).gathered).reset();
  return written != SQLITE_OK ? written : closed;
}

int read_log(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  if (const int rc = write_gathered(file); rc != SQLITE_OK) return rc;
  const Gathered& gathered = *log_of(file).gathered;
  if (gathered.failure != SQLITE_OK && at + size > gathered.lost_at) return gathered.failure;
  return inner_of(file)->pMethods->xRead(inner_of(file), into, size, at);
}

int write_log(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  Gathered& gathered = *log_of(file).gathered;
  // Whoever goes on behind what was lost has not rolled back. A commit writes a page in any case, so that it fails here.
  if (gathered.failure != SQLITE_OK && at > gathered.lost_at) return gathered.failure;
  gathered.failure = SQLITE_OK;
  const auto end = gathered.at + static_cast<sqlite3_int64>(gathered.bytes.size());
  if (!gathered.bytes.empty() && at != end)
    if (const int rc = write_gathered(file); rc != SQLITE_OK) return rc;
  if (gathered.bytes.empty()) gathered.at = at;
  const auto* bytes = static_cast<const std::uint8_t*>(from);
  gathered.bytes.insert(gathered.bytes.end(), bytes, bytes + size);
  const bool is_end = gathered.ends_commit;
  gathered.ends_commit = size == kFrameHeadBytes && std::any_of(bytes + 4, bytes + 8, [](std::uint8_t byte) { return byte != 0; });
  return is_end || gathered.bytes.size() >= kGatheredMax ? write_gathered(file) : SQLITE_OK;
}

int truncate_log(sqlite3_file* file, sqlite3_int64 size) {
  if (const int rc = write_gathered(file); rc != SQLITE_OK) return rc;
  return inner_of(file)->pMethods->xTruncate(inner_of(file), size);
}

int sync_log(sqlite3_file* file, int flags) {
  if (const int rc = write_gathered(file); rc != SQLITE_OK) return rc;
  return inner_of(file)->pMethods->xSync(inner_of(file), flags);
}

int size_of_log(sqlite3_file* file, sqlite3_int64* size) {
  if (const int rc = write_gathered(file); rc != SQLITE_OK) return rc;
  return inner_of(file)->pMethods->xFileSize(inner_of(file), size);
}

int lock_log(sqlite3_file* file, int level) { return inner_of(file)->pMethods->xLock(inner_of(file), level); }
int unlock_log(sqlite3_file* file, int level) { return inner_of(file)->pMethods->xUnlock(inner_of(file), level); }
int check_lock_of_log(sqlite3_file* file, int* held) { return inner_of(file)->pMethods->xCheckReservedLock(inner_of(file), held); }
int control_log(sqlite3_file* file, int op, void* argument) { return inner_of(file)->pMethods->xFileControl(inner_of(file), op, argument); }
int sector_size_of_log(sqlite3_file* file) { return inner_of(file)->pMethods->xSectorSize(inner_of(file)); }
int characteristics_of_log(sqlite3_file* file) { return inner_of(file)->pMethods->xDeviceCharacteristics(inner_of(file)); }

// Shared memory and mapping are the database's, not the log's.
const sqlite3_io_methods kMethods = {
    1,          close_log,         read_log,    write_log,          truncate_log,           sync_log, size_of_log, lock_log,
    unlock_log, check_lock_of_log, control_log, sector_size_of_log, characteristics_of_log, nullptr,  nullptr,     nullptr,
    nullptr,    nullptr,           nullptr};

sqlite3_vfs* below() { return sqlite3_vfs_find(nullptr); }

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* const vfs = below();
  file->pMethods = nullptr;
  if (vfs->szOsFile > kInnerBytesMax) return SQLITE_CANTOPEN;
  if ((flags & SQLITE_OPEN_WAL) == 0) return vfs->xOpen(vfs, name, file, flags, flags_out);
  inner_of(file)->pMethods = nullptr;
  const int rc = vfs->xOpen(vfs, name, inner_of(file), flags, flags_out);
  if (rc != SQLITE_OK) {
    if (inner_of(file)->pMethods != nullptr) inner_of(file)->pMethods->xClose(inner_of(file));
    return rc;
  }
  log_of(file).gathered = std::make_unique<Gathered>().release();
  file->pMethods = &kMethods;
  return SQLITE_OK;
}

template <class R, class... A>
R forward(R (*sqlite3_vfs::*method)(sqlite3_vfs*, A...), A... arguments) {
  sqlite3_vfs* const vfs = below();
  return (vfs->*method)(vfs, arguments...);
}

int delete_file(sqlite3_vfs*, const char* name, int sync_directory) { return forward(&sqlite3_vfs::xDelete, name, sync_directory); }
int access_file(sqlite3_vfs*, const char* name, int flags, int* out) { return forward(&sqlite3_vfs::xAccess, name, flags, out); }
int full_path(sqlite3_vfs*, const char* name, int size, char* out) { return forward(&sqlite3_vfs::xFullPathname, name, size, out); }
void* open_library(sqlite3_vfs*, const char* name) { return forward(&sqlite3_vfs::xDlOpen, name); }
void library_error(sqlite3_vfs*, int size, char* out) { return forward(&sqlite3_vfs::xDlError, size, out); }
void close_library(sqlite3_vfs*, void* library) { return forward(&sqlite3_vfs::xDlClose, library); }
int randomness(sqlite3_vfs*, int size, char* out) { return forward(&sqlite3_vfs::xRandomness, size, out); }
int sleep_for(sqlite3_vfs*, int microseconds) { return forward(&sqlite3_vfs::xSleep, microseconds); }
int current_time(sqlite3_vfs*, double* out) { return forward(&sqlite3_vfs::xCurrentTime, out); }
int last_error(sqlite3_vfs*, int size, char* out) { return forward(&sqlite3_vfs::xGetLastError, size, out); }
int current_time_int64(sqlite3_vfs*, sqlite3_int64* out) { return forward(&sqlite3_vfs::xCurrentTimeInt64, out); }

}  // namespace

const char* gathering_vfs() {
  static sqlite3_vfs vfs = [] {
    CHECK_THAT(sqlite3_initialize() == SQLITE_OK && below() != nullptr);
    sqlite3_vfs out{};
    out.iVersion = 2;
    out.szOsFile = static_cast<int>(sizeof(Log)) + kInnerBytesMax;
    out.mxPathname = below()->mxPathname;
    out.zName = "warifu-gathering";
    out.xOpen = open_file;
    out.xDelete = delete_file;
    out.xAccess = access_file;
    out.xFullPathname = full_path;
    out.xDlOpen = open_library;
    out.xDlError = library_error;
    out.xDlSym = [](sqlite3_vfs*, void* library, const char* name) {
      sqlite3_vfs* const system = below();
      return system->xDlSym(system, library, name);
    };
    out.xDlClose = close_library;
    out.xRandomness = randomness;
    out.xSleep = sleep_for;
    out.xCurrentTime = current_time;
    out.xGetLastError = last_error;
    out.xCurrentTimeInt64 = current_time_int64;
    return out;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  CHECK_THAT(registered == SQLITE_OK);
  return vfs.zName;
}

}  // namespace warifu::store
