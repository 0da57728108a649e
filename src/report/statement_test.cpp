#include "report/statement.h"

#include <doctest/doctest.h>

namespace warifu::report {
namespace {

using inquiry::State;
using inquiry::StatementBody;
using inquiry::StatementLine;

const Month kMonth{2026, 11};
const Time kIssued = kMonth.end() + hours(9);

MatterId id(std::uint8_t n) {
  MatterId out;
  out.bytes[15] = n;
  return out;
}
Time day(unsigned n) { return tokyo_midnight({2026, 11, n}) + hours(10); }

StatementLine line(std::uint8_t n) {
  StatementLine out;
  out.matter = id(n);
  out.number = "架空警刑一発第" + std::to_string(n) + "号";
  out.dispatched = day(2);
  out.received = day(2) + minutes(1);
  out.state = State::ANSWERED;
  out.answered = day(5);
  out.items = 1;
  return out;
}
RegisterEntry entry(std::uint8_t n) {
  const StatementLine said = line(n);
  return {said.matter, said.number, said.dispatched, said.received, said.state, said.answered};
}
StatementBody statement(std::vector<StatementLine> lines) {
  StatementBody body;
  body.month = kMonth.text();
  body.lines = std::move(lines);
  return body;
}

TEST_CASE("both books agree") {
  const Reconciliation result = reconcile(statement({line(1), line(2)}), kIssued, {entry(2), entry(1)});
  CHECK(result == Reconciliation{2, 0, 0, 0, {}});
  CHECK_FALSE(result.is_alarm());
  CHECK(reconcile(statement({}), kIssued, {}) == Reconciliation{});
}

TEST_CASE("an inquiry that no register knows is an alarm") {
  const Reconciliation result = reconcile(statement({line(1), line(9)}), kIssued, {entry(1)});
  CHECK(result.is_alarm());
  CHECK(result.agreed == 1);
  REQUIRE(result.lines.size() == 1);
  CHECK(result.lines[0].difference == Difference::UNKNOWN);
  CHECK(result.lines[0].matter == id(9));
  CHECK(result.lines[0].number == line(9).number);
  CHECK_FALSE(result.lines[0].our_state);
  // A known number does not make a known inquiry: forged paper carries real numbers.
  StatementLine forged = line(9);
  forged.number = line(1).number;
  CHECK(reconcile(statement({line(1), forged}), kIssued, {entry(1)}).unknown == 1);
}

TEST_CASE("what should have been stated, as a table") {
  struct Row {
    const char* what;
    Time dispatched;
    std::optional<Time> delivered;
    int missing;
  };
  const Month before{2026, 10};
  const std::vector<Row> rows = {
      {"dispatched and delivered in the month", day(2), day(2), 1},
      {"dispatched in the month, never delivered", day(2), {}, 1},
      {"dispatched in the month, delivered in the next", day(30), kMonth.end() + minutes(1), 0},
      {"dispatched before, delivered in the month", before.begin() + days(30), day(1), 1},
      {"dispatched and delivered before", before.begin(), before.begin() + minutes(1), 0},
      {"dispatched before, never delivered", before.begin(), {}, 0},
      {"at the first instant of the month", kMonth.begin(), kMonth.begin(), 1},
      {"at the first instant of the next", kMonth.end(), kMonth.end(), 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    RegisterEntry ours = entry(1);
    ours.dispatched = row.dispatched;
    ours.delivered = row.delivered;
    const Reconciliation result = reconcile(statement({}), kIssued, {ours});
    CHECK(result.missing == row.missing);
    CHECK_FALSE(result.is_alarm());
  }
  // A provisional statement is not asked for what came after it.
  CHECK(reconcile(statement({}), day(2) - hours(1), {entry(1)}).missing == 0);
}

TEST_CASE("what both know and say differently, as a table") {
  using Change = void (*)(StatementLine&);
  struct Row {
    Change change;
    std::vector<DifferingField> fields;
  };
  const std::vector<Row> rows = {
      {[](StatementLine& l) { l.number += "の2"; }, {DifferingField::NUMBER}},
      {[](StatementLine& l) { l.state = State::REFUSED; }, {DifferingField::STATE}},
      {[](StatementLine& l) { l.answered = day(6); }, {DifferingField::ANSWERED}},
      {[](StatementLine& l) { l.answered.reset(); }, {DifferingField::ANSWERED}},
      {[](StatementLine& l) { l.is_suspect = true; }, {DifferingField::AUTHENTICITY}},
      {[](StatementLine& l) { l.state = State::IN_PROGRESS, l.answered.reset(); }, {DifferingField::STATE, DifferingField::ANSWERED}},
      {[](StatementLine& l) { l.minutes = 99, l.yen = 9, l.reference = "例-7"; }, {}},  // the agency has no book of these
  };
  for (const Row& row : rows) {
    StatementLine said = line(1);
    row.change(said);
    const Reconciliation result = reconcile(statement({said}), kIssued, {entry(1)});
    CHECK(result.different == (row.fields.empty() ? 0 : 1));
    CHECK(result.agreed == (row.fields.empty() ? 1 : 0));
    if (row.fields.empty()) continue;
    REQUIRE(result.lines.size() == 1);
    CHECK(result.lines[0].fields == row.fields);
    CHECK(result.lines[0].our_state == State::ANSWERED);
  }
}

TEST_CASE("unknown ones stand first, then missing, then different") {
  StatementLine other = line(3);
  other.state = State::REFUSED;
  const Reconciliation result = reconcile(statement({other, line(9)}), kIssued, {entry(3), entry(4)});
  REQUIRE(result.lines.size() == 3);
  CHECK(result.lines[0].difference == Difference::UNKNOWN);
  CHECK(result.lines[1].difference == Difference::MISSING);
  CHECK(result.lines[2].difference == Difference::DIFFERENT);
}

TEST_CASE("the line of an inquiry follows from its state") {
  inquiry::MatterState state;
  CHECK_FALSE(statement_line(id(1), state, "", ""));
  CHECK_FALSE(register_entry(id(1), state));
  inquiry::Dispatch dispatch;
  dispatch.mark.at = day(2);
  dispatch.number.document_number = "架空警刑一発第1号";
  dispatch.number.serial = 12;
  dispatch.items = {{1, {}, {}, false}, {2, {}, {}, false}, {3, {}, {}, false}};
  state.shared.dispatches.push_back(dispatch);
  state.shared.state = State::DISPATCHED;
  state.provider.suspected = inquiry::Mark{{}, day(3), party::Role::NODE, {}};
  StatementLine suspect = *statement_line(id(1), state, "架空署", "");
  CHECK(suspect.is_suspect);
  CHECK(suspect.received == day(3));
  state.provider.suspected.reset();
  state.provider.is_verified = true;
  state.shared.dispatches[0].received = inquiry::Mark{{}, day(2) + minutes(1), party::Role::NODE, {}};
  using inquiry::ItemResult;
  inquiry::Release first, second;
  first.mark.at = day(4);
  first.results = {{1, ItemResult::ANSWERED, {}, 1, 0}, {2, ItemResult::NONE_HELD, {}, 0, 0}};
  first.minutes = 20;
  second.mark.at = day(5);
  second.results = {{3, ItemResult::ANSWERED, {}, 1, 0}};
  second.minutes = 5;
  second.yen = 300;
  state.shared.releases = {first, second};
  state.shared.state = State::PARTLY_ANSWERED;
  const StatementLine said = *statement_line(id(1), state, "架空署", "例-1");
  CHECK_FALSE(said.is_suspect);
  CHECK(said.received == day(2) + minutes(1));
  CHECK(said.answered == day(5));
  CHECK(said.items == 3);
  CHECK(said.minutes == 25);
  CHECK(said.yen == 300);
  CHECK(said.serial == 12);
  CHECK(said.results == std::vector<inquiry::StatementCount>{{ItemResult::ANSWERED, 2}, {ItemResult::NONE_HELD, 1}});
  const RegisterEntry ours = *register_entry(id(1), state);
  CHECK(ours.answered == said.answered);
  CHECK(ours.delivered == said.received);
  // An answer that a withdrawal overrode was never an answer.
  state.shared.releases[1].overridden = true;
  CHECK(statement_line(id(1), state, "", "")->answered == day(4));
}

}  // namespace
}  // namespace warifu::report
