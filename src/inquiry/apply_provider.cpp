#include <set>

#include "inquiry/apply_parts.h"

// The provider's internal acts: from the check of signatures to the answer that waits for its release.

namespace warifu::inquiry {

namespace {

ProviderState after_decisions(const Provider& provider) {
  const bool needs_legal = std::ranges::any_of(provider.dispositions, [](const auto& entry) { return entry.second == Disposition::LEGAL_REVIEW; });
  return needs_legal ? ProviderState::LEGAL_REVIEW : ProviderState::TRIAGED;
}

// The dispatch this act of the provider works on: the newest one its writer had seen. A version that crossed it does not undo it; the work on
// that version begins with its own verification.
const Dispatch* in_hand(const Shared& shared, const Facts& facts, const InSight& in_sight) {
  const Dispatch* newest = nullptr;
  for (const Dispatch& dispatch : shared.dispatches)
    if (in_sight(dispatch.mark.act)) newest = &dispatch;
  return newest != nullptr && facts.of == newest->mark.act ? newest : nullptr;
}

EffectOf apply_verification(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  const Dispatch* dispatch = in_hand(state.shared, facts, in_sight);
  if (dispatch == nullptr) return illegal("not the dispatch in hand");
  Provider& provider = state.provider;
  const bool is_verified = input.act.kind == Kind::VERIFIED;
  if (dispatch->returned) return illegal("it has been returned");
  // What was in doubt can turn out to be genuine; the work on what was found genuine is not begun anew.
  if (provider.version == dispatch->version && (provider.is_verified || !is_verified)) return illegal("checked before");
  // A new version is verified like the first: its work begins again, on its own text.
  provider = Provider{};
  provider.version = dispatch->version;
  provider.is_verified = is_verified;
  (is_verified ? provider.verified : provider.suspected) = mark_of(input);
  provider.state = is_verified ? ProviderState::VERIFIED : ProviderState::SUSPECT;
  return applied();
}

// Every item is judged, none twice, and none that was not asked.
bool judges_every_item(const Facts& facts, const Dispatch& dispatch) {
  std::set<int> judged;
  for (const DispositionFact& fact : facts.dispositions)
    if (!judged.insert(fact.no).second) return false;
  return judged.size() == dispatch.items.size() &&
         std::ranges::all_of(dispatch.items, [&](const ItemFact& item) { return judged.contains(item.no); });
}

EffectOf apply_judgement(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  const Dispatch* dispatch = in_hand(state.shared, facts, in_sight);
  if (dispatch == nullptr) return illegal("not the dispatch in hand");
  Provider& provider = state.provider;
  if (input.act.kind == Kind::TRIAGED) {
    if (!is_one_of(provider.state, {ProviderState::VERIFIED, ProviderState::TRIAGED, ProviderState::LEGAL_REVIEW}))
      return illegal("not verified, or at work already");
    if (!judges_every_item(facts, *dispatch)) return illegal("every item is judged once");
    if (provider.legal) return illegal("the legal desk has decided");
    for (const DispositionFact& fact : facts.dispositions)
      if (const auto found = provider.dispositions.find(fact.no);
          found != provider.dispositions.end() && found->second == Disposition::LEGAL_REVIEW && fact.disposition == Disposition::ACCEPT)
        return illegal("that item waits for the legal desk");
    provider.dispositions.clear();
    provider.triaged = mark_of(input);
  } else {
    if (provider.state != ProviderState::LEGAL_REVIEW) return illegal("no item waits for the legal desk");
    for (const DispositionFact& fact : facts.dispositions) {
      const auto found = provider.dispositions.find(fact.no);
      if (found == provider.dispositions.end() || found->second != Disposition::LEGAL_REVIEW)
        return illegal("that item does not wait for the legal desk");
    }
    provider.legal = mark_of(input);
  }
  for (const DispositionFact& fact : facts.dispositions) provider.dispositions[fact.no] = fact.disposition;
  provider.state = after_decisions(provider);
  return applied();
}

// An answer is prepared when the work is assigned, and again when what was released leaves something open.
EffectOf apply_collected(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  if (in_hand(state.shared, facts, in_sight) == nullptr) return illegal("not the dispatch in hand");
  Provider& provider = state.provider;
  const ProviderState at = provider.state;
  const bool is_supplement = is_one_of(at, {ProviderState::RELEASED, ProviderState::RETRIEVED}) && !state.shared.is_complete();
  if (!is_supplement && !is_one_of(at, {ProviderState::ASSIGNED, ProviderState::COLLECTED})) return illegal("not assigned, or checked already");
  if (std::ranges::find(provider.assigned, *input.act.person) == provider.assigned.end()) return illegal("not assigned to this person");
  provider.collected = mark_of(input);
  provider.checked.reset();
  provider.preparer = input.act.person;
  provider.answer = input.hash;
  provider.collected_results = facts.results;
  provider.state = facts.ready.value_or(false) ? ProviderState::COLLECTED : ProviderState::ASSIGNED;
  return applied();
}

}  // namespace

EffectOf apply_provider(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  Provider& provider = state.provider;
  // A lookup that was made while the matter ended is told; after the own purge there is none.
  const bool may_be_told = input.act.kind == Kind::LOOKED_UP && !state.shared.purged_by_provider;
  if (is_over(state.shared, in_sight) && !may_be_told) return illegal("the matter is over");
  const ProviderState at = provider.state;
  switch (input.act.kind) {
    case Kind::VERIFIED:
    case Kind::SUSPECTED: return apply_verification(state, input, facts, in_sight);
    case Kind::TRIAGED:
    case Kind::LEGAL_DECIDED: return apply_judgement(state, input, facts, in_sight);
    case Kind::COLLECTED: return apply_collected(state, input, facts, in_sight);
    case Kind::ASSIGNED:
      if (!is_one_of(at,
                     {ProviderState::TRIAGED, ProviderState::ASSIGNED, ProviderState::COLLECTED, ProviderState::RELEASED, ProviderState::RETRIEVED}))
        return illegal("not judged yet");
      if (facts.persons.empty()) return illegal("work is assigned to somebody");
      provider.assigned = facts.persons;
      if (at != ProviderState::COLLECTED) provider.state = ProviderState::ASSIGNED;
      return applied();
    case Kind::LOOKED_UP:
      if (std::ranges::find(provider.assigned, *input.act.person) == provider.assigned.end()) return illegal("not assigned to this person");
      ++provider.lookups;
      return applied();
    case Kind::ANSWER_CHECKED:
      if (at != ProviderState::COLLECTED || facts.of != provider.answer) return illegal("not the answer in hand");
      if (input.act.person == provider.preparer) return illegal("the second person prepared it");
      provider.checked = mark_of(input);
      provider.state = ProviderState::CHECKED;
      return applied();
    default:  // ANSWER_SENT_BACK: apply() sends nothing else here
      if (!is_one_of(at, {ProviderState::COLLECTED, ProviderState::CHECKED})) return illegal("there is no answer in hand");
      provider.sent_back = mark_of(input);
      provider.checked.reset();
      provider.state = ProviderState::ASSIGNED;
      return applied();
  }
}

}  // namespace warifu::inquiry
