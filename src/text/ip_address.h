#pragma once
// IPv4 and IPv6 addresses as values. Reading is strict (no leading zeros, no shorthand such as 127.1, no zone id); writing is RFC 5952.
// An IPv4-mapped IPv6 address (::ffff:192.0.2.7) is the IPv4 address it carries: logs of dual-stack servers write one client both ways.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::text {

struct IpAddress {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // IPv4 uses the first four
  auto operator<=>(const IpAddress&) const = default;

  [[nodiscard]] static Result<IpAddress> parse(std::string_view text);  // SELECTOR_FORMAT
  [[nodiscard]] std::string text() const;
  // False for addresses of the special-purpose registries (RFC 6890): private, loopback, link-local, documentation, shared (CGN), multicast …
  [[nodiscard]] bool is_public() const;
};

}  // namespace warifu::text
