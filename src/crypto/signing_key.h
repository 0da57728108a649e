#pragma once
// A key that signs: in memory, or in a security module that never gives it out and may fail.

#include <memory>

#include "crypto/ed25519.h"

namespace warifu::crypto {

class SigningKey {
 public:
  virtual ~SigningKey() = default;
  [[nodiscard]] virtual const Ed25519Public& public_key() const = 0;
  [[nodiscard]] virtual Result<Ed25519Signature> sign(ByteView message) const = 0;
};

// One in memory.
[[nodiscard]] std::shared_ptr<const SigningKey> signing_key(Ed25519Secret secret);

}  // namespace warifu::crypto
