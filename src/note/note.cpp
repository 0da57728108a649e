#include "note/note.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/plain_text.h"

namespace warifu::note {

namespace {

constexpr std::string_view kMark = "\xE2\x80\x94 ";  // U+2014 EM DASH and a space
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kCosignatureBytes = 8 + kSignatureBytes;

tl::unexpected<Error> bad_note(std::string message) { return fail(Code::BAD_NOTE, std::move(message)); }
tl::unexpected<Error> too_large() { return fail(Code::TOO_LARGE, "note too large", {}, {{"max", std::to_string(limits::kNoteBytesMax)}}); }
tl::unexpected<Error> bad_key(std::string message) { return fail(Code::BAD_KEY, std::move(message)); }

// White_Space of the Unicode character database.
bool is_unicode_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// C2SP signed-note: well-formed UTF-8 without ASCII control characters below U+0020, the line feed excepted.
Status check_characters(std::string_view text) {
  while (!text.empty()) {
    char32_t c = static_cast<unsigned char>(text.front());
    if (c < 0x80) {  // nearly all of a note
      text.remove_prefix(1);
    } else {
      const auto taken = crypto::take_code_point(text);
      if (!taken) return bad_note("not well-formed UTF-8");
      c = *taken;
    }
    if (c < 0x20 && c != '\n') return bad_note("control character");
  }
  return {};
}

Bytes typed_key(KeyType type, const crypto::Ed25519Public& key) {
  Bytes out{static_cast<std::uint8_t>(type)};
  out.insert(out.end(), key.bytes.begin(), key.bytes.end());
  return out;
}

KeyId key_id(std::string_view name, KeyType type, const crypto::Ed25519Public& key) {
  const Sha256 digest = crypto::Sha256Stream().update(name).update("\n").update(typed_key(type, key)).finish();
  KeyId id{};
  std::copy_n(digest.bytes.begin(), id.size(), id.begin());
  return id;
}

std::string cosigned_text(std::uint64_t seconds, std::string_view text) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

std::uint64_t big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8) | byte;
  return value;
}

bool is_right(const Note& note, const SignatureLine& line, const VerifierKey& key) {
  switch (key.type) {
    case KeyType::ed25519: return crypto::verify(key.key, bytes_of(note.text), line.signature);
    case KeyType::cosignature_v1: {
      if (line.signature.size() != kCosignatureBytes) return false;
      const ByteView raw(line.signature);
      return crypto::verify(key.key, bytes_of(cosigned_text(big_endian(raw.first(8)), note.text)), raw.subspan(8));
    }
  }
  return false;
}

}  // namespace

bool is_key_name(std::string_view name) {
  if (name.empty() || name.size() > limits::kNoteLineBytesMax) return false;
  while (!name.empty()) {
    const auto c = crypto::take_code_point(name);
    if (!c || *c < 0x20 || *c == '+' || is_unicode_space(*c)) return false;
  }
  return true;
}

Result<VerifierKey> VerifierKey::create(std::string_view name, const crypto::Ed25519Public& key, KeyType type) {
  if (!is_key_name(name)) return bad_key("not a name for a key");
  TRY(crypto::check_public_key(key));
  return VerifierKey{std::string(name), key_id(name, type, key), key, type};
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  if (vkey.size() > limits::kNoteLineBytesMax) return bad_key("verifier key too long");
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return bad_key("a verifier key is name+id+key");
  const auto id = from_hex(vkey.substr(first + 1, second - first - 1));
  const auto raw = from_base64(vkey.substr(second + 1));
  if (!id || id->size() != 4 || !raw || raw->size() != 33) return bad_key("a verifier key is name+id+key");
  const bool known = (*raw)[0] == static_cast<std::uint8_t>(KeyType::ed25519) || (*raw)[0] == static_cast<std::uint8_t>(KeyType::cosignature_v1);
  if (!known) return bad_key("verifier key of an unknown type");
  const auto key = TRY(crypto::Ed25519Public::from_bytes(ByteView(*raw).subspan(1)));
  VerifierKey out = TRY(create(vkey.substr(0, first), key, static_cast<KeyType>((*raw)[0])));
  if (!std::equal(id->begin(), id->end(), out.id.begin())) return bad_key("the id of the verifier key does not fit it");
  return out;
}

std::string VerifierKey::text() const { return name + "+" + to_hex(id) + "+" + to_base64(typed_key(type, key)); }

std::string SignatureLine::text() const {
  Bytes raw(id.begin(), id.end());
  raw.insert(raw.end(), signature.begin(), signature.end());
  return std::string(kMark) + name + " " + to_base64(raw);
}

Result<SignatureLine> SignatureLine::parse(std::string_view line) {
  if (!line.starts_with(kMark)) return bad_note("a signature line begins with an em dash and a space");
  line.remove_prefix(kMark.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return bad_note("a signature line is — name base64");
  const auto raw = from_base64(line.substr(space + 1));
  if (!raw || raw->size() < 5) return bad_note("a signature line is — name base64");
  SignatureLine out;
  out.name = std::string(line.substr(0, space));
  std::copy_n(raw->begin(), out.id.size(), out.id.begin());
  out.signature.assign(raw->begin() + 4, raw->end());
  return out;
}

Result<Note> Note::parse(std::string_view raw) {
  if (raw.size() > limits::kNoteBytesMax) return too_large();
  TRY(check_characters(raw));
  // The signatures stand below the last empty line; the text itself may hold empty lines.
  const std::size_t split = raw.rfind("\n\n");
  if (split == std::string_view::npos || !raw.ends_with('\n')) return bad_note("a note is a text, an empty line and signature lines");
  Note out;
  out.text = std::string(raw.substr(0, split + 1));
  std::string_view rest = raw.substr(split + 2);
  if (rest.empty()) return bad_note("a note has at least one signature line");
  while (!rest.empty()) {
    if (out.signatures.size() == limits::kNoteSignaturesMax)
      return fail(Code::TOO_MANY, "too many signature lines", {}, {{"max", std::to_string(limits::kNoteSignaturesMax)}});
    const std::size_t end = rest.find('\n');
    out.signatures.push_back(TRY(SignatureLine::parse(rest.substr(0, end))));
    rest.remove_prefix(end + 1);
  }
  return out;
}

std::string Note::serialise() const {
  std::string out = text + "\n";
  for (const SignatureLine& line : signatures) out += line.text() + "\n";
  return out;
}

Status check_text(std::string_view text) {
  if (text.empty() || !text.ends_with('\n')) return bad_note("a note's text ends with a line feed");
  if (text.size() > limits::kNoteBytesMax) return too_large();
  return check_characters(text);
}

Result<Signer> Signer::create(std::string_view name, crypto::Ed25519Secret secret) { return create(name, crypto::signing_key(std::move(secret))); }

Result<Signer> Signer::create(std::string_view name, std::shared_ptr<const crypto::SigningKey> key) {
  VerifierKey verifier = TRY(VerifierKey::create(name, key->public_key()));
  return Signer(std::move(verifier), std::move(key));
}

Result<SignatureLine> Signer::sign(std::string_view text) const {
  TRY(check_text(text));
  const crypto::Ed25519Signature signature = TRY(key_->sign(bytes_of(text)));
  return SignatureLine{verifier_.name, verifier_.id, Bytes(signature.begin(), signature.end())};
}

Result<Cosigner> Cosigner::create(std::string_view name, crypto::Ed25519Secret secret) {
  return create(name, crypto::signing_key(std::move(secret)));
}

Result<Cosigner> Cosigner::create(std::string_view name, std::shared_ptr<const crypto::SigningKey> key) {
  VerifierKey verifier = TRY(VerifierKey::create(name, key->public_key(), KeyType::cosignature_v1));
  return Cosigner(std::move(verifier), std::move(key));
}

Result<SignatureLine> Cosigner::cosign(std::string_view text, Time at) const {
  TRY(check_text(text));
  if (at.us < 0) return fail(Code::OUT_OF_RANGE, "a cosignature's time is not before 1970");
  const auto seconds = static_cast<std::uint64_t>(at.seconds());
  const crypto::Ed25519Signature signature = TRY(key_->sign(bytes_of(cosigned_text(seconds, text))));
  Bytes raw;
  for (int shift = 56; shift >= 0; shift -= 8) raw.push_back(static_cast<std::uint8_t>(seconds >> shift));
  raw.insert(raw.end(), signature.begin(), signature.end());
  return SignatureLine{verifier_.name, verifier_.id, std::move(raw)};
}

Result<Time> cosignature_time(const SignatureLine& line) {
  if (line.signature.size() != kCosignatureBytes) return bad_note("not a cosignature");
  const std::uint64_t seconds = big_endian(ByteView(line.signature).first(8));
  constexpr std::uint64_t kSecondsMax = 7'258'118'400;  // 2200-01-01, the end of what base/time.h accepts
  if (seconds > kSecondsMax) return bad_note("a cosignature from an impossible time");
  return Time::from_seconds(static_cast<std::int64_t>(seconds));
}

Result<Note> sign_note(std::string text, std::span<const Signer> signers) {
  Note out{std::move(text), {}};
  for (const Signer& signer : signers) out.signatures.push_back(TRY(signer.sign(out.text)));
  if (out.serialise().size() > limits::kNoteBytesMax) return too_large();
  return out;
}

Result<std::vector<VerifierKey>> verify(const Note& note, std::span<const VerifierKey> known) {
  std::vector<VerifierKey> signed_by;
  for (const SignatureLine& line : note.signatures) {
    const VerifierKey* found = nullptr;
    for (const VerifierKey& key : known) {
      if (key.name != line.name || key.id != line.id) continue;
      if (found != nullptr && *found != key) return bad_key("two known keys have the same name and id");
      found = &key;
    }
    if (found == nullptr) continue;
    if (!is_right(note, line, *found))
      return fail(Code::SIGNATURE_INVALID, "a known key's signature does not fit the text", {}, {{"key", line.name}});
    if (std::find(signed_by.begin(), signed_by.end(), *found) == signed_by.end()) signed_by.push_back(*found);
  }
  if (signed_by.empty()) return fail(Code::SIGNATURE_MISSING, "no known key signed this note");
  return signed_by;
}

Status require(const Note& note, const VerifierKey& key) {
  const auto signed_by = verify(note, std::span(&key, 1));
  if (signed_by) return {};
  Error error = signed_by.error();
  error.args["key"] = key.name;
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace warifu::note
