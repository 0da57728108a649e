#include "exchange/key_log.h"

#include <algorithm>
#include <map>

#include "note/entry_tree.h"

namespace warifu::exchange {

namespace {

tl::unexpected<Error> bad(std::size_t index, std::string why) {
  return fail(Code::EVIDENCE_INVALID, std::move(why), std::to_string(index), {{"reason", std::to_string(index)}});
}

// Puts an entry at the end of its list and behind the one it names. False when that one is not there.
template <class Items, class Entry>
bool append(Items& items, std::map<Sha256, std::size_t>& by_leaf, Entry entry, const Sha256& leaf, std::size_t index) {
  const std::size_t place = items.size();
  if (entry.previous) {
    const auto found = by_leaf.find(*entry.previous);
    if (found == by_leaf.end()) return false;
    items[found->second].next.push_back(place);
  }
  by_leaf.emplace(leaf, place);
  items.push_back({std::move(entry), index, {}});
  return true;
}

}  // namespace

Status KeyLog::add_member(const note::Note& note, note::MemberEntry member, std::span<const note::VerifierKey> admitters) {
  const auto is_of = [&](const auto& item) { return item.entry.org == member.org; };
  const auto is_again = [&](const note::MemberEntry& other) { return other.org == member.org; };
  if (std::ranges::any_of(members_, is_again) || std::ranges::any_of(keys_, is_of) || std::ranges::any_of(people_, is_of))
    return fail(Code::CONFLICT, "an organisation is admitted once, before anything else of it");
  if (admitters.empty())
    TRY(note::require(note, member.root));
  else
    TRY(note::check_signatures(note, member, admitters));
  members_.push_back(std::move(member));
  return {};
}

Result<KeyLog> KeyLog::create(std::span<const std::string> entries, std::span<const note::VerifierKey> admitters) {
  KeyLog log;
  std::map<Sha256, std::size_t> keys_by_leaf, people_by_leaf;
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const Result<note::Note> note = note::Note::parse(entries[index]);
    if (!note) return bad(index, "not a signed note");
    const Sha256 leaf = note::leaf_hash(*note);
    if (Result<note::MemberEntry> member = note::MemberEntry::parse(note->text)) {
      if (const Status added = log.add_member(*note, std::move(*member), admitters); !added) return bad(index, added.error().message);
      continue;
    }
    if (Result<note::KeyEntry> key = note::KeyEntry::parse(note->text)) {
      const auto of = std::ranges::find(log.members_, key->org, &note::MemberEntry::org);
      if (of != log.members_.end() && !note::require(*note, of->root)) return bad(index, "not signed by the root of its organisation");
      if (!append(log.keys_, keys_by_leaf, std::move(*key), leaf, index)) return bad(index, "follows an entry that is not here");
      continue;
    }
    Result<note::PersonEntry> person = note::PersonEntry::parse(note->text);
    if (!person) return bad(index, "neither an organisation's nor a person's entry");
    std::vector<note::VerifierKey> signers;
    for (const Item<note::KeyEntry>& item : log.keys_) {
      if (item.entry.org != person->org || item.entry.purpose != note::KeyPurpose::sign) continue;
      if (const Result<note::VerifierKey> key = item.entry.verifier()) signers.push_back(*key);
    }
    const Result<std::vector<note::VerifierKey>> who = note::verify(*note, signers);
    if (!who || who->empty()) return bad(index, "not signed by its organisation");
    if (!append(log.people_, people_by_leaf, std::move(*person), leaf, index)) return bad(index, "follows an entry that is not here");
  }
  return log;
}

template <class Entry>
bool KeyLog::in_force(const std::vector<Item<Entry>>& items, std::size_t at, Time t) {
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
