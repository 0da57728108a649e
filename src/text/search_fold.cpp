#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "text/fold_table.h"
#include "text/icu.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

using VariantTable = std::array<VariantKanji, kVariantKanji.size()>;

// Sorted by variant once, for binary search.
const VariantTable& variants() {
  static const VariantTable table = [] {
    VariantTable sorted{};
    std::copy(kVariantKanji.begin(), kVariantKanji.end(), sorted.begin());
    std::sort(sorted.begin(), sorted.end(), [](const VariantKanji& a, const VariantKanji& b) { return a.variant < b.variant; });
    return sorted;
  }();
  return table;
}

UChar32 usual_kanji(UChar32 c) {
  const auto wanted = static_cast<char32_t>(c);
  const auto& table = variants();
  const auto found = std::lower_bound(table.begin(), table.end(), wanted, [](const VariantKanji& row, char32_t key) { return row.variant < key; });
  return found != table.end() && found->variant == wanted ? static_cast<UChar32>(found->usual) : c;
}

// Everything people type for a hyphen, and the long mark they type it with: U+30FC stands in "1ー2ー3" as often as in サーバー.
bool is_dash(UChar32 c) {
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2043 || c == 0x2212 || c == 0x2500 || c == 0x2501 || c == 0x30A0 || c == 0x30FC ||
         c == 0x3030 || c == 0xFF70;
}

UChar32 fold_kana(UChar32 c) {
  // Katakana small a … small ke and the iteration marks lie 0x60 above their Hiragana.
  if ((c >= 0x30A1 && c <= 0x30F6) || c == 0x30FD || c == 0x30FE) c -= 0x60;
  if (c == 0x3095) return 0x304B;  // ゕ as か, ゖ as け: 市ヶ谷 and 市ケ谷
  if (c == 0x3096) return 0x3051;
  return c;
}

bool is_variation_selector(UChar32 c) { return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF); }

icu::UnicodeString without_variation_selectors(const icu::UnicodeString& text) {
  icu::UnicodeString out;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    if (const UChar32 c = text.char32At(i); !is_variation_selector(c)) out.append(c);
  return out;
}

std::string fold_ascii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

std::string search_fold(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return fold_ascii(text);
  icu::UnicodeString wide = to_nfkc(without_variation_selectors(to_icu(text)));
  wide.foldCase();
  wide = to_nfkc(wide);
  icu::UnicodeString out;
  bool is_space_due = false;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    UChar32 c = wide.char32At(i);
    if (u_isUWhiteSpace(c)) {
      is_space_due = !out.isEmpty();
      continue;
    }
    if (is_space_due) out.append(u' ');
    is_space_due = false;
    if (is_dash(c))
      c = '-';
    else if (c == 0x301C)
      c = '~';  // wave dash, which other systems write as the full-width tilde
    else
      c = usual_kanji(fold_kana(c));
    out.append(c);
  }
  // Hiragana may now stand before a combining voicing mark that Katakana had no composed form with.
  return from_icu(to_nfkc(out));
}

std::vector<std::string> bigrams(std::string_view folded) {
  std::vector<std::string> out;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(folded.data());
  const auto size = static_cast<std::int64_t>(folded.size());
  std::string before;
  bool is_alone = false;  // `before` is a word of one character so far
  const auto end_word = [&] {
    if (is_alone) out.push_back(before);
    before.clear();
    is_alone = false;
  };
  for (std::int64_t i = 0; i < size;) {
    const std::int64_t begin = i;
    UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
    if (c == ' ') {
      end_word();
      continue;
    }
    std::string here(folded.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(i - begin)));
    if (before.empty()) {
      is_alone = true;
    } else {
      out.push_back(before + here);
      is_alone = false;
    }
    before = std::move(here);
  }
  end_word();
  return out;
}

}  // namespace warifu::text
