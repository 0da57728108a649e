#include "document/words.h"

#include <fmt/format.h>

namespace warifu::document {

namespace {

struct Clock {
  std::int64_t hour, minute, second, micros;
};

Clock tokyo_clock(Time time) {
  const std::int64_t us = (time - tokyo_midnight(tokyo_date(time))).us, of_day = us / 1'000'000;
  return {of_day / 3600, of_day / 60 % 60, of_day % 60, us % 1'000'000};
}

}  // namespace

std::string clock_time(Time time) {
  const Clock clock = tokyo_clock(time);
  std::string text = fmt::format("{}:{:02}", clock.hour, clock.minute);
  if (clock.second != 0 || clock.micros != 0) text += fmt::format(":{:02}", clock.second);
  if (clock.micros != 0) text += fmt::format(".{:06}", clock.micros);
  return text;
}

std::string era_time(Time time) { return japanese_era(tokyo_date(time)) + " " + clock_time(time); }

Time whole_minute(Time time) {
  constexpr std::int64_t kMinuteUs = 60'000'000;
  const std::int64_t past = time.us % kMinuteUs;
  return {time.us - (past < 0 ? past + kMinuteUs : past)};
}

std::string with_readable_times(std::string_view text) {
  constexpr std::string_view kDayAndClock = "####-##-##T##:##", kSeconds = ":##", kJapan = "+09:00";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto stands = [&](std::size_t at, std::string_view pattern) {
    if (text.size() - at < pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i)
      if (pattern[i] == '#' ? !is_digit(text[at + i]) : text[at + i] != pattern[i]) return false;
    return true;
  };
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!stands(at, kDayAndClock)) {
      out += text[at++];
      continue;
    }
    std::string read(text.substr(at, kDayAndClock.size()));
    read[kDayAndClock.find('T')] = ' ';
    out += read;
    at += kDayAndClock.size();
    if (stands(at, kSeconds)) {
      at += kSeconds.size();
      if (stands(at, ".#"))
        for (++at; at < text.size() && is_digit(text[at]);) ++at;
    }
    if (stands(at, kJapan)) at += kJapan.size();
  }
  return out;
}

std::string short_date(Date date) {
  // japanese_era() spells 令和8年…: the digits between the era's two characters and 年, 元 for the first year.
  const std::string era = japanese_era(date);
  constexpr std::string_view kYear = "年";
  const std::size_t name_bytes = std::string_view("令和").size();
  const std::size_t end = era.find(kYear);
  const std::string year = end == std::string::npos || end <= name_bytes ? std::to_string(date.year) : era.substr(name_bytes, end - name_bytes);
  constexpr std::string_view kCurrentEra = "令和";
  const std::string sign = era.starts_with(kCurrentEra) ? std::string() : era.substr(0, name_bytes / 2);  // 平31.4.1: years repeat from era to era
  return fmt::format("{}{}.{}.{}", sign, year, date.month, date.day);
}

std::string short_time(Time time) {
  const Clock clock = tokyo_clock(time);
  return fmt::format("{} {}:{:02}", short_date(tokyo_date(time)), clock.hour, clock.minute);
}

std::string era_year(int year) {
  const std::string era = japanese_era({year, 12, 31});
  constexpr std::string_view kYear = "年";
  const std::size_t end = era.find(kYear);
  return end == std::string::npos ? era : era.substr(0, end + kYear.size());
}

std::string era_month(int year, unsigned month) {
  const Date last = Date{month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1}.plus_days(-1);
  const std::string era = japanese_era(last);
  constexpr std::string_view kMonth = "月";
  const std::size_t end = era.find(kMonth);
  return end == std::string::npos ? era : era.substr(0, end + kMonth.size());
}

std::string span_text(const Span& span) { return "自 " + era_time(span.from) + "\n至 " + era_time(span.until); }

std::string grouped(std::int64_t number) {
  std::string digits = fmt::format("{}", number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string five_digits(int serial) { return fmt::format("{:05}", serial); }

std::string serial_text(std::string_view form, int serial) { return fmt::format("様式 {} 第{:05}号", form, serial); }

std::string verification_code(const Sha256& act, std::string_view separator) {
  const std::string hex = act.hex();
  std::string code;
  for (std::size_t i = 0; i < 16; i += 4) {
    if (i > 0) code += separator;
    code += hex.substr(i, 4);
  }
  return code;
}

std::string act_link(const Sha256& act) { return "warifu:act:" + act.hex(); }

}  // namespace warifu::document
