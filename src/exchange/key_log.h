#pragma once
// The key log as a stranger reads it: from its entries alone, whose key was valid when. Pure; used to verify evidence away from any store.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "note/directory_entry.h"
#include "note/member_entry.h"

namespace warifu::exchange {

class KeyLog {
 public:
  struct PersonKey {
    note::PersonEntry entry;
    note::PersonKey key;
    std::size_t index = 0;
  };
  struct OrganisationKey {
    note::KeyEntry entry;
    note::VerifierKey key;
    std::size_t index = 0;
  };

  // Entries in the order of the log. That the entries are the log's is what the checkpoint over them says; here each is checked as a node checks
  // it that follows the log. The root of an organisation is learnt from its admission, which must be its first entry and signed by that root (and,
  // when they are given, by two of the admitters); its key entries are signed by it. In a log that admits anybody, nobody has a key without having
  // been admitted; in one that admits nobody (a directory of a single process) roots are not known here and are not asked for. Entries about people
  // are signed by their organisation and a second person (the first two: by the root), by keys that no earlier entry has ended. Successors and the
  // keys of witnesses follow the rules of the directory. No text stands in the log twice, whatever signatures are under it. The end of an admission
  // (note/member_end.h) follows it, is signed by two of the admitters when they are given, and is the last of the organisation.
  // EVIDENCE_INVALID with `where` = the entry's index.
  [[nodiscard]] static Result<KeyLog> create(std::span<const std::string> entries, std::span<const note::VerifierKey> admitters = {});

  [[nodiscard]] const std::vector<note::MemberEntry>& members() const { return members_; }

  // When the admission of this organisation ended; nothing while it has not. From then on none of its keys is in force.
  [[nodiscard]] std::optional<Time> ended(const std::string& org) const;

  // In force at that instant.
  [[nodiscard]] std::vector<OrganisationKey> organisation_keys(const std::string& org, Time at) const;
  // Every witness's key the log ever had: a cosignature bears its own time.
  [[nodiscard]] std::vector<note::VerifierKey> witness_keys() const;
  [[nodiscard]] std::vector<PersonKey> person_keys(const std::string& org, const PersonId& person, Time at) const;
  // Where passkeys of this organisation's people count.
  [[nodiscard]] std::vector<note::RelyingParty> relying_parties(const std::string& org, Time at) const;

 private:
  template <class Entry>
  struct Item {
    Entry entry;
    std::size_t index = 0;                // in the log
    std::optional<std::size_t> previous;  // that it follows, and those that follow it: places in the same list
    std::vector<std::size_t> next;
  };
  struct Reader;
  template <class Entry>
  [[nodiscard]] bool in_force(const std::vector<Item<Entry>>& items, std::size_t at, Time t) const;

  std::vector<note::MemberEntry> members_;
  std::map<std::string, Time> ended_;  // of an organisation that is no member any more
  std::vector<Item<note::KeyEntry>> keys_;
  std::vector<Item<note::PersonEntry>> people_;
};

}  // namespace warifu::exchange
