// `warifu delegation`: who approves in a head's place. Both its beginning and its end are signed here, on the signer's own key.

#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "app/named.h"
#include "json/codec.h"

namespace warifu::app {

namespace {

using party::Role;

// A day is a whole one of Japan, the last one included; a time is taken as it stands. Nobody becomes a delegate afterwards, so that what begins
// today begins now.
Result<std::string> instant(const std::string& text, bool is_end, const char* option) {
  const Time now = now_utc();
  if (text.empty()) return to_rfc3339(now);
  if (const Result<Date> day = Date::parse(text)) {
    if (is_end) return to_rfc3339(tokyo_midnight(day->plus_days(1)));
    return to_rfc3339(*day == tokyo_date(now) ? now : tokyo_midnight(*day));
  }
  Result<Time> time = parse_rfc3339(text);
  if (!time) return tl::unexpected<Error>(std::move(time).error().at(option));
  return to_rfc3339(*time);
}

Result<std::vector<party::Delegation>> delegations_of(Door& door) {
  const json::Value all = TRY(door.call("GET", "/api/delegations", std::nullopt));
  return json::decode<std::vector<party::Delegation>>(all.as_object().at("delegations"));
}

Result<json::Value> list(const DelegationCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::APPROVER));
  json::Object logins;
  const json::Value people = TRY(door->call("GET", "/api/people", std::nullopt));
  for (const json::Value& person : people.as_object().at("people").as_array()) logins[member_text(person, "id")] = member_text(person, "login");
  json::Array out;
  const Time now = now_utc();
  for (const party::Delegation& one : TRY(delegations_of(*door))) {
    json::Object row = json::encode(one).as_object();
    row["delegate_login"] = logins[one.delegate.hex()];
    row["delegator_login"] = logins[one.delegator.hex()];
    row["state"] = one.covers(now) ? "IN_FORCE" : now < one.from && one.from < one.until ? "TO_COME" : "ENDED";
    out.push_back(std::move(row));
  }
  return json::Value(json::Object{{"delegations", std::move(out)}});
}

// The organisation's own text of the entry, signed here and handed in with what it is about.
Result<json::Value> sign_and_hand_in(Door& door, const std::string& route, const json::Value& about, const json::Value& delegate,
                                     const std::string& delegator) {
  const desk::PreparedEntry prepared = TRY(json::decode<desk::PreparedEntry>(TRY(door.call("POST", route + "/prepare", about))));
  std::optional<note::Signer> signer;
  const EntryMeant meant{member_text(delegate, "id"), member_text(delegate, "name"), delegator};
  const desk::SignedEntry entry = TRY(sign_entry(door, signer, prepared, meant));
  const json::Value done = TRY(door.call("POST", route, json::Value(json::Object{{"delegation", about}, {"entry", json::encode(entry)}})));
  return json::Value(json::Object{{"ok", true}, {"delegation", done}});
}

Result<json::Value> add(const DelegationCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::APPROVER));
  const json::Value me = TRY(person_named(*door, door->who().person.hex())), delegate = TRY(person_named(*door, command.login));
  const std::string unit = member_text(me, "unit");
  if (unit.empty()) return fail(Code::FORBIDDEN, "the head of a unit delegates, and you have none", command.access.as);
  const json::Value about(json::Object{{"delegator", member_text(me, "id")},
                                       {"delegate", member_text(delegate, "id")},
                                       {"unit", unit},
                                       {"from", TRY(instant(command.from, false, "--from"))},
                                       {"until", TRY(instant(command.until, true, "--until"))}});
  return sign_and_hand_in(*door, "/api/delegations", about, delegate, member_text(me, "id"));
}

Result<json::Value> end(const DelegationCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::APPROVER));
  const json::Value delegate = TRY(person_named(*door, command.login));
  const std::string delegator = command.delegator.empty() ? std::string() : member_text(TRY(person_named(*door, command.delegator)), "id");
  std::optional<Time> from;
  if (!command.from.empty()) {
    Result<Time> time = parse_rfc3339(command.from);
    if (!time) return tl::unexpected<Error>(std::move(time).error().at("--from"));
    from = *time;
  }
  std::vector<party::Delegation> meant = TRY(delegations_of(*door));
  const Time now = now_utc();
  std::erase_if(meant, [&](const party::Delegation& one) {
    return one.delegate.hex() != member_text(delegate, "id") || (!delegator.empty() && one.delegator.hex() != delegator) ||
           (from && one.from != *from) || one.until <= std::max(now, one.from);
  });
  if (meant.empty()) return fail(Code::NOT_FOUND, "no delegation of this person is in force or to come", command.login);
  if (meant.size() > 1)
    return fail(Code::CONFLICT, "several delegations of this person are in force or to come; say which: --delegator, --from", command.login);
  const party::Delegation& one = meant.front();
  const desk::DelegationReference reference{one.delegator, one.delegate, one.unit, to_rfc3339(one.from)};
  return sign_and_hand_in(*door, "/api/delegations/end", json::encode(reference), delegate, one.delegator.hex());
}

void print_delegation(const json::Value& done) {
  const json::Value& one = done.as_object().at("delegation");
  std::printf("%s — %s\n", member_text(one, "from").c_str(), member_text(one, "until").c_str());
}

}  // namespace

int run_delegation_list(const DelegationCommand& command) {
  return finish(list(command), command.access.json, [](const json::Value& all) {
    for (const json::Value& one : all.as_object().at("delegations").as_array()) {
      const std::string state = member_text(one, "state");
      std::printf("%s\t%s\t%s\t%s\t%s\n", member_text(one, "delegate_login").c_str(), member_text(one, "delegator_login").c_str(),
                  member_text(one, "from").c_str(), member_text(one, "until").c_str(),
                  state == "IN_FORCE"  ? "有効 in force"
                  : state == "TO_COME" ? "開始前 to come"
                                       : "終了 ended");
    }
  });
}
int run_delegation_add(const DelegationCommand& command) { return finish(add(command), command.access.json, print_delegation); }
int run_delegation_end(const DelegationCommand& command) { return finish(end(command), command.access.json, print_delegation); }

}  // namespace warifu::app
