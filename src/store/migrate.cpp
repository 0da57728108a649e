#include "store/migrate.h"

namespace warifu::store {
namespace {

constexpr std::string_view kTableSqlite =
    "CREATE TABLE IF NOT EXISTS schema_version "
    "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_us INTEGER NOT NULL) STRICT";
constexpr std::string_view kTablePostgres =
    "CREATE TABLE IF NOT EXISTS schema_version "
    "(version BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_us BIGINT NOT NULL)";
constexpr std::string_view kRecord = "INSERT INTO schema_version (version, name, sha256, applied_us) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kExistsSqlite = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";
constexpr std::string_view kExistsPostgres = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_version'";

tl::unexpected<Error> refusal(std::string message, std::int64_t version) {
  return fail(Code::MIGRATION, std::move(message), {}, {{"version", std::to_string(version)}});
}

Result<bool> has_table(Database& database) {
  const auto sql = database.engine() == EngineKind::SQLITE ? kExistsSqlite : kExistsPostgres;
  return TRY(one_value<std::int64_t>(database, sql)) != 0;
}

// How many of `migrations` were applied, all of them being the program's own.
Result<std::size_t> applied_count(Database& database, std::span<const Migration> migrations) {
  if (!TRY(has_table(database))) return std::size_t{0};
  Statement rows = TRY(database.query("SELECT version, name, sha256 FROM schema_version ORDER BY version"));
  std::size_t count = 0;
  while (TRY(rows.step())) {
    const std::int64_t version = rows.column_int64(0);
    if (count >= migrations.size()) return refusal("the database is newer than this program", version);
    const Migration& own = migrations[count];
    if (version != own.version) return refusal("the database's migrations have a gap", version);
    if (rows.column_text(2) != own.sha256_hex)
      return refusal("migration " + std::string(rows.column_text(1)) + " was applied from another text than this program has", version);
    ++count;
  }
  return count;
}

// One migration, unless another process did it meanwhile. False when nothing is left to do.
Result<bool> apply_next(Database& database, std::span<const Migration> migrations, Time now, int up_to) {
  const std::size_t applied = TRY(applied_count(database, migrations));
  if (applied == migrations.size() || migrations[applied].version > up_to) return false;
  const Migration& next = migrations[applied];
  TRY(database.exec(database.engine() == EngineKind::SQLITE ? kTableSqlite : kTablePostgres));
  // It may copy everything that is there, which takes as long as it takes.
  if (database.engine() == EngineKind::POSTGRES) TRY(database.exec("SET LOCAL statement_timeout = 0"));
  if (Status done = database.exec(next.sql); !done)
    return refusal("migration " + std::to_string(next.version) + " (" + std::string(next.name) + ") failed: " + done.error().message, next.version);
  TRY(database.run(kRecord, next.version, next.name, next.sha256_hex, now));
  return true;
}

}  // namespace

Result<int> schema_version(Database& database) {
  if (!TRY(has_table(database))) return 0;
  return one_value<int>(database, "SELECT coalesce(max(version), 0) FROM schema_version");
}

Result<int> pending_migrations(Database& database, std::span<const Migration> migrations) {
  return static_cast<int>(migrations.size() - TRY(applied_count(database, migrations)));
}

Result<int> migrate(Database& database, std::span<const Migration> migrations, Time now, int up_to) {
  for (bool more = true; more;) {
    TRY(database.begin(Access::WRITE));
    Result<bool> applied = apply_next(database, migrations, now, up_to);
    if (!applied) {
      database.rollback();
      return tl::unexpected<Error>(std::move(applied).error());
    }
    if (Status done = database.commit(); !done) {
      database.rollback();
      return tl::unexpected<Error>(std::move(done).error());
    }
    more = *applied;
  }
  return schema_version(database);
}

}  // namespace warifu::store
