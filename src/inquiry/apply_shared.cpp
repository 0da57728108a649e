#include "inquiry/apply_parts.h"

namespace warifu::inquiry {

namespace {

using party::Role;

// An answer that crossed the end of the matter stays unopened and is purged; both sides see why.
void override_unseen(MatterState& state, const InSight& in_sight, const char* why) {
  for (Release& release : state.shared.releases) {
    if (release.overridden || in_sight(release.mark.act)) continue;
    release.overridden = true;
    state.effects[release.mark.act] = {Effect::OVERRIDDEN, why};
  }
}

// All results alike give that state; any pending narrowing gives NARROWING_PROPOSED; any other mixture, or an item without a result yet,
// PARTLY_ANSWERED (domain.md section 6).
State aggregate(const std::map<int, ItemResult>& results, std::size_t item_count) {
  if (results.empty()) return State::IN_PROGRESS;
  bool all_alike = results.size() == item_count;
  for (const auto& [no, result] : results) {
    if (result == ItemResult::NARROWING_PROPOSED) return State::NARROWING_PROPOSED;
    if (result != results.begin()->second) all_alike = false;
  }
  if (!all_alike) return State::PARTLY_ANSWERED;
  switch (results.begin()->second) {
    case ItemResult::ANSWERED: return State::ANSWERED;
    case ItemResult::PARTLY_ANSWERED: return State::PARTLY_ANSWERED;
    case ItemResult::NONE_HELD: return State::NONE_HELD;
    case ItemResult::REFUSED: return State::REFUSED;
    case ItemResult::NEEDS_WARRANT: return State::NEEDS_WARRANT;
    case ItemResult::NARROWING_PROPOSED: return State::NARROWING_PROPOSED;
  }
  return State::PARTLY_ANSWERED;
}

Dispatch* version_of(Shared& shared, const Facts& facts) {
  for (Dispatch& dispatch : shared.dispatches)
    if (facts.version && dispatch.version == *facts.version && (!facts.of || *facts.of == dispatch.mark.act)) return &dispatch;
  return nullptr;
}

// ── shared acts of the agency ──────────────────────────────────────────────────────────────────────────────────────────────────────────

EffectOf apply_approved(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  Shared& shared = state.shared;
  const int next_version = static_cast<int>(shared.dispatches.size()) + 1;
  if (is_over(shared, in_sight)) return illegal("the matter is over");
  if (facts.version != next_version) return illegal("the approval is not of the next version");
  if (!facts.to || facts.items.empty()) return illegal("an approval names its addressee and its items");
  if (*facts.to == input.act.org) return illegal("an agency does not ask itself");
  if (const Dispatch* current = shared.current(); current != nullptr && *facts.to != current->to)
    return illegal("an amendment stays with its addressee");
  if (!shared.asker) shared.asker = input.act.org;
  shared.approvals.emplace(input.hash, Approval{mark_of(input), next_version, facts.delegator, *facts.to, facts.items, facts.due,
                                                facts.urgency.value_or(law::Urgency::NORMAL)});
  if (std::optional<Working>& working = state.agency.working; working && working->stage == State::CHECKED) {
    working->stage = State::APPROVED;
    working->approved = mark_of(input);
  }
  return applied();
}

EffectOf apply_dispatched(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  Shared& shared = state.shared;
  if (is_over(shared, in_sight)) return illegal("the matter is over");
  if (!facts.of || !facts.number) return illegal("a dispatch names its approval and its number");
  const auto approval = shared.approvals.find(*facts.of);
  const int next_version = static_cast<int>(shared.dispatches.size()) + 1;
  if (approval == shared.approvals.end() || !in_sight(*facts.of)) return illegal("the approval it names is not here");
  if (approval->second.version != next_version || facts.version != next_version) return illegal("that version has been dispatched");
  if (approval->second.mark.person == input.act.person) return illegal("the registrar approved it");
  if (!shared.dispatches.empty()) shared.dispatches.back().superseded = true;
  Dispatch dispatch;
  dispatch.mark = mark_of(input);
  dispatch.version = next_version;
  dispatch.approval = *facts.of;
  dispatch.number = *facts.number;
  dispatch.to = approval->second.to;
  dispatch.items = approval->second.items;
  dispatch.due = approval->second.due;
  dispatch.urgency = approval->second.urgency;
  shared.dispatches.push_back(std::move(dispatch));
  shared.purged_by_provider.reset();  // a purge that crossed this version concerned the earlier ones
  shared.state = State::DISPATCHED;
  state.agency.working.reset();
  return applied();
}

EffectOf apply_withdrawn(MatterState& state, const FoldInput& input, const InSight& in_sight) {
  Shared& shared = state.shared;
  const Dispatch* current = shared.current();
  if (current == nullptr) return illegal("nothing has been dispatched");
  if (is_over(shared, in_sight)) return illegal("the matter is over");
  // What was in sight decides, not what the fold has met: an answer that crossed the withdrawal does not stop it.
  const auto seen = results_from(shared, [&](const Release& release) { return in_sight(release.mark.act); });
  if (complete(seen, *current)) return illegal("the answer was there when it was withdrawn");
  shared.withdrawn = mark_of(input);
  give_up(state.agency);
  override_unseen(state, in_sight, "a withdrawal crossed the answer");
  shared.state = State::WITHDRAWN;
  return applied();
}

EffectOf apply_reminded(MatterState& state, const FoldInput& input) {
  Shared& shared = state.shared;
  if (!is_one_of(shared.state, {State::DISPATCHED, State::DELIVERED, State::ACCEPTED, State::IN_PROGRESS, State::PARTLY_ANSWERED}))
    return illegal("there is nothing to remind of");
  if (shared.is_complete()) return illegal("the inquiry has been answered");
  shared.reminders.push_back(mark_of(input));
  return applied();
}

EffectOf apply_retrieved(MatterState& state, const FoldInput& input, const Facts& facts) {
  for (Release& release : state.shared.releases) {
    if (!facts.of || release.mark.act != *facts.of) continue;
    if (release.overridden) return illegal("the answer was overridden by a withdrawal");
    if (release.retrieved) return illegal("the answer has been received");
    release.retrieved = mark_of(input);
    return applied();
  }
  return illegal("the answer it names is not here");
}

EffectOf apply_feedback(MatterState& state, const FoldInput& input) {
  const bool has_answer = std::ranges::any_of(state.shared.releases, [](const Release& release) { return !release.overridden; });
  if (!has_answer) return illegal("there is no answer to tell about");
  state.shared.feedback.push_back(mark_of(input));
  return applied();
}

EffectOf apply_declined(MatterState& state, const Facts& facts, const InSight& in_sight) {
  Shared& shared = state.shared;
  if (is_over(shared, in_sight)) return illegal("the matter is over");
  for (Release& release : shared.releases) {
    if (!facts.of || release.mark.act != *facts.of) continue;
    const bool proposes = std::ranges::any_of(release.results, [](const ResultFact& r) { return r.result == ItemResult::NARROWING_PROPOSED; });
    if (!proposes || release.narrowing_declined || release.overridden) return illegal("that answer holds no open proposal");
    release.narrowing_declined = true;
    const Dispatch* current = shared.current();
    if (current != nullptr && current->version == release.version) shared.state = aggregate(shared.results(), current->items.size());
    return applied();
  }
  return illegal("the answer it names is not here");
}

// ── shared acts of the provider ────────────────────────────────────────────────────────────────────────────────────────────────────────

EffectOf apply_step(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  Shared& shared = state.shared;
  Dispatch* dispatch = version_of(shared, facts);
  if (dispatch == nullptr) return illegal("the dispatch it names is not here");
  std::optional<Mark>* field = nullptr;
  State to = State::NONE;
  bool may = false;
  switch (input.act.kind) {
    case Kind::RECEIVED: field = &dispatch->received, to = State::DELIVERED, may = shared.state == State::DISPATCHED; break;
    case Kind::ACCEPTED:
      field = &dispatch->accepted, to = State::ACCEPTED, may = is_one_of(shared.state, {State::DISPATCHED, State::DELIVERED});
      break;
    case Kind::RETURNED:
      field = &dispatch->returned, to = State::RETURNED;
      may = is_one_of(shared.state, {State::DISPATCHED, State::DELIVERED, State::ACCEPTED, State::IN_PROGRESS});
      break;
    default:  // BEGUN: apply() sends nothing else here
      field = &dispatch->begun, to = State::IN_PROGRESS, may = shared.state == State::ACCEPTED;
      break;
  }
  if (field->has_value()) return illegal("that step has been taken");
  if (is_over(shared, in_sight)) return illegal("the matter is over");
  const bool is_late = dispatch->superseded || shared.withdrawn.has_value();
  if (!is_late && !may) return illegal("not from this state");
  *field = mark_of(input);  // delivery evidence stands even when the matter has moved on
  if (input.act.kind == Kind::RETURNED) dispatch->return_reason = facts.reason;
  Provider& provider = state.provider;
  if (input.act.kind == Kind::RECEIVED && provider.state == ProviderState::NONE) provider.state = ProviderState::RECEIVED;
  if (input.act.kind == Kind::RETURNED) provider.state = ProviderState::RETURNED;
  if (is_late) return late(shared.withdrawn ? "the inquiry was withdrawn" : "a newer version has been dispatched");
  shared.state = to;
  return applied();
}

EffectOf apply_released(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  Shared& shared = state.shared;
  Dispatch* dispatch = version_of(shared, facts);
  if (dispatch == nullptr) return illegal("the dispatch it names is not here");
  if (facts.results.empty()) return illegal("an answer has at least one result");
  for (const ResultFact& fact : facts.results)
    if (std::ranges::none_of(dispatch->items, [&](const ItemFact& item) { return item.no == fact.no; }))
      return illegal("a result for an item that was not asked");
  if (is_over(shared, in_sight)) return illegal("the matter is over");
  const bool is_crossed = shared.withdrawn || shared.purged_by_agency;
  if (!is_crossed && !dispatch->superseded &&
      !is_one_of(shared.state, {State::ACCEPTED, State::IN_PROGRESS, State::PARTLY_ANSWERED, State::NARROWING_PROPOSED, State::ANSWERED,
                                State::NONE_HELD, State::REFUSED, State::NEEDS_WARRANT}))
    return illegal("not accepted yet, or returned");
  if (Provider& provider = state.provider; provider.version == dispatch->version) {
    provider.answer.reset();
    provider.state = ProviderState::RELEASED;
  }
  shared.releases.push_back(
      {mark_of(input), dispatch->version, facts.results, facts.minutes.value_or(0), facts.yen.value_or(0), is_crossed, false, {}});
  if (is_crossed) return {Effect::OVERRIDDEN, shared.withdrawn ? "a withdrawal crossed the answer" : "the agency had purged the matter"};
  if (dispatch->superseded) return late("a newer version has been dispatched");
  shared.state = aggregate(shared.results(), dispatch->items.size());
  return applied();
}

EffectOf apply_purged(MatterState& state, const FoldInput& input, const InSight& in_sight) {
  Shared& shared = state.shared;
  const Dispatch* current = shared.current();
  const bool by_provider = current != nullptr && input.act.org == current->to;
  if (input.act.role != Role::NODE && by_provider != (input.act.role == Role::RELEASER)) return illegal("the other side's act");
  if (by_provider) {
    if (!in_sight(current->mark.act)) return late("a newer version has been dispatched");
    if (shared.purged_by_provider) return illegal("purged before");
    shared.purged_by_provider = mark_of(input);
    state.provider.state = ProviderState::ERASED;
    return applied();
  }
  if (shared.purged_by_agency) return illegal("purged before");
  shared.purged_by_agency = mark_of(input);
  state.agency.purged = mark_of(input);
  override_unseen(state, in_sight, "the agency had purged the matter");
  return applied();
}

}  // namespace

EffectOf apply_shared(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  switch (input.act.kind) {
    case Kind::APPROVED: return apply_approved(state, input, facts, in_sight);
    case Kind::DISPATCHED: return apply_dispatched(state, input, facts, in_sight);
    case Kind::WITHDRAWN: return apply_withdrawn(state, input, in_sight);
    case Kind::REMINDED: return apply_reminded(state, input);
    case Kind::RETRIEVED: return apply_retrieved(state, input, facts);
    case Kind::FEEDBACK: return apply_feedback(state, input);
    case Kind::NARROWING_DECLINED: return apply_declined(state, facts, in_sight);
    case Kind::RELEASED: return apply_released(state, input, facts, in_sight);
    case Kind::PURGED: return apply_purged(state, input, in_sight);
    default: return apply_step(state, input, facts, in_sight);  // RECEIVED, ACCEPTED, RETURNED, BEGUN: apply() sends nothing else here
  }
}

}  // namespace warifu::inquiry
