#include "store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <map>

#include "store/gathering_vfs.h"

namespace warifu::store {
namespace {

struct CloseDb {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Db = std::unique_ptr<sqlite3, CloseDb>;
using Prepared = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

Code code_of(int rc, Access access) {
  switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY: return Code::CONFLICT;
    default: break;
  }
  switch (rc & 0xff) {
    case SQLITE_FULL: return Code::DISK_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::STORE_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Code::STORE_LOCKED;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return Code::STORE_UNAVAILABLE;
    case SQLITE_READONLY: return access == Access::WRITE ? Code::STORE_UNAVAILABLE : Code::INTERNAL;
    case SQLITE_IOERR: return Code::IO;
    case SQLITE_TOOBIG: return Code::TOO_LARGE;
    case SQLITE_INTERRUPT: return Code::CANCELLED;
    default: return Code::INTERNAL;
  }
}

// SQLite's messages name tables and columns, never values.
tl::unexpected<Error> failure(sqlite3* db, int rc, Access access) {
  const int extended = (rc & ~0xff) != 0 || db == nullptr ? rc : sqlite3_extended_errcode(db);
  const int code = (extended & 0xff) == (rc & 0xff) ? extended : rc;
  std::string text = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
  constexpr std::string_view kUnique = "UNIQUE constraint failed: ";
  std::string where = "SQLite";
  if (text.starts_with(kUnique))
    where = text.substr(kUnique.size());
  else if (const char* file = db == nullptr ? nullptr : sqlite3_db_filename(db, "main"); file != nullptr && *file != '\0')
    where = std::filesystem::path(file).filename().string();
  return fail(code_of(code, access), "sqlite " + std::to_string(code) + ": " + text, std::move(where));
}

// SQLite ends a transaction by itself on some errors (full disk, I/O). What follows would then be committed statement by statement, so it is
// refused with the first error until rollback().
struct Session {
  Db db;
  Access access;
  bool open = false;  // begin() was called
  std::optional<Error> ended_by;
  std::map<std::string, Prepared, std::less<>> said = {};  // what begins and ends transactions and jobs, prepared once

  Status usable() const {
    if (!open || sqlite3_get_autocommit(db.get()) == 0) return {};
    if (ended_by) return tl::unexpected<Error>(*ended_by);
    return fail(Code::INTERNAL, "the transaction was ended by a statement within");
  }
  tl::unexpected<Error> failed(int rc) {
    auto error = failure(db.get(), rc, access);
    if (open && !ended_by && sqlite3_get_autocommit(db.get()) != 0) ended_by = error.value();
    return error;
  }
  Status exec(const char* script) {
    const int rc = sqlite3_exec(db.get(), script, nullptr, nullptr, nullptr);
    return rc == SQLITE_OK ? Status{} : failed(rc);
  }
  // One statement of the program's own, without values and rows: it is said before and after every job, and parsing it would cost more than it does.
  Status say(std::string_view sql) {
    auto found = said.find(sql);
    if (found == said.end()) {
      sqlite3_stmt* fresh = nullptr;
      const int rc = sqlite3_prepare_v3(db.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &fresh, nullptr);
      Prepared prepared(fresh);
      if (rc != SQLITE_OK) return failed(rc);
      found = said.emplace(sql, std::move(prepared)).first;
    }
    const int rc = sqlite3_step(found->second.get());
    Status done;
    if (rc != SQLITE_DONE) done = failed(rc);
    sqlite3_reset(found->second.get());
    return done;
  }
};

class SqliteCursor final : public Cursor {
 public:
  SqliteCursor(Session& session, std::string sql, Prepared prepared, std::vector<int> places)
      : session_(session), sql_(std::move(sql)), prepared_(std::move(prepared)), places_(std::move(places)) {}

  Status bind(int index, const Value& value) override {
    if (index < 1 || static_cast<std::size_t>(index) > places_.size()) return fail(Code::INTERNAL, "no such placeholder in: " + sql_);
    if (stepping_) rewind();
    const int place = places_[static_cast<std::size_t>(index - 1)];
    const int rc = std::visit([&](const auto& v) { return bind_one(place, v); }, value);
    return rc == SQLITE_OK ? Status{} : session_.failed(rc);
  }

  Result<bool> step() override {
    if (!stepping_) {
      TRY(session_.usable());
      stepping_ = true;
      changes_ = 0;
      total_before_ = sqlite3_total_changes64(session_.db.get());
    }
    const int rc = sqlite3_step(prepared_.get());
    if (rc == SQLITE_ROW) return true;
    if (rc == SQLITE_DONE) {
      // sqlite3_changes keeps the number of an older statement when this one changed nothing.
      if (sqlite3_total_changes64(session_.db.get()) != total_before_) changes_ = sqlite3_changes64(session_.db.get());
      rewind();
      return false;
    }
    auto error = session_.failed(rc);
    rewind();
    return error;
  }

  void reset() override {
    rewind();
    sqlite3_clear_bindings(prepared_.get());
  }

  int column_count() const override { return sqlite3_column_count(prepared_.get()); }
  bool is_null(int column) const override { return sqlite3_column_type(prepared_.get(), column) == SQLITE_NULL; }
  std::int64_t int64(int column) const override { return sqlite3_column_int64(prepared_.get(), column); }
  double real(int column) const override { return sqlite3_column_double(prepared_.get(), column); }
  std::string_view text(int column) const override {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(prepared_.get(), column));
    return data == nullptr ? std::string_view() : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(prepared_.get(), column)));
  }
  ByteView blob(int column) const override {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(prepared_.get(), column));
    return data == nullptr ? ByteView() : ByteView(data, static_cast<std::size_t>(sqlite3_column_bytes(prepared_.get(), column)));
  }
  std::int64_t changes() const override { return changes_; }
  const std::string& sql() const override { return sql_; }

 private:
  int bind_one(int place, std::monostate) { return sqlite3_bind_null(prepared_.get(), place); }
  int bind_one(int place, std::int64_t value) { return sqlite3_bind_int64(prepared_.get(), place, value); }
  int bind_one(int place, double value) { return sqlite3_bind_double(prepared_.get(), place, value); }
  // A null pointer would bind NULL: empty is not missing.
  int bind_one(int place, std::string_view value) {
    return sqlite3_bind_text64(prepared_.get(), place, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int bind_one(int place, ByteView value) {
    if (value.empty()) return sqlite3_bind_zeroblob(prepared_.get(), place, 0);
    return sqlite3_bind_blob64(prepared_.get(), place, value.data(), value.size(), SQLITE_STATIC);
  }
  void rewind() {
    sqlite3_reset(prepared_.get());
    stepping_ = false;
  }

  Session& session_;
  std::string sql_;
  Prepared prepared_;
  std::vector<int> places_;  // SQLite's index of $1, $2, …
  bool stepping_ = false;
  std::int64_t changes_ = 0;
  std::int64_t total_before_ = 0;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(Db db, Access access) : session_{std::move(db), access, false, {}} {}
  ~SqliteDatabase() override { forget_cursors(); }

  EngineKind engine() const override { return EngineKind::SQLITE; }
  sqlite3* raw() const { return session_.db.get(); }
  Session& session() { return session_; }

  Status exec(std::string_view script) override {
    TRY(session_.usable());
    return session_.exec(std::string(script).c_str());
  }
  Status begin(Access access) override {
    CHECK_THAT(!session_.open);
    TRY(session_.say(access == Access::WRITE ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED"));
    session_.open = true;
    return {};
  }
  Status commit() override {
    CHECK_THAT(session_.open);
    Status done = session_.usable();
    if (done) done = session_.say("COMMIT");
    if (!done) rollback();
    session_.open = false;
    return done;
  }
  Status check_deferred() override {
    TRY(session_.usable());
    int open_keys = 0, unused = 0;
    sqlite3_db_status(raw(), SQLITE_DBSTATUS_DEFERRED_FKS, &open_keys, &unused, 0);
    return open_keys == 0 ? Status{} : fail(Code::CONFLICT, "a deferred foreign key points at nothing", "SQLite");
  }
  void rollback() override {
    if (sqlite3_get_autocommit(raw()) == 0) static_cast<void>(session_.say("ROLLBACK"));
    session_.open = false;
    session_.ended_by.reset();
  }
  bool in_transaction() const override { return session_.open; }

  Result<std::int64_t> run_each(std::string_view sql, std::span<const std::vector<Value>> rows) override {
    CHECK_THAT(in_transaction());
    Statement statement = TRY(prepare(sql));
    std::int64_t changed = 0;
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) statement.bind_value(static_cast<int>(i + 1), row[i]);
      while (TRY(statement.step())) {}
      changed += statement.changes();
    }
    return changed;
  }

  Result<std::int64_t> bulk_load(std::string_view table, std::span<const std::string_view> columns, const RowSource& next) override {
    CHECK_THAT(in_transaction() && detail::is_identifier(table) && !columns.empty());
    std::string names, places;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      CHECK_THAT(detail::is_identifier(columns[i]));
      names += (i == 0 ? "" : ", ") + std::string(columns[i]);
      places += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
    }
    Statement statement = TRY(prepare("INSERT INTO " + std::string(table) + " (" + names + ") VALUES (" + places + ")"));
    std::vector<Value> row(columns.size());
    std::int64_t count = 0;
    while (TRY(next(row))) {
      for (std::size_t i = 0; i < row.size(); ++i) statement.bind_value(static_cast<int>(i + 1), row[i]);
      TRY(statement.step());
      ++count;
    }
    return count;
  }

 protected:
  Result<std::unique_ptr<Cursor>> make_cursor(std::string_view sql) override {
    TRY(session_.usable());
    sqlite3_stmt* raw_statement = nullptr;
    const char* tail = nullptr;
    const int rc = sqlite3_prepare_v3(raw(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw_statement, &tail);
    Prepared prepared(raw_statement);
    if (rc != SQLITE_OK) return session_.failed(rc);
    const std::string_view rest(tail, static_cast<std::size_t>(sql.data() + sql.size() - tail));
    if (!prepared || rest.find_first_not_of(" \t\r\n;") != std::string_view::npos)
      return fail(Code::INTERNAL, "prepare takes exactly one statement: " + std::string(sql));
    const int count = sqlite3_bind_parameter_count(prepared.get());
    std::vector<int> places;
    for (int i = 1; i <= count; ++i) {
      const int place = sqlite3_bind_parameter_index(prepared.get(), ("$" + std::to_string(i)).c_str());
      if (place == 0) return fail(Code::INTERNAL, "placeholders are $1 to $n without a gap: " + std::string(sql));
      places.push_back(place);
    }
    return std::make_unique<SqliteCursor>(session_, std::string(sql), std::move(prepared), std::move(places));
  }

 private:
  Session session_;
};

SqliteDatabase& sqlite_of(Database& database) {
  CHECK_THAT(database.engine() == EngineKind::SQLITE);
  return static_cast<SqliteDatabase&>(database);
}

Status configure(SqliteDatabase& database, const SqliteOptions& options) {
  sqlite3* db = database.raw();
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, options.busy_timeout_ms);
  for (const int setting : {SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION})
    sqlite3_db_config(db, setting, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  TRY(database.exec("PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA synchronous=FULL"));
  if (options.access == Access::READ) return database.exec("PRAGMA query_only=ON");
  const std::string mode = TRY(one_value<std::string>(database, "PRAGMA journal_mode=WAL"));
  if (mode != "wal") return fail(Code::STORE_UNAVAILABLE, "the file system does not allow a write-ahead log");
  // Pages that are written again and again (indexes) go into the file once for 16 MiB of the log, not once for four.
  TRY(database.exec("PRAGMA secure_delete=ON; PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=4096"));
  if (options.page_count_max > 0) TRY(database.exec("PRAGMA max_page_count=" + std::to_string(options.page_count_max)));
  return {};
}

Status sync_path(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return fail(Code::IO, "cannot open the copy to flush it");
  const int rc = ::fsync(fd);
  ::close(fd);
  return rc == 0 ? Status{} : fail(Code::IO, "cannot flush the copy");
}

Status copy_pages(SqliteDatabase& source, const std::filesystem::path& target) {
  const int fd = ::open(target.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Code::IO, "cannot make the backup's file");
  ::close(fd);
  sqlite3* raw_target = nullptr;
  const int opened = sqlite3_open_v2(target.c_str(), &raw_target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  const Db copy(raw_target);
  if (opened != SQLITE_OK) return failure(copy.get(), opened, Access::WRITE);
  sqlite3_backup* backup = sqlite3_backup_init(copy.get(), "main", source.raw(), "main");
  if (backup == nullptr) return failure(copy.get(), sqlite3_errcode(copy.get()), Access::WRITE);
  // All pages in one step: one snapshot, and writers are not disturbed under a write-ahead log.
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE) return failure(copy.get(), finished != SQLITE_OK ? finished : stepped, Access::WRITE);
  return {};
}

// Of the whole program, before SQLite is used for the first time; later it changes nothing. SQLite counts what it allocates under one lock for all
// connections, for statistics that nobody asks for; and it takes the memory of pages one by one, though a reader drops what it has with every commit
// of the writer.
void configure_library() {
  constexpr int kPagesAtOnce = 100;
  static const bool once = [] {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, kPagesAtOnce);
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options) {
  configure_library();
  // SQLite would make the file readable by everybody the umask allows; its log and shared memory take over the file's mode.
  if (options.access == Access::WRITE) {
    const int fd = ::open(options.file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
  }
  sqlite3* raw = nullptr;
  const int flags = (options.access == Access::WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  const char* const vfs = options.access == Access::WRITE ? gathering_vfs() : nullptr;
  const int rc = sqlite3_open_v2(options.file.c_str(), &raw, flags, options.vfs.empty() ? vfs : options.vfs.c_str());
  Db db(raw);
  if (rc != SQLITE_OK) return failure(db.get(), rc, options.access);
  auto database = std::make_unique<SqliteDatabase>(std::move(db), options.access);
  TRY(configure(*database, options));
  // Opening reads nothing by itself: read the schema, so that a file which is no database is refused here and not at first use.
  TRY(one_value<std::int64_t>(*database, "SELECT count(*) FROM sqlite_master"));
  return database;
}

Status check_integrity(Database& database) {
  SqliteDatabase& sqlite = sqlite_of(database);
  Statement statement = TRY(sqlite.prepare("PRAGMA integrity_check(10)"));
  if (!TRY(statement.step())) return fail(Code::STORE_CORRUPT, "integrity_check said nothing");
  const std::string first(statement.column_text(0));
  if (first != "ok") return fail(Code::STORE_CORRUPT, "integrity_check: " + first);
  Statement keys = TRY(sqlite.prepare("PRAGMA foreign_key_check"));
  if (TRY(keys.step())) return fail(Code::STORE_CORRUPT, "a row of " + std::string(keys.column_text(0)) + " points at nothing");
  return {};
}

Status truncate_wal(Database& database) {
  SqliteDatabase& sqlite = sqlite_of(database);
  const int rc = sqlite3_wal_checkpoint_v2(sqlite.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return rc == SQLITE_OK ? Status{} : sqlite.session().failed(rc);
}

Status backup_sqlite(Database& database, const std::filesystem::path& target) {
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored)) return fail(Code::IO, "the backup's target exists already");
  std::filesystem::path part = target;
  part += ".part";
  std::filesystem::remove(part, ignored);
  Status copied = copy_pages(sqlite_of(database), part);
  if (copied) copied = sync_path(part, O_RDWR);
  if (copied) {
    std::error_code failed;
    std::filesystem::rename(part, target, failed);
    if (failed) copied = fail(Code::IO, "cannot give the backup its name: " + failed.message());
  }
  if (!copied) {
    std::filesystem::remove(part, ignored);
    return copied;
  }
  const auto folder = target.parent_path();
  return sync_path(folder.empty() ? std::filesystem::path(".") : folder, O_RDONLY | O_DIRECTORY);
}

}  // namespace warifu::store
