#pragma once
// One thin statement interface over SQLite and PostgreSQL: the same SQL with $1…$n, the same values, the same error codes.
// A Database is one connection and belongs to one thread at a time. Statements are prepared once per connection and SQL text, and go
// back to the connection when their handle dies; a handle must not outlive its Database.
// Values: NULL, 64-bit integers, doubles, UTF-8 text without NUL, bytes. Booleans are 0/1, times are microseconds, ids and digests bytes.
// Errors: unique or foreign key violation and serialization failure CONFLICT; connection lost STORE_UNAVAILABLE; no space DISK_FULL;
// damaged file STORE_CORRUPT; another writer holds the lock STORE_LOCKED; everything else INTERNAL (a mistake in the program).
// A job that wants to survive a failing statement runs it in with_savepoint(): PostgreSQL refuses everything after an error otherwise.

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/id.h"
#include "base/time.h"

namespace warifu::store {

enum class EngineKind { SQLITE, POSTGRES };
enum class Access { READ, WRITE };

// What can be bound. Views must live until the statement is reset or destroyed.
using Value = std::variant<std::monostate, std::int64_t, double, std::string_view, ByteView>;

[[nodiscard]] inline Value to_value(std::nullopt_t) { return std::monostate{}; }
[[nodiscard]] inline Value to_value(double value) { return value; }
template <class I>
  requires std::is_integral_v<I>
[[nodiscard]] Value to_value(I value) {  // bool becomes 0 or 1
  static_assert(std::is_signed_v<I> || sizeof(I) < sizeof(std::int64_t), "an unsigned 64-bit number does not fit a column");
  return static_cast<std::int64_t>(value);
}
[[nodiscard]] inline Value to_value(std::uint64_t) = delete;
[[nodiscard]] inline Value to_value(std::string_view value) { return value; }
[[nodiscard]] inline Value to_value(const std::string& value) { return std::string_view(value); }
[[nodiscard]] inline Value to_value(const char* value) { return std::string_view(value); }
[[nodiscard]] inline Value to_value(ByteView value) { return value; }
[[nodiscard]] inline Value to_value(const Bytes& value) { return ByteView(value); }
[[nodiscard]] inline Value to_value(const Sha256& value) { return ByteView(value.bytes); }
[[nodiscard]] inline Value to_value(Time value) { return value.us; }
template <class Tag>
[[nodiscard]] Value to_value(const Id<Tag>& value) {
  return ByteView(value.bytes);
}
template <class T>
[[nodiscard]] Value to_value(const std::optional<T>& value) {
  return value ? to_value(*value) : Value(std::monostate{});
}

// One prepared statement of one engine; implemented by sqlite.cpp and postgres.cpp.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual Status bind(int index, const Value& value) = 0;
  virtual Result<bool> step() = 0;
  virtual void reset() = 0;  // forgets the bound values too
  [[nodiscard]] virtual int column_count() const = 0;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t int64(int column) const = 0;
  [[nodiscard]] virtual double real(int column) const = 0;
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
  [[nodiscard]] virtual ByteView blob(int column) const = 0;
  [[nodiscard]] virtual std::int64_t changes() const = 0;
  [[nodiscard]] virtual const std::string& sql() const = 0;
};

class Database;

class Statement {
 public:
  Statement(Database& database, std::unique_ptr<Cursor> cursor);
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Placeholders count from 1. The first mistake (no such placeholder, NUL in a text) is reported by step(). The bound thing must outlive the
  // stepping; temporaries that own memory are refused by the compiler.
  template <class T>
  Statement& bind(int index, const T& value) {
    return bind_value(index, to_value(value));
  }
  Statement& bind(int index, std::string&&) = delete;
  Statement& bind(int index, Bytes&&) = delete;
  template <class Tag>
  Statement& bind(int index, Id<Tag>&&) = delete;
  Statement& bind(int index, Sha256&&) = delete;
  Statement& bind_value(int index, const Value& value);

  // True: a row is there. False: done. A statement that was done starts again on the next call.
  [[nodiscard]] Result<bool> step();
  void reset();                                                              // values are forgotten too
  [[nodiscard]] std::int64_t changes() const { return cursor_->changes(); }  // rows changed, after step() said false

  // Columns count from 0. Views live until the next step() or reset(). NULL reads as 0, "" and no bytes; ask is_null() or use an optional.
  [[nodiscard]] int column_count() const { return cursor_->column_count(); }
  [[nodiscard]] bool column_is_null(int column) const { return cursor_->is_null(column); }
  [[nodiscard]] std::int64_t column_int64(int column) const { return cursor_->int64(column); }
  [[nodiscard]] double column_double(int column) const { return cursor_->real(column); }
  [[nodiscard]] bool column_bool(int column) const { return cursor_->int64(column) != 0; }
  [[nodiscard]] Time column_time(int column) const { return Time{cursor_->int64(column)}; }
  [[nodiscard]] std::string_view column_text(int column) const { return cursor_->text(column); }
  [[nodiscard]] ByteView column_blob(int column) const { return cursor_->blob(column); }
  // Reads a column as T: int64_t, int, bool, double, std::string, Bytes, Time, Id<…>, Sha256, or an optional of these. STORE_CORRUPT when the
  // stored value cannot be a T (wrong length of an id, NULL where T is not optional, number out of range).
  template <class T>
  [[nodiscard]] Result<T> column(int column) const;

 private:
  Database* database_;
  std::unique_ptr<Cursor> cursor_;
  std::optional<Error> mistake_;
};

class Database {
 public:
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] virtual EngineKind engine() const = 0;
  // A script of statements without placeholders.
  virtual Status exec(std::string_view script) = 0;
  // WRITE waits for the store's only write lock, so that writers of several processes come one after the other in both engines; READ sees one
  // unchanging snapshot.
  virtual Status begin(Access access) = 0;
  // When it fails, the transaction is rolled back.
  virtual Status commit() = 0;
  // What COMMIT would refuse because of the statements so far: a deferred foreign key that points at nothing (CONFLICT), or in PostgreSQL a
  // failed statement whose error nobody passed on. A group of jobs asks after each job, so that none spoils the commit of the others.
  virtual Status check_deferred() = 0;
  // Never fails for the caller's purpose: afterwards no transaction is open, also when the connection was lost.
  virtual void rollback() = 0;
  [[nodiscard]] virtual bool in_transaction() const = 0;

  Status savepoint(std::string_view name);
  Status release(std::string_view name);
  Status rollback_to(std::string_view name);  // undoes and forgets the savepoint

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  // Prepared and bound, not stepped. The arguments must outlive the statement's stepping.
  template <class... A>
  [[nodiscard]] Result<Statement> query(std::string_view sql, const A&... arguments);
  // Runs to the end; the number of rows changed.
  template <class... A>
  Result<std::int64_t> run(std::string_view sql, const A&... arguments);
  // The same for what nobody asks the number of changed rows of: PostgreSQL gets it together with the next statement, so that it costs no round
  // trip of its own. Inside a transaction. Its failure is that of whatever waits for an answer next (the step of a query, run(), exec(), settle(),
  // commit()), and rolling back, or back to a savepoint, forgets it. The arguments are needed during the call only.
  template <class... A>
  Status post(std::string_view sql, const A&... arguments) {
    const std::array<Value, sizeof...(A)> values{to_value(arguments)...};
    return post_values(sql, values);
  }
  virtual Status post_values(std::string_view sql, std::span<const Value> values);
  // The failure of what was posted, if any.
  virtual Status settle() { return {}; }
  // The same statement for many rows, in PostgreSQL without a round trip per row. Inside a transaction; the sum of rows changed.
  virtual Result<std::int64_t> run_each(std::string_view sql, std::span<const std::vector<Value>> rows) = 0;
  // Rows into a table as fast as the engine can (COPY in PostgreSQL), inside a transaction. `next` fills the row (sized as columns) and says
  // whether there was one; its views must live until it is called again.
  using RowSource = std::function<Result<bool>(std::span<Value> row)>;
  virtual Result<std::int64_t> bulk_load(std::string_view table, std::span<const std::string_view> columns, const RowSource& next) = 0;

 protected:
  Database() = default;
  virtual Result<std::unique_ptr<Cursor>> make_cursor(std::string_view sql) = 0;
  void forget_cursors() { idle_.clear(); }

 private:
  friend class Statement;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  void give_back(std::unique_ptr<Cursor> cursor);
  std::unordered_map<std::string, std::unique_ptr<Cursor>, TextHash, std::equal_to<>> idle_;
};

// Runs `action` (Database& -> Status) inside a savepoint; when it fails, what it did is undone and its error returned.
template <class F>
Status with_savepoint(Database& database, std::string_view name, F&& action) {
  TRY(database.savepoint(name));
  Status done = action(database);
  if (done) done = database.settle();
  if (!done) {
    TRY(database.rollback_to(name));
    return done;
  }
  return database.release(name);
}

// Calls `action` (Statement& -> Status or void) for every row.
template <class F>
Status for_each_row(Statement& statement, F&& action) {
  while (TRY(statement.step())) {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, Statement&>>)
      action(statement);
    else
      TRY(action(statement));
  }
  return {};
}

// The columns of the present row, from the first.
template <class... T>
[[nodiscard]] Result<std::tuple<T...>> read_row(const Statement& statement) {
  std::tuple<T...> row;
  Status status;
  const auto read = [&]<class C>(C& into, int column) {
    if (!status) return;
    Result<C> value = statement.column<C>(column);
    if (value)
      into = std::move(*value);
    else
      status = tl::unexpected<Error>(std::move(value).error());
  };
  std::apply([&, column = 0](T&... into) mutable { (read(into, column++), ...); }, row);
  TRY(status);
  return row;
}

// The first row, or nothing: auto row = TRY(first_row<std::int64_t, std::string>(db, kSql, id));
template <class... T, class... A>
[[nodiscard]] Result<std::optional<std::tuple<T...>>> first_row(Database& database, std::string_view sql, const A&... arguments) {
  Statement statement = TRY(database.query(sql, arguments...));
  if (!TRY(statement.step())) return std::optional<std::tuple<T...>>{};
  return std::optional<std::tuple<T...>>(TRY(read_row<T...>(statement)));
}

// One column of one row that must be there; NOT_FOUND otherwise.
template <class T, class... A>
[[nodiscard]] Result<T> one_value(Database& database, std::string_view sql, const A&... arguments) {
  Statement statement = TRY(database.query(sql, arguments...));
  if (!TRY(statement.step())) return fail(Code::NOT_FOUND, "no row");
  return statement.column<T>(0);
}

// Every row as a value made by `make` (const Statement& -> Result<T>).
template <class T, class F>
[[nodiscard]] Result<std::vector<T>> all_rows(Statement& statement, F&& make) {
  std::vector<T> rows;
  while (TRY(statement.step())) rows.push_back(TRY(make(std::as_const(statement))));
  return rows;
}

template <class... A>
Result<Statement> Database::query(std::string_view sql, const A&... arguments) {
  Statement statement = TRY(prepare(sql));
  int index = 0;
  (statement.bind(++index, arguments), ...);
  return statement;
}

template <class... A>
Result<std::int64_t> Database::run(std::string_view sql, const A&... arguments) {
  Statement statement = TRY(query(sql, arguments...));
  while (TRY(statement.step())) {}
  return statement.changes();
}

namespace detail {
// Names of tables, columns and savepoints come from the program only; anything else is a programmer's error.
[[nodiscard]] bool is_identifier(std::string_view name);
// Text with NUL is refused: PostgreSQL cannot store it and SQLite's own functions stop at it.
Status check_value(const Value& value);

template <class T>
struct Column;
template <>
struct Column<std::int64_t> {
  static Result<std::int64_t> read(const Cursor& cursor, int column) { return cursor.int64(column); }
};
template <>
struct Column<int> {
  static Result<int> read(const Cursor& cursor, int column) {
    const std::int64_t value = cursor.int64(column);
    if (value != static_cast<int>(value)) return fail(Code::STORE_CORRUPT, "a stored number is out of range");
    return static_cast<int>(value);
  }
};
template <>
struct Column<bool> {
  static Result<bool> read(const Cursor& cursor, int column) { return cursor.int64(column) != 0; }
};
template <>
struct Column<double> {
  static Result<double> read(const Cursor& cursor, int column) { return cursor.real(column); }
};
template <>
struct Column<std::string> {
  static Result<std::string> read(const Cursor& cursor, int column) { return std::string(cursor.text(column)); }
};
template <>
struct Column<Bytes> {
  static Result<Bytes> read(const Cursor& cursor, int column) {
    const ByteView view = cursor.blob(column);
    return Bytes(view.begin(), view.end());
  }
};
template <>
struct Column<Time> {
  static Result<Time> read(const Cursor& cursor, int column) { return Time{cursor.int64(column)}; }
};
template <class T>
Result<T> read_fixed(const Cursor& cursor, int column) {
  T value;
  const ByteView view = cursor.blob(column);
  if (view.size() != value.bytes.size()) return fail(Code::STORE_CORRUPT, "a stored id or digest has the wrong length");
  std::copy(view.begin(), view.end(), value.bytes.begin());
  return value;
}
template <>
struct Column<Sha256> {
  static Result<Sha256> read(const Cursor& cursor, int column) { return read_fixed<Sha256>(cursor, column); }
};
template <class Tag>
struct Column<Id<Tag>> {
  static Result<Id<Tag>> read(const Cursor& cursor, int column) { return read_fixed<Id<Tag>>(cursor, column); }
};
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
}  // namespace detail

template <class T>
Result<T> Statement::column(int column) const {
  if constexpr (detail::is_optional<T>) {
    if (cursor_->is_null(column)) return T{};
    return T(TRY(detail::Column<typename T::value_type>::read(*cursor_, column)));
  } else {
    if (cursor_->is_null(column)) return fail(Code::STORE_CORRUPT, "a stored value is missing");
    return detail::Column<T>::read(*cursor_, column);
  }
}

}  // namespace warifu::store
