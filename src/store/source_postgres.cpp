// A provider's PostgreSQL database, read and never written: a read-only transaction with a statement timeout, one prepared statement, rows
// handed over one by one so that a large answer is cut off and not held. The role in the URL should have nothing but SELECT (docs/sources.md).

#include <libpq-fe.h>

#include <chrono>
#include <cstring>

#include "store/source_parts.h"

namespace warifu::store::source {

namespace {

using Clock = std::chrono::steady_clock;

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, CloseConnection>;
using Rows = std::unique_ptr<PGresult, ClearResult>;

// The server's sentence may carry values once a statement runs; `tells` is for before that.
tl::unexpected<Error> failure(PGconn* connection, const PGresult* result, const std::string& where, bool tells) {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view code = state == nullptr ? "" : state;
  if (code == "57014") return fail(Code::TIMEOUT, "the lookup took too long", where);
  const bool is_lost = code.empty() || code.starts_with("08") || code.starts_with("57") || code.starts_with("53") || code.starts_with("55") ||
                       PQstatus(connection) != CONNECTION_OK;
  if (is_lost) return fail(Code::SOURCE_UNAVAILABLE, "postgresql: connection lost or refused " + std::string(code), where);
  std::string message = "postgresql " + std::string(code);
  if (const char* text = tells ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr) message += std::string(": ") + text;
  return fail(Code::SOURCE_CONFIG, std::move(message), where);
}

Status command(PGconn* connection, const std::string& sql, const std::string& where) {
  const Rows result(PQexec(connection, sql.c_str()));
  return PQresultStatus(result.get()) == PGRES_COMMAND_OK ? Status{} : failure(connection, result.get(), where, true);
}

Result<Connection> open(const Config& config, int timeout_ms) {
  const std::string options = "-c default_transaction_read_only=on -c statement_timeout=" + std::to_string(timeout_ms) +
                              " -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000";
  const char* keys[] = {"connect_timeout", "tcp_user_timeout", "application_name", "dbname", "client_encoding", "options", nullptr};
  const char* values[] = {"5", "10000", "warifu lookup", config.url.c_str(), "UTF8", options.c_str(), nullptr};
  Connection connection(PQconnectdbParams(keys, values, 1));
  if (PQstatus(connection.get()) != CONNECTION_OK) return fail(Code::SOURCE_UNAVAILABLE, "cannot connect to the source's database", config.info.name);
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  TRY(command(connection.get(), "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY", config.info.name));
  return connection;
}

struct Bound {
  std::vector<std::optional<std::string>> values;
  [[nodiscard]] std::vector<const char*> pointers() const {
    std::vector<const char*> out;
    for (const auto& value : values) out.push_back(value ? value->c_str() : nullptr);
    return out;
  }
};

Bound bind(const std::vector<std::string>& names, const inquiry::Item& item, std::size_t limit) {
  Bound out;
  for (const std::string& name : names) {
    Parameter value = parameter(name, item, limit);
    if (value.number) value.text = std::to_string(*value.number);
    out.values.push_back(std::move(value.text));
  }
  return out;
}

// `$from IS NULL OR at >= $from` gives the server nothing to conclude a type from at the first place, so what may be absent has a fixed type:
// times are timestamptz, numbers numbers, the rest text. $value takes the type of the column it is compared with.
std::vector<Oid> types_of(const std::vector<std::string>& names) {
  constexpr Oid kOpen = 0, kInt8 = 20, kText = 25, kTimestamptz = 1184;  // pg_type.dat; these numbers never change
  std::vector<Oid> out;
  for (const std::string& name : names) {
    if (name == "value")
      out.push_back(kOpen);
    else if (name == "port" || name == "limit" || name.ends_with("_us"))
      out.push_back(kInt8);
    else if (name == "at" || name == "from" || name == "until")
      out.push_back(kTimestamptz);
    else
      out.push_back(kText);
  }
  return out;
}

// Rows one at a time, until they end or a bound is reached; then the rest is cancelled.
Status fetch(PGconn* connection, RowBuffer& rows, const std::string& where) {
  bool is_full = false;
  Status status;
  for (;;) {
    const Rows result(PQgetResult(connection));
    if (!result) return status;
    const ExecStatusType kind = PQresultStatus(result.get());
    if (kind == PGRES_TUPLES_OK || is_full) continue;
    if (kind != PGRES_SINGLE_TUPLE) {
      if (status) status = failure(connection, result.get(), where, false);
      continue;
    }
    std::vector<std::string> row;
    for (int c = 0; c < PQnfields(result.get()); ++c)
      row.push_back(PQgetisnull(result.get(), 0, c) != 0
                        ? std::string()
                        : readable({PQgetvalue(result.get(), 0, c), static_cast<std::size_t>(PQgetlength(result.get(), 0, c))}));
    if (rows.add(std::move(row))) continue;
    is_full = true;
    if (PGcancel* cancel = PQgetCancel(connection)) {
      char ignored[256];
      PQcancel(cancel, ignored, sizeof ignored);
      PQfreeCancel(cancel);
    }
  }
}

}  // namespace

Result<answer::LookupResult> run_postgres(const Config& config, const answer::SourceQuery& query, const inquiry::Item& item, std::size_t rows_max,
                                          int timeout_ms) {
  const std::string where = place_of(config, query);
  const Clock::time_point begun = Clock::now();
  const Scanned scanned = TRY(scan_sql(settings_of(config, query).sql));
  const Connection connection = TRY(open(config, timeout_ms));
  const std::vector<Oid> types = types_of(scanned.names);
  const Rows prepared(PQprepare(connection.get(), "lookup", scanned.positional.c_str(), static_cast<int>(types.size()), types.data()));
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return failure(connection.get(), prepared.get(), where, true);
  const Rows described(PQdescribePrepared(connection.get(), "lookup"));
  if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) return failure(connection.get(), described.get(), where, true);
  const auto columns = static_cast<std::size_t>(PQnfields(described.get()));
  if (columns != query.columns_ja.size())
    return fail(Code::SOURCE_CONFIG,
                "the query gives " + std::to_string(columns) + " columns, its description names " + std::to_string(query.columns_ja.size()), where);
  const Bound bound = bind(scanned.names, item, rows_max + 1);
  const std::vector<const char*> values = bound.pointers();
  if (PQsendQueryPrepared(connection.get(), "lookup", static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0) != 1)
    return fail(Code::SOURCE_UNAVAILABLE, "cannot send the query", where);
  PQsetSingleRowMode(connection.get());
  RowBuffer rows(columns, rows_max);
  TRY(fetch(connection.get(), rows, where));
  answer::LookupResult result;
  result.query = query.name;
  result.truncated = rows.is_truncated();
  result.table = std::move(rows).table(query.columns_ja);
  result.took_us = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun).count();
  return result;
}

}  // namespace warifu::store::source
