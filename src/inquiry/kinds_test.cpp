#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/test_source.h"
#include "inquiry/kinds.h"

namespace warifu::inquiry {

TEST_CASE("every kind has exactly one rule and one name") {
  std::set<Kind> kinds;
  std::set<std::string_view> names, ja, en;
  for (const KindRule& rule : all_kinds()) {
    CHECK_MESSAGE(kinds.insert(rule.kind).second, enum_text(rule.kind));
    CHECK_MESSAGE(names.insert(enum_text(rule.kind)).second, enum_text(rule.kind));
    CHECK_MESSAGE(ja.insert(rule.name_ja).second, rule.name_ja);
    CHECK_MESSAGE(en.insert(rule.name_en).second, rule.name_en);
    CHECK(&rule_of(rule.kind) == &rule);
    CHECK(enum_parse<Kind>(enum_text(rule.kind)).value() == rule.kind);
  }
  CHECK(kinds.size() == enum_count<Kind>());
}

TEST_CASE("the roles of a kind belong to the side that writes it") {
  for (const KindRule& rule : all_kinds()) {
    CAPTURE(enum_text(rule.kind));
    CHECK_FALSE(rule.roles.empty());
    CHECK(std::set<party::Role>(rule.roles.begin(), rule.roles.end()).size() == rule.roles.size());
    for (const party::Role role : rule.roles) {
      const bool agency = party::role_belongs_to(role, party::Side::AGENCY), provider = party::role_belongs_to(role, party::Side::PROVIDER);
      if (rule.sides == Sides::AGENCY) CHECK(agency);
      if (rule.sides == Sides::PROVIDER) CHECK(provider);
    }
  }
}

TEST_CASE("a role may write a kind only on its own side") {
  CHECK(may_write(Kind::DRAFTED, party::Side::AGENCY, party::Role::INVESTIGATOR));
  CHECK_FALSE(may_write(Kind::DRAFTED, party::Side::PROVIDER, party::Role::INVESTIGATOR));
  CHECK_FALSE(may_write(Kind::DRAFTED, party::Side::AGENCY, party::Role::APPROVER));
  CHECK_FALSE(may_write(Kind::DISPATCHED, party::Side::AGENCY, party::Role::ADMIN));
  CHECK(may_write(Kind::RECEIVED, party::Side::PROVIDER, party::Role::NODE));
  CHECK_FALSE(may_write(Kind::RECEIVED, party::Side::AGENCY, party::Role::NODE));
  CHECK(may_write(Kind::PURGED, party::Side::AGENCY, party::Role::REGISTRAR));
  CHECK_FALSE(may_write(Kind::PURGED, party::Side::PROVIDER, party::Role::REGISTRAR));
}

// domain.md: an administrator manages people and can read no matter; an auditor writes nothing but findings (and what he looked at). What
// he finds out about an incident of the exchange belongs to no matter and stands in a book of the office.
TEST_CASE("administrators write no act of a matter, auditors only findings and views") {
  for (const KindRule& rule : all_kinds())
    for (const party::Side side : {party::Side::AGENCY, party::Side::PROVIDER}) {
      CAPTURE(enum_text(rule.kind));
      CHECK(may_write(rule.kind, side, party::Role::ADMIN) == (rule.kind == Kind::OFFICE_CHANGED));
      const bool of_audit = rule.kind == Kind::FINDING || rule.kind == Kind::VIEWED || rule.kind == Kind::OFFICE_CHANGED ||
                            (rule.kind == Kind::OPENED && side == party::Side::AGENCY);
      CHECK(may_write(rule.kind, side, party::Role::AUDITOR) == of_audit);
    }
}

TEST_CASE("exactly approval, dispatch and release need a person's own signature") {
  for (const KindRule& rule : all_kinds()) {
    CAPTURE(enum_text(rule.kind));
    CHECK(rule.needs_own_signature == (rule.kind == Kind::APPROVED || rule.kind == Kind::DISPATCHED || rule.kind == Kind::RELEASED));
    if (rule.needs_own_signature) {
      CHECK(rule.is_shared);
      for (const party::Role role : rule.roles) CHECK(role != party::Role::NODE);
    }
  }
}

namespace {
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  std::string cell;
  std::getline(in, cell, '|');  // before the first bar
  while (std::getline(in, cell, '|')) {
    const std::size_t first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}
}  // namespace

// docs/acts.md: | `kind` | name_ja | name_en | side | shared | roles | own signature | effect |
TEST_CASE("docs/acts.md says what the code says") {
  std::ifstream file(warifu::testing::source_dir() + "/docs/acts.md");
  REQUIRE(file.is_open());
  std::map<std::string, std::vector<std::string>> documented;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("| `")) {
      std::vector<std::string> cells = cells_of(line);
      REQUIRE(cells.size() == 8);
      const std::string name = cells[0].substr(1, cells[0].size() - 2);
      CHECK_MESSAGE(documented.emplace(name, std::move(cells)).second, name, " stands twice");
    }
  CHECK(documented.size() == all_kinds().size());
  for (const KindRule& rule : all_kinds()) {
    const std::string name(enum_text(rule.kind));
    CAPTURE(name);
    REQUIRE(documented.contains(name));
    const std::vector<std::string>& cells = documented.at(name);
    CHECK(cells[1] == rule.name_ja);
    CHECK(cells[2] == rule.name_en);
    CHECK(cells[3] == (rule.sides == Sides::AGENCY ? "agency" : rule.sides == Sides::PROVIDER ? "provider" : "both"));
    CHECK(cells[4] == (rule.is_shared ? "shared" : "internal"));
    std::string roles;
    for (const party::Role role : rule.roles) roles += (roles.empty() ? "" : ", ") + std::string(enum_text(role));
    CHECK(cells[5] == roles);
    CHECK(cells[6] == (rule.needs_own_signature ? "own" : "–"));
    CHECK_FALSE(cells[7].empty());
  }
}

}  // namespace warifu::inquiry
