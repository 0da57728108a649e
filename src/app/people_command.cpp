// `warifu user`, `warifu unit`, `warifu case`: the office's books from the command line. On the folder and without a login the node's owner
// writes, which is how a new office begins; with a login, or over a server, the rules of the administrator's desk hold.

#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "app/named.h"
#include "app/node.h"
#include "desk/enrolment.h"

namespace warifu::app {

namespace {

using party::Role;

bool is_owner(const Access& access) { return access.server.empty() && access.as.empty(); }

json::Value object_of(std::initializer_list<std::pair<const char*, std::string>> fields) {
  json::Object out;
  for (const auto& [name, value] : fields)
    if (!value.empty()) out[name] = value;
  return json::Value(std::move(out));
}

Result<std::optional<UnitId>> unit_by_name(const std::vector<party::Unit>& units, const std::string& name) {
  if (name.empty()) return std::optional<UnitId>{};
  for (const party::Unit& unit : units)
    if (unit.name_ja == name || unit.name_en == name || unit.id.hex() == name) return std::optional(unit.id);
  return fail(Code::NOT_FOUND, "no such unit", name);
}

Result<std::vector<Role>> roles_of(const std::vector<std::string>& names) {
  std::vector<Role> out;
  for (const std::string& name : names) {
    Result<Role> role = enum_parse<Role>(name);
    if (!role) return tl::unexpected<Error>(std::move(role).error().at("--has"));
    out.push_back(*role);
  }
  if (out.empty()) return fail(Code::EMPTY_FIELD, "a person has at least one role", "--has");
  return out;
}

Result<party::Person> person_by_login(Hosted& hosted, const std::string& login) {
  const std::optional<desk::BookEntry> entry = TRY(hosted.store->book_entry_by_key("person", login));
  if (!entry) return fail(Code::NOT_FOUND, "nobody has this login", login);
  return json::decode_text<party::Person>(entry->value);
}

json::Value invitation_json(const json::Value& person, const std::optional<desk::InvitationCode>& code) {
  json::Object out{{"ok", true}, {"person", person}};
  if (code) {
    out["invitation"] = code->code;
    out["until"] = to_rfc3339(code->until);
  }
  return json::Value(std::move(out));
}

// Brings the first two people into the directory under the root key; after them a second person's own signature is needed.
Result<int> admit_by_root(Node& node, Hosted& hosted, const party::Person& person, const note::PersonKey& key, const std::string& root_file) {
  const note::Signer root = TRY(node.root_key(hosted.organisation.id, root_file));
  const Time now = node.options().clock();
  int admitted = 0;
  for (const Role role : person.roles) {
    const std::vector<desk::PublishedPerson> present = TRY(node.directory().person(hosted.organisation.id, person.id, now));
    if (std::ranges::any_of(present, [&](const desk::PublishedPerson& one) { return one.role == role && one.key == key; })) continue;
    const note::PersonEntry entry = TRY(
        desk::new_person_entry(node.directory().root().name, hosted.organisation.id, person.id, role, person.unit, key, now, now + desk::kKeyPeriod));
    TRY(node.published().add_entry(TRY(desk::person_entry(entry, *hosted.signer, root))));
    ++admitted;
  }
  return admitted;
}

Result<json::Value> add_as_owner(const UserCommand& command) {
  const std::unique_ptr<Node> node = TRY(open_node(command.access.data, true));
  Hosted* hosted = TRY(choose(*node, command.access.organisation));
  party::Person person;
  person.id = PersonId::random();
  person.login = command.login;
  person.name = command.name;
  if (!command.kana.empty()) person.kana = command.kana;
  person.post = command.post;
  person.unit = TRY(unit_by_name(TRY(hosted->office->units()), command.unit));
  person.roles = TRY(roles_of(command.roles));
  person.is_unit_head = command.is_unit_head;
  person.mail = command.mail;
  person.telephone = command.telephone;
  person.extension = command.extension;
  TRY(hosted->office->put_entry_as_node("person", MatterId{person.id.bytes}, person.login, json::encode(person)));
  std::optional<desk::InvitationCode> code;
  if (command.invite) code = TRY(hosted->logins->invite_as_node(person.id));
  return invitation_json(json::encode(person), code);
}

Result<json::Value> add_user(const UserCommand& command) {
  if (is_owner(command.access)) return add_as_owner(command);
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::ADMIN));
  json::Value body = object_of({{"login", command.login},
                                {"name", command.name},
                                {"kana", command.kana},
                                {"post", command.post},
                                {"mail", command.mail},
                                {"telephone", command.telephone},
                                {"extension", command.extension}});
  if (!command.unit.empty()) body.as_object()["unit"] = member_text(TRY(unit_named(*door, command.unit)), "id");
  body.as_object()["roles"] = json::encode(TRY(roles_of(command.roles)));
  body.as_object()["is_unit_head"] = command.is_unit_head;
  const json::Value person = TRY(door->call("POST", "/api/people", body));
  json::Object out{{"ok", true}, {"person", person}};
  if (command.invite) {
    const json::Value code = TRY(door->call("POST", "/api/people/" + member_text(person, "id") + "/invitation", std::nullopt));
    out["invitation"] = member_text(code, "code");
    out["until"] = member_text(code, "until");
  }
  return json::Value(std::move(out));
}

Result<json::Value> list_users(const UserCommand& command) {
  if (!is_owner(command.access)) {
    const std::unique_ptr<Door> door = TRY(open_door(command.access));
    return door->call("GET", "/api/people", std::nullopt);
  }
  const std::unique_ptr<Node> node = TRY(open_node(command.access.data, false));
  Hosted* hosted = TRY(choose(*node, command.access.organisation));
  return json::Value(json::Object{{"people", json::encode(TRY(hosted->office->people()))}});
}

Result<json::Value> invite(const UserCommand& command) {
  if (is_owner(command.access)) {
    const std::unique_ptr<Node> node = TRY(open_node(command.access.data, true));
    Hosted* hosted = TRY(choose(*node, command.access.organisation));
    const party::Person person = TRY(person_by_login(*hosted, command.login));
    return invitation_json(json::encode(person), TRY(hosted->logins->invite_as_node(person.id)));
  }
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::ADMIN));
  const json::Value person = TRY(person_named(*door, command.login));
  const json::Value code = TRY(door->call("POST", "/api/people/" + member_text(person, "id") + "/invitation", std::nullopt));
  return json::Value(
      json::Object{{"ok", true}, {"person", person}, {"invitation", member_text(code, "code")}, {"until", member_text(code, "until")}});
}

// By the owner: the key from the books, or the one given, under the root key.
Result<json::Value> admit_as_owner(const UserCommand& command) {
  const std::unique_ptr<Node> node = TRY(open_node(command.access.data, true));
  Hosted* hosted = TRY(choose(*node, command.access.organisation));
  const party::Person person = TRY(person_by_login(*hosted, command.login));
  std::vector<note::PersonKey> keys;
  for (const desk::PersonKeyRow& row : TRY(hosted->store->person_keys(person.id)))
    if (!row.is_revoked && (command.vkey.empty() || row.vkey == command.vkey)) keys.push_back(TRY(note::PersonKey::parse(row.vkey)));
  if (keys.empty()) return fail(Code::KEY_UNKNOWN, "the person has enrolled no device yet", command.login, {{"key", command.login}});
  int admitted = 0;
  for (const note::PersonKey& key : keys) {
    const Result<int> done = admit_by_root(*node, *hosted, person, key, command.root);
    if (!done && done.error().code == Code::SIGNATURE_MISSING)
      return fail(Code::SIGNATURE_MISSING, "the root key admits the first two people; a second person signs for this one: --as, --keyfile, --device",
                  command.login, {{"signer", hosted->organisation.id.text() + "/person/…"}});
    admitted += TRY(done);
  }
  return json::Value(json::Object{{"ok", true}, {"login", person.login}, {"admitted", admitted}});
}

// A key that was made with `warifu key new` and handed over in person, without a server.
Result<json::Value> enrol(const UserCommand& command) {
  const std::unique_ptr<Node> node = TRY(open_node(command.access.data, true));
  Hosted* hosted = TRY(choose(*node, command.access.organisation));
  const party::Person person = TRY(person_by_login(*hosted, command.login));
  Result<note::VerifierKey> key = note::VerifierKey::parse(command.vkey);
  if (!key) return tl::unexpected<Error>(std::move(key).error().at("--vkey"));
  for (const desk::PersonKeyRow& row : TRY(hosted->store->person_keys(person.id)))
    if (row.vkey == command.vkey) return fail(Code::CONFLICT, "this key is enrolled already", "--vkey");
  TRY(hosted->logins->enrol_as_node(person.id, *key, "command line"));
  return json::Value(json::Object{{"ok", true}, {"login", person.login}, {"vkey", command.vkey}});
}

// By a second person, on that person's own key.
Result<json::Value> admit(const UserCommand& command) {
  if (is_owner(command.access)) return admit_as_owner(command);
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::ADMIN));
  const json::Value person = TRY(person_named(*door, command.login));
  const std::string id = member_text(person, "id");
  int admitted = 0;
  std::optional<note::Signer> signer;
  const json::Value waiting = TRY(door->call("GET", "/api/keys/waiting", std::nullopt));
  for (const json::Value& key : waiting.as_object().at("keys").as_array()) {
    if (member_text(key, "person") != id || (!command.vkey.empty() && member_text(key, "vkey") != command.vkey)) continue;
    const json::Value body(json::Object{{"person", id}, {"role", member_text(key, "role")}, {"vkey", member_text(key, "vkey")}});
    const desk::PreparedEntry prepared = TRY(json::decode<desk::PreparedEntry>(TRY(door->call("POST", "/api/keys/admission/prepare", body))));
    const desk::SignedEntry entry = TRY(sign_entry(*door, signer, prepared, {id, member_text(person, "name"), std::nullopt}));
    TRY(door->call("POST", "/api/keys/admission", json::encode(entry)));
    ++admitted;
  }
  if (admitted == 0) return fail(Code::NOT_FOUND, "no key of this person waits", command.login);
  return json::Value(json::Object{{"ok", true}, {"login", command.login}, {"admitted", admitted}});
}

Result<json::Value> list_keys(const UserCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::ADMIN));
  const json::Value admitted = TRY(door->call("GET", "/api/keys/admitted", std::nullopt));
  const json::Value waiting = TRY(door->call("GET", "/api/keys/waiting", std::nullopt));
  return json::Value(json::Object{{"admitted", admitted.as_object().at("keys")}, {"waiting", waiting.as_object().at("keys")}});
}

// A device that was lost, or a person who left: the key ends in every role it has, in the directory, under a second person's signature.
Result<json::Value> end_key(const UserCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::ADMIN));
  const json::Value person = TRY(person_named(*door, command.login));
  const std::string id = member_text(person, "id");
  std::optional<note::Signer> signer;
  std::string vkey = command.vkey;
  int ended = 0;
  // A key that also stands in for a head of unit has an entry for each; one call ends one of them.
  for (;; ++ended) {
    std::vector<desk::AdmittedKey> keys =
        TRY(json::decode<std::vector<desk::AdmittedKey>>(TRY(door->call("GET", "/api/keys/admitted", std::nullopt)).as_object().at("keys")));
    std::erase_if(keys, [&](const desk::AdmittedKey& key) { return key.person.hex() != id || (!vkey.empty() && key.vkey != vkey); });
    if (keys.empty()) break;
    if (std::ranges::any_of(keys, [&](const desk::AdmittedKey& key) { return key.vkey != keys.front().vkey; }))
      return fail(Code::CONFLICT, "the person has several keys; say which: --vkey", command.login);
    const desk::AdmittedKey& key = keys.front();
    vkey = key.vkey;
    const desk::AdmissionCommand body{key.person, key.role, key.vkey};
    const desk::PreparedEntry prepared =
        TRY(json::decode<desk::PreparedEntry>(TRY(door->call("POST", "/api/keys/revocation/prepare", json::encode(body)))));
    const EntryMeant meant{id, member_text(person, "name"), key.delegator ? std::optional(key.delegator->hex()) : std::nullopt};
    TRY(door->call("POST", "/api/keys/revocation", json::encode(TRY(sign_entry(*door, signer, prepared, meant)))));
  }
  if (ended == 0) return fail(Code::NOT_FOUND, "no key of this person is in force", command.login);
  return json::Value(json::Object{{"ok", true}, {"login", command.login}, {"vkey", vkey}, {"ended", ended}});
}

Result<json::Value> add_unit(const UnitCommand& command) {
  if (is_owner(command.access)) {
    const std::unique_ptr<Node> node = TRY(open_node(command.access.data, true));
    Hosted* hosted = TRY(choose(*node, command.access.organisation));
    party::Unit unit;
    unit.id = UnitId::random();
    unit.name_ja = command.name_ja;
    unit.name_en = command.name_en;
    unit.is_register_office = command.is_register_office;
    unit.register_office = TRY(unit_by_name(TRY(hosted->office->units()), command.register_office));
    unit.document_prefix = command.prefix;
    TRY(hosted->office->put_entry_as_node("unit", MatterId{unit.id.bytes}, {}, json::encode(unit)));
    return json::Value(json::Object{{"ok", true}, {"unit", json::encode(unit)}});
  }
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::ADMIN));
  json::Value body = object_of({{"name_ja", command.name_ja}, {"name_en", command.name_en}, {"document_prefix", command.prefix}});
  body.as_object()["is_register_office"] = command.is_register_office;
  if (!command.register_office.empty()) body.as_object()["register_office"] = member_text(TRY(unit_named(*door, command.register_office)), "id");
  return json::Value(json::Object{{"ok", true}, {"unit", TRY(door->call("POST", "/api/units", body))}});
}

Result<json::Value> list_units(const UnitCommand& command) {
  if (!is_owner(command.access)) return TRY(open_door(command.access))->call("GET", "/api/units", std::nullopt);
  const std::unique_ptr<Node> node = TRY(open_node(command.access.data, false));
  return json::Value(json::Object{{"units", json::encode(TRY(TRY(choose(*node, command.access.organisation))->office->units()))}});
}

Result<json::Value> add_case(const CaseCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::INVESTIGATOR));
  json::Value body = object_of({{"number", command.number}, {"title", command.title}, {"offence", command.offence}});
  if (!command.unit.empty()) body.as_object()["unit"] = member_text(TRY(unit_named(*door, command.unit)), "id");
  return json::Value(json::Object{{"ok", true}, {"case", TRY(door->call("POST", "/api/cases", body))}});
}

void print_invitation(const json::Value& made) {
  const json::Value& person = made.as_object().at("person");
  std::printf("%s  %s\n", member_text(person, "login").c_str(), member_text(person, "id").c_str());
  if (const std::string code = member_text(made, "invitation"); !code.empty())
    std::printf("  招待コード(一度だけ表示) invitation code, shown once: %s\n  期限 until: %s\n", code.c_str(), member_text(made, "until").c_str());
}

void print_rows(const json::Value& list, const char* array, std::initializer_list<const char*> fields) {
  for (const json::Value& one : list.as_object().at(array).as_array()) {
    std::string line;
    for (const char* field : fields) {
      const json::Value* value = one.as_object().if_contains(field);
      std::string text = member_text(one, field);
      if (value != nullptr && value->is_array())
        for (const json::Value& element : value->as_array()) text += (text.empty() ? "" : ",") + std::string(json::view(element.as_string()));
      line += (line.empty() ? "" : "\t") + text;
    }
    std::printf("%s\n", line.c_str());
  }
}

}  // namespace

int run_user_add(const UserCommand& command) { return finish(add_user(command), command.access.json, print_invitation); }
int run_user_list(const UserCommand& command) {
  return finish(list_users(command), command.access.json,
                [](const json::Value& all) { print_rows(all, "people", {"login", "name", "post", "roles", "id"}); });
}
int run_user_invite(const UserCommand& command) { return finish(invite(command), command.access.json, print_invitation); }
int run_user_admit(const UserCommand& command) {
  return finish(admit(command), command.access.json, [](const json::Value& done) {
    std::printf("%s: %d\n", member_text(done, "login").c_str(), static_cast<int>(done.as_object().at("admitted").as_int64()));
  });
}
int run_user_enrol(const UserCommand& command) {
  return finish(enrol(command), command.access.json, [](const json::Value& done) { std::printf("%s\n", member_text(done, "vkey").c_str()); });
}
int run_user_keys(const UserCommand& command) {
  return finish(list_keys(command), command.access.json, [](const json::Value& all) {
    print_rows(all, "admitted", {"name", "role", "device", "from", "until", "vkey"});
    if (all.as_object().at("waiting").as_array().empty()) return;
    std::printf("\n承認待ち waiting:\n");
    print_rows(all, "waiting", {"name", "role", "device", "vkey"});
  });
}
int run_user_end_key(const UserCommand& command) {
  return finish(end_key(command), command.access.json, [](const json::Value& done) {
    std::printf("%s  %s  %d\n", member_text(done, "login").c_str(), member_text(done, "vkey").c_str(),
                static_cast<int>(done.as_object().at("ended").as_int64()));
  });
}
int run_unit_add(const UnitCommand& command) {
  return finish(add_unit(command), command.access.json,
                [](const json::Value& made) { std::printf("%s\n", member_text(made.as_object().at("unit"), "id").c_str()); });
}
int run_unit_list(const UnitCommand& command) {
  return finish(list_units(command), command.access.json,
                [](const json::Value& all) { print_rows(all, "units", {"name_ja", "name_en", "document_prefix", "id"}); });
}
int run_case_add(const CaseCommand& command) {
  return finish(add_case(command), command.access.json,
                [](const json::Value& made) { std::printf("%s\n", member_text(made.as_object().at("case"), "id").c_str()); });
}
int run_case_list(const CaseCommand& command) {
  const auto list = [&]() -> Result<json::Value> {
    const std::unique_ptr<Door> door = TRY(open_door(command.access));
    TRY(door->use_role(Role::INVESTIGATOR));
    return door->call("GET", "/api/cases", std::nullopt);
  };
  return finish(list(), command.access.json, [](const json::Value& all) { print_rows(all, "cases", {"number", "title", "offence", "id"}); });
}

}  // namespace warifu::app
