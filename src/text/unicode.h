#pragma once
// Text from outside becomes clean text here: valid UTF-8, NFC, without characters that hide, reorder or control what a reader sees.
// Two further forms exist beside the stored text and never replace it: nfkc() for technical values (full-width digits and the like) and
// search_fold() for search keys (case, kana, variant kanji and dashes made equal).
// Lengths are counted in code points, as the interface counts them. ICU stays inside the .cpp files.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"

namespace warifu::text {

// One line: trimmed (also of U+3000), NFC, 1 … max_chars characters. BAD_UTF8, CONTROL_CHARACTER (also zero-width and private-use characters),
// BIDI_CHARACTER, TOO_LONG {max}, EMPTY_FIELD. `where` is empty: callers add it with Error::at.
[[nodiscard]] Result<std::string> clean_line(std::string_view text, std::size_t max_chars = limits::kLineCharactersMax);
// Several lines: the same, but line feed and tab may stay; CR LF and CR become LF.
[[nodiscard]] Result<std::string> clean_text(std::string_view text, std::size_t max_chars = limits::kTextCharactersMax);

[[nodiscard]] bool is_utf8(std::string_view text);
// Code points; a broken byte counts as one.
[[nodiscard]] std::size_t character_count(std::string_view text);

// Normal forms. Broken bytes become U+FFFD.
[[nodiscard]] std::string nfc(std::string_view text);
[[nodiscard]] std::string nfkc(std::string_view text);

// The search key: NFKC, case folded, Katakana as Hiragana, variant kanji as their usual form (fold_table.h), every dash and long mark as '-',
// variation selectors dropped, runs of white space as one space, trimmed. search_fold(search_fold(x)) == search_fold(x).
[[nodiscard]] std::string search_fold(std::string_view text);
// Overlapping pairs of characters of each word of a folded text; a word of one character is itself. Japanese has no spaces to split at.
[[nodiscard]] std::vector<std::string> bigrams(std::string_view folded);

// UTS 39 skeleton: two texts that look alike have the same one. For comparing only, never for showing.
[[nodiscard]] std::string skeleton(std::string_view text);
// True when the text mixes scripts that honest text does not mix, or imitates Latin letters wholly with others ("pаypal" with a Cyrillic а).
// Japanese with Latin letters is honest.
[[nodiscard]] bool is_confusable_mix(std::string_view text);

}  // namespace warifu::text
