#include <doctest/doctest.h>

#include "desk/test_office.h"

namespace warifu::desk {
namespace {

using party::Role;

PersonCommand new_person(std::string login, std::vector<Role> roles, std::optional<UnitId> unit = {}) {
  PersonCommand command;
  command.login = std::move(login);
  command.name = "  架空　八郎 ";
  command.post = "巡査長";
  command.roles = std::move(roles);
  command.unit = unit;
  command.mail = "hachiro@kakuu.example";
  command.telephone = "000-000-0001";
  return command;
}

template <class T>
Code code_of(const Result<T>& result) {
  REQUIRE(!result);
  return result.error().code;
}
template <class T>
std::string where_of(const Result<T>& result) {
  REQUIRE(!result);
  return result.error().where;
}

TEST_CASE("a person is entered by an administrator, as an act, and found by the login") {
  TestWorld world;
  Office& office = world.agency();
  const party::Person made = must(office.put_person(world.agency_admin, new_person("hachiro", {Role::INVESTIGATOR}, world.section)));
  CHECK(made.name == "架空　八郎");
  CHECK(must(office.person(made.id))->login == "hachiro");
  const auto acts = must(office.store().acts(MatterId{made.id.bytes}));
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].act.kind == inquiry::Kind::OFFICE_CHANGED);
  CHECK(acts[0].act.person == world.agency_admin.person);
  CHECK(note::require(acts[0].note, world.agency_office().signer->verifier()));
  CHECK(must(office.store().book_entry_by_key("person", "hachiro"))->id == MatterId{made.id.bytes});

  PersonCommand again = new_person("hachiro", {Role::SUPERVISOR}, world.section);
  again.id = made.id;
  world.step();
  CHECK(must(office.put_person(world.agency_admin, again)).roles == std::vector<Role>{Role::SUPERVISOR});
  CHECK(must(office.store().acts(MatterId{made.id.bytes})).size() == 2);
  CHECK(must(office.person(made.id))->has(Role::SUPERVISOR));
  // The books are no matters: nobody lists or sees them as such.
  CHECK(code_of(office.peek(world.agency_auditor, MatterId{made.id.bytes})) == Code::NOT_FOUND);
}

TEST_CASE("people are refused with the field") {
  TestWorld world;
  Office& office = world.agency();
  const auto put = [&](const std::function<void(PersonCommand&)>& change) {
    PersonCommand command = new_person("hachiro", {Role::INVESTIGATOR}, world.section);
    change(command);
    return office.put_person(world.agency_admin, command);
  };
  CHECK(where_of(put([](auto& c) { c.login = "H"; })) == "/login");
  CHECK(where_of(put([](auto& c) { c.login = "Hachiro"; })) == "/login");
  CHECK(where_of(put([](auto& c) { c.login = std::string(41, 'a'); })) == "/login");
  CHECK(code_of(put([](auto& c) { c.login = "sousa1"; })) == Code::CONFLICT);
  CHECK(where_of(put([](auto& c) { c.name = ""; })) == "/name");
  CHECK(code_of(put([](auto& c) {
          c.name =
              "架空\xE2\x80\xAE"
              "八郎";
        })) == Code::BIDI_CHARACTER);
  CHECK(where_of(put([](auto& c) { c.roles = {}; })) == "/roles");
  CHECK(where_of(put([](auto& c) { c.roles = {Role::INVESTIGATOR, Role::INTAKE}; })) == "/roles/1");
  CHECK(where_of(put([](auto& c) { c.roles = {Role::NODE}; })) == "/roles/0");
  CHECK(code_of(put([](auto& c) { c.roles = {Role::ADMIN, Role::ADMIN}; })) == Code::DUPLICATE_FIELD);
  CHECK(where_of(put([](auto& c) { c.unit = UnitId::random(); })) == "/unit");
  CHECK(where_of(put([](auto& c) { c.is_unit_head = true; })) == "/is_unit_head");
  CHECK(where_of(put([](auto& c) { c.telephone = "call me"; })) == "/telephone");
  CHECK(where_of(put([](auto& c) { c.id = PersonId::random(); })) == "/id");
  for (const char* mail : {"a", "a@", "@b.example", "a b@c.example", "a@b", "a..b@c.example", "a@b@c d", "a\n@b.example"}) {
    INFO(mail);
    CHECK(where_of(put([&](auto& c) { c.mail = mail; })) == "/mail");
  }
  CHECK(must(put([](auto& c) { c.mail = "a.b+c@例え.example"; })).mail == "a.b+c@xn--r8jz45g.example");
  CHECK(code_of(office.put_person(world.approver, new_person("x1", {Role::INVESTIGATOR}))) == Code::ROLE_MISSING);
  CHECK(code_of(office.put_person({world.approver.person, Role::ADMIN}, new_person("x1", {Role::INVESTIGATOR}))) == Code::ROLE_MISSING);
}

TEST_CASE("an id of an inquiry is no place for an entry of the books") {
  TestWorld world;
  const MatterId matter = world.dispatched({world.item("ex-1001")});
  party::Unit unit;
  unit.id = UnitId{matter.bytes};
  unit.name_ja = "架空課";
  CHECK(code_of(world.agency().put_entry_as_node("unit", matter, {}, json::encode(unit))) == Code::NOT_FOUND);
  UnitCommand command;
  command.id = unit.id;
  command.name_ja = unit.name_ja;
  CHECK(code_of(world.agency().put_unit(world.agency_admin, command)) == Code::NOT_FOUND);
}

TEST_CASE("administrators do not raise themselves, and the last one stays") {
  TestWorld world;
  Office& office = world.agency();
  const party::Person admin = *must(office.person(world.agency_admin.person));
  PersonCommand self{admin.id, admin.login, admin.name, {}, {}, admin.post, admin.unit, {Role::ADMIN, Role::APPROVER}, false, {}, {}, {}, true};
  CHECK(code_of(office.put_person(world.agency_admin, self)) == Code::SEPARATION_OF_DUTIES);
  self.roles = {Role::ADMIN};
  self.unit = world.section;
  CHECK(code_of(office.put_person(world.agency_admin, self)) == Code::SEPARATION_OF_DUTIES);
  self.unit = admin.unit;
  self.telephone = "000-000-0009";
  CHECK(must(office.put_person(world.agency_admin, self)).telephone == "000-000-0009");

  const party::Person other = must(office.put_person(world.agency_admin, new_person("kanri2", {Role::ADMIN})));
  const Caller second{other.id, Role::ADMIN};
  self.roles = {Role::ADMIN, Role::AUDITOR};
  CHECK(must(office.put_person(second, self)).roles.size() == 2);
  self.roles = {Role::AUDITOR};
  CHECK(must(office.put_person(second, self)).roles.size() == 1);
  CHECK(code_of(office.put_person(world.agency_admin, new_person("x1", {Role::INVESTIGATOR}))) == Code::ROLE_MISSING);
  PersonCommand off = new_person("kanri2", {Role::ADMIN});
  off.id = other.id;
  off.is_active = false;
  CHECK(code_of(office.put_person(second, off)) == Code::SEPARATION_OF_DUTIES);
}

TEST_CASE("units") {
  TestWorld world;
  Office& office = world.agency();
  UnitCommand command;
  command.name_ja = "生活安全課";
  command.register_office = world.register_office;
  const party::Unit made = must(office.put_unit(world.agency_admin, command));
  CHECK(must(office.units()).size() == 4);
  command.register_office = world.section;
  CHECK(where_of(office.put_unit(world.agency_admin, command)) == "/register_office");
  command.register_office = world.register_office;
  command.is_register_office = true;
  CHECK(where_of(office.put_unit(world.agency_admin, command)) == "/register_office");
  UnitCommand off;
  off.id = world.section;
  off.name_ja = "捜査第二課";
  off.is_active = false;
  CHECK(where_of(office.put_unit(world.agency_admin, off)) == "/is_active");
  off.id = made.id;
  CHECK(!must(office.put_unit(world.agency_admin, off)).is_active);
  CHECK(code_of(office.put_unit(world.investigator, command)) == Code::ROLE_MISSING);
}

TEST_CASE("a delegation is of the unit's head, by himself, with an end") {
  TestWorld world;
  Office& office = world.agency();
  DelegationCommand command{world.approver.person, world.delegate.person, world.section, "2026-12-01T09:00:00+09:00", "2026-12-05T18:00:00+09:00"};
  const auto put = [&](const std::function<void(DelegationCommand&)>& change, std::optional<Caller> caller = {}) {
    DelegationCommand changed = command;
    change(changed);
    return office.put_delegation(caller.value_or(world.approver), changed);
  };
  const auto same = [](DelegationCommand&) {};
  CHECK(must(put(same)).from == must(parse_rfc3339("2026-12-01T00:00:00Z")));
  CHECK(must(office.delegations()).size() == 2);
  // Ended early: the same entry.
  CHECK(must(put([](auto& c) { c.until = "2026-12-02T18:00:00+09:00"; })).until == must(parse_rfc3339("2026-12-02T09:00:00Z")));
  CHECK(must(office.delegations()).size() == 2);
  CHECK(must(put(same, world.agency_admin)).delegate == world.delegate.person);
  CHECK(code_of(put(same, world.supervisor)) == Code::ROLE_MISSING);
  CHECK(code_of(put(same, world.delegate)) == Code::FORBIDDEN);
  CHECK(where_of(put([](auto& c) { c.until = c.from; })) == "/until");
  CHECK(code_of(put([](auto& c) { c.until = "2027-12-03T09:00:00+09:00"; })) == Code::OUT_OF_RANGE);
  CHECK(must(put([](auto& c) { c.until = "2027-12-02T09:00:00+09:00"; })).until > Time{});
  CHECK(code_of(put([](auto& c) { c.from = "2026-12-01T09:00:00"; })) == Code::TIME_WITHOUT_ZONE);
  CHECK(code_of(put([](auto& c) { c.from = "2026-11-20T09:00:00+09:00"; })) == Code::TIME_TOO_OLD);
  CHECK(where_of(put([&](auto& c) { c.unit = world.other_section; })) == "/delegator");
  CHECK(code_of(put([&](auto& c) { c.delegate = world.approver.person; })) == Code::SEPARATION_OF_DUTIES);
  CHECK(code_of(put([&](auto& c) { c.delegate = world.supervisor.person; })) == Code::ROLE_MISSING);
  CHECK(where_of(put([&](auto& c) { c.delegator = world.supervisor.person; }, world.agency_admin)) == "/delegator");
}

TEST_CASE("cases are kept and seen by their unit") {
  TestWorld world;
  Office& office = world.agency();
  CaseCommand command;
  command.number = "令和8年架空刑二第101号";
  command.title = "架空送金詐欺事件";
  command.offence = "詐欺";
  const party::Case made = must(office.put_case(world.investigator, command));
  CHECK(made.unit == world.section);
  CHECK(made.opened == office.now());
  CHECK(code_of(office.put_case(world.investigator, command)) == Code::CONFLICT);
  command.id = made.id;
  command.is_open = false;
  world.step();
  const party::Case closed = must(office.put_case(world.supervisor, command));
  CHECK(closed.closed == office.now());
  CHECK(closed.opened == made.opened);
  CHECK(code_of(office.put_case(world.stranger, command)) == Code::NOT_FOUND);
  command.id.reset();
  command.number = "令和8年架空刑二第102号";
  command.unit = world.other_section;
  CHECK(code_of(office.put_case(world.investigator, command)) == Code::FORBIDDEN);
  CHECK(code_of(office.put_case(world.agency_admin, command)) == Code::ROLE_MISSING);
  command.title = "";
  command.unit.reset();
  CHECK(where_of(office.put_case(world.investigator, command)) == "/title");

  CHECK(must(office.cases(world.investigator)).size() == 3);
  CHECK(must(office.cases(world.delegate)).size() == 3);
  CHECK(must(office.cases(world.registrar)).size() == 3);
  CHECK(must(office.cases(world.agency_auditor)).size() == 3);
  CHECK(must(office.cases(world.stranger)).empty());
  CHECK(must(office.cases(world.agency_admin)).empty());
}

TEST_CASE("templates keep the pattern: nobody's number, no case and no reason of one") {
  TestWorld world;
  TemplateCommand command;
  command.name = "出品者の照会";
  command.draft = world.draft_of({world.item("ex-1001")});
  command.draft.matter = MatterId::random();
  command.draft.due = Date{2026, 12, 1};
  command.draft.related = {"架空警サ発令8第A1号"};
  DraftItem& typed = command.draft.items.at(0);
  typed.period = PeriodInput{"2026-11-01T00:00:00+09:00", "2026-11-02T00:00:00+09:00"};
  typed.selector.kana = "カクウ";
  const std::string service = typed.selector.service.value_or("");
  REQUIRE(!service.empty());
  const TemplateId id = must(world.agency().put_template(world.investigator, command)).id;
  const auto all = must(world.agency().templates(world.other_investigator));
  REQUIRE(all.size() == 1);
  CHECK(all[0].id == id);
  const DraftCommand& kept = all[0].draft;
  CHECK(!kept.matter);
  CHECK(!kept.ready);
  CHECK(kept.to == command.draft.to);
  CHECK(kept.case_id.is_zero());
  CHECK(!kept.due);
  CHECK(kept.related.empty());
  const DraftItem& item = kept.items.at(0);
  CHECK(item.selector == text::SelectorInput{typed.selector.type, "", service});
  CHECK(!item.period);
  CHECK(item.categories == typed.categories);
  CHECK(item.purpose == "出品者の確認");
  CHECK(item.necessity.empty());
  // Nor in the act, which no purge of a matter reaches.
  for (const SignedAct& act : must(world.agency().store().acts(MatterId{id.bytes}))) CHECK(act.body->find("ex-1001") == std::string::npos);
  command.id = id;
  command.is_active = false;
  CHECK(must(world.agency().put_template(world.investigator, command)).id == id);
  CHECK(must(world.agency().templates(world.investigator)).empty());
  CHECK(code_of(world.agency().put_template(world.supervisor, command)) == Code::ROLE_MISSING);
  command.id = TemplateId::random();
  CHECK(code_of(world.agency().put_template(world.investigator, command)) == Code::NOT_FOUND);
}

TEST_CASE("templates of an earlier version show nobody's number either") {
  TestWorld world;
  TemplateCommand command;
  command.name = "出品者の照会";
  command.draft = world.draft_of({world.item("ex-1001")});
  const TemplateId id = must(world.agency().put_template(world.investigator, command)).id;
  command.id = id;
  Commit commit;
  commit.books = {{"template", MatterId{id.bytes}, json::canonical(json::encode(command)), {}, world.clock.now()}};
  commit.matter = MatterId{id.bytes};
  for (const SignedAct& act : must(world.agency().store().acts(commit.matter))) commit.expected_acts.push_back(act.hash);
  must(world.agency().store().commit(commit));
  CHECK(must(world.agency().templates(world.investigator)).at(0).draft.items.at(0).selector.value.empty());
}

TEST_CASE("house rules tighten only, by the legal desk") {
  TestWorld world;
  HouseRulesCommand command;
  command.rules.push_back({law::Instrument::INQ, law::Category::K1, law::Outcome::LEGAL_REVIEW, "法務が確認する", "legal staff look at it first"});
  const auto rules = must(world.provider().put_house_rules(world.legal, command));
  REQUIRE(rules.rules.size() == 1);
  CHECK(must(world.provider().house_rules()).find(law::Instrument::INQ, law::Category::K1) != nullptr);
  CHECK(code_of(world.provider().put_house_rules(world.intake, command)) == Code::ROLE_MISSING);
  HouseRulesCommand lax;
  lax.rules.push_back({law::Instrument::INQ, law::Category::K3, law::Outcome::ALLOW, "緩める", "laxer"});
  const auto refused = world.provider().put_house_rules(world.legal, lax);
  CHECK(code_of(refused) == Code::NOT_ALLOWED_BY_LAW);
  CHECK(where_of(refused) == "/rules/0");
  CHECK(must(world.provider().house_rules()).rules().size() == 1);
  CHECK(must(world.provider().put_house_rules(world.legal, {})).rules.empty());
  CHECK(must(world.provider().house_rules()).rules().empty());
}

TEST_CASE("the answer profile is numbered and published") {
  TestWorld world;
  Office& office = world.provider();
  party::AnswerProfile profile = *must(world.directory().profile(office.self().id));
  profile.usual_days = 5;
  must(office.put_profile(world.legal, profile));
  CHECK(must(world.directory().profile(office.self().id))->version == 1);
  must(office.put_profile(world.provider_admin, profile));  // the same again writes nothing, and is published again
  CHECK(must(world.directory().profile(office.self().id))->version == 1);
  CHECK(must(world.directory().profile(office.self().id))->usual_days == 5);
  profile.usual_days = 6;
  must(office.put_profile(world.provider_admin, profile));
  CHECK(must(world.directory().profile(office.self().id))->version == 2);
  CHECK(must(world.directory().profile(office.self().id))->usual_days == 6);
  const auto put = [&](const std::function<void(party::AnswerProfile&)>& change) {
    party::AnswerProfile changed = profile;
    change(changed);
    const Status status = office.put_profile(world.legal, changed);
    REQUIRE(!status);
    return status.error().where;
  };
  CHECK(put([&](auto& p) { p.organisation = world.agency().self().id; }) == "/organisation");
  CHECK(put([](auto& p) { p.entries.clear(); }) == "/entries");
  CHECK(put([](auto& p) { p.entries[0].categories.clear(); }) == "/entries/0/categories");
  CHECK(put([](auto& p) { p.entries[1].selector = p.entries[0].selector; }) == "/entries/1/selector");
  CHECK(put([](auto& p) { p.entries[0].period_days_max = 0; }) == "/entries/0/period_days_max");
  CHECK(put([](auto& p) { p.media = {"pdf"}; }) == "/media/0");
  CHECK(put([](auto& p) { p.usual_days = 0; }) == "/usual_days");
  CHECK(!office.put_profile(world.intake, profile));
  CHECK(must(world.directory().profile(office.self().id))->version == 2);
}

TEST_CASE("set-up writes entries as the node, checked alike") {
  TestWorld world;
  Office& office = world.agency();
  party::Person person;
  person.id = PersonId::random();
  person.login = "kyuro";
  person.name = "架空 九郎";
  person.roles = {Role::ADMIN};
  const MatterId id{person.id.bytes};
  must(office.put_entry_as_node("person", id, "kyuro", json::encode(person)));
  const auto acts = must(office.store().acts(id));
  CHECK(acts.back().act.role == Role::NODE);
  CHECK(!acts.back().act.person);
  CHECK(must(office.person(person.id))->name == "架空 九郎");
  CHECK(where_of(office.put_entry_as_node("person", MatterId::random(), "kyuro2", json::encode(person))) == "/id");
  person.id = PersonId::random();
  CHECK(code_of(office.put_entry_as_node("person", MatterId{person.id.bytes}, "kyuro", json::encode(person))) == Code::CONFLICT);
  CHECK(where_of(office.put_entry_as_node("person", MatterId{person.id.bytes}, "other", json::encode(person))) == "/key");
  person.roles = {Role::INTAKE};
  CHECK(where_of(office.put_entry_as_node("person", MatterId{person.id.bytes}, "juro", json::encode(person))) == "/roles/0");
  CHECK(where_of(office.put_entry_as_node("letters", id, {}, json::encode(person))) == "/book");
}

TEST_CASE("a full disk leaves the books as they were") {
  TestWorld world;
  auto store = std::static_pointer_cast<FakeStore>(world.agency_office().store);
  store->break_next_commit(Code::DISK_FULL);
  CHECK(code_of(world.agency().put_person(world.agency_admin, new_person("hachiro", {Role::INVESTIGATOR}))) == Code::DISK_FULL);
  CHECK(!must(world.agency().store().book_entry_by_key("person", "hachiro")));
}

}  // namespace
}  // namespace warifu::desk
