#include "inquiry/apply.h"

#include <algorithm>
#include <set>

namespace warifu::inquiry {

namespace {

using party::Role;

constexpr int kSerialMax = 99'999;

EffectOf applied() { return {}; }
EffectOf illegal(std::string why) { return {Effect::ILLEGAL, std::move(why)}; }
EffectOf late(std::string why) { return {Effect::LATE, std::move(why)}; }

Mark mark_of(const FoldInput& input) { return {input.hash, input.act.at, input.act.role, input.act.person}; }

bool is_one_of(State state, std::initializer_list<State> states) { return std::ranges::find(states, state) != states.end(); }
bool is_one_of(ProviderState state, std::initializer_list<ProviderState> states) { return std::ranges::find(states, state) != states.end(); }

// Whether the matter had ended as far as the writer could know. An end that crossed the act is judged by the act's own rule.
bool is_over(const Shared& shared, const InSight& in_sight) {
  const auto seen = [&](const std::optional<Mark>& mark) { return mark && in_sight(mark->act); };
  return seen(shared.withdrawn) || seen(shared.purged_by_agency) || seen(shared.purged_by_provider);
}

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

bool complete(const std::map<int, ItemResult>& results, const Dispatch& current) {
  for (const ItemFact& item : current.items) {
    const auto found = results.find(item.no);
    if (found == results.end() || found->second == ItemResult::NARROWING_PROPOSED) return false;
  }
  return true;
}

Dispatch* version_of(Shared& shared, const Facts& facts) {
  for (Dispatch& dispatch : shared.dispatches)
    if (facts.version && dispatch.version == *facts.version && (!facts.of || *facts.of == dispatch.mark.act)) return &dispatch;
  return nullptr;
}

// Both sides know who asks and who was asked; an act of their kinds by anybody else has no effect, whoever signed it.
bool is_by_party(const Shared& shared, const FoldInput& input, Sides sides) {
  const party::OrganisationId& org = input.act.org;
  const Dispatch* current = shared.current();
  const bool is_asker = !shared.asker || org == *shared.asker;
  const bool is_asked = current == nullptr || org == current->to;
  switch (sides) {
    case Sides::AGENCY: return is_asker;
    case Sides::PROVIDER: return is_asked;
    case Sides::BOTH: return is_asker || is_asked;
  }
  return false;
}

bool is_side(const FoldInput& input, Sides sides) {
  const bool provider_role = party::role_belongs_to(input.act.role, party::Side::PROVIDER) && !party::role_belongs_to(input.act.role, party::Side::AGENCY);
  const bool agency_role = party::role_belongs_to(input.act.role, party::Side::AGENCY) && !party::role_belongs_to(input.act.role, party::Side::PROVIDER);
  if (sides == Sides::AGENCY) return !provider_role;
  if (sides == Sides::PROVIDER) return !agency_role;
  return true;
}

// The version in the making ends; its serial, when it has one, ends as spoiled (書損) and is never used again.
void give_up(Agency& agency) {
  if (agency.working && agency.working->number) agency.spoiled.push_back(*agency.working->number);
  agency.working.reset();
}

// ── shared acts of the agency ──────────────────────────────────────────────────────────────────────────────────────────────────────────

EffectOf apply_approved(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  Shared& shared = state.shared;
  const int next_version = static_cast<int>(shared.dispatches.size()) + 1;
  if (is_over(shared, in_sight)) return illegal("the matter is over");
  if (facts.version != next_version) return illegal("the approval is not of the next version");
  if (!facts.to || facts.items.empty()) return illegal("an approval names its addressee and its items");
  if (*facts.to == input.act.org) return illegal("an agency does not ask itself");
  if (const Dispatch* current = shared.current(); current != nullptr && *facts.to != current->to) return illegal("an amendment stays with its addressee");
  if (!shared.asker) shared.asker = input.act.org;
  shared.approvals.emplace(input.hash, Approval{mark_of(input), next_version, facts.delegator, *facts.to, facts.items, facts.due, facts.urgency.value_or(law::Urgency::NORMAL)});
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
  if (approval == shared.approvals.end()) return illegal("the approval it names is not here");
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
    case Kind::RECEIVED:
      field = &dispatch->received, to = State::DELIVERED, may = shared.state == State::DISPATCHED;
      break;
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
    if (std::ranges::none_of(dispatch->items, [&](const ItemFact& item) { return item.no == fact.no; })) return illegal("a result for an item that was not asked");
  if (is_over(shared, in_sight)) return illegal("the matter is over");
  const bool is_crossed = shared.withdrawn || shared.purged_by_agency;
  if (!is_crossed && !dispatch->superseded &&
      !is_one_of(shared.state, {State::ACCEPTED, State::IN_PROGRESS, State::PARTLY_ANSWERED, State::NARROWING_PROPOSED, State::ANSWERED, State::NONE_HELD,
                                State::REFUSED, State::NEEDS_WARRANT}))
    return illegal("not accepted yet, or returned");
  if (Provider& provider = state.provider; provider.version == dispatch->version) {
    provider.answer.reset();
    provider.state = ProviderState::RELEASED;
  }
  shared.releases.push_back({mark_of(input), dispatch->version, facts.results, facts.minutes.value_or(0), facts.yen.value_or(0), is_crossed, false, {}});
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

// ── internal acts of the agency ────────────────────────────────────────────────────────────────────────────────────────────────────────

EffectOf apply_drafted(MatterState& state, const FoldInput& input, const Facts& facts) {
  Shared& shared = state.shared;
  Agency& agency = state.agency;
  if (shared.withdrawn || agency.voided || agency.closed) return illegal("the matter is over");
  const int next_version = static_cast<int>(shared.dispatches.size()) + 1;
  if (facts.version != next_version) return illegal("not a draft of the next version");
  if (agency.working) {
    if (agency.working->stage != State::DRAFT) return illegal("a checked draft is changed only after it has been returned");
    if (agency.working->drafter != *input.act.person && agency.in_charge != input.act.person) return illegal("somebody else's draft");
  } else {
    agency.working = Working{};
    agency.working->drafter = *input.act.person;
  }
  Working& working = *agency.working;
  working.version = next_version;
  working.stage = State::DRAFT;
  working.draft = input.hash;
  working.ready = facts.ready.value_or(false);
  working.drafted = mark_of(input);
  working.checked.reset(), working.approved.reset(), working.registered.reset();
  if (!agency.drafter) agency.drafter = input.act.person;
  if (!agency.in_charge) agency.in_charge = input.act.person;
  if (next_version == 1) {
    agency.case_id = facts.case_id;
    agency.unit = facts.unit;
  }
  agency.to = facts.to;
  agency.due = facts.due;
  agency.urgency = facts.urgency.value_or(law::Urgency::NORMAL);
  return applied();
}

EffectOf apply_checked(Agency& agency, const FoldInput& input, const Facts& facts) {
  if (!agency.working || agency.working->stage != State::DRAFT || !agency.working->ready) return illegal("there is no draft that waits for a check");
  if (facts.of != agency.working->draft) return illegal("not the draft in hand");
  if (input.act.person == agency.working->drafter) return illegal("the supervisor drafted it");
  agency.working->stage = State::CHECKED;
  agency.working->checked = mark_of(input);
  return applied();
}

EffectOf apply_sent_back(Agency& agency, const FoldInput& input) {
  if (!agency.working) return illegal("there is nothing to return");
  Working& working = *agency.working;
  const State at = working.stage;
  const bool may = (input.act.role == Role::SUPERVISOR && at == State::DRAFT && working.ready) || (input.act.role == Role::APPROVER && at == State::CHECKED) ||
                   (input.act.role == Role::REGISTRAR && (at == State::APPROVED || at == State::REGISTERED));
  if (!may) return illegal("not at this desk");
  if (working.number) agency.spoiled.push_back(*working.number);  // the serial ends as spoiled (書損), it is never used again
  working.number.reset();
  working.stage = State::DRAFT;
  working.ready = false;
  working.checked.reset(), working.approved.reset(), working.registered.reset();
  working.sent_back = mark_of(input);
  return applied();
}

EffectOf apply_registered(MatterState& state, const FoldInput& input, const Facts& facts) {
  Agency& agency = state.agency;
  if (!agency.working || agency.working->stage != State::APPROVED) return illegal("only an approved inquiry is numbered");
  Working& working = *agency.working;
  if (!working.approved || facts.of != working.approved->act) return illegal("not the approval in hand");
  if (!facts.number || facts.number->serial < 1 || facts.number->serial > kSerialMax) return illegal("no valid number");
  if (input.act.person == working.drafter) return illegal("the registrar drafted it");
  if (input.act.person == working.approved->person) return illegal("the registrar approved it");
  working.stage = State::REGISTERED;
  working.registered = mark_of(input);
  working.number = facts.number;
  agency.numbers.push_back(*facts.number);
  return applied();
}

EffectOf apply_voided(MatterState& state, const FoldInput& input) {
  Agency& agency = state.agency;
  if (state.shared.current() != nullptr && !agency.working) return illegal("it has been dispatched; it can only be withdrawn");
  if (agency.voided || (!agency.working && !agency.oral)) return illegal("there is nothing to void");
  give_up(agency);
  if (state.shared.current() == nullptr) agency.voided = mark_of(input);  // an amendment given up leaves the running version alone
  return applied();
}

// Whether there is an answer to close upon is asked when it is written (own_objection): an act of the other side that comes later, and stands
// earlier in the fold, must not undo what this side did.
EffectOf apply_closed(MatterState& state, const FoldInput& input) {
  Agency& agency = state.agency;
  if (agency.closed || agency.working) return illegal("closed before, or a version is in the making");
  if (state.shared.current() == nullptr) return illegal("nothing has been dispatched");
  agency.closed = mark_of(input);
  return applied();
}

EffectOf apply_oral(MatterState& state, const FoldInput& input, const Facts& facts) {
  Agency& agency = state.agency;
  if (agency.oral || agency.drafter || !state.shared.approvals.empty()) return illegal("an oral inquiry stands at the beginning");
  agency.oral = mark_of(input);
  agency.oral_follow_by = facts.follow_by;
  agency.case_id = facts.case_id;
  agency.unit = facts.unit;
  agency.to = facts.to;
  agency.drafter = agency.in_charge = input.act.person;
  return applied();
}

EffectOf apply_agency(MatterState& state, const FoldInput& input, const Facts& facts) {
  Agency& agency = state.agency;
  if (agency.purged) return illegal("the matter has been purged");
  switch (input.act.kind) {
    case Kind::ORAL: return apply_oral(state, input, facts);
    case Kind::DRAFTED: return apply_drafted(state, input, facts);
    case Kind::CHECKED: return apply_checked(agency, input, facts);
    case Kind::SENT_BACK: return apply_sent_back(agency, input);
    case Kind::REGISTERED: return apply_registered(state, input, facts);
    case Kind::VOIDED: return apply_voided(state, input);
    case Kind::CLOSED: return apply_closed(state, input);
    case Kind::OPENED:
      for (const Release& release : state.shared.releases)
        if (facts.of == release.mark.act) {
          if (release.overridden) return illegal("the answer was overridden by a withdrawal");
          if (!release.retrieved) return illegal("the answer has not been received");
          agency.opened.push_back(mark_of(input));
          return applied();
        }
      return illegal("the answer it names is not here");
    case Kind::RETAINED:
      if (!agency.closed || agency.retained) return illegal("only a closed matter is put into retention");
      agency.retained = mark_of(input);
      return applied();
    default:  // HANDED_OVER: apply() sends nothing else here
      if (!agency.in_charge || agency.closed || agency.voided || facts.persons.size() != 1) return illegal("nobody is in charge");
      agency.in_charge = facts.persons.front();
      return applied();
  }
}

// ── internal acts of the provider ──────────────────────────────────────────────────────────────────────────────────────────────────────

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
  return judged.size() == dispatch.items.size() && std::ranges::all_of(dispatch.items, [&](const ItemFact& item) { return judged.contains(item.no); });
}

EffectOf apply_judgement(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  const Dispatch* dispatch = in_hand(state.shared, facts, in_sight);
  if (dispatch == nullptr) return illegal("not the dispatch in hand");
  Provider& provider = state.provider;
  if (input.act.kind == Kind::TRIAGED) {
    if (!is_one_of(provider.state, {ProviderState::VERIFIED, ProviderState::TRIAGED, ProviderState::LEGAL_REVIEW})) return illegal("not verified, or at work already");
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
      if (found == provider.dispositions.end() || found->second != Disposition::LEGAL_REVIEW) return illegal("that item does not wait for the legal desk");
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
      if (!is_one_of(at, {ProviderState::TRIAGED, ProviderState::ASSIGNED, ProviderState::COLLECTED, ProviderState::RELEASED, ProviderState::RETRIEVED}))
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

EffectOf dispatch_kind(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  switch (input.act.kind) {
    case Kind::APPROVED: return apply_approved(state, input, facts, in_sight);
    case Kind::DISPATCHED: return apply_dispatched(state, input, facts, in_sight);
    case Kind::WITHDRAWN: return apply_withdrawn(state, input, in_sight);
    case Kind::REMINDED: return apply_reminded(state, input);
    case Kind::RETRIEVED: return apply_retrieved(state, input, facts);
    case Kind::FEEDBACK: return apply_feedback(state, input);
    case Kind::NARROWING_DECLINED: return apply_declined(state, facts, in_sight);
    case Kind::RECEIVED:
    case Kind::ACCEPTED:
    case Kind::RETURNED:
    case Kind::BEGUN: return apply_step(state, input, facts, in_sight);
    case Kind::RELEASED: return apply_released(state, input, facts, in_sight);
    case Kind::PURGED: return apply_purged(state, input, in_sight);
    case Kind::VIEWED:
    case Kind::FINDING: return applied();
    case Kind::OFFICE_CHANGED:
      if (state.agency.drafter || state.shared.asker) return illegal("an inquiry is no entry of the office's books");
      return applied();
    case Kind::STATEMENT:  // says something about inquiries, changes none
      if (state.agency.drafter || state.shared.asker) return illegal("a statement is a matter of its own");
      return applied();
    case Kind::ORAL:
    case Kind::DRAFTED:
    case Kind::CHECKED:
    case Kind::SENT_BACK:
    case Kind::REGISTERED:
    case Kind::VOIDED:
    case Kind::OPENED:
    case Kind::CLOSED:
    case Kind::RETAINED:
    case Kind::HANDED_OVER: return apply_agency(state, input, facts);
    case Kind::VERIFIED:
    case Kind::SUSPECTED:
    case Kind::TRIAGED:
    case Kind::LEGAL_DECIDED:
    case Kind::ASSIGNED:
    case Kind::LOOKED_UP:
    case Kind::COLLECTED:
    case Kind::ANSWER_CHECKED:
    case Kind::ANSWER_SENT_BACK: return apply_provider(state, input, facts, in_sight);
  }
  return illegal("unknown kind");
}

bool is_all_retrieved(const Shared& shared) {
  return std::ranges::all_of(shared.releases, [](const Release& release) { return release.overridden || release.retrieved; });
}

// Nothing is purged while somebody still waits for it. How long it is kept after that is the desk's rule, not the fold's.
template <class Refuse>
std::optional<Error> purge_objection(const MatterState& state, const FoldInput& input, const Refuse& refuse) {
  const Shared& shared = state.shared;
  const Dispatch* current = shared.current();
  const bool by_provider = current != nullptr && input.act.org == current->to;
  if (!by_provider) {
    if (!state.agency.closed && !state.agency.voided) return refuse(Code::ILLEGAL_TRANSITION, "the matter is not closed");
    return std::nullopt;
  }
  if (shared.withdrawn || current->returned || shared.purged_by_agency || (shared.is_complete() && is_all_retrieved(shared))) return std::nullopt;
  return refuse(Code::ILLEGAL_TRANSITION, "the inquiry is still to be answered, or the answer to be received");
}

}  // namespace

std::optional<Error> own_objection(const MatterState& state, const FoldInput& input, const Facts& facts) {
  const Agency& agency = state.agency;
  const Provider& provider = state.provider;
  // The work on an earlier version says nothing about the one that was dispatched since.
  const Dispatch* current = state.shared.current();
  const bool is_version_verified = provider.is_verified && current != nullptr && provider.version == current->version;
  const auto refuse = [&](Code code, std::string why) -> std::optional<Error> {
    return Error{code, std::move(why), {}, {{"act", std::string(enum_text(input.act.kind))}, {"state", std::string(enum_text(agency.state))}}};
  };
  switch (input.act.kind) {
    case Kind::APPROVED:
      if (agency.voided || agency.closed) return refuse(Code::ILLEGAL_TRANSITION, "the matter is over");
      if (!agency.working || agency.working->stage != State::CHECKED) return refuse(Code::ILLEGAL_TRANSITION, "only a checked draft can be approved");
      if (input.act.person == agency.working->drafter) return refuse(Code::SEPARATION_OF_DUTIES, "the approver drafted it");
      return std::nullopt;
    case Kind::DISPATCHED:
      if (agency.voided || agency.closed) return refuse(Code::ILLEGAL_TRANSITION, "the matter is over");
      if (!agency.working || agency.working->stage != State::REGISTERED || !agency.working->approved || facts.of != agency.working->approved->act)
        return refuse(Code::ILLEGAL_TRANSITION, "only a numbered inquiry can be dispatched");
      if (facts.number != agency.working->number) return refuse(Code::TEXT_DIFFERS, "the number is not the registered one");
      if (input.act.person == agency.working->drafter || input.act.person == agency.working->approved->person)
        return refuse(Code::SEPARATION_OF_DUTIES, "the registrar drafted or approved it");
      return std::nullopt;
    case Kind::RETRIEVED:
    case Kind::FEEDBACK:
      if (agency.purged) return refuse(Code::ILLEGAL_TRANSITION, "the matter has been purged");
      return std::nullopt;
    case Kind::WITHDRAWN:
    case Kind::REMINDED:
    case Kind::NARROWING_DECLINED:
      if (agency.closed) return refuse(Code::ILLEGAL_TRANSITION, "the matter is closed");
      return std::nullopt;
    case Kind::ACCEPTED:
      if (!is_version_verified) return refuse(Code::ILLEGAL_TRANSITION, "not verified");
      if (!provider.triaged) return refuse(Code::ILLEGAL_TRANSITION, "not judged yet");
      if (provider.state == ProviderState::LEGAL_REVIEW) return refuse(Code::ILLEGAL_TRANSITION, "an item waits for the legal desk");
      return std::nullopt;
    case Kind::RETURNED:
      if (provider.state == ProviderState::SUSPECT) return std::nullopt;  // AUTHENTICITY_FAILED needs no triage
      if (!is_version_verified) return refuse(Code::ILLEGAL_TRANSITION, "not verified");
      if (!provider.triaged) return refuse(Code::ILLEGAL_TRANSITION, "not judged yet");
      return std::nullopt;
    case Kind::BEGUN:
      if (!is_version_verified) return refuse(Code::ILLEGAL_TRANSITION, "not verified");
      if (provider.assigned.empty()) return refuse(Code::ILLEGAL_TRANSITION, "not assigned yet");
      return std::nullopt;
    case Kind::RELEASED:
      // Nothing leaves that a second person has not checked, and whoever prepared it does not release it.
      if (!is_version_verified) return refuse(Code::ILLEGAL_TRANSITION, "not verified");
      if (provider.state != ProviderState::CHECKED) return refuse(Code::ILLEGAL_TRANSITION, "only a checked answer can be released");
      if (input.act.person == provider.preparer) return refuse(Code::SEPARATION_OF_DUTIES, "the releaser prepared it");
      if (facts.results != provider.collected_results) return refuse(Code::TEXT_DIFFERS, "the answer is not the one that was checked");
      return std::nullopt;
    case Kind::PURGED:
      return purge_objection(state, input, refuse);
    case Kind::DRAFTED:
      if (agency.working || state.shared.dispatches.empty()) return std::nullopt;
      if (state.shared.purged_by_provider) return refuse(Code::ILLEGAL_TRANSITION, "the provider has purged the matter");
      if (state.shared.is_complete()) return refuse(Code::ILLEGAL_TRANSITION, "the inquiry has been answered");
      return std::nullopt;
    case Kind::CLOSED:
      if (!is_one_of(state.shared.state, {State::ANSWERED, State::PARTLY_ANSWERED, State::NONE_HELD, State::REFUSED, State::NEEDS_WARRANT, State::RETURNED,
                                          State::NARROWING_PROPOSED, State::WITHDRAWN}))
        return refuse(Code::ILLEGAL_TRANSITION, "there is no answer yet");
      if (!is_all_retrieved(state.shared)) return refuse(Code::ILLEGAL_TRANSITION, "an answer has not been received");
      return std::nullopt;
    case Kind::CHECKED:
      if (agency.working && input.act.person == agency.working->drafter) return refuse(Code::SEPARATION_OF_DUTIES, "the supervisor drafted it");
      return std::nullopt;
    case Kind::REGISTERED:
      if (agency.working && (input.act.person == agency.working->drafter || (agency.working->approved && input.act.person == agency.working->approved->person)))
        return refuse(Code::SEPARATION_OF_DUTIES, "the registrar drafted or approved it");
      return std::nullopt;
    case Kind::ANSWER_CHECKED:
      if (input.act.person == provider.preparer) return refuse(Code::SEPARATION_OF_DUTIES, "the second person prepared it");
      return std::nullopt;
    case Kind::ORAL:
    case Kind::SENT_BACK:
    case Kind::VOIDED:
    case Kind::OPENED:
    case Kind::RETAINED:
    case Kind::HANDED_OVER:
    case Kind::VERIFIED:
    case Kind::SUSPECTED:
    case Kind::TRIAGED:
    case Kind::LEGAL_DECIDED:
    case Kind::ASSIGNED:
    case Kind::LOOKED_UP:
    case Kind::COLLECTED:
    case Kind::ANSWER_SENT_BACK:
    case Kind::RECEIVED:
    case Kind::VIEWED:
    case Kind::FINDING:
    case Kind::OFFICE_CHANGED:
    case Kind::STATEMENT: return std::nullopt;
  }
  return std::nullopt;
}

std::map<int, ItemResult> Shared::results() const {
  return results_from(*this, [](const Release&) { return true; });
}

bool Shared::is_complete() const {
  const Dispatch* now = current();
  return now != nullptr && complete(results(), *now);
}

EffectOf apply(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  const KindRule& rule = rule_of(input.act.kind);
  if (std::ranges::find(rule.roles, input.act.role) == rule.roles.end()) return illegal("that role does not write this act");
  if (!is_side(input, rule.sides)) return illegal("the other side's act");
  if (!is_by_party(state.shared, input, rule.sides)) return illegal("an act of an organisation that is no party to the matter");
  if (!input.act.person && input.act.role != Role::NODE) return illegal("a person's act without a person");
  return dispatch_kind(state, input, facts, in_sight);
}

void finish(MatterState& state) {
  const Shared& shared = state.shared;
  Agency& agency = state.agency;
  if (agency.purged) agency.state = State::PURGED;
  else if (agency.retained) agency.state = State::RETAINED;
  else if (agency.closed) agency.state = State::CLOSED;
  else if (!shared.dispatches.empty()) agency.state = shared.state;
  else if (agency.voided) agency.state = State::VOIDED;
  else if (agency.working) agency.state = agency.working->stage;
  else if (agency.oral) agency.state = State::ORAL;

  Provider& provider = state.provider;
  if (shared.withdrawn && provider.state != ProviderState::NONE && provider.state != ProviderState::ERASED) provider.state = ProviderState::WITHDRAWN;
  if (provider.state == ProviderState::RELEASED && !shared.releases.empty() && shared.releases.back().retrieved) provider.state = ProviderState::RETRIEVED;
}

}  // namespace warifu::inquiry
