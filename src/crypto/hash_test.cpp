#include "crypto/hash.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdio>
#include <fstream>

#include "crypto/random.h"
#include "crypto/self_check.h"
#include "crypto/vector_reader.h"

namespace warifu::crypto {
namespace {

TEST_CASE("the known answers hold") { CHECK(self_test().has_value()); }

TEST_CASE("SHA-256 of nothing") {
  const char* want = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  CHECK(sha256("").hex() == want);
  CHECK(sha256(ByteView{}).hex() == want);
  CHECK(sha256(std::string_view{}).hex() == want);
}

TEST_CASE("a stream cut anywhere gives the digest of the whole, and starts anew") {
  CHECK(rc::check([](const std::string& text, unsigned cut) {
    const std::size_t at = text.empty() ? 0 : cut % text.size();
    Sha256Stream stream;
    stream.update(text.substr(0, at)).update(text.substr(at));
    RC_ASSERT(stream.finish() == sha256(text));
    RC_ASSERT(stream.finish() == sha256(""));
  }));
}

TEST_CASE("the digest of a file") {
  const std::string path = (std::filesystem::temp_directory_path() / ("warifu-hash-" + to_hex(random_bytes(8)))).string();
  const std::string content(200'001, 'w');
  std::ofstream(path, std::ios::binary) << content;
  CHECK(sha256_file(path).value() == sha256(content));
  std::remove(path.c_str());
  CHECK(sha256_file(path).error().code == Code::NOT_FOUND);
  CHECK(sha256_file("/").error().code == Code::IO);
}

TEST_CASE("constant-time equality") {
  const Bytes a{1, 2, 3};
  CHECK(equal_constant_time(a, Bytes{1, 2, 3}));
  CHECK_FALSE(equal_constant_time(a, Bytes{1, 2, 4}));
  CHECK_FALSE(equal_constant_time(a, Bytes{1, 2}));
  CHECK(equal_constant_time({}, {}));
}

TEST_CASE("random bytes have the size asked for and differ") {
  CHECK(random_bytes(0).empty());
  CHECK(random_bytes(33).size() == 33);
  CHECK(random_array<16>() != random_array<16>());
}

TEST_CASE("HKDF output has a bound") {
  CHECK(hkdf_sha256(Bytes{1}, {}, "x", 0).empty());
  const Bytes most = hkdf_sha256(Bytes{1}, {}, "x", kHkdfBytesMax);
  CHECK(most.size() == kHkdfBytesMax);
  CHECK(hkdf_sha256(Bytes{1}, {}, "x", 40) == Bytes(most.begin(), most.begin() + 40));
}

TEST_CASE("Wycheproof: HKDF-SHA-256") {
  const auto json = testing::read_vectors("wycheproof/hkdf_sha256_test.json");
  if (!json) {
    MESSAGE("skipped: data absent");
    return;
  }
  int valid = 0;
  testing::each_vector(*json, "result", [&](const testing::Members& m) {
    CAPTURE(m.at("tcId"));
    const std::size_t size = std::stoul(m.at("size"));
    if (m.at("result") != "valid") {
      CHECK(size > kHkdfBytesMax);
      return;
    }
    const Bytes info = testing::unhex(m.at("info"));
    CHECK(hkdf_sha256(testing::unhex(m.at("ikm")), testing::unhex(m.at("salt")), text_of(info), size) == testing::unhex(m.at("okm")));
    ++valid;
  });
  CHECK(valid > 80);
}

TEST_CASE("Wycheproof: HMAC-SHA-256") {
  const auto json = testing::read_vectors("wycheproof/hmac_sha256_test.json");
  if (!json) {
    MESSAGE("skipped: data absent");
    return;
  }
  int seen = 0;
  testing::each_vector(*json, "result", [&](const testing::Members& m) {
    CAPTURE(m.at("tcId"));
    const Bytes want = testing::unhex(m.at("tag"));
    const Bytes mac = hmac_sha256(testing::unhex(m.at("key")), testing::unhex(m.at("msg")));
    CHECK((m.at("result") == "valid") == equal_constant_time(ByteView(mac).first(want.size()), want));
    ++seen;
  });
  CHECK(seen > 150);
}

}  // namespace
}  // namespace warifu::crypto
