#include "base/bech32.h"

#include <algorithm>
#include <array>

namespace warifu {

namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumGroups = 6;

constexpr std::uint32_t constant_of(Bech32Kind kind) { return kind == Bech32Kind::BECH32 ? 1 : 0x2bc830a3; }

std::uint32_t polymod(std::uint32_t checksum, std::uint8_t value) {
  static constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const std::uint32_t top = checksum >> 25;
  checksum = ((checksum & 0x1ffffff) << 5) ^ value;
  for (std::size_t i = 0; i < kGenerator.size(); ++i)
    if (((top >> i) & 1U) != 0) checksum ^= kGenerator[i];
  return checksum;
}

std::uint32_t checksum_of(std::string_view hrp, std::span<const std::uint8_t> groups) {
  std::uint32_t checksum = 1;
  for (const char c : hrp) checksum = polymod(checksum, static_cast<std::uint8_t>(static_cast<unsigned char>(c) >> 5));
  checksum = polymod(checksum, 0);
  for (const char c : hrp) checksum = polymod(checksum, static_cast<std::uint8_t>(c & 31));
  for (const std::uint8_t group : groups) checksum = polymod(checksum, group);
  return checksum;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

std::optional<Bytes> regroup(std::span<const std::uint8_t> in, int from, int to, bool is_padding) {
  Bytes out;
  std::uint32_t held = 0;
  int bits = 0;
  const std::uint32_t mask = (1U << to) - 1U;
  for (const std::uint8_t value : in) {
    held = ((held << from) | value) & 0xFFFU;
    bits += from;
    while (bits >= to) {
      bits -= to;
      out.push_back(static_cast<std::uint8_t>((held >> bits) & mask));
    }
  }
  if (is_padding) {
    if (bits > 0) out.push_back(static_cast<std::uint8_t>((held << (to - bits)) & mask));
  } else if (bits >= from || ((held << (to - bits)) & mask) != 0) {
    return std::nullopt;
  }
  return out;
}

}  // namespace

Result<Bech32Text> bech32_decode(std::string_view text) {
  if (std::ranges::any_of(text, is_upper) && std::ranges::any_of(text, is_lower)) return fail(Code::BAD_ENCODING, "mixed letter case");
  std::string lower(text);
  for (char& c : lower)
    if (is_upper(c)) c = static_cast<char>(c + 32);
  const std::size_t separator = lower.rfind('1');
  if (separator == std::string::npos || separator == 0) return fail(Code::BAD_ENCODING, "no human-readable part");
  Bech32Text out;
  out.hrp = lower.substr(0, separator);
  for (const char c : out.hrp)
    if (c < '!' || c > '~') return fail(Code::BAD_ENCODING, "a foreign character");
  for (const char c : std::string_view(lower).substr(separator + 1)) {
    const auto group = kAlphabet.find(c);
    if (group == std::string_view::npos) return fail(Code::BAD_ENCODING, "a foreign character");
    out.groups.push_back(static_cast<std::uint8_t>(group));
  }
  if (out.groups.size() < kChecksumGroups) return fail(Code::BAD_ENCODING, "too short for a checksum");
  const std::uint32_t checksum = checksum_of(out.hrp, out.groups);
  if (checksum == constant_of(Bech32Kind::BECH32))
    out.kind = Bech32Kind::BECH32;
  else if (checksum == constant_of(Bech32Kind::BECH32M))
    out.kind = Bech32Kind::BECH32M;
  else
    return fail(Code::SELECTOR_CHECKSUM, "the checksum does not match");
  out.groups.resize(out.groups.size() - kChecksumGroups);
  return out;
}

std::string bech32_encode(std::string_view hrp, std::span<const std::uint8_t> groups, Bech32Kind kind) {
  std::vector<std::uint8_t> padded(groups.begin(), groups.end());
  padded.resize(groups.size() + kChecksumGroups);
  const std::uint32_t checksum = checksum_of(hrp, padded) ^ constant_of(kind);
  std::string out = std::string(hrp) + "1";
  for (const std::uint8_t group : groups) out.push_back(kAlphabet[group]);
  for (int shift = 25; shift >= 0; shift -= 5) out.push_back(kAlphabet[(checksum >> shift) & 31U]);
  return out;
}

std::vector<std::uint8_t> to_bech32_groups(ByteView bytes) { return *regroup(bytes, 8, 5, true); }

std::optional<Bytes> from_bech32_groups(std::span<const std::uint8_t> groups) { return regroup(groups, 5, 8, false); }

}  // namespace warifu
