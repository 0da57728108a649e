#pragma once
// Reads JSON from outside, strictly: what is accepted has exactly one meaning for every reader.
// Refused besides bad syntax: a key twice in one object at any depth, bad UTF-8, lone surrogates, NUL in a string or key, integers outside
// int64 (but for canonical doubles), numbers outside double, nesting beyond kJsonDepthMax, a second value. Error.where is a JSON pointer (RFC 6901).

#include <string_view>

#include "base/error.h"
#include "base/limits.h"
#include "json/value.h"
#include "json/write.h"

namespace warifu::json {

[[nodiscard]] Result<Value> parse(std::string_view text, std::size_t bytes_max = limits::kJsonBytesMax);

}  // namespace warifu::json
