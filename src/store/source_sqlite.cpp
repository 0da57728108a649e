// A provider's SQLite file, read and never written: opened read-only, one SELECT at a time under an authorizer that admits nothing but
// reading, with a deadline.

#include <sqlite3.h>

#include <array>
#include <chrono>

#include "store/source_parts.h"

namespace warifu::store::source {

namespace {

using Clock = std::chrono::steady_clock;

struct CloseDb {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Db = std::unique_ptr<sqlite3, CloseDb>;
using Prepared = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

int authorize(void*, int action, const char*, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION: {
      const std::string_view name = second == nullptr ? "" : second;
      return name == "load_extension" || name == "readfile" || name == "writefile" || name == "edit" || name == "fts3_tokenizer" ? SQLITE_DENY
                                                                                                                                 : SQLITE_OK;
    }
    default: return SQLITE_DENY;
  }
}

tl::unexpected<Error> failure(sqlite3* db, int rc, const std::string& where) {
  switch (rc & 0xff) {
    case SQLITE_INTERRUPT: return fail(Code::TIMEOUT, "the lookup took too long", where);
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return fail(Code::SOURCE_UNAVAILABLE, std::string("sqlite: ") + sqlite3_errstr(rc), where);
    // Preparing names tables and columns, stepping may name values: only the kind of error is told.
    default:
      return fail(
          Code::SOURCE_CONFIG,
          std::string("sqlite: ") + sqlite3_errstr(rc) + (db != nullptr && rc == SQLITE_ERROR ? std::string(" (") + sqlite3_errmsg(db) + ")" : ""),
          where);
  }
}

Result<Db> open(const Config& config) {
  sqlite3* raw = nullptr;
  const int rc = sqlite3_open_v2(config.file.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  Db db(raw);
  if (rc != SQLITE_OK) return failure(nullptr, rc, config.info.name);
  sqlite3_busy_timeout(raw, 2000);
  for (const int setting : {SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION})
    sqlite3_db_config(raw, setting, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Reads the file's head, so that something else than a database is told apart from a mistake in the query.
  if (const int read = sqlite3_exec(raw, "PRAGMA query_only=ON; SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr); read != SQLITE_OK)
    return failure(raw, read, config.info.name);
  sqlite3_set_authorizer(raw, authorize, nullptr);
  return db;
}

Result<Prepared> prepare(sqlite3* db, const std::string& sql, const std::string& where) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int rc = sqlite3_prepare_v2(db, sql.c_str(), static_cast<int>(sql.size()), &raw, &tail);
  Prepared statement(raw);
  if (rc != SQLITE_OK) return failure(db, rc, where);
  if (!statement || std::string_view(tail).find_first_not_of(" \t\r\n;") != std::string_view::npos)
    return fail(Code::SOURCE_CONFIG, "one statement only", where);
  if (sqlite3_stmt_readonly(raw) == 0) return fail(Code::SOURCE_CONFIG, "the statement writes", where);
  return statement;
}

Status bind(sqlite3* db, sqlite3_stmt* statement, const inquiry::Item& item, std::size_t limit, const std::string& where) {
  for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
    const char* name = sqlite3_bind_parameter_name(statement, i);
    if (name == nullptr || name[0] != '$' || !is_parameter(name + 1)) return fail(Code::SOURCE_CONFIG, "an unknown parameter", where);
    const Parameter value = parameter(name + 1, item, limit);
    int rc = SQLITE_OK;
    if (value.text)
      rc = sqlite3_bind_text64(statement, i, value.text->c_str(), value.text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    else if (value.number)
      rc = sqlite3_bind_int64(statement, i, *value.number);
    else
      rc = sqlite3_bind_null(statement, i);
    if (rc != SQLITE_OK) return failure(db, rc, where);
  }
  return {};
}

std::string cell_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL: return {};
    case SQLITE_BLOB: {
      const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
      return data == nullptr ? std::string() : to_hex({data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))});
    }
    default: {
      const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return data == nullptr ? std::string() : readable({data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))});
    }
  }
}

int past_deadline(void* deadline) { return Clock::now() > *static_cast<const Clock::time_point*>(deadline) ? 1 : 0; }

}  // namespace

Result<answer::LookupResult> run_sqlite(const Config& config, const answer::SourceQuery& query, const inquiry::Item& item, std::size_t rows_max,
                                        int timeout_ms) {
  constexpr int kInstructionsBetween = 10'000;
  const std::string where = place_of(config, query);
  const Clock::time_point begun = Clock::now();
  Clock::time_point deadline = begun + std::chrono::milliseconds(timeout_ms);
  const Db db = TRY(open(config));
  sqlite3_progress_handler(db.get(), kInstructionsBetween, past_deadline, &deadline);
  const Prepared statement = TRY(prepare(db.get(), settings_of(config, query).sql, where));
  const auto columns = static_cast<std::size_t>(sqlite3_column_count(statement.get()));
  if (columns != query.columns_ja.size())
    return fail(Code::SOURCE_CONFIG,
                "the query gives " + std::to_string(columns) + " columns, its description names " + std::to_string(query.columns_ja.size()), where);
  TRY(bind(db.get(), statement.get(), item, rows_max + 1, where));
  RowBuffer rows(columns, rows_max);
  for (;;) {
    const int rc = sqlite3_step(statement.get());
    if (rc == SQLITE_DONE) break;
    if (rc != SQLITE_ROW) return failure(nullptr, rc, where);
    std::vector<std::string> row;
    for (std::size_t c = 0; c < columns; ++c) row.push_back(cell_of(statement.get(), static_cast<int>(c)));
    if (!rows.add(std::move(row))) break;
  }
  answer::LookupResult result;
  result.query = query.name;
  result.truncated = rows.is_truncated();
  result.table = std::move(rows).table(query.columns_ja);
  result.took_us = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun).count();
  return result;
}

}  // namespace warifu::store::source
