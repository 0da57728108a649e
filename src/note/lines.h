#pragma once
// Our own text formats: UTF-8 lines, one field per line, fixed order, no optional lines, one spelling per value; an unknown version is
// refused. The reader hands out views into the text it was given. Failures are BAD_NOTE with the field's keyword in `where`.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/time.h"

namespace warifu::note {

// Of texts that name seal keys: one of the post-quantum hybrid has 1959 characters.
inline constexpr std::size_t kKeyLineBytesMax = 2048;

class LineReader {
 public:
  // A longer line is TOO_LONG.
  explicit LineReader(std::string_view text, std::size_t line_bytes_max = limits::kNoteLineBytesMax) : rest_(text), line_bytes_max_(line_bytes_max) {}

  // The next line is exactly this (a version line).
  [[nodiscard]] Status literal(std::string_view whole);
  // The next line without a keyword; not empty.
  [[nodiscard]] Result<std::string_view> line(std::string_view where);
  // The value behind "<keyword> " in the next line; not empty.
  [[nodiscard]] Result<std::string_view> expect(std::string_view keyword);
  // As many following lines with this keyword as there are, none included; TOO_MANY beyond max.
  [[nodiscard]] Result<std::vector<std::string_view>> repeated(std::string_view keyword, std::size_t max);
  // Nothing is left.
  [[nodiscard]] Status end() const;

 private:
  [[nodiscard]] bool next_has(std::string_view keyword) const;
  std::string_view rest_;
  std::size_t line_bytes_max_;
};

// Exactly n values, parted by one space each, none empty.
[[nodiscard]] Result<std::vector<std::string_view>> split_fields(std::string_view value, std::size_t n, std::string_view where);

// Decimal, no sign, no leading zeros; OUT_OF_RANGE above max.
[[nodiscard]] Result<std::uint64_t> parse_decimal(std::string_view text, std::string_view where, std::uint64_t max = UINT64_MAX);
// Unix seconds up to the year 2200.
[[nodiscard]] Result<Time> parse_unix_seconds(std::string_view text, std::string_view where);
// Lower-case hex or padded base64 of exactly n bytes.
[[nodiscard]] Result<Bytes> parse_hex(std::string_view text, std::size_t n, std::string_view where);
[[nodiscard]] Result<Bytes> parse_base64(std::string_view text, std::size_t n, std::string_view where);
[[nodiscard]] Result<Sha256> parse_sha256(std::string_view text, std::string_view where);
[[nodiscard]] Result<std::string> parse_org(std::string_view text, std::string_view where);
// A small name of ours such as a role: [a-z][a-z0-9_-]{0,31}.
[[nodiscard]] Result<std::string> parse_word(std::string_view text, std::string_view where);

template <class IdType>
[[nodiscard]] Result<IdType> parse_id(std::string_view text, std::string_view where) {
  auto id = IdType::parse(text);
  if (!id) return fail(Code::BAD_NOTE, "not an id of 32 hex digits", std::string(where));
  return *id;
}

}  // namespace warifu::note
