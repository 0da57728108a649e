#pragma once
// Which entry of a key log is in force, when entries follow each other by name (`previous`). What follows an entry is a line as a rule; when
// several name the same one (a revocation of a key that had been replaced before, or somebody signed twice), every line must say that the key is
// valid, so that a revocation counts whatever else was appended beside it.

#include <cstddef>
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

}  // namespace warifu::note
