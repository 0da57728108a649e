#pragma once
// JSON values as text. `canonical` is RFC 8785 (JSON Canonicalization Scheme): equal values give equal bytes, so it can be hashed and signed.
// One difference by intent: an int64 beyond 2^53 is written digit by digit instead of being rounded to a double first.
// A double that is not finite has no JSON form and is a programmer's error (CHECK_THAT).

#include <string>

#include "json/value.h"

namespace warifu::json {

[[nodiscard]] std::string canonical(const Value& value);  // keys sorted by UTF-16 code units, no white space
[[nodiscard]] std::string compact(const Value& value);    // keys in their order, no white space
[[nodiscard]] std::string pretty(const Value& value);     // keys in their order, two spaces of indent, ends with a line feed

}  // namespace warifu::json
