#include "base/bytes.h"

#include <algorithm>

namespace warifu {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Reverse = std::array<std::int8_t, 256>;

constexpr Reverse reverse_of(std::string_view alphabet) {
  Reverse table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}

constexpr Reverse kHexValues = reverse_of(kHexDigits);
constexpr Reverse kBase64Values = reverse_of(kBase64);
constexpr Reverse kBase64UrlValues = reverse_of(kBase64Url);

std::string encode64(ByteView bytes, std::string_view alphabet, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (count > 1) group |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (count > 2) group |= bytes[i + 2];
    for (std::size_t k = 0; k <= count; ++k) out += alphabet[(group >> (18 - 6 * k)) & 63u];
    if (padded) out.append(3 - count, '=');
  }
  return out;
}

// `digits` is the text without padding. Unused low bits must be zero, or two spellings would mean the same bytes (RFC 4648 section 3.5).
Result<Bytes> decode64(std::string_view digits, const Reverse& values, std::string_view name) {
  const auto bad = [&](std::string_view why) {
    return fail(Code::BAD_ENCODING, std::string(name) + ": " + std::string(why), {}, {{"expected", std::string(name)}});
  };
  if (digits.size() % 4 == 1) return bad("impossible length");
  Bytes out;
  out.reserve(digits.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (const char c : digits) {
    const int value = values[static_cast<unsigned char>(c)];
    if (value < 0) return bad("a character outside the alphabet");
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xFFFFu;
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> bit_count));
      bits &= (1u << bit_count) - 1u;
    }
  }
  if (bits != 0) return bad("unused bits are not zero");
  return out;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15u];
  }
  return out;
}

Result<Bytes> from_hex(std::string_view hex) {
  const auto bad = [](std::string_view why) { return fail(Code::BAD_ENCODING, "hex: " + std::string(why), {}, {{"expected", "lower-case hex"}}); };
  if (hex.size() % 2 != 0) return bad("odd number of digits");
  Bytes out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = kHexValues[static_cast<unsigned char>(hex[i])];
    const int low = kHexValues[static_cast<unsigned char>(hex[i + 1])];
    if (high < 0 || low < 0) return bad("a character that is not a lower-case hex digit");
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::string to_base64(ByteView bytes) { return encode64(bytes, kBase64, true); }

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Code::BAD_ENCODING, "base64: length is not a multiple of 4", {}, {{"expected", "base64"}});
  std::string_view digits = text;
  for (int i = 0; i < 2 && digits.ends_with('='); ++i) digits.remove_suffix(1);
  return decode64(digits, kBase64Values, "base64");
}

std::string to_base64url(ByteView bytes) { return encode64(bytes, kBase64Url, false); }

Result<Bytes> from_base64url(std::string_view text) { return decode64(text, kBase64UrlValues, "base64url"); }

Result<Sha256> Sha256::parse(std::string_view hex) {
  if (hex.size() != 64) return fail(Code::BAD_ENCODING, "a SHA-256 has 64 hex digits", {}, {{"expected", "64 lower-case hex digits"}});
  const Bytes raw = TRY(from_hex(hex));
  Sha256 digest;
  std::copy(raw.begin(), raw.end(), digest.bytes.begin());
  return digest;
}

}  // namespace warifu
