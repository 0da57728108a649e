#pragma once
// Which entry of a key log is in force, when entries follow each other by name (`previous`). What follows an entry is a line as a rule; when
// several name the same one (a revocation of a key that had been replaced before, or somebody signed twice), every line must say that the key is
// valid, so that a revocation counts whatever else was appended beside it.
//
// And whose signature a later entry may rest on. An entry bears no time of its own, so that whoever replays the log years later cannot ask what was
// in force when it was taken; but what stands before it in the log has ended before it, by everybody's clock.

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "note/directory_entry.h"

namespace warifu::note {

// entry_of(index) gives the entry, next_of(index) the indices of those that follow it.
template <class EntryOf, class NextOf>
[[nodiscard]] bool in_force_from(std::size_t index, Time at, const EntryOf& entry_of, const NextOf& next_of) {
  using Entry = std::decay_t<decltype(entry_of(index))>;
  struct Line {
    std::size_t index;
    std::vector<Entry> chain;
  };
  std::vector<Line> lines{{index, {entry_of(index)}}};
  while (!lines.empty()) {
    Line line = std::move(lines.back());
    lines.pop_back();
    const auto& next = next_of(line.index);
    if (next.empty() && !in_force(std::span<const Entry>(line.chain), at)) return false;
    for (const std::size_t follower : next) {
      std::vector<Entry> chain = line.chain;
      chain.push_back(entry_of(follower));
      lines.push_back({follower, std::move(chain)});
    }
  }
  return true;
}

[[nodiscard]] inline bool is_same_key(const KeyEntry& a, const KeyEntry& b) {
  return a.algorithm == b.algorithm && a.key == b.key && a.web_origin == b.web_origin && a.rp_id == b.rp_id;
}
[[nodiscard]] inline bool is_same_key(const PersonEntry& a, const PersonEntry& b) { return a.algorithm == b.algorithm && a.key == b.key; }

// A revocation: the same key from the same beginning with an earlier end, or a successor that is never in force. (One that begins later, as a
// rotation writes it for the key that goes, replaces the entry and lasts until its own end.)
template <class Entry>
[[nodiscard]] bool revokes(const Entry& entry, const Entry& next) {
  if (next.valid.until <= next.valid.from) return true;
  return is_same_key(entry, next) && next.valid.from == entry.valid.from && next.valid.until < entry.valid.until;
}

// Whether a later entry may rest on the key of this one: it is no revocation and nothing behind it has revoked it. `previous`: the one it follows.
template <class EntryOf, class NextOf>
[[nodiscard]] bool may_vouch(std::size_t index, std::optional<std::size_t> previous, const EntryOf& entry_of, const NextOf& next_of) {
  const auto& entry = entry_of(index);
  if (entry.valid.until <= entry.valid.from || (previous && revokes(entry_of(*previous), entry))) return false;
  std::vector<std::size_t> line{index};
  while (!line.empty()) {
    const std::size_t at = line.back();
    line.pop_back();
    for (const std::size_t next : next_of(at)) {
      if (revokes(entry_of(at), entry_of(next))) return false;
      if (is_same_key(entry_of(at), entry_of(next))) line.push_back(next);
    }
  }
  return true;
}

}  // namespace warifu::note
