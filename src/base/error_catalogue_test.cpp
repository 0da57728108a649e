#include <doctest/doctest.h>

#include <set>
#include <string>

#include "base/enum.h"
#include "base/error.h"

namespace warifu {

enum class Fruit { APPLE, PEAR };
template <>
struct EnumNames<Fruit> {
  static constexpr std::array names = {"apple", "pear"};
};

namespace {

std::set<std::string> places_of(std::string_view pattern) {
  std::set<std::string> places;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1))
    places.emplace(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
  return places;
}

// Hiragana: U+3041…U+3096, in UTF-8 E3 81 81 … E3 82 96.
bool has_hiragana(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i)
    if (text[i] == '\xE3' && (text[i + 1] == '\x81' || (text[i + 1] == '\x82' && static_cast<unsigned char>(text[i + 2]) <= 0x96))) return true;
  return false;
}

bool is_ascii_or_dash(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}

TEST_CASE("every code has its sentences in both languages, with the same places, and a status") {
  const std::set<int> known_statuses = {400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 431, 500, 502, 503, 507};
  std::set<std::string_view> names, japanese, english;
  for (int i = 0; i < kCodeCount; ++i) {
    const Sentence& entry = sentence(static_cast<Code>(i));
    CAPTURE(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK(japanese.insert(entry.ja).second);
    CHECK(english.insert(entry.en).second);
    CHECK(has_hiragana(entry.ja));
    CHECK(entry.ja.ends_with("。"));
    CHECK((entry.ja.find("です") != std::string_view::npos || entry.ja.find("ます") != std::string_view::npos ||
           entry.ja.find("ません") != std::string_view::npos || entry.ja.find("ください") != std::string_view::npos));
    CHECK(is_ascii_or_dash(entry.en));
    CHECK(entry.en.size() > 20);
    CHECK(places_of(entry.ja) == places_of(entry.en));
    CHECK(known_statuses.count(entry.http_status) == 1);
  }
}

TEST_CASE("names and statuses belong to their codes") {
  CHECK(sentence(Code::BAD_JSON).name == "BAD_JSON");
  CHECK(sentence(Code::INTERNAL).name == "INTERNAL");
  CHECK(sentence(Code::NOT_LOGGED_IN).http_status == 401);
  CHECK(sentence(Code::FORBIDDEN).http_status == 403);
  CHECK(sentence(Code::NOT_FOUND).http_status == 404);
  CHECK(sentence(Code::METHOD_NOT_ALLOWED).http_status == 405);
  CHECK(sentence(Code::STALE).http_status == 409);
  CHECK(sentence(Code::TOO_LARGE).http_status == 413);
  CHECK(sentence(Code::BAD_MEDIA_TYPE).http_status == 415);
  CHECK(sentence(Code::IDEMPOTENCY_MISMATCH).http_status == 422);
  CHECK(sentence(Code::LOCKED_OUT).http_status == 429);
  CHECK(sentence(Code::STORE_UNAVAILABLE).http_status == 503);
  CHECK(sentence(Code::DISK_FULL).http_status == 507);
}

TEST_CASE("places are filled from where and args, and read as a dash when nothing is known") {
  const Error full{Code::TOO_LONG, "", "/reason", {{"max", "4000"}}};
  CHECK(sentence_ja(full) == "項目「/reason」が長すぎます(上限 4000 文字)。短くしてください。");
  CHECK(sentence_en(full) == "The field \"/reason\" is too long (at most 4000 characters). Shorten it.");
  CHECK(sentence_en(Error{Code::TOO_LONG, "", "", {}}) == "The field \"—\" is too long (at most — characters). Shorten it.");
  // What has a name of its own in English comes beside the Japanese one.
  const Error both{Code::NOT_ALLOWED_BY_LAW, "", "/items/0", {{"basis", "憲法21条2項"}, {"basis_en", "Constitution, Art. 21(2)"}}};
  CHECK(sentence_ja(both).find("(憲法21条2項)") != std::string::npos);
  CHECK(sentence_en(both).find("(Constitution, Art. 21(2))") != std::string::npos);
  // A value that looks like a place is not filled again.
  CHECK(sentence_en(Error{Code::TOO_LONG, "", "{max}", {{"max", "1"}}}) == "The field \"{max}\" is too long (at most 1 characters). Shorten it.");
}

TEST_CASE("a file that is too large for its type is told why its limit is lower than the house's") {
  const Error plain{Code::TOO_LARGE, "", "/file", {{"max", "100"}}}, typed{Code::TOO_LARGE, "", "/file", {{"max", "100"}, {"type", ".xlsx"}}};
  CHECK(sentence_en(plain) == "\"/file\" is too large (at most 100 bytes). Make it smaller or send it in parts.");
  CHECK(sentence_en(typed) ==
        "\"/file\" is too large. A .xlsx file is read as a whole to be checked, so that it may have at most 100 bytes, less than other types in this "
        "house. "
        "Make it smaller or split it into several files.");
  CHECK(sentence_ja(typed) ==
        "「/file」が大きすぎます。.xlsx のファイルは全体を一度に読んで確かめるため、上限はこの組織のほかの種類より小さい 100 バイトです。"
        "小さくするか、いくつかのファイルに分けてください。");
  // No other code is told differently for having a type.
  CHECK(sentence_en(Error{Code::TOO_LONG, "", "x", {{"max", "1"}, {"type", ".xlsx"}}}) ==
        "The field \"x\" is too long (at most 1 characters). Shorten it.");
}

TEST_CASE("a key file that is missing is told with its place, and that a backup does not bring it") {
  const Error plain{Code::NOT_FOUND, "", "a.example", {}},
      key{Code::NOT_FOUND, "", "a.example/sign", {{"key_file", "/n/a.example/keys/a.example_sign.key"}}};
  CHECK(sentence_en(plain) == "\"a.example\" does not exist or is not visible to you. Check the number or address.");
  for (const std::string& told : {sentence_ja(key), sentence_en(key)}) {
    CHECK(told.find("a.example/sign") != std::string::npos);
    CHECK(told.find("/n/a.example/keys/a.example_sign.key") != std::string::npos);
    CHECK(told.find("--with-keys") != std::string::npos);
  }
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Code::BAD_VALUE, "odd", "/n");
  return n / 2;
}
Result<int> quarter(int n) { return TRY(half(TRY(half(n)))); }
Status check_quarter(int n) {
  TRY(quarter(n));
  return {};
}

TEST_CASE("TRY hands on the value or the error") {
  CHECK(quarter(8).value() == 2);
  CHECK(quarter(6).error().where == "/n");
  CHECK(check_quarter(4).has_value());
  CHECK(check_quarter(2).error().code == Code::BAD_VALUE);
  CHECK(Error{Code::BAD_VALUE, "", "/value", {}}.at("/items/2").where == "/items/2/value");
}

TEST_CASE("names of an enumeration are read and written, others are refused with the list") {
  CHECK(enum_text(Fruit::PEAR) == "pear");
  CHECK(enum_parse<Fruit>("apple").value() == Fruit::APPLE);
  CHECK(enum_parse<Fruit>("Apple").error().args.at("expected") == "apple, pear");
}

}  // namespace
}  // namespace warifu
