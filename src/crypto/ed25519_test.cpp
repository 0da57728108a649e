#include "crypto/ed25519.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "crypto/vector_reader.h"

namespace warifu::crypto {
namespace {

TEST_CASE("sign and verify") {
  const auto secret = Ed25519Secret::generate();
  const Ed25519Verifier verifier(secret.public_key());
  CHECK(check_public_key(secret.public_key()).has_value());
  CHECK(rc::check([&](const Bytes& message, unsigned where) {
    auto signature = secret.sign(message);
    RC_ASSERT(verifier.verify(message, signature));
    RC_ASSERT(verify(secret.public_key(), message, signature));
    Bytes other = message;
    other.push_back(0);
    RC_ASSERT(!verifier.verify(other, signature));
    signature[where % 64] ^= static_cast<std::uint8_t>(1u << (where % 8));
    RC_ASSERT(!verifier.verify(message, signature));
    RC_ASSERT(!verifier.verify(message, ByteView(signature).first(63)));
  }));
}

TEST_CASE("a key comes back from its seed; two generated keys differ") {
  const auto secret = Ed25519Secret::generate();
  CHECK(Ed25519Secret::from_seed(secret.seed()).public_key() == secret.public_key());
  CHECK(Ed25519Secret::generate().public_key() != secret.public_key());
  CHECK(Ed25519Public::from_base64(secret.public_key().base64()).value() == secret.public_key());
  CHECK(Ed25519Public::from_bytes(Bytes(31)).error().code == Code::BAD_KEY);
}

TEST_CASE("Wycheproof: Ed25519") {
  const auto json = testing::read_vectors("wycheproof/ed25519_test.json");
  if (!json) {
    MESSAGE("skipped: data absent");
    return;
  }
  int seen = 0;
  testing::each_vector(*json, "result", [&](const testing::Members& m) {
    CAPTURE(m.at("tcId"));
    const auto key = Ed25519Public::from_bytes(testing::unhex(m.at("pk"))).value();
    CHECK(verify(key, testing::unhex(m.at("msg")), testing::unhex(m.at("sig"))) == (m.at("result") == "valid"));
    ++seen;
  });
  CHECK(seen > 140);
}

TEST_CASE("CCTV edge cases: the accept set is that of OpenSSL and Go, and no registered key can provoke them") {
  const auto json = testing::read_vectors("ed25519/ed25519vectors.json");
  if (!json) {
    MESSAGE("skipped: data absent");
    return;
  }
  int seen = 0, accepted = 0;
  testing::each_vector(*json, "flags", [&](const testing::Members& m) {
    CAPTURE(m.at("number"));
    const auto key = Ed25519Public::from_bytes(testing::unhex(m.at("key"))).value();
    accepted += verify(key, bytes_of(m.at("msg")), testing::unhex(m.at("sig"))) ? 1 : 0;
    const std::string& flags = m.at("flags");
    const bool odd = flags.find("low_order_A") != std::string::npos || flags.find("low_order_component_A") != std::string::npos ||
                     flags.find("non_canonical_A") != std::string::npos;
    if (odd) CHECK(check_public_key(key).error().code == Code::BAD_KEY);
    ++seen;
  });
  CHECK(seen == 914);
  CHECK(accepted == 208);
}

}  // namespace
}  // namespace warifu::crypto
