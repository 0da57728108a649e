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

// An act as it is stored and as it crosses. `body` is absent once it has been purged.
struct SignedAct {
  Act act;
  Sha256 hash;
  note::Note note;
  std::optional<std::string> body;

  [[nodiscard]] bool is_shared() const { return rule_of(act.kind).is_shared; }
  // Parses the note and checks that the body, when it is there, is the one the text names. Signatures are checked elsewhere.
  [[nodiscard]] static Result<SignedAct> create(std::string_view serialised_note, std::optional<std::string> body);
};

}  // namespace warifu::inquiry
