#pragma once
// Steps of JSON pointers (RFC 6901), the spelling of Error.where for JSON, and the one UTF-8 check of this room.

#include <cstddef>
#include <string>
#include <string_view>

namespace warifu::json {

[[nodiscard]] std::string pointer_step(std::string_view key);  // "a/b" -> "/a~1b"
[[nodiscard]] std::string pointer_step(std::size_t index);     // 3 -> "/3"

// Offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7), or npos.
[[nodiscard]] std::size_t find_bad_utf8(std::string_view text);

}  // namespace warifu::json
