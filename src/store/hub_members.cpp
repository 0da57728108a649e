// Who was invited to the exchange and asks to be admitted, and whom the hub serves no longer.

#include "store/hub_store.h"

namespace warifu::store {

namespace {

constexpr std::string_view kColumns = "code, org, side, expires_us, state, tls, bundle";

Result<HubApplication> application_of(const Statement& row) {
  HubApplication out;
  out.code = TRY(row.column<Sha256>(0));
  out.org = row.column_text(1);
  out.side = row.column_text(2);
  out.expires = row.column_time(3);
  out.state = row.column_text(4);
  out.tls = TRY(row.column<std::optional<Sha256>>(5));
  out.bundle = text_of(row.column_blob(6));
  return out;
}

}  // namespace

Status HubStore::invite(const HubApplication& invitation, Time now) {
  return engine_->write([&](Database& database) -> Status {
    if (TRY(first_row<std::string>(database,
                                   "SELECT org FROM application WHERE org = $1 AND (state = 'applied' OR (state = 'invited' AND expires_us > $2))",
                                   invitation.org, now)))
      return fail(Code::CONFLICT, "this organisation has been invited already", "org");
    TRY(database.run("INSERT INTO application (code, org, side, expires_us, state, changed_us) VALUES ($1, $2, $3, $4, 'invited', $5)",
                     invitation.code, invitation.org, invitation.side, invitation.expires, now));
    return {};
  });
}

Result<std::optional<HubApplication>> HubStore::application(const Sha256& code) const {
  return engine_->read([&](Database& database) -> Result<std::optional<HubApplication>> {
    Statement rows = TRY(database.query("SELECT " + std::string(kColumns) + " FROM application WHERE code = $1", code));
    if (!TRY(rows.step())) return std::optional<HubApplication>{};
    return std::optional<HubApplication>(TRY(application_of(rows)));
  });
}

Result<std::vector<HubApplication>> HubStore::applications() const {
  return engine_->read([](Database& database) -> Result<std::vector<HubApplication>> {
    Statement rows = TRY(database.query("SELECT " + std::string(kColumns) + " FROM application ORDER BY org, changed_us"));
    return all_rows<HubApplication>(rows, application_of);
  });
}

Status HubStore::change_application(const HubApplication& application, std::string_view from, Time now) {
  return engine_->write([&](Database& database) -> Status {
    const ByteView bundle = bytes_of(application.bundle);
    const std::int64_t changed =
        TRY(database.run("UPDATE application SET state = $1, tls = $2, bundle = $3, changed_us = $4 WHERE code = $5 AND state = $6",
                         application.state, application.tls, bundle, now, application.code, from));
    if (changed != 1) return fail(Code::CONFLICT, "the application is in another state by now", "state");
    return {};
  });
}

Status HubStore::revoke(const std::string& org, const std::string& reason, Time now) {
  return engine_->write([&](Database& database) -> Status {
    TRY(database.run("INSERT INTO revoked (org, reason, at_us) VALUES ($1, $2, $3) ON CONFLICT (org) DO NOTHING", org, reason, now));
    TRY(database.run("UPDATE application SET state = 'withdrawn', changed_us = $1 WHERE org = $2 AND state IN ('invited', 'applied')", now, org));
    return {};
  });
}

Result<std::vector<std::string>> HubStore::revoked() const {
  return engine_->read([](Database& database) -> Result<std::vector<std::string>> {
    Statement rows = TRY(database.query("SELECT org FROM revoked ORDER BY org"));
    return all_rows<std::string>(rows, [](const Statement& row) -> Result<std::string> { return std::string(row.column_text(0)); });
  });
}

}  // namespace warifu::store
