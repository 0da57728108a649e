#pragma once
// Key agreement: X25519 (RFC 7748) and ECDH on P-256 (SEC 1; the curve that security modules offer). Private keys are wiped with their last
// copy. A result of all zeros is an error, never a key: it means the other side sent a point of small order.

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sensitive.h"

namespace warifu::crypto {

using X25519Public = std::array<std::uint8_t, 32>;
using P256Public = std::array<std::uint8_t, 65>;  // uncompressed: 0x04, x, y
using SharedSecret = Sensitive<std::array<std::uint8_t, 32>>;

class X25519Secret {
 public:
  [[nodiscard]] static X25519Secret generate();
  [[nodiscard]] static X25519Secret from_bytes(const Sensitive<std::array<std::uint8_t, 32>>& raw);
  [[nodiscard]] const X25519Public& public_key() const;
  [[nodiscard]] Sensitive<std::array<std::uint8_t, 32>> bytes() const;
  [[nodiscard]] Result<SharedSecret> agree(const X25519Public& other) const;  // BAD_KEY for a point of small order

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// A P-256 key that can agree: in memory, or in a security module that never gives it out.
class P256Secret {
 public:
  virtual ~P256Secret() = default;
  [[nodiscard]] virtual const P256Public& public_key() const = 0;
  // The x coordinate. BAD_KEY when `other` is no point of the curve.
  [[nodiscard]] virtual Result<SharedSecret> agree(const P256Public& other) const = 0;
};

[[nodiscard]] std::shared_ptr<const P256Secret> generate_p256();
// BAD_KEY when the number is not in the range of the curve.
[[nodiscard]] Result<std::shared_ptr<const P256Secret>> p256_from_bytes(const Sensitive<std::array<std::uint8_t, 32>>& raw);

// Points in the short spelling (0x02 or 0x03, x). BAD_KEY when there is no such point.
[[nodiscard]] Result<P256Public> p256_expand(ByteView compressed);
[[nodiscard]] std::array<std::uint8_t, 33> p256_compress(const P256Public& point);

}  // namespace warifu::crypto
