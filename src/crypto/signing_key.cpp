#include "crypto/signing_key.h"

namespace warifu::crypto {

namespace {

class SoftSigningKey final : public SigningKey {
 public:
  explicit SoftSigningKey(Ed25519Secret secret) : secret_(std::move(secret)) {}
  const Ed25519Public& public_key() const override { return secret_.public_key(); }
  Result<Ed25519Signature> sign(ByteView message) const override { return secret_.sign(message); }

 private:
  Ed25519Secret secret_;
};

}  // namespace

std::shared_ptr<const SigningKey> signing_key(Ed25519Secret secret) { return std::make_shared<const SoftSigningKey>(std::move(secret)); }

}  // namespace warifu::crypto
