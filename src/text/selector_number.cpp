// Numbers that a service gave: accounts, orders, lots, contracts; and the number of a device.

#include <algorithm>

#include "text/selector_parts.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

constexpr std::size_t kServiceBytesMax = 63;
constexpr std::size_t kAccountCharactersMax = 100;
constexpr std::size_t kNumberBytesMax = 64;

Result<std::string> service_id(const SelectorInput& input) {
  std::string service = ascii_lower(nfkc(*input.service));
  const bool is_plain = std::all_of(service.begin(), service.end(), [](char c) { return is_ascii_alnum(c) || c == '.' || c == '-'; });
  if (!is_plain || service.size() > kServiceBytesMax || !is_ascii_alnum(service.front()) || !is_ascii_alnum(service.back()))
    return bad_format(input.type, "a service id is 1 to 63 of a-z 0-9 . -", "/service");
  return service;
}

}  // namespace

Result<Selector> parse_account(const SelectorInput& input) {
  const std::string service = TRY(service_id(input));
  std::string id = nfkc(input.value);
  // The @ in front is how services call an account, not part of its name. A mail address as account name keeps its own.
  if (id.size() > 1 && id.front() == '@') id.erase(0, 1);
  if (id == "@" || id.find(' ') != std::string::npos) return bad_format(SelectorType::ACCOUNT_ID, "an account id has no spaces");
  if (character_count(id) > kAccountCharactersMax)
    return fail(Code::TOO_LONG, "account id too long", "/value", {{"max", std::to_string(kAccountCharactersMax)}});
  if (id.front() == '@') return bad_format(SelectorType::ACCOUNT_ID, "an account id does not begin with two @");
  Selector out;
  out.canonical = service + ":" + id;
  out.display = out.canonical;
  out.masked = service + ":" + mask(id, 1, 0);
  out.is_confusable = is_confusable_mix(id);
  out.input.value = id;
  out.input.service = service;
  return out;
}

Result<Selector> parse_service_number(const SelectorInput& input) {
  const std::string service = TRY(service_id(input));
  std::string number = without(technical(input.value), " ");
  if (number.size() > 1 && number.front() == '#') number.erase(0, 1);
  const bool is_plain = std::all_of(number.begin(), number.end(),
                                    [](char c) { return is_ascii_alnum(c) || std::string_view("-._/").find(c) != std::string_view::npos; });
  const bool has_digit = std::any_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_plain || !has_digit) return bad_format(input.type, "a number is of letters, digits and - . _ /, with a digit");
  if (number.size() > kNumberBytesMax) return fail(Code::TOO_LONG, "number too long", "/value", {{"max", std::to_string(kNumberBytesMax)}});
  Selector out;
  // Hyphens and letter case are printed one way and typed another.
  out.canonical = service + ":" + ascii_upper(without(number, "-"));
  out.display = service + ":" + number;
  out.masked = service + ":" + mask(number, 0, 4);
  out.input.value = number;
  out.input.service = service;
  return out;
}

Result<Selector> parse_imei(const SelectorInput& input) {
  std::string digits = technical(input.value);
  if (ascii_lower(digits).starts_with("imei")) digits.erase(0, 4);
  if (digits.starts_with(":")) digits.erase(0, 1);
  digits = without(digits, " -/");
  if (!is_digits(digits)) return bad_format(SelectorType::IMEI, "an IMEI has digits only");
  if (digits.size() == 14) return bad_checksum(SelectorType::IMEI, "14 digits: the check digit (the 15th) is missing");
  if (digits.size() == 16) return bad_format(SelectorType::IMEI, "16 digits are an IMEISV, which has no check digit: enter the IMEI");
  if (digits.size() != 15) return bad_format(SelectorType::IMEI, "an IMEI has 15 digits");
  if (digits.find_first_not_of('0') == std::string::npos) return bad_format(SelectorType::IMEI, "IMEI zero");
  // 3GPP TS 23.003 annex B.
  if (!is_luhn_valid(digits)) return bad_checksum(SelectorType::IMEI, "the check digit does not match");
  Selector out;
  out.canonical = digits;
  out.display = digits;
  out.masked = digits.substr(0, 8) + "****" + digits.substr(12);
  out.is_checksum_verified = true;
  out.input.value = digits;
  return out;
}

}  // namespace warifu::text
