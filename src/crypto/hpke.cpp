#include "crypto/hpke.h"

#include "crypto/aead.h"
#include "crypto/hash.h"

namespace warifu::crypto {

namespace {

// RFC 9180 sections 4.1 and 5.1: KEM, KDF 0x0001, AEAD 0x0003.
constexpr std::string_view kP256Kem("KEM\x00\x10", 5);
constexpr std::string_view kP256Suite("HPKE\x00\x10\x00\x01\x00\x03", 10);
constexpr std::string_view kHybridSuite("HPKE\x64\x7a\x00\x01\x00\x03", 10);

void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
void append(Bytes& out, std::string_view more) { append(out, bytes_of(more)); }

Bytes labeled_extract(std::string_view suite, ByteView salt, std::string_view label, ByteView ikm) {
  Bytes labeled;
  append(labeled, "HPKE-v1");
  append(labeled, suite);
  append(labeled, label);
  append(labeled, ikm);
  Bytes out = hkdf_extract(salt, labeled);
  wipe(labeled.data(), labeled.size());
  return out;
}

// At most one block, which is all that is needed here.
Bytes labeled_expand(std::string_view suite, ByteView prk, std::string_view label, ByteView info, std::size_t n) {
  CHECK_THAT(n <= 32);
  Bytes labeled = {static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
  append(labeled, "HPKE-v1");
  append(labeled, suite);
  append(labeled, label);
  append(labeled, info);
  labeled.push_back(1);
  Bytes out = hmac_sha256(prk, labeled);
  out.resize(n);
  return out;
}

struct Context {
  AeadKey key;
  AeadNonce nonce{};
};

std::array<std::uint8_t, 32> taken_from(Bytes& bytes) {
  std::array<std::uint8_t, 32> out{};
  CHECK_THAT(bytes.size() == out.size());
  std::copy(bytes.begin(), bytes.end(), out.begin());
  wipe(bytes.data(), bytes.size());
  return out;
}

// What DHKEM makes of an agreement (section 4.1); MLKEM768-X25519 gives its shared secret itself.
SharedSecret p256_secret(const SharedSecret& dh, const P256Public& enc, const P256Public& recipient) {
  Bytes kem_context(enc.begin(), enc.end());
  append(kem_context, ByteView(recipient));
  Bytes prk = labeled_extract(kP256Kem, {}, "eae_prk", dh.reveal());
  Bytes shared = labeled_expand(kP256Kem, prk, "shared_secret", kem_context, 32);
  wipe(prk.data(), prk.size());
  return SharedSecret(taken_from(shared));
}

Context key_schedule(std::string_view suite, const SharedSecret& shared, std::string_view info) {
  Bytes context = {0};  // mode base
  append(context, labeled_extract(suite, {}, "psk_id_hash", {}));
  append(context, labeled_extract(suite, {}, "info_hash", bytes_of(info)));
  Bytes secret = labeled_extract(suite, shared.reveal(), "secret", {});
  Bytes key = labeled_expand(suite, secret, "key", context, 32);
  const Bytes nonce = labeled_expand(suite, secret, "base_nonce", context, 12);
  wipe(secret.data(), secret.size());
  Context out{AeadKey(taken_from(key)), {}};
  std::copy(nonce.begin(), nonce.end(), out.nonce.begin());
  return out;
}

}  // namespace

Bytes hkdf_extract(ByteView salt, ByteView ikm) {
  static constexpr std::array<std::uint8_t, 32> kZeros{};
  return hmac_sha256(salt.empty() ? ByteView(kZeros) : salt, ikm);
}

Result<HpkeSealed<P256Public>> hpke_seal(const P256Public& recipient, std::string_view info, ByteView aad, ByteView plaintext) {
  const auto ephemeral = generate_p256();
  const SharedSecret dh = TRY(ephemeral->agree(recipient));
  const Context context = key_schedule(kP256Suite, p256_secret(dh, ephemeral->public_key(), recipient), info);
  return HpkeSealed<P256Public>{ephemeral->public_key(), aead_seal(context.key, context.nonce, aad, plaintext)};
}

Result<HpkeSealed<HybridEnc>> hpke_seal(const HybridPublic& recipient, std::string_view info, ByteView aad, ByteView plaintext) {
  const HybridEncapsulated encapsulated = TRY(hybrid_encapsulate(recipient));
  const Context context = key_schedule(kHybridSuite, encapsulated.secret, info);
  return HpkeSealed<HybridEnc>{encapsulated.enc, aead_seal(context.key, context.nonce, aad, plaintext)};
}

Result<Bytes> hpke_open(const P256Secret& key, const P256Public& enc, std::string_view info, ByteView aad, ByteView ciphertext) {
  const SharedSecret dh = TRY(key.agree(enc));
  const Context context = key_schedule(kP256Suite, p256_secret(dh, enc, key.public_key()), info);
  return aead_open(context.key, context.nonce, aad, ciphertext);
}

Result<Bytes> hpke_open(const HybridSecret& key, const HybridEnc& enc, std::string_view info, ByteView aad, ByteView ciphertext) {
  const Context context = key_schedule(kHybridSuite, TRY(key.decapsulate(enc)), info);
  return aead_open(context.key, context.nonce, aad, ciphertext);
}

}  // namespace warifu::crypto
