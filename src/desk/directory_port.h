#pragma once
// What every member knows of the others: organisations, their keys, who holds which role, answer profiles. Entries are signed notes
// (`warifu-key/v1`, `warifu-person/v1`), published documents are signed by their organisation. One process may keep it for all; a member of an
// exchange has a replica that follows the hub's log.

#include <optional>
#include <string>
#include <vector>

#include "note/directory_entry.h"
#include "note/note.h"
#include "party/organisation.h"
#include "party/profile.h"

namespace warifu::desk {

struct PublishedPerson {
  party::OrganisationId org;
  PersonId person;
  party::Role role = party::Role::NODE;
  std::optional<UnitId> unit;
  std::optional<PersonId> delegator;
  note::PersonKey key;  // signs notes, or is a passkey
  Time from, until;
  bool is_ended_early = false;  // as of now, by a later entry: the key may have been lost long before that entry was made
};

class Directory {
 public:
  virtual ~Directory() = default;
  [[nodiscard]] virtual Result<std::vector<party::Organisation>> organisations() const = 0;
  [[nodiscard]] virtual Result<std::optional<party::Organisation>> organisation(const party::OrganisationId& org) const = 0;
  [[nodiscard]] virtual Result<std::optional<party::AnswerProfile>> profile(const party::OrganisationId& org) const = 0;
  // Keys valid at that instant; empty when there is none.
  [[nodiscard]] virtual Result<std::vector<note::VerifierKey>> organisation_keys(const party::OrganisationId& org, Time at) const = 0;
  // Every entry of that person that is valid at that instant (one per role and key).
  [[nodiscard]] virtual Result<std::vector<PublishedPerson>> person(const party::OrganisationId& org, const PersonId& person, Time at) const = 0;
  // Where passkeys of this organisation's people count at that instant (its `web` entries); empty when there is no such place.
  [[nodiscard]] virtual Result<std::vector<note::RelyingParty>> relying_parties(const party::OrganisationId& org, Time at) const = 0;
  // Serialised notes in the order of the log: what evidence carries.
  [[nodiscard]] virtual Result<std::vector<std::string>> entries() const = 0;
  virtual Status add_entry(const std::string& note) = 0;  // verified before it is taken
  virtual Status publish_organisation(const party::Organisation& organisation) = 0;
  virtual Status publish_profile(const party::AnswerProfile& profile) = 0;
  // When the log's newest checkpoint was verified here, for a node that follows a log kept elsewhere; nothing where the log itself is.
  [[nodiscard]] virtual Result<std::optional<Time>> verified_as_of() const { return std::optional<Time>{}; }
  // The directory's own key and its signature over the list (a checkpoint over the RFC 6962 root of the entries).
  [[nodiscard]] virtual note::VerifierKey root() const = 0;
  [[nodiscard]] virtual Result<std::string> checkpoint(Time now) const = 0;
};

}  // namespace warifu::desk
