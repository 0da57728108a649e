#include "store/postgres.h"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <chrono>

#include "base/limits.h"
#include "store/postgres_values.h"

namespace warifu::store {
namespace {

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, FinishConnection>;
using Rows = std::unique_ptr<PGresult, ClearResult>;

// SQLSTATE codes: PostgreSQL 15 documentation, appendix A.
Code code_of(std::string_view state) {
  if (state == "23505" || state == "23503" || state == "40001" || state == "40P01") return Code::CONFLICT;
  if (state == "53100") return Code::DISK_FULL;
  if (state == "55P03") return Code::STORE_LOCKED;
  if (state == "57014") return Code::TIMEOUT;
  if (state == "58030") return Code::IO;
  if (state == "22021") return Code::BAD_UTF8;
  if (state == "54000") return Code::TOO_LARGE;
  if (state.starts_with("XX00") && state != "XX000") return Code::STORE_CORRUPT;
  if (state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") || state.starts_with("28") || state == "25006")
    return Code::STORE_UNAVAILABLE;
  return Code::INTERNAL;
}

// The server's primary message can quote a value in class 22 (data) and its detail in class 23 (constraints), so neither is passed on there.
tl::unexpected<Error> failure(PGconn* connection, const PGresult* result) {
  const char* raw_state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  if (raw_state == nullptr || PQstatus(connection) == CONNECTION_BAD) return fail(Code::STORE_UNAVAILABLE, "the connection to PostgreSQL was lost");
  const std::string_view state = raw_state;
  const auto field = [&](int which) -> std::string {
    const char* text = PQresultErrorField(result, which);
    return text == nullptr ? "" : text;
  };
  std::string where = "PostgreSQL";
  std::string message = "postgres " + std::string(state);
  if (state.starts_with("23")) {
    where = field(PG_DIAG_CONSTRAINT_NAME);
    message += ": constraint " + field(PG_DIAG_CONSTRAINT_NAME) + " of " + field(PG_DIAG_TABLE_NAME);
  } else if (!state.starts_with("22")) {
    message += ": " + field(PG_DIAG_MESSAGE_PRIMARY);
  }
  return fail(code_of(state), std::move(message), std::move(where));
}

std::int64_t changes_of(PGresult* result) {
  const std::string_view tag = PQcmdStatus(result);
  if (!tag.starts_with("INSERT") && !tag.starts_with("UPDATE") && !tag.starts_with("DELETE") && !tag.starts_with("COPY")) return 0;
  return std::strtoll(PQcmdTuples(result), nullptr, 10);
}

struct PreparedName {
  std::string name;
  int places = 0;
};

constexpr int kScriptMs = 3'600'000;  // migrations and VACUUM of a large store take their time

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(const PostgresOptions& options) : options_(options) {}
  ~PostgresDatabase() override { forget_cursors(); }

  EngineKind engine() const override { return EngineKind::POSTGRES; }
  Status connect();
  // Connected, with nothing left unread, or STORE_UNAVAILABLE.
  Status ready();
  [[nodiscard]] bool is_lost() const { return !connection_ || PQstatus(connection_.get()) != CONNECTION_OK; }
  // The same, and the transaction that was begun has begun at the server, too.
  Status ready_in_transaction();
  Result<Rows> execute(const std::string& sql, const pg::Parameters& parameters);
  Result<PreparedName> prepared_name(const std::string& sql);
  Result<PreparedName> prepare_now(const std::string& sql);

  Status exec(std::string_view script) override {
    TRY(ready_in_transaction());
    TRY(settle());
    return command(std::string(script), kScriptMs);
  }
  Status begin(Access access) override;
  Status commit() override;
  Status check_deferred() override {
    TRY(ready_in_transaction());
    TRY(settle());
    if (PQtransactionStatus(connection_.get()) == PQTRANS_INERROR) return fail(Code::INTERNAL, "the error of a failed statement was not passed on");
    return command("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED");
  }
  void rollback() override;
  bool in_transaction() const override { return open_; }
  Status post_values(std::string_view sql, std::span<const Value> values) override;
  Status settle() override;
  Result<std::int64_t> run_each(std::string_view sql, std::span<const std::vector<Value>> rows) override;
  Result<std::int64_t> bulk_load(std::string_view table, std::span<const std::string_view> columns, const RowSource& next) override;

 protected:
  Result<std::unique_ptr<Cursor>> make_cursor(std::string_view sql) override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  [[nodiscard]] Deadline deadline(int more_ms = 0) const {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.hang_timeout_ms + more_ms);
  }
  Status command(const std::string& script, int more_ms = 0);
  // Waits until something can be read, or written when `is_writing`; false: the deadline has passed or the line is broken.
  [[nodiscard]] bool wait(Deadline until, bool is_writing);
  // The next answer, or null at the end of a statement's answers; null with the connection given up when none comes in time.
  Rows next_result(Deadline until);
  // The last answer of a statement that was sent.
  Rows answer(bool is_sent, Deadline until);
  // Pipeline mode: statements go out without waiting for answers; read_sent() asks for the answers of all that were sent since begin_sending(), and
  // says the last one's rows, or the first failure, after which the server has skipped the rest.
  Status begin_sending();
  Status send(const std::string& name, const pg::Parameters& parameters);
  struct Sent {
    Rows last;
    std::int64_t changed = 0;
  };
  Result<Sent> read_sent();
  Result<Rows> say(const char* sql);
  Status begin_now(const std::string& script);
  Result<Rows> begin_and_execute(const std::string& sql, const pg::Parameters& parameters);
  void forget_stale_plans(const PGresult* result);
  Result<std::int64_t> send_chunk(const PreparedName& prepared, std::span<const std::vector<Value>> rows);
  Status feed_copy(const std::string& buffer);
  Result<std::int64_t> end_copy(Status fed);

  PostgresOptions options_;
  Connection connection_;
  bool open_ = false;          // a transaction was begun, whatever became of the connection since
  bool is_reading_ = false;    // it reads only
  bool is_begin_due_ = false;  // the server has not been told of it
  bool is_ending_ = false;     // the server was told of the end of the last one; its answer was not read
  std::unordered_map<std::string, PreparedName> names_;
  std::uint64_t next_name_ = 0;
  std::size_t posted_ = 0;  // statements whose answers nobody has read; more than none only in pipeline mode
};

class PostgresCursor final : public Cursor {
 public:
  PostgresCursor(PostgresDatabase& database, std::string sql, int places)
      : database_(database), sql_(std::move(sql)), parameters_(static_cast<std::size_t>(places)) {}

  Status bind(int index, const Value& value) override {
    if (index < 1 || index > parameters_.count()) return fail(Code::INTERNAL, "no such placeholder in: " + sql_);
    rows_.reset();
    parameters_.set(static_cast<std::size_t>(index - 1), value);
    return {};
  }

  Result<bool> step() override {
    if (!rows_) {
      changes_ = 0;
      spelled_.clear();
      rows_ = TRY(database_.execute(sql_, parameters_));
      row_ = -1;
      for (int i = 0; i < PQnfields(rows_.get()); ++i) {
        if (pg::is_known_type(PQftype(rows_.get(), i))) continue;
        rows_.reset();
        return fail(Code::INTERNAL, "column " + std::to_string(i) + " has a type the store does not read, cast it: " + sql_);
      }
    }
    spelled_.clear();
    if (++row_ < PQntuples(rows_.get())) return true;
    changes_ = changes_of(rows_.get());
    rows_.reset();
    return false;
  }

  void reset() override {
    rows_.reset();
    spelled_.clear();
    parameters_.clear();
  }

  int column_count() const override { return rows_ ? PQnfields(rows_.get()) : 0; }
  bool is_null(int column) const override { return !rows_ || PQgetisnull(rows_.get(), row_, column) != 0; }
  std::int64_t int64(int column) const override { return is_null(column) ? 0 : pg::read_int64(type(column), data(column)); }
  double real(int column) const override { return is_null(column) ? 0 : pg::read_double(type(column), data(column)); }
  std::string_view text(int column) const override {
    return is_null(column) ? std::string_view() : pg::read_text(type(column), data(column), spelled_);
  }
  ByteView blob(int column) const override { return is_null(column) ? ByteView() : bytes_of(data(column)); }
  std::int64_t changes() const override { return changes_; }
  const std::string& sql() const override { return sql_; }

 private:
  unsigned type(int column) const { return PQftype(rows_.get(), column); }
  std::string_view data(int column) const {
    return {PQgetvalue(rows_.get(), row_, column), static_cast<std::size_t>(PQgetlength(rows_.get(), row_, column))};
  }

  PostgresDatabase& database_;
  std::string sql_;
  pg::Parameters parameters_;
  Rows rows_;
  int row_ = -1;
  std::int64_t changes_ = 0;
  mutable std::deque<std::string> spelled_;  // numbers read as text, alive as long as their row
};

// The number of the advisory lock that writers of one schema take (FNV-1a of its name).
std::int64_t lock_number(std::string_view schema) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : schema) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ull;
  return static_cast<std::int64_t>(hash);
}

constexpr std::string_view kBeginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

Status PostgresDatabase::connect() {
  names_.clear();
  posted_ = 0;
  is_ending_ = false;
  const std::string timeout = std::to_string(options_.connect_timeout_s);
  // What stands before dbname in this list is a default that the URL may overrule.
  const char* keys[] = {"connect_timeout", "tcp_user_timeout", "keepalives_idle", "application_name", "dbname", "client_encoding", nullptr};
  const char* values[] = {timeout.c_str(), "3000", "10", "warifu", options_.url.c_str(), "UTF8", nullptr};
  connection_.reset(PQconnectdbParams(keys, values, 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    std::string reason = PQerrorMessage(connection_.get());  // names host and port, never the password
    connection_.reset();
    while (!reason.empty() && reason.back() == '\n') reason.pop_back();
    return fail(Code::STORE_UNAVAILABLE, "cannot connect to PostgreSQL: " + reason);
  }
  PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
  PQsetnonblocking(connection_.get(), 1);
  std::string setup;
  if (options_.access == Access::WRITE) setup += "SET client_min_messages=warning; CREATE SCHEMA IF NOT EXISTS \"" + options_.schema + "\"; ";
  setup += "SET search_path TO \"" + options_.schema + "\"; SET lock_timeout=" + std::to_string(options_.lock_timeout_ms) +
           "; SET statement_timeout=" + std::to_string(options_.statement_timeout_ms) + "; SET standard_conforming_strings=on; SET datestyle='ISO'";
  if (options_.access == Access::READ) setup += "; SET default_transaction_read_only=on";
  // An answered write is on the disk, whatever the server's default is; stricter settings of the server stay.
  setup += "; SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
  Status done = command(setup);
  if (!done) connection_.reset();
  return done;
}

Status PostgresDatabase::ready() {
  if (std::exchange(is_ending_, false) && PQresultStatus(answer(true, deadline()).get()) != PGRES_COMMAND_OK) connection_.reset();
  if (connection_ && PQstatus(connection_.get()) == CONNECTION_OK) return {};
  if (open_ && !is_begin_due_) return fail(Code::STORE_UNAVAILABLE, "the connection to PostgreSQL was lost within the transaction");
  return connect();
}

Status PostgresDatabase::ready_in_transaction() {
  TRY(ready());
  return std::exchange(is_begin_due_, false) ? begin_now(std::string(kBeginReading)) : Status{};
}

bool PostgresDatabase::wait(Deadline until, bool is_writing) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  if (left <= 0) return false;
  pollfd line{PQsocket(connection_.get()), static_cast<short>(is_writing ? POLLIN | POLLOUT : POLLIN), 0};
  const int ready = ::poll(&line, 1, static_cast<int>(left));
  if (ready < 0) return errno == EINTR;
  return ready > 0 && ((line.revents & POLLIN) == 0 || PQconsumeInput(connection_.get()) == 1);
}

Rows PostgresDatabase::next_result(Deadline until) {
  while (connection_) {
    const int unsent = PQflush(connection_.get());
    if (unsent == 0 && PQisBusy(connection_.get()) == 0) return Rows(PQgetResult(connection_.get()));
    if (unsent >= 0 && wait(until, unsent == 1)) continue;
    // A broken line may still hold the server's last words (why it ends).
    if (PQstatus(connection_.get()) != CONNECTION_OK && PQisBusy(connection_.get()) == 0) return Rows(PQgetResult(connection_.get()));
    connection_.reset();
  }
  return nullptr;
}

Rows PostgresDatabase::answer(bool is_sent, Deadline until) {
  Rows last;
  if (!is_sent) return last;
  while (Rows next = next_result(until)) {
    const auto status = PQresultStatus(next.get());
    last = std::move(next);
    if (status == PGRES_COPY_IN) break;  // goes on with what is fed
  }
  if (!connection_) last.reset();
  return last;
}

Status PostgresDatabase::command(const std::string& script, int more_ms) {
  const Rows result = answer(PQsendQuery(connection_.get(), script.c_str()) == 1, deadline(more_ms));
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return {};
  return failure(connection_.get(), result.get());
}

Result<PreparedName> PostgresDatabase::prepared_name(const std::string& sql) {
  TRY(ready());
  if (const auto found = names_.find(sql); found != names_.end()) return found->second;
  Result<PreparedName> prepared = prepare_now(sql);
  // As in begin_now(): nothing hangs on the connection that was lost.
  if (prepared || !is_lost() || (open_ && !is_begin_due_)) return prepared;
  TRY(connect());
  return prepare_now(sql);
}

Result<PreparedName> PostgresDatabase::prepare_now(const std::string& sql) {
  TRY(settle());
  if (names_.size() >= limits::kStatementsCachedMax) {
    TRY(command("DEALLOCATE ALL"));
    names_.clear();
  }
  PreparedName prepared{"s" + std::to_string(next_name_++), 0};
  const Deadline until = deadline();
  const Rows made = answer(PQsendPrepare(connection_.get(), prepared.name.c_str(), sql.c_str(), 0, nullptr) == 1, until);
  if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) return failure(connection_.get(), made.get());
  const Rows described = answer(PQsendDescribePrepared(connection_.get(), prepared.name.c_str()) == 1, until);
  if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) return failure(connection_.get(), described.get());
  prepared.places = PQnparams(described.get());
  names_.emplace(sql, prepared);
  return prepared;
}

Result<std::unique_ptr<Cursor>> PostgresDatabase::make_cursor(std::string_view sql) {
  std::string text(sql);
  const PreparedName prepared = TRY(prepared_name(text));
  return std::make_unique<PostgresCursor>(*this, std::move(text), prepared.places);
}

Result<Rows> PostgresDatabase::execute(const std::string& sql, const pg::Parameters& parameters) {
  if (is_begin_due_) return begin_and_execute(sql, parameters);
  const PreparedName prepared = TRY(prepared_name(sql));
  if (posted_ > 0) {
    TRY(send(prepared.name, parameters));
    return std::move(TRY(read_sent()).last);
  }
  const bool is_sent = PQsendQueryPrepared(connection_.get(), prepared.name.c_str(), parameters.count(), parameters.values(), parameters.lengths(),
                                           parameters.formats(), 1) == 1;
  Rows result = answer(is_sent, deadline(options_.statement_timeout_ms));
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return result;
  forget_stale_plans(result.get());
  return failure(connection_.get(), result.get());
}

// "cached plan must not change result type": a migration ran elsewhere; the next try prepares anew.
void PostgresDatabase::forget_stale_plans(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (state != nullptr && std::string_view(state) == "0A000") names_.clear();
}

Status PostgresDatabase::post_values(std::string_view sql, std::span<const Value> values) {
  constexpr std::size_t kPostedMax = 128;  // their answers, some 30 bytes each, fit the socket's buffers
  CHECK_THAT(open_);
  TRY(ready_in_transaction());
  for (const Value& value : values) TRY(detail::check_value(value));
  const PreparedName prepared = TRY(prepared_name(std::string(sql)));
  if (values.size() > static_cast<std::size_t>(prepared.places)) return fail(Code::INTERNAL, "no such placeholder in: " + std::string(sql));
  pg::Parameters parameters(static_cast<std::size_t>(prepared.places));
  for (std::size_t i = 0; i < values.size(); ++i) parameters.set(i, values[i]);
  if (posted_ >= kPostedMax) TRY(settle());
  if (posted_ == 0) TRY(begin_sending());
  return send(prepared.name, parameters);
}

Status PostgresDatabase::settle() {
  if (posted_ > 0) TRY(read_sent());
  return {};
}

Status PostgresDatabase::begin_sending() {
  if (PQenterPipelineMode(connection_.get()) != 1) return failure(connection_.get(), nullptr);
  return {};
}

Status PostgresDatabase::send(const std::string& name, const pg::Parameters& parameters) {
  ++posted_;  // also when it fails: read_sent() leaves the mode
  if (connection_ && PQsendQueryPrepared(connection_.get(), name.c_str(), parameters.count(), parameters.values(), parameters.lengths(),
                                         parameters.formats(), 1) == 1)
    return {};
  static_cast<void>(read_sent());
  return failure(connection_.get(), nullptr);
}

Result<PostgresDatabase::Sent> PostgresDatabase::read_sent() {
  posted_ = 0;
  const Deadline until = deadline(options_.statement_timeout_ms);
  if (!connection_) return fail(Code::STORE_UNAVAILABLE, "the connection to PostgreSQL was lost");
  Result<Sent> out{Sent{}};
  bool is_synced = false;
  const bool is_asked = PQpipelineSync(connection_.get()) == 1;
  // Each statement's answers end with a null pointer; the sync's answer comes last.
  for (std::size_t empty = 0; is_asked && !is_synced && empty < 2;) {
    Rows result = next_result(until);
    if (!connection_) break;
    empty = result ? 0 : empty + 1;
    if (!result) continue;
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) {
      is_synced = true;
    } else if (out && (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)) {
      out->changed += changes_of(result.get());
      out->last = std::move(result);
    } else if (out) {
      forget_stale_plans(result.get());
      out = failure(connection_.get(), result.get());
    }
  }
  if (!connection_ || !is_synced || PQexitPipelineMode(connection_.get()) != 1) {
    if (out) out = fail(Code::STORE_UNAVAILABLE, "the connection to PostgreSQL was lost");
    connection_.reset();  // its state is unknown; the transaction is over
  }
  return out;
}

Status PostgresDatabase::begin(Access access) {
  CHECK_THAT(!open_);
  TRY(ready());
  is_reading_ = access == Access::READ;
  if (is_reading_) {
    // Goes out with the first statement: most readings are one, and take one round trip instead of three.
    open_ = is_begin_due_ = true;
    return {};
  }
  Status begun = begin_now("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(" +
                           std::to_string(lock_number(options_.schema)) + ")");
  open_ = true;
  if (!begun) rollback();
  return begun;
}

Status PostgresDatabase::begin_now(const std::string& script) {
  Status begun = command(script);
  // The server may have gone and come back since the last use; nothing has been done yet, so one new connection is harmless.
  if (!begun && begun.error().code == Code::STORE_UNAVAILABLE) {
    TRY(connect());
    begun = command(script);
  }
  return begun;
}

// A reading's begin and its first statement in one round trip. What is read is that of a moment after both.
Result<Rows> PostgresDatabase::begin_and_execute(const std::string& sql, const pg::Parameters& parameters) {
  const Deadline patience = deadline();
  for (bool is_again = false;; is_again = true) {
    const PreparedName prepared = TRY(prepared_name(sql));
    TRY(begin_sending());
    ++posted_;
    const bool is_sent = PQsendQueryParams(connection_.get(), std::string(kBeginReading).c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 1;
    Status sent = is_sent ? send(prepared.name, parameters) : failure(connection_.get(), nullptr);
    Result<Sent> read = sent ? read_sent() : Result<Sent>(tl::unexpected<Error>(std::move(sent).error()));
    // As in begin_now(): the server may have gone and come back. One that hangs is not waited for twice.
    if (!read && is_lost() && !is_again && std::chrono::steady_clock::now() < patience) {
      TRY(connect());
      continue;
    }
    is_begin_due_ = false;
    if (!read) return tl::unexpected<Error>(std::move(read).error());
    return std::move(read->last);
  }
}

Status PostgresDatabase::commit() {
  CHECK_THAT(open_);
  if (std::exchange(is_begin_due_, false)) {
    open_ = false;  // nothing was read
    return {};
  }
  const Result<Rows> result = ready() ? say("COMMIT") : Result<Rows>(fail(Code::STORE_UNAVAILABLE, "the connection to PostgreSQL was lost"));
  if (!result) {
    rollback();
    return tl::unexpected<Error>(result.error());
  }
  open_ = false;
  // COMMIT of a transaction in which something failed succeeds, as a rollback.
  if (std::string_view(PQcmdStatus(result->get())) != "COMMIT") return fail(Code::INTERNAL, "a failed transaction was committed");
  return {};
}

// One command, with what was posted before it: nothing of it runs when that failed.
Result<Rows> PostgresDatabase::say(const char* sql) {
  if (posted_ > 0) {
    ++posted_;
    if (PQsendQueryParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) {
      static_cast<void>(read_sent());
      return failure(connection_.get(), nullptr);
    }
    return std::move(TRY(read_sent()).last);
  }
  Rows result = answer(PQsendQuery(connection_.get(), sql) == 1, deadline());
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return failure(connection_.get(), result.get());
  return result;
}

void PostgresDatabase::rollback() {
  if (!open_) return;
  open_ = false;
  if (std::exchange(is_begin_due_, false)) return;
  static_cast<void>(settle());  // its failure goes with what is rolled back
  if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) return;
  if (is_reading_) {
    // Nobody waits for the end of a reading; whoever uses the connection next reads the answer.
    if (PQsendQuery(connection_.get(), "ROLLBACK") == 1 && PQflush(connection_.get()) == 0)
      is_ending_ = true;
    else
      connection_.reset();
    return;
  }
  const Rows result = answer(PQsendQuery(connection_.get(), "ROLLBACK") == 1, deadline());
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) connection_.reset();
}

// Rows are sent without waiting, and their answers read afterwards. A chunk's answers (about 30 bytes each) fit the socket's buffers, so that
// neither side waits for the other for ever.
Result<std::int64_t> PostgresDatabase::run_each(std::string_view sql, std::span<const std::vector<Value>> rows) {
  constexpr std::size_t kChunkRows = 128;
  CHECK_THAT(open_);
  TRY(ready_in_transaction());
  const PreparedName prepared = TRY(prepared_name(std::string(sql)));
  std::int64_t changed = 0;
  for (std::size_t first = 0; first < rows.size(); first += kChunkRows) {
    const auto chunk = rows.subspan(first, std::min(kChunkRows, rows.size() - first));
    for (const auto& row : chunk) {
      if (row.size() > static_cast<std::size_t>(prepared.places)) return fail(Code::INTERNAL, "no such placeholder in: " + std::string(sql));
      for (const Value& value : row) TRY(detail::check_value(value));
    }
    TRY(settle());
    changed += TRY(send_chunk(prepared, chunk));
  }
  return changed;
}

Result<std::int64_t> PostgresDatabase::send_chunk(const PreparedName& prepared, std::span<const std::vector<Value>> rows) {
  TRY(begin_sending());
  for (const auto& row : rows) {
    pg::Parameters parameters(static_cast<std::size_t>(prepared.places));
    for (std::size_t i = 0; i < row.size(); ++i) parameters.set(i, row[i]);
    TRY(send(prepared.name, parameters));
  }
  return TRY(read_sent()).changed;
}

Result<std::int64_t> PostgresDatabase::bulk_load(std::string_view table, std::span<const std::string_view> columns, const RowSource& next) {
  constexpr std::size_t kBufferBytes = 64 * 1024;
  CHECK_THAT(open_ && detail::is_identifier(table) && !columns.empty());
  TRY(ready_in_transaction());
  TRY(settle());
  std::string names;
  for (const auto column : columns) {
    CHECK_THAT(detail::is_identifier(column));
    names += (names.empty() ? "" : ", ") + std::string(column);
  }
  const std::string copy = "COPY " + std::string(table) + " (" + names + ") FROM STDIN";
  const Rows started = answer(PQsendQuery(connection_.get(), copy.c_str()) == 1, deadline());
  if (PQresultStatus(started.get()) != PGRES_COPY_IN) return failure(connection_.get(), started.get());
  const auto feed = [&]() -> Status {
    std::string buffer;
    std::vector<Value> row(columns.size());
    for (bool more = true; more;) {
      more = TRY(next(row));
      if (more) {
        for (const Value& value : row) TRY(detail::check_value(value));
        pg::append_copy_row(buffer, row);
      }
      if (buffer.size() < kBufferBytes && more) continue;
      TRY(feed_copy(buffer));
      buffer.clear();
    }
    return {};
  };
  return end_copy(feed());
}

Status PostgresDatabase::feed_copy(const std::string& buffer) {
  const Deadline until = deadline();
  int put = 0;
  while ((put = PQputCopyData(connection_.get(), buffer.data(), static_cast<int>(buffer.size()))) == 0)
    if (!wait(until, true)) break;
  return put == 1 ? Status{} : failure(connection_.get(), nullptr);
}

// Ends COPY, also after a failed source: the server has to be told, or the connection stays in the middle of it.
Result<std::int64_t> PostgresDatabase::end_copy(Status fed) {
  const Deadline until = deadline(options_.statement_timeout_ms);
  int ended = 0;
  while ((ended = PQputCopyEnd(connection_.get(), fed ? nullptr : "the source failed")) == 0)
    if (!wait(until, true)) break;
  Result<std::int64_t> loaded = 0;
  if (ended != 1) loaded = failure(connection_.get(), nullptr);
  while (ended == 1) {
    const Rows result = next_result(until);
    if (!connection_) loaded = failure(nullptr, nullptr);
    if (!result) break;
    if (PQresultStatus(result.get()) == PGRES_COMMAND_OK)
      loaded = changes_of(result.get());
    else
      loaded = failure(connection_.get(), result.get());
  }
  if (!fed) return tl::unexpected<Error>(std::move(fed).error());
  return loaded;
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options) {
  if (!detail::is_identifier(options.schema)) return fail(Code::CONFIG, "a schema's name has lower-case letters, digits and _", "schema");
  auto database = std::make_unique<PostgresDatabase>(options);
  TRY(database->connect());
  return database;
}

}  // namespace warifu::store
