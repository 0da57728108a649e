// Dates at their limits and one past them, over ends of months and years, in Japan's time.
#include "law/deadlines.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace warifu::law {

namespace {

const Catalogue& law_data() { return Catalogue::built_in(); }
Time at(std::string_view text) { return parse_rfc3339(text).value(); }
Date day(std::string_view text) { return Date::parse(text).value(); }

}  // namespace

TEST_CASE("due dates count calendar days from the day in Japan") {
  CHECK(due_date(law_data(), at("2026-12-20T10:00:00+09:00"), Urgency::NORMAL) == day("2027-01-03"));
  CHECK(due_date(law_data(), at("2026-12-30T10:00:00+09:00"), Urgency::URGENT) == day("2027-01-02"));
  // 23:30 UTC of the 31st is already New Year's morning in Japan.
  CHECK(due_date(law_data(), at("2026-12-31T23:30:00Z"), Urgency::URGENT) == day("2027-01-04"));
  CHECK(due_date(law_data(), at("2028-02-27T10:00:00+09:00"), Urgency::URGENT) == day("2028-03-01"));
}

TEST_CASE("overdue begins after the last instant of the day in Japan") {
  const Date due = day("2026-12-31");
  CHECK_FALSE(is_overdue(due, at("2026-12-31T23:59:59+09:00")));
  CHECK(is_overdue(due, at("2027-01-01T00:00:00+09:00")));
  CHECK(is_overdue(due, at("2026-12-31T15:00:00Z")));
  CHECK(end_of_day(due) == at("2027-01-01T00:00:00+09:00"));
}

TEST_CASE("reminders") {
  const Date due = day("2027-01-04");
  CHECK(reminder_due(law_data(), due, day("2027-01-01")));
  CHECK_FALSE(reminder_due(law_data(), due, day("2026-12-31")));
  CHECK_FALSE(reminder_due(law_data(), due, due));
  CHECK_FALSE(reminder_due(law_data(), due, day("2027-01-05")));
  CHECK(reminder_due(law_data(), due, day("2027-01-11")));
  CHECK(reminder_due(law_data(), due, day("2027-01-18")));
  CHECK_FALSE(reminder_due(law_data(), due, day("2027-01-19")));
}

TEST_CASE("oral stub, emergency papers, review of a request not to tell") {
  CHECK(oral_follow_up_due(law_data(), at("2026-12-30T16:00:00Z")) == day("2027-01-03"));
  CHECK(emergency_papers_due(law_data(), at("2026-12-30T12:00:00+09:00")) == at("2027-01-01T12:00:00+09:00"));
  CHECK(confidentiality_review_date(law_data(), at("2026-11-21T00:00:00+09:00")) == day("2027-02-19"));
}

TEST_CASE("a warrant lasts seven days, the first not counted") {
  CHECK(warrant_valid_through(law_data(), Instrument::WSZ, day("2026-12-28")) == day("2027-01-04"));
  CHECK(warrant_valid_through(law_data(), Instrument::EPO, day("2028-02-25")) == day("2028-03-03"));
  CHECK(warrant_valid_through(law_data(), Instrument::WSZ, day("2026-12-28"), day("2027-01-27")) == day("2027-01-27"));
  const auto reversed = warrant_valid_through(law_data(), Instrument::WSZ, day("2026-12-28"), day("2026-12-27"));
  REQUIRE_FALSE(reversed.has_value());
  CHECK(reversed.error().code == Code::PERIOD_REVERSED);
  const auto inquiry = warrant_valid_through(law_data(), Instrument::INQ, day("2026-12-28"));
  REQUIRE_FALSE(inquiry.has_value());
  CHECK(inquiry.error().code == Code::BAD_VALUE);

  const Date issued = day("2026-12-28"), last = day("2027-01-04");
  CHECK_FALSE(warrant_is_valid(issued, last, at("2026-12-27T23:59:59+09:00")));
  CHECK(warrant_is_valid(issued, last, at("2026-12-28T00:00:00+09:00")));
  CHECK(warrant_is_valid(issued, last, at("2027-01-04T23:59:59+09:00")));
  CHECK_FALSE(warrant_is_valid(issued, last, at("2027-01-05T00:00:00+09:00")));
}

TEST_CASE("preservation: thirty days, sixty with its extension") {
  const Date start = day("2026-12-15");
  CHECK(check_preservation(law_data(), start, day("2027-01-14")) == 30);
  CHECK(check_preservation(law_data(), start, day("2026-12-16")) == 1);
  const auto longer = check_preservation(law_data(), start, day("2027-01-15"));
  REQUIRE_FALSE(longer.has_value());
  CHECK(longer.error().code == Code::OUT_OF_RANGE);
  CHECK(longer.error().args.at("max") == "2027-01-14");
  CHECK(check_preservation(law_data(), start, start).error().code == Code::PERIOD_REVERSED);

  const Date old_end = day("2027-01-14");
  CHECK(check_extension(law_data(), start, old_end, day("2027-02-13")) == 60);
  CHECK(check_extension(law_data(), start, old_end, day("2027-02-14")).error().code == Code::OUT_OF_RANGE);
  CHECK(check_extension(law_data(), start, old_end, old_end).error().code == Code::PERIOD_REVERSED);
  // A short first period: the extension itself is capped at thirty days …
  CHECK(extension_latest_end(law_data(), start, day("2026-12-20")) == day("2027-01-19"));
  CHECK(check_extension(law_data(), start, day("2026-12-20"), day("2027-01-20")).error().code == Code::OUT_OF_RANGE);
  // … and after earlier extensions the total is.
  CHECK(extension_latest_end(law_data(), start, day("2027-02-01")) == day("2027-02-13"));
  CHECK(check_extension(law_data(), start, day("2027-02-13"), day("2027-02-14")).error().code == Code::OUT_OF_RANGE);
}

TEST_CASE("secrecy ends within a year, by the calendar") {
  CHECK(secrecy_latest_end(law_data(), day("2026-12-01")) == day("2027-12-01"));
  CHECK(secrecy_latest_end(law_data(), day("2028-02-29")) == day("2029-02-28"));
  CHECK(check_secrecy(law_data(), day("2026-12-01"), day("2027-12-01")).has_value());
  CHECK(check_secrecy(law_data(), day("2026-12-01"), day("2027-12-02")).error().code == Code::OUT_OF_RANGE);
  CHECK(check_secrecy(law_data(), day("2026-12-01"), day("2026-11-30")).error().code == Code::PERIOD_REVERSED);
}

TEST_CASE("retention") {
  CHECK(ledger_kept_through(law_data(), day("2026-12-31")) == day("2031-12-31"));
  CHECK(audit_kept_through(law_data(), day("2028-02-29")) == day("2035-02-28"));
  CHECK(payload_kept_through(law_data(), day("2026-12-15")) == day("2027-01-14"));
  CHECK(plus_years(day("2028-02-29"), 4) == day("2032-02-29"));
}

TEST_CASE("any extension that is accepted stays within both caps") {
  CHECK(rc::check([] {
    const Date start = Date{2026, 1, 1}.plus_days(*rc::gen::inRange(0, 2000));
    const int first = *rc::gen::inRange(1, 40), more = *rc::gen::inRange(-5, 50);
    const Date old_end = start.plus_days(first), new_end = old_end.plus_days(more);
    const auto total = check_extension(law_data(), start, old_end, new_end);
    RC_ASSERT(total.has_value() == (more >= 1 && more <= 30 && first + more <= 60));
    if (total) RC_ASSERT(*total == first + more);
    RC_ASSERT(check_preservation(law_data(), start, old_end).has_value() == (first <= 30));
  }));
}

}  // namespace warifu::law
