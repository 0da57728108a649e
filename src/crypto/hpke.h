#pragma once
// HPKE (RFC 9180) as far as it is used inside the age format: base mode, HKDF-SHA256, ChaCha20-Poly1305, one message for each encapsulation; the KEM
// is DHKEM(P-256, HKDF-SHA256), or MLKEM768-X25519 where the library has ML-KEM (crypto/hybrid_kem.h says how it fails otherwise).

#include <string_view>

#include "crypto/agreement.h"
#include "crypto/hybrid_kem.h"

namespace warifu::crypto {

template <class Enc>
struct HpkeSealed {
  Enc enc{};
  Bytes ciphertext;
};

// BAD_KEY when `recipient` is no point of the curve, or no key of its kind.
[[nodiscard]] Result<HpkeSealed<P256Public>> hpke_seal(const P256Public& recipient, std::string_view info, ByteView aad, ByteView plaintext);
[[nodiscard]] Result<HpkeSealed<HybridEnc>> hpke_seal(const HybridPublic& recipient, std::string_view info, ByteView aad, ByteView plaintext);
// CRYPTO when it does not authenticate, BAD_KEY when `enc` is no point, or has one of small order.
[[nodiscard]] Result<Bytes> hpke_open(const P256Secret& key, const P256Public& enc, std::string_view info, ByteView aad, ByteView ciphertext);
[[nodiscard]] Result<Bytes> hpke_open(const HybridSecret& key, const HybridEnc& enc, std::string_view info, ByteView aad, ByteView ciphertext);

// HKDF-Extract of RFC 5869 with SHA-256; an empty salt stands for 32 zero bytes.
[[nodiscard]] Bytes hkdf_extract(ByteView salt, ByteView ikm);

}  // namespace warifu::crypto
