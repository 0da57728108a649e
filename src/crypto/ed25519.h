#pragma once
// Ed25519 (RFC 8032). One verifier, one verdict: verification is OpenSSL's, whose accept set equals that of Go, which auditors use.
// Because that set includes odd keys, check_public_key refuses small-order and non-canonical points whenever a key is registered.
// Objects are immutable after construction and may be used from several threads.

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sensitive.h"

namespace warifu::crypto {

struct Ed25519Public {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Ed25519Public&) const = default;
  // BAD_KEY unless exactly 32 bytes; says nothing about the point, see check_public_key.
  [[nodiscard]] static Result<Ed25519Public> from_bytes(ByteView raw);
  [[nodiscard]] static Result<Ed25519Public> from_base64(std::string_view text);
  [[nodiscard]] std::string base64() const { return to_base64(bytes); }
};

using Ed25519Seed = Sensitive<std::array<std::uint8_t, 32>>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

// A private key. Copies share one immutable key object; its memory is wiped with the last of them.
class Ed25519Secret {
 public:
  [[nodiscard]] static Ed25519Secret generate();
  [[nodiscard]] static Ed25519Secret from_seed(const Ed25519Seed& seed);
  [[nodiscard]] const Ed25519Public& public_key() const;
  [[nodiscard]] const Ed25519Seed& seed() const;
  [[nodiscard]] Ed25519Signature sign(ByteView message) const;
  [[nodiscard]] Ed25519Signature sign(std::string_view message) const { return sign(bytes_of(message)); }

 private:
  struct Impl;
  explicit Ed25519Secret(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

// A public key prepared once for many verifications.
class Ed25519Verifier {
 public:
  explicit Ed25519Verifier(const Ed25519Public& key);
  [[nodiscard]] const Ed25519Public& key() const;
  // False for anything but a right signature, wrong length included.
  [[nodiscard]] bool verify(ByteView message, ByteView signature) const;
  [[nodiscard]] bool verify(std::string_view message, ByteView signature) const { return verify(bytes_of(message), signature); }

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

[[nodiscard]] bool verify(const Ed25519Public& key, ByteView message, ByteView signature);

// BAD_KEY for a point that is not canonical, not on the curve, of small order or outside the prime-order group.
[[nodiscard]] Status check_public_key(const Ed25519Public& key);

}  // namespace warifu::crypto
