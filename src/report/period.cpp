#include "report/period.h"

#include <fmt/format.h>

namespace warifu::report {

Result<Month> Month::parse(std::string_view text) {
  const Result<Date> first = text.size() == 7 ? Date::parse(std::string(text) + "-01") : Result<Date>(fail(Code::BAD_VALUE, ""));
  if (!first) return fail(Code::BAD_VALUE, "not a month", {}, {{"expected", "2026-11"}});
  return Month{first->year, first->month};
}

Month Month::of(Time at) {
  const Date day = tokyo_date(at);
  return {day.year, day.month};
}

std::string Month::text() const { return fmt::format("{:04}-{:02}", year, month); }
Month Month::next() const { return month == 12 ? Month{year + 1, 1} : Month{year, month + 1}; }
Time Month::begin() const { return tokyo_midnight({year, month, 1}); }
Time Month::end() const { return next().begin(); }

Result<HalfYear> HalfYear::parse(std::string_view text) {
  const bool is_spelled = text.size() == 7 && text.substr(4, 2) == "-H" && (text[6] == '1' || text[6] == '2');
  const Result<Month> january = is_spelled ? Month::parse(std::string(text.substr(0, 4)) + "-01") : Result<Month>(fail(Code::BAD_VALUE, ""));
  if (!january) return fail(Code::BAD_VALUE, "not a half-year", {}, {{"expected", "2026-H1"}});
  return HalfYear{january->year, text[6] - '0'};
}

HalfYear HalfYear::of(Date day) { return {day.year, day.month <= 6 ? 1 : 2}; }
std::string HalfYear::text() const { return fmt::format("{:04}-H{}", year, half); }
Date HalfYear::first() const { return {year, half == 1 ? 1U : 7U, 1}; }
Date HalfYear::last() const { return half == 1 ? Date{year, 6, 30} : Date{year, 12, 31}; }

}  // namespace warifu::report
