#include "base/time.h"

#include <time.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

namespace warifu {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kDayUs = kDaySeconds * 1'000'000;
// Japan has been at +09:00 without summer time since September 1951, and every Time accepted from outside is 1970 or later,
// so a constant says the same as the zone database and cannot change with an update of the machine.
constexpr std::int64_t kTokyoUs = 9 * 3600LL * 1'000'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::chrono::year_month_day civil(Date date) { return std::chrono::year{date.year} / std::chrono::month{date.month} / std::chrono::day{date.day}; }

std::int64_t day_number(Date date) { return std::chrono::sys_days{civil(date)}.time_since_epoch().count(); }

Date date_of_day(std::int64_t days_since_epoch) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{days_since_epoch}}};
  return {static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day())};
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  std::array<char, 96> out{};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
  std::snprintf(out.data(), out.size(), pattern, values...);
#pragma GCC diagnostic pop
  return out.data();
}

// Reads a fixed number of ASCII digits and moves on; nullopt when they are not there.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take_char(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Date> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take_char(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take_char(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const Date date{*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)};
  if (!date.is_valid()) return std::nullopt;
  return date;
}

// hh:mm:ss with an optional fraction, as microseconds since midnight. A seventh digit is refused rather than dropped: dropping it would
// change what somebody wrote. Second 60 is refused too: our clock has no such instant.
std::optional<std::int64_t> take_clock(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take_char(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  std::int64_t us = ((*hour * 60LL + *minute) * 60LL + *second) * 1'000'000LL;
  if (take_char(text, '.')) {
    std::int64_t scale = 100'000;
    int digits = 0;
    for (; digits < 6; ++digits, scale /= 10) {
      const auto digit = take_digits(text, 1);
      if (!digit) break;
      us += *digit * scale;
    }
    if (digits == 0) return std::nullopt;
  }
  return us;
}

// "Z", "+09:00" or "-03:30" as microseconds east of UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (take_char(text, 'Z')) return 0;
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  const std::int64_t us = (*hour * 60LL + *minute) * 60LL * 1'000'000LL;
  return west ? -us : us;
}

std::string clock_text(std::int64_t us_of_day) {
  const std::int64_t s = us_of_day / 1'000'000;
  const std::int64_t fraction = us_of_day % 1'000'000;
  std::string text = format("%02d:%02d:%02d", static_cast<int>(s / 3600), static_cast<int>(s / 60 % 60), static_cast<int>(s % 60));
  if (fraction != 0) text += format(".%06d", static_cast<int>(fraction));
  return text;
}

std::string local_text(std::int64_t local_us, std::string_view zone) {
  const std::int64_t day = floor_div(local_us, kDayUs);
  return date_of_day(day).iso() + "T" + clock_text(local_us - day * kDayUs) + std::string(zone);
}

struct Era {
  Date first_day;
  std::string_view name;
};

// First days: Taisho and Showa by their edicts (大正元年・昭和元年の改元の詔書), Heisei and Reiwa by the cabinet orders under the Era Name Act
// (昭和54年法律第43号). Meiji is used from 1873-01-01, the day Japan took the Gregorian calendar (明治5年太政官布告第337号).
constexpr std::array kEras = {
    Era{{2019, 5, 1}, "令和"}, Era{{1989, 1, 8}, "平成"}, Era{{1926, 12, 25}, "昭和"}, Era{{1912, 7, 30}, "大正"}, Era{{1873, 1, 1}, "明治"},
};

}  // namespace

Time now_utc() {
  timespec now{};
  CHECK_THAT(::clock_gettime(CLOCK_REALTIME, &now) == 0);
  return {static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000};
}

bool Date::is_valid() const { return year >= 1 && year <= 9999 && civil(*this).ok(); }

Result<Date> Date::parse(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !text.empty()) return fail(Code::BAD_VALUE, "not an existing day written as YYYY-MM-DD", {}, {{"expected", "2026-11-21"}});
  return *date;
}

std::string Date::iso() const { return format("%04d-%02u-%02u", year, month, day); }

Date Date::plus_days(int n) const { return date_of_day(day_number(*this) + n); }

Result<Time> parse_rfc3339(std::string_view text) {
  const auto bad = [](const char* why) { return fail(Code::BAD_TIME, why, {}, {{"expected", "2026-11-21T14:05:00+09:00"}}); };
  std::string_view rest = text;
  const auto date = take_date(rest);
  if (!date) return bad("not an existing day written as YYYY-MM-DD");
  // RFC 3339 section 5.6 allows a space for readability.
  if (!take_char(rest, 'T') && !take_char(rest, ' ')) return bad("no T between day and time");
  const auto clock = take_clock(rest);
  if (!clock) return bad("not a time written as hh:mm:ss with at most 6 digits of fraction");
  if (rest.empty()) return fail(Code::TIME_WITHOUT_ZONE, "the time has no zone", {}, {{"expected", "2026-11-21T14:05:00+09:00"}});
  const auto offset = take_offset(rest);
  if (!offset || !rest.empty()) return bad("the zone is neither Z nor +hh:mm");
  const Time time{day_number(*date) * kDayUs + *clock - *offset};
  static constexpr Date kEnd{2200, 1, 1};
  if (time.us < 0 || time.us >= day_number(kEnd) * kDayUs)
    return fail(Code::OUT_OF_RANGE, "the time is not between 1970 and 2200", {}, {{"min", "1970-01-01T00:00:00Z"}, {"max", "2199-12-31T23:59:59Z"}});
  return time;
}

std::string to_rfc3339(Time time) { return local_text(time.us, "Z"); }
std::string to_rfc3339_tokyo(Time time) { return local_text(time.us + kTokyoUs, "+09:00"); }

Date tokyo_date(Time time) { return date_of_day(floor_div(time.us + kTokyoUs, kDayUs)); }

Time tokyo_midnight(Date date) { return {day_number(date) * kDayUs - kTokyoUs}; }

int tokyo_hour(Time time) {
  const std::int64_t local = time.us + kTokyoUs;
  return static_cast<int>((local - floor_div(local, kDayUs) * kDayUs) / 3'600'000'000LL);
}

int weekday(Date date) { return static_cast<int>(std::chrono::weekday{std::chrono::sys_days{civil(date)}}.c_encoding()); }

std::string japanese_era(Date date) {
  for (const Era& era : kEras) {
    if (date < era.first_day) continue;
    // Meiji's table entry starts in its sixth year.
    const int year = era.first_day.year == 1873 ? date.year - 1867 : date.year - era.first_day.year + 1;
    const std::string year_text = year == 1 ? "元" : std::to_string(year);
    return std::string(era.name) + year_text + format("年%u月%u日", date.month, date.day);
  }
  return format("西暦%d年%u月%u日", date.year, date.month, date.day);
}

std::string japanese_date(Time time) {
  static constexpr std::array<const char*, 7> kDays = {"日", "月", "火", "水", "木", "金", "土"};
  const std::int64_t local = time.us + kTokyoUs;
  const Date date = tokyo_date(time);
  const std::int64_t minute_of_day = (local - floor_div(local, kDayUs) * kDayUs) / 60'000'000LL;
  return format("%d年%u月%u日(%s) %02d:%02d", date.year, date.month, date.day, kDays[static_cast<std::size_t>(weekday(date))],
                static_cast<int>(minute_of_day / 60), static_cast<int>(minute_of_day % 60));
}

}  // namespace warifu
