#include "exchange/key_log.h"

namespace warifu::exchange {

namespace {

tl::unexpected<Error> bad(std::size_t index, std::string why) {
  return fail(Code::EVIDENCE_INVALID, std::move(why), std::to_string(index), {{"reason", std::to_string(index)}});
}

// Appends a successor to every chain that ends with the entry it names.
template <class Chain, class Entry>
bool follow(std::vector<Chain>& chains, std::map<Sha256, std::vector<std::size_t>>& ends, const Entry& entry, const Sha256& leaf) {
  const auto found = ends.find(*entry.previous);
  if (found == ends.end()) return false;
  const std::vector<std::size_t> indices = found->second;
  for (const std::size_t i : indices) {
    chains[i].chain.push_back(entry);
    ends[leaf].push_back(i);
  }
  return true;
}

}  // namespace

Result<KeyLog> KeyLog::create(std::span<const std::string> entries) {
  KeyLog log;
  std::map<Sha256, std::vector<std::size_t>> key_ends, person_ends;
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const Result<note::Note> note = note::Note::parse(entries[index]);
    if (!note) return bad(index, "not a signed note");
    const Sha256 leaf = note::leaf_hash(*note);
    if (Result<note::KeyEntry> key = note::KeyEntry::parse(note->text)) {
      if (key->previous && !follow(log.keys_, key_ends, *key, leaf)) return bad(index, "follows an entry that is not here");
      key_ends[leaf].push_back(log.keys_.size());
      log.keys_.push_back({{std::move(*key)}, index});
      continue;
    }
    Result<note::PersonEntry> person = note::PersonEntry::parse(note->text);
    if (!person) return bad(index, "neither an organisation's nor a person's entry");
    std::vector<note::VerifierKey> signers;
    for (const KeyChain& chain : log.keys_) {
      const note::KeyEntry& entry = chain.chain.front();
      if (entry.org != person->org || entry.purpose != note::KeyPurpose::sign) continue;
      if (const Result<note::VerifierKey> key = entry.verifier()) signers.push_back(*key);
    }
    const Result<std::vector<note::VerifierKey>> who = note::verify(*note, signers);
    if (!who || who->empty()) return bad(index, "not signed by its organisation");
    if (person->previous && !follow(log.people_, person_ends, *person, leaf)) return bad(index, "follows an entry that is not here");
    person_ends[leaf].push_back(log.people_.size());
    log.people_.push_back({{std::move(*person)}, index});
  }
  return log;
}

std::vector<KeyLog::OrganisationKey> KeyLog::organisation_keys(const std::string& org, Time at) const {
  std::vector<OrganisationKey> out;
  for (const KeyChain& chain : keys_) {
    const note::KeyEntry& entry = chain.chain.front();
    if (entry.org != org || entry.purpose != note::KeyPurpose::sign || !note::in_force(chain.chain, at)) continue;
    if (Result<note::VerifierKey> key = entry.verifier()) out.push_back({entry, std::move(*key), chain.index});
  }
  return out;
}

std::vector<KeyLog::PersonKey> KeyLog::person_keys(const std::string& org, const PersonId& person, Time at) const {
  std::vector<PersonKey> out;
  for (const PersonChain& chain : people_) {
    const note::PersonEntry& entry = chain.chain.front();
    if (entry.org != org || entry.person != person || !note::in_force(chain.chain, at)) continue;
    if (Result<note::VerifierKey> key = entry.verifier()) out.push_back({entry, std::move(*key), chain.index});
  }
  return out;
}

}  // namespace warifu::exchange
