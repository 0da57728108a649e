#pragma once
// Inside this room: ML-KEM-768 (FIPS 203) as the cryptographic library offers it, OpenSSL from 3.5 on. It is asked for by its name when it is needed
// and reached through the general interface of 3.0, so that one program serves with either.
//
// Where the library has none every function here fails with CRYPTO, `where` "mlkem768x25519".

#include "crypto/hybrid_kem.h"
#include "crypto/openssl_internal.h"

namespace warifu::crypto::internal {

inline constexpr std::size_t kMlKemPublicBytes = 1184, kMlKemCiphertextBytes = 1088, kMlKemSeedBytes = 64;
using MlKemSeed = Sensitive<std::array<std::uint8_t, kMlKemSeedBytes>>;

struct MlKemEncapsulated {
  SharedSecret secret;
  std::array<std::uint8_t, kMlKemCiphertextBytes> ciphertext{};
};

// The private key that FIPS 203 makes of a seed (d ‖ z).
[[nodiscard]] Result<PkeyPtr> ml_kem_key(const MlKemSeed& seed);
// BAD_KEY for another length and for what fails the check of section 7.2: a coefficient that is not below the modulus.
[[nodiscard]] Result<PkeyPtr> ml_kem_public(ByteView encoded);
[[nodiscard]] std::array<std::uint8_t, kMlKemPublicBytes> ml_kem_public_bytes(const EVP_PKEY* key);

// `entropy` for known answers only: 32 bytes in the place of random ones.
[[nodiscard]] Result<MlKemEncapsulated> ml_kem_encapsulate(EVP_PKEY* key, ByteView entropy = {});
// A ciphertext that was altered gives another secret, not an error (implicit rejection). BAD_ENCODING for another length.
[[nodiscard]] Result<SharedSecret> ml_kem_decapsulate(EVP_PKEY* key, ByteView ciphertext);

}  // namespace warifu::crypto::internal
