#include "answer/text_check.h"

#include <algorithm>
#include <cstdint>

#include "answer/file_types.h"
#include "text/unicode.h"

namespace warifu::answer {

namespace {

constexpr std::string_view kPdfMark = "%PDF-";
constexpr std::size_t kCharacterBytesMax = 4;

// How many bytes the character that this byte begins has (RFC 3629); 1 for what begins none.
std::size_t character_bytes(std::uint8_t lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

// Where the last character begins, when its end is missing; else the size.
std::size_t whole_characters(std::string_view text) {
  for (std::size_t back = 1; back < kCharacterBytesMax && back <= text.size(); ++back) {
    const auto byte = static_cast<std::uint8_t>(text[text.size() - back]);
    if ((byte & 0xc0) == 0x80) continue;
    return character_bytes(byte) > back ? text.size() - back : text.size();
  }
  return text.size();
}

Status check_piece(std::string_view text) {
  if (!text::is_utf8(text)) return wrong_type("?", "text that is not UTF-8");
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f) return wrong_type("?", "text with control characters");
  }
  return {};
}

}  // namespace

Status TextCheck::add(std::string_view piece) {
  if (head_.size() < kPdfMark.size()) {
    head_ += piece.substr(0, std::min(piece.size(), kPdfMark.size() - head_.size()));
    if (head_ == kPdfMark) return wrong_type(".pdf", "a PDF that is called a text");
  }
  // The character that was begun is completed, and nothing else is copied.
  if (!begun_.empty()) {
    const std::size_t missing = character_bytes(static_cast<std::uint8_t>(begun_.front())) - begun_.size();
    const std::size_t taken = std::min(missing, piece.size());
    begun_ += piece.substr(0, taken);
    piece.remove_prefix(taken);
    if (taken < missing) return {};
    TRY(check_piece(begun_));
    begun_.clear();
  }
  const std::size_t whole = whole_characters(piece);
  TRY(check_piece(piece.substr(0, whole)));
  begun_ = piece.substr(whole);
  return {};
}

Status TextCheck::finish() { return begun_.empty() ? Status{} : check_piece(begun_); }

}  // namespace warifu::answer
