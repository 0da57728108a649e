#include "json/parse.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <bit>
#include <cmath>
#include <string>

#include "json/pointer.h"

namespace warifu::json {
namespace {

struct Refusal {
  std::string text;
  Code code;
  std::string where;
};

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST_CASE("text that could mean two things, or nothing, is refused with its place") {
  const std::array<Refusal, 46> refusals = {{
      {"", Code::BAD_JSON, ""},
      {"   ", Code::BAD_JSON, ""},
      {"{", Code::BAD_JSON, ""},
      {"[1,]", Code::BAD_JSON, "/1"},
      {"{\"a\":1,}", Code::BAD_JSON, ""},
      {"{\"a\":[{\"b\":x}]}", Code::BAD_JSON, "/a/0/b"},
      {"[1] x", Code::BAD_JSON, ""},
      {"1 2", Code::BAD_JSON, ""},
      {"{}{}", Code::BAD_JSON, ""},
      {"// note\n1", Code::BAD_JSON, ""},
      {"[1/* note */]", Code::BAD_JSON, "/1"},
      {"{a:1}", Code::BAD_JSON, ""},
      {"'a'", Code::BAD_JSON, ""},
      {"NaN", Code::BAD_JSON, ""},
      {"Infinity", Code::BAD_JSON, ""},
      {"01", Code::BAD_JSON, ""},
      {"+1", Code::BAD_JSON, ""},
      {"1.", Code::BAD_JSON, ""},
      {".5", Code::BAD_JSON, ""},
      {"tru", Code::BAD_JSON, ""},
      {"\xEF\xBB\xBF{}", Code::BAD_JSON, ""},
      {"\"a\tb\"", Code::BAD_JSON, ""},
      {"\"\\x41\"", Code::BAD_JSON, ""},
      {"{\"a\":1,\"a\":2}", Code::DUPLICATE_FIELD, "/a"},
      {"{\"a\":1,\"\\u0061\":2}", Code::DUPLICATE_FIELD, "/a"},
      {"{\"x\":[0,{\"y\":{\"k\":1,\"j\":2,\"k\":1}}]}", Code::DUPLICATE_FIELD, "/x/1/y/k"},
      {"{\"a/b~c\":1,\"a/b~c\":2}", Code::DUPLICATE_FIELD, "/a~1b~0c"},
      {"{\"\":1,\"\":2}", Code::DUPLICATE_FIELD, "/"},
      {nested(limits::kJsonDepthMax + 1), Code::TOO_DEEP, "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0"},
      {"\"\xFF\"", Code::BAD_UTF8, ""},
      {"\"\xC0\xAF\"", Code::BAD_UTF8, ""},
      {"\"\xED\xA0\x80\"", Code::BAD_UTF8, ""},
      {"\"\xF4\x90\x80\x80\"", Code::BAD_UTF8, ""},
      {"\"\xE5\x89\"", Code::BAD_UTF8, ""},
      {"[\"\\uD83D\"]", Code::BAD_UTF8, "/0"},
      {"[\"\\uD83Dx\"]", Code::BAD_UTF8, "/0"},
      {"[\"\\uDE00\"]", Code::BAD_UTF8, "/0"},
      {"[\"\\uD83D\\u0041\"]", Code::BAD_UTF8, "/0"},
      {"{\"a\":\"x\\u0000y\"}", Code::CONTROL_CHARACTER, "/a"},
      {"{\"a\\u0000\":1}", Code::CONTROL_CHARACTER, std::string("/a\0", 3)},
      {"[9223372036854775808]", Code::OUT_OF_RANGE, "/0"},
      {"[-9223372036854775809]", Code::OUT_OF_RANGE, "/0"},
      {"18446744073709551616", Code::OUT_OF_RANGE, ""},
      {"{\"n\":123456789012345678901234567890}", Code::OUT_OF_RANGE, "/n"},
      {"[1e309]", Code::OUT_OF_RANGE, "/0"},
      {"[-1e99999999999]", Code::OUT_OF_RANGE, "/0"},
  }};
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.text);
    const Result<Value> result = parse(refusal.text);
    REQUIRE_FALSE(result.has_value());
    CHECK(sentence(result.error().code).name == sentence(refusal.code).name);
    CHECK(result.error().where == refusal.where);
  }
}

TEST_CASE("a syntax error tells line and column") {
  const Result<Value> result = parse("{\n  \"a\": 1,\n  oops\n}");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().args.at("position") == "3:3");
}

TEST_CASE("the deepest allowed nesting is read") {
  CHECK(parse(nested(limits::kJsonDepthMax)).has_value());
  std::string objects;
  for (std::size_t i = 0; i < limits::kJsonDepthMax; ++i) objects += "{\"a\":";
  objects += "1" + std::string(limits::kJsonDepthMax, '}');
  CHECK(parse(objects).has_value());
  const Result<Value> deeper = parse("[" + objects + "]");
  REQUIRE_FALSE(deeper.has_value());
  CHECK(deeper.error().code == Code::TOO_DEEP);
}

TEST_CASE("size is bounded") {
  CHECK(parse("[1,2]", 5).has_value());
  const Result<Value> result = parse("[1,2]", 4);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == Code::TOO_LARGE);
  CHECK(result.error().args.at("max") == "4");
}

TEST_CASE("what is allowed is read as written") {
  const Value value = parse(R"( {"整数":[0,-0,9223372036854775807,-9223372036854775808],"小数":[1.0,1e2,-2.5E-3],"文":"a\u5272\ud83d\ude00\n/\/",
    "真":[true,false,null],"":{}} )")
                          .value();
  CHECK(compact(value) ==
        "{\"整数\":[0,0,9223372036854775807,-9223372036854775808],\"小数\":[1,100,-0.0025],\"文\":\"a割😀\\n//\",\"真\":[true,false,null],\"\":{}}");
  CHECK(value.at("整数").as_array()[0].is_int64());
  CHECK(value.at("小数").as_array()[0].is_double());
}

TEST_CASE("a bare value is a document") {
  CHECK(parse("12345").value() == Value(12345));
  CHECK(parse("1.5").value() == Value(1.5));
  CHECK(parse("\"x\"").value() == Value("x"));
  CHECK(parse(" null\n").value().is_null());
}

TEST_CASE("doubles are read to the nearest value") {
  // Cases where a fast, inexact reader is off by one unit in the last place.
  CHECK(parse("9007199254740993.0").value().as_double() == 9007199254740992.0);
  CHECK(parse("1.7976931348623157e308").value().as_double() == 1.7976931348623157e308);
  CHECK(parse("2.2250738585072014e-308").value().as_double() == 2.2250738585072014e-308);
  CHECK(parse("8.41e21").value().as_double() == 8.41e21);
  CHECK(parse("0.1234567890123456789").value().as_double() == 0.1234567890123456789);
}

struct NumberCase {
  std::uint64_t bits;
  std::string text;
};

TEST_CASE("numbers are laid out as RFC 8785 appendix B says") {
  const std::array<NumberCase, 25> cases = {{
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
      {0x3ff0000000000000, "1"},
  }};
  for (const NumberCase& entry : cases) {
    CAPTURE(entry.text);
    CHECK(canonical(Value(std::bit_cast<double>(entry.bits))) == entry.text);
  }
}

TEST_CASE("the sample of RFC 8785 section 3.2.2 comes out as printed in section 3.2.3") {
  const Value value = parse(R"({"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
    "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]})")
                          .value();
  CHECK(canonical(value) ==
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("canonical keys are in UTF-16 order, which is not the order of bytes") {
  // RFC 8785 section 3.2.3: U+1F600 (surrogates D83D DE00) comes before U+FB33.
  const Value value =
      parse(R"({"\u20ac":"Euro","\r":"CR","\ufb33":"Dalet","1":"One","\ud83d\ude00":"Smile","\u0080":"Control","\u00f6":"o"})").value();
  CHECK(canonical(value) ==
        "{\"\\r\":\"CR\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"ö\":\"o\",\"€\":\"Euro\",\"😀\":\"Smile\",\"\xEF\xAC\xB3\":\"Dalet\"}");
  CHECK(compact(parse(R"({"b":1,"a":2})").value()) == R"({"b":1,"a":2})");
}

TEST_CASE("pretty text has two spaces per level") {
  CHECK(pretty(parse(R"({"b":[1,{"c":null}],"a":[],"o":{}})").value()) ==
        "{\n  \"b\": [\n    1,\n    {\n      \"c\": null\n    }\n  ],\n  \"a\": [],\n  \"o\": {}\n}\n");
}

TEST_CASE("a large whole double is read again from every text that is written of it") {
  for (const double number : {1e20, -1e20, 0x1p63, -0x1p63, 0x1p64, 123456789012345680000.0, 999999999999999900000.0, 1e21, 9223372036854774784.0}) {
    const Value value(number);
    CAPTURE(canonical(value));
    for (const std::string& text : {canonical(value), compact(value), pretty(value)}) {
      const Result<Value> again = parse(text);
      REQUIRE(again.has_value());
      CHECK(again->to_number<double>() == number);
      CHECK(canonical(*again) == canonical(value));
    }
  }
  CHECK(canonical(Value(1e20)) == "100000000000000000000");
}

TEST_CASE("bad UTF-8 is found at its first byte") {
  CHECK(find_bad_utf8("割符😀") == std::string_view::npos);
  CHECK(find_bad_utf8("a\x80") == 1);
  CHECK(find_bad_utf8("\xE0\x9F\xBF") == 0);
  CHECK(find_bad_utf8("\xF0\x8F\xBF\xBF") == 0);
  CHECK(find_bad_utf8("\xF5\x80\x80\x80") == 0);
  CHECK(find_bad_utf8("ab\xE5\x89") == 2);
}

std::string utf8_of(char32_t c) {
  const auto byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 63))};
  if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
}

std::string any_text() {
  std::string out;
  for (int raw : *rc::gen::container<std::vector<int>>(rc::gen::oneOf(rc::gen::inRange(1, 0x80), rc::gen::inRange(0x80, 0x110000)))) {
    if (raw >= 0xD800 && raw <= 0xDFFF) raw -= 0x1000;
    out += utf8_of(static_cast<char32_t>(raw));
  }
  return out;
}

Value any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0: return nullptr;
    case 1: return Value(*rc::gen::arbitrary<bool>());
    case 2: return Value(*rc::gen::arbitrary<std::int64_t>());
    case 3: {
      const double number = std::bit_cast<double>(*rc::gen::arbitrary<std::uint64_t>());
      return Value(std::isfinite(number) ? number : 0.5);
    }
    case 4: return Value(any_text());
    case 5: {
      Array array;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) array.push_back(any_value(depth - 1));
      return array;
    }
    default: {
      Object object;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) object[any_text()] = any_value(depth - 1);
      return object;
    }
  }
}

TEST_CASE("property: every value is read back from its text, and its canonical text is a fixed point") {
  CHECK(rc::check([] {
    const Value value = any_value(4);
    const Value again = parse(pretty(value)).value();
    RC_ASSERT(canonical(again) == canonical(value));
    RC_ASSERT(canonical(parse(compact(value)).value()) == canonical(value));
  }));
}

TEST_CASE("property: a double is read back exactly") {
  CHECK(rc::check([](std::uint64_t bits) {
    const double number = std::bit_cast<double>(bits);
    RC_PRE(std::isfinite(number) && number != 0);
    const Value again = parse(compact(Value(number))).value();
    RC_ASSERT((again.is_double() ? again.as_double() : static_cast<double>(again.as_int64())) == number);
  }));
}

TEST_CASE("property: any bytes are either read or refused") {
  CHECK(rc::check([](const std::string& text) {
    const Result<Value> result = parse(text);
    if (result) RC_ASSERT(parse(canonical(*result)).has_value());
  }));
}

}  // namespace
}  // namespace warifu::json
