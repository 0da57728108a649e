#include "store/directory_log.h"

#include <algorithm>

#include "crypto/hash.h"
#include "ledger/merkle.h"

namespace warifu::store {

using note::KeyEntry;
using note::MemberEnd;
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
  } else if (Result<MemberEnd> ended = MemberEnd::parse(parsed->text)) {
    const auto admission = by_leaf.find(ended->admission);
    if (admission == by_leaf.end() || !items[admission->second].member) return corrupt(seq);
    item.end = std::move(*ended);
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
  if (item.end && !ends.emplace(item.end->org, index).second) return corrupt(seq);
  if (!by_leaf.emplace(item.leaf, index).second) return corrupt(seq);
  texts.insert(crypto::sha256(parsed->text));
  if (item.key) keys[item.key->org].push_back(index);
  if (item.person) people[{item.person->org, item.person->person}].push_back(index);
  items.push_back(std::move(item));
  return {};
}

namespace {

template <class Log, class IsIt>
Result<std::vector<note::VerifierKey>> sign_keys_of(const Log& log, const std::string& org, IsIt&& is_it) {
  std::vector<note::VerifierKey> out;
  const auto found = log.keys.find(org);
  if (found == log.keys.end()) return out;
  for (const std::size_t i : found->second)
    if (log.items[i].key->purpose == note::KeyPurpose::sign && is_it(i)) {
      note::VerifierKey key = TRY(log.verifier(i));
      if (std::ranges::find(out, key) == out.end()) out.push_back(std::move(key));
    }
  return out;
}

tl::unexpected<Error> not_apart() { return fail(Code::CONFLICT, "a witness's key serves nothing else", "key"); }

}  // namespace

namespace {

constexpr std::size_t kReadyMax = 16'384;  // of each kind; beyond it they are made anew

template <class T, class F>
Result<T> made_once(std::map<Sha256, T>& ready, std::mutex& mutex, const Sha256& leaf, F&& make) {
  {
    const std::scoped_lock lock(mutex);
    if (const auto found = ready.find(leaf); found != ready.end()) return found->second;
  }
  T fresh = TRY(make());
  const std::scoped_lock lock(mutex);
  if (ready.size() >= kReadyMax) ready.clear();
  ready.emplace(leaf, fresh);
  return fresh;
}

}  // namespace

Result<note::VerifierKey> DirectoryStore::Log::verifier(std::size_t at) const {
  return made_once(ready_->verifiers, ready_->mutex, items[at].leaf, [&] { return items[at].key->verifier(); });
}

Result<note::PersonKey> DirectoryStore::Log::person_key(std::size_t at) const {
  return made_once(ready_->people, ready_->mutex, items[at].leaf, [&] { return items[at].person->person_key(); });
}

Result<std::vector<note::VerifierKey>> DirectoryStore::Log::sign_keys(const std::string& org, Time at) const {
  return sign_keys_of(*this, org, [&](std::size_t i) { return key_in_force(i, at); });
}

Result<std::vector<note::VerifierKey>> DirectoryStore::Log::vouching_keys(const std::string& org, std::optional<Time> at) const {
  return sign_keys_of(*this, org, [&](std::size_t i) { return (!at || key_in_force(i, *at)) && may_vouch(i, &Item::key); });
}

Status DirectoryStore::Log::check_apart(const KeyEntry& entry, const std::optional<note::VerifierKey>& root) const {
  const bool is_witness = entry.purpose == note::KeyPurpose::witness;
  if (entry.key.empty()) return {};
  if (const auto found = keys.find(entry.org); found != keys.end())
    for (const std::size_t i : found->second)
      if ((items[i].key->purpose == note::KeyPurpose::witness) != is_witness && items[i].key->key == entry.key) return not_apart();
  if (!is_witness) return {};
  if (root && std::ranges::equal(root->key.bytes, entry.key)) return not_apart();
  for (auto person = people.lower_bound({entry.org, PersonId{}}); person != people.end() && person->first.first == entry.org; ++person)
    for (const std::size_t i : person->second)
      if (items[i].person->key == entry.key) return not_apart();
  return {};
}

Status DirectoryStore::Log::check_apart(const PersonEntry& entry) const {
  const auto found = keys.find(entry.org);
  if (found == keys.end()) return {};
  for (const std::size_t i : found->second)
    if (items[i].key->purpose == note::KeyPurpose::witness && items[i].key->key == entry.key) return not_apart();
  return {};
}

Sha256 DirectoryStore::Log::root(std::size_t size) const {
  std::vector<Sha256> leaves;
  leaves.reserve(size);
  for (std::size_t i = 0; i < size; ++i) leaves.push_back(items[i].leaf);
  return ledger::tree_root(leaves);
}

}  // namespace warifu::store
