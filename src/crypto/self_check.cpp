#include "crypto/self_check.h"

#include <algorithm>
#include <string_view>

#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/openssl_internal.h"
#include "crypto/random.h"

namespace warifu::crypto {

namespace {

Bytes hex(std::string_view text) {
  auto raw = from_hex(text);
  CHECK_THAT(raw.has_value());
  return *raw;
}

template <std::size_t N>
std::array<std::uint8_t, N> fixed(std::string_view text) {
  const Bytes raw = hex(text);
  CHECK_THAT(raw.size() == N);
  std::array<std::uint8_t, N> out{};
  std::copy(raw.begin(), raw.end(), out.begin());
  return out;
}

Status expect(bool right, std::string_view algorithm) {
  if (right) return {};
  return fail(Code::CRYPTO, "known answer is wrong: " + std::string(algorithm));
}

// FIPS 180-4 example, RFC 4231 case 2, RFC 5869 case 1.
Status test_hashes() {
  TRY(expect(sha256("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA-256"));
  const Bytes mac = hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"));
  TRY(expect(to_hex(mac) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "HMAC-SHA-256"));
  const Bytes info = hex("f0f1f2f3f4f5f6f7f8f9");
  const Bytes okm = hkdf_sha256(Bytes(22, 0x0b), hex("000102030405060708090a0b0c"), text_of(info), 42);
  return expect(to_hex(okm) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865", "HKDF-SHA-256");
}

// RFC 8032 section 7.1, test 2.
Status test_ed25519() {
  const auto secret = Ed25519Secret::from_seed(Ed25519Seed(fixed<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")));
  const auto want =
      fixed<64>("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  const Bytes message{0x72};
  TRY(expect(to_hex(secret.public_key().bytes) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "Ed25519 key"));
  TRY(expect(secret.sign(message) == want, "Ed25519 signature"));
  TRY(expect(verify(secret.public_key(), message, want), "Ed25519 verification"));
  auto flipped = want;
  flipped[0] ^= 1;
  TRY(expect(!verify(secret.public_key(), message, flipped), "Ed25519 refusal"));
  TRY(expect(check_public_key(secret.public_key()).has_value(), "Ed25519 key check"));
  return expect(!check_public_key(Ed25519Public{}).has_value(), "Ed25519 small-order key check");
}

// RFC 8439 section 2.8.2 (the first block of its ciphertext and, through the round trip, its tag).
Status test_aead() {
  const AeadKey key(fixed<32>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));
  const auto nonce = fixed<12>("070000004041424344454647");
  const Bytes aad = hex("50515253c0c1c2c3c4c5c6c7");
  constexpr std::string_view kMessage =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
  Bytes sealed = aead_seal(key, nonce, aad, bytes_of(kMessage));
  TRY(expect(to_hex(ByteView(sealed).first(16)) == "d31a8d34648e60db7b86afbc53ef7ec2", "ChaCha20"));
  TRY(expect(to_hex(ByteView(sealed).last(16)) == "1ae10b594f09e26a7e902ecbd0600691", "Poly1305"));
  const auto opened = aead_open(key, nonce, aad, sealed);
  TRY(expect(opened && text_of(*opened) == kMessage, "ChaCha20-Poly1305 opening"));
  sealed[3] ^= 1;
  return expect(!aead_open(key, nonce, aad, sealed).has_value(), "ChaCha20-Poly1305 refusal");
}

}  // namespace

Status self_test() {
  internal::need_sodium();
  TRY(test_hashes());
  TRY(test_ed25519());
  TRY(test_aead());
  return expect(random_array<32>() != random_array<32>(), "random generator");
}

}  // namespace warifu::crypto
