#pragma once
// Entries of the directory of keys about an organisation and its people, and who brings them in (trust: docs/formats.md, "Directory
// entries"). An entry about a person is signed by the organisation and by a second person on that person's own device: prepared here,
// signed there, handed in. Neither the person nor whoever wrote that person into the books can be the second one, so that no administrator
// makes up a colleague alone. Only an organisation's first two people are brought in by its root key.

#include <boost/describe.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "desk/office.h"
#include "note/directory_entry.h"

namespace warifu::desk {

inline constexpr Duration kKeyPeriod = days(365);

struct AdmissionCommand {
  PersonId person;
  party::Role role = party::Role::INVESTIGATOR;
  std::string vkey;  // of one of the person's devices or passkeys
};

struct PreparedEntry {
  std::string text;    // warifu-person/v1
  std::string signer;  // <org>/person/<id> of the second person
};

struct SignedEntry {
  std::string text;
  std::string signature;  // the second person's signature line
};

struct DelegationSigned {
  DelegationCommand delegation;
  SignedEntry entry;
};

struct DelegationEndSigned {
  DelegationReference delegation;
  SignedEntry entry;
};

struct WaitingKey {  // a key that stands in the books and not in the directory
  PersonId person;
  std::string name, post, device, vkey;
  party::Role role = party::Role::INVESTIGATOR;
};

// The roles of this person in which no second person has admitted this key; `published`: what the directory has of the person now. None for a key
// that was ended, or somebody who has left.
[[nodiscard]] std::vector<party::Role> roles_waiting(const PersonKeyRow& key, const party::Person& person,
                                                     const std::vector<PublishedPerson>& published);

struct AdmittedKey {  // a key of the directory in force now or later, with which somebody of this organisation signs
  PersonId person;
  std::string name, post;
  std::string device;  // empty when the books do not have it (any more)
  std::string vkey;
  party::Role role = party::Role::INVESTIGATOR;
  std::optional<PersonId> delegator;
  Time from, until;
};

class Enrolment {
 public:
  struct Parts {
    Office& office;
    std::shared_ptr<Directory> directory;
    std::shared_ptr<const note::Signer> sign;  // <org>/sign
  };
  explicit Enrolment(Parts parts) : parts_(std::move(parts)) {}

  // ADMIN, or on the agency's side a unit head as APPROVER, on the provider's LEGAL.
  [[nodiscard]] Result<std::vector<WaitingKey>> waiting(const Caller&) const;
  [[nodiscard]] Result<PreparedEntry> prepare_admission(const Caller&, const AdmissionCommand&) const;
  Status admit(const Caller&, const SignedEntry&);

  // What prepare_revocation can end now, one for each person, role and key; the same callers as waiting().
  [[nodiscard]] Result<std::vector<AdmittedKey>> admitted(const Caller&) const;
  // Ends an entry now: its successor's period has ended. The same people as for admission, and the person for himself is not enough. A key
  // that also stands in for a head of unit has an entry for each: one call ends one entry, that of the person's own role first, then what is in
  // force before what has not begun. The books' delegation ends with its entry where the caller may end that (Office::check_delegation_end).
  [[nodiscard]] Result<PreparedEntry> prepare_revocation(const Caller&, const AdmissionCommand&) const;
  Status revoke(const Caller&, const SignedEntry&);

  // 代決: the head of the unit signs the entry of the delegate; then the delegation stands in the directory and in the books.
  // CONFLICT at /from when the directory has this delegation ended, or from the same beginning with another key or end.
  [[nodiscard]] Result<PreparedEntry> prepare_delegation(const Caller&, const DelegationCommand&) const;
  Result<party::Delegation> delegate(const Caller&, const DelegationSigned&);
  // Ends a delegation at once, before its time or before it began: in the directory, signed by whoever ends it (Office::check_delegation_end),
  // and in the books. What the delegate has done until then stands; an approval that has not been dispatched over a hub by then has to be made
  // again (docs/decisions/0021). Where the directory says the end already and the books do not yet, that end is prepared, and only the
  // books are written. CONFLICT when both have it, or nothing of it is in force any more; handing in the same entry again changes nothing.
  [[nodiscard]] Result<PreparedEntry> prepare_delegation_end(const Caller&, const DelegationReference&) const;
  Result<party::Delegation> end_delegation(const Caller&, const DelegationEndSigned&);

 private:
  struct Standing {  // an entry of the directory with its leaf
    note::PersonEntry entry;
    Sha256 leaf;
  };
  // In force at that instant or later, of one person or everybody here; in the order in which a key's entries are ended.
  [[nodiscard]] Result<std::vector<Standing>> standing(const std::optional<PersonId>& person, Time at) const;
  [[nodiscard]] Result<std::vector<Standing>> standing_of(const party::Delegation& delegation, Time at) const;
  // The end of that delegation, when it is the last that the directory says of it.
  [[nodiscard]] Result<std::optional<note::PersonEntry>> said_end(const party::Delegation& delegation) const;
  [[nodiscard]] Status may_admit(const Caller& caller, const PersonId& subject) const;
  [[nodiscard]] Result<note::PersonEntry> admission(const AdmissionCommand& command, Time from) const;
  [[nodiscard]] Result<note::PersonEntry> revocation(const AdmissionCommand& command, Time until) const;
  [[nodiscard]] Result<note::PersonEntry> delegation(const DelegationCommand& command) const;
  [[nodiscard]] Result<note::PersonEntry> delegation_end(const party::Delegation& delegation, Time until) const;
  [[nodiscard]] Result<bool> is_in_directory(const std::string& text) const;  // an entry with this text
  // The second person's signature checked, the organisation's added, handed to the directory.
  Status hand_in(const Caller& caller, const note::PersonEntry& entry, const SignedEntry& given);

  Parts parts_;
};

// ── set-up: where the keys themselves are at hand (`warifu init`, the demo, tests) ──

// The first entry of an organisation: its signing key, signed by its root and two admitters. Serialised note.
[[nodiscard]] Result<std::string> first_organisation_entry(std::string_view origin, const party::OrganisationId& org, const note::VerifierKey& sign,
                                                           note::Validity valid, const note::Signer& root, std::span<const note::Signer> admitters);
// Where an organisation's people use passkeys, signed by its root. `previous`: the entry it follows, or ends when its period has ended.
[[nodiscard]] Result<std::string> web_entry(std::string_view origin, const party::OrganisationId& org, const note::RelyingParty& party,
                                            note::Validity valid, std::optional<Sha256> previous, const note::Signer& root);
// An entry about a person signed by the organisation and `second`: the root key for the first two people, another person's key after them.
[[nodiscard]] Result<std::string> person_entry(const note::PersonEntry& entry, const note::Signer& sign, const note::Signer& second);
// The entry of a new key; from and until are cut to whole seconds.
[[nodiscard]] Result<note::PersonEntry> new_person_entry(std::string_view origin, const party::OrganisationId& org, const PersonId& person,
                                                         party::Role role, std::optional<UnitId> unit, const note::PersonKey& key, Time from,
                                                         Time until);

BOOST_DESCRIBE_STRUCT(AdmissionCommand, (), (person, role, vkey))
BOOST_DESCRIBE_STRUCT(PreparedEntry, (), (text, signer))
BOOST_DESCRIBE_STRUCT(SignedEntry, (), (text, signature))
BOOST_DESCRIBE_STRUCT(DelegationSigned, (), (delegation, entry))
BOOST_DESCRIBE_STRUCT(DelegationEndSigned, (), (delegation, entry))
BOOST_DESCRIBE_STRUCT(AdmittedKey, (), (person, name, post, device, vkey, role, delegator, from, until))
BOOST_DESCRIBE_STRUCT(WaitingKey, (), (person, name, post, device, vkey, role))

}  // namespace warifu::desk
