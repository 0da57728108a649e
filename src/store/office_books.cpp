// The books, registers, outbox, repeated commands, people's logins, keys and sessions of an office.

#include "base/limits.h"
#include "store/office_commit.h"
#include "store/office_store.h"

namespace warifu::store {
namespace {

Result<desk::BookEntry> book_of(const Statement& row) {
  return desk::BookEntry{TRY(row.column<std::string>(0)), TRY(row.column<MatterId>(1)), TRY(row.column<std::string>(2)),
                         TRY(row.column<std::string>(3)), TRY(row.column<Time>(4))};
}

Result<desk::RegisterRow> register_of(const Statement& row) {
  desk::RegisterRow out;
  out.numbering = {TRY(row.column<UnitId>(0)), TRY(enum_parse<law::FormKind>(row.column_text(1))), TRY(row.column<int>(2)), TRY(row.column<int>(3)),
                   TRY(row.column<std::string>(4))};
  out.matter = TRY(row.column<MatterId>(5));
  out.state = TRY(row.column<std::string>(6));
  out.reason = TRY(row.column<std::string>(7));
  out.at = row.column_time(8);
  return out;
}

constexpr std::string_view kOutboxColumns =
    "SELECT o.seq, o.to_org, o.matter, o.act, o.attempts, o.next_try_us, o.last_error, o.delivered_us FROM outbox o ";

Result<desk::OutboxRow> outbox_row(const Statement& row) {
  desk::OutboxRow out;
  out.seq = row.column_int64(0);
  out.to = TRY(party::OrganisationId::parse(row.column_text(1)));
  out.matter = TRY(row.column<MatterId>(2));
  out.act = TRY(row.column<Sha256>(3));
  out.attempts = TRY(row.column<int>(4));
  out.next_try = row.column_time(5);
  out.last_error = TRY(row.column<std::string>(6));
  out.delivered = TRY(row.column<std::optional<Time>>(7));
  return out;
}

constexpr std::string_view kLoginColumns = "SELECT person, login, password, failures, locked_until_us, invitation, invitation_until_us FROM login ";

Result<desk::LoginRow> login_row(const Statement& row) {
  return desk::LoginRow{TRY(row.column<PersonId>(0)),
                        TRY(row.column<std::string>(1)),
                        TRY(row.column<std::string>(2)),
                        TRY(row.column<int>(3)),
                        TRY(row.column<std::optional<Time>>(4)),
                        TRY(row.column<std::string>(5)),
                        TRY(row.column<std::optional<Time>>(6))};
}

Result<desk::PersonKeyRow> key_row(const Statement& row) {
  return desk::PersonKeyRow{TRY(row.column<PersonId>(0)),
                            TRY(row.column<std::string>(1)),
                            TRY(row.column<std::string>(2)),
                            row.column_time(3),
                            row.column_time(4),
                            row.column_bool(5),
                            TRY(row.column<std::optional<Bytes>>(6)).value_or(Bytes())};
}

Result<desk::SessionRow> session_row(const Statement& row) {
  return desk::SessionRow{TRY(row.column<Sha256>(0)),
                          TRY(row.column<PersonId>(1)),
                          TRY(row.column<std::string>(2)),
                          row.column_bool(3),
                          TRY(row.column<std::string>(4)),
                          TRY(row.column<std::string>(5)),
                          row.column_time(6),
                          row.column_time(7),
                          row.column_time(8)};
}

template <class T, class F, class... A>
Result<std::optional<T>> maybe(Database& database, F&& make, std::string_view sql, const A&... arguments) {
  Statement rows = TRY(database.query(sql, arguments...));
  if (!TRY(rows.step())) return std::optional<T>{};
  return std::optional<T>(TRY(make(rows)));
}

template <class T, class F, class... A>
Result<std::vector<T>> all(Database& database, F&& make, std::string_view sql, const A&... arguments) {
  Statement rows = TRY(database.query(sql, arguments...));
  return all_rows<T>(rows, make);
}

// A row of the outbox is there, whatever its state.
Status check_outbox(Database& database, std::int64_t seq) {
  if (!TRY(first_row<std::int64_t>(database, "SELECT seq FROM outbox WHERE seq = $1", seq)))
    return fail(Code::NOT_FOUND, "no such entry of the outbox", "seq");
  return {};
}

}  // namespace

Result<std::optional<desk::BookEntry>> OfficeStore::book_entry(std::string_view book, const MatterId& id) const {
  return engine_->read([&](Database& database) {
    return maybe<desk::BookEntry>(database, book_of, "SELECT book, id, value, key, updated_us FROM book WHERE book = $1 AND id = $2", book, id);
  });
}

Result<std::optional<desk::BookEntry>> OfficeStore::book_entry_by_key(std::string_view book, std::string_view key) const {
  if (key.empty()) return std::optional<desk::BookEntry>{};
  return engine_->read([&](Database& database) {
    return maybe<desk::BookEntry>(database, book_of, "SELECT book, id, value, key, updated_us FROM book WHERE book = $1 AND key = $2 AND key <> ''",
                                  book, key);
  });
}

Result<std::vector<desk::BookEntry>> OfficeStore::book(std::string_view book, std::size_t limit) const {
  return engine_->read([&](Database& database) {
    const auto max = static_cast<std::int64_t>(limit);
    return all<desk::BookEntry>(database, book_of, "SELECT book, id, value, key, updated_us FROM book WHERE book = $1 ORDER BY key, id LIMIT $2",
                                book, max);
  });
}

Result<int> OfficeStore::last_serial(const UnitId& office, law::FormKind form, int year) const {
  return engine_->read([&](Database& database) {
    return one_value<int>(database, "SELECT coalesce(max(serial), 0) FROM register WHERE office = $1 AND form = $2 AND year = $3", office,
                          enum_text(form), year);
  });
}

Result<std::vector<desk::RegisterRow>> OfficeStore::register_rows(const UnitId& office, law::FormKind form, int year) const {
  return engine_->read([&](Database& database) {
    return all<desk::RegisterRow>(database, register_of,
                                  "SELECT office, form, year, serial, document_number, matter, state, reason, at_us FROM register "
                                  "WHERE office = $1 AND form = $2 AND year = $3 ORDER BY serial",
                                  office, enum_text(form), year);
  });
}

// In order of arrival, and of one matter to one receiver never a later one while an earlier one waits for its next try.
Result<std::vector<desk::OutboxRow>> OfficeStore::outbox_due(Time now, std::size_t limit) const {
  return engine_->read([&](Database& database) {
    const auto max = static_cast<std::int64_t>(limit);
    const std::string sql = std::string(kOutboxColumns) +
                            "WHERE o.delivered_us IS NULL AND o.next_try_us <= $1 AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.matter = o.matter "
                            "AND e.to_org = o.to_org AND e.seq < o.seq AND e.delivered_us IS NULL AND e.next_try_us > $1) ORDER BY o.seq LIMIT $2";
    return all<desk::OutboxRow>(database, outbox_row, sql, now, max);
  });
}

Result<std::vector<desk::OutboxRow>> OfficeStore::outbox_of(const MatterId& matter) const {
  return engine_->read([&](Database& database) {
    return all<desk::OutboxRow>(database, outbox_row, std::string(kOutboxColumns) + "WHERE o.matter = $1 ORDER BY o.seq", matter);
  });
}

Status OfficeStore::outbox_done(std::int64_t seq, Time at) {
  return write([&](Database& database) -> Status {
    TRY(check_outbox(database, seq));
    TRY(database.run("UPDATE outbox SET delivered_us = $2, last_error = '' WHERE seq = $1 AND delivered_us IS NULL", seq, at));
    return {};
  });
}

Status OfficeStore::outbox_failed(std::int64_t seq, std::string_view error, Time next_try) {
  return write([&](Database& database) -> Status {
    TRY(check_outbox(database, seq));
    TRY(database.run("UPDATE outbox SET attempts = attempts + 1, last_error = $2, next_try_us = $3 WHERE seq = $1 AND delivered_us IS NULL", seq,
                     error, next_try));
    return {};
  });
}

Result<std::optional<desk::IdempotencyRecord>> OfficeStore::idempotency(const PersonId& person, std::string_view key) const {
  return engine_->read([&](Database& database) { return get_idempotency(database, person, key); });
}

Status OfficeStore::remember(const desk::IdempotencyRecord& record) {
  return write([&](Database& database) { return put_idempotency(database, record, std::nullopt); });
}

Result<std::optional<desk::LoginRow>> OfficeStore::login(std::string_view login) const {
  return engine_->read(
      [&](Database& database) { return maybe<desk::LoginRow>(database, login_row, std::string(kLoginColumns) + "WHERE login = $1", login); });
}

Result<std::optional<desk::LoginRow>> OfficeStore::login_of(const PersonId& person) const {
  return engine_->read(
      [&](Database& database) { return maybe<desk::LoginRow>(database, login_row, std::string(kLoginColumns) + "WHERE person = $1", person); });
}

Status OfficeStore::put_login(const desk::LoginRow& row) {
  return write([&](Database& database) -> Status {
    TRY(database.run(
        "INSERT INTO login (person, login, password, failures, locked_until_us, invitation, invitation_until_us) VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (person) DO UPDATE SET login = excluded.login, password = excluded.password, failures = excluded.failures, "
        "locked_until_us = excluded.locked_until_us, invitation = excluded.invitation, invitation_until_us = excluded.invitation_until_us",
        row.person, row.login, row.password, row.failures, row.locked_until, row.invitation, row.invitation_until));
    return {};
  });
}

Result<std::vector<desk::PersonKeyRow>> OfficeStore::person_keys(const PersonId& person) const {
  return engine_->read([&](Database& database) {
    return all<desk::PersonKeyRow>(database, key_row,
                                   "SELECT person, vkey, device, from_us, until_us, is_revoked, credential FROM person_key WHERE person = $1 "
                                   "ORDER BY from_us, vkey",
                                   person);
  });
}

Status OfficeStore::put_person_key(const desk::PersonKeyRow& row) {
  return write([&](Database& database) -> Status {
    const std::optional<Bytes> credential = row.credential.empty() ? std::nullopt : std::optional(row.credential);
    TRY(
        database.run("INSERT INTO person_key (person, vkey, device, from_us, until_us, is_revoked, credential) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                     "ON CONFLICT (person, vkey) DO UPDATE SET device = excluded.device, from_us = excluded.from_us, until_us = excluded.until_us, "
                     "is_revoked = excluded.is_revoked",
                     row.person, row.vkey, row.device, row.from, row.until, row.is_revoked, credential));
    return {};
  });
}

Result<std::optional<desk::SessionRow>> OfficeStore::session(const Sha256& token) const {
  return engine_->read([&](Database& database) {
    return maybe<desk::SessionRow>(
        database, session_row,
        "SELECT token, person, csrf, is_complete, challenge, role, created_us, last_seen_us, until_us FROM session WHERE token = $1", token);
  });
}

Status OfficeStore::put_session(const desk::SessionRow& row) {
  return write([&](Database& database) -> Status {
    const Time oldest = row.last_seen - days(limits::kSessionDaysKept);
    TRY(
        database.run("INSERT INTO session (token, person, csrf, is_complete, challenge, role, created_us, last_seen_us, until_us) "
                     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (token) DO UPDATE SET person = excluded.person, csrf = excluded.csrf, "
                     "is_complete = excluded.is_complete, challenge = excluded.challenge, role = excluded.role, created_us = excluded.created_us, "
                     "last_seen_us = excluded.last_seen_us, until_us = excluded.until_us",
                     row.token, row.person, row.csrf, row.is_complete, row.challenge, row.role, row.created, row.last_seen, row.until));
    TRY(database.run("DELETE FROM session WHERE until_us < $1", oldest));
    return {};
  });
}

Status OfficeStore::drop_session(const Sha256& token) {
  return write([&](Database& database) -> Status {
    TRY(database.run("DELETE FROM session WHERE token = $1", token));
    return {};
  });
}

Status OfficeStore::drop_sessions_of(const PersonId& person) {
  return write([&](Database& database) -> Status {
    TRY(database.run("DELETE FROM session WHERE person = $1", person));
    return {};
  });
}

Result<std::optional<Time>> OfficeStore::last_view(const MatterId& matter, const PersonId& person) const {
  return engine_->read([&](Database& database) {
    return maybe<Time>(
        database, [](const Statement& row) { return row.column<Time>(0); }, "SELECT at_us FROM last_view WHERE matter = $1 AND person = $2", matter,
        person);
  });
}

}  // namespace warifu::store
