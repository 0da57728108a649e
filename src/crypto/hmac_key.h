#pragma once
// HMAC-SHA-256 (RFC 2104, FIPS 198-1) under one key for many short texts: the key is prepared once, so that a text costs two blocks. Gives what
// hmac_sha256() gives.

#include <array>

#include "base/bytes.h"

namespace warifu::crypto {

class HmacKey {
 public:
  HmacKey() = default;  // no key: mac() aborts
  explicit HmacKey(ByteView key);
  HmacKey(const HmacKey&) = default;
  HmacKey& operator=(const HmacKey&) = default;
  ~HmacKey();
  [[nodiscard]] std::array<std::uint8_t, 32> mac(ByteView data) const;

 private:
  static constexpr std::size_t kStateBytes = 208;
  alignas(16) std::array<std::uint8_t, kStateBytes> state_{};  // libsodium's, after the key; holds what the key is good for
  bool is_set_ = false;
};

}  // namespace warifu::crypto
