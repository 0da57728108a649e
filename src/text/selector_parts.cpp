#include "text/selector_parts.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "text/selector_catalogue.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

Args args_of(SelectorType type) { return {{"type", std::string(enum_text(type))}, {"example", std::string(selector_row(type).example)}}; }

// Byte offsets at which code points begin, and the end.
std::vector<std::size_t> boundaries(std::string_view text) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) out.push_back(i);
  out.push_back(text.size());
  return out;
}

}  // namespace

tl::unexpected<Error> bad_format(SelectorType type, std::string message, std::string where) {
  return fail(Code::SELECTOR_FORMAT, std::move(message), std::move(where), args_of(type));
}

tl::unexpected<Error> bad_checksum(SelectorType type, std::string message, std::string where) {
  return fail(Code::SELECTOR_CHECKSUM, std::move(message), std::move(where), args_of(type));
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_ascii_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string ascii_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

std::string_view trim_spaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string without(std::string_view text, std::string_view characters) {
  std::string out;
  for (const char c : text)
    if (characters.find(c) == std::string_view::npos) out.push_back(c);
  return out;
}

std::string technical(std::string_view text) {
  const std::string normal = nfkc(text);
  std::string out;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(normal.data());
  const auto size = static_cast<std::int64_t>(normal.size());
  for (std::int64_t i = 0; i < size;) {
    const std::int64_t begin = i;
    UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
    const bool is_dash = (c >= 0x2010 && c <= 0x2015) || c == 0x2043 || c == 0x2212 || c == 0x2500 || c == 0x2501 || c == 0x30FC;
    if (is_dash)
      out.push_back('-');
    else
      out.append(normal, static_cast<std::size_t>(begin), static_cast<std::size_t>(i - begin));
  }
  return out;
}

std::string mask(std::string_view text, std::size_t head, std::size_t tail) {
  const auto at = boundaries(text);
  const std::size_t count = at.size() - 1;
  while (head + tail > count / 2) {
    if (tail > 0 && tail >= head)
      --tail;
    else
      --head;
  }
  return std::string(text.substr(0, at[head])) + "****" + std::string(text.substr(at[count - tail]));
}

bool is_luhn_valid(std::string_view digits) {
  unsigned sum = 0;
  bool is_doubled = false;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it) {
    unsigned value = static_cast<unsigned>(*it - '0');
    if (is_doubled) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
    is_doubled = !is_doubled;
  }
  return sum % 10 == 0;
}

}  // namespace warifu::text
