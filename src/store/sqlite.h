#pragma once
// SQLite connections as the store needs them: write-ahead log with synchronous=FULL (an answered write is on the disk), foreign keys,
// deleted content overwritten, no temporary files, double quotes only for names, defensive against a damaged or hostile file.
// A file has one writing connection (store/pool.h sees to that) and any number of reading ones, each with its own snapshot.

#include <filesystem>
#include <memory>

#include "store/db.h"

namespace warifu::store {

struct SqliteOptions {
  std::filesystem::path file;
  Access access = Access::WRITE;    // WRITE creates the file when it is missing, READ does not
  int busy_timeout_ms = 5000;       // how long to wait for another process's lock before STORE_LOCKED
  std::string vfs = {};             // name of a registered VFS, for fault tests; empty: the system's
  std::int64_t page_count_max = 0;  // 0: no bound; DISK_FULL beyond it
};

[[nodiscard]] Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

// The whole file is read and checked, foreign keys included. STORE_CORRUPT says what is wrong first.
Status check_integrity(Database& database);

// Moves the log into the file and empties it, so that overwritten content is gone from both. STORE_LOCKED while a reader holds an old snapshot.
Status truncate_wal(Database& database);

// A consistent copy while the store is in use: complete and on the disk under `target`, or not there at all. `target` must not exist.
Status backup_sqlite(Database& database, const std::filesystem::path& target);

}  // namespace warifu::store
