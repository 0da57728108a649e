#include "base/bech32.h"

#include <doctest/doctest.h>

namespace warifu {

TEST_CASE("valid strings of BIP-173 and BIP-350") {
  for (const char* text :
       {"A12UEL5L", "a12uel5l", "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"}) {
    CAPTURE(text);
    const auto decoded = bech32_decode(text);
    REQUIRE(decoded);
    CHECK(decoded->kind == Bech32Kind::BECH32);
    std::string lower(text);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    CHECK(bech32_encode(decoded->hrp, decoded->groups, decoded->kind) == lower);
  }
  for (const char* text : {"A1LQFN3A", "a1lqfn3a", "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", "?1v759aa"}) {
    CAPTURE(text);
    REQUIRE(bech32_decode(text));
    CHECK(bech32_decode(text)->kind == Bech32Kind::BECH32M);
  }
}

TEST_CASE("strings that are none") {
  const auto code = [](std::string_view text) { return bech32_decode(text).error().code; };
  CHECK(code("pzry9x0s0muk") == Code::BAD_ENCODING);   // no separator
  CHECK(code("1pzry9x0s0muk") == Code::BAD_ENCODING);  // nothing before it
  CHECK(code("x1b4n0q5v") == Code::BAD_ENCODING);      // a foreign character
  CHECK(code("li1dgmt3") == Code::BAD_ENCODING);       // too short
  CHECK(code("A12uEL5L") == Code::BAD_ENCODING);       // mixed case
  CHECK(code("A1G7SGD8") == Code::SELECTOR_CHECKSUM);  // checksum over upper case
  CHECK(code("a12uel5k") == Code::SELECTOR_CHECKSUM);
  CHECK(code(std::string_view("\x7f"
                              "1axkwrx")) == Code::BAD_ENCODING);
}

TEST_CASE("bytes go there and back, odd padding does not") {
  for (std::size_t n = 0; n < 70; ++n) {
    Bytes bytes(n);
    for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + n);
    CHECK(from_bech32_groups(to_bech32_groups(bytes)) == bytes);
  }
  CHECK(from_bech32_groups(std::vector<std::uint8_t>{0}) == std::nullopt);       // five bits are no byte
  CHECK(from_bech32_groups(std::vector<std::uint8_t>{31, 31}) == std::nullopt);  // padding that is not zero
  CHECK(from_bech32_groups(std::vector<std::uint8_t>{31, 28}) == Bytes{0xff});
}

}  // namespace warifu
