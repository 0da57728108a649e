#include "member/quorum.h"

#include <algorithm>
#include <vector>

namespace warifu::member {

Result<std::optional<Time>> Quorum::reached(const note::Note& checkpoint) const {
  struct Seen {
    Time at;
    note::VerifierKey key;
  };
  std::vector<Seen> seen;
  for (const note::SignatureLine& line : checkpoint.signatures) {
    if (line.name.starts_with(own + "/") || line.name.starts_with(hub + "/")) continue;
    for (const note::Policy::Witness& witness : policy.witnesses) {
      if (witness.key.name != line.name || witness.key.id != line.id) continue;
      if (!note::require(note::Note{checkpoint.text, {line}}, witness.key)) continue;
      // One cosigner whose clock says nonsense is one too few, and holds up nobody who can do without it.
      if (const Result<Time> at = note::cosignature_time(line)) seen.push_back({*at, witness.key});
    }
  }
  std::ranges::sort(seen, std::ranges::greater{}, &Seen::at);
  std::vector<note::VerifierKey> enough;
  for (const Seen& one : seen) {
    enough.push_back(one.key);
    if (policy.is_quorum(enough)) return std::optional(one.at);
  }
  return std::optional<Time>{};
}

}  // namespace warifu::member
