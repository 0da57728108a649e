#include "crypto/es256.h"

#include <doctest/doctest.h>

#include "crypto/testing_es256.h"
#include "crypto/vector_reader.h"

namespace warifu::crypto {
namespace {

TEST_CASE("a signature fits its key, its message and its bytes") {
  const TestingEs256 own = TestingEs256::generate();
  const Bytes message{1, 2, 3};
  const Bytes good = own.sign(message);
  CHECK(verify_es256(own.public_key(), message, good));
  CHECK_FALSE(verify_es256(TestingEs256::generate().public_key(), message, good));
  CHECK_FALSE(verify_es256(own.public_key(), Bytes{1, 2}, good));
  CHECK_FALSE(verify_es256(own.public_key(), message, {}));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    CHECK_FALSE(verify_es256(own.public_key(), message, bad));
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK_FALSE(verify_es256(own.public_key(), message, longer));
  longer.resize(good.size() - 1);
  CHECK_FALSE(verify_es256(own.public_key(), message, longer));
}

TEST_CASE("only points of the curve are keys") {
  const P256Public point = TestingEs256::generate().public_key();
  CHECK(es256_key(point).value() == point);
  P256Public off = point;
  off[64] ^= 1;
  CHECK(es256_key(off).error().code == Code::BAD_KEY);
  CHECK_FALSE(verify_es256(off, Bytes{1}, Bytes{2}));
  CHECK(es256_key(p256_compress(point)).error().code == Code::BAD_KEY);
  CHECK(es256_key(ByteView(point).first(64)).error().code == Code::BAD_KEY);
  CHECK(es256_key(Bytes(65, 0)).error().code == Code::BAD_KEY);
  CHECK(es256_key({}).error().code == Code::BAD_KEY);
}

TEST_CASE("Wycheproof's verdicts on ECDSA with P-256 and SHA-256 are ours") {
  const auto text = testing::read_vectors("wycheproof/ecdsa_secp256r1_sha256_test.json");
  if (!text) {
    MESSAGE("skipped: data absent");
    return;
  }
  int seen = 0;
  testing::each_vector(*text, "result", [&](const testing::Members& v) {
    const Result<P256Public> key = es256_key(testing::unhex(v.find("uncompressed")->second));
    REQUIRE(key);
    INFO(v.find("tcId")->second, " ", v.find("comment")->second);
    CHECK(verify_es256(*key, testing::unhex(v.find("msg")->second), testing::unhex(v.find("sig")->second)) == (v.find("result")->second == "valid"));
    ++seen;
  });
  CHECK(seen > 400);
}

}  // namespace
}  // namespace warifu::crypto
