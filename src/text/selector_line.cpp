// Selectors on one line, and what a pasted line may be.

#include <algorithm>
#include <array>
#include <vector>

#include "base/limits.h"
#include "text/selector_catalogue.h"
#include "text/selector_parts.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

// The place where a word begins that is a day: four digits, a separator, one or two digits, a separator.
std::size_t find_day(std::string_view text) {
  for (std::size_t i = 0; i + 8 <= text.size(); ++i) {
    if (i > 0 && text[i - 1] != ' ' && text[i - 1] != '@') continue;
    if (!is_digits(text.substr(i, 4))) continue;
    const std::string_view rest = text.substr(i + 4);
    if (rest.starts_with("年")) return i;
    if (rest.front() != '-' && rest.front() != '/' && rest.front() != '.') continue;
    const auto month = rest.substr(1, std::min<std::size_t>(rest.find_first_not_of("0123456789", 1), rest.size()) - 1);
    if ((month.size() == 1 || month.size() == 2) && rest.size() > month.size() + 1 && rest[month.size() + 1] == rest.front()) return i;
  }
  return std::string_view::npos;
}

// Cuts "… 2026-11-21 14:05 +09:00" off the end of `line`.
std::optional<std::string> take_time(std::string& line) {
  const std::size_t at = find_day(line);
  if (at == std::string::npos || at == 0) return std::nullopt;
  std::string time(trim_spaces(std::string_view(line).substr(at)));
  std::string_view head = trim_spaces(std::string_view(line).substr(0, at));
  if (head.ends_with("@") || head.ends_with(",")) head.remove_suffix(1);
  line = std::string(trim_spaces(head));
  return time;
}

void split_ip_address(std::string_view line, SelectorInput& into) {
  std::string text = technical(line);
  into.at = take_time(text);
  // "192.0.2.7 port 40123", as system logs write it; technical() has made the long mark of ポート a hyphen.
  for (const std::string_view word : {std::string_view(" port "), std::string_view(" ポ-ト ")}) {
    const auto at = ascii_lower(text).find(word);
    if (at == std::string::npos) continue;
    const std::string host = text.substr(0, at);
    text = (host.find(':') != std::string::npos && !host.starts_with("[") ? "[" + host + "]" : host) + ":" + text.substr(at + word.size());
    break;
  }
  const HostAndPort parts = split_port(text);
  into.value = text;
  if (parts.port.empty()) return;
  if (const auto port = parse_port(parts.port)) {
    into.value = std::string(parts.host);
    // Brackets around something that is no IPv6 address stay, to be refused.
    if (parts.is_bracketed && parts.host.find(':') == std::string_view::npos) into.value = "[" + into.value + "]";
    into.port = *port;
  }
}

void split_call(std::string_view line, SelectorInput& into) {
  std::string text = technical(line);
  into.at = take_time(text);
  std::size_t arrow = text.find('>');
  std::size_t size = 1;
  if (arrow == std::string::npos) {
    arrow = text.find("→");
    size = std::string_view("→").size();
  }
  const auto number = [](std::string_view part) { return std::string(trim_spaces(part)); };
  into.value = number(std::string_view(text).substr(0, arrow));
  if (arrow != std::string::npos) into.to = number(std::string_view(text).substr(arrow + size));
  // "->" is an arrow too.
  if (into.value.ends_with("-")) into.value = number(std::string_view(into.value).substr(0, into.value.size() - 1));
  if (into.value == "?") into.value.clear();
  if (into.to == "?") into.to.reset();
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_latin_text(std::string_view text) {
  const std::string folded = technical(text);
  const auto letters = std::count_if(folded.begin(), folded.end(), [](char c) { return is_ascii_alnum(c); });
  return letters * 2 > static_cast<std::ptrdiff_t>(folded.size());
}

bool is_kana_text(std::string_view text) {
  SelectorInput probe{.type = SelectorType::PERSON, .value = "", .kana = std::string(text)};
  return parse_selector(probe).has_value();
}

// False when there is no place left: nothing that was pasted may be lost in silence.
bool place_name_form(std::string part, std::optional<std::string>& form, std::string& name) {
  if (form && !name.empty()) return false;
  // A second text in the same letters: the first was the written name.
  if (form) name = std::move(*form);
  form = std::move(part);
  return true;
}

bool place_person_part(std::string part, SelectorInput& into) {
  if (has_digit(technical(part))) {
    if (into.born) return false;
    into.born = std::move(part);
    return true;
  }
  if (is_kana_text(part)) return place_name_form(std::move(part), into.kana, into.value);
  if (is_latin_text(part)) return place_name_form(std::move(part), into.romaji, into.value);
  if (!into.value.empty()) return false;
  into.value = std::move(part);
  return true;
}

bool split_person(std::string_view line, SelectorInput& into) {
  std::string text(line);
  for (std::size_t at = text.find("／"); at != std::string::npos; at = text.find("／")) text.replace(at, std::string_view("／").size(), "/");
  // A date written with slashes is not three parts.
  std::string_view rest = text;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool is_in_date = i > 0 && i + 1 < text.size() && has_digit(text.substr(i - 1, 1)) && has_digit(text.substr(i + 1, 1));
    if (i < text.size() && (text[i] != '/' || is_in_date)) continue;
    const auto size = i - (text.size() - rest.size());
    parts.emplace_back(trim_spaces(rest.substr(0, size)));
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return std::all_of(parts.begin(), parts.end(), [&](const std::string& part) { return part.empty() || place_person_part(part, into); });
}

void split_service(std::string_view line, SelectorInput& into) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    into.value = std::string(line);
    return;
  }
  into.service = std::string(trim_spaces(line.substr(0, colon)));
  into.value = std::string(trim_spaces(line.substr(colon + 1)));
}

bool parses(SelectorType type, std::string_view line) {
  const auto input = from_line(type, line);
  return input && parse_selector(*input).has_value();
}

bool looks_like_postal_address(std::string_view line) {
  if (line.find("〒") != std::string_view::npos) return true;
  static constexpr auto kPlaces = std::to_array<std::string_view>({"都", "道", "府", "県", "市", "区", "町", "村", "丁目", "番地"});
  const bool has_place =
      std::any_of(kPlaces.begin(), kPlaces.end(), [&](std::string_view place) { return line.find(place) != std::string_view::npos; });
  return has_place && has_digit(technical(line)) && parses(SelectorType::POSTAL_ADDRESS, line);
}

}  // namespace

Result<SelectorInput> from_line(SelectorType type, std::string_view line) {
  if (line.size() > limits::kSelectorBytesMax)
    return fail(Code::TOO_LONG, "line too long", "/value", {{"max", std::to_string(limits::kSelectorBytesMax)}});
  auto cleaned = clean_line(line, limits::kSelectorBytesMax);
  if (!cleaned) return tl::unexpected<Error>(std::move(cleaned).error().at("/value"));
  SelectorInput out{.type = type, .value = {}};
  switch (type) {
    case SelectorType::IP_ADDRESS: split_ip_address(*cleaned, out); break;
    case SelectorType::CALL: split_call(*cleaned, out); break;
    case SelectorType::PERSON:
      if (!split_person(*cleaned, out)) return bad_format(type, "more parts than a written name, kana, Latin letters and a date of birth");
      break;
    case SelectorType::BANK_ACCOUNT:
      if (!split_bank_account(*cleaned, out)) return bad_format(type, "not bank, branch, kind and number");
      break;
    case SelectorType::ACCOUNT_ID:
    case SelectorType::ORDER_NUMBER:
    case SelectorType::AUCTION_NUMBER:
    case SelectorType::CONTRACT_NUMBER: split_service(*cleaned, out); break;
    case SelectorType::EMAIL:
    case SelectorType::TELEPHONE:
    case SelectorType::DOMAIN_NAME:
    case SelectorType::URL:
    case SelectorType::MESSAGE_ID:
    case SelectorType::POSTAL_ADDRESS:
    case SelectorType::PAYMENT_CARD:
    case SelectorType::CRYPTO_ADDRESS:
    case SelectorType::CRYPTO_TRANSACTION:
    case SelectorType::IMEI:
    case SelectorType::MAC_ADDRESS: out.value = std::move(*cleaned); break;
  }
  return out;
}

std::vector<SelectorType> guess_type(std::string_view line) {
  std::vector<SelectorType> out;
  const auto cleaned = clean_line(line, limits::kSelectorBytesMax);
  if (!cleaned || cleaned->size() > limits::kSelectorBytesMax) return out;
  // A card of 15 digits begins with 34 or 37; other numbers of 15 digits with a right check digit are devices first.
  const std::string digits = without(technical(*cleaned), " -");
  const bool is_card = is_digits(digits) && looks_like_card_number(digits);
  const bool is_card_first = is_card && (digits.size() != 15 || digits.starts_with("34") || digits.starts_with("37"));
  if (is_card_first) out.push_back(SelectorType::PAYMENT_CARD);
  // The kinds whose spelling proves itself, by checksum or by shape; the rarer shape first.
  static constexpr auto kSelfEvident =
      std::to_array<SelectorType>({SelectorType::CALL, SelectorType::URL, SelectorType::IP_ADDRESS, SelectorType::EMAIL, SelectorType::CRYPTO_ADDRESS,
                                   SelectorType::CRYPTO_TRANSACTION, SelectorType::MAC_ADDRESS, SelectorType::BANK_ACCOUNT, SelectorType::IMEI,
                                   SelectorType::TELEPHONE, SelectorType::DOMAIN_NAME});
  for (const SelectorType type : kSelfEvident)
    if (parses(type, *cleaned)) out.push_back(type);
  if (is_card && !is_card_first) out.push_back(SelectorType::PAYMENT_CARD);
  const bool is_angled = cleaned->front() == '<' || ascii_lower(*cleaned).starts_with("message-id:");
  if (parses(SelectorType::MESSAGE_ID, *cleaned)) out.insert(is_angled ? out.begin() : out.end(), SelectorType::MESSAGE_ID);
  if (looks_like_postal_address(*cleaned)) out.push_back(SelectorType::POSTAL_ADDRESS);
  const bool is_pasted_service = cleaned->find(':') != std::string::npos && parses(SelectorType::ACCOUNT_ID, *cleaned);
  const bool is_bare_word = cleaned->find(' ') == std::string::npos && is_latin_text(*cleaned) && character_count(*cleaned) <= 64;
  if (out.empty() && parses(SelectorType::PERSON, *cleaned)) out.push_back(SelectorType::PERSON);
  if (out.empty() || out.front() == SelectorType::PERSON || out.back() == SelectorType::PAYMENT_CARD) {
    if (is_pasted_service || is_bare_word) out.push_back(SelectorType::ACCOUNT_ID);
    if ((is_pasted_service || is_bare_word) && has_digit(*cleaned))
      out.insert(out.end(), {SelectorType::ORDER_NUMBER, SelectorType::AUCTION_NUMBER, SelectorType::CONTRACT_NUMBER});
  }
  return out;
}

}  // namespace warifu::text
