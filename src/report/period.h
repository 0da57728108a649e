#pragma once
// The periods that figures and statements are made for: a month and a half-year of the calendar in Japan. Values with one spelling each.

#include <string>
#include <string_view>

#include "base/time.h"

namespace warifu::report {

struct Month {
  int year = 2000;
  unsigned month = 1;
  auto operator<=>(const Month&) const = default;

  [[nodiscard]] static Result<Month> parse(std::string_view text);  // 2026-11
  [[nodiscard]] static Month of(Time at);                           // in Japan
  [[nodiscard]] std::string text() const;
  [[nodiscard]] Month next() const;
  [[nodiscard]] Time begin() const;  // its first instant in Japan
  [[nodiscard]] Time end() const;    // the instant after its last
  [[nodiscard]] bool holds(Time at) const { return begin() <= at && at < end(); }
};

struct HalfYear {
  int year = 2000;
  int half = 1;  // 1: January to June
  auto operator<=>(const HalfYear&) const = default;

  [[nodiscard]] static Result<HalfYear> parse(std::string_view text);  // 2026-H1
  [[nodiscard]] static HalfYear of(Date day);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] Date first() const;
  [[nodiscard]] Date last() const;
};

}  // namespace warifu::report
