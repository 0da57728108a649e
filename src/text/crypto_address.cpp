#include "text/crypto_address.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/bech32.h"
#include "text/keccak.h"

namespace warifu::text {
namespace {

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t kAddressBytes = 25;  // version, 20 bytes of hash, 4 of checksum
constexpr std::size_t kSegwitCharactersMax = 90;

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
  const Result<Bech32Text> decoded = bech32_decode(text);
  if (!decoded)
    return fail(decoded.error().code == Code::SELECTOR_CHECKSUM ? Code::SELECTOR_CHECKSUM : Code::SELECTOR_FORMAT, decoded.error().message);
  if (decoded->hrp != "bc" && decoded->hrp != "ltc") return fail(Code::SELECTOR_FORMAT, "segwit address has a foreign character");
  if (decoded->groups.size() < 2) return fail(Code::SELECTOR_FORMAT, "segwit address too short");
  const std::uint8_t version = decoded->groups.front();
  if (version > 16 || decoded->kind != (version == 0 ? Bech32Kind::BECH32 : Bech32Kind::BECH32M))
    return fail(Code::SELECTOR_CHECKSUM, "checksum of another witness version");
  const auto program = from_bech32_groups(std::span(decoded->groups).subspan(1));
  if (!program || !is_program_length_right(version, program->size())) return fail(Code::SELECTOR_FORMAT, "witness program of a wrong length");
  return CryptoAddress{decoded->hrp == "bc" ? "bitcoin" : "litecoin", lower(text), true};
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
  std::vector<std::uint8_t> groups = to_bech32_groups(program);
  groups.insert(groups.begin(), static_cast<std::uint8_t>(version));
  return bech32_encode(hrp, groups, version == 0 ? Bech32Kind::BECH32 : Bech32Kind::BECH32M);
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
