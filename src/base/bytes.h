#pragma once
// Bytes and their spellings. Decoders are strict: one spelling for one value (no white space, canonical padding, lower-case hex).

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace warifu {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
[[nodiscard]] inline std::string_view text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

[[nodiscard]] std::string to_hex(ByteView bytes);
[[nodiscard]] Result<Bytes> from_hex(std::string_view hex);  // lower case only
[[nodiscard]] std::string to_base64(ByteView bytes);         // RFC 4648 section 4, padded
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);
[[nodiscard]] std::string to_base64url(ByteView bytes);  // RFC 4648 section 5, unpadded
[[nodiscard]] Result<Bytes> from_base64url(std::string_view text);

// A SHA-256 digest. Ordered and hashable, spelled as 64 lower-case hex digits.
struct Sha256 {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Sha256&) const = default;
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }
  [[nodiscard]] static Result<Sha256> parse(std::string_view hex);
};

}  // namespace warifu

template <>
struct std::hash<warifu::Sha256> {
  std::size_t operator()(const warifu::Sha256& digest) const noexcept {
    std::size_t value = 0;
    __builtin_memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
