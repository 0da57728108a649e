#pragma once
// ChaCha20-Poly1305 (RFC 8439, 12-byte nonce, 16-byte tag behind the ciphertext). The caller guarantees that a (key, nonce) pair
// is used once.

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sensitive.h"

namespace warifu::crypto {

using AeadKey = Sensitive<std::array<std::uint8_t, 32>>;
using AeadNonce = std::array<std::uint8_t, 12>;
inline constexpr std::size_t kAeadTagBytes = 16;

[[nodiscard]] Bytes aead_seal(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView plaintext);
// CRYPTO when the tag does not fit: nothing of the plaintext leaves the function then.
[[nodiscard]] Result<Bytes> aead_open(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView sealed);

}  // namespace warifu::crypto
