#include "crypto/hpke.h"

#include "crypto/aead.h"
#include "crypto/hash.h"

namespace warifu::crypto {

namespace {

// RFC 9180 sections 4.1 and 5.1: KEM 0x0010, KDF 0x0001, AEAD 0x0003.
constexpr std::string_view kKemSuite("KEM\x00\x10", 5);
constexpr std::string_view kSuite("HPKE\x00\x10\x00\x01\x00\x03", 10);

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

Context key_schedule(const SharedSecret& dh, const P256Public& enc, const P256Public& recipient, std::string_view info) {
  Bytes kem_context(enc.begin(), enc.end());
  append(kem_context, ByteView(recipient));
  Bytes prk = labeled_extract(kKemSuite, {}, "eae_prk", dh.reveal());
  Bytes shared = labeled_expand(kKemSuite, prk, "shared_secret", kem_context, 32);
  Bytes context = {0};  // mode base
  append(context, labeled_extract(kSuite, {}, "psk_id_hash", {}));
  append(context, labeled_extract(kSuite, {}, "info_hash", bytes_of(info)));
  Bytes secret = labeled_extract(kSuite, shared, "secret", {});
  Bytes key = labeled_expand(kSuite, secret, "key", context, 32);
  const Bytes nonce = labeled_expand(kSuite, secret, "base_nonce", context, 12);
  std::array<std::uint8_t, 32> raw{};
  std::copy(key.begin(), key.end(), raw.begin());
  Context out{AeadKey(raw), {}};
  std::copy(nonce.begin(), nonce.end(), out.nonce.begin());
  wipe(raw.data(), raw.size());
  for (Bytes* spent : {&prk, &shared, &secret, &key}) wipe(spent->data(), spent->size());
  return out;
}

}  // namespace

Bytes hkdf_extract(ByteView salt, ByteView ikm) {
  static constexpr std::array<std::uint8_t, 32> kZeros{};
  return hmac_sha256(salt.empty() ? ByteView(kZeros) : salt, ikm);
}

Result<HpkeSealed> hpke_seal(const P256Public& recipient, std::string_view info, ByteView aad, ByteView plaintext) {
  const auto ephemeral = generate_p256();
  const SharedSecret dh = TRY(ephemeral->agree(recipient));
  const Context context = key_schedule(dh, ephemeral->public_key(), recipient, info);
  return HpkeSealed{ephemeral->public_key(), aead_seal(context.key, context.nonce, aad, plaintext)};
}

Result<Bytes> hpke_open(const P256Secret& key, const P256Public& enc, std::string_view info, ByteView aad, ByteView ciphertext) {
  const SharedSecret dh = TRY(key.agree(enc));
  const Context context = key_schedule(dh, enc, key.public_key(), info);
  return aead_open(context.key, context.nonce, aad, ciphertext);
}

}  // namespace warifu::crypto
