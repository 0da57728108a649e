// People and where they live.

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <vector>

#include "text/icu.h"
#include "text/selector_parts.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

using icu::UnicodeString;

constexpr std::size_t kNameCharactersMax = 100;
constexpr std::size_t kAddressCharactersMin = 4;

enum class Script { KANA, LATIN, OTHER };

bool is_kana(UChar32 c) {
  return (c >= 0x3041 && c <= 0x309F) || (c >= 0x30A1 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF) || (c >= 0xFF66 && c <= 0xFF9F);
}

// Of the letters only; what stands between them (spaces, ・, hyphens) is common to all.
Script script_of(std::string_view text) {
  const UnicodeString wide = to_nfkc(to_icu(text));
  bool has_other = false;
  bool has_kana = false;
  bool has_latin = false;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const UChar32 c = wide.char32At(i);
    if (c == 0x30FB || c == 0x30FC) continue;
    if (is_kana(c))
      has_kana = true;
    else if (u_isalpha(c) || c == 0x3007)
      (u_getIntPropertyValue(c, UCHAR_SCRIPT) == USCRIPT_LATIN ? has_latin : has_other) = true;
  }
  if (has_other || has_kana == has_latin) return Script::OTHER;
  return has_kana ? Script::KANA : Script::LATIN;
}

// Letters, marks and what stands between parts of a name. Digits and other symbols mean that something else was pasted.
bool is_name(std::string_view text) {
  static const UnicodeString kBetween = UnicodeString::fromUTF8(" .,'’・･-‐゠=＝〇");
  const UnicodeString wide = to_icu(text);
  bool has_letter = false;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const UChar32 c = wide.char32At(i);
    if (u_isalpha(c))
      has_letter = true;
    else if (!u_isUWhiteSpace(c) && kBetween.indexOf(c) < 0 && (U_MASK(u_charType(c)) & U_GC_M_MASK) == 0)
      return false;
  }
  return has_letter && character_count(text) <= kNameCharactersMax;
}

// Letters, marks and the long mark of a folded text.
std::string letters_only(std::string_view folded) {
  const UnicodeString wide = to_icu(folded);
  UnicodeString out;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const UChar32 c = wide.char32At(i);
    if (u_isalpha(c) || c == 0x3007 || c == '-' || (U_MASK(u_charType(c)) & U_GC_M_MASK) != 0) out.append(c);
  }
  return from_icu(out);
}

// Romanised names come as "REIDA Hanako", "Hanako Reida" and "Reida, Hanako", with and without macrons: words in order, without marks.
std::string romaji_key(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const UnicodeString folded = to_icu(search_fold(text));
  const UnicodeString apart = icu::Normalizer2::getNFDInstance(status)->normalize(folded, status);
  CHECK_THAT(U_SUCCESS(status));
  std::vector<std::string> words(1);
  for (std::int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    const UChar32 c = apart.char32At(i);
    if (u_isalpha(c))
      words.back() += from_icu(UnicodeString(c));
    else if ((c == ' ' || c == ',' || c == '.') && !words.back().empty())
      words.emplace_back();
  }
  std::erase(words, std::string());
  std::sort(words.begin(), words.end());
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string name_key(std::string_view text) { return letters_only(search_fold(text)); }

std::string single_spaced(std::string_view text) {
  const UnicodeString wide = to_icu(text);
  UnicodeString out;
  for (std::int32_t i = 0; i < wide.length(); ++i) {
    if (!u_isUWhiteSpace(wide[i]))
      out.append(wide[i]);
    else if (!out.isEmpty() && out[out.length() - 1] != u' ')
      out.append(u' ');
  }
  return from_icu(out);
}

struct NameForms {
  std::string name, kana, romaji;  // as read
};

// A name wholly in kana or Latin letters goes to the field of that form, so that one person has one spelling wherever it was typed.
Result<NameForms> name_forms(const SelectorInput& input) {
  NameForms out = {single_spaced(input.value), single_spaced(input.kana.value_or("")), single_spaced(input.romaji.value_or(""))};
  if (out.name.empty() && out.kana.empty() && out.romaji.empty()) return fail(Code::EMPTY_FIELD, "a person needs a name in one form", "/value");
  if (!out.name.empty() && !is_name(out.name)) return bad_format(SelectorType::PERSON, "not a name", "/value");
  if (!out.kana.empty() && (!is_name(out.kana) || script_of(out.kana) != Script::KANA)) return bad_format(SelectorType::PERSON, "not kana", "/kana");
  if (!out.romaji.empty() && (!is_name(out.romaji) || script_of(out.romaji) != Script::LATIN))
    return bad_format(SelectorType::PERSON, "not Latin letters", "/romaji");
  if (out.name.empty()) return out;
  const Script script = script_of(out.name);
  if (script == Script::KANA && (out.kana.empty() || name_key(out.kana) == name_key(out.name))) {
    if (out.kana.empty()) out.kana = out.name;
    out.name.clear();
  } else if (script == Script::LATIN && (out.romaji.empty() || romaji_key(out.romaji) == romaji_key(out.name))) {
    if (out.romaji.empty()) out.romaji = out.name;
    out.name.clear();
  }
  return out;
}

// "丁目", "番地", "番", "号" after a digit, as the hyphens they stand for; the longer first.
constexpr auto kBlockWords = std::to_array<std::string_view>({"丁目", "番地の", "番地", "番", "号室", "号", "の"});
constexpr auto kKanjiDigits = std::to_array<std::string_view>({"一", "二", "三", "四", "五", "六", "七", "八", "九"});

// 一 … 九十九 before 丁目 as digits; the same kanji elsewhere are part of a name (三田, 一番町).
std::string with_arabic_blocks(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    int tens = 0;
    int ones = 0;
    std::string_view rest = text;
    const auto take_digit = [&rest]() -> int {
      for (std::size_t i = 0; i < kKanjiDigits.size(); ++i) {
        if (!rest.starts_with(kKanjiDigits[i])) continue;
        rest.remove_prefix(kKanjiDigits[i].size());
        return static_cast<int>(i) + 1;
      }
      return 0;
    };
    ones = take_digit();
    if (rest.starts_with("十")) {
      rest.remove_prefix(std::string_view("十").size());
      tens = ones == 0 ? 1 : ones;
      ones = take_digit();
    }
    if (tens + ones > 0 && rest.starts_with("丁目")) {
      out += std::to_string(tens * 10 + ones);
      text = rest;
    } else {
      out.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  return out;
}

bool ends_in_digit(std::string_view text) { return !text.empty() && text.back() >= '0' && text.back() <= '9'; }

std::string address_key(std::string_view text) {
  const std::string folded = with_arabic_blocks(without(search_fold(text), " "));
  std::string out;
  std::string_view rest = folded;
  while (!rest.empty()) {
    const auto* word =
        std::find_if(kBlockWords.begin(), kBlockWords.end(), [&](std::string_view w) { return ends_in_digit(out) && rest.starts_with(w); });
    const bool is_town = rest.starts_with("番町");
    if (word != kBlockWords.end() && !is_town) {
      rest.remove_prefix(word->size());
      const bool is_digit_next = !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
      if (is_digit_next) out.push_back('-');
      continue;
    }
    out.push_back(rest.front());
    rest.remove_prefix(1);
  }
  return out;
}

bool is_hyphen(UChar32 c) { return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x30FC; }

struct PostalCode {
  std::string digits;      // seven, or none
  std::int32_t end = 0;    // where the rest of the address begins
  bool is_marked = false;  // began with 〒
};

// A leading 〒, and seven digits with or without a hyphen before the rest of the address.
PostalCode postal_code_of(const UnicodeString& text) {
  PostalCode out;
  std::int32_t i = 0;
  const auto skip_spaces = [&] {
    while (i < text.length() && text[i] == u' ') ++i;
  };
  out.is_marked = text.startsWith(UnicodeString(u'〒'));
  if (out.is_marked) ++i;
  skip_spaces();
  std::string digits;
  for (; i < text.length() && digits.size() < 7; ++i) {
    if (text[i] >= u'0' && text[i] <= u'9')
      digits.push_back(static_cast<char>(text[i]));
    else if (digits.size() != 3 || !is_hyphen(text[i]))
      break;
  }
  const bool is_longer_number = i < text.length() && ((text[i] >= u'0' && text[i] <= u'9') || is_hyphen(text[i]));
  if (digits.size() != 7 || is_longer_number) return out;
  skip_spaces();
  out.digits = digits;
  out.end = i;
  return out;
}

}  // namespace

Result<Selector> parse_person(const SelectorInput& input) {
  const NameForms forms = TRY(name_forms(input));
  Selector out;
  std::string born;
  if (input.born) {
    auto date = parse_birth_date(*input.born);
    if (!date) return tl::unexpected<Error>(std::move(date).error().at("/born"));
    born = date->iso();
    out.input.born = born;
  }
  const auto add = [&](std::string_view label, const std::string& shown, const std::string& key) {
    if (shown.empty()) return;
    const std::string part = std::string(label) + "=" + key;
    out.canonical += (out.canonical.empty() ? "" : ";") + part;
    out.display += (out.display.empty() ? "" : " / ") + shown;
    if (!born.empty()) out.match_keys.push_back(part + ";born=" + born);
  };
  add("name", forms.name, name_key(forms.name));
  add("kana", forms.kana, name_key(forms.kana));
  add("romaji", forms.romaji, romaji_key(forms.romaji));
  if (!born.empty()) {
    out.canonical += ";born=" + born;
    out.display += " / " + born;
  }
  const std::string& first = !forms.name.empty() ? forms.name : !forms.kana.empty() ? forms.kana : forms.romaji;
  out.masked = mask(first, 1, 0);
  out.is_confusable = is_confusable_mix(first);
  out.input.value = forms.name;
  if (!forms.kana.empty()) out.input.kana = forms.kana;
  if (!forms.romaji.empty()) out.input.romaji = forms.romaji;
  return out;
}

Result<Selector> parse_postal_address(const SelectorInput& input) {
  const auto bad = [](const char* why) { return bad_format(SelectorType::POSTAL_ADDRESS, why); };
  const UnicodeString text = to_icu(single_spaced(nfkc(input.value)));
  const PostalCode postal = postal_code_of(text);
  if (postal.is_marked && postal.digits.empty()) return bad("not a postal code after 〒");
  const UnicodeString wide = text.tempSubString(postal.end);
  const std::string shown = from_icu(wide);
  const std::string& code = postal.digits;
  const std::string key = address_key(shown);
  bool has_letter = false;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) has_letter = has_letter || u_isalpha(wide.char32At(i));
  if (!has_letter || character_count(shown) < kAddressCharactersMin) return bad("no address besides digits");
  Selector out;
  out.canonical = (code.empty() ? "" : code + " ") + key;
  out.display = (code.empty() ? "" : "〒" + code.substr(0, 3) + "-" + code.substr(3) + " ") + shown;
  out.masked = mask(shown, 3, 0);
  out.input.value = out.display;
  return out;
}

}  // namespace warifu::text
