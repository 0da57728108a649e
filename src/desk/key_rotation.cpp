#include "desk/key_rotation.h"

#include <algorithm>
#include <map>

#include "desk/seal_entry.h"
#include "exchange/envelope.h"
#include "note/entry_tree.h"

namespace warifu::desk {

using note::KeyEntry;
using note::KeyPurpose;
using note::OrgKeyAlgorithm;

namespace {

Time whole_seconds(Time t) { return Time::from_seconds(t.seconds()); }

// The lines of one organisation's keys of one purpose.
struct Lines {
  struct Item {
    KeyEntry entry;
    Sha256 leaf;
    std::vector<std::size_t> next;
  };
  std::vector<Item> items;

  [[nodiscard]] bool in_force(std::size_t at, Time t) const {
    return note::in_force_from(
        at, t, [&](std::size_t i) -> const KeyEntry& { return items[i].entry; },
        [&](std::size_t i) -> const std::vector<std::size_t>& { return items[i].next; });
  }
  // In force now, or from a later time on that has been published already.
  [[nodiscard]] bool is_alive(std::size_t at, Time now) const { return in_force(at, std::max(now, items[at].entry.valid.from)); }
};

Result<Lines> lines_of(std::span<const std::string> entries, const party::OrganisationId& org, KeyPurpose purpose) {
  Lines out;
  std::map<Sha256, std::size_t> by_leaf;
  for (const std::string& serialised : entries) {
    const note::Note note = TRY(note::Note::parse(serialised));
    Result<KeyEntry> entry = KeyEntry::parse(note.text);
    if (!entry || entry->org != org.text() || entry->purpose != purpose) continue;
    const Sha256 leaf = note::leaf_hash(note);
    if (entry->previous)
      if (const auto previous = by_leaf.find(*entry->previous); previous != by_leaf.end())
        out.items[previous->second].next.push_back(out.items.size());
    by_leaf.emplace(leaf, out.items.size());
    out.items.push_back({std::move(*entry), leaf, {}});
  }
  return out;
}

Result<std::string> signed_entry(const KeyEntry& entry, const note::Signer& root) {
  return TRY(note::sign_note(TRY(entry.text()), std::span(&root, 1))).serialise();
}

}  // namespace

Result<std::optional<DirectoryKey>> newest_key(std::span<const std::string> entries, const party::OrganisationId& org, KeyPurpose purpose, Time now) {
  const Lines lines = TRY(lines_of(entries, org, purpose));
  for (std::size_t i = lines.items.size(); i-- > 0;)
    if (lines.items[i].next.empty() && lines.is_alive(i, now)) return std::optional(DirectoryKey{lines.items[i].entry, lines.items[i].leaf});
  return std::optional<DirectoryKey>{};
}

Result<std::vector<std::string>> rotation_entries(std::span<const std::string> entries, const Rotation& rotation, const note::Signer& root) {
  if (root.verifier().name != note::root_name(rotation.org.text())) return fail(Code::BAD_KEY, "not the root key of this organisation", "--root");
  const Lines lines = TRY(lines_of(entries, rotation.org, rotation.purpose));
  for (std::size_t i = 0; i < lines.items.size(); ++i)
    if (lines.items[i].entry.key == rotation.key && lines.is_alive(i, rotation.now)) return std::vector<std::string>{};

  KeyEntry fresh;
  fresh.origin = rotation.origin;
  fresh.org = rotation.org.text();
  fresh.purpose = rotation.purpose;
  fresh.algorithm = rotation.algorithm;
  fresh.key = rotation.key;
  fresh.valid = {whole_seconds(rotation.now), whole_seconds(rotation.now + rotation.period)};

  std::vector<std::string> out;
  if (const std::optional<DirectoryKey> old = TRY(newest_key(entries, rotation.org, rotation.purpose, rotation.now))) {
    fresh.previous = old->leaf;
    const Time end = whole_seconds(rotation.now + rotation.overlap);
    if (end < old->entry.valid.until) {
      KeyEntry shorter = old->entry;
      shorter.previous = old->leaf;
      shorter.valid = {std::max(old->entry.valid.from, fresh.valid.from), end};
      out.push_back(TRY(signed_entry(shorter, root)));
      fresh.previous = note::leaf_hash(TRY(note::Note::parse(out.back())));
    }
  }
  out.push_back(TRY(signed_entry(fresh, root)));
  return out;
}

Rotation seal_rotation(std::string origin, const party::OrganisationId& org, const crypto::AgeRecipient& recipient, Time now) {
  KeyEntry entry = seal_entry(recipient);
  return {std::move(origin), org, entry.purpose, entry.algorithm, std::move(entry.key), now, kSealKeyPeriod, kSealKeyOverlap};
}

Rotation sign_rotation(std::string origin, const party::OrganisationId& org, KeyPurpose purpose, const note::VerifierKey& key, Time now) {
  return {std::move(origin), org, purpose, OrgKeyAlgorithm::ed25519, Bytes(key.key.bytes.begin(), key.key.bytes.end()), now, kSignKeyPeriod,
          kSignKeyOverlap};
}

Result<std::vector<crypto::AgeRecipient>> seal_keys(std::span<const std::string> entries, const party::OrganisationId& org, Time at) {
  const Lines lines = TRY(lines_of(entries, org, KeyPurpose::seal));
  std::vector<crypto::AgeRecipient> out;
  for (std::size_t i = 0; i < lines.items.size(); ++i) {
    if (!lines.in_force(i, at)) continue;
    crypto::AgeRecipient recipient = TRY(recipient_of(lines.items[i].entry));
    // A key that was entered anew counts from its newest entry.
    std::erase(out, recipient);
    out.push_back(std::move(recipient));
  }
  return out;
}

Result<std::optional<Time>> next_seal_rotation(std::span<const std::string> entries, const party::OrganisationId& org, Time now) {
  const std::optional<DirectoryKey> newest = TRY(newest_key(entries, org, KeyPurpose::seal, now));
  if (!newest) return std::optional<Time>{};
  return std::optional(newest->entry.valid.until - kSealKeyOverlap);
}

Result<bool> is_seal_key_over(std::span<const std::string> entries, const party::OrganisationId& org, const crypto::AgeRecipient& recipient,
                              Time now) {
  const Lines lines = TRY(lines_of(entries, org, KeyPurpose::seal));
  bool is_known = false;
  for (std::size_t i = 0; i < lines.items.size(); ++i) {
    const Result<crypto::AgeRecipient> listed = recipient_of(lines.items[i].entry);
    if (!listed || *listed != recipient) continue;
    is_known = true;
    if (lines.is_alive(i, now) || now < lines.items[i].entry.valid.until + exchange::kMessageLife) return false;
  }
  return is_known;  // one that nobody was ever told of may be on its way in
}

}  // namespace warifu::desk
