#pragma once
// What the files that apply one act share. Internal to the room: apply.cpp chooses, apply_shared.cpp knows the acts both sides see,
// apply_agency.cpp and apply_provider.cpp those of one side.

#include <algorithm>

#include "inquiry/apply.h"

namespace warifu::inquiry {

inline EffectOf applied() { return {}; }
inline EffectOf illegal(std::string why) { return {Effect::ILLEGAL, std::move(why)}; }
inline EffectOf late(std::string why) { return {Effect::LATE, std::move(why)}; }

inline Mark mark_of(const FoldInput& input) { return {input.hash, input.act.at, input.act.role, input.act.person}; }

inline bool is_one_of(State state, std::initializer_list<State> states) { return std::ranges::find(states, state) != states.end(); }
inline bool is_one_of(ProviderState state, std::initializer_list<ProviderState> states) { return std::ranges::find(states, state) != states.end(); }

// Whether the matter had ended as far as the writer could know. An end that crossed the act is judged by the act's own rule.
inline bool is_over(const Shared& shared, const InSight& in_sight) {
  const auto seen = [&](const std::optional<Mark>& mark) { return mark && in_sight(mark->act); };
  return seen(shared.withdrawn) || seen(shared.purged_by_agency) || seen(shared.purged_by_provider);
}

// Every answer that counts has been received by the agency.
inline bool is_all_retrieved(const Shared& shared) {
  return std::ranges::all_of(shared.releases, [](const Release& release) { return release.overridden || release.retrieved; });
}

// The version in the making ends; its serial, when it has one, ends as spoiled (書損) and is never used again.
inline void give_up(Agency& agency) {
  if (agency.working && agency.working->number) agency.spoiled.push_back(*agency.working->number);
  agency.working.reset();
}

// Results of the current version from those releases that `counts` admits.
template <class Predicate>
std::map<int, ItemResult> results_from(const Shared& shared, const Predicate& counts) {
  std::map<int, ItemResult> results;
  const Dispatch* current = shared.current();
  if (current == nullptr) return results;
  for (const Release& release : shared.releases) {
    if (release.version != current->version || release.overridden || !counts(release)) continue;
    for (const ResultFact& fact : release.results) {
      if (release.narrowing_declined && fact.result == ItemResult::NARROWING_PROPOSED) {
        results.erase(fact.no);
        continue;
      }
      results[fact.no] = fact.result;
    }
  }
  return results;
}

inline bool complete(const std::map<int, ItemResult>& results, const Dispatch& current) {
  for (const ItemFact& item : current.items) {
    const auto found = results.find(item.no);
    if (found == results.end() || found->second == ItemResult::NARROWING_PROPOSED) return false;
  }
  return true;
}

EffectOf apply_shared(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight);
EffectOf apply_agency(MatterState& state, const FoldInput& input, const Facts& facts);
EffectOf apply_provider(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight);

}  // namespace warifu::inquiry
