#include "crypto/hybrid_kem.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/ml_kem.h"
#include "crypto/random.h"
#include "crypto/vector_reader.h"

namespace warifu::crypto {
namespace {

using Seed = Sensitive<std::array<std::uint8_t, 32>>;

// Said aloud, since a build that never meets such a library proves nothing.
bool is_skipped() {
  if (has_ml_kem()) return false;
  MESSAGE("skipped: the library has no ML-KEM");
  return true;
}

// What others have computed; nothing, and said so, without the data or the library.
std::optional<std::string> vectors(const std::string& name) {
  std::optional<std::string> text = testing::read_vectors(name);
  if (!text) MESSAGE("skipped: data absent");
  if (text && is_skipped()) text.reset();
  return text;
}

}  // namespace

TEST_CASE("without ML-KEM everything that needs it says so, and nothing else") {
  if (has_ml_kem()) return;
  const auto told = [](const auto& result) {
    REQUIRE(!result);
    CHECK(result.error().code == Code::CRYPTO);
    CHECK(result.error().where == "mlkem768x25519");
    CHECK(result.error().message == "post-quantum: the cryptographic library has no ML-KEM");
  };
  told(HybridSecret::generate());
  told(HybridSecret::from_seed(Seed(random_array<32>())));
  told(hybrid_encapsulate(HybridPublic{}));
  told(check_hybrid_public(HybridPublic{}));
}

TEST_CASE("both sides come to one secret, and to another one when anything was altered") {
  if (is_skipped()) return;
  const HybridSecret own = HybridSecret::generate().value(), stranger = HybridSecret::generate().value();
  CHECK(own.public_key() != stranger.public_key());
  CHECK(HybridSecret::from_seed(own.seed()).value().public_key() == own.public_key());
  CHECK(check_hybrid_public(own.public_key()));
  const HybridEncapsulated one = hybrid_encapsulate(own.public_key()).value(), two = hybrid_encapsulate(own.public_key()).value();
  CHECK(own.decapsulate(one.enc).value() == one.secret);
  CHECK(own.decapsulate(two.enc).value() == two.secret);
  CHECK(one.secret != two.secret);
  CHECK(stranger.decapsulate(one.enc).value() != one.secret);
  for (std::size_t i = 0; i < one.enc.size(); i += 7) {
    CAPTURE(i);
    HybridEnc altered = one.enc;
    altered[i] ^= static_cast<std::uint8_t>(1U << (i % 7));
    const Result<SharedSecret> other = own.decapsulate(altered);
    CHECK((!other || *other != one.secret));
  }
}

// draft-connolly-cfrg-xwing-kem, appendix C, the first example: one seed for the key, another for what is encapsulated.
TEST_CASE("the known answer of X-Wing, which is the same") {
  if (is_skipped()) return;
  const auto bytes = [](std::string_view text) {
    std::array<std::uint8_t, 32> out{};
    std::ranges::copy(testing::unhex(std::string(text)), out.begin());
    return out;
  };
  const HybridSecret own = HybridSecret::from_seed(Seed(bytes("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"))).value();
  CHECK(sha256(ByteView(own.public_key())).hex() == "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb");
  const auto entropy = bytes("3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2");
  const auto ephemeral = X25519Secret::from_bytes(Seed(bytes("35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2")));
  const internal::PkeyPtr key = internal::ml_kem_public(ByteView(own.public_key()).first(internal::kMlKemPublicBytes)).value();
  HybridEnc enc{};
  std::ranges::copy(internal::ml_kem_encapsulate(key.get(), entropy).value().ciphertext, enc.begin());
  std::ranges::copy(ephemeral.public_key(), enc.begin() + internal::kMlKemCiphertextBytes);
  const SharedSecret secret = own.decapsulate(enc).value();
  CHECK(to_hex(secret.reveal()) == "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384");
}

TEST_CASE("points of small order and keys above the modulus are no keys") {
  if (is_skipped()) return;
  const HybridSecret own = HybridSecret::generate().value();
  HybridEnc enc = hybrid_encapsulate(own.public_key()).value().enc;
  std::fill(enc.end() - 32, enc.end(), std::uint8_t{0});
  CHECK(own.decapsulate(enc).error().code == Code::BAD_KEY);
  HybridPublic key = own.public_key();
  std::fill(key.end() - 32, key.end(), std::uint8_t{0});
  CHECK(hybrid_encapsulate(key).error().code == Code::BAD_KEY);
  key = own.public_key();
  key[0] = 0xFF;
  key[1] |= 0x0F;  // the first coefficient is 4095
  CHECK(check_hybrid_public(key).error().code == Code::BAD_KEY);
  CHECK(hybrid_encapsulate(key).error().code == Code::BAD_KEY);
}

TEST_CASE("ML-KEM-768 makes keys of seeds and decapsulates as Wycheproof says") {
  const auto text = vectors("wycheproof/mlkem_768_test.json");
  if (!text) return;
  int agreed = 0, refused = 0;
  testing::each_vector(*text, "result", [&](const testing::Members& m) {
    const Bytes raw = testing::unhex(m.at("seed"));
    internal::MlKemSeed seed;
    if (raw.size() != seed.reveal().size()) return;  // cannot be said here: a seed has its length by its type
    std::array<std::uint8_t, internal::kMlKemSeedBytes> bytes{};
    std::ranges::copy(raw, bytes.begin());
    seed = internal::MlKemSeed(bytes);
    CAPTURE(m.at("tcId"));
    const internal::PkeyPtr key = internal::ml_kem_key(seed).value();
    const auto encoded = internal::ml_kem_public_bytes(key.get());
    CHECK(Bytes(encoded.begin(), encoded.end()) == testing::unhex(m.at("ek")));
    const Result<SharedSecret> secret = internal::ml_kem_decapsulate(key.get(), testing::unhex(m.at("c")));
    if (m.at("result") == "valid") {
      REQUIRE(secret);
      CHECK(Bytes(secret->reveal().begin(), secret->reveal().end()) == testing::unhex(m.at("K")));
      ++agreed;
    } else {
      REQUIRE(!secret);
      CHECK(secret.error().code == Code::BAD_ENCODING);
      ++refused;
    }
  });
  CHECK(agreed >= 150);
  CHECK(refused >= 20);
}

TEST_CASE("ML-KEM-768 encapsulates as Wycheproof says, and takes no key above the modulus") {
  const auto text = vectors("wycheproof/mlkem_768_encaps_test.json");
  if (!text) return;
  int agreed = 0, refused = 0;
  testing::each_vector(*text, "result", [&](const testing::Members& m) {
    CAPTURE(m.at("tcId"));
    const Result<internal::PkeyPtr> key = internal::ml_kem_public(testing::unhex(m.at("ek")));
    if (m.at("result") != "valid") {
      REQUIRE(!key);
      CHECK(key.error().code == Code::BAD_KEY);
      ++refused;
      return;
    }
    REQUIRE(key);
    const internal::MlKemEncapsulated made = internal::ml_kem_encapsulate(key->get(), testing::unhex(m.at("m"))).value();
    CHECK(Bytes(made.ciphertext.begin(), made.ciphertext.end()) == testing::unhex(m.at("c")));
    CHECK(Bytes(made.secret.reveal().begin(), made.secret.reveal().end()) == testing::unhex(m.at("K")));
    ++agreed;
  });
  CHECK(agreed >= 100);
  CHECK(refused >= 100);
}

}  // namespace warifu::crypto
