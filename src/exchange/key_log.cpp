#include "exchange/key_log.h"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/hash.h"
#include "note/entry_tree.h"
#include "note/member_end.h"

namespace warifu::exchange {

namespace {

tl::unexpected<Error> bad(std::size_t index, std::string why) {
  return fail(Code::EVIDENCE_INVALID, std::move(why), std::to_string(index), {{"reason", std::to_string(index)}});
}

Bytes raw(const note::VerifierKey& key) { return {key.key.bytes.begin(), key.key.bytes.end()}; }

void put_once(std::vector<note::VerifierKey>& keys, note::VerifierKey key) {
  if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
}

}  // namespace

struct KeyLog::Reader {
  KeyLog& log;
  std::span<const note::VerifierKey> admitters;
  std::map<Sha256, std::size_t> keys_by_leaf = {}, people_by_leaf = {};
  std::map<std::string, std::vector<std::size_t>> keys_of = {}, people_of = {};  // of an organisation
  std::map<std::string, note::VerifierKey> roots = {};
  std::map<std::string, Sha256> admissions = {};  // leaf hashes
  std::set<Sha256> texts = {};                    // of the entries, without what is under them
  std::string origin = {};                        // of the first entry
  std::optional<std::size_t> unadmitted = {};     // the first entry of somebody whom nobody admitted

  Status take(const note::Note& note, std::size_t index);

 private:
  // Of this log, and of somebody who has not left it.
  Status check_place(const std::string& of, const std::string& org) {
    if (origin.empty()) origin = of;
    if (of != origin) return fail(Code::BAD_NOTE, "an entry of another log");
    return log.ended_.contains(org) ? fail(Code::CONFLICT, "of an organisation that is no member any more") : Status{};
  }
  Status add_end(const note::Note& note, const note::MemberEnd& end);
  Status add_member(const note::Note& note, note::MemberEntry member);
  Status add_key(const note::Note& note, note::KeyEntry key, std::size_t index);
  Status add_person(const note::Note& note, note::PersonEntry person, std::size_t index);
  [[nodiscard]] Status check_signatures(const note::Note& note, const note::PersonEntry& person) const;
  [[nodiscard]] Status check_apart(const std::string& org, bool is_witness, const Bytes& key) const;
  // Behind the one it names, which has no other successor but revocations.
  template <class Entry>
  static Status append(std::vector<Item<Entry>>& items, std::map<Sha256, std::size_t>& by_leaf, Entry entry, const Sha256& leaf, std::size_t index) {
    Item<Entry> item{std::move(entry), index, {}, {}};
    if (by_leaf.contains(leaf)) return fail(Code::CONFLICT, "stands in the log already");
    if (item.entry.previous) {
      const auto found = by_leaf.find(*item.entry.previous);
      if (found == by_leaf.end()) return fail(Code::CONFLICT, "follows an entry that is not here");
      Item<Entry>& previous = items[found->second];
      TRY(note::check_successor(previous.entry, *item.entry.previous, item.entry));
      if (!previous.next.empty() && !note::is_same_key(previous.entry, item.entry))
        return fail(Code::CONFLICT, "the predecessor has a successor already");
      item.previous = found->second;
      previous.next.push_back(items.size());
    }
    by_leaf.emplace(leaf, items.size());
    items.push_back(std::move(item));
    return {};
  }
  template <class Entry>
  static bool may_vouch(const std::vector<Item<Entry>>& items, std::size_t at) {
    return note::may_vouch(
        at, items[at].previous, [&](std::size_t i) -> const Entry& { return items[i].entry; },
        [&](std::size_t i) -> const std::vector<std::size_t>& { return items[i].next; });
  }
  static const std::vector<std::size_t>& places(const std::map<std::string, std::vector<std::size_t>>& of, const std::string& org) {
    static const std::vector<std::size_t> none;
    const auto found = of.find(org);
    return found == of.end() ? none : found->second;
  }
};

Status KeyLog::Reader::add_member(const note::Note& note, note::MemberEntry member) {
  TRY(check_place(member.origin, member.org));
  if (roots.contains(member.org) || keys_of.contains(member.org) || people_of.contains(member.org))
    return fail(Code::CONFLICT, "an organisation is admitted once, before anything else of it");
  if (admitters.empty())
    TRY(note::require(note, member.root));
  else
    TRY(note::check_signatures(note, member, admitters));
  roots.emplace(member.org, member.root);
  admissions.emplace(member.org, note::leaf_hash(note));
  log.members_.push_back(std::move(member));
  return {};
}

Status KeyLog::Reader::add_end(const note::Note& note, const note::MemberEnd& end) {
  TRY(check_place(end.origin, end.org));
  const auto admission = admissions.find(end.org);
  if (admission == admissions.end() || admission->second != end.admission) return fail(Code::CONFLICT, "the end of no admission in this log");
  if (!admitters.empty()) TRY(note::check_signatures(note, end, admitters));
  log.ended_.emplace(end.org, end.ended);
  return {};
}

// A witness's key is nobody's who signs anything else there: else a cosignature could be taken for another signature, or be made by it.
Status KeyLog::Reader::check_apart(const std::string& org, bool is_witness, const Bytes& key) const {
  const auto is_taken = [&](std::size_t i) {
    const note::KeyEntry& other = log.keys_[i].entry;
    return (other.purpose == note::KeyPurpose::witness) != is_witness && other.key == key;
  };
  bool is_apart = key.empty() || std::ranges::none_of(places(keys_of, org), is_taken);
  if (is_witness) {
    const auto root = roots.find(org);
    is_apart = is_apart && (root == roots.end() || raw(root->second) != key) &&
               std::ranges::none_of(places(people_of, org), [&](std::size_t i) { return log.people_[i].entry.key == key; });
  }
  return is_apart ? Status{} : fail(Code::CONFLICT, "a witness's key that serves another purpose too");
}

Status KeyLog::Reader::add_key(const note::Note& note, note::KeyEntry key, std::size_t index) {
  TRY(check_place(key.origin, key.org));
  const auto root = roots.find(key.org);
  if (root == roots.end() && !unadmitted) unadmitted = index;
  if (root == roots.end() && !roots.empty()) return fail(Code::KEY_UNKNOWN, "of an organisation that nobody admitted");
  if (root != roots.end() && !note::require(note, root->second)) return fail(Code::SIGNATURE_MISSING, "not signed by the root of its organisation");
  TRY(check_apart(key.org, key.purpose == note::KeyPurpose::witness, key.key));
  const std::string org = key.org;
  const std::size_t place = log.keys_.size();
  TRY(append(log.keys_, keys_by_leaf, std::move(key), note::leaf_hash(note), index));
  keys_of[org].push_back(place);
  return {};
}

Status KeyLog::Reader::check_signatures(const note::Note& note, const note::PersonEntry& person) const {
  note::PersonEntryAuthorities authorities;
  for (const std::size_t i : places(keys_of, person.org)) {
    if (log.keys_[i].entry.purpose != note::KeyPurpose::sign || !may_vouch(log.keys_, i)) continue;
    if (Result<note::VerifierKey> key = log.keys_[i].entry.verifier()) put_once(authorities.sign, std::move(*key));
  }
  std::set<PersonId> known;
  for (const std::size_t i : places(people_of, person.org)) {
    const note::PersonEntry& other = log.people_[i].entry;
    known.insert(other.person);
    if (other.algorithm != note::PersonKeyAlgorithm::ed25519 || !may_vouch(log.people_, i)) continue;  // a passkey signs no entries
    if (Result<note::VerifierKey> key = other.verifier()) put_once(authorities.people, std::move(*key));
  }
  authorities.people_known = known.size();
  const auto root = roots.find(person.org);
  if (root != roots.end()) authorities.root = root->second;
  if (root != roots.end() || known.size() >= 2) return note::check_signatures(note, person, authorities);
  // The first two of an organisation whose root is not known here: what can be asked is asked.
  const Result<std::vector<note::VerifierKey>> who = note::verify(note, authorities.sign);
  if (!who || who->empty()) return fail(Code::SIGNATURE_MISSING, "not signed by its organisation");
  return {};
}

Status KeyLog::Reader::add_person(const note::Note& note, note::PersonEntry person, std::size_t index) {
  TRY(check_place(person.origin, person.org));
  TRY(check_signatures(note, person));
  const auto is_witness = [&](std::size_t i) {
    return log.keys_[i].entry.purpose == note::KeyPurpose::witness && log.keys_[i].entry.key == person.key;
  };
  if (std::ranges::any_of(places(keys_of, person.org), is_witness)) return fail(Code::CONFLICT, "a witness's key that serves another purpose too");
  const std::string org = person.org;
  const std::size_t place = log.people_.size();
  TRY(append(log.people_, people_by_leaf, std::move(person), note::leaf_hash(note), index));
  people_of[org].push_back(place);
  return {};
}

Status KeyLog::Reader::take(const note::Note& note, std::size_t index) {
  // With another line under it the same entry is another leaf: a key that was revoked would be in force again, and nobody had signed that.
  if (!texts.insert(crypto::sha256(note.text)).second) return fail(Code::CONFLICT, "stands in the log already");
  if (Result<note::MemberEntry> member = note::MemberEntry::parse(note.text)) return add_member(note, std::move(*member));
  if (const Result<note::MemberEnd> end = note::MemberEnd::parse(note.text)) return add_end(note, *end);
  if (Result<note::KeyEntry> key = note::KeyEntry::parse(note.text)) return add_key(note, std::move(*key), index);
  Result<note::PersonEntry> person = note::PersonEntry::parse(note.text);
  if (!person) return fail(Code::BAD_NOTE, "neither an organisation's nor a person's entry");
  return add_person(note, std::move(*person), index);
}

Result<KeyLog> KeyLog::create(std::span<const std::string> entries, std::span<const note::VerifierKey> admitters) {
  KeyLog log;
  Reader reader{log, admitters};
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const Result<note::Note> note = note::Note::parse(entries[index]);
    if (!note) return bad(index, "not a signed note");
    if (const Status taken = reader.take(*note, index); !taken) return bad(index, taken.error().message);
  }
  // Put before the first admission it would have escaped.
  if ((!log.members_.empty() || !admitters.empty()) && reader.unadmitted) return bad(*reader.unadmitted, "of an organisation that nobody admitted");
  return log;
}

std::optional<Time> KeyLog::ended(const std::string& org) const {
  const auto found = ended_.find(org);
  return found == ended_.end() ? std::nullopt : std::optional<Time>(found->second);
}

template <class Entry>
bool KeyLog::in_force(const std::vector<Item<Entry>>& items, std::size_t at, Time t) const {
  if (const std::optional<Time> end = ended(items[at].entry.org); end && *end <= t) return false;
  return note::in_force_from(
      at, t, [&](std::size_t i) -> const Entry& { return items[i].entry; },
      [&](std::size_t i) -> const std::vector<std::size_t>& { return items[i].next; });
}

std::vector<KeyLog::OrganisationKey> KeyLog::organisation_keys(const std::string& org, Time at) const {
  std::vector<OrganisationKey> out;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const note::KeyEntry& entry = keys_[i].entry;
    if (entry.org != org || entry.purpose != note::KeyPurpose::sign || !in_force(keys_, i, at)) continue;
    if (Result<note::VerifierKey> key = entry.verifier()) out.push_back({entry, std::move(*key), keys_[i].index});
  }
  return out;
}

std::vector<note::VerifierKey> KeyLog::witness_keys() const {
  std::vector<note::VerifierKey> out;
  for (const Item<note::KeyEntry>& item : keys_)
    if (item.entry.purpose == note::KeyPurpose::witness)
      if (Result<note::VerifierKey> key = item.entry.verifier()) out.push_back(std::move(*key));
  return out;
}

std::vector<KeyLog::PersonKey> KeyLog::person_keys(const std::string& org, const PersonId& person, Time at) const {
  std::vector<PersonKey> out;
  for (std::size_t i = 0; i < people_.size(); ++i) {
    const note::PersonEntry& entry = people_[i].entry;
    if (entry.org != org || entry.person != person || !in_force(people_, i, at)) continue;
    if (Result<note::PersonKey> key = entry.person_key()) out.push_back({entry, std::move(*key), people_[i].index});
  }
  return out;
}

std::vector<note::RelyingParty> KeyLog::relying_parties(const std::string& org, Time at) const {
  std::vector<note::RelyingParty> out;
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (keys_[i].entry.org == org && in_force(keys_, i, at))
      if (std::optional<note::RelyingParty> party = keys_[i].entry.relying_party()) out.push_back(std::move(*party));
  return out;
}

}  // namespace warifu::exchange
