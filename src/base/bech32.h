#pragma once
// Bech32 (BIP-173) and Bech32m (BIP-350): text of 5-bit groups behind a human-readable part, with a checksum that finds up to four wrong
// characters. Used by addresses of crypto-assets and by the keys of the age format. Length limits are the caller's: age has none.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace warifu {

enum class Bech32Kind { BECH32, BECH32M };

struct Bech32Text {
  std::string hrp;                   // lower case
  std::vector<std::uint8_t> groups;  // 5 bits each, without the checksum
  Bech32Kind kind = Bech32Kind::BECH32;
};

// All lower or all upper case. BAD_ENCODING for a foreign character, mixed case, or a missing part; SELECTOR_CHECKSUM for a wrong checksum.
[[nodiscard]] Result<Bech32Text> bech32_decode(std::string_view text);
[[nodiscard]] std::string bech32_encode(std::string_view hrp, std::span<const std::uint8_t> groups, Bech32Kind kind);

// Regroups 8-bit bytes and 5-bit groups. Nothing when the padding is longer than needed or not zero.
[[nodiscard]] std::vector<std::uint8_t> to_bech32_groups(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_bech32_groups(std::span<const std::uint8_t> groups);

}  // namespace warifu
