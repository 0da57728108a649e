#include "store/directory_log.h"

#include <algorithm>

#include "ledger/merkle.h"

namespace warifu::store {

using note::KeyEntry;
using note::MemberEntry;
using note::PersonEntry;

tl::unexpected<Error> DirectoryStore::Log::corrupt(std::int64_t seq) {
  return fail(Code::STORE_CORRUPT, "an entry of the directory cannot be read", {}, {{"entry", std::to_string(seq)}});
}

Status DirectoryStore::Log::add(std::string serialised) {
  const auto seq = static_cast<std::int64_t>(items.size()) + 1;
  const Result<note::Note> parsed = note::Note::parse(serialised);
  if (!parsed) return corrupt(seq);
  Item item;
  item.leaf = note::leaf_hash(*parsed);
  item.serialised = std::move(serialised);
  std::optional<Sha256> previous;
  if (Result<KeyEntry> key = KeyEntry::parse(parsed->text)) {
    previous = key->previous;
    item.key = std::move(*key);
  } else if (Result<PersonEntry> person = PersonEntry::parse(parsed->text)) {
    previous = person->previous;
    item.person = std::move(*person);
  } else if (Result<MemberEntry> member = MemberEntry::parse(parsed->text)) {
    item.member = std::move(*member);
  } else {
    return corrupt(seq);
  }
  const std::size_t index = items.size();
  if (previous) {
    const auto found = by_leaf.find(*previous);
    if (found == by_leaf.end() || items[found->second].key.has_value() != item.key.has_value() || items[found->second].member) return corrupt(seq);
    items[found->second].next.push_back(index);
  }
  if (item.member && !members.emplace(item.member->org, index).second) return corrupt(seq);
  if (!by_leaf.emplace(item.leaf, index).second) return corrupt(seq);
  if (item.key) keys[item.key->org].push_back(index);
  if (item.person) people[{item.person->org, item.person->person}].push_back(index);
  items.push_back(std::move(item));
  return {};
}

Result<std::vector<note::VerifierKey>> DirectoryStore::Log::sign_keys(const std::string& org, std::optional<Time> at) const {
  std::vector<note::VerifierKey> out;
  const auto found = keys.find(org);
  if (found == keys.end()) return out;
  for (const std::size_t i : found->second)
    if (items[i].key->purpose == note::KeyPurpose::sign && (!at || key_in_force(i, *at))) {
      note::VerifierKey key = TRY(items[i].key->verifier());
      if (std::ranges::find(out, key) == out.end()) out.push_back(std::move(key));
    }
  return out;
}

Sha256 DirectoryStore::Log::root(std::size_t size) const {
  std::vector<Sha256> leaves;
  leaves.reserve(size);
  for (std::size_t i = 0; i < size; ++i) leaves.push_back(items[i].leaf);
  return ledger::tree_root(leaves);
}

}  // namespace warifu::store
