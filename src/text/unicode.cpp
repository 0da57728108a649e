#include "text/unicode.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "text/icu.h"

namespace warifu::text {
namespace {

using icu::UnicodeString;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

enum class Verdict { FINE, CONTROL, BIDI };

// Marks, embeddings, overrides and isolates of UAX 9: they reorder what a reader sees (CVE-2021-42574 is the same trick in source code).
bool is_bidi_control(UChar32 c) { return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

bool is_variation_selector(UChar32 c) { return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF); }

// Variation selectors stay: they tell apart forms of a kanji in family names (葛 with U+E0100). Everything else that draws nothing goes, and so do
// private-use characters (外字): every machine draws them differently.
bool is_invisible(UChar32 c) {
  if (is_variation_selector(c)) return false;
  if (c == 0x00AD || c == 0x115F || c == 0x1160 || c == 0x180E || c == 0x3164 || c == 0xFFA0 || c == 0x2800) return true;
  switch (u_charType(c)) {
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_PRIVATE_USE_CHAR:
    case U_SURROGATE: return true;
    default: return U_IS_UNICODE_NONCHAR(c) || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
  }
}

Verdict judge(UChar32 c, bool is_multiline) {
  if (is_bidi_control(c)) return Verdict::BIDI;
  if (is_multiline && (c == '\n' || c == '\t')) return Verdict::FINE;
  return is_invisible(c) ? Verdict::CONTROL : Verdict::FINE;
}

UnicodeString without_carriage_returns(const UnicodeString& text) {
  UnicodeString out;
  for (std::int32_t i = 0; i < text.length(); ++i) {
    if (text[i] != u'\r') {
      out.append(text[i]);
    } else if (i + 1 == text.length() || text[i + 1] != u'\n') {
      out.append(u'\n');
    }
  }
  return out;
}

UnicodeString trimmed(const UnicodeString& text) {
  std::int32_t begin = 0;
  std::int32_t end = text.length();
  while (begin < end && u_isUWhiteSpace(text[begin])) ++begin;
  while (end > begin && u_isUWhiteSpace(text[end - 1])) --end;
  return text.tempSubStringBetween(begin, end);
}

Result<std::string> clean(std::string_view text, std::size_t max_chars, bool is_multiline) {
  const Args max_args = {{"max", std::to_string(max_chars)}};
  // Before any work on it: no text of max_chars characters has more bytes (4 per character, and as much again for white space around it).
  if (text.size() > max_chars * 8 + 64) return fail(Code::TOO_LONG, "text too long", {}, max_args);
  if (!is_utf8(text)) return fail(Code::BAD_UTF8, "text is not valid UTF-8");
  UnicodeString wide = to_icu(text);
  if (is_multiline) wide = without_carriage_returns(wide);
  wide = to_nfc(trimmed(wide));
  if (wide.isEmpty()) return fail(Code::EMPTY_FIELD, "text is empty");
  bool has_ink = false;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const UChar32 c = wide.char32At(i);
    switch (judge(c, is_multiline)) {
      case Verdict::FINE: break;
      case Verdict::CONTROL: return fail(Code::CONTROL_CHARACTER, "text has a control or invisible character");
      case Verdict::BIDI: return fail(Code::BIDI_CHARACTER, "text has a bidirectional control character");
    }
    has_ink = has_ink || !is_variation_selector(c);
  }
  if (!has_ink) return fail(Code::EMPTY_FIELD, "text has nothing to see");
  if (static_cast<std::size_t>(wide.countChar32()) > max_chars) return fail(Code::TOO_LONG, "text too long", {}, max_args);
  return from_icu(wide);
}

struct SpoofCloser {
  void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};
using SpoofPtr = std::unique_ptr<USpoofChecker, SpoofCloser>;

// Highly restrictive (UTS 39 section 5.2): one script, or Latin with Han and kana (or with Bopomofo, or Hangul).
const USpoofChecker* spoof_checker() {
  static const SpoofPtr checker = [] {
    UErrorCode status = U_ZERO_ERROR;
    SpoofPtr made(uspoof_open(&status));
    uspoof_setChecks(made.get(), USPOOF_RESTRICTION_LEVEL, &status);
    uspoof_setRestrictionLevel(made.get(), USPOOF_HIGHLY_RESTRICTIVE);
    CHECK_THAT(U_SUCCESS(status));
    return made;
  }();
  return checker.get();
}

UnicodeString skeleton_of(const UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  UnicodeString out;
  uspoof_getSkeletonUnicodeString(spoof_checker(), 0, text, out, &status);
  return U_SUCCESS(status) ? out : text;
}

// Letters of the scripts that imitate Latin ones. Kana and Han are left out: ノ and 一 have ASCII-like skeletons in honest Japanese.
bool has_imitating_letter(const UnicodeString& text) {
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (!u_isalpha(c)) continue;
    switch (u_getIntPropertyValue(c, UCHAR_SCRIPT)) {
      case USCRIPT_CYRILLIC:
      case USCRIPT_GREEK:
      case USCRIPT_ARMENIAN:
      case USCRIPT_CHEROKEE:
      case USCRIPT_COPTIC:
      case USCRIPT_LISU: return true;
      default: break;
    }
  }
  return false;
}

}  // namespace

UnicodeString to_icu(std::string_view text) { return UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))); }

std::string from_icu(const UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

UnicodeString to_nfc(const UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  UnicodeString out = icu::Normalizer2::getNFCInstance(status)->normalize(text, status);
  CHECK_THAT(U_SUCCESS(status));
  return out;
}

UnicodeString to_nfkc(const UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  UnicodeString out = icu::Normalizer2::getNFKCInstance(status)->normalize(text, status);
  CHECK_THAT(U_SUCCESS(status));
  return out;
}

Result<std::string> clean_line(std::string_view text, std::size_t max_chars) { return clean(text, max_chars, false); }
Result<std::string> clean_text(std::string_view text, std::size_t max_chars) { return clean(text, max_chars, true); }

bool is_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
    if (c < 0) return false;
  }
  return true;
}

std::size_t character_count(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  std::size_t count = 0;
  for (std::int64_t i = 0; i < size; ++count) {
    [[maybe_unused]] UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
  }
  return count;
}

std::string nfc(std::string_view text) { return is_ascii(text) ? std::string(text) : from_icu(to_nfc(to_icu(text))); }
std::string nfkc(std::string_view text) { return is_ascii(text) ? std::string(text) : from_icu(to_nfkc(to_icu(text))); }

std::string skeleton(std::string_view text) { return from_icu(skeleton_of(to_icu(text))); }

bool is_confusable_mix(std::string_view text) {
  if (is_ascii(text)) return false;
  const UnicodeString wide = to_nfc(to_icu(text));
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t failed = uspoof_checkUnicodeString(spoof_checker(), wide, nullptr, &status);
  if (U_FAILURE(status) || (failed & USPOOF_RESTRICTION_LEVEL) != 0) return true;
  if (!has_imitating_letter(wide)) return false;
  const UnicodeString bones = skeleton_of(wide);
  for (std::int32_t i = 0; i < bones.length(); ++i)
    if (bones[i] >= 0x80) return false;
  return true;
}

}  // namespace warifu::text
