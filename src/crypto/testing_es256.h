#pragma once
// For tests only: what an authenticator does with its key. No node signs with ES256.

#include <memory>

#include "base/bytes.h"
#include "crypto/agreement.h"

namespace warifu::crypto {

class TestingEs256 {
 public:
  [[nodiscard]] static TestingEs256 generate();
  [[nodiscard]] const P256Public& public_key() const;
  [[nodiscard]] Bytes sign(ByteView message) const;  // DER

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace warifu::crypto
