#include "crypto/aead.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "crypto/random.h"
#include "crypto/vector_reader.h"

namespace warifu::crypto {
namespace {

TEST_CASE("what was sealed opens, and not after any change") {
  CHECK(rc::check([](const Bytes& plaintext, const Bytes& aad, unsigned where) {
    const AeadKey key(random_array<32>());
    const auto nonce = random_array<12>();
    Bytes sealed = aead_seal(key, nonce, aad, plaintext);
    RC_ASSERT(sealed.size() == plaintext.size() + kAeadTagBytes);
    RC_ASSERT(aead_open(key, nonce, aad, sealed).value() == plaintext);
    Bytes other = aad;
    other.push_back(0);
    RC_ASSERT(!aead_open(key, nonce, other, sealed));
    RC_ASSERT(!aead_open(key, random_array<12>(), aad, sealed));
    RC_ASSERT(!aead_open(key, nonce, aad, ByteView(sealed).first(sealed.size() - 1)));
    sealed[where % sealed.size()] ^= static_cast<std::uint8_t>(1u << (where % 8));
    RC_ASSERT(aead_open(key, nonce, aad, sealed).error().code == Code::CRYPTO);
  }));
  CHECK_FALSE(aead_open(AeadKey{}, {}, {}, Bytes(15)).has_value());
}

TEST_CASE("Wycheproof: ChaCha20-Poly1305") {
  const auto json = testing::read_vectors("wycheproof/chacha20_poly1305_test.json");
  if (!json) {
    MESSAGE("skipped: data absent");
    return;
  }
  int seen = 0;
  testing::each_vector(*json, "result", [&](const testing::Members& m) {
    CAPTURE(m.at("tcId"));
    const Bytes raw_key = testing::unhex(m.at("key"));
    const Bytes iv = testing::unhex(m.at("iv"));
    if (iv.size() != 12) return;  // such nonces cannot be expressed here
    std::array<std::uint8_t, 32> key{};
    AeadNonce nonce{};
    std::copy(raw_key.begin(), raw_key.end(), key.begin());
    std::copy(iv.begin(), iv.end(), nonce.begin());
    Bytes sealed = testing::unhex(m.at("ct"));
    const Bytes tag = testing::unhex(m.at("tag"));
    sealed.insert(sealed.end(), tag.begin(), tag.end());
    const Bytes aad = testing::unhex(m.at("aad"));
    const auto opened = aead_open(AeadKey(key), nonce, aad, sealed);
    CHECK(opened.has_value() == (m.at("result") == "valid"));
    if (opened) {
      CHECK(*opened == testing::unhex(m.at("msg")));
      CHECK(aead_seal(AeadKey(key), nonce, aad, *opened) == sealed);
    }
    ++seen;
  });
  CHECK(seen > 250);
}

}  // namespace
}  // namespace warifu::crypto
