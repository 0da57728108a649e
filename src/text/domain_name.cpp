#include "text/domain_name.h"

#include <unicode/idna.h>

#include <algorithm>
#include <memory>

#include "text/icu.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

constexpr std::size_t kLabelBytesMax = 63;  // RFC 1035 section 2.3.4
constexpr std::size_t kNameBytesMax = 253;

const icu::IDNA& idna() {
  static const std::unique_ptr<const icu::IDNA> instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::IDNA> made(icu::IDNA::createUTS46Instance(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, status));
    CHECK_THAT(U_SUCCESS(status));
    return made;
  }();
  return *instance;
}

// Hyphens in the third and fourth place stand in names that resolve (r3---x.example), so UTS 46 CheckHyphens is off.
constexpr std::uint32_t kToleratedErrors = UIDNA_ERROR_HYPHEN_3_4;

// Letters, digits, hyphens; an underscore too, because names of hosts and of shared hosting carry it although RFC 952 does not allow it.
bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLabelBytesMax || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
}

bool is_numeric(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_ascii_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return false;
  std::string_view rest = name;
  std::size_t labels = 0;
  std::string_view label;
  for (;;) {
    const auto dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!is_label(label)) return false;
    ++labels;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return labels >= 2 && !is_numeric(label) && label.find('_') == std::string_view::npos;
}

}  // namespace

Result<std::string> domain_to_ascii(std::string_view name) {
  if (name.size() > kNameBytesMax * 4) return fail(Code::SELECTOR_FORMAT, "domain name too long");
  UErrorCode status = U_ZERO_ERROR;
  icu::IDNAInfo info;
  icu::UnicodeString ascii;
  idna().nameToASCII(to_icu(name), ascii, info, status);
  if (U_FAILURE(status) || (info.getErrors() & ~kToleratedErrors) != 0) return fail(Code::SELECTOR_FORMAT, "not a domain name by UTS 46");
  std::string out = from_icu(ascii);
  if (!is_ascii_name(out)) return fail(Code::SELECTOR_FORMAT, "not a domain name of at least two labels");
  return out;
}

std::string domain_for_reading(std::string_view ascii_name) {
  if (ascii_name.find("xn--") == std::string_view::npos) return std::string(ascii_name);
  UErrorCode status = U_ZERO_ERROR;
  icu::IDNAInfo info;
  icu::UnicodeString wide;
  idna().nameToUnicode(to_icu(ascii_name), wide, info, status);
  if (U_FAILURE(status) || (info.getErrors() & ~kToleratedErrors) != 0) return std::string(ascii_name);
  std::string readable = from_icu(wide);
  // Label by label: a name whose labels are of different scripts is honest, a label of mixed scripts is not.
  std::string_view rest = readable;
  for (;;) {
    const auto dot = rest.find('.');
    if (is_confusable_mix(rest.substr(0, dot))) return std::string(ascii_name);
    if (dot == std::string_view::npos) return readable;
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace warifu::text
