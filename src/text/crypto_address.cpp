#include "text/crypto_address.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "text/keccak.h"

namespace warifu::text {
namespace {

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kAddressBytes = 25;  // version, 20 bytes of hash, 4 of checksum
constexpr std::size_t kSegwitCharactersMax = 90;
constexpr std::uint32_t kBech32Constant = 1;            // BIP-173
constexpr std::uint32_t kBech32mConstant = 0x2bc830a3;  // BIP-350

std::array<std::uint8_t, 4> base58_checksum(ByteView bytes) {
  std::array<std::uint8_t, 32> once{};
  std::array<std::uint8_t, 32> twice{};
  unsigned size = 0;
  CHECK_THAT(EVP_Digest(bytes.data(), bytes.size(), once.data(), &size, EVP_sha256(), nullptr) == 1);
  CHECK_THAT(EVP_Digest(once.data(), once.size(), twice.data(), &size, EVP_sha256(), nullptr) == 1);
  return {twice[0], twice[1], twice[2], twice[3]};
}

// The number in base 58 as exactly 25 bytes; nothing when a character is foreign, when it is longer, or when the leading ones do not match the
// leading zero bytes (a second spelling of the same bytes).
std::optional<std::array<std::uint8_t, kAddressBytes>> base58_decode(std::string_view text) {
  std::array<std::uint8_t, kAddressBytes> bytes{};
  for (const char c : text) {
    const auto digit = kBase58.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    auto carry = static_cast<unsigned>(digit);
    for (auto it = bytes.rbegin(); it != bytes.rend(); ++it) {
      carry += 58U * *it;
      *it = static_cast<std::uint8_t>(carry & 0xFFU);
      carry >>= 8;
    }
    if (carry != 0) return std::nullopt;
  }
  const auto zeros = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b != 0; }) - bytes.begin();
  const auto ones = std::find_if(text.begin(), text.end(), [](char c) { return c != '1'; }) - text.begin();
  if (zeros != ones) return std::nullopt;
  return bytes;
}

std::optional<std::string_view> base58_chain(std::uint8_t version) {
  switch (version) {
    case 0x00:
    case 0x05: return "bitcoin";
    case 0x1E:
    case 0x16: return "dogecoin";
    case 0x30:
    case 0x32: return "litecoin";
    case 0x41: return "tron";
    default: return std::nullopt;
  }
}

std::uint32_t bech32_polymod(std::uint32_t checksum, std::uint8_t value) {
  static constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const std::uint32_t top = checksum >> 25;
  checksum = ((checksum & 0x1ffffff) << 5) ^ value;
  for (std::size_t i = 0; i < kGenerator.size(); ++i)
    if (((top >> i) & 1U) != 0) checksum ^= kGenerator[i];
  return checksum;
}

std::uint32_t bech32_checksum(std::string_view hrp, std::span<const std::uint8_t> values) {
  std::uint32_t checksum = 1;
  for (const char c : hrp) checksum = bech32_polymod(checksum, static_cast<std::uint8_t>(static_cast<unsigned char>(c) >> 5));
  checksum = bech32_polymod(checksum, 0);
  for (const char c : hrp) checksum = bech32_polymod(checksum, static_cast<std::uint8_t>(c & 31));
  for (const std::uint8_t value : values) checksum = bech32_polymod(checksum, value);
  return checksum;
}

// Regroups bits; nothing when the padding is too long or not zero (BIP-173, "Segwit address format").
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

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool has_upper(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}
bool has_lower(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_program_length_right(std::uint8_t version, std::size_t size) { return size >= 2 && size <= 40 && (version != 0 || size == 20 || size == 32); }

Result<CryptoAddress> parse_segwit(std::string_view text) {
  if (text.size() > kSegwitCharactersMax || (has_upper(text) && has_lower(text)))
    return fail(Code::SELECTOR_FORMAT, "segwit address too long or of mixed case");
  const std::string address = lower(text);
  const std::string_view hrp = std::string_view(address).substr(0, address.find('1'));
  std::vector<std::uint8_t> values;
  for (const char c : std::string_view(address).substr(hrp.size() + 1)) {
    const auto digit = kBech32.find(c);
    if (digit == std::string_view::npos) return fail(Code::SELECTOR_FORMAT, "segwit address has a foreign character");
    values.push_back(static_cast<std::uint8_t>(digit));
  }
  if (values.size() < 8) return fail(Code::SELECTOR_FORMAT, "segwit address too short");
  const std::uint8_t version = values.front();
  // A wrong character may sit in the version itself, so either constant counts as "the checksum is right" before the version is looked at.
  const std::uint32_t checksum = bech32_checksum(hrp, values);
  if (checksum != kBech32Constant && checksum != kBech32mConstant) return fail(Code::SELECTOR_CHECKSUM, "segwit checksum does not match");
  if (version > 16 || checksum != (version == 0 ? kBech32Constant : kBech32mConstant))
    return fail(Code::SELECTOR_CHECKSUM, "checksum of another witness version");
  const auto program = regroup(std::span(values).subspan(1, values.size() - 7), 5, 8, false);
  if (!program || !is_program_length_right(version, program->size())) return fail(Code::SELECTOR_FORMAT, "witness program of a wrong length");
  return CryptoAddress{hrp == "bc" ? "bitcoin" : "litecoin", address, true};
}

Result<CryptoAddress> parse_ethereum(std::string_view hex) {
  if (hex.size() != 40 ||
      !std::all_of(hex.begin(), hex.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }))
    return fail(Code::SELECTOR_FORMAT, "an Ethereum address has 40 hex digits");
  std::string canonical = eip55_encode(hex);
  const bool is_mixed = has_upper(hex) && has_lower(hex);
  if (is_mixed && std::string_view(canonical).substr(2) != hex) return fail(Code::SELECTOR_CHECKSUM, "EIP-55 letter case does not match");
  return CryptoAddress{"ethereum", std::move(canonical), is_mixed};
}

Result<CryptoAddress> parse_base58(std::string_view text) {
  if (text.size() < 25 || text.size() > 35) return fail(Code::SELECTOR_FORMAT, "not an address of a known kind");
  const auto bytes = base58_decode(text);
  if (!bytes) return fail(Code::SELECTOR_FORMAT, "not 25 bytes of Base58");
  const auto checksum = base58_checksum(ByteView(*bytes).first(kAddressBytes - 4));
  if (!std::equal(checksum.begin(), checksum.end(), bytes->end() - 4)) return fail(Code::SELECTOR_CHECKSUM, "Base58Check checksum does not match");
  const auto chain = base58_chain(bytes->front());
  if (!chain) return fail(Code::SELECTOR_FORMAT, "address version of no known main network");
  return CryptoAddress{std::string(*chain), std::string(text), true};
}

}  // namespace

Result<CryptoAddress> parse_crypto_address(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return parse_ethereum(text.substr(2));
  const std::string prefix = lower(text.substr(0, 4));
  if (prefix.starts_with("bc1") || prefix == "ltc1") return parse_segwit(text);
  return parse_base58(text);
}

std::string base58check_encode(ByteView version_and_payload) {
  Bytes bytes(version_and_payload.begin(), version_and_payload.end());
  const auto checksum = base58_checksum(version_and_payload);
  bytes.insert(bytes.end(), checksum.begin(), checksum.end());
  std::string digits;  // least significant first
  for (const std::uint8_t byte : bytes) {
    unsigned carry = byte;
    for (char& digit : digits) {
      carry += 256U * static_cast<unsigned char>(digit);
      digit = static_cast<char>(carry % 58U);
      carry /= 58U;
    }
    for (; carry != 0; carry /= 58U) digits.push_back(static_cast<char>(carry % 58U));
  }
  std::string out;
  for (std::size_t i = 0; i < bytes.size() && bytes[i] == 0; ++i) out.push_back('1');
  for (auto it = digits.rbegin(); it != digits.rend(); ++it) out.push_back(kBase58[static_cast<unsigned char>(*it)]);
  return out;
}

std::string segwit_encode(std::string_view hrp, int version, ByteView program) {
  CHECK_THAT(version >= 0 && version <= 16 && program.size() >= 2 && program.size() <= 40);
  Bytes values = {static_cast<std::uint8_t>(version)};
  const auto grouped = regroup(program, 8, 5, true);
  values.insert(values.end(), grouped->begin(), grouped->end());
  Bytes padded = values;
  padded.resize(values.size() + 6);
  const std::uint32_t checksum = bech32_checksum(hrp, padded) ^ (version == 0 ? kBech32Constant : kBech32mConstant);
  for (int shift = 25; shift >= 0; shift -= 5) values.push_back(static_cast<std::uint8_t>((checksum >> shift) & 31U));
  std::string out = std::string(hrp) + "1";
  for (const std::uint8_t value : values) out.push_back(kBech32[value]);
  return out;
}

std::string eip55_encode(std::string_view hex40) {
  const std::string small = lower(hex40);
  const auto digest = keccak256_for_address_checksum(bytes_of(small));
  std::string out = "0x";
  for (std::size_t i = 0; i < small.size(); ++i) {
    const unsigned nibble = (i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2]) & 0xFU;
    out.push_back(nibble >= 8 && small[i] >= 'a' && small[i] <= 'f' ? static_cast<char>(small[i] - 32) : small[i]);
  }
  return out;
}

}  // namespace warifu::text
