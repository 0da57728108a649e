#include "note/admitters.h"

#include <algorithm>
#include <vector>

#include "note/directory_entry.h"

namespace warifu::note {

std::size_t count_admitters(std::span<const VerifierKey> signed_by) {
  std::vector<const VerifierKey*> counted;
  for (const VerifierKey& key : signed_by) {
    const bool is_another = std::ranges::none_of(counted, [&](const VerifierKey* other) { return other->name == key.name || other->key == key.key; });
    if (is_admitter_name(key.name) && is_another) counted.push_back(&key);
  }
  return counted.size();
}

}  // namespace warifu::note
