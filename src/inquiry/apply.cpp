#include "inquiry/apply.h"

#include "inquiry/apply_parts.h"

namespace warifu::inquiry {

namespace {

using party::Role;

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
  const bool provider_role =
      party::role_belongs_to(input.act.role, party::Side::PROVIDER) && !party::role_belongs_to(input.act.role, party::Side::AGENCY);
  const bool agency_role =
      party::role_belongs_to(input.act.role, party::Side::AGENCY) && !party::role_belongs_to(input.act.role, party::Side::PROVIDER);
  if (sides == Sides::AGENCY) return !provider_role;
  if (sides == Sides::PROVIDER) return !agency_role;
  return true;
}

EffectOf dispatch_kind(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight) {
  switch (input.act.kind) {
    case Kind::APPROVED:
    case Kind::DISPATCHED:
    case Kind::WITHDRAWN:
    case Kind::REMINDED:
    case Kind::RETRIEVED:
    case Kind::FEEDBACK:
    case Kind::NARROWING_DECLINED:
    case Kind::RECEIVED:
    case Kind::ACCEPTED:
    case Kind::RETURNED:
    case Kind::BEGUN:
    case Kind::RELEASED:
    case Kind::PURGED: return apply_shared(state, input, facts, in_sight);
    case Kind::VIEWED:
    case Kind::FINDING:
    case Kind::TEXT_ERASED: return applied();
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

}  // namespace

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
  if (agency.purged)
    agency.state = State::PURGED;
  else if (agency.retained)
    agency.state = State::RETAINED;
  else if (agency.closed)
    agency.state = State::CLOSED;
  else if (!shared.dispatches.empty())
    agency.state = shared.state;
  else if (agency.voided)
    agency.state = State::VOIDED;
  else if (agency.working)
    agency.state = agency.working->stage;
  else if (agency.oral)
    agency.state = State::ORAL;

  Provider& provider = state.provider;
  if (shared.withdrawn && provider.state != ProviderState::NONE && provider.state != ProviderState::ERASED) provider.state = ProviderState::WITHDRAWN;
  if (provider.state == ProviderState::RELEASED && !shared.releases.empty() && shared.releases.back().retrieved)
    provider.state = ProviderState::RETRIEVED;
}

}  // namespace warifu::inquiry
