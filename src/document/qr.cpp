#include "document/qr.h"

#include <qrencode.h>

#include <cerrno>
#include <memory>

namespace warifu::document {
namespace {
struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
}  // namespace

Result<QrSymbol> qr_symbol(std::string_view text) {
  if (text.empty()) return fail(Code::EMPTY_FIELD, "nothing to encode");
  if (text.find('\0') != std::string_view::npos) return fail(Code::BAD_VALUE, "NUL in a QR text", {}, {{"expected", "text"}});
  constexpr std::size_t kBytesMax = 2331;  // version 40 at level M, ISO/IEC 18004 table 7
  if (text.size() > kBytesMax) return fail(Code::TOO_LONG, "too long for a QR symbol", {}, {{"max", std::to_string(kBytesMax)}});
  const std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (!code) return fail(Code::INTERNAL, "QR encoder failed with errno " + std::to_string(errno));
  QrSymbol symbol;
  symbol.size = code->width;
  const auto count = static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  symbol.modules.resize(count);
  for (std::size_t i = 0; i < count; ++i) symbol.modules[i] = (code->data[i] & 1u) != 0;
  return symbol;
}

}  // namespace warifu::document
