#include "inquiry/apply_parts.h"

// The agency's internal acts: the way of a draft through the office, and what becomes of the matter when it is answered.

namespace warifu::inquiry {

namespace {

using party::Role;

constexpr int kSerialMax = 99'999;

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
  const bool may = (input.act.role == Role::SUPERVISOR && at == State::DRAFT && working.ready) ||
                   (input.act.role == Role::APPROVER && at == State::CHECKED) ||
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

}  // namespace

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

}  // namespace warifu::inquiry
