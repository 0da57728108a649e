#pragma once
// Inside this room only: between UTF-8 text and ICU's strings. ICU's shared instances used behind these are immutable and thread-safe.

#include <unicode/unistr.h>

#include <string>
#include <string_view>

namespace warifu::text {

[[nodiscard]] icu::UnicodeString to_icu(std::string_view text);  // broken bytes become U+FFFD
[[nodiscard]] std::string from_icu(const icu::UnicodeString& text);
[[nodiscard]] icu::UnicodeString to_nfc(const icu::UnicodeString& text);
[[nodiscard]] icu::UnicodeString to_nfkc(const icu::UnicodeString& text);

}  // namespace warifu::text
