#include "party/organisation.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>

namespace warifu::party {

TEST_CASE("names of organisations") {
  for (const char* good : {"a", "0", "police.example", "a-b", "keisatsu.demo", "a.b.c", "x--y", "1.2.3"}) {
    CAPTURE(good);
    REQUIRE(OrganisationId::parse(good));
    CHECK(OrganisationId::parse(good)->text() == good);
  }
  for (const char* bad :
       {"", ".", "-", "a.", ".a", "a-", "-a", "a..b", "A", "a b", "a/b", "../a", "a\\b", "a%2eb", "a_b", "ä", "警察", "a\n", "a:b", "a@b"}) {
    CAPTURE(bad);
    const Result<OrganisationId> refused = OrganisationId::parse(bad);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::BAD_VALUE);
  }
  CHECK_FALSE(OrganisationId::parse(std::string_view("a\0b", 3)));
  CHECK(OrganisationId::parse(std::string(64, 'a')));
  CHECK_FALSE(OrganisationId::parse(std::string(65, 'a')));
}

TEST_CASE("whatever parses is a plain word of the wire") {
  CHECK(rc::check("names", [](const std::string& text) {
    const Result<OrganisationId> id = OrganisationId::parse(text);
    if (!id) return;
    RC_ASSERT(id->text() == text);
    RC_ASSERT(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos);
    RC_ASSERT(text.find("..") == std::string::npos);
  }));
}

TEST_CASE("demonstration organisations are told by their name") {
  CHECK(OrganisationId::parse("keisatsu.demo")->is_demo());
  for (const char* other : {"keisatsu.example", "demo", "x-demo", "keisatsu.demo.example", "keisatsudemo"})
    CHECK_FALSE(OrganisationId::parse(other)->is_demo());
}

TEST_CASE("an organisation's name in JSON") {
  const OrganisationId id = OrganisationId::parse("police.example").value();
  CHECK(json::decode<OrganisationId>(json::encode(id)).value() == id);
  CHECK(json::decode<OrganisationId>(json::Value("Police.example")).error().code == Code::BAD_VALUE);
  CHECK(json::decode<OrganisationId>(json::Value(7)).error().code == Code::WRONG_TYPE);
  CHECK(json::decode<OrganisationId>(json::Value(nullptr)).error().code == Code::WRONG_TYPE);
}

// domain.md section 3 rule 6.
TEST_CASE("each role is at home on one side, but auditors, administrators and nodes") {
  const std::set<Role> agency = {Role::INVESTIGATOR, Role::SUPERVISOR, Role::APPROVER, Role::REGISTRAR};
  const std::set<Role> provider = {Role::INTAKE, Role::OPERATOR, Role::LEGAL, Role::RELEASER};
  const std::set<Role> both = {Role::AUDITOR, Role::ADMIN, Role::NODE};
  CHECK(agency.size() + provider.size() + both.size() == enum_count<Role>());
  for (std::size_t i = 0; i < enum_count<Role>(); ++i) {
    const Role role = static_cast<Role>(i);
    CAPTURE(enum_text(role));
    CHECK(role_belongs_to(role, Side::AGENCY) == (agency.contains(role) || both.contains(role)));
    CHECK(role_belongs_to(role, Side::PROVIDER) == (provider.contains(role) || both.contains(role)));
  }
}

TEST_CASE("the spelling of roles and sides on the wire does not change") {
  const char* roles[] = {"investigator", "supervisor", "approver", "registrar", "auditor", "admin",
                         "intake",       "operator",   "legal",    "releaser",  "node"};
  std::size_t i = 0;
  for (const char* role : roles) CHECK(enum_text(static_cast<Role>(i++)) == role);
  CHECK(i == enum_count<Role>());
  CHECK(enum_parse<Side>("AGENCY").value() == Side::AGENCY);
  CHECK(enum_parse<Side>("PROVIDER").value() == Side::PROVIDER);
  CHECK_FALSE(enum_parse<Role>("APPROVER"));
}

TEST_CASE("a delegation holds from its first instant up to, not including, its end") {
  const Delegation delegation{{}, {}, {}, Time::from_seconds(100), Time::from_seconds(200)};
  CHECK_FALSE(delegation.covers({99'999'999}));
  CHECK(delegation.covers({100'000'000}));
  CHECK(delegation.covers({199'999'999}));
  CHECK_FALSE(delegation.covers({200'000'000}));
  const Delegation nothing{{}, {}, {}, Time::from_seconds(100), Time::from_seconds(100)};
  CHECK_FALSE(nothing.covers(Time::from_seconds(100)));
}

TEST_CASE("a person has the roles in the list and no others") {
  Person person;
  CHECK_FALSE(person.has(Role::INVESTIGATOR));
  person.roles = {Role::INVESTIGATOR, Role::AUDITOR};
  CHECK(person.has(Role::INVESTIGATOR));
  CHECK(person.has(Role::AUDITOR));
  CHECK_FALSE(person.has(Role::APPROVER));
}

TEST_CASE("the office's entries read back from JSON as they were, and strictly") {
  Person person;
  person.id.bytes.fill(7);
  person.login = "reita";
  person.name = "例田 太郎";
  person.kana = "れいた たろう";
  person.post = "警部補";
  person.roles = {Role::INVESTIGATOR};
  json::Value value = json::encode(person);
  const Person read = json::decode<Person>(value).value();
  CHECK(json::encode(read) == value);
  CHECK(read.kana == person.kana);
  CHECK_FALSE(read.romaji);
  CHECK_FALSE(read.unit);
  value.as_object()["password"] = "x";
  CHECK(json::decode<Person>(value).error().code == Code::UNKNOWN_FIELD);
  value.as_object().erase("password");
  value.as_object()["roles"] = json::Array{"chief"};
  CHECK(json::decode<Person>(value).error().where == "/roles/0");
  value.as_object().erase("login");
  CHECK(json::decode<Person>(value).error().code == Code::MISSING_FIELD);

  Case entry;
  entry.number = "2026-例-77";
  entry.title = "架空通販詐欺事件";
  CHECK(json::encode(json::decode<Case>(json::encode(entry)).value()) == json::encode(entry));
  Unit unit;
  unit.name_ja = "刑事第一課";
  unit.is_register_office = true;
  CHECK(json::encode(json::decode<Unit>(json::encode(unit)).value()) == json::encode(unit));
  Organisation organisation;
  organisation.id = OrganisationId::parse("rei-tsushin.example").value();
  organisation.side = Side::PROVIDER;
  organisation.kinds = {"mobile"};
  CHECK(json::encode(json::decode<Organisation>(json::encode(organisation)).value()) == json::encode(organisation));
  const Delegation delegation{{}, {}, {}, Time::from_seconds(1), Time::from_seconds(2)};
  CHECK(json::encode(json::decode<Delegation>(json::encode(delegation)).value()) == json::encode(delegation));
}

}  // namespace warifu::party
