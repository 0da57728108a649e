#include "text/ip_address.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

namespace warifu::text {
namespace {

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
  std::array<std::uint8_t, 4> out{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const std::string_view part = text.substr(0, dot);
    // A leading zero reads as octal elsewhere: 010 is 10 to one program and 8 to another.
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    unsigned value = 0;
    for (const char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > 255) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return out;
}

std::optional<unsigned> parse_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      value = value * 16 + static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value * 16 + static_cast<unsigned>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      value = value * 16 + static_cast<unsigned>(c - 'A' + 10);
    else
      return std::nullopt;
  }
  return value;
}

// Groups between colons; the last may be dotted IPv4 (RFC 4291 section 2.2).
std::optional<std::vector<std::uint8_t>> parse_groups(std::string_view text, bool may_end_in_v4) {
  std::vector<std::uint8_t> out;
  if (text.empty()) return out;
  for (;;) {
    const auto colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    if (colon == std::string_view::npos && may_end_in_v4 && part.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(part);
      if (!v4) return std::nullopt;
      out.insert(out.end(), v4->begin(), v4->end());
      return out;
    }
    const auto group = parse_group(part);
    if (!group || out.size() >= 16) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(*group >> 8));
    out.push_back(static_cast<std::uint8_t>(*group & 0xFFU));
    if (colon == std::string_view::npos) return out;
    text.remove_prefix(colon + 1);
  }
}

std::optional<std::array<std::uint8_t, 16>> parse_v6(std::string_view text) {
  std::array<std::uint8_t, 16> out{};
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto all = parse_groups(text, true);
    if (!all || all->size() != 16) return std::nullopt;
    std::copy(all->begin(), all->end(), out.begin());
    return out;
  }
  const auto head = parse_groups(text.substr(0, gap), false);
  const auto tail = parse_groups(text.substr(gap + 2), true);
  // "::" stands for at least one group.
  if (!head || !tail || head->size() + tail->size() > 14) return std::nullopt;
  std::copy(head->begin(), head->end(), out.begin());
  std::copy(tail->begin(), tail->end(), out.end() - static_cast<std::ptrdiff_t>(tail->size()));
  return out;
}

struct Prefix {
  std::array<std::uint8_t, 16> bytes;
  int bits;
};

bool has_prefix(const std::array<std::uint8_t, 16>& address, const Prefix& prefix) {
  for (int bit = 0; bit < prefix.bits; bit += 8) {
    const auto i = static_cast<std::size_t>(bit / 8);
    const int left = std::min(8, prefix.bits - bit);
    const auto mask = static_cast<std::uint8_t>(0xFFU << (8 - left));
    if (((address[i] ^ prefix.bytes[i]) & mask) != 0) return false;
  }
  return true;
}

// IANA special-purpose registry of IPv4 (RFC 6890 and its updates), and multicast and reserved space.
constexpr auto kSpecialV4 = std::to_array<Prefix>({
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
});
// Of IPv6: within the global unicast space 2000::/3.
constexpr auto kSpecialV6 = std::to_array<Prefix>({
    {{0x20, 0x01, 0x00, 0x02}, 48},
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x3f, 0xff}, 20},
    {{0x20, 0x01, 0x00, 0x10}, 28},
    {{0x20, 0x01, 0x00, 0x20}, 28},
});
constexpr Prefix kGlobalV6 = {{0x20}, 3};

std::string v6_text(const std::array<std::uint8_t, 16>& bytes) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = (static_cast<unsigned>(bytes[2 * i]) << 8) | bytes[2 * i + 1];
  // RFC 5952 section 4.2: the longest run of at least two zero groups, the first of equals.
  std::size_t best = 8;
  std::size_t best_size = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > best_size) {
      best = i;
      best_size = end - i;
    }
    i = end == i ? i + 1 : end;
  }
  std::string out;
  for (std::size_t i = 0; i < 8;) {
    if (i == best) {
      out += "::";
      i += best_size;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    std::array<char, 8> hex{};
    std::snprintf(hex.data(), hex.size(), "%x", groups[i]);
    out += hex.data();
    ++i;
  }
  return out;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress out;
  if (const auto v4 = parse_v4(text)) {
    std::copy(v4->begin(), v4->end(), out.bytes.begin());
    return out;
  }
  const auto v6 = parse_v6(text);
  if (!v6) return fail(Code::SELECTOR_FORMAT, "not an IP address");
  static constexpr Prefix kMapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96};
  if (has_prefix(*v6, kMapped)) {
    std::copy(v6->begin() + 12, v6->end(), out.bytes.begin());
    return out;
  }
  out.is_v6 = true;
  out.bytes = *v6;
  return out;
}

std::string IpAddress::text() const {
  if (is_v6) return v6_text(bytes);
  return std::to_string(bytes[0]) + "." + std::to_string(bytes[1]) + "." + std::to_string(bytes[2]) + "." + std::to_string(bytes[3]);
}

bool IpAddress::is_public() const {
  const auto is_special = [this](const Prefix& prefix) { return has_prefix(bytes, prefix); };
  if (is_v6) return has_prefix(bytes, kGlobalV6) && std::none_of(kSpecialV6.begin(), kSpecialV6.end(), is_special);
  return std::none_of(kSpecialV4.begin(), kSpecialV4.end(), is_special);
}

}  // namespace warifu::text
