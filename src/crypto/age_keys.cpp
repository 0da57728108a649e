#include "crypto/age_keys.h"

#include <algorithm>

#include "base/bech32.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"

namespace warifu::crypto {

namespace {

constexpr std::string_view kX25519Info = "age-encryption.org/v1/X25519";
constexpr std::string_view kTagInfo = "age-encryption.org/p256tag";
constexpr std::string_view kX25519Hrp = "age";
constexpr std::string_view kTagHrp = "age1tag";
constexpr std::string_view kHybridHrp = "age1pq";
constexpr std::string_view kIdentityHrp = "age-secret-key-";
constexpr std::string_view kHybridIdentityHrp = "age-secret-key-pq-";
constexpr std::string_view kHybridInfo = "age-encryption.org/mlkem768x25519";
constexpr std::size_t kWrappedBytes = 32;  // the file key and its tag
constexpr AeadNonce kNoNonce{};            // each wrapping key is used once

template <std::size_t N>
std::array<std::uint8_t, N> fixed(ByteView bytes) {
  CHECK_THAT(bytes.size() == N);
  std::array<std::uint8_t, N> out{};
  std::ranges::copy(bytes, out.begin());
  return out;
}

AeadKey x25519_wrapping_key(const SharedSecret& secret, const X25519Public& share, const X25519Public& recipient) {
  Bytes salt(share.begin(), share.end());
  salt.insert(salt.end(), recipient.begin(), recipient.end());
  Bytes raw = hkdf_sha256(secret.reveal(), salt, kX25519Info, 32);
  AeadKey key(fixed<32>(raw));
  wipe(raw.data(), raw.size());
  return key;
}

Bytes tag_of(const P256Public& enc, const P256Public& recipient) {
  const Sha256 digest = sha256(ByteView(p256_compress(recipient)));
  Bytes ikm(enc.begin(), enc.end());
  ikm.insert(ikm.end(), digest.bytes.begin(), digest.bytes.begin() + 4);
  Bytes tag = hkdf_extract(bytes_of(kTagInfo), ikm);
  tag.resize(4);
  return tag;
}

Result<internal::AgeStanza> wrap_x25519(const X25519Public& recipient, const internal::AgeFileKey& file_key) {
  const X25519Secret ephemeral = X25519Secret::generate();
  const SharedSecret secret = TRY(ephemeral.agree(recipient));
  const AeadKey key = x25519_wrapping_key(secret, ephemeral.public_key(), recipient);
  return internal::AgeStanza{{"X25519", internal::bare_base64(ephemeral.public_key())}, aead_seal(key, kNoNonce, {}, file_key.reveal())};
}

Result<internal::AgeStanza> wrap_p256(const P256Public& recipient, const internal::AgeFileKey& file_key) {
  HpkeSealed<P256Public> sealed = TRY(hpke_seal(recipient, kTagInfo, {}, file_key.reveal()));
  return internal::AgeStanza{{"p256tag", internal::bare_base64(tag_of(sealed.enc, recipient)), internal::bare_base64(sealed.enc)},
                             std::move(sealed.ciphertext)};
}

Result<internal::AgeStanza> wrap_hybrid(const HybridPublic& recipient, const internal::AgeFileKey& file_key) {
  HpkeSealed<HybridEnc> sealed = TRY(hpke_seal(recipient, kHybridInfo, {}, file_key.reveal()));
  return internal::AgeStanza{{std::string(kHybridName), internal::bare_base64(sealed.enc)}, std::move(sealed.ciphertext)};
}

using Unwrapped = Result<std::optional<internal::AgeFileKey>>;

std::optional<internal::AgeFileKey> file_key_of(Result<Bytes> opened) {
  if (!opened || opened->size() != 16) return std::nullopt;
  internal::AgeFileKey key(fixed<16>(*opened));
  wipe(opened->data(), opened->size());
  return key;
}

// A body of another length than ours is refused before anything is decrypted: otherwise one file could be made that opens under many keys.
Status check_body(const internal::AgeStanza& stanza) {
  if (stanza.body.size() != kWrappedBytes) return fail(Code::BAD_ENCODING, "a stanza's body of a wrong length", "header");
  return {};
}

Unwrapped unwrap_x25519(const X25519Secret& secret, const internal::AgeStanza& stanza) {
  if (stanza.args[0] != "X25519") return std::optional<internal::AgeFileKey>{};
  if (stanza.args.size() != 2) return fail(Code::BAD_ENCODING, "a stanza with a wrong number of arguments", "header");
  const Bytes share = TRY(internal::from_bare_base64(stanza.args[1]));
  if (share.size() != 32) return fail(Code::BAD_ENCODING, "a share of a wrong length", "header");
  TRY(check_body(stanza));
  const Result<SharedSecret> agreed = secret.agree(fixed<32>(share));
  if (!agreed) return fail(Code::BAD_ENCODING, "a share of small order", "header");
  return file_key_of(aead_open(x25519_wrapping_key(*agreed, fixed<32>(share), secret.public_key()), kNoNonce, {}, stanza.body));
}

Unwrapped unwrap_p256(const P256Secret& secret, const internal::AgeStanza& stanza) {
  if (stanza.args[0] != "p256tag") return std::optional<internal::AgeFileKey>{};
  if (stanza.args.size() != 3) return fail(Code::BAD_ENCODING, "a stanza with a wrong number of arguments", "header");
  const Bytes tag = TRY(internal::from_bare_base64(stanza.args[1]));
  const Bytes enc = TRY(internal::from_bare_base64(stanza.args[2]));
  if (tag.size() != 4 || enc.size() != 65) return fail(Code::BAD_ENCODING, "a share of a wrong length", "header");
  TRY(check_body(stanza));
  if (!equal_constant_time(tag, tag_of(fixed<65>(enc), secret.public_key()))) return std::optional<internal::AgeFileKey>{};
  Result<Bytes> opened = hpke_open(secret, fixed<65>(enc), kTagInfo, {}, stanza.body);
  if (!opened && opened.error().code == Code::BAD_KEY) return fail(Code::BAD_ENCODING, "a share that is no point", "header");
  // A security module that does not answer is not "sealed for somebody else": the caller tries again later.
  if (!opened && opened.error().code != Code::CRYPTO) return tl::unexpected<Error>(std::move(opened).error());
  return file_key_of(std::move(opened));
}

// What a stanza for the hybrid encapsulates, well-formed as far as anybody can tell without a key.
Result<HybridEnc> hybrid_enc_of(const internal::AgeStanza& stanza) {
  if (stanza.args.size() != 2) return fail(Code::BAD_ENCODING, "a stanza with a wrong number of arguments", "header");
  const Bytes enc = TRY(internal::from_bare_base64(stanza.args[1]));
  if (enc.size() != sizeof(HybridEnc)) return fail(Code::BAD_ENCODING, "a share of a wrong length", "header");
  TRY(check_body(stanza));
  return fixed<sizeof(HybridEnc)>(enc);
}

Unwrapped unwrap_hybrid(const HybridSecret& secret, const internal::AgeStanza& stanza) {
  if (stanza.args[0] != kHybridName) return std::optional<internal::AgeFileKey>{};
  Result<Bytes> opened = hpke_open(secret, TRY(hybrid_enc_of(stanza)), kHybridInfo, {}, stanza.body);
  if (!opened && opened.error().code == Code::BAD_KEY) return fail(Code::BAD_ENCODING, "a share of small order", "header");
  return file_key_of(std::move(opened));
}

}  // namespace

namespace internal {

Result<AgeStanza> wrap(const AgeRecipient& recipient, const AgeFileKey& file_key) {
  if (const auto* key = std::get_if<X25519Public>(&recipient.key)) return wrap_x25519(*key, file_key);
  if (const auto* key = std::get_if<HybridPublic>(&recipient.key)) return wrap_hybrid(*key, file_key);
  return wrap_p256(std::get<P256Public>(recipient.key), file_key);
}

Result<std::optional<AgeFileKey>> unwrap(const AgeIdentity& identity, const AgeStanza& stanza) {
  if (const auto* key = std::get_if<X25519Secret>(&identity.key)) return unwrap_x25519(*key, stanza);
  if (const auto* key = std::get_if<HybridSecret>(&identity.key)) return unwrap_hybrid(*key, stanza);
  return unwrap_p256(*std::get<std::shared_ptr<const P256Secret>>(identity.key), stanza);
}

tl::unexpected<Error> no_key_fits(const AgeHeader& header) {
  for (const AgeStanza& stanza : header.stanzas) {
    if (stanza.args[0] != kHybridName) continue;
    if (const Result<HybridEnc> enc = hybrid_enc_of(stanza); !enc) return tl::unexpected<Error>(enc.error());
    if (!has_ml_kem()) return fail(Code::KEY_UNKNOWN, std::string(kNoMlKem), "header", {{"signer", "age"}, {"key", std::string(kHybridName)}});
  }
  return fail(Code::KEY_UNKNOWN, "sealed for somebody else", "header", {{"signer", "age"}});
}

}  // namespace internal

Result<AgeRecipient> AgeRecipient::read(std::string_view text) {
  const Result<Bech32Text> decoded = bech32_decode(text);
  if (!decoded || decoded->kind != Bech32Kind::BECH32 || std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return fail(Code::BAD_KEY, "not a recipient of the age format");
  const std::optional<Bytes> bytes = from_bech32_groups(decoded->groups);
  if (bytes && decoded->hrp == kX25519Hrp && bytes->size() == 32) return AgeRecipient{fixed<32>(*bytes)};
  if (bytes && decoded->hrp == kTagHrp) return AgeRecipient{TRY(p256_expand(*bytes))};
  if (bytes && decoded->hrp == kHybridHrp && bytes->size() == sizeof(HybridPublic)) return AgeRecipient{fixed<sizeof(HybridPublic)>(*bytes)};
  return fail(Code::BAD_KEY, "not a recipient of the age format");
}

Result<AgeRecipient> AgeRecipient::parse(std::string_view text) {
  AgeRecipient out = TRY(read(text));
  if (const auto* hybrid = std::get_if<HybridPublic>(&out.key)) {
    if (!has_ml_kem()) return fail(Code::BAD_KEY, std::string(kNoMlKem), std::string(kHybridName));
    TRY(check_hybrid_public(*hybrid));
  }
  return out;
}

std::string AgeRecipient::text() const {
  if (const auto* own = std::get_if<X25519Public>(&key)) return bech32_encode(kX25519Hrp, to_bech32_groups(*own), Bech32Kind::BECH32);
  if (const auto* hybrid = std::get_if<HybridPublic>(&key)) return bech32_encode(kHybridHrp, to_bech32_groups(*hybrid), Bech32Kind::BECH32);
  return bech32_encode(kTagHrp, to_bech32_groups(p256_compress(std::get<P256Public>(key))), Bech32Kind::BECH32);
}

Result<AgeIdentity> AgeIdentity::parse(std::string_view text) {
  const Result<Bech32Text> decoded = bech32_decode(text);
  if (!decoded || decoded->kind != Bech32Kind::BECH32 || std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; }))
    return fail(Code::BAD_KEY, "not an identity of the age format");
  const bool is_hybrid = decoded->hrp == kHybridIdentityHrp;
  if (is_hybrid && !has_ml_kem()) return fail(Code::BAD_KEY, std::string(kNoMlKem), std::string(kHybridName));
  if (!is_hybrid && decoded->hrp != kIdentityHrp) return fail(Code::BAD_KEY, "not an identity of the age format");
  std::optional<Bytes> bytes = from_bech32_groups(decoded->groups);
  if (!bytes || bytes->size() != 32) return fail(Code::BAD_KEY, "not an identity of the age format");
  const Sensitive secret(fixed<32>(*bytes));
  wipe(bytes->data(), bytes->size());
  if (is_hybrid) return AgeIdentity{TRY(HybridSecret::from_seed(secret))};
  return AgeIdentity{X25519Secret::from_bytes(secret)};
}

AgeIdentity AgeIdentity::generate() { return AgeIdentity{X25519Secret::generate()}; }
Result<AgeIdentity> AgeIdentity::generate_hybrid() { return AgeIdentity{TRY(HybridSecret::generate())}; }

Sensitive<std::string> AgeIdentity::text() const {
  std::string text;
  if (const auto* own = std::get_if<X25519Secret>(&key))
    text = bech32_encode(kIdentityHrp, to_bech32_groups(own->bytes().reveal()), Bech32Kind::BECH32);
  else if (const auto* hybrid = std::get_if<HybridSecret>(&key))
    text = bech32_encode(kHybridIdentityHrp, to_bech32_groups(hybrid->seed().reveal()), Bech32Kind::BECH32);
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return Sensitive<std::string>(std::move(text));
}

AgeRecipient AgeIdentity::recipient() const {
  if (const auto* own = std::get_if<X25519Secret>(&key)) return {own->public_key()};
  if (const auto* hybrid = std::get_if<HybridSecret>(&key)) return {hybrid->public_key()};
  return {std::get<std::shared_ptr<const P256Secret>>(key)->public_key()};
}

}  // namespace warifu::crypto
