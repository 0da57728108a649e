#pragma once
// Entries of the directory of keys (docs/formats.md, "Directory entries"): which key an organisation or a person signs with, and when.
// Each entry is the text of a signed note. text() and parse() are exact inverses; both refuse what breaks a rule of the format.
// Whether an entry is admitted, what may follow it and whether it is in force are the functions at the end; they are pure, the
// caller supplies the keys it trusts (valid at that time) and the entries in log order.

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/enum.h"
#include "base/error.h"
#include "base/id.h"
#include "base/time.h"
#include "note/note.h"
#include "note/passkey.h"
#include "note/person_key.h"

namespace warifu::note {

enum class KeyPurpose { sign, seal, witness, share, tls, web };
enum class OrgKeyAlgorithm { ed25519, x25519, p256, ristretto255, spki_sha256, web, mlkem768x25519 };

struct Validity {
  Time from, until;  // from <= t < until; whole seconds. from = until: never in force
  auto operator<=>(const Validity&) const = default;
  [[nodiscard]] bool contains(Time t) const { return from <= t && t < until; }
};

// A key of an organisation: `warifu-key/v1`.
struct KeyEntry {
  std::string origin;  // the log's name
  std::string org;
  KeyPurpose purpose = KeyPurpose::sign;
  OrgKeyAlgorithm algorithm = OrgKeyAlgorithm::ed25519;
  Bytes key;                      // empty for web
  std::string web_origin, rp_id;  // for web only: "https://desk.example", "desk.example"; a demonstration may stand at http://localhost
  Validity valid;
  std::optional<Sha256> previous;  // leaf hash of the entry that this one follows

  [[nodiscard]] Result<std::string> text() const;
  [[nodiscard]] static Result<KeyEntry> parse(std::string_view text);
  // Of a web entry: where the organisation's people use their passkeys.
  [[nodiscard]] std::optional<RelyingParty> relying_party() const;
  // The verifier key of a sign or witness entry: "<org>/sign", "<org>/witness".
  [[nodiscard]] Result<VerifierKey> verifier() const;
  bool operator==(const KeyEntry&) const = default;
};

// A key of a person, with the role in which it signs: `warifu-person/v1`.
struct PersonEntry {
  std::string origin;
  std::string org;
  PersonId person;
  std::string role;
  std::optional<UnitId> unit;
  PersonKeyAlgorithm algorithm = PersonKeyAlgorithm::ed25519;
  Bytes key;                          // 32 bytes; for webauthn-es256 the 65 bytes of the uncompressed point
  std::optional<PersonId> delegator;  // the person for whom this one acts
  Validity valid;
  std::optional<Sha256> previous;

  [[nodiscard]] Result<std::string> text() const;
  [[nodiscard]] static Result<PersonEntry> parse(std::string_view text);
  // "<org>/person/<id>"
  [[nodiscard]] Result<PersonKey> person_key() const;
  // KEY_NOT_VALID for a passkey, which signs assertions and not notes.
  [[nodiscard]] Result<VerifierKey> verifier() const;
  bool operator==(const PersonEntry&) const = default;
};

[[nodiscard]] std::string root_name(std::string_view org);                     // <org>/root
[[nodiscard]] std::string sign_name(std::string_view org);                     // <org>/sign
[[nodiscard]] std::string seal_name(std::string_view org);                     // <org>/seal
[[nodiscard]] std::string witness_name(std::string_view org);                  // <org>/witness
[[nodiscard]] std::string person_name(std::string_view org, PersonId person);  // <org>/person/<32 hex>
[[nodiscard]] bool is_admitter_name(std::string_view name);                    // <hub>/admit/<n>

// RFC 6962 leaf hash of the serialised note: what `prev` of a successor names.
[[nodiscard]] Sha256 leaf_hash(const Note& entry);

// ---- who must have signed

struct KeyEntryAuthorities {
  VerifierKey root;                    // <org>/root
  std::vector<VerifierKey> admitters;  // <hub>/admit/<n>
  bool org_is_new = false;             // nothing of this organisation is in the directory yet
};
// The organisation's root always; for a new organisation two different admitters besides. SIGNATURE_MISSING, SIGNATURE_INVALID.
[[nodiscard]] Status check_signatures(const Note& note, const KeyEntry& entry, const KeyEntryAuthorities& authorities);

struct PersonEntryAuthorities {
  std::vector<VerifierKey> sign;    // <org>/sign, those in force
  std::optional<VerifierKey> root;  // <org>/root
  std::vector<VerifierKey> people;  // keys of people of this organisation, those in force
  std::size_t people_known = 0;     // how many different people of it the directory already has
};
// The organisation's sign key and the key of a person other than the entry's; for the first two people the root instead of the person.
[[nodiscard]] Status check_signatures(const Note& note, const PersonEntry& entry, const PersonEntryAuthorities& authorities);

// ---- what may follow

// CONFLICT unless `next` names `previous` (by the hash given) and speaks of the same organisation and purpose, or the same person.
[[nodiscard]] Status check_successor(const KeyEntry& previous, const Sha256& previous_leaf, const KeyEntry& next);
[[nodiscard]] Status check_successor(const PersonEntry& previous, const Sha256& previous_leaf, const PersonEntry& next);

// Whether the first entry of the chain is in force at t. `chain` is that entry and its successors in order, complete up to a cosigned
// checkpoint. A successor whose period has ended revokes it. A successor with the same key replaces it from its own start on (a changed
// role, a longer period: then the successor is in force instead). One with another key leaves it until its own end, for a rotation.
[[nodiscard]] bool in_force(std::span<const KeyEntry> chain, Time t);
[[nodiscard]] bool in_force(std::span<const PersonEntry> chain, Time t);

}  // namespace warifu::note

template <>
struct warifu::EnumNames<warifu::note::KeyPurpose> {
  static constexpr std::array names = {"sign", "seal", "witness", "share", "tls", "web"};
};
template <>
struct warifu::EnumNames<warifu::note::OrgKeyAlgorithm> {
  static constexpr std::array names = {"ed25519", "x25519", "p256", "ristretto255", "spki-sha256", "web", "mlkem768x25519"};
};
