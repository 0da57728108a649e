#include "crypto/ed25519.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
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

// RFC 8032 section 5.1.6: a signature depends on the key and the message alone.
TEST_CASE("signatures and public keys are, byte for byte, those of another library") {
  CHECK(rc::check([](const std::array<std::uint8_t, 32>& seed, const Bytes& message) {
    const auto secret = Ed25519Secret::from_seed(Ed25519Seed(seed));
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.data(), seed.size()), EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    Ed25519Signature signature{};
    std::size_t size = signature.size();
    RC_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
    const std::uint8_t nothing = 0;
    RC_ASSERT(EVP_DigestSign(context.get(), signature.data(), &size, message.empty() ? &nothing : message.data(), message.size()) == 1);
    RC_ASSERT(secret.sign(message) == signature);
    Ed25519Public other;
    size = other.bytes.size();
    RC_ASSERT(EVP_PKEY_get_raw_public_key(key.get(), other.bytes.data(), &size) == 1);
    RC_ASSERT(secret.public_key() == other);
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
