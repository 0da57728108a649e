#include "base/bytes.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>
#include <string>
#include <unordered_set>

#include "base/id.h"

namespace warifu {
namespace {

struct Spelling {
  std::string text, base64, base64url;
};

TEST_CASE("base64 follows the vectors of RFC 4648 section 10") {
  const std::vector<Spelling> spellings = {
      {"", "", ""},
      {"f", "Zg==", "Zg"},
      {"fo", "Zm8=", "Zm8"},
      {"foo", "Zm9v", "Zm9v"},
      {"foob", "Zm9vYg==", "Zm9vYg"},
      {"fooba", "Zm9vYmE=", "Zm9vYmE"},
      {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
      {"\xfb\xff\xbf", "+/+/", "-_-_"},
  };
  for (const Spelling& spelling : spellings) {
    CAPTURE(spelling.base64);
    CHECK(to_base64(bytes_of(spelling.text)) == spelling.base64);
    CHECK(to_base64url(bytes_of(spelling.text)) == spelling.base64url);
    CHECK(text_of(from_base64(spelling.base64).value()) == spelling.text);
    CHECK(text_of(from_base64url(spelling.base64url).value()) == spelling.text);
  }
}

TEST_CASE("a second spelling of the same bytes is refused") {
  for (const std::string& text :
       std::vector<std::string>{"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=", "Zm9v\n", " Zm9v", "Zm9v====", "Zm-_", "Zg==Zg=="}) {
    CAPTURE(text);
    const auto result = from_base64(text);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Code::BAD_ENCODING);
  }
  for (const std::string& text : std::vector<std::string>{"Zg==", "Zh", "Zm9", "Z", "Zm9v\n", "Zm+/", "Zm9vZ"}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64url(text).has_value());
  }
  for (const std::string& text : std::vector<std::string>{"0", "0G", "AB", "aB", "0x", " 0", "00 "}) {
    CAPTURE(text);
    CHECK_FALSE(from_hex(text).has_value());
  }
}

TEST_CASE("hex") {
  CHECK(to_hex(Bytes{0x00, 0x0f, 0xa5, 0xff}) == "000fa5ff");
  CHECK(from_hex("000fa5ff").value() == Bytes{0x00, 0x0f, 0xa5, 0xff});
  CHECK(from_hex("").value().empty());
}

TEST_CASE("property: bytes survive every spelling, and what a decoder accepts is spelled the same again") {
  CHECK(rc::check([](const Bytes& bytes) {
    RC_ASSERT(from_hex(to_hex(bytes)).value() == bytes);
    RC_ASSERT(from_base64(to_base64(bytes)).value() == bytes);
    RC_ASSERT(from_base64url(to_base64url(bytes)).value() == bytes);
  }));
  CHECK(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("AZaz09+/-_=\n")));
    if (const auto bytes = from_base64(text)) RC_ASSERT(to_base64(*bytes) == text);
    if (const auto bytes = from_base64url(text)) RC_ASSERT(to_base64url(*bytes) == text);
    if (const auto bytes = from_hex(text)) RC_ASSERT(to_hex(*bytes) == text);
  }));
}

TEST_CASE("a digest has one spelling") {
  const std::string hex = "00" + std::string(60, 'a') + "ff";
  CHECK(Sha256::parse(hex).value().hex() == hex);
  CHECK_FALSE(Sha256::parse(std::string(63, 'a')).has_value());
  CHECK_FALSE(Sha256::parse(std::string(66, 'a')).has_value());
  CHECK_FALSE(Sha256::parse(std::string(64, 'A')).has_value());
  CHECK(Sha256::parse(hex).value() < Sha256::parse(std::string(64, 'a')).value());
}

TEST_CASE("ids are random, 32 digits, and read back") {
  std::set<PersonId> ids;
  std::unordered_set<PersonId> hashed;
  for (int i = 0; i < 1000; ++i) {
    const PersonId id = PersonId::random();
    CHECK(PersonId::parse(id.hex()).value() == id);
    ids.insert(id);
    hashed.insert(id);
  }
  CHECK(ids.size() == 1000);
  CHECK(hashed.size() == 1000);
  CHECK(PersonId{}.is_zero());
  CHECK_FALSE(ids.begin()->is_zero());
  CHECK_FALSE(PersonId::parse(std::string(31, '0')).has_value());
  CHECK_FALSE(PersonId::parse(std::string(34, '0')).has_value());
  CHECK_FALSE(PersonId::parse(std::string(32, 'g')).has_value());
}

}  // namespace
}  // namespace warifu
