#include "exchange/hub.h"

#include <algorithm>

#include "crypto/hash.h"
#include "note/lines.h"

namespace warifu::exchange {

namespace {

constexpr std::string_view kPromiseVersion = "warifu-promise/v1";
constexpr std::string_view kRelayedVersion = "warifu-relayed/v1";
constexpr std::string_view kDocumentVersion = "warifu-document/v1";

tl::unexpected<Error> bad(const char* why, const char* where) { return fail(Code::BAD_NOTE, why, where); }
tl::unexpected<Error> differs(const char* why, const char* where) { return fail(Code::TEXT_DIFFERS, why, where); }

Result<Time> parse_microseconds(std::string_view text, const char* where) {
  return Time{static_cast<std::int64_t>(TRY(note::parse_decimal(text, where, INT64_MAX)))};
}

Result<std::string> parse_origin(note::LineReader& in) {
  const std::string_view name = TRY(in.line("origin"));
  if (!note::is_key_name(name)) return bad("not the name of a log", "origin");
  return std::string(name);
}

}  // namespace

std::string Promise::text() const {
  return std::string(kPromiseVersion) + "\n" + origin + "\n" + message.hex() + "\nenvelope " + envelope.hex() + "\nleaf " + leaf.hex() + " " +
         std::to_string(index) + "\nat " + std::to_string(at.us) + "\n";
}

Result<Promise> Promise::parse(std::string_view text) {
  note::LineReader in(text);
  Promise out;
  TRY(in.literal(kPromiseVersion));
  out.origin = TRY(parse_origin(in));
  out.message = TRY(note::parse_id<MessageId>(TRY(in.line("id")), "id"));
  out.envelope = TRY(note::parse_sha256(TRY(in.expect("envelope")), "envelope"));
  const auto leaf = TRY(note::split_fields(TRY(in.expect("leaf")), 2, "leaf"));
  out.leaf = TRY(note::parse_sha256(leaf[0], "leaf"));
  out.index = TRY(note::parse_decimal(leaf[1], "leaf", INT64_MAX));
  out.at = TRY(parse_microseconds(TRY(in.expect("at")), "at"));
  TRY(in.end());
  return out;
}

Result<Promise> check_promise(std::string_view promise_note, const Envelope& envelope, std::string_view log_origin,
                              std::span<const note::VerifierKey> hub_keys) {
  const note::Note note = TRY(note::Note::parse(promise_note));
  TRY(note::verify(note, hub_keys));
  Promise promise = TRY(Promise::parse(note.text));
  if (promise.origin != log_origin) return differs("a promise of another log", "origin");
  if (promise.message != envelope.id) return differs("a promise for another message", "id");
  if (promise.envelope != crypto::sha256(envelope.text())) return differs("a promise for another envelope", "envelope");
  if (promise.leaf != envelope.leaf) return differs("a promise for another leaf", "leaf");
  return promise;
}

std::string Relayed::text() const {
  return std::string(kRelayedVersion) + "\n" + origin + "\n" + message.hex() + "\nto " + to + "\nat " + std::to_string(at.us) + "\n";
}

Result<Relayed> Relayed::parse(std::string_view text) {
  note::LineReader in(text);
  Relayed out;
  TRY(in.literal(kRelayedVersion));
  out.origin = TRY(parse_origin(in));
  out.message = TRY(note::parse_id<MessageId>(TRY(in.line("id")), "id"));
  out.to = TRY(note::parse_org(TRY(in.expect("to")), "to"));
  out.at = TRY(parse_microseconds(TRY(in.expect("at")), "at"));
  TRY(in.end());
  return out;
}

std::string Document::text() const {
  return std::string(kDocumentVersion) + "\n" + org + "\nkind " + std::string(enum_text(kind)) + "\nserial " + std::to_string(serial.us) + "\nbody " +
         body.hex() + " " + std::to_string(body_bytes) + "\n";
}

Result<Document> Document::parse(std::string_view text) {
  note::LineReader in(text);
  Document out;
  TRY(in.literal(kDocumentVersion));
  out.org = TRY(note::parse_org(TRY(in.line("org")), "org"));
  const auto kind = enum_parse<DocumentKind>(TRY(in.expect("kind")));
  if (!kind) return bad("an unknown kind of document", "kind");
  out.kind = *kind;
  out.serial = TRY(parse_microseconds(TRY(in.expect("serial")), "serial"));
  const auto body = TRY(note::split_fields(TRY(in.expect("body")), 2, "body"));
  out.body = TRY(note::parse_sha256(body[0], "body"));
  out.body_bytes = TRY(note::parse_decimal(body[1], "body", kExchangeBodyMax));
  TRY(in.end());
  return out;
}

std::string spell_frames(std::span<const std::string_view> frames) {
  std::size_t size = 0;
  for (const std::string_view frame : frames) size += 4 + frame.size();
  std::string out;
  out.reserve(size);
  for (const std::string_view frame : frames) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<std::uint8_t>(frame.size() >> shift));
    out += frame;
  }
  return out;
}

Result<std::vector<std::string_view>> parse_frames(std::string_view bytes, std::size_t frames_max) {
  if (bytes.size() > kExchangeBodyMax) return fail(Code::TOO_LARGE, "more than one request may carry", "body");
  std::vector<std::string_view> out;
  while (!bytes.empty()) {
    if (out.size() == frames_max) return fail(Code::TOO_MANY, "more strings than were asked for", "body", {{"max", std::to_string(frames_max)}});
    if (bytes.size() < 4) return fail(Code::BAD_ENCODING, "the list is cut", "body");
    std::size_t n = 0;
    for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<std::uint8_t>(bytes[i]);
    bytes.remove_prefix(4);
    if (n > bytes.size()) return fail(Code::BAD_ENCODING, "the list is cut", "body");
    out.push_back(bytes.substr(0, n));
    bytes.remove_prefix(n);
  }
  return out;
}

}  // namespace warifu::exchange
