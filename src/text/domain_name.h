#pragma once
// Domain names in the one spelling that is compared: lower-case A-labels (UTS 46, non-transitional, STD3 rules), and the one that is read.

#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::text {

// "例え.Example" -> "xn--r8jz45g.example". At least two labels, labels 1 … 63 bytes, the whole 1 … 253, no trailing dot, last label not numeric.
[[nodiscard]] Result<std::string> domain_to_ascii(std::string_view name);  // SELECTOR_FORMAT
// For reading: U-labels, unless they could be taken for something else (is_confusable_mix), then the A-labels as they are.
[[nodiscard]] std::string domain_for_reading(std::string_view ascii_name);

}  // namespace warifu::text
