#include "inquiry/apply_parts.h"

// What a side objects to before it signs, from what only it knows. Everything here may refuse; nothing here changes a state.

namespace warifu::inquiry {

namespace {

using Objection = std::optional<Error>;

Objection refusal(const MatterState& state, const FoldInput& input, Code code, std::string why) {
  const State at = state.agency.state == State::NONE ? state.shared.state : state.agency.state;
  const std::string act(enum_text(input.act.kind));
  return Error{code, std::move(why), act, {{"act", act}, {"state", std::string(enum_text(at))}}};
}

// Nothing is purged while somebody still waits for it. How long it is kept after that is the desk's rule, not the fold's.
Objection purge_objection(const MatterState& state, const FoldInput& input) {
  const auto refuse = [&](Code code, std::string why) { return refusal(state, input, code, std::move(why)); };
  const Shared& shared = state.shared;
  const Dispatch* current = shared.current();
  const bool by_provider = current != nullptr && input.act.org == current->to;
  // What comes in after the own purge (an answer that crossed it) is erased like the rest.
  if (input.act.kind == Kind::TEXT_ERASED && (by_provider ? shared.purged_by_provider : shared.purged_by_agency)) return std::nullopt;
  if (!by_provider) {
    if (!state.agency.closed && !state.agency.voided) return refuse(Code::ILLEGAL_TRANSITION, "the matter is not closed");
    return std::nullopt;
  }
  if (shared.withdrawn || current->returned || shared.purged_by_agency || (shared.is_complete() && is_all_retrieved(shared))) return std::nullopt;
  return refuse(Code::ILLEGAL_TRANSITION, "the inquiry is still to be answered, or the answer to be received");
}

Objection agency_objection(const MatterState& state, const FoldInput& input, const Facts& facts) {
  const Agency& agency = state.agency;
  const auto refuse = [&](Code code, std::string why) { return refusal(state, input, code, std::move(why)); };
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
      if (agency.purged) return refuse(Code::ILLEGAL_TRANSITION, "the matter has been purged");
      return std::nullopt;
    case Kind::FEEDBACK:
      if (agency.purged) return refuse(Code::ILLEGAL_TRANSITION, "the matter has been purged");
      // What an answer led to can be told by whoever has it.
      if (std::ranges::none_of(state.shared.releases, [](const Release& release) { return !release.overridden && release.retrieved; }))
        return refuse(Code::ILLEGAL_TRANSITION, "no answer has been received");
      return std::nullopt;
    case Kind::WITHDRAWN:
    case Kind::REMINDED:
    case Kind::NARROWING_DECLINED:
      if (agency.closed) return refuse(Code::ILLEGAL_TRANSITION, "the matter is closed");
      return std::nullopt;
    case Kind::DRAFTED:
      if (agency.working || state.shared.dispatches.empty()) return std::nullopt;
      if (state.shared.purged_by_provider) return refuse(Code::ILLEGAL_TRANSITION, "the provider has purged the matter");
      if (state.shared.is_complete()) return refuse(Code::ILLEGAL_TRANSITION, "the inquiry has been answered");
      return std::nullopt;
    case Kind::CLOSED:
      if (!is_one_of(state.shared.state, {State::ANSWERED, State::PARTLY_ANSWERED, State::NONE_HELD, State::REFUSED, State::NEEDS_WARRANT,
                                          State::RETURNED, State::NARROWING_PROPOSED, State::WITHDRAWN}))
        return refuse(Code::ILLEGAL_TRANSITION, "there is no answer yet");
      if (!is_all_retrieved(state.shared)) return refuse(Code::ILLEGAL_TRANSITION, "an answer has not been received");
      return std::nullopt;
    case Kind::CHECKED:
      if (agency.working && input.act.person == agency.working->drafter) return refuse(Code::SEPARATION_OF_DUTIES, "the supervisor drafted it");
      return std::nullopt;
    case Kind::REGISTERED:
      if (agency.working &&
          (input.act.person == agency.working->drafter || (agency.working->approved && input.act.person == agency.working->approved->person)))
        return refuse(Code::SEPARATION_OF_DUTIES, "the registrar drafted or approved it");
      return std::nullopt;
    default: return std::nullopt;
  }
}

Objection provider_objection(const MatterState& state, const FoldInput& input, const Facts& facts) {
  const Provider& provider = state.provider;
  const auto refuse = [&](Code code, std::string why) { return refusal(state, input, code, std::move(why)); };
  // The work on an earlier version says nothing about the one that was dispatched since.
  const Dispatch* current = state.shared.current();
  const bool is_version_verified = provider.is_verified && current != nullptr && provider.version == current->version;
  switch (input.act.kind) {
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
    case Kind::ANSWER_CHECKED:
      if (input.act.person == provider.preparer) return refuse(Code::SEPARATION_OF_DUTIES, "the second person prepared it");
      return std::nullopt;
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<Error> own_objection(const MatterState& state, const FoldInput& input, const Facts& facts) {
  if (input.act.kind == Kind::PURGED || input.act.kind == Kind::TEXT_ERASED) return purge_objection(state, input);
  switch (rule_of(input.act.kind).sides) {
    case Sides::AGENCY: return agency_objection(state, input, facts);
    case Sides::PROVIDER: return provider_objection(state, input, facts);
    case Sides::BOTH: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace warifu::inquiry
