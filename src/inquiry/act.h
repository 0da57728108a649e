#pragma once
// The act (手続記録): somebody, in a role, for an organisation, did one thing to one matter at one time, on exactly this text.
// Its spelling is `warifu-act/v1`: a signed note with fixed lines, the body beside it as canonical JSON (RFC 8785). The act's
// hash covers the note's text, never its signature lines. Parsing is strict: one act has one spelling.

#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "inquiry/kinds.h"
#include "note/note.h"
#include "note/passkey.h"
#include "party/organisation.h"

namespace warifu::inquiry {

struct Act {
  ActId id;
  MatterId matter;
  Kind kind = Kind::DRAFTED;
  party::OrganisationId org;
  party::Role role = party::Role::NODE;
  std::optional<PersonId> person;  // none exactly when the role is NODE
  Time at;
  std::vector<Sha256> after;  // sorted, no repetition
  Sha256 body;
  std::size_t body_bytes = 0;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Act> parse(std::string_view text);
  bool operator==(const Act&) const = default;
};

[[nodiscard]] Sha256 act_hash(std::string_view note_text);

// Names under which signatures stand on an act.
[[nodiscard]] std::string organisation_signer(const party::OrganisationId& org);                    // <org>/sign
[[nodiscard]] std::string person_signer(const party::OrganisationId& org, const PersonId& person);  // <org>/person/<id>

// An act as it is stored and as it crosses. `body` is absent once it has been purged; assertions stay, they hold nothing of it.
struct SignedAct {
  Act act;
  Sha256 hash;
  note::Note note;
  std::optional<std::string> body;
  std::vector<note::Assertion> assertions;  // of the person's passkeys, in place of a signature line

  [[nodiscard]] bool is_shared() const { return rule_of(act.kind).is_shared; }
  // Parses the note and checks that the body, when it is there, is the one the text names, and that assertions are of passkeys of the person
  // who acts, each key once. Signatures are checked elsewhere.
  [[nodiscard]] static Result<SignedAct> create(std::string_view serialised_note, std::optional<std::string> body,
                                                std::vector<note::Assertion> assertions = {});
};

// The third member beside note and body, as canonical JSON; empty for an act without.
[[nodiscard]] std::string assertions_text(const std::vector<note::Assertion>& assertions);
[[nodiscard]] Result<std::vector<note::Assertion>> parse_assertions(std::string_view text);

// Those of the person's known keys that signed the act, by signature line or by assertion, each once. SIGNATURE_MISSING when none did. A line or
// an assertion of a known key that does not fit spoils all: SIGNATURE_INVALID and the codes of note::check_assertion.
[[nodiscard]] Result<std::vector<note::PersonKey>> own_signatures(const SignedAct& act, std::span<const note::PersonKey> known,
                                                                  std::span<const note::RelyingParty> parties);

}  // namespace warifu::inquiry
