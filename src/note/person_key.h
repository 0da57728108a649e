#pragma once
// A person's public key by name, as the directory has it: an Ed25519 key that signs notes, or a passkey (WebAuthn), which signs assertions.
// Spelled like any verifier key: "<org>/person/<32 hex>+<id>+<base64>". For a passkey the type byte is 0xff followed by the algorithm's name
// (C2SP signed-note, types without a number): nothing else that reads verifier keys takes it for one of its own.

#include <array>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/enum.h"
#include "base/error.h"
#include "note/note.h"

namespace warifu::note {

enum class PersonKeyAlgorithm { ed25519, webauthn_es256, webauthn_ed25519 };

// BAD_KEY for bytes that may not be registered as such a key.
[[nodiscard]] Status check_person_key(PersonKeyAlgorithm algorithm, ByteView key);
[[nodiscard]] std::size_t person_key_bytes(PersonKeyAlgorithm algorithm);

struct PersonKey {
  std::string name;  // <org>/person/<32 hex>
  KeyId id{};
  PersonKeyAlgorithm algorithm = PersonKeyAlgorithm::ed25519;
  Bytes key;  // 32 bytes; for webauthn-es256 the 65 bytes of the uncompressed point

  PersonKey() = default;
  PersonKey(const VerifierKey& verifier);  // NOLINT(google-explicit-constructor): a key that signs notes is a person's key
  [[nodiscard]] static Result<PersonKey> create(std::string_view name, PersonKeyAlgorithm algorithm, Bytes key);
  [[nodiscard]] static Result<PersonKey> parse(std::string_view text);  // BAD_KEY for anything but the exact spelling
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_passkey() const { return algorithm != PersonKeyAlgorithm::ed25519; }
  // KEY_NOT_VALID for a passkey.
  [[nodiscard]] Result<VerifierKey> verifier() const;
  bool operator==(const PersonKey&) const = default;
};

}  // namespace warifu::note

template <>
struct warifu::EnumNames<warifu::note::PersonKeyAlgorithm> {
  static constexpr std::array names = {"ed25519", "webauthn-es256", "webauthn-ed25519"};
};
