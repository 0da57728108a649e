#include "base/time.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace warifu {
namespace {

constexpr std::int64_t kEndUs = 7'258'118'400LL * 1'000'000;  // 2200-01-01T00:00:00Z

struct Reading {
  std::string text;
  std::int64_t us;
};

TEST_CASE("times with a zone are read") {
  const std::vector<Reading> readings = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01T09:00:00+09:00", 0},
      {"1970-01-01T00:00:00.000001Z", 1},
      {"1970-01-01T00:00:00.5Z", 500'000},
      {"1970-01-02 00:00:00Z", 86'400'000'000},
      {"2026-11-21T14:05:00+09:00", 1'795'237'500'000'000},
      {"2026-11-21T01:35:00-03:30", 1'795'237'500'000'000},
      {"2026-11-21T05:05:00-00:00", 1'795'237'500'000'000},
      {"2000-02-29T23:59:59.999999Z", 951'868'799'999'999},
      {"2199-12-31T23:59:59.999999Z", kEndUs - 1},
  };
  for (const Reading& reading : readings) {
    CAPTURE(reading.text);
    const auto time = parse_rfc3339(reading.text);
    REQUIRE(time.has_value());
    CHECK(time->us == reading.us);
  }
}

struct Refusal {
  std::string text;
  Code code;
};

TEST_CASE("anything else is refused, with its reason") {
  const std::vector<Refusal> refusals = {
      {"2026-11-21T14:05:00", Code::TIME_WITHOUT_ZONE},
      {"2026-11-21 14:05:00.25", Code::TIME_WITHOUT_ZONE},
      {"", Code::BAD_TIME},
      {"2026-11-21", Code::BAD_TIME},
      {"2026-11-21T14:05Z", Code::BAD_TIME},
      {"2026-11-21T14:05:00.Z", Code::BAD_TIME},
      {"2026-11-21T14:05:00.1234567Z", Code::BAD_TIME},
      {"2026-11-21T24:00:00Z", Code::BAD_TIME},
      {"2026-11-21T23:60:00Z", Code::BAD_TIME},
      {"2016-12-31T23:59:60Z", Code::BAD_TIME},
      {"2026-02-29T00:00:00Z", Code::BAD_TIME},
      {"2100-02-29T00:00:00Z", Code::BAD_TIME},
      {"2026-13-01T00:00:00Z", Code::BAD_TIME},
      {"2026-00-01T00:00:00Z", Code::BAD_TIME},
      {"2026-04-31T00:00:00Z", Code::BAD_TIME},
      {"26-11-21T14:05:00Z", Code::BAD_TIME},
      {"2026-1-21T14:05:00Z", Code::BAD_TIME},
      {"2026-11-21t14:05:00Z", Code::BAD_TIME},
      {"2026-11-21T14:05:00z", Code::BAD_TIME},
      {"2026-11-21T14:05:00+0900", Code::BAD_TIME},
      {"2026-11-21T14:05:00+09", Code::BAD_TIME},
      {"2026-11-21T14:05:00+24:00", Code::BAD_TIME},
      {"2026-11-21T14:05:00+09:60", Code::BAD_TIME},
      {"2026-11-21T14:05:00 +09:00", Code::BAD_TIME},
      {"2026-11-21T14:05:00JST", Code::BAD_TIME},
      {"2026-11-21T14:05:00Z ", Code::BAD_TIME},
      {" 2026-11-21T14:05:00Z", Code::BAD_TIME},
      {"2026-11-21T-4:05:00Z", Code::BAD_TIME},
      {"1969-12-31T23:59:59Z", Code::OUT_OF_RANGE},
      {"1970-01-01T00:00:00+09:00", Code::OUT_OF_RANGE},
      {"2200-01-01T00:00:00Z", Code::OUT_OF_RANGE},
      {"9999-12-31T23:59:59Z", Code::OUT_OF_RANGE},
  };
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.text);
    const auto time = parse_rfc3339(refusal.text);
    REQUIRE_FALSE(time.has_value());
    CHECK(sentence(time.error().code).name == sentence(refusal.code).name);
  }
}

TEST_CASE("times are written in UTC and in Japan's time") {
  const Time time = parse_rfc3339("2026-11-21T14:05:00+09:00").value();
  CHECK(to_rfc3339(time) == "2026-11-21T05:05:00Z");
  CHECK(to_rfc3339_tokyo(time) == "2026-11-21T14:05:00+09:00");
  CHECK(to_rfc3339({time.us + 25}) == "2026-11-21T05:05:00.000025Z");
  CHECK(to_rfc3339({-1}) == "1969-12-31T23:59:59.999999Z");
  CHECK(japanese_date(time) == "2026年11月21日(土) 14:05");
  CHECK(japanese_date(parse_rfc3339("2027-01-02T15:07:00Z").value()) == "2027年1月3日(日) 00:07");
}

TEST_CASE("the day and hour in Japan") {
  const Time before = parse_rfc3339("2026-12-31T14:59:59.999999Z").value();
  const Time after = parse_rfc3339("2026-12-31T15:00:00Z").value();
  CHECK(tokyo_date(before) == Date{2026, 12, 31});
  CHECK(tokyo_date(after) == Date{2027, 1, 1});
  CHECK(tokyo_hour(before) == 23);
  CHECK(tokyo_hour(after) == 0);
  CHECK(tokyo_midnight({2027, 1, 1}) == after);
}

TEST_CASE("dates") {
  CHECK(Date::parse("2026-11-21").value() == Date{2026, 11, 21});
  CHECK(Date::parse("2024-02-29").value().iso() == "2024-02-29");
  for (const std::string& text : std::vector<std::string>{"2026-02-29", "2026-11-31", "2026-11-2", "2026/11/21", "0000-01-01", "2026-11-21 ", ""}) {
    CAPTURE(text);
    CHECK(Date::parse(text).error().code == Code::BAD_VALUE);
  }
  CHECK(Date{2024, 2, 28}.plus_days(1) == Date{2024, 2, 29});
  CHECK(Date{2026, 12, 31}.plus_days(1) == Date{2027, 1, 1});
  CHECK(Date{2027, 1, 1}.plus_days(-365) == Date{2026, 1, 1});
  CHECK(weekday({2026, 11, 21}) == 6);
  CHECK(weekday({2026, 11, 22}) == 0);
  CHECK_FALSE(Date{2026, 0, 1}.is_valid());
  CHECK_FALSE(Date{2026, 6, 31}.is_valid());
}

struct EraCase {
  Date date;
  std::string text;
};

TEST_CASE("era names change on their days, and the first year is 元年") {
  const std::vector<EraCase> cases = {
      {{1872, 12, 31}, "西暦1872年12月31日"}, {{1873, 1, 1}, "明治6年1月1日"},      {{1912, 7, 29}, "明治45年7月29日"},
      {{1912, 7, 30}, "大正元年7月30日"},     {{1926, 12, 24}, "大正15年12月24日"}, {{1926, 12, 25}, "昭和元年12月25日"},
      {{1927, 1, 1}, "昭和2年1月1日"},        {{1989, 1, 7}, "昭和64年1月7日"},     {{1989, 1, 8}, "平成元年1月8日"},
      {{2019, 4, 30}, "平成31年4月30日"},     {{2019, 5, 1}, "令和元年5月1日"},     {{2020, 1, 1}, "令和2年1月1日"},
      {{2026, 11, 21}, "令和8年11月21日"},
  };
  for (const EraCase& entry : cases) CHECK(japanese_era(entry.date) == entry.text);
}

TEST_CASE("the clock runs") {
  const Time first = now_utc();
  CHECK(first > parse_rfc3339("2024-01-01T00:00:00Z").value());
  CHECK(now_utc() >= first);
}

TEST_CASE("property: every accepted time survives both spellings; days count up one by one") {
  CHECK(rc::check([] {
    const Time time{*rc::gen::inRange<std::int64_t>(0, kEndUs)};
    RC_ASSERT(parse_rfc3339(to_rfc3339(time)).value() == time);
    RC_ASSERT(parse_rfc3339(to_rfc3339_tokyo(time)).value() == time);
    const Date date = tokyo_date(time);
    RC_ASSERT(Date::parse(date.iso()).value() == date);
    RC_ASSERT(tokyo_midnight(date) <= time);
    RC_ASSERT(time < tokyo_midnight(date.plus_days(1)));
    RC_ASSERT(weekday(date.plus_days(1)) == (weekday(date) + 1) % 7);
    RC_ASSERT((time - tokyo_midnight(date)).us / hours(1).us == tokyo_hour(time));
  }));
}

}  // namespace
}  // namespace warifu
