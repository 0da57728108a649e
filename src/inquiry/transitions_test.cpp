// Every transition of domain rules "states", as data: one row per situation a matter can be in on one side, one column per kind that side
// writes, in each cell the situation after it or '.' where the act is refused ('=' changes nothing that shows). A cell that is missing, or
// a kind without a column, fails. Derived from nothing: who changes a rule changes the table, and a reader can check it against the law.

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "inquiry/test_support.h"

namespace warifu::inquiry {

namespace {

using test::Choice;
using test::TestExchange;
using test::TestOffice;

// Agency: the state of the matter, and beside a dispatched version the stage of the one in the making: "RETURNED/CHECKED".
std::string agency_label(const MatterState& state) {
  std::string label(enum_text(state.agency.state));
  if (state.agency.working && !state.shared.dispatches.empty()) label += "/" + std::string(enum_text(state.agency.working->stage));
  return label;
}
// Provider: its own state and what both sides see: "ASSIGNED:IN_PROGRESS".
std::string provider_label(const MatterState& state) {
  return std::string(enum_text(state.provider.state)) + ":" + std::string(enum_text(state.shared.state));
}

using Build = std::function<void(TestExchange&)>;

void answered(TestExchange& x, std::vector<std::pair<int, ItemResult>> results, bool is_retrieved) {
  Choice choice;
  choice.results = std::move(results);
  x.until_begun();
  x.released(choice);
  if (is_retrieved) x.ask(Kind::RETRIEVED);
  x.deliver();
}
Build with_results(ItemResult first, ItemResult second, bool is_retrieved = true) {
  return [=](TestExchange& x) { answered(x, {{1, first}, {2, second}}, is_retrieved); };
}
void returned(TestExchange& x) {
  x.dispatched(), x.verified();
  x.answer(Kind::TRIAGED), x.answer(Kind::RETURNED);
  x.deliver();
}
void closed(TestExchange& x) {
  answered(x, {{1, ItemResult::ANSWERED}, {2, ItemResult::ANSWERED}}, true);
  x.ask(Kind::CLOSED);
}
Choice not_ready() {
  Choice choice;
  choice.ready = false;
  return choice;
}

const std::map<std::string, Build>& agency_situations() {
  using enum ItemResult;
  static const std::map<std::string, Build> all = {
      {"NONE", [](TestExchange&) {}},
      {"ORAL", [](TestExchange& x) { x.ask(Kind::ORAL); }},
      {"DRAFT (being written)", [](TestExchange& x) { x.ask(Kind::DRAFTED, not_ready()); }},
      {"DRAFT (handed over)", [](TestExchange& x) { x.ask(Kind::DRAFTED); }},
      {"CHECKED", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED); }},
      {"APPROVED", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED), x.ask(Kind::APPROVED); }},
      {"REGISTERED", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED), x.ask(Kind::APPROVED), x.ask(Kind::REGISTERED); }},
      {"VOIDED", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::VOIDED); }},
      {"DISPATCHED", [](TestExchange& x) { x.dispatched(); }},
      {"DELIVERED", [](TestExchange& x) { x.dispatched(), x.verified(); }},
      {"ACCEPTED", [](TestExchange& x) { x.dispatched(), x.verified(), x.accepted(); }},
      {"RETURNED", returned},
      {"IN_PROGRESS", [](TestExchange& x) { x.until_begun(); }},
      {"ANSWERED (not received)", with_results(ANSWERED, ANSWERED, false)},
      {"ANSWERED", with_results(ANSWERED, ANSWERED)},
      {"PARTLY_ANSWERED (item 2 open)", [](TestExchange& x) { answered(x, {{1, ANSWERED}}, true); }},
      {"PARTLY_ANSWERED", with_results(ANSWERED, NONE_HELD)},
      {"NONE_HELD", with_results(NONE_HELD, NONE_HELD)},
      {"REFUSED", with_results(REFUSED, REFUSED)},
      {"NEEDS_WARRANT", with_results(NEEDS_WARRANT, NEEDS_WARRANT)},
      {"NARROWING_PROPOSED", with_results(ANSWERED, NARROWING_PROPOSED)},
      {"WITHDRAWN", [](TestExchange& x) { x.dispatched(), x.ask(Kind::WITHDRAWN); }},
      {"CLOSED", closed},
      {"RETAINED", [](TestExchange& x) { closed(x), x.ask(Kind::RETAINED); }},
      {"PURGED", [](TestExchange& x) { closed(x), x.ask(Kind::RETAINED), x.ask(Kind::PURGED); }},
      {"RETURNED/DRAFT (handed over)", [](TestExchange& x) { returned(x), x.ask(Kind::DRAFTED); }},
      {"RETURNED/CHECKED", [](TestExchange& x) { returned(x), x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED); }},
      {"RETURNED/APPROVED", [](TestExchange& x) { returned(x), x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED), x.ask(Kind::APPROVED); }},
      {"RETURNED/REGISTERED",
       [](TestExchange& x) {
         returned(x), x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED), x.ask(Kind::APPROVED), x.ask(Kind::REGISTERED, {.serial = 124});
       }},
      {"IN_PROGRESS/DRAFT (handed over)", [](TestExchange& x) { x.until_begun(), x.ask(Kind::DRAFTED); }},
  };
  return all;
}

const std::map<std::string, Build>& provider_situations() {
  using enum ItemResult;
  static const std::map<std::string, Build> all = {
      {"NONE:NONE", [](TestExchange&) {}},
      {"NONE:DISPATCHED", [](TestExchange& x) { x.dispatched(); }},
      {"RECEIVED:DELIVERED", [](TestExchange& x) { x.dispatched(), x.answer(Kind::RECEIVED); }},
      {"SUSPECT:DELIVERED", [](TestExchange& x) { x.dispatched(), x.answer(Kind::RECEIVED), x.answer(Kind::SUSPECTED); }},
      {"VERIFIED:DELIVERED", [](TestExchange& x) { x.dispatched(), x.verified(); }},
      {"TRIAGED:DELIVERED", [](TestExchange& x) { x.dispatched(), x.verified(), x.answer(Kind::TRIAGED); }},
      {"LEGAL_REVIEW:DELIVERED",
       [](TestExchange& x) { x.dispatched(), x.verified(), x.answer(Kind::TRIAGED, {.disposition = Disposition::LEGAL_REVIEW}); }},
      {"ASSIGNED:DELIVERED", [](TestExchange& x) { x.dispatched(), x.verified(), x.answer(Kind::TRIAGED), x.answer(Kind::ASSIGNED); }},
      {"TRIAGED:ACCEPTED", [](TestExchange& x) { x.dispatched(), x.verified(), x.accepted(); }},
      {"ASSIGNED:ACCEPTED", [](TestExchange& x) { x.dispatched(), x.verified(), x.accepted(), x.answer(Kind::ASSIGNED); }},
      {"ASSIGNED:IN_PROGRESS", [](TestExchange& x) { x.until_begun(); }},
      {"COLLECTED:IN_PROGRESS", [](TestExchange& x) { x.until_begun(), x.answer(Kind::COLLECTED); }},
      {"CHECKED:IN_PROGRESS", [](TestExchange& x) { x.until_begun(), x.answer(Kind::COLLECTED), x.answer(Kind::ANSWER_CHECKED); }},
      {"RELEASED:ANSWERED", with_results(ANSWERED, ANSWERED, false)},
      {"RELEASED:PARTLY_ANSWERED (item 2 open)", [](TestExchange& x) { answered(x, {{1, ANSWERED}}, false); }},
      {"RELEASED:NARROWING_PROPOSED", with_results(ANSWERED, NARROWING_PROPOSED, false)},
      {"RETRIEVED:ANSWERED", with_results(ANSWERED, ANSWERED)},
      {"RETRIEVED:PARTLY_ANSWERED (item 2 open)", [](TestExchange& x) { answered(x, {{1, ANSWERED}}, true); }},
      {"RETURNED:RETURNED", returned},
      {"WITHDRAWN:WITHDRAWN",
       [](TestExchange& x) {
         x.until_begun(), x.ask(Kind::WITHDRAWN);
         x.deliver();
       }},
      {"ERASED:ANSWERED", [](TestExchange& x) { answered(x, {{1, ANSWERED}, {2, ANSWERED}}, true), x.answer(Kind::PURGED); }},
  };
  return all;
}

std::string outcome(const TestOffice& office, Kind kind) {
  TestOffice trial = office;
  Choice choice;
  choice.serial = 125;
  const SignedAct act = trial.make(kind, choice);
  const auto label = [](const TestOffice& of) { return of.side() == party::Side::AGENCY ? agency_label(of.state()) : provider_label(of.state()); };
  const std::string before = label(trial);
  if (!trial.may(act)) return ".";
  trial.add(act);
  return label(trial) == before ? "=" : label(trial);
}

bool writes(party::Side side, const KindRule& rule) {
  return rule.sides == Sides::BOTH || (rule.sides == Sides::AGENCY) == (side == party::Side::AGENCY);
}

// Situations are told apart by more than the label shows; the label is what stands before " (".
std::string short_label(const std::string& situation) { return situation.substr(0, situation.find(" (")); }

// One block per kind: "kind", then lines "situation -> outcome". Situations that are not named are an error.
using Table = std::map<std::string, std::map<std::string, std::string>>;

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

Table table_of(const char* text) {
  Table table;
  std::istringstream in(text);
  std::string line, situation;
  while (std::getline(in, line)) {
    if (trimmed(line).empty()) continue;
    if (line.front() != ' ') {
      situation = trimmed(line);
      continue;
    }
    std::istringstream cells(line);
    for (std::string cell; cells >> cell;) {
      const std::size_t at = cell.find('>');
      REQUIRE_MESSAGE(at != std::string::npos, cell);
      CHECK_MESSAGE(table[situation].emplace(cell.substr(0, at), cell.substr(at + 1)).second, situation, " has two cells for ", cell);
    }
  }
  return table;
}

void check_table(party::Side side, const std::map<std::string, Build>& situations, const char* text) {
  const Table table = table_of(text);
  for (const auto& [situation, cells] : table) CHECK_MESSAGE(situations.contains(situation), "no such situation: ", situation);
  for (const auto& [situation, build] : situations) {
    CAPTURE(situation);
    TestExchange x;
    build(x);
    const TestOffice& office = side == party::Side::AGENCY ? x.agency : x.provider;
    REQUIRE((side == party::Side::AGENCY ? agency_label(office.state()) : provider_label(office.state())) == short_label(situation));
    REQUIRE(table.contains(situation));
    const auto& cells = table.at(situation);
    std::set<std::string> known;
    for (const KindRule& rule : all_kinds()) {
      const std::string kind(enum_text(rule.kind));
      CAPTURE(kind);
      if (!writes(side, rule)) {  // whatever the state, nobody writes the other side's acts; in a blank matter only the roles tell the sides apart
        for (const party::Role role : rule.roles) CHECK_FALSE(may_write(rule.kind, side, role));
        if (!office.acts().empty()) CHECK(outcome(office, rule.kind) == ".");
        continue;
      }
      known.insert(kind);
      REQUIRE_MESSAGE(cells.contains(kind), "the table lacks ", kind, " in ", situation);
      CHECK(outcome(office, rule.kind) == cells.at(kind));
    }
    CHECK(cells.size() == known.size());
  }
}

}  // namespace

TEST_CASE("every kind in every situation of the agency") {
  check_table(party::Side::AGENCY, agency_situations(), R"(
NONE
  inquiry.oral>ORAL inquiry.drafted>DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>. inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>. inquiry.reminded>.
  answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>. office.changed>=
  text.erased>.
ORAL
  inquiry.oral>. inquiry.drafted>DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>VOIDED answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>. inquiry.reminded>.
  answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>. office.changed>.
  text.erased>.
DRAFT (being written)
  inquiry.oral>. inquiry.drafted>= inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>VOIDED answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>. inquiry.reminded>.
  answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>. office.changed>.
  text.erased>.
DRAFT (handed over)
  inquiry.oral>. inquiry.drafted>= inquiry.checked>CHECKED inquiry.sent_back>= inquiry.registered>. inquiry.voided>VOIDED answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>. inquiry.reminded>.
  answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>. office.changed>.
  text.erased>.
CHECKED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>DRAFT inquiry.registered>. inquiry.voided>VOIDED answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>APPROVED inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
APPROVED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>DRAFT inquiry.registered>REGISTERED inquiry.voided>VOIDED
  answer.opened>. inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
REGISTERED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>DRAFT inquiry.registered>. inquiry.voided>VOIDED answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>DISPATCHED inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
VOIDED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>. inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>. inquiry.reminded>.
  answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>PURGED office.changed>.
  text.erased>=
DISPATCHED
  inquiry.oral>. inquiry.drafted>DISPATCHED/DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>WITHDRAWN
  inquiry.reminded>= answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
DELIVERED
  inquiry.oral>. inquiry.drafted>DELIVERED/DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>WITHDRAWN
  inquiry.reminded>= answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
ACCEPTED
  inquiry.oral>. inquiry.drafted>ACCEPTED/DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>WITHDRAWN
  inquiry.reminded>= answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
RETURNED
  inquiry.oral>. inquiry.drafted>RETURNED/DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>WITHDRAWN
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
IN_PROGRESS
  inquiry.oral>. inquiry.drafted>IN_PROGRESS/DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>.
  answer.opened>. inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>.
  inquiry.withdrawn>WITHDRAWN inquiry.reminded>= answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>=
  matter.purged>. office.changed>.
  text.erased>.
ANSWERED (not received)
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>. inquiry.reminded>.
  answer.retrieved>= inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>. office.changed>.
  text.erased>.
ANSWERED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>=
  inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>= narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
PARTLY_ANSWERED (item 2 open)
  inquiry.oral>. inquiry.drafted>PARTLY_ANSWERED/DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>.
  answer.opened>= inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>.
  inquiry.withdrawn>WITHDRAWN inquiry.reminded>= answer.retrieved>. inquiry.feedback>= narrowing.declined>. matter.viewed>= audit.finding>=
  matter.purged>. office.changed>.
  text.erased>.
PARTLY_ANSWERED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>=
  inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>= narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
NONE_HELD
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>=
  inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>= narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
REFUSED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>=
  inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>= narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
NEEDS_WARRANT
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>=
  inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>= narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
NARROWING_PROPOSED
  inquiry.oral>. inquiry.drafted>NARROWING_PROPOSED/DRAFT inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>.
  answer.opened>= inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>.
  inquiry.withdrawn>WITHDRAWN inquiry.reminded>. answer.retrieved>. inquiry.feedback>= narrowing.declined>PARTLY_ANSWERED matter.viewed>=
  audit.finding>= matter.purged>. office.changed>.
  text.erased>.
WITHDRAWN
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>CLOSED inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>.
  office.changed>.
  text.erased>.
CLOSED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>=
  inquiry.closed>. inquiry.retained>RETAINED inquiry.handed_over>. inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>.
  inquiry.reminded>. answer.retrieved>. inquiry.feedback>= narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>PURGED
  office.changed>.
  text.erased>=
RETAINED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>=
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>. inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>. inquiry.reminded>.
  answer.retrieved>. inquiry.feedback>= narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>PURGED office.changed>.
  text.erased>=
PURGED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>. inquiry.registered>. inquiry.voided>. answer.opened>.
  inquiry.closed>. inquiry.retained>. inquiry.handed_over>. inquiry.approved>. inquiry.dispatched>. inquiry.withdrawn>. inquiry.reminded>.
  answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>= matter.purged>. office.changed>.
  text.erased>=
RETURNED/DRAFT (handed over)
  inquiry.oral>. inquiry.drafted>= inquiry.checked>RETURNED/CHECKED inquiry.sent_back>= inquiry.registered>. inquiry.voided>RETURNED
  answer.opened>. inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>.
  inquiry.withdrawn>WITHDRAWN inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>=
  matter.purged>. office.changed>.
  text.erased>.
RETURNED/CHECKED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>RETURNED/DRAFT inquiry.registered>. inquiry.voided>RETURNED
  answer.opened>. inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>RETURNED/APPROVED inquiry.dispatched>.
  inquiry.withdrawn>WITHDRAWN inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>=
  matter.purged>. office.changed>.
  text.erased>.
RETURNED/APPROVED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>RETURNED/DRAFT inquiry.registered>RETURNED/REGISTERED
  inquiry.voided>RETURNED answer.opened>. inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>.
  inquiry.withdrawn>WITHDRAWN inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>=
  matter.purged>. office.changed>.
  text.erased>.
RETURNED/REGISTERED
  inquiry.oral>. inquiry.drafted>. inquiry.checked>. inquiry.sent_back>RETURNED/DRAFT inquiry.registered>. inquiry.voided>RETURNED
  answer.opened>. inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>DISPATCHED
  inquiry.withdrawn>WITHDRAWN inquiry.reminded>. answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>=
  matter.purged>. office.changed>.
  text.erased>.
IN_PROGRESS/DRAFT (handed over)
  inquiry.oral>. inquiry.drafted>= inquiry.checked>IN_PROGRESS/CHECKED inquiry.sent_back>= inquiry.registered>. inquiry.voided>IN_PROGRESS
  answer.opened>. inquiry.closed>. inquiry.retained>. inquiry.handed_over>= inquiry.approved>. inquiry.dispatched>.
  inquiry.withdrawn>WITHDRAWN inquiry.reminded>= answer.retrieved>. inquiry.feedback>. narrowing.declined>. matter.viewed>= audit.finding>=
  matter.purged>. office.changed>.
  text.erased>.
)");
}

TEST_CASE("every kind in every situation of the provider") {
  check_table(party::Side::PROVIDER, provider_situations(), R"(
NONE:NONE
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>. work.looked_up>. answer.collected>. answer.checked>.
  answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>. answer.begun>. answer.released>. matter.viewed>=
  audit.finding>= matter.purged>. office.changed>= statement.issued>=
  text.erased>.
NONE:DISPATCHED
  intake.verified>VERIFIED:DISPATCHED intake.suspected>SUSPECT:DISPATCHED intake.triaged>. legal.decided>. work.assigned>. work.looked_up>.
  answer.collected>. answer.checked>. answer.sent_back>. inquiry.received>RECEIVED:DELIVERED inquiry.accepted>. inquiry.returned>.
  answer.begun>. answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
RECEIVED:DELIVERED
  intake.verified>VERIFIED:DELIVERED intake.suspected>SUSPECT:DELIVERED intake.triaged>. legal.decided>. work.assigned>. work.looked_up>.
  answer.collected>. answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>. answer.begun>.
  answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
SUSPECT:DELIVERED
  intake.verified>VERIFIED:DELIVERED intake.suspected>. intake.triaged>. legal.decided>. work.assigned>. work.looked_up>. answer.collected>.
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>RETURNED:RETURNED answer.begun>.
  answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
VERIFIED:DELIVERED
  intake.verified>. intake.suspected>. intake.triaged>TRIAGED:DELIVERED legal.decided>. work.assigned>. work.looked_up>. answer.collected>.
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>. answer.begun>. answer.released>.
  matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
TRIAGED:DELIVERED
  intake.verified>. intake.suspected>. intake.triaged>= legal.decided>. work.assigned>ASSIGNED:DELIVERED work.looked_up>. answer.collected>.
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>TRIAGED:ACCEPTED inquiry.returned>RETURNED:RETURNED answer.begun>.
  answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
LEGAL_REVIEW:DELIVERED
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>TRIAGED:DELIVERED work.assigned>. work.looked_up>. answer.collected>.
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>RETURNED:RETURNED answer.begun>.
  answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
ASSIGNED:DELIVERED
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>= work.looked_up>= answer.collected>COLLECTED:DELIVERED
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>ASSIGNED:ACCEPTED inquiry.returned>RETURNED:RETURNED answer.begun>.
  answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
TRIAGED:ACCEPTED
  intake.verified>. intake.suspected>. intake.triaged>= legal.decided>. work.assigned>ASSIGNED:ACCEPTED work.looked_up>. answer.collected>.
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>RETURNED:RETURNED answer.begun>.
  answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
ASSIGNED:ACCEPTED
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>= work.looked_up>= answer.collected>COLLECTED:ACCEPTED
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>RETURNED:RETURNED
  answer.begun>ASSIGNED:IN_PROGRESS answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
ASSIGNED:IN_PROGRESS
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>= work.looked_up>=
  answer.collected>COLLECTED:IN_PROGRESS answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>.
  inquiry.returned>RETURNED:RETURNED answer.begun>. answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
COLLECTED:IN_PROGRESS
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>= work.looked_up>= answer.collected>=
  answer.checked>CHECKED:IN_PROGRESS answer.sent_back>ASSIGNED:IN_PROGRESS inquiry.received>. inquiry.accepted>.
  inquiry.returned>RETURNED:RETURNED answer.begun>. answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
CHECKED:IN_PROGRESS
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>. work.looked_up>= answer.collected>. answer.checked>.
  answer.sent_back>ASSIGNED:IN_PROGRESS inquiry.received>. inquiry.accepted>. inquiry.returned>RETURNED:RETURNED answer.begun>.
  answer.released>RELEASED:ANSWERED matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
RELEASED:ANSWERED
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>ASSIGNED:ANSWERED work.looked_up>= answer.collected>.
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>. answer.begun>. answer.released>.
  matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
RELEASED:PARTLY_ANSWERED (item 2 open)
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>ASSIGNED:PARTLY_ANSWERED work.looked_up>=
  answer.collected>COLLECTED:PARTLY_ANSWERED answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>.
  answer.begun>. answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
RELEASED:NARROWING_PROPOSED
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>ASSIGNED:NARROWING_PROPOSED work.looked_up>=
  answer.collected>COLLECTED:NARROWING_PROPOSED answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>.
  answer.begun>. answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
RETRIEVED:ANSWERED
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>ASSIGNED:ANSWERED work.looked_up>= answer.collected>.
  answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>. answer.begun>. answer.released>.
  matter.viewed>= audit.finding>= matter.purged>ERASED:ANSWERED office.changed>. statement.issued>.
  text.erased>=
RETRIEVED:PARTLY_ANSWERED (item 2 open)
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>ASSIGNED:PARTLY_ANSWERED work.looked_up>=
  answer.collected>COLLECTED:PARTLY_ANSWERED answer.checked>. answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>.
  answer.begun>. answer.released>. matter.viewed>= audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>.
RETURNED:RETURNED
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>. work.looked_up>. answer.collected>. answer.checked>.
  answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>. answer.begun>. answer.released>. matter.viewed>=
  audit.finding>= matter.purged>ERASED:RETURNED office.changed>. statement.issued>.
  text.erased>=
WITHDRAWN:WITHDRAWN
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>. work.looked_up>= answer.collected>. answer.checked>.
  answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>. answer.begun>. answer.released>. matter.viewed>=
  audit.finding>= matter.purged>ERASED:WITHDRAWN office.changed>. statement.issued>.
  text.erased>=
ERASED:ANSWERED
  intake.verified>. intake.suspected>. intake.triaged>. legal.decided>. work.assigned>. work.looked_up>. answer.collected>. answer.checked>.
  answer.sent_back>. inquiry.received>. inquiry.accepted>. inquiry.returned>. answer.begun>. answer.released>. matter.viewed>=
  audit.finding>= matter.purged>. office.changed>. statement.issued>.
  text.erased>=
)");
}

// The situations reach every state there is, but SEALED and the like that are no state of the fold.
TEST_CASE("every state of both sides is in the tables") {
  std::set<std::string> agency, provider;
  for (const auto& [situation, build] : agency_situations()) agency.insert(short_label(situation));
  for (const auto& [situation, build] : provider_situations()) provider.insert(situation.substr(0, situation.find(':')));
  for (const std::string_view state : EnumNames<State>::names) CHECK_MESSAGE(agency.contains(std::string(state)), state);
  for (const std::string_view state : EnumNames<ProviderState>::names) CHECK_MESSAGE(provider.contains(std::string(state)), state);
}

}  // namespace warifu::inquiry
