#pragma once
// Migrations go forward only and travel in the executable (sql/<engine>/NNN_name.sql). Each runs in one transaction with its row in
// schema_version, so that a crash leaves a whole version. A database that is newer than the program, or whose old migrations differ from the
// program's, is refused with MIGRATION (args: version) before anything is written: an older program must not write into a newer store.

#include <array>
#include <limits>
#include <span>

#include "base/time.h"
#include "store/db.h"

namespace warifu::store {

struct Migration {
  int version;  // 1, 2, 3, …
  std::string_view name;
  std::string_view sql;
  std::string_view sha256_hex;  // of the file
};

[[nodiscard]] std::span<const Migration> embedded_migrations(EngineKind engine);

// The newest migration that was applied; 0 for an empty store.
[[nodiscard]] Result<int> schema_version(Database& database);

// Compares without writing; the number of migrations still to apply.
[[nodiscard]] Result<int> pending_migrations(Database& database, std::span<const Migration> migrations);

// Brings the store to `up_to` (tests stop in between); the resulting version. Several processes may do so at once.
Result<int> migrate(Database& database, std::span<const Migration> migrations, Time now, int up_to = std::numeric_limits<int>::max());

}  // namespace warifu::store
