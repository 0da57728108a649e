#pragma once
// A QR symbol as modules, to be drawn as vectors. Error correction M (a seventh of the symbol may be soiled), byte mode, smallest version
// that holds the text.

#include <string_view>
#include <vector>

#include "base/error.h"

namespace warifu::document {

struct QrSymbol {
  int size = 0;  // modules along a side, without the quiet zone
  std::vector<bool> modules;
  [[nodiscard]] bool is_dark(int x, int y) const {
    return modules[static_cast<std::size_t>(y) * static_cast<std::size_t>(size) + static_cast<std::size_t>(x)];
  }
};

inline constexpr int kQrQuietModules = 4;  // ISO/IEC 18004, 9.1

// TOO_LONG when no symbol holds the text, EMPTY_FIELD when there is none, BAD_VALUE when it contains NUL.
[[nodiscard]] Result<QrSymbol> qr_symbol(std::string_view text);

}  // namespace warifu::document
