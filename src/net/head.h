#pragma once
// The checks on a request head that the library's parser leaves to its user, as pure functions over bytes. They exist because two
// programs that disagree about where a request ends can be made to see different requests (RFC 9112 sections 5.2, 6.1, 6.3, 11.2).

#include <cstdint>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "net/http.h"

namespace warifu::net {

struct HeadProblem {
  int status = 400;
  std::string_view reason;  // for operators
};

inline constexpr std::size_t kHeadersMax = 100;

// Looks for the end of a head in what has been received. `scanned` remembers how far earlier calls came.
// nullopt: more is needed. A bare LF or CR, or an octet that no head may contain, is refused as soon as it is seen.
using HeadEnd = tl::expected<std::optional<std::size_t>, HeadProblem>;
[[nodiscard]] HeadEnd find_head_end(std::string_view received, std::size_t& scanned, std::size_t bytes_max);

// Request line and line structure of a whole head, the final empty line included.
[[nodiscard]] tl::expected<void, HeadProblem> check_head_lines(std::string_view head);

struct Framing {
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  bool expects_continue = false;
  bool wants_close = false;
};
// Host, Content-Length, Transfer-Encoding, Expect and Connection, from the fields in order (names in lower case).
[[nodiscard]] tl::expected<Framing, HeadProblem> check_framing(const Headers& headers);

}  // namespace warifu::net
