#pragma once
// The key log as a stranger reads it: from its entries alone, whose key was valid when. Pure; used to verify evidence away from any store.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "note/directory_entry.h"

namespace warifu::exchange {

class KeyLog {
 public:
  struct PersonKey {
    note::PersonEntry entry;
    note::VerifierKey key;
    std::size_t index = 0;
  };
  struct OrganisationKey {
    note::KeyEntry entry;
    note::VerifierKey key;
    std::size_t index = 0;
  };

  // Entries in the order of the log. That the entries are the log's is what the checkpoint over them says; here each is read, and the
  // entries about people are checked against their organisation's signing key. EVIDENCE_INVALID with `where` = the entry's index.
  [[nodiscard]] static Result<KeyLog> create(std::span<const std::string> entries);

  // In force at that instant.
  [[nodiscard]] std::vector<OrganisationKey> organisation_keys(const std::string& org, Time at) const;
  [[nodiscard]] std::vector<PersonKey> person_keys(const std::string& org, const PersonId& person, Time at) const;

 private:
  struct KeyChain {
    std::vector<note::KeyEntry> chain;  // the entry and its successors
    std::size_t index = 0;
  };
  struct PersonChain {
    std::vector<note::PersonEntry> chain;
    std::size_t index = 0;
  };
  std::vector<KeyChain> keys_;
  std::vector<PersonChain> people_;
};

}  // namespace warifu::exchange
