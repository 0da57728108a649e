#include "member/evidence_text.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "crypto/plain_text.h"

namespace warifu::member {

namespace {

bool is_text(std::string_view raw) {
  while (!raw.empty()) {
    const auto c = crypto::take_code_point(raw);
    if (!c || *c == 0) return false;
  }
  return true;
}

}  // namespace

std::string evidence_text(std::string_view raw) {
  if (raw.size() <= limits::kNoteBytesMax && is_text(raw)) return std::string(raw);
  return "base64 " + to_base64(bytes_of(raw.substr(0, limits::kNoteBytesMax)));
}

}  // namespace warifu::member
