#pragma once
// Passkeys (WebAuthn): reading what an authenticator answers, offline and strictly. The challenge is always SHA-256 of a text of ours, so that an
// assertion is a signature over exactly that text. What is checked: kind, challenge, origin and relying party, that the answer was not made for
// a page inside another one, that the person was present AND verified, and the signature over authenticatorData ‖ SHA-256(clientDataJSON).
// The signature counter is read and not judged: passkeys that are synchronised between devices do not count.
// docs/formats.md, "Assertions".

#include <boost/describe.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "note/person_key.h"

namespace warifu::note {

// Where an organisation's people use their passkeys: a `web` entry of the directory.
struct RelyingParty {
  std::string origin;  // "https://desk.example"
  std::string id;      // "desk.example"
  bool operator==(const RelyingParty&) const = default;
};

// What stands beside a text in place of a signature line: everything that goes into the signature, byte for byte.
struct Assertion {
  std::string key;           // the passkey as PersonKey spells it
  Bytes authenticator_data;  // rpIdHash ‖ flags ‖ signCount ‖ extensions
  Bytes client_data;         // clientDataJSON
  Bytes signature;           // over authenticator_data ‖ SHA-256(client_data)
  bool operator==(const Assertion&) const = default;
};

struct NewPasskey {
  PersonKeyAlgorithm algorithm = PersonKeyAlgorithm::webauthn_es256;
  Bytes key;         // as the directory has it
  Bytes credential;  // by which a browser asks for it again
};

struct AuthenticatorData {
  Sha256 rp_id_hash;
  bool is_present = false, is_verified = false;
  std::uint32_t counter = 0;
  std::optional<NewPasskey> attested;  // in registrations only

  // BAD_PASSKEY for anything but exactly the structure: flags against the length, no byte left over.
  [[nodiscard]] static Result<AuthenticatorData> parse(ByteView bytes);
};

// That this assertion is that key's signature over exactly this text, made at one of these places. BAD_PASSKEY for a wrong shape, PASSKEY_ORIGIN,
// PASSKEY_UNVERIFIED, KEY_UNKNOWN for another key, SIGNATURE_INVALID for another text or signature.
[[nodiscard]] Status check_assertion(const Assertion& assertion, std::string_view text, std::span<const RelyingParty> parties, const PersonKey& key);

// The answer to a registration whose challenge was SHA-256 of this text. Attestation `none`, or `packed` signed by the new key itself: who made the
// authenticator is not asked. The same codes.
[[nodiscard]] Result<NewPasskey> read_registration(ByteView attestation_object, ByteView client_data, std::string_view text,
                                                   std::span<const RelyingParty> parties);

BOOST_DESCRIBE_STRUCT(Assertion, (), (key, authenticator_data, client_data, signature))

}  // namespace warifu::note
