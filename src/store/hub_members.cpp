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

Status HubStore::revoke(const HubRevocation& revocation, const std::optional<HubRevocation>& before) {
  return engine_->write([&](Database& database) -> Status {
    const std::int64_t changed =
        before ? TRY(database.run("UPDATE revoked SET reason = $1, at_us = $2, member_end = $3 WHERE org = $4 AND member_end = $5", revocation.reason,
                                  revocation.at, revocation.end, revocation.org, before->end))
               : TRY(database.run("INSERT INTO revoked (org, reason, at_us, member_end) VALUES ($1, $2, $3, $4) ON CONFLICT (org) DO NOTHING",
                                  revocation.org, revocation.reason, revocation.at, revocation.end));
    if (changed != 1) return fail(Code::CONFLICT, "somebody else has revoked it meanwhile", "org");
    TRY(database.run("UPDATE application SET state = 'withdrawn', changed_us = $1 WHERE org = $2 AND state IN ('invited', 'applied')", revocation.at,
                     revocation.org));
    return {};
  });
}

Status HubStore::restore(const HubRevocation& revocation) {
  return engine_->write([&](Database& database) -> Status {
    if (TRY(database.run("DELETE FROM revoked WHERE org = $1 AND member_end = $2", revocation.org, revocation.end)) != 1)
      return fail(Code::CONFLICT, "somebody else has revoked it meanwhile", "org");
    return {};
  });
}

Result<std::optional<HubRevocation>> HubStore::revocation(const std::string& org) const {
  return engine_->read([&](Database& database) -> Result<std::optional<HubRevocation>> {
    const auto row = TRY(
        first_row<std::string, std::string, std::string, Time>(database, "SELECT org, reason, member_end, at_us FROM revoked WHERE org = $1", org));
    if (!row) return std::optional<HubRevocation>{};
    const auto& [name, reason, end, at] = *row;
    return std::optional<HubRevocation>({name, reason, end, at});
  });
}

Result<std::vector<std::string>> HubStore::revoked() const {
  return engine_->read([](Database& database) -> Result<std::vector<std::string>> {
    Statement rows = TRY(database.query("SELECT org FROM revoked ORDER BY org"));
    return all_rows<std::string>(rows, [](const Statement& row) -> Result<std::string> { return std::string(row.column_text(0)); });
  });
}

}  // namespace warifu::store
