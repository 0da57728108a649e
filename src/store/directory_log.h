#pragma once
// Inside the directory store: its entries as they were read, parsed once. Entries are never changed, so that a later log is this one and more.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "note/directory_entry.h"
#include "note/entry_tree.h"
#include "store/directory_store.h"

namespace warifu::store {

struct DirectoryStore::Log {
  struct Item {
    std::string serialised;
    Sha256 leaf;
    std::optional<note::KeyEntry> key;  // exactly one of these four
    std::optional<note::PersonEntry> person;
    std::optional<note::MemberEntry> member;
    std::optional<note::MemberEnd> end;
    std::vector<std::size_t> next;  // its successors: one, and revocations of it that came later
  };
  std::vector<Item> items;
  std::map<Sha256, std::size_t> by_leaf;
  std::set<Sha256> texts;                                                       // of the entries, without what is under them
  std::map<std::string, std::size_t> members;                                   // of an organisation: its admission
  std::map<std::string, std::size_t> ends;                                      // of an organisation: the end of its admission
  std::map<std::string, std::vector<std::size_t>> keys;                         // of an organisation
  std::map<std::pair<std::string, PersonId>, std::vector<std::size_t>> people;  // of a person

  // STORE_CORRUPT when it is no entry, or follows one that is not here.
  Status add(std::string serialised);
  [[nodiscard]] static tl::unexpected<Error> corrupt(std::int64_t seq);

  [[nodiscard]] const note::MemberEntry* member(const std::string& org) const {
    const auto found = members.find(org);
    return found == members.end() ? nullptr : &*items[found->second].member;
  }
  [[nodiscard]] const note::MemberEnd* end(const std::string& org) const {
    const auto found = ends.find(org);
    return found == ends.end() ? nullptr : &*items[found->second].end;
  }
  template <class Entry>
  [[nodiscard]] bool in_force(std::size_t at, std::optional<Entry> Item::* member, Time t) const {
    if (const note::MemberEnd* over = end((items[at].*member)->org); over != nullptr && over->ended <= t) return false;
    return note::in_force_from(
        at, t, [&](std::size_t i) -> const Entry& { return *(items[i].*member); },
        [&](std::size_t i) -> const std::vector<std::size_t>& { return items[i].next; });
  }
  [[nodiscard]] bool key_in_force(std::size_t at, Time t) const { return in_force(at, &Item::key, t); }
  [[nodiscard]] bool person_in_force(std::size_t at, Time t) const { return in_force(at, &Item::person, t); }
  // Whether a new entry may rest on that one's key, as far as the log itself says: nothing in it has revoked it.
  template <class Entry>
  [[nodiscard]] bool may_vouch(std::size_t at, std::optional<Entry> Item::* member) const {
    std::optional<std::size_t> previous;
    if (const std::optional<Sha256>& before = (items[at].*member)->previous)
      if (const auto found = by_leaf.find(*before); found != by_leaf.end()) previous = found->second;
    return note::may_vouch(
        at, previous, [&](std::size_t i) -> const Entry& { return *(items[i].*member); },
        [&](std::size_t i) -> const std::vector<std::size_t>& { return items[i].next; });
  }

  // The key of an entry, ready to verify with: that its point may be one is checked once, since entries never change.
  [[nodiscard]] Result<note::VerifierKey> verifier(std::size_t at) const;
  [[nodiscard]] Result<note::PersonKey> person_key(std::size_t at) const;

  // In force at that instant.
  [[nodiscard]] Result<std::vector<note::VerifierKey>> sign_keys(const std::string& org, Time at) const;
  // With which the organisation may sign a new entry: in force at that instant (without one, at any), and revoked by nothing.
  [[nodiscard]] Result<std::vector<note::VerifierKey>> vouching_keys(const std::string& org, std::optional<Time> at) const;
  // CONFLICT when a witness's key of the organisation would serve something else too, or the other way round. `root`: of the organisation.
  [[nodiscard]] Status check_apart(const note::KeyEntry& entry, const std::optional<note::VerifierKey>& root) const;
  [[nodiscard]] Status check_apart(const note::PersonEntry& entry) const;
  // RFC 6962 over the first of them.
  [[nodiscard]] Sha256 root(std::size_t size) const;

 private:
  // By the leaf hash of the entry, which says what its key is: logs that are copies of each other share it, whatever is added to one of them.
  struct Ready {
    std::mutex mutex;
    std::map<Sha256, note::VerifierKey> verifiers;
    std::map<Sha256, note::PersonKey> people;
  };
  std::shared_ptr<Ready> ready_ = std::make_shared<Ready>();
};

}  // namespace warifu::store
