#pragma once
// MLKEM768-X25519 (c2sp.org/hpke-hybrids, KEM 0x647a; X-Wing is another name of it): a secret agreed by ML-KEM-768 and by X25519 at once, which
// stays one while either of the two holds. It is for what somebody may record today and open when there are machines that break curves.
//
// ML-KEM comes from the cryptographic library, OpenSSL from 3.5 on. With an older one public keys are carried about as the bytes they are; whatever
// would need the algorithm fails with CRYPTO, `where` "mlkem768x25519".

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "crypto/agreement.h"

namespace warifu::crypto {

inline constexpr std::string_view kHybridName = "mlkem768x25519";
inline constexpr std::string_view kNoMlKem = "post-quantum: the cryptographic library has no ML-KEM";

using HybridPublic = std::array<std::uint8_t, 1216>;  // the encapsulation key of ML-KEM-768 (1184), the point (32)
using HybridEnc = std::array<std::uint8_t, 1120>;     // ciphertext (1088), ephemeral point (32)

// Whether the library offers ML-KEM-768. Asked anew each time: providers are loaded while a program runs.
[[nodiscard]] bool has_ml_kem();
[[nodiscard]] tl::unexpected<Error> no_ml_kem();

class HybridSecret {
 public:
  [[nodiscard]] static Result<HybridSecret> generate();
  [[nodiscard]] static Result<HybridSecret> from_seed(const Sensitive<std::array<std::uint8_t, 32>>& seed);
  [[nodiscard]] const HybridPublic& public_key() const;
  [[nodiscard]] const Sensitive<std::array<std::uint8_t, 32>>& seed() const;
  // Of an `enc` that was altered, another secret. BAD_KEY for one whose point is of small order.
  [[nodiscard]] Result<SharedSecret> decapsulate(const HybridEnc& enc) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// BAD_KEY when the first part is no key of ML-KEM-768; `where` says "mlkem768x25519".
[[nodiscard]] Status check_hybrid_public(const HybridPublic& key);

struct HybridEncapsulated {
  SharedSecret secret;
  HybridEnc enc{};
};
// BAD_KEY as check_hybrid_public, and when the point is of small order.
[[nodiscard]] Result<HybridEncapsulated> hybrid_encapsulate(const HybridPublic& recipient);

}  // namespace warifu::crypto
