// Laws that hold for any input, not only for the tables.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "text/crypto_address.h"
#include "text/ip_address.h"
#include "text/keccak.h"
#include "text/selector.h"
#include "text/selector_catalogue.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

// Characters that parsers treat specially, among ordinary and hostile ones.
rc::Gen<std::string> piece_of_text() {
  static const std::vector<std::string> kPieces = {
      "a",    "Z",      "0",      "1",          "9",      "2026", "-",    "ー", "−",         ":",       ".",  "/",  "@",  " ",   "　",
      "[",    "]",      "(",      ")",          "+",      "+81",  "090",  "%",  "?",         "#",       ">",  "<",  "0x", "bc1", "〒",
      "花",   "髙",     "か",     "カ",         "ｶ",      "ﾞ",    "é",    "а",  "丁目",      "番",      "号", "年", "月", "日",  "普通",
      "\xff", "\u202E", "\u200B", "\U000E0100", "\u3099", "://",  "http", "::", "192.0.2.7", "example", "\"", "\\", "\n", "JST", "昭和",
      " / ",  "=",      "・",     ",",          "~",      "ß",    "İ",    "ﬀ",  "㌔",        "½",       "２"};
  return rc::gen::elementOf(kPieces);
}

rc::Gen<std::string> pasted() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece_of_text()), [](const std::vector<std::string>& pieces) {
    std::string out;
    for (const auto& piece : pieces) out += piece;
    return out;
  });
}

rc::Gen<SelectorType> any_type() {
  return rc::gen::map(rc::gen::inRange<std::size_t>(0, enum_count<SelectorType>()), [](std::size_t i) { return static_cast<SelectorType>(i); });
}

std::string digits(std::size_t size) { return *rc::gen::container<std::string>(size, rc::gen::inRange<char>('0', '9' + 1)); }

void check_round_trip(const Selector& selector) {
  const auto again = parse_selector(selector.input);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == selector);
  const auto line = from_line(selector.type, selector.display);
  RC_ASSERT(line.has_value());
  const auto from_display = parse_selector(*line);
  RC_ASSERT(from_display.has_value());
  RC_ASSERT(from_display->canonical == selector.canonical);
  if (selector_row(selector.type).is_personal) {
    RC_ASSERT(selector.masked.find(selector.canonical) == std::string::npos);
    RC_ASSERT(selector.masked.find(selector.display) == std::string::npos);
  }
  RC_ASSERT(is_utf8(selector.canonical) && is_utf8(selector.display) && is_utf8(selector.masked));
  RC_ASSERT(selector.canonical.find('\n') == std::string::npos);
}

}  // namespace

TEST_CASE("any text is refused or has a selector that survives the way through its fields and its line") {
  CHECK(rc::check("pasted text", [] {
    const SelectorType type = *any_type();
    const std::string text = *pasted();
    const auto input = from_line(type, text);
    if (!input) return;
    const auto selector = parse_selector(*input);
    if (selector)
      check_round_trip(*selector);
    else
      RC_ASSERT(selector.error().where.starts_with("/"));
  }));
  CHECK(rc::check("an example, damaged", [] {
    const SelectorType type = *any_type();
    std::string line(selector_row(type).example);
    for (int cuts = *rc::gen::inRange(1, 4); cuts > 0; --cuts) {
      const auto at = *rc::gen::inRange<std::size_t>(0, line.size() + 1);
      const auto size = *rc::gen::inRange<std::size_t>(0, 4);
      const std::string piece = *rc::gen::oneOf(rc::gen::just(std::string()), piece_of_text());
      line.replace(at, std::min(size, line.size() - at), piece);
    }
    const auto input = from_line(type, line);
    if (!input) return;
    const auto selector = parse_selector(*input);
    if (selector) check_round_trip(*selector);
  }));
  CHECK(rc::check("bytes", [] {
    const SelectorType type = *any_type();
    const auto text = *rc::gen::arbitrary<std::string>();
    const auto selector = parse_selector({.type = type, .value = text, .service = text, .at = text});
    RC_ASSERT(selector.has_value() || selector.error().where.starts_with("/"));
    (void)guess_type(text);
  }));
}

TEST_CASE("made-up valid selectors of each kind are accepted and survive") {
  CHECK(rc::check("telephone", [] {
    const auto selector = parse_selector({.type = SelectorType::TELEPHONE, .value = "090" + std::to_string(*rc::gen::inRange(10000000, 100000000))});
    RC_ASSERT(selector.has_value());
    check_round_trip(*selector);
  }));
  CHECK(rc::check("bank account", [] {
    const auto selector =
        parse_selector({.type = SelectorType::BANK_ACCOUNT, .value = "1" + digits(6), .bank = "1" + digits(3), .branch = digits(3), .kind = "普通"});
    RC_ASSERT(selector.has_value());
    RC_ASSERT(selector->canonical.size() == 15U);
    check_round_trip(*selector);
  }));
  CHECK(rc::check("IP address with port and time", [] {
    IpAddress address;
    address.is_v6 = *rc::gen::arbitrary<bool>();
    // Few different bytes, so that runs of zeros are common.
    for (std::size_t i = 0; i < (address.is_v6 ? 16U : 4U); ++i) address.bytes[i] = *rc::gen::element<std::uint8_t>(0, 0, 0, 1, 16, 255);
    if (address.is_v6) address.bytes[0] = 0x20;
    const auto parsed = IpAddress::parse(address.text());
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed == address);
    const Time at = Time::from_seconds(*rc::gen::inRange<std::int64_t>(0, 4'000'000'000));
    const auto selector =
        parse_selector({.type = SelectorType::IP_ADDRESS, .value = address.text(), .at = to_rfc3339(at), .port = *rc::gen::inRange(1, 65536)});
    RC_ASSERT(selector.has_value());
    RC_ASSERT(selector->at == at);
    RC_ASSERT(selector->is_communication);
    check_round_trip(*selector);
  }));
  CHECK(rc::check("person", [] {
    static const std::vector<std::string> kKanji = {"例", "田", "髙", "﨑", "花", "子", "𠮷", "邊", "々"};
    std::string name = *rc::gen::elementOf(kKanji) + " " + *rc::gen::elementOf(kKanji) + *rc::gen::elementOf(kKanji);
    const int day = *rc::gen::inRange(1, 29);
    const auto selector =
        parse_selector({.type = SelectorType::PERSON, .value = name, .kana = "れいだ ハナコ", .born = "1990-2-" + std::to_string(day)});
    RC_ASSERT(selector.has_value());
    RC_ASSERT(selector->match_keys.size() == 2U);
    check_round_trip(*selector);
  }));
}

TEST_CASE("one wrong character in an address of crypto-assets is refused") {
  CHECK(rc::check("Base58Check and Bech32", [] {
    const auto payload = *rc::gen::container<Bytes>(20, rc::gen::arbitrary<std::uint8_t>());
    Bytes versioned = {0x00};
    versioned.insert(versioned.end(), payload.begin(), payload.end());
    const bool is_segwit = *rc::gen::arbitrary<bool>();
    const std::string good = is_segwit ? segwit_encode("bc", 0, payload) : base58check_encode(versioned);
    RC_ASSERT(parse_crypto_address(good).has_value());
    const std::size_t at = *rc::gen::inRange<std::size_t>(is_segwit ? 3 : 0, good.size());
    std::string bad = good;
    bad[at] = *rc::gen::suchThat(rc::gen::elementOf(std::string("023456789acdefghjklmnpqrstuvwxyz")), [&](char c) { return c != good[at]; });
    RC_ASSERT_FALSE(parse_crypto_address(bad).has_value());
  }));
  CHECK(rc::check("IMEI", [] {
    std::string imei = "49" + digits(13);
    std::size_t right = 0;
    for (char check = '0'; check <= '9'; ++check) {
      imei.back() = check;
      right += parse_selector({.type = SelectorType::IMEI, .value = imei}).has_value() ? 1U : 0U;
    }
    RC_ASSERT(right == 1U);
  }));
}

TEST_CASE("cleaning and folding are idempotent") {
  CHECK(rc::check("clean_line, clean_text, search_fold", [] {
    const std::string text = *pasted();
    if (const auto line = clean_line(text)) RC_ASSERT(*clean_line(*line) == *line);
    if (const auto lines = clean_text(text)) RC_ASSERT(*clean_text(*lines) == *lines);
    const std::string folded = search_fold(text);
    RC_ASSERT(search_fold(folded) == folded);
    std::size_t characters = character_count(folded);
    RC_ASSERT(bigrams(folded).size() <= characters);
  }));
}

TEST_CASE("Keccak-256 gives the known answers") {
  const auto hex = [](std::string_view message) { return to_hex(keccak256_for_address_checksum(bytes_of(message))); };
  CHECK(hex("") == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  CHECK(hex("abc") == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  CHECK(hex("The quick brown fox jumps over the lazy dog") == "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15");
  // ERC-20: the first four bytes select transfer(address,uint256).
  CHECK(hex("transfer(address,uint256)").substr(0, 8) == "a9059cbb");
  // Around the rate of 136 bytes every length is its own digest.
  std::vector<std::string> seen;
  for (std::size_t size = 130; size < 280; ++size) seen.push_back(hex(std::string(size, 'a')));
  std::sort(seen.begin(), seen.end());
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("the catalogue stands in the order of the types and speaks both languages") {
  for (std::size_t i = 0; i < kSelectorCatalogue.size(); ++i) {
    const SelectorRow& row = kSelectorCatalogue[i];
    CHECK(static_cast<std::size_t>(row.type) == i);
    for (const std::string_view text : {row.name_ja, row.name_en, row.value_ja, row.value_en, row.example, row.help_ja, row.help_en}) {
      CHECK_FALSE(text.empty());
      CHECK(clean_line(text, 400).has_value());
    }
  }
  CHECK(selector_row(SelectorType::IP_ADDRESS).need(SelectorField::PORT) == Need::OPTIONAL);
  CHECK(selector_row(SelectorType::ACCOUNT_ID).need(SelectorField::SERVICE) == Need::REQUIRED);
  CHECK(selector_row(SelectorType::EMAIL).need(SelectorField::PORT) == Need::NONE);
}

}  // namespace warifu::text
