#include "note/lines.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits.h"

namespace warifu::note {

TEST_CASE("a fixed order of lines") {
  LineReader lines("warifu-test/v1\nfree line\norg a.example\nto b.example\nto c.example\nend x\n");
  CHECK(lines.literal("warifu-test/v1").has_value());
  CHECK(lines.line("free").value() == "free line");
  CHECK(lines.expect("from").error().where == "from");
  CHECK(lines.expect("org").value() == "a.example");
  CHECK(lines.repeated("none", 3).value().empty());
  CHECK(lines.repeated("to", 3).value() == std::vector<std::string_view>{"b.example", "c.example"});
  CHECK(lines.end().error().code == Code::BAD_NOTE);
  CHECK(lines.expect("end").value() == "x");
  CHECK(lines.end().has_value());
  CHECK(lines.line("more").error().code == Code::BAD_NOTE);
}

TEST_CASE("lines that are refused") {
  CHECK(LineReader("warifu-test/v2\n").literal("warifu-test/v1").error().code == Code::BAD_NOTE);
  CHECK(LineReader("warifu-test/v1 \n").literal("warifu-test/v1").error().code == Code::BAD_NOTE);
  CHECK(LineReader("org a").expect("org").error().code == Code::BAD_NOTE);  // no line feed
  CHECK(LineReader("org\n").expect("org").error().code == Code::BAD_NOTE);
  CHECK(LineReader("org \n").expect("org").error().code == Code::BAD_NOTE);
  CHECK(LineReader("organ a\n").expect("org").error().code == Code::BAD_NOTE);
  CHECK(LineReader("\n").line("x").error().code == Code::BAD_NOTE);
  CHECK(LineReader("to a\nto b\nto c\n").repeated("to", 3).has_value());
  CHECK(LineReader("to a\nto b\nto c\n").repeated("to", 2).error().code == Code::TOO_MANY);
  CHECK(LineReader(std::string(limits::kNoteLineBytesMax, 'x') + "\n").line("x").has_value());
  const std::string long_line = std::string(limits::kNoteLineBytesMax + 1, 'x') + "\n";
  CHECK(LineReader(long_line).line("x").error().code == Code::TOO_LONG);
  CHECK(LineReader(long_line, kKeyLineBytesMax).line("x").has_value());
  CHECK(LineReader(std::string(kKeyLineBytesMax + 1, 'x') + "\n", kKeyLineBytesMax).line("x").error().code == Code::TOO_LONG);
}

TEST_CASE("fields of a line") {
  CHECK(split_fields("a b c", 3, "x").value() == std::vector<std::string_view>{"a", "b", "c"});
  for (const char* bad : {"", "a", "a b", "a b c d", "a  c", " a b c", "a b c ", "a b "}) CHECK_FALSE(split_fields(bad, 3, "x").has_value());
}

TEST_CASE("decimal numbers have one spelling") {
  CHECK(rc::check([](std::uint64_t value) { RC_ASSERT(parse_decimal(std::to_string(value), "x").value() == value); }));
  CHECK(parse_decimal("0", "x").value() == 0);
  CHECK(parse_decimal("18446744073709551615", "x").value() == UINT64_MAX);
  CHECK(parse_decimal("18446744073709551616", "x").error().code == Code::OUT_OF_RANGE);
  CHECK(parse_decimal("8", "x", 7).error().code == Code::OUT_OF_RANGE);
  CHECK(parse_decimal("7", "x", 7).value() == 7);
  for (const char* bad : {"", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "0x1", "１"}) CHECK(parse_decimal(bad, "x").error().code == Code::BAD_NOTE);
  CHECK(parse_unix_seconds("7258118400", "x").value() == Time::from_seconds(7'258'118'400));
  CHECK_FALSE(parse_unix_seconds("7258118401", "x").has_value());
}

TEST_CASE("bytes, organisations and words") {
  CHECK(parse_hex("00ff", 2, "x").value() == Bytes{0, 255});
  CHECK(parse_hex("00FF", 2, "x").error().code == Code::BAD_NOTE);
  CHECK(parse_hex("00ff", 3, "x").error().code == Code::BAD_NOTE);
  CHECK(parse_base64("AP8=", 2, "x").value() == Bytes{0, 255});
  CHECK(parse_base64("AP9=", 2, "x").error().code == Code::BAD_NOTE);
  CHECK(parse_base64("AP8", 2, "x").error().code == Code::BAD_NOTE);
  CHECK(parse_sha256(std::string(64, 'a'), "x").has_value());
  CHECK(parse_sha256(std::string(63, 'a'), "x").error().where == "x");
  CHECK(parse_org("minato.police.example", "org").value() == "minato.police.example");
  CHECK(parse_org("../etc", "org").error().code == Code::BAD_NOTE);
  CHECK(parse_word("unit_head-2", "role").has_value());
  for (const char* bad : {"", "2a", "A", "a b", "a/b"}) CHECK_FALSE(parse_word(bad, "role").has_value());
  CHECK(parse_word(std::string(32, 'a'), "role").has_value());
  CHECK_FALSE(parse_word(std::string(33, 'a'), "role").has_value());
}

}  // namespace warifu::note
