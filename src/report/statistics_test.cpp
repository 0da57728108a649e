#include "report/statistics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace warifu::report {
namespace {

using inquiry::MatterRow;
using inquiry::State;

constexpr Date kFrom{2026, 7, 1}, kUntil{2026, 12, 31};
const Time kNow = tokyo_midnight({2026, 11, 21}) + hours(12);

party::OrganisationId org(std::string_view id) { return party::OrganisationId::parse(id).value(); }

struct Given {
  std::string provider = "portal.example";
  Date day = {2026, 11, 2};
  State state = State::ANSWERED;
  std::optional<int> answered_after_hours = 24;
  int items = 1, minutes = 10, yen = 0;
  std::vector<law::Category> categories = {law::Category::K1};
  Date due = {2026, 11, 9};
  bool is_open = false;
};

MatterRow row(const Given& given) {
  MatterRow out;
  out.matter = MatterId::random();
  out.counterparty = org(given.provider);
  out.dispatched = tokyo_midnight(given.day) + hours(10);
  out.delivered = *out.dispatched + minutes(2);
  out.accepted = *out.dispatched + hours(1);
  if (given.answered_after_hours) out.answered = *out.dispatched + hours(*given.answered_after_hours);
  out.shared_state = given.state;
  out.state = State::CLOSED;  // what the agency did afterwards does not change the figures
  out.due = given.due;
  out.is_open = given.is_open;
  if (given.is_open) out.due_at = tokyo_midnight(given.due.plus_days(1));
  out.items = given.items;
  out.minutes = given.minutes;
  out.yen = given.yen;
  out.categories = given.categories;
  return out;
}

Statistics fold_of(const std::vector<MatterRow>& rows, Date from = kFrom, Date until = kUntil) {
  StatisticsFold fold(from, until, kNow);
  for (const MatterRow& one : rows) fold.add(one);
  return fold.finish();
}

TEST_CASE("percentiles by nearest rank") {
  struct Row {
    std::vector<std::int64_t> values;
    int percent;
    std::int64_t expected;
  };
  std::vector<std::int64_t> hundred(100), twenty(20), twenty_one(21);
  for (std::size_t i = 0; i < hundred.size(); ++i) hundred[i] = static_cast<std::int64_t>(i) + 1;
  for (std::size_t i = 0; i < twenty.size(); ++i) twenty[i] = static_cast<std::int64_t>(i) + 1;
  for (std::size_t i = 0; i < twenty_one.size(); ++i) twenty_one[i] = static_cast<std::int64_t>(i) + 1;
  const std::vector<Row> rows = {
      {{7}, 50, 7},
      {{7}, 95, 7},
      {{7}, 1, 7},
      {{7}, 100, 7},
      {{1, 2}, 50, 1},
      {{1, 2}, 51, 2},
      {{1, 2, 3}, 50, 2},
      {{1, 2, 3, 4}, 50, 2},
      {{5, 1, 4, 2}, 50, 2},
      {{15, 20, 35, 40, 50}, 5, 15},
      {{15, 20, 35, 40, 50}, 30, 20},
      {{15, 20, 35, 40, 50}, 40, 20},
      {{15, 20, 35, 40, 50}, 50, 35},
      {{15, 20, 35, 40, 50}, 100, 50},
      {hundred, 95, 95},
      {hundred, 50, 50},
      {hundred, 1, 1},
      {twenty, 95, 19},
      {twenty_one, 95, 20},
      {{3, 3, 3, 9}, 75, 3},
      {{3, 3, 3, 9}, 76, 9},
  };
  std::mt19937 random(7);
  for (const Row& one : rows) {
    CAPTURE(one.percent);
    std::vector<std::int64_t> values = one.values;
    std::ranges::shuffle(values, random);
    CHECK(percentile(values, one.percent) == one.expected);
  }
}

TEST_CASE("what was dispatched in the period counts, by the calendar of Japan") {
  MatterRow first = row({}), last = row({}), before = row({}), after = row({}), draft = row({});
  first.dispatched = tokyo_midnight(kFrom);
  last.dispatched = tokyo_midnight(kUntil.plus_days(1)) - Duration{1};
  before.dispatched = tokyo_midnight(kFrom) - Duration{1};
  after.dispatched = tokyo_midnight(kUntil.plus_days(1));
  draft.dispatched.reset();
  CHECK(fold_of({first, last, before, after, draft}).inquiries == 2);
  const Statistics none = fold_of({});
  CHECK(none.inquiries == 0);
  CHECK_FALSE(none.to_answer.median);
  CHECK(none.needs_warrant_permille == 0);
  CHECK(none.by_month.size() == 6);
  CHECK(none.by_month.front().month == "2026-07");
  CHECK(none.by_month.back().month == "2026-12");
}

TEST_CASE("counts, times and costs") {
  std::vector<MatterRow> rows = {
      row({}),
      row({.answered_after_hours = 48, .items = 3, .minutes = 30, .yen = 500}),
      row({.provider = "bank.example",
           .day = {2026, 10, 31},
           .state = State::NEEDS_WARRANT,
           .answered_after_hours = 72,
           .categories = {law::Category::K1, law::Category::K3}}),
      row({.provider = "bank.example", .day = {2026, 11, 1}, .state = State::IN_PROGRESS, .answered_after_hours = {}, .minutes = 0, .is_open = true}),
      row({.day = {2026, 11, 2}, .answered_after_hours = 24 * 9}),  // due on the 9th, answered on the 11th
      row({.state = State::WITHDRAWN, .answered_after_hours = {}, .minutes = 0}),
  };
  const Statistics figures = fold_of(rows);
  CHECK(figures.inquiries == 6);
  CHECK(figures.items == 8);
  CHECK(figures.answered == 4);
  CHECK(figures.open == 1);
  CHECK(figures.overdue == 1);
  CHECK(figures.late == 1);
  CHECK(figures.needs_warrant == 1);
  CHECK(figures.needs_warrant_permille == 250);
  CHECK(figures.minutes == 60);
  CHECK(figures.yen == 500);
  CHECK(figures.to_answer == Times{4, 48 * 3600, 216 * 3600});
  CHECK(figures.to_delivery == Times{6, 120, 120});
  CHECK(figures.to_acceptance == Times{6, 3600, 3600});
  CHECK(figures.minutes_each == Times{4, 10, 30});
  REQUIRE(figures.by_state.size() == 4);
  CHECK(std::ranges::count(figures.by_state, StateCount{State::ANSWERED, 3}) == 1);
  REQUIRE(figures.by_party.size() == 2);
  CHECK(figures.by_party[0].organisation == org("portal.example"));
  CHECK(figures.by_party[0].inquiries == 4);
  CHECK(figures.by_party[1].answered == 1);
  CHECK(figures.by_party[1].to_answer == Times{1, 72 * 3600, 72 * 3600});
  REQUIRE(figures.by_category.size() == 2);
  CHECK(figures.by_category[0] == CategoryFigures{law::Category::K1, 6, 1});
  CHECK(figures.by_category[1] == CategoryFigures{law::Category::K3, 1, 1});
  CHECK(figures.by_month[3].inquiries == 1);
  CHECK(figures.by_month[4].inquiries == 5);
  std::mt19937 random(3);
  std::ranges::shuffle(rows, random);
  CHECK(fold_of(rows) == figures);
}

TEST_CASE("a clock that runs ahead makes no time negative") {
  MatterRow early = row({});
  early.delivered = *early.dispatched - seconds(3);
  CHECK(fold_of({early}).to_delivery == Times{1, 0, 0});
}

TEST_CASE("small counts are not told") {
  CHECK(shown_count(0) == "0");
  CHECK(shown_count(1) == "1–9");
  CHECK(shown_count(9) == "1–9");
  CHECK(shown_count(10) == "10");
  CHECK(shown_count(1234) == "1234");
}

std::string shown(const PublicTable& table, std::string_view key) {
  for (const PublicRow& one : table.rows)
    if (one.key == key) return one.shown;
  return "absent";
}

TEST_CASE("the public table of a half-year") {
  const HalfYear half = HalfYear::parse("2026-H2").value();
  std::vector<MatterRow> rows(12, row({}));
  rows.push_back(row({.state = State::NEEDS_WARRANT}));
  rows.push_back(row({.state = State::IN_PROGRESS, .answered_after_hours = {}, .is_open = true}));
  const PublicTable table = public_table(fold_of(rows), half, law::Catalogue::built_in(), {2027, 1, 1});
  CHECK(table.period == "2026-H2");
  CHECK(shown(table, "inquiries") == "14");
  CHECK(shown(table, "full") == "12");
  CHECK(shown(table, "needs_warrant") == "1–9");
  CHECK(shown(table, "pending") == "1–9");
  CHECK(shown(table, "refused") == "0");
  CHECK(shown(table, "K1") == "14");
  CHECK(shown(table, "median_days") == "1.0");
  CHECK_FALSE(table.is_final);  // one is still open
  for (const PublicRow& one : table.rows) {
    CHECK_FALSE(one.ja.empty());
    CHECK_FALSE(one.en.empty());
  }
  // A median over nine inquiries could be somebody's case.
  CHECK(shown(public_table(fold_of(std::vector<MatterRow>(9, row({}))), half, law::Catalogue::built_in(), {2027, 1, 1}), "median_days") == "—");
  CHECK(public_table(fold_of({row({})}), half, law::Catalogue::built_in(), {2027, 1, 1}).is_final);
  CHECK_FALSE(public_table(fold_of({row({})}), half, law::Catalogue::built_in(), {2026, 12, 31}).is_final);
}

TEST_CASE("months and half-years") {
  const Month november = Month::parse("2026-11").value();
  CHECK(november.text() == "2026-11");
  CHECK(november.next() == Month{2026, 12});
  CHECK(november.next().next() == Month{2027, 1});
  CHECK(to_rfc3339_tokyo(november.begin()) == "2026-11-01T00:00:00+09:00");
  CHECK(november.holds(november.begin()));
  CHECK_FALSE(november.holds(november.end()));
  CHECK(Month::of(november.end() - Duration{1}) == november);
  for (const char* bad : {"", "2026", "2026-13", "2026-00", "2026-1", "2026-011", "2026/11", "abcd-ef"}) CHECK_FALSE(Month::parse(bad));
  CHECK(HalfYear::parse("2026-H1").value().last() == Date{2026, 6, 30});
  CHECK(HalfYear::parse("2026-H2").value().first() == Date{2026, 7, 1});
  CHECK(HalfYear::of({2026, 6, 30}).text() == "2026-H1");
  CHECK(HalfYear::of({2026, 7, 1}).text() == "2026-H2");
  for (const char* bad : {"", "2026", "2026-H3", "2026-H0", "2026-h1", "x026-H1"}) CHECK_FALSE(HalfYear::parse(bad));
}

}  // namespace
}  // namespace warifu::report
