#pragma once
// project() for whoever goes on from act to act: most acts change nothing of the texts a matter is shown and found by, and those are the larger part
// of the work.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "inquiry/projection.h"

namespace warifu::inquiry {

// Everything of a state that says which bodies count, and how.
struct TextSources {
  bool is_purged = false;
  std::vector<std::pair<Sha256, Numbering>> dispatched;  // approval and number of each version
  std::vector<Numbering> numbers;                        // the agency's own, spoiled ones included
  std::optional<Sha256> draft, oral;
  bool has_working = false;
  bool operator==(const TextSources&) const = default;
};

// What a projection takes from bodies.
struct TextsRead {
  TextSources from;
  std::string case_number, subject;
  int items = 0;  // and their categories: of the text that counts now
  std::vector<law::Category> categories;
  SearchTerms terms;
};

// The same as project(). Bodies are read only when `texts` is from others than those that count now, and then `texts` is replaced. It must have come
// from acts of this matter, none of which has lost its body since.
[[nodiscard]] Projection project(const party::OrganisationId& self, party::Side side, const std::vector<SignedAct>& acts, const MatterState& state,
                                 std::optional<TextsRead>& texts);

}  // namespace warifu::inquiry
