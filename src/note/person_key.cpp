#include "note/person_key.h"

#include <algorithm>

#include "crypto/es256.h"
#include "crypto/hash.h"

namespace warifu::note {

namespace {

constexpr std::uint8_t kNamedType = 0xff;  // C2SP signed-note: a type without a number, named by what follows

tl::unexpected<Error> bad_key(std::string message) { return fail(Code::BAD_KEY, std::move(message), {}, {{"expected", "vkey"}}); }

Bytes typed(PersonKeyAlgorithm algorithm, const Bytes& key) {
  Bytes out;
  if (algorithm == PersonKeyAlgorithm::ed25519) {
    out.push_back(static_cast<std::uint8_t>(KeyType::ed25519));
  } else {
    out.push_back(kNamedType);
    const std::string_view name = enum_text(algorithm);
    out.insert(out.end(), name.begin(), name.end());
  }
  out.insert(out.end(), key.begin(), key.end());
  return out;
}

KeyId id_of(std::string_view name, const Bytes& typed_key) {
  const Sha256 digest = crypto::Sha256Stream().update(name).update("\n").update(typed_key).finish();
  KeyId id{};
  std::copy_n(digest.bytes.begin(), id.size(), id.begin());
  return id;
}

}  // namespace

std::size_t person_key_bytes(PersonKeyAlgorithm algorithm) { return algorithm == PersonKeyAlgorithm::webauthn_es256 ? 65 : 32; }

Status check_person_key(PersonKeyAlgorithm algorithm, ByteView key) {
  switch (algorithm) {
    case PersonKeyAlgorithm::ed25519:
    case PersonKeyAlgorithm::webauthn_ed25519: return crypto::check_public_key(TRY(crypto::Ed25519Public::from_bytes(key)));
    case PersonKeyAlgorithm::webauthn_es256: TRY(crypto::es256_key(key)); return {};
  }
  return bad_key("unknown algorithm");
}

Result<PersonKey> PersonKey::create(std::string_view name, PersonKeyAlgorithm algorithm, Bytes key) {
  if (!is_key_name(name)) return bad_key("not the name of a key");
  TRY(check_person_key(algorithm, key));
  PersonKey out;
  out.name = std::string(name);
  out.id = id_of(name, typed(algorithm, key));
  out.algorithm = algorithm;
  out.key = std::move(key);
  return out;
}

PersonKey::PersonKey(const VerifierKey& verifier) : name(verifier.name), id(verifier.id), key(verifier.key.bytes.begin(), verifier.key.bytes.end()) {}

Result<PersonKey> PersonKey::parse(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return bad_key("a verifier key is name+id+key");
  const Result<Bytes> raw = from_base64(text.substr(second + 1));
  if (!raw || raw->empty()) return bad_key("a verifier key is name+id+key");
  if (raw->front() != kNamedType) {
    const VerifierKey key = TRY(VerifierKey::parse(text));
    if (key.type != KeyType::ed25519) return bad_key("not a person's key");
    return PersonKey(key);
  }
  for (const PersonKeyAlgorithm algorithm : {PersonKeyAlgorithm::webauthn_es256, PersonKeyAlgorithm::webauthn_ed25519}) {
    const std::string_view name = enum_text(algorithm);
    if (raw->size() != 1 + name.size() + person_key_bytes(algorithm) || !text_of(ByteView(*raw).subspan(1)).starts_with(name)) continue;
    PersonKey key = TRY(create(text.substr(0, first), algorithm, Bytes(raw->begin() + 1 + static_cast<std::ptrdiff_t>(name.size()), raw->end())));
    if (key.text() != text) return bad_key("the id of the key does not fit it");
    return key;
  }
  return bad_key("a key of an unknown type");
}

std::string PersonKey::text() const { return name + "+" + to_hex(id) + "+" + to_base64(typed(algorithm, key)); }

Result<VerifierKey> PersonKey::verifier() const {
  if (is_passkey()) return fail(Code::KEY_NOT_VALID, "a passkey signs assertions, not notes", {}, {{"key", name}});
  if (name.empty()) return bad_key("no key");
  // Name and point were checked when this was made: by create(), by parse(), or with the key that signs notes. The point is not checked again, which
  // costs a third of what verifying a signature does.
  return VerifierKey{name, id, TRY(crypto::Ed25519Public::from_bytes(key)), KeyType::ed25519};
}

}  // namespace warifu::note
