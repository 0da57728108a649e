#include "answer/text_check.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "text/unicode.h"

namespace warifu::answer {
namespace {

// The rule as one sentence over the whole text.
bool is_text(std::string_view text) {
  if (text.starts_with("%PDF-") || !text::is_utf8(text)) return false;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f) return false;
  return true;
}

bool is_text_in(const std::vector<std::string_view>& pieces) {
  TextCheck check;
  for (const std::string_view piece : pieces)
    if (!check.add(piece)) return false;
  return check.finish().has_value();
}

TEST_CASE("where a text is cut does not matter: every border of two and of three pieces") {
  using namespace std::string_literals;
  struct Case {
    std::string text;
    bool is_good;
  };
  const Case cases[] = {
      {"a,b\r\n氏名\t住所\n", true},
      {"\xEF\xBB\xBF一", true},   // a byte order mark
      {"é한\U0001F600𠮷", true},  // two, three and four bytes
      {"%PDF", true},
      {"x%PDF-1.7", true},
      {"%PDF-1.7", false},
      {"ab\x80", false},     // a rest without a beginning
      {"a\xE3\x81", false},  // a beginning without its rest
      {"\xE3\x81x", false},
      {"\xF0\x9F\x98", false},
      {"\xC0\xAF", false},  // longer than needed
      {"\xE0\x80\xAF", false},
      {"\xED\xA0\x80", false},      // half of a pair
      {"\xF4\x90\x80\x80", false},  // beyond U+10FFFF
      {"\xFF\xFE"
       "a",
       false},
      {"\x8e\x81\x96\xbc", false},  // Shift_JIS
      {"a\0b"s, false},
      {"a\x1b[31m", false},
      {"a\x7f", false},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    const std::string_view text = one.text;
    CHECK(is_text(text) == one.is_good);
    for (std::size_t i = 0; i <= text.size(); ++i)
      for (std::size_t j = i; j <= text.size(); ++j)
        CHECK_MESSAGE(is_text_in({text.substr(0, i), text.substr(i, j - i), text.substr(j)}) == one.is_good, i << " " << j);
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    CHECK(is_text_in(bytes) == one.is_good);
  }
}

TEST_CASE("piece by piece is as whole, for any bytes and any cuts") {
  CHECK(rc::check("any bytes", [] {
    // Mostly letters of all lengths, now and then a byte that stands anywhere.
    const auto parts = *rc::gen::container<std::vector<std::string>>(
        rc::gen::weightedOneOf<std::string>({{6, rc::gen::element<std::string>("a", "\n", "é", "漢", "😀", ",")},
                                             {1, rc::gen::map(rc::gen::arbitrary<char>(), [](char c) { return std::string(1, c); })}}));
    std::string text;
    for (const std::string& part : parts) text += part;
    std::vector<std::string_view> pieces;
    for (std::string_view rest = text; !rest.empty();) {
      if (*rc::gen::arbitrary<bool>()) pieces.emplace_back();
      const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    RC_ASSERT(is_text_in(pieces) == is_text(text));
  }));
}

}  // namespace
}  // namespace warifu::answer
