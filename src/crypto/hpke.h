#pragma once
// HPKE (RFC 9180) as far as it is used inside the age format: base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, one message
// for each encapsulation.

#include <string_view>

#include "crypto/agreement.h"

namespace warifu::crypto {

struct HpkeSealed {
  P256Public enc{};
  Bytes ciphertext;
};

// BAD_KEY when `recipient` is no point of the curve.
[[nodiscard]] Result<HpkeSealed> hpke_seal(const P256Public& recipient, std::string_view info, ByteView aad, ByteView plaintext);
// CRYPTO when it does not authenticate, BAD_KEY when `enc` is no point.
[[nodiscard]] Result<Bytes> hpke_open(const P256Secret& key, const P256Public& enc, std::string_view info, ByteView aad, ByteView ciphertext);

// HKDF-Extract of RFC 5869 with SHA-256; an empty salt stands for 32 zero bytes.
[[nodiscard]] Bytes hkdf_extract(ByteView salt, ByteView ikm);

}  // namespace warifu::crypto
