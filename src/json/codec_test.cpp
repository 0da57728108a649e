#include "json/codec.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

namespace warifu::json_sample {

enum class Colour { RED, GREEN };

struct Point {
  int x = 0;
  double weight = 0;
  bool operator==(const Point&) const = default;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, weight))

struct Everything {
  bool flag = false;
  int small = 0;
  std::int64_t big = 0;
  std::uint64_t count = 0;
  double ratio = 0;
  std::string text;
  std::optional<std::string> note;
  std::vector<Point> points;
  std::map<std::string, int> totals;
  Colour colour = Colour::RED;
  Point origin;
  json::Value raw;
  MatterId matter;
  Sha256 digest;
  Time at;
  Date day;
  Bytes blob;
  std::vector<std::optional<int>> gaps;
  bool operator==(const Everything&) const = default;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (flag, small, big, count, ratio, text, note, points, totals, colour, origin, raw, matter, digest, at, day, blob, gaps))

struct Settings {
  static constexpr bool kDefaultsAllowed = true;
  int retries = 3;
  std::string name = "standard";
  bool operator==(const Settings&) const = default;
};
BOOST_DESCRIBE_STRUCT(Settings, (), (retries, name))

struct Tree {
  std::string label;
  std::vector<Tree> branches;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (label, branches))

struct Base {
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))
struct Derived : Base {
  bool default_ = false;
};
BOOST_DESCRIBE_STRUCT(Derived, (Base), (default_))

template <class T>
struct Page {
  std::vector<T> rows;
};
BOOST_DESCRIBE_STRUCT(Page<Point>, (), (rows))

struct Renamed {
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(Renamed, (), (a))

struct Percent {
  int value = 0;
};
struct Offer {
  Percent discount;
};
BOOST_DESCRIBE_STRUCT(Offer, (), (discount))

namespace other {
struct Point {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Point, (), (name))
}  // namespace other

struct TwoPoints {
  Point first;
  other::Point second;
};
BOOST_DESCRIBE_STRUCT(TwoPoints, (), (first, second))

}  // namespace warifu::json_sample

template <>
struct warifu::EnumNames<warifu::json_sample::Colour> {
  static constexpr std::array names = {"red", "green"};
};
template <>
struct warifu::json::JsonName<warifu::json_sample::Renamed> {
  static constexpr std::string_view value = "NewName";
};
template <>
struct warifu::json::Codec<warifu::json_sample::Percent> {
  static Result<json_sample::Percent> decode(const Value& value) { return json_sample::Percent{TRY(Codec<int>::decode(value))}; }
  static Value encode(const json_sample::Percent& value) { return Value(value.value); }
  static Value schema(SchemaSet&) { return Object({{"type", "integer"}, {"maximum", 100}}); }
};

namespace warifu::json {
namespace {

using json_sample::Colour;
using json_sample::Everything;
using json_sample::Point;

Everything sample() {
  Everything all;
  all.flag = true;
  all.small = -7;
  all.big = 9'223'372'036'854'775'807;
  all.count = 9'007'199'254'740'991;
  all.ratio = 0.25;
  all.text = "割符\n二行目\t終わり";
  all.note = "控え";
  all.points = {{1, 1.5}, {2, 3}};
  all.totals = {{"東", 1}, {"西", 2}};
  all.colour = Colour::GREEN;
  all.origin = {9, -1};
  all.raw = Object({{"free", Array({1, "x", nullptr})}});
  all.matter = MatterId::parse("00112233445566778899aabbccddeeff").value();
  all.digest = Sha256::parse(std::string(64, 'a')).value();
  all.at = parse_rfc3339("2026-11-21T14:05:00.000250+09:00").value();
  all.day = {2026, 11, 21};
  all.blob = {0, 1, 255};
  all.gaps = {1, std::nullopt, 3};
  return all;
}

TEST_CASE("a struct with every kind of field is written and read back") {
  const Everything all = sample();
  const std::string text = encode_canonical(all);
  CHECK(text == R"({"at":"2026-11-21T05:05:00.000250Z","big":9223372036854775807,"blob":"AAH/","colour":"green","count":9007199254740991,)"
                R"("day":"2026-11-21","digest":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","flag":true,"gaps":[1,null,3],)"
                R"("matter":"00112233445566778899aabbccddeeff","note":"控え","origin":{"weight":-1,"x":9},)"
                R"("points":[{"weight":1.5,"x":1},{"weight":3,"x":2}],"ratio":0.25,"raw":{"free":[1,"x",null]},"small":-7,)"
                R"("text":"割符\n二行目\t終わり","totals":{"東":1,"西":2}})");
  CHECK(decode_text<Everything>(text).value() == all);
}

TEST_CASE("an absent optional is not written; null and absent are both read as absent") {
  Everything all = sample();
  all.note = std::nullopt;
  Object object = encode(all).as_object();
  CHECK_FALSE(object.contains("note"));
  CHECK(decode<Everything>(object).value() == all);
  object["note"] = nullptr;
  CHECK(decode<Everything>(object).value() == all);
}

struct Broken {
  std::string at;  // pointer of the field to replace
  Value value;
  Code code;
  std::string where;
};

void replace(Value& root, const std::string& pointer, const Value& value) {
  const std::size_t slash = pointer.rfind('/');
  const std::string last = pointer.substr(slash + 1);
  Value& parent = slash == 0 ? root : root.at_pointer(pointer.substr(0, slash));
  if (parent.is_array())
    parent.as_array().at(std::stoul(last)) = value;
  else
    parent.as_object()[last] = value;
}

TEST_CASE("errors name the field they are about") {
  const std::vector<Broken> cases = {
      {"/flag", Value(1), Code::WRONG_TYPE, "/flag"},
      {"/small", Value("1"), Code::WRONG_TYPE, "/small"},
      {"/small", Value(1.0), Code::WRONG_TYPE, "/small"},
      {"/small", Value(2147483648), Code::OUT_OF_RANGE, "/small"},
      {"/big", Value(18446744073709551615ull), Code::OUT_OF_RANGE, "/big"},
      {"/count", Value(-1), Code::OUT_OF_RANGE, "/count"},
      {"/count", Value(9'007'199'254'740'992), Code::OUT_OF_RANGE, "/count"},
      {"/ratio", Value("0.25"), Code::WRONG_TYPE, "/ratio"},
      {"/text", Value(nullptr), Code::WRONG_TYPE, "/text"},
      {"/text", Value("a\rb"), Code::CONTROL_CHARACTER, "/text"},
      {"/text", Value("a\x1b[31m"), Code::CONTROL_CHARACTER, "/text"},
      {"/text", Value("a\u202Eb"), Code::BIDI_CHARACTER, "/text"},
      {"/text", Value("a\u202Ab"), Code::BIDI_CHARACTER, "/text"},
      {"/text", Value("\u2066"), Code::BIDI_CHARACTER, "/text"},
      {"/text", Value("\u2069"), Code::BIDI_CHARACTER, "/text"},
      {"/text", Value("\xE2\x80"), Code::BAD_UTF8, "/text"},
      {"/note", Value(5), Code::WRONG_TYPE, "/note"},
      {"/points", Value(Object()), Code::WRONG_TYPE, "/points"},
      {"/points/1/x", Value(true), Code::WRONG_TYPE, "/points/1/x"},
      {"/points/0", Value(3), Code::WRONG_TYPE, "/points/0"},
      {"/points/1", Object({{"x", 1}}), Code::MISSING_FIELD, "/points/1/weight"},
      {"/points/1", Object({{"x", 1}, {"weight", 1}, {"z/z", 1}}), Code::UNKNOWN_FIELD, "/points/1/z~1z"},
      {"/totals", Object({{"a/b", "x"}}), Code::WRONG_TYPE, "/totals/a~1b"},
      {"/totals", Object({{"a\u202E", 1}}), Code::BIDI_CHARACTER, "/totals/a\u202E"},
      {"/colour", Value("blue"), Code::BAD_VALUE, "/colour"},
      {"/colour", Value(0), Code::WRONG_TYPE, "/colour"},
      {"/origin", Array(), Code::WRONG_TYPE, "/origin"},
      {"/matter", Value("0011"), Code::BAD_VALUE, "/matter"},
      {"/matter", Value("00112233445566778899AABBCCDDEEFF"), Code::BAD_ENCODING, "/matter"},
      {"/digest", Value("aa"), Code::BAD_ENCODING, "/digest"},
      {"/at", Value("2026-11-21T14:05:00"), Code::TIME_WITHOUT_ZONE, "/at"},
      {"/at", Value(5), Code::WRONG_TYPE, "/at"},
      {"/day", Value("2026-02-30"), Code::BAD_VALUE, "/day"},
      {"/blob", Value("AAH"), Code::BAD_ENCODING, "/blob"},
      {"/gaps/2", Value("x"), Code::WRONG_TYPE, "/gaps/2"},
      {"/surplus", Value(1), Code::UNKNOWN_FIELD, "/surplus"},
  };
  for (const Broken& entry : cases) {
    CAPTURE(entry.at);
    CAPTURE(entry.where);
    Value value = encode(sample());
    replace(value, entry.at, entry.value);
    const Result<Everything> result = decode<Everything>(value);
    REQUIRE_FALSE(result.has_value());
    CHECK(sentence(result.error().code).name == sentence(entry.code).name);
    CHECK(result.error().where == entry.where);
  }
}

TEST_CASE("every field that is not optional is required") {
  const Object whole = encode(sample()).as_object();
  for (const auto& member : whole) {
    const std::string key(member.key());
    if (key == "note") continue;
    CAPTURE(key);
    Object less = whole;
    less.erase(key);
    const Result<Everything> result = decode<Everything>(less);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Code::MISSING_FIELD);
    CHECK(result.error().where == "/" + key);
  }
}

TEST_CASE("a struct may opt in to defaults, and still refuses unknown fields") {
  CHECK(decode_text<json_sample::Settings>("{}").value() == json_sample::Settings{});
  CHECK(decode_text<json_sample::Settings>(R"({"retries":5})").value().retries == 5);
  CHECK(decode_text<json_sample::Settings>(R"({"retrys":5})").error().code == Code::UNKNOWN_FIELD);
}

TEST_CASE("a list has at most kJsonEntriesMax entries") {
  Array array;
  for (std::size_t i = 0; i < limits::kJsonEntriesMax; ++i) array.emplace_back(1);
  CHECK(decode<std::vector<int>>(array).value().size() == limits::kJsonEntriesMax);
  array.emplace_back(1);
  const auto result = decode<std::vector<int>>(array);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == Code::TOO_MANY);
}

TEST_CASE("errors of the text itself come through") {
  CHECK(decode_text<Point>(R"({"x":1,"x":2,"weight":1})").error().code == Code::DUPLICATE_FIELD);
  CHECK(decode_text<Point>("{").error().code == Code::BAD_JSON);
}

TEST_CASE("inherited members, names C++ reserves and a room's own codec work") {
  CHECK(encode_canonical(decode_text<json_sample::Derived>(R"({"id":4,"default":true})").value()) == R"({"default":true,"id":4})");
  CHECK(decode_text<json_sample::Offer>(R"({"discount":15})").value().discount.value == 15);
  CHECK(decode_text<json_sample::Offer>(R"({"discount":"x"})").error().where == "/discount");
}

TEST_CASE("a schema stands alone with its definitions") {
  CHECK(canonical(schema<json_sample::Tree>()) ==
        R"({"$defs":{"Tree":{"additionalProperties":false,"properties":{"branches":{"items":{"$ref":"#/$defs/Tree"},"type":"array"},)"
        R"("label":{"type":"string"}},"required":["label","branches"],"type":"object"}},"$ref":"#/$defs/Tree",)"
        R"("$schema":"https://json-schema.org/draft/2020-12/schema"})");
}

TEST_CASE("the schema of every field type") {
  SchemaSet set;
  CHECK(canonical(set.ref<Everything>()) == R"({"$ref":"#/components/schemas/Everything"})");
  const Object& definition = set.definitions.at("Everything").as_object();
  const Object& fields = definition.at("properties").as_object();
  const auto field = [&](std::string_view name) { return canonical(fields.at(name)); };
  CHECK(field("flag") == R"({"type":"boolean"})");
  CHECK(field("small") == R"({"maximum":2147483647,"minimum":-2147483648,"type":"integer"})");
  CHECK(field("big") == R"({"type":"integer"})");
  CHECK(field("count") == R"({"maximum":9007199254740991,"minimum":0,"type":"integer"})");
  CHECK(field("ratio") == R"({"type":"number"})");
  CHECK(field("text") == R"({"type":"string"})");
  CHECK(field("note") == R"({"type":"string"})");
  CHECK(field("points") == R"({"items":{"$ref":"#/components/schemas/Point"},"type":"array"})");
  CHECK(field("totals") == R"({"additionalProperties":{"maximum":2147483647,"minimum":-2147483648,"type":"integer"},"type":"object"})");
  CHECK(field("colour") == R"({"$ref":"#/components/schemas/Colour"})");
  CHECK(field("origin") == R"({"$ref":"#/components/schemas/Point"})");
  CHECK(field("raw") == "{}");
  CHECK(field("matter") == R"({"pattern":"^[0-9a-f]{32}$","type":"string"})");
  CHECK(field("digest") == R"({"pattern":"^[0-9a-f]{64}$","type":"string"})");
  CHECK(field("at") == R"({"format":"date-time","type":"string"})");
  CHECK(field("day") == R"({"format":"date","type":"string"})");
  CHECK(field("blob") == R"({"contentEncoding":"base64","type":"string"})");
  CHECK(field("gaps") == R"({"items":{"anyOf":[{"maximum":2147483647,"minimum":-2147483648,"type":"integer"},{"type":"null"}]},"type":"array"})");
  CHECK(definition.at("required").as_array().size() == fields.size() - 1);
  CHECK(canonical(set.definitions.at("Colour")) == R"({"enum":["red","green"],"type":"string"})");
  CHECK(set.definitions.size() == 3);
}

TEST_CASE("names of schemas: defaults, renamed, templates, two of one name") {
  SchemaSet set;
  CHECK(canonical(set.ref<json_sample::Renamed>()) == R"({"$ref":"#/components/schemas/NewName"})");
  CHECK(canonical(set.ref<json_sample::Page<Point>>()) == R"({"$ref":"#/components/schemas/Page_Point"})");
  CHECK_FALSE(set.ref<json_sample::TwoPoints>().is_null());
  const Object& fields = set.definitions.at("TwoPoints").at("properties").as_object();
  CHECK(canonical(fields.at("first")) == R"({"$ref":"#/components/schemas/Point"})");
  CHECK(canonical(fields.at("second")) == R"({"$ref":"#/components/schemas/OtherPoint"})");
  CHECK_FALSE(set.ref<json_sample::Settings>().is_null());
  CHECK_FALSE(set.definitions.at("Settings").as_object().contains("required"));
}

TEST_CASE("property: what is encoded is decoded to the same") {
  CHECK(rc::check([](bool flag, int small, std::int64_t big, std::map<std::string, int> totals, std::vector<int> xs) {
    Everything all = sample();
    all.flag = flag;
    all.small = small;
    all.big = big;
    all.totals.clear();
    for (const auto& [key, value] : totals) all.totals[to_hex(bytes_of(key))] = value;
    all.points.clear();
    for (const int x : xs) all.points.push_back({x, x / 8.0});
    all.count = static_cast<std::uint64_t>(small) & ((1ull << 53) - 1);
    all.matter = MatterId::random();
    RC_ASSERT(decode_text<Everything>(encode_canonical(all)).value() == all);
  }));
}

}  // namespace
}  // namespace warifu::json
