#include "crypto/password.h"

#include <doctest/doctest.h>

#include "crypto/plain_text.h"

namespace warifu::crypto {
namespace {

TEST_CASE("a password opens its own hash only") {
  const Sensitive<std::string> right(std::string("日の出-mountain-7"));
  const auto hash = hash_password(right, kPasswordCostForTests).value();
  CHECK(hash.starts_with("$argon2id$"));
  CHECK(verify_password(hash, right));
  CHECK_FALSE(verify_password(hash, Sensitive<std::string>(std::string("日の出-mountain-8"))));
  CHECK_FALSE(verify_password(hash, Sensitive<std::string>()));
  CHECK(hash != hash_password(right, kPasswordCostForTests).value());
  CHECK_FALSE(password_needs_rehash(hash, kPasswordCostForTests));
  CHECK(password_needs_rehash(hash));
}

TEST_CASE("what is not a hash opens nothing; bounds") {
  const Sensitive<std::string> any(std::string("whatever"));
  for (const char* hash : {"", "$argon2id$", "whatever", "$argon2i$v=19$m=8,t=3,p=1$AAAA$AAAA"}) CHECK_FALSE(verify_password(hash, any));
  CHECK_FALSE(verify_password(std::string(4096, '$'), any));
  CHECK(hash_password(Sensitive<std::string>(), kPasswordCostForTests).error().code == Code::EMPTY_FIELD);
  CHECK(hash_password(Sensitive(std::string(kPasswordBytesMax, 'a')), kPasswordCostForTests).has_value());
  CHECK(hash_password(Sensitive(std::string(kPasswordBytesMax + 1, 'a')), kPasswordCostForTests).error().code == Code::TOO_LONG);
}

TEST_CASE("UTF-8 is judged strictly") {
  CHECK(count_code_points("割符 abc").value() == 6);
  CHECK(count_code_points("\U0010FFFF").value() == 1);
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80", "\xE3\x81", "a\xFF"})
    CHECK_FALSE(count_code_points(bad).has_value());
}

TEST_CASE("names of organisations") {
  for (const char* good : {"a", "0", "minato.police.example", "a-b", "x.demo"}) CHECK(is_org_name(good));
  for (const char* bad : {"", "-a", "a-", ".a", "a.", "A", "a/b", "a b", "a_b", "ａ"}) CHECK_FALSE(is_org_name(bad));
  CHECK(is_org_name(std::string(64, 'a')));
  CHECK_FALSE(is_org_name(std::string(65, 'a')));
}

}  // namespace
}  // namespace warifu::crypto
