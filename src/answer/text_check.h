#pragma once
// Whether something is a text as an answer may carry it: UTF-8 (a byte order mark is allowed), no control characters but line ends and tabs, and no
// PDF under another name. Judged piece by piece, so that its length costs no memory; where the pieces are cut does not matter.

#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::answer {

class TextCheck {
 public:
  // FILE_TYPE_NOT_ALLOWED with `where` = "/file"; nothing is to be asked afterwards.
  Status add(std::string_view piece);
  // A character that was begun must have ended.
  Status finish();

 private:
  std::string begun_;  // a character of which the rest has not come: at most three bytes
  std::string head_;   // the first bytes, as far as they tell a PDF
};

}  // namespace warifu::answer
