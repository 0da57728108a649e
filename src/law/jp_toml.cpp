// The built-in catalogue: law/jp.toml, byte for byte, between two symbols of the read-only data.
#include <cstddef>

#include "law/catalogue.h"

__asm__(
    ".pushsection .rodata\n"
    ".global warifu_law_jp_begin\n"
    ".global warifu_law_jp_end\n"
    "warifu_law_jp_begin:\n"
    ".incbin \"" WARIFU_LAW_TOML
    "\"\n"
    "warifu_law_jp_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const char warifu_law_jp_begin[];
extern const char warifu_law_jp_end[];
}

namespace warifu::law {

std::string_view Catalogue::built_in_text() { return {warifu_law_jp_begin, static_cast<std::size_t>(warifu_law_jp_end - warifu_law_jp_begin)}; }

const Catalogue& Catalogue::built_in() {
  static const Result<Catalogue> catalogue = parse(built_in_text());
  CHECK_THAT(catalogue.has_value());
  return *catalogue;
}

}  // namespace warifu::law
