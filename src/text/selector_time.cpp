// Times and dates as people write them, brought to the strict form of base/time.h.

#include <array>
#include <cstdio>
#include <optional>

#include "text/selector_parts.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

constexpr std::string_view kTimeExample = "2026-11-21T14:05:00+09:00";

// Reads a text from the left.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  void skip_spaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  // One of these literals, the first that fits.
  bool take_one_of(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return true;
    }
    return false;
  }
  std::optional<int> take_number(std::size_t digits_min, std::size_t digits_max) {
    std::size_t size = 0;
    int value = 0;
    while (size < rest_.size() && size < digits_max && rest_[size] >= '0' && rest_[size] <= '9') value = value * 10 + (rest_[size++] - '0');
    if (size < digits_min) return std::nullopt;
    rest_.remove_prefix(size);
    return value;
  }
  std::string_view take_digits() {
    std::size_t size = 0;
    while (size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9') ++size;
    const auto digits = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return digits;
  }
  [[nodiscard]] bool is_done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::string two_digits(int value) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), "%02d", value);
  return out.data();
}

std::string iso_date(int year, int month, int day) {
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02d-%02d", year, month, day);
  return out.data();
}

std::optional<std::string> take_day(Scanner& scanner) {
  const auto year = scanner.take_number(4, 4);
  if (!year || !scanner.take_one_of({"-", "/", ".", "年"})) return std::nullopt;
  scanner.skip_spaces();
  const auto month = scanner.take_number(1, 2);
  if (!month || !scanner.take_one_of({"-", "/", ".", "月"})) return std::nullopt;
  scanner.skip_spaces();
  const auto day = scanner.take_number(1, 2);
  if (!day) return std::nullopt;
  scanner.take_one_of({"日"});
  return iso_date(*year, *month, *day);
}

std::optional<std::string> take_clock(Scanner& scanner) {
  const auto hour = scanner.take_number(1, 2);
  if (!hour || !scanner.take_one_of({":", "時"})) return std::nullopt;
  const auto minute = scanner.take_number(2, 2);
  if (!minute) return std::nullopt;
  std::string out = two_digits(*hour) + ":" + two_digits(*minute);
  if (scanner.take_one_of({":", "分"})) {
    const auto second = scanner.take_number(2, 2);
    if (second) {
      out += ":" + two_digits(*second);
      scanner.take_one_of({"秒"});
      if (scanner.take_one_of({"."})) out += "." + std::string(scanner.take_digits());
      return out;
    }
  }
  return out + ":00";
}

// Written zones that mean one offset to everybody who reads this. EST, CST and their like do not.
std::optional<std::string> take_zone(Scanner& scanner) {
  if (scanner.take_one_of({"Z", "z", "UTC", "GMT"})) {
    if (scanner.is_done()) return "Z";
  } else if (scanner.take_one_of({"(JST)", "JST", "日本時間", "(日本時間)"})) {
    return "+09:00";
  }
  const bool is_minus = scanner.take_one_of({"-"});
  if (!is_minus && !scanner.take_one_of({"+"})) return std::nullopt;
  const auto hour = scanner.take_number(2, 2);
  scanner.take_one_of({":"});
  const auto minute = scanner.take_number(2, 2);
  if (!hour || !minute) return std::nullopt;
  scanner.skip_spaces();
  scanner.take_one_of({"(JST)", "JST"});
  return std::string(is_minus ? "-" : "+") + two_digits(*hour) + ":" + two_digits(*minute);
}

struct EraName {
  std::string_view ja;
  std::string_view letter;
  int year_before;  // year 1 is this + 1
  Date first_day;
  Date last_day;
};
constexpr auto kEraNames = std::to_array<EraName>({
    {"明治", "M", 1867, {1868, 1, 25}, {1912, 7, 30}},  // the era's own first day by the law of 1868 (Keio 4, first month, first day)
    {"大正", "T", 1911, {1912, 7, 30}, {1926, 12, 25}},
    {"昭和", "S", 1925, {1926, 12, 25}, {1989, 1, 7}},
    {"平成", "H", 1988, {1989, 1, 8}, {2019, 4, 30}},
    {"令和", "R", 2018, {2019, 5, 1}, {9999, 12, 31}},
});

tl::unexpected<Error> bad_date() { return fail(Code::BAD_TIME, "not an existing day", {}, {{"expected", "1990-01-02"}}); }

Result<Date> existing_day(int year, int month, int day) {
  auto date = Date::parse(iso_date(year, month, day));
  if (!date || *date < Date{1868, 1, 25}) return bad_date();
  return *date;
}

std::optional<EraName> take_era(Scanner& scanner) {
  for (const EraName& era : kEraNames) {
    const std::string lower = ascii_lower(era.letter);
    if (scanner.take_one_of({era.ja, era.letter, lower})) return era;
  }
  return std::nullopt;
}

}  // namespace

Result<Time> parse_time_text(std::string_view text) {
  const std::string normal = technical(text);
  Scanner scanner(normal);
  const auto bad = [](const char* why) { return fail(Code::BAD_TIME, why, {}, {{"expected", std::string(kTimeExample)}}); };
  const auto day = take_day(scanner);
  if (!day) return bad("no day at the start");
  if (!scanner.take_one_of({"T", "t"})) scanner.skip_spaces();
  const auto clock = take_clock(scanner);
  if (!clock) return bad("no clock time after the day");
  scanner.skip_spaces();
  if (scanner.is_done()) return fail(Code::TIME_WITHOUT_ZONE, "the time has no zone", {}, {{"expected", std::string(kTimeExample)}});
  const auto zone = take_zone(scanner);
  if (!zone || !scanner.is_done()) return bad("the zone is neither an offset nor Z nor JST");
  return parse_rfc3339(*day + "T" + *clock + *zone);
}

Result<Date> parse_birth_date(std::string_view text) {
  const std::string normal = without(technical(text), " ");
  if (normal.size() == 8 && is_digits(normal)) {
    Scanner digits(normal);
    const int year = *digits.take_number(4, 4);
    const int month = *digits.take_number(2, 2);
    return existing_day(year, month, *digits.take_number(2, 2));
  }
  Scanner scanner(normal);
  const auto era = take_era(scanner);
  std::optional<int> year;
  if (era && scanner.take_one_of({"元"}))
    year = 1;
  else
    year = era ? scanner.take_number(1, 2) : scanner.take_number(4, 4);
  if (!year || *year < 1 || !scanner.take_one_of({"-", "/", ".", "年"})) return bad_date();
  const auto month = scanner.take_number(1, 2);
  if (!month || !scanner.take_one_of({"-", "/", ".", "月"})) return bad_date();
  const auto day = scanner.take_number(1, 2);
  scanner.take_one_of({"日生", "日", "生"});
  if (!day || !scanner.is_done()) return bad_date();
  const Date date = TRY(existing_day(*year + (era ? era->year_before : 0), *month, *day));
  // 昭和64年2月1日 never was: a slip of the era would ask about somebody else.
  if (era && (date < era->first_day || date > era->last_day)) return bad_date();
  return date;
}

}  // namespace warifu::text
