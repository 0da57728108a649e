#pragma once
// The few rules for text that lie below everything signed: well-formed UTF-8 and the spelling of an organisation.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace warifu::crypto {

// Takes one code point off the front. BAD_UTF8 for overlong forms, surrogates, values above U+10FFFF and cut sequences (RFC 3629).
[[nodiscard]] Result<char32_t> take_code_point(std::string_view& rest);
[[nodiscard]] Result<std::size_t> count_code_points(std::string_view text);

// [a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?
[[nodiscard]] bool is_org_name(std::string_view text);

}  // namespace warifu::crypto
