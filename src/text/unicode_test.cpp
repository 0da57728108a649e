#include "text/unicode.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "text/fold_table.h"

using namespace std::string_literals;

namespace warifu::text {
namespace {

std::string utf8(char32_t c) {
  std::string out;
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
  if (c < 0x10000) return {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
  return {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 0x3F)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)),
          static_cast<char>(0x80 | (c & 0x3F))};
}

}  // namespace

TEST_CASE("a clean line is trimmed and in NFC") {
  CHECK(clean_line("例田 花子").value() == "例田 花子");
  CHECK(clean_line(" \t　例田\r\n").value() == "例田");
  CHECK(clean_line("か\u3099").value() == "が");
  CHECK(clean_line("e\u0301").value() == "é");
  CHECK(clean_line("髙﨑").value() == "髙﨑");            // stored text keeps its variant kanji
  CHECK(clean_line("ｱｲｳ１２３").value() == "ｱｲｳ１２３");  // and its width
  CHECK(clean_line("葛\U000E0100城").value() == "葛\U000E0100城");
}

TEST_CASE("what hides, reorders or controls is refused with its own code") {
  const auto code_of = [](std::string_view text) {
    const auto line = clean_line(text);
    return line ? "accepted"s : std::string(sentence(line.error().code).name);
  };
  CHECK(code_of("") == "EMPTY_FIELD");
  CHECK(code_of(" 　\n") == "EMPTY_FIELD");
  CHECK(code_of("\U000E0100") == "EMPTY_FIELD");
  for (const std::string_view broken : {"a\xff", "\xc0\x80", "\xed\xa0\x80", "\xe3\x81", "\xf5\x80\x80\x80", "\xf4\x90\x80\x80"})
    CHECK(code_of(broken) == "BAD_UTF8");
  for (const char32_t c :
       {0x00,   0x07,   0x09,   0x0A,   0x0D,   0x1B,   0x7F,   0x85,   0xAD,   0x180E,  0x200B,  0x200C,   0x200D, 0x2028, 0x2029,
        0x2060, 0x2064, 0x3164, 0xFEFF, 0xFFA0, 0xE000, 0xF8FF, 0xFFFE, 0xFDD0, 0xE0041, 0xF0000, 0x10FFFF, 0x034F, 0x115F, 0x2800}) {
    CAPTURE(static_cast<unsigned>(c));
    CHECK(code_of("a" + utf8(c) + "b") == "CONTROL_CHARACTER");
  }
  for (const char32_t c : {0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069}) {
    CAPTURE(static_cast<unsigned>(c));
    CHECK(code_of("a" + utf8(c) + "b") == "BIDI_CHARACTER");
  }
}

TEST_CASE("the limit is counted in characters, at the limit and one past it") {
  CHECK(clean_line(std::string(200, 'a')).has_value());
  CHECK(clean_line(std::string(201, 'a')).error().code == Code::TOO_LONG);
  std::string kanji;
  for (int i = 0; i < 5; ++i) kanji += "𠮷";
  CHECK(clean_line(kanji, 5).has_value());
  const auto over = clean_line(kanji, 4);
  REQUIRE_FALSE(over.has_value());
  CHECK(over.error().code == Code::TOO_LONG);
  CHECK(over.error().args.at("max") == "4");
  CHECK(clean_line(std::string(1'000'000, ' ')).error().code == Code::TOO_LONG);
  CHECK(character_count("例a𠮷") == 3);
  CHECK(character_count("") == 0);
}

TEST_CASE("several lines keep line feeds and tabs") {
  CHECK(clean_text("一行目\r\n二行目\r三行目\n\t四行目\n").value() == "一行目\n二行目\n三行目\n\t四行目");
  CHECK(clean_text("a\u202Eb").error().code == Code::BIDI_CHARACTER);
  CHECK(clean_text("a\x1b[31mb").error().code == Code::CONTROL_CHARACTER);
  CHECK(clean_text("a\u2028b").error().code == Code::CONTROL_CHARACTER);
}

TEST_CASE("NFKC folds width and compatibility forms") {
  CHECK(nfkc("ﾃｽﾄ") == "テスト");
  CHECK(nfkc("㈱①") == "(株)1");
  CHECK(nfkc("ＡＢＣ１２３") == "ABC123");
  CHECK(nfkc("髙﨑") == "髙﨑");  // the reason for a table of our own
  CHECK(nfc("ｶﾞ") == "ｶﾞ");
}

TEST_CASE("search folding makes equal what people take for equal") {
  const auto pairs = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"髙橋", "高橋"},
      {"山﨑", "山崎"},
      {"渡邊", "渡辺"},
      {"渡邉", "渡辺"},
      {"齋藤", "斎藤"},
      {"𠮷田", "吉田"},
      {"濵田", "浜田"},
      {"櫻井", "桜井"},
      {"澤田", "沢田"},
      {"廣瀨", "広瀬"},
      {"嶋", "島"},
      {"冨田", "富田"},
      {"神\uFE00", "神"},
      {"神", "神"},
      {"葛\U000E0100城", "葛城"},
      {"レイダ", "れいだ"},
      {"ﾚｲﾀﾞ", "れいだ"},
      {"ヴァ", "ゔぁ"},
      {"市ヶ谷", "市ケ谷"},
      {"ＡＢＣ", "abc"},
      {"Straße", "STRASSE"},
      {"1−2−3", "1-2-3"},
      {"1‐2‐3", "1-2-3"},
      {"1ー2ー3", "1-2-3"},
      {"1—2–3", "1-2-3"},
      {"1－2－3", "1-2-3"},
      {"サーバー", "さ-ば-"},
      {"ｻｰﾊﾞｰ", "サーバー"},
      {"例田　花子", "例田 花子"},
      {" 例田  花子 ", "例田 花子"},
      {"㈱見本", "(株)見本"},
      {"〜", "～"},
      {"ヽ", "ゝ"},
  });
  for (const auto& [a, b] : pairs) {
    CAPTURE(a);
    CHECK(search_fold(a) == search_fold(b));
  }
  CHECK(search_fold("斉藤") != search_fold("斎藤"));
  CHECK(search_fold("例") != search_fold("見"));
  CHECK(search_fold("  A\tb ") == "a b");
  CHECK(search_fold("").empty());
}

TEST_CASE("the table of variant kanji keeps its rules") {
  CHECK(kVariantKanji.size() >= 40);
  std::set<char32_t> variants;
  std::set<char32_t> usual;
  for (const VariantKanji& row : kVariantKanji) {
    CAPTURE(utf8(row.variant));
    CHECK(row.variant != row.usual);
    CHECK(variants.insert(row.variant).second);
    usual.insert(row.usual);
    // Both sides survive NFKC, or the table would never see them.
    CHECK(nfkc(utf8(row.variant)) == utf8(row.variant));
    CHECK(nfkc(utf8(row.usual)) == utf8(row.usual));
    CHECK(search_fold(utf8(row.variant)) == utf8(row.usual));
  }
  for (const char32_t c : usual) {
    CAPTURE(utf8(c));
    CHECK_FALSE(variants.contains(c));
  }
}

TEST_CASE("bigrams of words") {
  using Words = std::vector<std::string>;
  CHECK(bigrams("高橋花子") == Words{"高橋", "橋花", "花子"});
  CHECK(bigrams("高橋 花") == Words{"高橋", "花"});
  CHECK(bigrams("a") == Words{"a"});
  CHECK(bigrams("").empty());
  CHECK(bigrams("𠮷田") == Words{"𠮷田"});
}

TEST_CASE("imitations of Latin words are found, honest Japanese and foreign words are not") {
  for (const std::string_view text : {"p\u0430ypal", "\u0440\u0430\u0443\u0440\u0430l", "\u0430\u0440\u0440\u0435", "g\u03BFogle", "exam\u0440le"}) {
    CAPTURE(text);
    CHECK(is_confusable_mix(text));
  }
  for (const std::string_view text :
       {"paypal", "例田花子", "東京タワー", "レイダhanako例", "ノート", "привет", "Καλημέρα", "café", "한국어 abc", ""}) {
    CAPTURE(text);
    CHECK_FALSE(is_confusable_mix(text));
  }
  CHECK(skeleton("p\u0430ypal") == skeleton("paypal"));
  CHECK(skeleton("paypal") != skeleton("paypa1x"));
}

}  // namespace warifu::text
