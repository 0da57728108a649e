// The provider's part of an inquiry: gate, assignment, lookup, answer, second check, release.

#include <algorithm>
#include <filesystem>
#include <set>

#include "answer/assemble.h"
#include "answer/file_check.h"
#include "answer/gate.h"
#include "base/limits.h"
#include "desk/impl.h"

namespace warifu::desk {

using inquiry::Disposition;
using inquiry::InquiryText;
using inquiry::ItemDecision;
using inquiry::ProviderState;

namespace {

// The version in hand and its text.
struct InHand {
  const inquiry::Dispatch* dispatch = nullptr;
  InquiryText text;
};

tl::unexpected<Error> not_now(const Loaded& loaded, std::string_view act, std::string why) {
  return fail(Code::ILLEGAL_TRANSITION, std::move(why), std::string(act),
              {{"act", std::string(act)}, {"state", std::string(enum_text(loaded.state.provider.state))}});
}

Result<InHand> in_hand(const Loaded& loaded) {
  const inquiry::Dispatch* dispatch = loaded.state.shared.current();
  if (dispatch == nullptr) return not_now(loaded, "inquiry.dispatched", "nothing has been received");
  const SignedAct* approval = loaded.find(dispatch->approval);
  if (approval == nullptr) return fail(Code::NOT_FOUND, "the approval is not here");
  return InHand{dispatch, TRY(body_of<inquiry::ApprovedBody>(*approval)).text};
}

std::vector<int> numbers_of(const std::vector<inquiry::Item>& items) {
  std::vector<int> out;
  out.reserve(items.size());
  for (const inquiry::Item& item : items) out.push_back(item.no);
  return out;
}

// Whoever reads or writes with the operator's eyes is an operator of this matter, and the matter is still being worked on.
Status check_at_work(const Loaded& loaded, const Caller& caller, Kind kind) {
  if (caller.role != party::Role::OPERATOR)
    return fail(Code::ROLE_MISSING, "that role does not write this act", {}, {{"role", std::string(enum_text(party::Role::OPERATOR))}});
  const auto& assigned = loaded.state.provider.assigned;
  if (std::ranges::find(assigned, caller.person) == assigned.end()) return fail(Code::NOT_ASSIGNED, "not assigned to this person", "/matter");
  const ProviderState at = loaded.state.provider.state;
  const bool is_over = loaded.state.shared.withdrawn || loaded.state.shared.purged_by_provider || loaded.state.shared.purged_by_agency;
  if (is_over || (at != ProviderState::ASSIGNED && at != ProviderState::COLLECTED))
    return not_now(loaded, enum_text(kind), "nothing is being prepared");
  return {};
}

bool is_declined(const Loaded& loaded, int no) {
  for (const inquiry::Release& release : loaded.state.shared.releases)
    if (release.narrowing_declined && release.version == loaded.state.shared.current()->version)
      for (const inquiry::ResultFact& fact : release.results)
        if (fact.no == no && fact.result == inquiry::ItemResult::NARROWING_PROPOSED) return true;
  return false;
}

std::vector<answer::ItemStatus> statuses(const Loaded& loaded) {
  std::vector<answer::ItemStatus> out;
  const std::map<int, inquiry::ItemResult> released = loaded.state.shared.results();
  for (const inquiry::ItemFact& item : loaded.state.shared.current()->items) {
    const auto found = loaded.state.provider.dispositions.find(item.no);
    // What nobody has decided counts as undecided, never as accepted.
    out.push_back({item.no, found == loaded.state.provider.dispositions.end() ? Disposition::LEGAL_REVIEW : found->second, released.contains(item.no),
                   is_declined(loaded, item.no)});
  }
  return out;
}

// Rows say where they come from, and only lookups recorded in this matter can have given them.
Status check_provenance(const Loaded& loaded, const inquiry::Answer& answer) {
  std::vector<inquiry::LookedUpBody> lookups;
  for (const SignedAct& act : loaded.acts)
    if (act.act.kind == Kind::LOOKED_UP && act.body) lookups.push_back(TRY(body_of<inquiry::LookedUpBody>(act)));
  for (std::size_t i = 0; i < answer.items.size(); ++i)
    for (std::size_t p = 0; p < answer.items[i].provenance.size(); ++p) {
      const inquiry::Provenance& named = answer.items[i].provenance[p];
      const bool is_recorded = std::ranges::any_of(lookups, [&](const inquiry::LookedUpBody& lookup) {
        return lookup.no == answer.items[i].no && lookup.provenance.source == named.source && lookup.provenance.query == named.query &&
               lookup.provenance.at == named.at;
      });
      if (!is_recorded)
        return fail(Code::BAD_VALUE, "no such lookup is recorded for this item",
                    "/answer/items/" + std::to_string(i) + "/provenance/" + std::to_string(p), {{"expected", "a lookup of this matter"}});
    }
  return {};
}

// What is said of a file is what lies there; and all of them together fit one message, with what sealing adds.
Status check_files(const Store& store, const MatterId& matter, inquiry::Answer& answer) {
  std::set<Sha256> counted;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < answer.items.size(); ++i)
    for (std::size_t f = 0; f < answer.items[i].files.size(); ++f) {
      inquiry::FileRef& file = answer.items[i].files[f];
      const std::string where = "/answer/items/" + std::to_string(i) + "/files/" + std::to_string(f);
      const Result<std::string> path = store.file_path(matter, file.sha256);
      if (!path) {
        if (path.error().code != Code::NOT_FOUND) return tl::unexpected<Error>(path.error());
        return fail(Code::NOT_FOUND, "the file is not with this matter", where);
      }
      std::error_code unread;
      const std::uint64_t size = std::filesystem::file_size(*path, unread);
      if (unread) return fail(Code::IO, "cannot read a file's size: " + unread.message(), where);
      file.bytes = static_cast<std::int64_t>(size);
      if (counted.insert(file.sha256).second) bytes += size;
      if (bytes > limits::kFileBytesCeiling)
        return fail(Code::TOO_LARGE, "more than one answer carries", where, {{"max", std::to_string(limits::kFileBytesCeiling)}});
      Result<std::string> name = answer::clean_file_name(file.name);
      if (!name) return tl::unexpected<Error>(std::move(name).error().at(where));
      file.name = std::move(*name);
      const auto types = answer::allowed_file_types();
      if (std::ranges::find(types, file.media_type, &answer::FileType::media_type) == types.end())
        return fail(Code::FILE_TYPE_NOT_ALLOWED, "that type is not on the list", where, {{"actual", file.media_type}, {"expected", "-"}});
    }
  return {};
}

// The rows that fit the body of an act; the rest is told by `truncated`.
bool cut_to_fit(inquiry::Table& table) {
  constexpr std::size_t kCellOverhead = 4;
  std::size_t bytes = 0;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    for (const std::string& cell : table.rows[r]) bytes += cell.size() + kCellOverhead;
    if (bytes > limits::kSourceResultBytesMax) {
      table.rows.resize(r);
      return true;
    }
  }
  return false;
}

}  // namespace

// ── gate ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<Written> Office::triage(const Caller& caller, const MatterId& matter, const DecisionsCommand& command) {
  return impl_->write(caller, matter, Kind::TRIAGED, [&](const Scene& scene) -> Result<Plan> {
    const InHand hand = TRY(in_hand(scene.loaded));
    const law::HouseRules house = TRY(impl_->house_rules());
    const answer::Gate gate{*impl_->parts.law, house, hand.text.instrument, hand.text.form};
    inquiry::DecisionsBody body;
    body.of = hand.dispatch->mark.act;
    body.decisions = TRY(answer::check_decisions(gate, answer::Desk::INTAKE, hand.text.items, numbers_of(hand.text.items), command.decisions));
    return plan_of(Kind::TRIAGED, body);
  });
}

Result<std::vector<ItemDecision>> Office::suggest_triage(const Caller& caller, const MatterId& matter) const {
  if (impl_->side() != party::Side::PROVIDER) return fail(Code::FORBIDDEN, "the addressee triages", "/matter");
  const party::Person person = TRY(impl_->person_of(caller));
  const Loaded loaded = TRY(impl_->load(matter));
  TRY(impl_->may_see(caller, person, loaded));
  const InHand hand = TRY(in_hand(loaded));
  const law::HouseRules house = TRY(impl_->house_rules());
  const std::optional<party::AnswerProfile> profile = TRY(impl_->parts.directory->profile(impl_->parts.self.id));
  const answer::Gate gate{*impl_->parts.law, house, hand.text.instrument, hand.text.form};
  std::vector<ItemDecision> out;
  for (const inquiry::Item& item : hand.text.items) out.push_back(answer::suggest(gate, profile ? &*profile : nullptr, item, now()));
  return out;
}

// The legal desk decides what waits for it; it may leave some of it for later.
Result<Written> Office::decide_legal(const Caller& caller, const MatterId& matter, const DecisionsCommand& command) {
  return impl_->write(caller, matter, Kind::LEGAL_DECIDED, [&](const Scene& scene) -> Result<Plan> {
    const InHand hand = TRY(in_hand(scene.loaded));
    if (scene.loaded.state.provider.state != ProviderState::LEGAL_REVIEW)
      return not_now(scene.loaded, "legal.decided", "no item waits for the legal desk");
    std::vector<int> wanted;
    for (const auto& [no, disposition] : scene.loaded.state.provider.dispositions)
      if (disposition == Disposition::LEGAL_REVIEW && std::ranges::find(command.decisions, no, &ItemDecision::no) != command.decisions.end())
        wanted.push_back(no);
    const law::HouseRules house = TRY(impl_->house_rules());
    const answer::Gate gate{*impl_->parts.law, house, hand.text.instrument, hand.text.form};
    inquiry::DecisionsBody body;
    body.of = hand.dispatch->mark.act;
    body.decisions = TRY(answer::check_decisions(gate, answer::Desk::LEGAL, hand.text.items, wanted, command.decisions));
    return plan_of(Kind::LEGAL_DECIDED, body);
  });
}

Result<Written> Office::accept(const Caller& caller, const MatterId& matter, const AcceptCommand& command) {
  return impl_->write(caller, matter, Kind::ACCEPTED, [&](const Scene& scene) -> Result<Plan> {
    const inquiry::Dispatch* dispatch = scene.loaded.state.shared.current();
    if (dispatch == nullptr) return not_now(scene.loaded, "inquiry.accepted", "nothing has been received");
    return plan_of(Kind::ACCEPTED,
                   inquiry::StepBody{{}, {}, dispatch->mark.act, dispatch->version, TRY(paragraph(command.message, "/message", true))});
  });
}

Result<Written> Office::return_inquiry(const Caller& caller, const MatterId& matter, const ReturnCommand& command) {
  return impl_->write(caller, matter, Kind::RETURNED, [&](const Scene& scene) -> Result<Plan> {
    const inquiry::Dispatch* dispatch = scene.loaded.state.shared.current();
    if (dispatch == nullptr) return not_now(scene.loaded, "inquiry.returned", "nothing has been received");
    if (!answer::fits_return(*impl_->parts.law, command.reason))
      return fail(Code::BAD_VALUE, "that reason is of another use", "/reason", {{"expected", "a reason of return or refusal"}});
    return plan_of(
        Kind::RETURNED,
        inquiry::ReturnedBody{{}, {}, dispatch->mark.act, dispatch->version, command.reason, TRY(paragraph(command.message, "/message", true))});
  });
}

// ── work ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

// Tells the agency that work has begun, once it is accepted and somebody is assigned: in one transaction with the step that makes it true.
namespace {

bool is_beginning_due(const Loaded& loaded) {
  const inquiry::Dispatch* dispatch = loaded.state.shared.current();
  return dispatch != nullptr && loaded.state.shared.state == inquiry::State::ACCEPTED && !dispatch->begun;
}

Plan beginning_plan(const Loaded& loaded) {
  const inquiry::Dispatch* current = loaded.state.shared.current();
  return plan_of(Kind::BEGUN, inquiry::StepBody{{}, {}, current->mark.act, current->version, {}});
}

// Before a step that takes its time.
Status begin_if_due(Office::Impl& impl, const Caller& caller, const Loaded& loaded) {
  if (!is_beginning_due(loaded) || loaded.state.provider.assigned.empty()) return {};
  // The answer to the caller's key belongs to the step itself.
  const Result<Written> begun = impl.write({caller.person, caller.role}, loaded.matter, [](const Scene& scene) -> Result<Plan> {
    if (!is_beginning_due(scene.loaded)) return fail(Code::ILLEGAL_TRANSITION, "work has begun, or ended");
    return beginning_plan(scene.loaded);
  });
  // Somebody else was quicker, or a withdrawal came between: the step itself decides.
  if (!begun && begun.error().code != Code::ILLEGAL_TRANSITION) return tl::unexpected<Error>(begun.error());
  return {};
}

}  // namespace

Result<Written> Office::assign(const Caller& caller, const MatterId& matter, const AssignCommand& command) {
  return impl_->write(caller, matter, Kind::ASSIGNED, [&](const Scene& scene) -> Result<Plan> {
    if (command.persons.empty()) return fail(Code::EMPTY_FIELD, "work is assigned to somebody", "/persons");
    std::set<PersonId> seen;
    for (std::size_t i = 0; i < command.persons.size(); ++i) {
      const std::string where = "/persons/" + std::to_string(i);
      const std::optional<party::Person> person = TRY(impl_->person(command.persons[i]));
      if (!person || !person->is_active || !person->has(party::Role::OPERATOR)) return fail(Code::FORBIDDEN, "not an operator of this office", where);
      if (!seen.insert(person->id).second) return fail(Code::BAD_VALUE, "assigned twice", where, {{"expected", "each person once"}});
    }
    Plan plan = plan_of(Kind::ASSIGNED, inquiry::AssignedBody{{}, command.persons, TRY(paragraph(command.comment, "/comment", true))});
    if (is_beginning_due(scene.loaded)) plan.then.push_back(beginning_plan(scene.loaded));
    return plan;
  });
}

Result<LookupView> Office::look_up(const Caller& caller, const MatterId& matter, const LookupCommand& command) {
  const party::Person person = TRY(impl_->person_of(caller));
  const Loaded loaded = TRY(impl_->load(matter));
  TRY(impl_->may_see(caller, person, loaded));
  TRY(check_at_work(loaded, caller, Kind::LOOKED_UP));
  const InHand hand = TRY(in_hand(loaded));
  const auto item = std::ranges::find(hand.text.items, command.no, &inquiry::Item::no);
  if (item == hand.text.items.end()) return fail(Code::ITEM_UNKNOWN, "the inquiry has no such item", "/no");
  // Nobody looks up what the gate did not let through: a search is already an intrusion.
  const auto disposition = loaded.state.provider.dispositions.find(command.no);
  if (disposition == loaded.state.provider.dispositions.end() || disposition->second != Disposition::ACCEPT) {
    const law::Text& basis = impl_->parts.law->instrument(hand.text.instrument).name;
    return fail(Code::NOT_ALLOWED_BY_LAW, "only an accepted item is looked up", "/no", {{"basis", basis.ja}, {"basis_en", basis.en}});
  }
  const auto source = std::ranges::find_if(impl_->parts.sources, [&](const auto& candidate) { return candidate->info().name == command.source; });
  if (source == impl_->parts.sources.end()) return fail(Code::NOT_FOUND, "no such source", "/source");
  if (answer::query_for((*source)->info(), *item) == nullptr) return fail(Code::NOT_IN_PROFILE, "the source has no way from this item", "/source");

  TRY(begin_if_due(*impl_, caller, loaded));
  // The provider's own systems may be slow: nothing is locked meanwhile.
  inquiry::LookedUpBody body;
  body.no = command.no;
  body.provenance.source = command.source;
  body.provenance.at = impl_->now();
  answer::LookupResult result = TRY((*source)->look_up({*item, limits::kSourceRowsMax}));
  body.truncated = cut_to_fit(result.table) || result.truncated;
  body.provenance.query = result.query;
  body.provenance.rows = static_cast<int>(result.table.rows.size());
  body.table = std::move(result.table);
  body.took_us = result.took_us;
  // The search has been made: it is recorded also when the matter has moved on meanwhile (the fold admits that).
  const Written written =
      TRY(impl_->write(caller, matter, Kind::LOOKED_UP, [&](const Scene&) -> Result<Plan> { return plan_of(Kind::LOOKED_UP, body); }));
  return LookupView{written.act, body.no, body.provenance, std::move(body.table), body.truncated};
}

Result<inquiry::FileRef> Office::attach(const Caller& caller, const MatterId& matter, std::string_view name, std::string_view media_type,
                                        const std::string& path, Handover how) {
  const party::Person person = TRY(impl_->person_of(caller));
  const Loaded loaded = TRY(impl_->load(matter));
  TRY(impl_->may_see(caller, person, loaded));
  TRY(check_at_work(loaded, caller, Kind::COLLECTED));
  const answer::CheckedFile file = TRY(answer::check_file(name, media_type, path, impl_->parts.file_bytes_max));
  return impl_->parts.store->put_file(matter, file.name, file.media_type, path, how);
}

// ── answer ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<Written> Office::collect(const Caller& caller, const MatterId& matter, const CollectCommand& command) {
  return impl_->write(caller, matter, Kind::COLLECTED, [&](const Scene& scene) -> Result<Plan> {
    TRY(check_at_work(scene.loaded, caller, Kind::COLLECTED));
    const inquiry::Dispatch* dispatch = scene.loaded.state.shared.current();
    inquiry::CollectedBody body;
    body.of = dispatch->mark.act;
    body.version = dispatch->version;
    body.ready = command.ready;
    body.answer = TRY(answer::clean_answer(command.answer));
    body.answer.preparer = scene.person.post.empty() ? scene.person.name : scene.person.post + " " + scene.person.name;
    TRY(answer::check_answer(*impl_->parts.law, statuses(scene.loaded), body.answer, command.ready));
    TRY(check_provenance(scene.loaded, body.answer));
    TRY(check_files(*impl_->parts.store, matter, body.answer));
    std::ranges::sort(body.answer.items, {}, &inquiry::ItemAnswer::no);
    Plan plan = plan_of(Kind::COLLECTED, body);
    if (is_beginning_due(scene.loaded) && !scene.loaded.state.provider.assigned.empty()) plan.then.push_back(beginning_plan(scene.loaded));
    return plan;
  });
}

namespace {

Result<inquiry::CollectedBody> collected_answer(const Loaded& loaded, Kind kind) {
  if (!loaded.state.provider.answer) return not_now(loaded, enum_text(kind), "there is no answer in hand");
  const SignedAct* act = loaded.find(*loaded.state.provider.answer);
  if (act == nullptr) return fail(Code::NOT_FOUND, "the answer in hand is not here");
  return body_of<inquiry::CollectedBody>(*act);
}

Planner release_planner(const Office::Impl& impl) {
  return [&impl](const Scene& scene) -> Result<Plan> {
    const inquiry::Dispatch* dispatch = scene.loaded.state.shared.current();
    if (dispatch == nullptr || scene.loaded.state.provider.state != ProviderState::CHECKED)
      return not_now(scene.loaded, "answer.released", "only a checked answer is released");
    inquiry::CollectedBody collected = TRY(collected_answer(scene.loaded, Kind::RELEASED));
    if (collected.of != dispatch->mark.act) return fail(Code::STALE, "the answer is to an older version");
    TRY(check_files(*impl.parts.store, scene.loaded.matter, collected.answer));
    inquiry::ReleasedBody body;
    body.of = collected.of;
    body.version = collected.version;
    body.answer = std::move(collected.answer);
    body.releaser_post = scene.person.post;
    body.releaser_name = scene.person.name;
    return plan_of(Kind::RELEASED, body);
  };
}

}  // namespace

Result<Written> Office::check_answer(const Caller& caller, const MatterId& matter, const AnswerCheckCommand& command) {
  return impl_->write(caller, matter, Kind::ANSWER_CHECKED, [&](const Scene& scene) -> Result<Plan> {
    if (scene.loaded.state.provider.state != ProviderState::COLLECTED)
      return not_now(scene.loaded, "answer.checked", "no answer waits for the second person");
    const inquiry::CollectedBody collected = TRY(collected_answer(scene.loaded, Kind::ANSWER_CHECKED));
    TRY(answer::check_row_counts(collected.answer, command.row_counts));
    return plan_of(
        Kind::ANSWER_CHECKED,
        inquiry::AnswerCheckedBody{{}, *scene.loaded.state.provider.answer, command.row_counts, TRY(paragraph(command.comment, "/comment", true))});
  });
}

Result<Written> Office::send_back_answer(const Caller& caller, const MatterId& matter, const ReasonCommand& command) {
  return impl_->write(caller, matter, Kind::ANSWER_SENT_BACK, [&](const Scene& scene) -> Result<Plan> {
    if (!scene.loaded.state.provider.answer) return not_now(scene.loaded, "answer.sent_back", "there is no answer in hand");
    return plan_of(Kind::ANSWER_SENT_BACK, inquiry::ReasonBody{{}, scene.loaded.state.provider.answer, TRY(paragraph(command.reason, "/reason"))});
  });
}

Result<Prepared> Office::prepare_release(const Caller& caller, const MatterId& matter) const {
  return impl_->prepare(caller, matter, Kind::RELEASED, release_planner(*impl_));
}

Result<Written> Office::release(const Caller& caller, const MatterId& matter, const SignedCommand& command) {
  return impl_->write_signed(caller, matter, Kind::RELEASED, command, release_planner(*impl_));
}

}  // namespace warifu::desk
