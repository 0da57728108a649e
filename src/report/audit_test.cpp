#include "report/audit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace warifu::report {
namespace {

using inquiry::Kind;
using party::Role;
using party::Side;

const Month kMonth{2026, 11};
Time day(unsigned n, int hour = 10) { return tokyo_midnight({2026, 11, n}) + hours(hour); }

template <class AnyId>
AnyId id(std::uint8_t n) {
  AnyId out;
  out.bytes[15] = n;
  return out;
}
const PersonId kOfficer = id<PersonId>(1), kOther = id<PersonId>(2);

AuditMatter matter(std::uint8_t n, Time created, std::vector<std::string> selectors = {}, PersonId drafter = kOfficer) {
  AuditMatter out;
  out.row.matter = id<MatterId>(n);
  out.row.created = created;
  out.row.drafter = out.row.in_charge = drafter;
  out.row.counterparty = party::OrganisationId::parse("kakuu-police.example").value();
  out.row.state = inquiry::State::DISPATCHED;
  out.row.dispatched = created;
  out.selectors = std::move(selectors);
  return out;
}
AuditInput input(std::vector<AuditMatter> matters, Side side = Side::AGENCY) { return {kMonth, side, std::move(matters), {}, {}, {}}; }

std::vector<AuditFinding> of(const AuditInput& given, AuditRule rule) {
  std::vector<AuditFinding> out;
  for (AuditFinding& finding : inspect(given)) {
    CHECK_FALSE(finding.ja.empty());
    CHECK_FALSE(finding.en.empty());
    if (finding.rule == rule) out.push_back(std::move(finding));
  }
  return out;
}

TEST_CASE("the same target again and again") {
  const std::string target = "TELEPHONE:+819012345678";
  struct Row {
    const char* what;
    std::vector<AuditMatter> matters;
    std::size_t findings, named;
  };
  const std::vector<Row> rows = {
      {"two are no habit", {matter(1, day(1), {target}), matter(2, day(2), {target})}, 0, 0},
      {"three are", {matter(1, day(1), {target}), matter(2, day(2), {target}), matter(3, day(3), {target})}, 1, 3},
      {"of two officers", {matter(1, day(1), {target}), matter(2, day(2), {target}, kOther), matter(3, day(3), {target})}, 0, 0},
      {"90 days are the window", {matter(1, day(20) - days(90), {target}), matter(2, day(2), {target}), matter(3, day(20), {target})}, 1, 3},
      {"a moment more is not",
       {matter(1, day(20) - days(90) - Duration{1}, {target}), matter(2, day(2), {target}), matter(3, day(20), {target})},
       0,
       0},
      {"told in the month in which it goes on",
       {matter(1, day(1) - days(9), {target}), matter(2, day(1) - days(8), {target}), matter(3, day(1) - days(7), {target})},
       0,
       0},
      {"two targets of the same inquiries are told once",
       {matter(1, day(1), {target, "EMAIL:a@example.com"}), matter(2, day(2), {target, "EMAIL:a@example.com"}),
        matter(3, day(3), {target, "EMAIL:a@example.com"})},
       1,
       3},
      {"four", {matter(1, day(1), {target}), matter(2, day(2), {target}), matter(3, day(3), {target}), matter(4, day(4), {target})}, 1, 4},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const std::vector<AuditFinding> found = of(input(row.matters), AuditRule::SAME_TARGET);
    REQUIRE(found.size() == row.findings);
    if (found.empty()) continue;
    CHECK(found[0].matters.size() == row.named);
    CHECK(found[0].person == kOfficer);
    CHECK(found[0].ja.find("9012345678") == std::string::npos);
    CHECK(found[0].en.find("9012345678") == std::string::npos);
  }
  // At a provider it is the agency that asks.
  AuditInput provider =
      input({matter(1, day(1), {target}, kOfficer), matter(2, day(2), {target}, kOther), matter(3, day(3), {target})}, Side::PROVIDER);
  const std::vector<AuditFinding> found = of(provider, AuditRule::SAME_TARGET);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].person);
}

TEST_CASE("answers that nobody opens") {
  const auto of_case = [](int count, int opened, Time answered) {
    std::vector<AuditMatter> matters;
    for (int i = 0; i < count; ++i) {
      matters.push_back(matter(static_cast<std::uint8_t>(i + 1), day(1)));
      matters.back().row.case_id = id<CaseId>(1);
      matters.back().row.answered = answered;
      if (i < opened) matters.back().acts.push_back({Kind::OPENED, answered + hours(1), Role::INVESTIGATOR, kOfficer, true});
    }
    return input(std::move(matters));
  };
  CHECK(of(of_case(5, 0, day(3)), AuditRule::NO_PROGRESS).size() == 1);
  CHECK(of(of_case(5, 0, day(3)), AuditRule::NO_PROGRESS)[0].matters.size() == 5);
  CHECK(of(of_case(4, 0, day(3)), AuditRule::NO_PROGRESS).empty());
  CHECK(of(of_case(6, 1, day(3)), AuditRule::NO_PROGRESS).empty());
  CHECK(of(of_case(5, 0, day(25)), AuditRule::NO_PROGRESS).empty());  // not two weeks old when the month ends
}

TEST_CASE("odd hours") {
  struct Row {
    Kind kind;
    Time at;
    bool found;
  };
  const std::vector<Row> rows = {
      {Kind::DRAFTED, day(3, 22), true},   {Kind::DRAFTED, day(3, 23), true},
      {Kind::DISPATCHED, day(3, 0), true}, {Kind::DRAFTED, day(3, 5) - Duration{1}, true},
      {Kind::DRAFTED, day(3, 5), false},   {Kind::DRAFTED, day(3, 22) - Duration{1}, false},
      {Kind::DRAFTED, day(3, 12), false},  {Kind::VIEWED, day(3, 23), false},
      {Kind::DRAFTED, day(1, -1), false},  // the night before the month
  };
  for (const Row& row : rows) {
    AuditMatter one = matter(1, day(1));
    one.acts = {{row.kind, row.at, Role::INVESTIGATOR, kOfficer, true}};
    CAPTURE(to_rfc3339_tokyo(row.at));
    CHECK(of(input({one}), AuditRule::ODD_HOURS).size() == (row.found ? 1U : 0U));
  }
  AuditMatter first = matter(1, day(1)), second = matter(2, day(2));
  first.acts = {{Kind::DRAFTED, day(3, 23), Role::INVESTIGATOR, kOfficer, true}, {Kind::DISPATCHED, day(3, 23), Role::REGISTRAR, kOther, true}};
  second.acts = {{Kind::DRAFTED, day(4, 2), Role::INVESTIGATOR, kOfficer, true}};
  const std::vector<AuditFinding> found = of(input({second, first}), AuditRule::ODD_HOURS);
  REQUIRE(found.size() == 2);
  CHECK(found[0].person == kOfficer);
  CHECK(found[0].matters == std::vector<MatterId>{id<MatterId>(1), id<MatterId>(2)});
}

TEST_CASE("a target close to the officer") {
  const std::vector<OwnContact> contacts = {{"TELEPHONE:+81312345678", kOfficer}, {"PERSON:name=例田花子", kOther}};
  struct Row {
    std::string selector;
    bool found;
  };
  for (const Row& row : std::vector<Row>{{"TELEPHONE:+81312345678", true},
                                         {"TELEPHONE:+813123456780", false},
                                         {"TELEPHONE:+81312345678;x", false},
                                         {"PERSON:name=例田花子", true},
                                         {"PERSON:name=例田花子;born=1990-01-02", true},
                                         {"PERSON:name=例田花子2", false},
                                         {"EMAIL:+81312345678", false}}) {
    CAPTURE(row.selector);
    AuditInput given = input({matter(1, day(3), {row.selector})});
    given.contacts = contacts;
    const std::vector<AuditFinding> found = of(given, AuditRule::CLOSE_TARGET);
    CHECK(found.size() == (row.found ? 1U : 0U));
    for (const AuditFinding& finding : found) CHECK(finding.ja.find("花子") == std::string::npos);
  }
  AuditInput earlier = input({matter(1, day(1) - days(3), {"TELEPHONE:+81312345678"})});
  earlier.contacts = contacts;
  CHECK(of(earlier, AuditRule::CLOSE_TARGET).empty());  // told in its own month
}

TEST_CASE("views without a reason") {
  struct Row {
    Role role;
    PersonId person;
    bool has_reason, found;
  };
  for (const Row& row : std::vector<Row>{{Role::AUDITOR, kOther, false, true},
                                         {Role::AUDITOR, kOther, true, false},
                                         {Role::INVESTIGATOR, kOther, false, true},
                                         {Role::INVESTIGATOR, kOfficer, false, false},
                                         {Role::SUPERVISOR, kOther, false, false}}) {
    AuditMatter one = matter(1, day(1));
    one.acts = {{Kind::VIEWED, day(3), row.role, row.person, row.has_reason}};
    CHECK(of(input({one}), AuditRule::VIEW_WITHOUT_REASON).size() == (row.found ? 1U : 0U));
  }
}

TEST_CASE("gaps, unknown statements and oral inquiries that were not followed") {
  AuditInput given = input({});
  given.gaps = {{"刑事総務課", law::FormKind::A, 2026, 7}};
  given.statements = {{id<MatterId>(9), "例示オークション株式会社", "2026-11", 2}};
  AuditMatter oral = matter(1, day(1)), followed = matter(2, day(1));
  oral.row.state = inquiry::State::ORAL;
  oral.row.due_at = day(3);
  followed.row.due_at = day(3);
  given.matters = {oral, followed};
  REQUIRE(of(given, AuditRule::SERIAL_GAP).size() == 1);
  CHECK(of(given, AuditRule::SERIAL_GAP)[0].ja.find("00007") != std::string::npos);
  REQUIRE(of(given, AuditRule::STATEMENT_UNKNOWN).size() == 1);
  CHECK(of(given, AuditRule::STATEMENT_UNKNOWN)[0].statement == id<MatterId>(9));
  REQUIRE(of(given, AuditRule::ORAL_NOT_FOLLOWED).size() == 1);
  CHECK(of(given, AuditRule::ORAL_NOT_FOLLOWED)[0].matters == std::vector<MatterId>{id<MatterId>(1)});
}

TEST_CASE("the sample is the same for everybody, five at least and five in a hundred") {
  std::vector<MatterId> all;
  for (int i = 0; i < 250; ++i) {
    MatterId one;
    one.bytes[0] = static_cast<std::uint8_t>(i);
    all.push_back(one);
  }
  struct Row {
    std::size_t matters, drawn;
  };
  for (const Row& row : std::vector<Row>{{0, 0}, {1, 1}, {4, 4}, {5, 5}, {6, 5}, {100, 5}, {101, 6}, {250, 13}}) {
    CAPTURE(row.matters);
    std::vector<MatterId> some(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(row.matters));
    const std::vector<MatterId> drawn = sample(kMonth, some);
    CHECK(drawn.size() == row.drawn);
    CHECK(std::set<MatterId>(drawn.begin(), drawn.end()).size() == drawn.size());
    std::ranges::reverse(some);
    CHECK(sample(kMonth, some) == drawn);
  }
  CHECK(sample(kMonth, all) != sample(kMonth.next(), all));
}

}  // namespace
}  // namespace warifu::report
