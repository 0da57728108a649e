#include "app/named.h"

#include <cstdio>

#include "app/node.h"
#include "base/file.h"
#include "base/limits.h"
#include "json/codec.h"
#include "net/http.h"

namespace warifu::app {

namespace {

Result<json::Value> find_in(const json::Value& list, const char* array, std::initializer_list<const char*> fields, const std::string& wanted) {
  for (const json::Value& one : list.as_object().at(array).as_array())
    for (const char* field : fields)
      if (member_text(one, field) == wanted) return one;
  return fail(Code::NOT_FOUND, "no such entry", wanted);
}

// One matter, or why not: `ids` are those of the matters that bear the number.
Result<std::string> only_one(const std::vector<std::string>& ids, const std::string& number) {
  if (ids.empty()) return fail(Code::NOT_FOUND, "no matter here has this number", number);
  if (ids.size() == 1) return ids.front();
  std::string all;
  for (const std::string& id : ids) all += (all.empty() ? "" : ", ") + id;
  return fail(Code::CONFLICT, "several matters have this number; give the id of one: " + all, number);
}

}  // namespace

Result<json::Value> person_named(Door& door, const std::string& login) {
  return find_in(TRY(door.call("GET", "/api/people", std::nullopt)), "people", {"login", "id"}, login);
}

Result<json::Value> unit_named(Door& door, const std::string& name) {
  return find_in(TRY(door.call("GET", "/api/units", std::nullopt)), "units", {"name_ja", "name_en", "id"}, name);
}

Result<std::string> matter_named(Door& door, const std::string& number) {
  if (MatterId::parse(number)) return number;
  const json::Value found = TRY(door.call("GET", "/api/matters?number=" + net::percent_encode(number), std::nullopt));
  std::vector<std::string> ids;
  for (const json::Value& row : found.as_object().at("rows").as_array())
    if (member_text(row, "number") == number) ids.push_back(member_text(row, "matter"));
  return only_one(ids, number);
}

Result<MatterId> matter_in(const Hosted& house, const std::optional<party::OrganisationId>& agency, const std::string& number) {
  if (const Result<MatterId> id = MatterId::parse(number); id && house.store->row(*id)) return *id;
  std::vector<std::string> ids;
  if (house.organisation.side == party::Side::AGENCY) {
    const bool is_own = !agency || *agency == house.organisation.id;
    const std::optional<MatterId> own = is_own ? TRY(house.store->matter_by_number(number)) : std::nullopt;
    if (own) ids.push_back(own->hex());
  } else {
    desk::MatterQuery query;
    query.number = number;  // a prefix
    query.counterparty = agency;
    query.sort = desk::Sort::NUMBER;
    query.limit = limits::kPageRowsMax;
    for (const inquiry::MatterRow& row : TRY(house.store->find(query)).rows)
      if (row.number == number) ids.push_back(row.matter.hex());
  }
  return MatterId::parse(TRY(only_one(ids, number)));
}

Result<std::string> case_named(Door& door, const std::string& number) {
  const json::Value cases = TRY(door.call("GET", "/api/cases", std::nullopt));
  for (const json::Value& one : cases.as_object().at("cases").as_array())
    if (member_text(one, "number") == number || member_text(one, "id") == number) return member_text(one, "id");
  return fail(Code::CASE_UNKNOWN, "no such case", number);
}

Result<std::string> file_named(const std::string& path, std::uint64_t bytes_max) {
  Result<std::string> read = read_file(path, bytes_max);
  if (!read && read.error().where.empty()) return fail(read.error().code, read.error().message, path, read.error().args);
  return read;
}

Result<json::Value> view_of(Door& door, const std::string& matter, const std::string& reason, const std::vector<std::string>& reveal) {
  json::Array fields;
  for (const std::string& field : reveal) fields.push_back(json::Value(field));
  return door.call("POST", "/api/matters/" + matter + "/view", json::Value(json::Object{{"reason", reason}, {"reveal", std::move(fields)}}));
}

Result<desk::SignedEntry> sign_entry(Door& door, std::optional<note::Signer>& signer, const desk::PreparedEntry& prepared, const EntryMeant& meant) {
  const note::PersonEntry entry = TRY(note::PersonEntry::parse(prepared.text));
  if (entry.org != door.who().organisation.text() || entry.person.hex() != meant.person)
    return fail(Code::TEXT_DIFFERS, "the entry is about somebody else", meant.name);
  if ((entry.delegator ? std::optional(entry.delegator->hex()) : std::nullopt) != meant.delegator)
    return fail(Code::TEXT_DIFFERS, "the entry is about another delegation", meant.name);
  std::fprintf(stderr, "%s\n%s", meant.name.c_str(), prepared.text.c_str());  // what is signed is seen first
  if (!signer) signer = TRY(door.key());
  if (signer->verifier().name != prepared.signer)
    return fail(Code::KEY_UNKNOWN, "the key file is of somebody else", "--keyfile", {{"key", signer->verifier().name}});
  return desk::SignedEntry{prepared.text, TRY(signer->sign(prepared.text)).text()};
}

Result<json::Value> save(Door& door, const std::string& target, const std::string& out) {
  const Door::Saved saved = TRY(door.download(target, out));
  return json::Value(json::Object{{"ok", true}, {"file", out}, {"bytes", static_cast<std::int64_t>(saved.bytes)}, {"sha256", saved.sha256.hex()}});
}

}  // namespace warifu::app
