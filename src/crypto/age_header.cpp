#include "crypto/age_header.h"

#include <algorithm>

namespace warifu::crypto::internal {

namespace {

constexpr std::size_t kColumns = 64;
constexpr std::string_view kStanza = "-> ";
constexpr std::string_view kFooter = "---";

// Takes a line without its end off the front.
Result<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return fail(Code::BAD_ENCODING, "a line without an end", "header");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<std::vector<std::string>> arguments(std::string_view line) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view argument = line.substr(0, end);
    if (argument.empty() || !std::ranges::all_of(argument, [](char c) { return c >= 33 && c <= 126; }))
      return fail(Code::BAD_ENCODING, "a stanza's argument is empty or has a foreign character", "header");
    out.emplace_back(argument);
    if (end == line.size()) return out;
    line.remove_prefix(end + 1);
  }
}

Result<AgeStanza> take_stanza(std::string_view& rest) {
  const std::string_view first = TRY(take_line(rest));
  if (!first.starts_with(kStanza)) return fail(Code::BAD_ENCODING, "not a stanza", "header");
  AgeStanza out;
  out.args = TRY(arguments(first.substr(kStanza.size())));
  for (;;) {
    const std::string_view line = TRY(take_line(rest));
    if (line.size() > kColumns) return fail(Code::BAD_ENCODING, "a line of a stanza is too long", "header");
    const Bytes part = TRY(from_bare_base64(line));
    out.body.insert(out.body.end(), part.begin(), part.end());
    if (line.size() < kColumns) return out;
  }
}

}  // namespace

std::string bare_base64(ByteView bytes) {
  std::string out = to_base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  return out;
}

Result<Bytes> from_bare_base64(std::string_view text) {
  if (text.find('=') != std::string_view::npos || text.size() % 4 == 1) return fail(Code::BAD_ENCODING, "not base64 without padding", "header");
  std::string padded(text);
  while (padded.size() % 4 != 0) padded.push_back('=');
  Result<Bytes> out = from_base64(padded);
  if (!out) return fail(Code::BAD_ENCODING, "not canonical base64", "header");
  return out;
}

std::string spell(const AgeStanza& stanza) {
  std::string out = "->";
  for (const std::string& argument : stanza.args) out += " " + argument;
  out += "\n";
  const std::string body = bare_base64(stanza.body);
  for (std::size_t at = 0; at <= body.size(); at += kColumns) out += body.substr(at, kColumns) + "\n";
  return out;
}

std::optional<std::size_t> age_header_end(std::string_view text) {
  const std::size_t footer = text.find("\n---");
  if (footer == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find('\n', footer + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return end + 1;
}

Result<AgeHeader> AgeHeader::parse(std::string_view text) {
  if (!text.starts_with(kAgeFirstLine)) return fail(Code::BAD_ENCODING, "not an age file of version 1", "header");
  std::string_view rest = text.substr(kAgeFirstLine.size());
  AgeHeader out;
  while (!rest.starts_with(kFooter)) {
    if (out.stanzas.size() == kAgeStanzasMax) return fail(Code::BAD_ENCODING, "too many stanzas", "header");
    out.stanzas.push_back(TRY(take_stanza(rest)));
  }
  if (out.stanzas.empty()) return fail(Code::BAD_ENCODING, "sealed for nobody", "header");
  out.authenticated = text.substr(0, text.size() - rest.size() + kFooter.size());
  const std::string_view footer = TRY(take_line(rest));
  if (!footer.starts_with("--- ")) return fail(Code::BAD_ENCODING, "the last line of the header", "header");
  out.mac = TRY(from_bare_base64(footer.substr(4)));
  if (out.mac.size() != 32) return fail(Code::BAD_ENCODING, "the last line of the header", "header");
  out.bytes = text.size() - rest.size();
  return out;
}

}  // namespace warifu::crypto::internal
