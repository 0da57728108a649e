#pragma once
// How office paper writes dates, numbers and codes, and the two-language labels of all documents here. The paper is Japanese; the English
// variant keeps every Japanese word and adds a small English label beside it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"

namespace warifu::document {

enum class Language { JA, EN };

struct Label {
  std::string_view ja, en;
  [[nodiscard]] std::string small(Language language) const { return language == Language::EN ? std::string(en) : std::string(); }
};

struct Span {  // both instants included
  Time from, until;
  bool operator==(const Span&) const = default;
};

[[nodiscard]] std::string clock_time(Time time);  // 14:05, seconds and their fraction only when not zero, in Japan's time
[[nodiscard]] std::string era_time(Time time);    // 令和8年11月21日 14:05
[[nodiscard]] Time whole_minute(Time time);       // the minute it lies in, for a day and time that nobody reads finer
// Times in a masked value are written for machines, 2026-11-13T21:14:00+09:00: here as people read them, 2026-11-13 21:14.
[[nodiscard]] std::string with_readable_times(std::string_view text);
[[nodiscard]] std::string short_date(Date date);                           // 8.11.21 as registers write it, 平31.4.1 in an earlier era
[[nodiscard]] std::string short_time(Time time);                           // 8.11.21 14:05, to the minute
[[nodiscard]] std::string era_year(int year);                              // 令和8年, of a calendar year (its last day decides)
[[nodiscard]] std::string era_month(int year, unsigned month);             // 令和8年11月
[[nodiscard]] std::string span_text(const Span& span);                     // 自 令和8年11月1日 0:00 / 至 令和8年11月3日 23:59:59, on two lines
[[nodiscard]] std::string grouped(std::int64_t number);                    // 1,234,567
[[nodiscard]] std::string five_digits(int serial);                         // 00012
[[nodiscard]] std::string serial_text(std::string_view form, int serial);  // 様式 A 第00012号
// The first 16 hex digits of an act's digest in groups of four: what a person compares by eye or over the telephone.
[[nodiscard]] std::string verification_code(const Sha256& act, std::string_view separator = " ");
[[nodiscard]] std::string act_link(const Sha256& act);  // warifu:act:<64 hex>: what the QR symbol says

}  // namespace warifu::document
