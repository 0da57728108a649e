#pragma once
// What came from outside and was refused, as text that a store can keep and people can read.

#include <string>
#include <string_view>

namespace warifu::member {

// As it came when it is well-formed text no larger than a note may be. Else "base64 " and its first 64 KiB: whoever hands out something that cannot
// be kept must not stop the rest of the box by it.
[[nodiscard]] std::string evidence_text(std::string_view raw);

}  // namespace warifu::member
