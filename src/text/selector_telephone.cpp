// Telephone numbers (numbering plan of the Ministry of Internal Affairs and Communications; ITU-T E.164) and calls.

#include <array>

#include "text/selector_parts.h"

namespace warifu::text {
namespace {

constexpr std::size_t kE164DigitsMax = 15;
constexpr std::size_t kE164DigitsMin = 7;

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  for (const std::string_view prefix : prefixes)
    if (text.starts_with(prefix)) return true;
  return false;
}

// A number of a Japanese subscriber with its 0. Three-digit services (110, 119) have no subscriber to ask about.
bool is_japanese_number(std::string_view digits) {
  if (!is_digits(digits) || digits.size() < 10 || digits[0] != '0' || digits[1] == '0') return false;
  const bool is_eleven_digit_kind = starts_with_any(digits, {"020", "050", "060", "070", "080", "090"});
  switch (digits.size()) {
    case 10: return !is_eleven_digit_kind;
    case 11: return digits.starts_with("0800") || (is_eleven_digit_kind && digits[3] != '0');
    case 14: return digits.starts_with("0200");  // machines
    default: return false;
  }
}

struct Grouping {
  std::array<std::size_t, 2> cuts;  // where the hyphens stand; the second 0: one hyphen only
};

// Area codes other than 03 and 06 have two to four digits more; without the table of areas they stay ungrouped rather than wrongly grouped.
Grouping grouping_of(std::string_view domestic) {
  if (starts_with_any(domestic, {"0800"})) return {{4, 7}};
  if (domestic.size() == 11) return {{3, 7}};
  if (starts_with_any(domestic, {"0120", "0570", "0990", "0180"})) return {{4, 7}};
  if (starts_with_any(domestic, {"03", "06"})) return {{2, 6}};
  return {{0, 0}};
}

std::string strip_writing(std::string_view text) {
  std::string digits = technical(text);
  const std::string lower = ascii_lower(digits);
  for (const std::string_view prefix : {std::string_view("tel:"), std::string_view("tel")}) {
    if (!lower.starts_with(prefix)) continue;
    digits.erase(0, prefix.size());
    break;
  }
  // "+81 (0)90": the 0 in brackets is for callers inside the country.
  const std::string compact = without(digits, " ");
  if (compact.starts_with("+81(0)")) digits = "+81" + compact.substr(6);
  return without(digits, " -()./");
}

bool is_balanced(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (depth < 0 || depth > 1) return false;
  }
  return depth == 0;
}

}  // namespace

Result<std::string> telephone_e164(std::string_view text) {
  const auto bad = [](const char* why) { return bad_format(SelectorType::TELEPHONE, why); };
  if (!is_balanced(technical(text))) return bad("brackets do not match");
  std::string digits = strip_writing(text);
  if (digits.starts_with("+")) {
    digits.erase(0, 1);
  } else if (digits.starts_with("010") && digits.size() > 12) {
    digits.erase(0, 3);  // how Japan dials abroad
  } else if (is_japanese_number(digits)) {
    return "+81" + digits.substr(1);
  } else {
    return bad("not a Japanese number with area code, and no + in front");
  }
  if (!is_digits(digits) || digits[0] == '0') return bad("not digits after the +");
  if (digits.starts_with("81")) {
    const std::string domestic = (digits.size() > 2 && digits[2] == '0' ? "" : "0") + digits.substr(2);
    if (!is_japanese_number(domestic)) return bad("not a Japanese number after +81");
    return "+81" + domestic.substr(1);
  }
  if (digits.size() < kE164DigitsMin || digits.size() > kE164DigitsMax) return bad("an E.164 number has 7 to 15 digits");
  return "+" + digits;
}

std::string telephone_for_reading(std::string_view e164) {
  if (!e164.starts_with("+81")) return std::string(e164);
  std::string domestic = "0" + std::string(e164.substr(3));
  const Grouping grouping = grouping_of(domestic);
  if (grouping.cuts[1] == 0) return domestic;
  domestic.insert(grouping.cuts[1], "-");
  domestic.insert(grouping.cuts[0], "-");
  return domestic;
}

std::string telephone_masked(std::string_view e164) {
  const std::string readable = telephone_for_reading(e164);
  const auto first = readable.find('-');
  if (first == std::string::npos) {
    const std::size_t head = readable.starts_with("+") ? 3 : 2;
    return readable.substr(0, head) + "****" + readable.substr(readable.size() - 4);
  }
  const auto last = readable.rfind('-');
  return readable.substr(0, first + 1) + std::string(last - first - 1, '*') + readable.substr(last);
}

Result<Selector> parse_telephone(const SelectorInput& input) {
  Selector out;
  out.canonical = TRY(telephone_e164(input.value));
  out.display = telephone_for_reading(out.canonical);
  out.masked = telephone_masked(out.canonical);
  out.input.value = out.display;
  return out;
}

Result<Selector> parse_call(const SelectorInput& input) {
  Selector out;
  out.is_communication = true;
  if (input.value.empty() && !input.to) return fail(Code::EMPTY_FIELD, "a call needs one of its two numbers", "/value");
  std::array<std::string, 3> from = {"?", "?", "?"};
  std::array<std::string, 3> to = from;
  const auto read = [](const std::string& text, std::array<std::string, 3>& into, const char* where) -> Status {
    const auto number = telephone_e164(text);
    if (!number) return bad_format(SelectorType::CALL, number.error().message, where);
    into = {*number, telephone_for_reading(*number), telephone_masked(*number)};
    return {};
  };
  if (!input.value.empty()) TRY(read(input.value, from, "/value"));
  if (input.to) TRY(read(*input.to, to, "/to"));
  auto at = parse_time_text(*input.at);
  if (!at) return tl::unexpected<Error>(std::move(at).error().at("/at"));
  out.at = *at;
  out.input.value = input.value.empty() ? "" : from[1];
  if (input.to) out.input.to = to[1];
  out.input.at = to_rfc3339_tokyo(*at);
  out.canonical = from[0] + ">" + to[0] + "@" + to_rfc3339(*at);
  out.display = from[1] + " > " + to[1] + " " + *out.input.at;
  out.masked = from[2] + " > " + to[2] + " " + *out.input.at;
  return out;
}

}  // namespace warifu::text
