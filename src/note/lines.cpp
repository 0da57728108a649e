#include "note/lines.h"

#include <algorithm>
#include <charconv>

#include "crypto/plain_text.h"

namespace warifu::note {

namespace {
tl::unexpected<Error> bad(std::string message, std::string_view where) { return fail(Code::BAD_NOTE, std::move(message), std::string(where)); }
}  // namespace

Result<std::string_view> LineReader::line(std::string_view where) {
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos) return bad("a line is missing", where);
  if (end == 0) return bad("an empty line", where);
  if (end > line_bytes_max_) return fail(Code::TOO_LONG, "line too long", std::string(where), {{"max", std::to_string(line_bytes_max_)}});
  const std::string_view taken = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return taken;
}

Status LineReader::literal(std::string_view whole) {
  if (TRY(line(whole)) != whole) return bad("unknown version or another kind of text", whole);
  return {};
}

Result<std::string_view> LineReader::expect(std::string_view keyword) {
  if (!next_has(keyword)) return bad("another line was expected here", keyword);
  std::string_view value = TRY(line(keyword));
  value.remove_prefix(keyword.size() + 1);
  if (value.empty()) return bad("an empty value", keyword);
  return value;
}

Result<std::vector<std::string_view>> LineReader::repeated(std::string_view keyword, std::size_t max) {
  std::vector<std::string_view> out;
  while (next_has(keyword)) {
    if (out.size() == max) return fail(Code::TOO_MANY, "too many lines of one kind", std::string(keyword), {{"max", std::to_string(max)}});
    out.push_back(TRY(expect(keyword)));
  }
  return out;
}

Status LineReader::end() const {
  if (!rest_.empty()) return bad("something follows the last line", "");
  return {};
}

bool LineReader::next_has(std::string_view keyword) const {
  return rest_.size() > keyword.size() && rest_.starts_with(keyword) && rest_[keyword.size()] == ' ';
}

Result<std::vector<std::string_view>> split_fields(std::string_view value, std::size_t n, std::string_view where) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t space = value.find(' ');
    const std::string_view field = value.substr(0, space);
    if (field.empty() || out.size() == n) return bad("not the expected number of values", where);
    out.push_back(field);
    if (space == std::string_view::npos) break;
    value.remove_prefix(space + 1);
  }
  if (out.size() != n) return bad("not the expected number of values", where);
  return out;
}

Result<std::uint64_t> parse_decimal(std::string_view text, std::string_view where, std::uint64_t max) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (text.size() > 1 && text.front() == '0')) return bad("not a decimal number without sign and leading zeros", where);
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || value > max)
    return fail(Code::OUT_OF_RANGE, "number too large", std::string(where), {{"max", std::to_string(max)}});
  return value;
}

Result<Time> parse_unix_seconds(std::string_view text, std::string_view where) {
  constexpr std::uint64_t kSecondsMax = 7'258'118'400;  // 2200-01-01, the end of what base/time.h accepts
  return Time::from_seconds(static_cast<std::int64_t>(TRY(parse_decimal(text, where, kSecondsMax))));
}

Result<Bytes> parse_hex(std::string_view text, std::size_t n, std::string_view where) {
  auto raw = from_hex(text);
  if (!raw || raw->size() != n) return bad("not hex of the expected length", where);
  return *raw;
}

Result<Bytes> parse_base64(std::string_view text, std::size_t n, std::string_view where) {
  auto raw = from_base64(text);
  if (!raw || raw->size() != n) return bad("not base64 of the expected length", where);
  return *raw;
}

Result<Sha256> parse_sha256(std::string_view text, std::string_view where) {
  auto digest = Sha256::parse(text);
  if (!digest) return bad("not a SHA-256 digest of 64 hex digits", where);
  return *digest;
}

Result<std::string> parse_org(std::string_view text, std::string_view where) {
  if (!crypto::is_org_name(text)) return bad("not the name of an organisation", where);
  return std::string(text);
}

Result<std::string> parse_word(std::string_view text, std::string_view where) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool right = !text.empty() && text.size() <= 32 && is_lower(text.front()) &&
                     std::all_of(text.begin(), text.end(), [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
  if (!right) return bad("not a name of the expected form", where);
  return std::string(text);
}

}  // namespace warifu::note
