#pragma once
// Time is microseconds since 1970-01-01T00:00:00Z inside; a zone appears only where people read or write.
// Calendar rules of Japanese offices (years of serials, days of validity) are computed in Asia/Tokyo.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu {

struct Time {
  std::int64_t us = 0;
  auto operator<=>(const Time&) const = default;
  [[nodiscard]] static constexpr Time from_seconds(std::int64_t s) { return {s * 1'000'000}; }
  [[nodiscard]] constexpr std::int64_t seconds() const { return us / 1'000'000; }
};

struct Duration {
  std::int64_t us = 0;
  auto operator<=>(const Duration&) const = default;
};
[[nodiscard]] constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
[[nodiscard]] constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
[[nodiscard]] constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }
[[nodiscard]] constexpr Duration days(std::int64_t n) { return hours(n * 24); }
[[nodiscard]] constexpr Time operator+(Time t, Duration d) { return {t.us + d.us}; }
[[nodiscard]] constexpr Time operator-(Time t, Duration d) { return {t.us - d.us}; }
[[nodiscard]] constexpr Duration operator-(Time a, Time b) { return {a.us - b.us}; }

[[nodiscard]] Time now_utc();

struct Date {
  int year = 1970;
  unsigned month = 1, day = 1;
  auto operator<=>(const Date&) const = default;
  [[nodiscard]] bool is_valid() const;
  [[nodiscard]] static Result<Date> parse(std::string_view text);  // 2026-11-21, existing days only
  [[nodiscard]] std::string iso() const;
  [[nodiscard]] Date plus_days(int n) const;
};

// RFC 3339 with seconds, fraction optional (to microseconds), zone required ("Z" or "+09:00"). TIME_WITHOUT_ZONE when it is missing.
// Accepted between 1970 and 2200; a space may stand for the T.
[[nodiscard]] Result<Time> parse_rfc3339(std::string_view text);
[[nodiscard]] std::string to_rfc3339(Time time);        // UTC, "2026-11-21T05:05:00Z"; microseconds only when not zero
[[nodiscard]] std::string to_rfc3339_tokyo(Time time);  // "2026-11-21T14:05:00+09:00"

[[nodiscard]] Date tokyo_date(Time time);
[[nodiscard]] Time tokyo_midnight(Date date);        // the first instant of that day in Japan
[[nodiscard]] int tokyo_hour(Time time);             // 0 … 23
[[nodiscard]] int weekday(Date date);                // 0 Sunday … 6 Saturday
[[nodiscard]] std::string japanese_era(Date date);   // 令和8年11月21日; from Meiji 6 (1873) on
[[nodiscard]] std::string japanese_date(Time time);  // 2026年11月21日(土) 14:05, in Japan's time

}  // namespace warifu
