#include "crypto/plain_text.h"

#include <algorithm>

namespace warifu::crypto {

namespace {
tl::unexpected<Error> bad_utf8() { return fail(Code::BAD_UTF8, "not well-formed UTF-8"); }
}  // namespace

Result<char32_t> take_code_point(std::string_view& rest) {
  if (rest.empty()) return bad_utf8();
  const auto first = static_cast<unsigned char>(rest[0]);
  std::size_t length = 0;
  char32_t value = 0;
  if (first < 0x80) {
    length = 1;
    value = first;
  } else if (first >= 0xC2 && first < 0xE0) {
    length = 2;
    value = first & 0x1Fu;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3;
    value = first & 0x0Fu;
  } else if (first >= 0xF0 && first < 0xF5) {
    length = 4;
    value = first & 0x07u;
  } else {
    return bad_utf8();
  }
  if (rest.size() < length) return bad_utf8();
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(rest[i]);
    if ((next & 0xC0u) != 0x80u) return bad_utf8();
    value = (value << 6) | (next & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return bad_utf8();
  rest.remove_prefix(length);
  return value;
}

Result<std::size_t> count_code_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    TRY(take_code_point(text));
    ++count;
  }
  return count;
}

bool is_org_name(std::string_view text) {
  const auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || text.size() > 64 || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

}  // namespace warifu::crypto
