#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "desk/drafting.h"
#include "law/deadlines.h"

namespace warifu::desk {

using inquiry::InquiryText;

namespace {

constexpr Duration kOralAgeMax = days(30);
constexpr Duration kDueMax = days(366);  // beyond a year it is a slip of the keyboard

// 代決: who may approve for a unit at an instant, and in whose place.
struct ApproverRight {
  std::optional<PersonId> delegator;
};

Result<ApproverRight> approver_right(const Office::Impl& impl, const party::Person& person, const std::optional<UnitId>& unit, Time at) {
  if (person.is_unit_head && person.unit == unit) return ApproverRight{};
  std::optional<party::Delegation> latest;
  std::vector<PersonId> heads;
  for (const party::Delegation& delegation : TRY(impl.delegations())) {
    if (delegation.delegate != person.id || delegation.unit != unit) continue;
    if (delegation.covers(at)) heads.push_back(delegation.delegator);
    if (!latest || delegation.until > latest->until) latest = delegation;
  }
  // The directory may have ended one before the books do, as after the loss of a key: then another head's stands.
  if (heads.size() > 1)
    for (const PublishedPerson& entry : TRY(impl.parts.directory->person(impl.parts.self.id, person.id, at)))
      if (entry.role == party::Role::APPROVER && entry.unit == unit && entry.delegator && std::ranges::find(heads, *entry.delegator) != heads.end())
        return ApproverRight{entry.delegator};
  if (!heads.empty()) return ApproverRight{heads.front()};
  if (latest)
    return fail(Code::DELEGATION_OUT_OF_PERIOD, "the delegation does not cover this instant", "/delegation",
                {{"from", to_rfc3339_tokyo(latest->from)}, {"to", to_rfc3339_tokyo(latest->until)}});
  return fail(Code::FORBIDDEN, "neither head of this unit nor a delegate");
}

// The number as it stands on the paper: prefix, era year, kind and serial. An office may type its own document number instead.
std::string document_number(const party::Unit& office, law::FormKind form, int year, int serial) {
  constexpr int kReiwaBefore = 2018;  // Reiwa 1 is 2019
  return office.document_prefix + "発令" + std::to_string(year - kReiwaBefore) + "第" + std::string(enum_text(form)) + std::to_string(serial) + "号";
}

Result<inquiry::DraftedBody> present_draft(const Loaded& loaded) {
  if (!loaded.state.agency.working)
    return fail(Code::ILLEGAL_TRANSITION, "there is no version in the making", {}, {{"state", std::string(enum_text(loaded.state.agency.state))}});
  const SignedAct* act = loaded.find(loaded.state.agency.working->draft);
  if (act == nullptr) return fail(Code::NOT_FOUND, "the draft is not here");
  return body_of<inquiry::DraftedBody>(*act);
}

struct Letterhead {
  inquiry::Sender sender;
  inquiry::Officer officer;
};

// The sender is the office of the drafter's unit, in the name of its head.
Result<Letterhead> letterhead(const Office::Impl& impl, const party::Person& drafter) {
  if (!drafter.unit) return fail(Code::FORBIDDEN, "the drafter belongs to no unit");
  const std::optional<party::Unit> unit = TRY(impl.unit(*drafter.unit));
  if (!unit) return fail(Code::NOT_FOUND, "the drafter's unit is not in the books");
  Letterhead out;
  out.sender.office = impl.parts.self.name_ja + " " + unit->name_ja;
  out.sender.address = impl.parts.self.address;
  for (const party::Person& person : TRY(impl.people()))
    if (person.is_active && person.is_unit_head && person.unit == drafter.unit) {
      out.sender.head_post = person.post;
      out.sender.head_name = person.name;
    }
  if (out.sender.head_name.empty()) return fail(Code::EMPTY_FIELD, "the unit has no head in the books", "/unit/head");
  out.officer = {unit->name_ja, drafter.post, drafter.name, drafter.telephone, drafter.extension};
  return out;
}

Result<party::Case> open_case(const Office::Impl& impl, const CaseId& id) {
  if (id.is_zero()) return fail(Code::MISSING_FIELD, "an inquiry belongs to a case", "/case_id");
  const std::optional<party::Case> found = TRY(impl.case_of(id));
  if (!found) return fail(Code::CASE_UNKNOWN, "no such case", "/case_id");
  if (!found->is_open) return fail(Code::CASE_CLOSED, "the case is closed", "/case_id");
  return *found;
}

// A case is used by the unit that keeps it; for everybody else it is not there.
Result<party::Case> own_case(const Office::Impl& impl, const party::Person& person, const CaseId& id) {
  const std::optional<party::Case> found = TRY(impl.case_of(id));
  if (found && found->unit != person.unit) return fail(Code::CASE_UNKNOWN, "a case of another unit", "/case_id");
  return open_case(impl, id);
}

Result<party::Organisation> addressee(const Office::Impl& impl, const party::OrganisationId& to) {
  if (to.text().empty()) return fail(Code::MISSING_FIELD, "an inquiry has an addressee", "/to");
  const std::optional<party::Organisation> found = TRY(impl.parts.directory->organisation(to));
  if (!found || found->side != party::Side::PROVIDER) return fail(Code::ADDRESSEE_UNKNOWN, "no such addressee", "/to");
  // Who has left the exchange keeps its name in the directory, and has no key by which an answer could be believed.
  if (TRY(impl.parts.directory->organisation_keys(to, impl.now())).empty()) return fail(Code::ADDRESSEE_UNKNOWN, "not a member any more", "/to");
  return *found;
}

Result<std::vector<inquiry::Item>> checked_items(const Office::Impl& impl, const DraftCommand& command, std::vector<inquiry::Necessity>& necessity) {
  const std::optional<party::AnswerProfile> profile = TRY(impl.parts.directory->profile(command.to));
  const ItemContext context{*impl.parts.law, law::Instrument::INQ, command.form, profile ? &*profile : nullptr, nullptr, impl.now()};
  if (command.items.empty()) return fail(Code::EMPTY_FIELD, "an inquiry asks for something", "/items");
  if (command.items.size() > limits::kItemsPerInquiryMax)
    return fail(Code::TOO_MANY, "too many items", "/items", {{"max", std::to_string(limits::kItemsPerInquiryMax)}});
  std::vector<inquiry::Item> items;
  for (std::size_t i = 0; i < command.items.size(); ++i) {
    const DraftItem& input = command.items[i];
    const std::string where = "/items/" + std::to_string(i);
    CheckedItem checked =
        check_item(context, static_cast<int>(i) + 1, input.selector, input.period, input.categories, input.asks_registration_address);
    if (checked.first_error) {
      // The first error travels as the answer; the form has shown the others while they were typed.
      Error error = std::move(*checked.first_error).at(where);
      error.args.emplace("row", std::to_string(i + 1));
      return tl::unexpected<Error>(std::move(error));
    }
    checked.item.purpose = TRY(line(input.purpose, where + "/purpose", !command.ready));
    necessity.push_back({checked.item.no, TRY(paragraph(input.necessity, where + "/necessity", !command.ready))});
    items.push_back(std::move(checked.item));
  }
  return items;
}

Result<inquiry::DraftedBody> compose(const Office::Impl& impl, const party::Person& drafter, const DraftCommand& command, int version) {
  const party::Case the_case = TRY(own_case(impl, drafter, command.case_id));
  const party::Organisation to = TRY(addressee(impl, command.to));
  const Letterhead head = TRY(letterhead(impl, drafter));
  const law::Catalogue& law = *impl.parts.law;
  inquiry::DraftedBody body;
  body.version = version;
  body.ready = command.ready;
  body.internal = {the_case.id, *drafter.unit, the_case.number, the_case.title, {}};
  InquiryText& text = body.text;
  text.version = version;
  text.form = command.form;
  text.from = impl.parts.self.id;
  text.to = to.id;
  text.addressee = to.name_ja;
  text.sender = head.sender;
  text.sentence = law.form(command.form).fixed_sentence.ja;
  text.items = TRY(checked_items(impl, command, body.internal.necessity));
  if (!command.withhold_offence) text.offence = the_case.offence;
  text.urgency = command.urgency;
  text.due = command.due.value_or(law::due_date(law, impl.now(), command.urgency));
  if (!text.due.is_valid()) return fail(Code::BAD_TIME, "that day does not exist", "/due");
  const Date today = tokyo_date(impl.now()), last = tokyo_date(impl.now() + kDueMax);
  if (text.due < today || text.due > last)
    return fail(Code::OUT_OF_RANGE, "due in the past or too far ahead", "/due", {{"min", today.iso()}, {"max", last.iso()}});
  text.answer_how = TRY(line(command.answer_how, "/answer_how", true));
  text.officer = command.officer.value_or(head.officer);
  for (std::string* field : {&text.officer.section, &text.officer.post, &text.officer.name, &text.officer.telephone, &text.officer.extension})
    *field = TRY(line(*field, "/officer", true));
  if (command.confidentiality) {
    inquiry::Confidentiality confidentiality{TRY(paragraph(command.confidentiality->reason, "/confidentiality/reason")),
                                             command.confidentiality->review.value_or(law::confidentiality_review_date(law, impl.now()))};
    if (!confidentiality.review.is_valid()) return fail(Code::BAD_TIME, "that day does not exist", "/confidentiality/review");
    text.confidentiality = std::move(confidentiality);
  }
  if (command.with_cover_request) text.cover_request = law.recipient(to.recipient_class).cover_text.ja;
  for (std::size_t i = 0; i < command.related.size(); ++i) text.related.push_back(TRY(line(command.related[i], "/related/" + std::to_string(i))));
  if (text.related.size() > 20) return fail(Code::TOO_MANY, "too many related numbers", "/related", {{"max", "20"}});
  return body;
}

}  // namespace

Result<JudgeView> Office::judge(const Caller& caller, const JudgeCommand& command) const {
  TRY(impl_->person_of(caller));
  std::optional<party::AnswerProfile> profile;
  if (command.to) profile = TRY(impl_->parts.directory->profile(*command.to));
  if (command.items.size() > limits::kItemsPerInquiryMax)
    return fail(Code::TOO_MANY, "too many items", "/items", {{"max", std::to_string(limits::kItemsPerInquiryMax)}});
  const ItemContext context{*impl_->parts.law, command.instrument, command.form, profile ? &*profile : nullptr, nullptr, impl_->now()};
  JudgeView view;
  int no = 0;
  for (const JudgeItem& input : command.items) {
    CheckedItem checked = check_item(context, ++no, input.selector, input.period, input.categories, input.asks_registration_address);
    ItemCheck out;
    out.no = no;
    if (checked.selector_ok) out.selector = checked.item.selector;
    out.errors = std::move(checked.errors);
    out.warnings = std::move(checked.warnings);
    if (checked.judgement) out.judgement = view_of(checked.judgement->governing);
    view.items.push_back(std::move(out));
  }
  return view;
}

Result<Written> Office::draft(const Caller& caller, const DraftCommand& command) {
  const MatterId matter = command.matter.value_or(MatterId::random());
  return impl_->write(
      caller, matter, Kind::DRAFTED,
      [&](const Scene& scene) -> Result<Plan> {
        const int version = static_cast<int>(scene.loaded.state.shared.dispatches.size()) + 1;
        return plan_of(Kind::DRAFTED, TRY(compose(*impl_, scene.person, command, version)));
      },
      !command.matter.has_value());
}

Result<Written> Office::record_oral(const Caller& caller, const OralCommand& command) {
  return impl_->write(
      caller, MatterId::random(), Kind::ORAL,
      [&](const Scene& scene) -> Result<Plan> {
        const party::Case the_case = TRY(own_case(*impl_, scene.person, command.case_id));
        if (!scene.person.unit) return fail(Code::FORBIDDEN, "the officer belongs to no unit");
        inquiry::OralBody body;
        body.to = TRY(addressee(*impl_, command.to)).id;
        body.internal = {the_case.id, *scene.person.unit, the_case.number, the_case.title, {}};
        body.summary = TRY(paragraph(command.summary, "/summary"));
        Result<Time> asked = parse_rfc3339(command.asked_at);
        if (!asked) return tl::unexpected<Error>(std::move(asked).error().at("/asked_at"));
        if (*asked > scene.now + minutes(5)) return fail(Code::TIME_IN_FUTURE, "asked in the future", "/asked_at");
        if (*asked < scene.now - kOralAgeMax) return fail(Code::TIME_TOO_OLD, "asked too long ago", "/asked_at", {{"max", "30"}});
        body.asked_at = *asked;
        body.follow_by = law::end_of_day(law::oral_follow_up_due(*impl_->parts.law, *asked));
        return plan_of(Kind::ORAL, body);
      },
      true);
}

Status Office::Impl::may_approve(const party::Person& person, const std::optional<UnitId>& unit, Time at) const {
  TRY(approver_right(*this, person, unit, at));
  return {};
}

Result<Written> Office::check(const Caller& caller, const MatterId& matter, const CommentCommand& command) {
  return impl_->write(caller, matter, Kind::CHECKED, [&](const Scene& scene) -> Result<Plan> {
    if (!scene.loaded.state.agency.working) return fail(Code::ILLEGAL_TRANSITION, "there is no draft");
    return plan_of(Kind::CHECKED,
                   inquiry::CheckedBody{{}, scene.loaded.state.agency.working->draft, TRY(paragraph(command.comment, "/comment", true))});
  });
}

Result<Written> Office::send_back(const Caller& caller, const MatterId& matter, const ReasonCommand& command) {
  return impl_->write(caller, matter, Kind::SENT_BACK, [&](const Scene& scene) -> Result<Plan> {
    if (!scene.loaded.state.agency.working) return fail(Code::ILLEGAL_TRANSITION, "there is nothing to return");
    const inquiry::Working& working = *scene.loaded.state.agency.working;
    const std::string reason = TRY(paragraph(command.reason, "/reason"));
    Plan plan = plan_of(Kind::SENT_BACK, inquiry::ReasonBody{{}, working.draft, reason});
    if (working.number) plan.register_rows.push_back({*working.number, matter, "SPOILED", reason, scene.now});
    return plan;
  });
}

namespace {

std::map<std::string, std::string> state_of(const Scene& scene) { return {{"state", std::string(enum_text(scene.loaded.state.agency.state))}}; }

Planner approval_planner(const Office::Impl& impl) {
  return [&impl](const Scene& scene) -> Result<Plan> {
    const inquiry::DraftedBody draft = TRY(present_draft(scene.loaded));
    const ApproverRight right = TRY(approver_right(impl, scene.person, scene.loaded.state.agency.unit, scene.now));
    TRY(open_case(impl, draft.internal.case_id));
    inquiry::ApprovedBody body;
    body.version = draft.version;
    body.text = draft.text;
    body.approver_post = scene.person.post;
    body.approver_name = scene.person.name;
    body.delegator = right.delegator;
    return plan_of(Kind::APPROVED, body);
  };
}

// The provider takes an approval with a key that the directory has for exactly this: the approver's own right, or standing in for this head. A
// delegate's other device signs nothing here that would be doubted there.
Status check_approving_key(const Office::Impl& impl, const Caller& caller, const SignedCommand& command, const std::optional<PersonId>& delegator,
                           Time at) {
  const bool is_line = !command.signature.empty();
  const note::SignatureLine line = is_line ? TRY(note::SignatureLine::parse(command.signature)) : note::SignatureLine{};
  const std::string passkey = is_line ? std::string() : TRY(assertion_of(*impl.parts.store, caller.person, *command.assertion)).key;
  for (const PublishedPerson& entry : TRY(impl.parts.directory->person(impl.parts.self.id, caller.person, at))) {
    if (entry.role != party::Role::APPROVER || entry.delegator != delegator || entry.key.is_passkey() == is_line) continue;
    if (is_line ? entry.key.id == line.id : entry.key.text() == passkey) return {};
  }
  return fail(Code::KEY_UNKNOWN, "the directory does not have this key for that right of approval", is_line ? "/signature" : "/assertion",
              {{"key", inquiry::person_signer(impl.parts.self.id, caller.person)}});
}

Planner dispatch_planner(const Office::Impl& impl) {
  return [&impl](const Scene& scene) -> Result<Plan> {
    const std::optional<inquiry::Working>& working = scene.loaded.state.agency.working;
    if (!working || !working->approved || !working->number)
      return fail(Code::ILLEGAL_TRANSITION, "only a numbered inquiry can be dispatched", std::string(enum_text(Kind::DISPATCHED)), state_of(scene));
    TRY(open_case(impl, TRY(present_draft(scene.loaded)).internal.case_id));
    inquiry::DispatchedBody body;
    body.of = working->approved->act;
    body.version = working->version;
    body.number = *working->number;
    body.date = tokyo_date(scene.now);
    Plan plan = plan_of(Kind::DISPATCHED, body);
    // The serial of the version that this one replaces ends as superseded.
    if (const inquiry::Dispatch* before = scene.loaded.state.shared.current())
      plan.register_rows.push_back({before->number, scene.loaded.matter, "SUPERSEDED", {}, scene.now});
    return plan;
  };
}

}  // namespace

Result<Prepared> Office::prepare_approval(const Caller& caller, const MatterId& matter) const {
  return impl_->prepare(caller, matter, Kind::APPROVED, approval_planner(*impl_));
}

Result<Written> Office::approve(const Caller& caller, const MatterId& matter, const SignedCommand& command) {
  // Planned when the signature has been verified, and before anything is written.
  return impl_->write_signed(caller, matter, Kind::APPROVED, command, [&](const Scene& scene) -> Result<Plan> {
    const ApproverRight right = TRY(approver_right(*impl_, scene.person, scene.loaded.state.agency.unit, scene.now));
    TRY(check_approving_key(*impl_, caller, command, right.delegator, scene.now));
    return approval_planner(*impl_)(scene);
  });
}

Result<Written> Office::number(const Caller& caller, const MatterId& matter, const RegisterCommand& command) {
  const std::scoped_lock lock(impl_->numbering);
  return impl_->write(caller, matter, Kind::REGISTERED, [&](const Scene& scene) -> Result<Plan> {
    const std::optional<inquiry::Working>& working = scene.loaded.state.agency.working;
    if (!working || !working->approved || working->stage != inquiry::State::APPROVED)
      return fail(Code::ILLEGAL_TRANSITION, "only an approved inquiry is numbered", std::string(enum_text(Kind::REGISTERED)), state_of(scene));
    const inquiry::DraftedBody draft = TRY(present_draft(scene.loaded));
    TRY(open_case(*impl_, draft.internal.case_id));
    const std::optional<party::Unit> unit = TRY(impl_->unit(draft.internal.unit));
    if (!unit) return fail(Code::NOT_FOUND, "the drafter's unit is not in the books");
    const UnitId office_id = unit->is_register_office ? unit->id : unit->register_office.value_or(unit->id);
    const std::optional<party::Unit> office = TRY(impl_->unit(office_id));
    if (!office || !office->is_register_office) return fail(Code::CONFIG, "the unit has no register office");
    inquiry::Numbering number;
    number.office = office->id;
    number.form = draft.text.form;
    number.year = tokyo_date(scene.now).year;
    number.serial = TRY(impl_->parts.store->last_serial(office->id, number.form, number.year)) + 1;
    number.document_number = command.document_number ? TRY(line(*command.document_number, "/document_number"))
                                                     : document_number(*office, number.form, number.year, number.serial);
    if (const auto taken = TRY(impl_->parts.store->matter_by_number(number.document_number)); taken && *taken != matter)
      return fail(Code::SERIAL_TAKEN, "that document number is in use", "/document_number", {{"serial", number.document_number}});
    Plan plan = plan_of(Kind::REGISTERED, inquiry::RegisteredBody{{}, working->approved->act, number});
    plan.register_rows.push_back({number, matter, "ISSUED", {}, scene.now});
    return plan;
  });
}

Result<Prepared> Office::prepare_dispatch(const Caller& caller, const MatterId& matter) const {
  return impl_->prepare(caller, matter, Kind::DISPATCHED, dispatch_planner(*impl_));
}

Result<Written> Office::dispatch(const Caller& caller, const MatterId& matter, const SignedCommand& command) {
  return impl_->write_signed(caller, matter, Kind::DISPATCHED, command, dispatch_planner(*impl_));
}

Result<Written> Office::void_inquiry(const Caller& caller, const MatterId& matter, const ReasonCommand& command) {
  return impl_->write(caller, matter, Kind::VOIDED, [&](const Scene& scene) -> Result<Plan> {
    const std::optional<inquiry::Working>& working = scene.loaded.state.agency.working;
    const std::string reason = TRY(paragraph(command.reason, "/reason"));
    inquiry::ReasonBody body{{}, std::nullopt, reason};
    if (working) body.of = working->draft;
    Plan plan = plan_of(Kind::VOIDED, body);
    if (working && working->number) plan.register_rows.push_back({*working->number, matter, "SPOILED", reason, scene.now});
    return plan;
  });
}

Result<Written> Office::withdraw(const Caller& caller, const MatterId& matter, const ReasonCommand& command) {
  return impl_->write(caller, matter, Kind::WITHDRAWN, [&](const Scene& scene) -> Result<Plan> {
    const std::string reason = TRY(paragraph(command.reason, "/reason"));
    Plan plan = plan_of(Kind::WITHDRAWN, inquiry::MessageBody{{}, {}, reason});
    // A version in the making is given up, and its serial ends with it.
    const std::optional<inquiry::Working>& working = scene.loaded.state.agency.working;
    if (working && working->number) plan.register_rows.push_back({*working->number, matter, "SPOILED", reason, scene.now});
    return plan;
  });
}

Result<Written> Office::remind(const Caller& caller, const MatterId& matter, const MessageCommand& command) {
  return impl_->write(caller, matter, Kind::REMINDED, [&](const Scene&) -> Result<Plan> {
    return plan_of(Kind::REMINDED, inquiry::MessageBody{{}, {}, TRY(paragraph(command.message, "/message", true))});
  });
}

namespace {

Result<const inquiry::Release*> release_of(const Loaded& loaded, const Sha256& of) {
  for (const inquiry::Release& release : loaded.state.shared.releases)
    if (release.mark.act == of) return &release;
  return fail(Code::NOT_FOUND, "no such answer in this matter", "/of");
}

}  // namespace

Result<Written> Office::retrieve(const Caller& caller, const MatterId& matter, const ReleaseReference& command) {
  return impl_->write(caller, matter, Kind::RETRIEVED, [&](const Scene& scene) -> Result<Plan> {
    const inquiry::Release* release = TRY(release_of(scene.loaded, command.of));
    return plan_of(Kind::RETRIEVED, inquiry::StepBody{{}, {}, command.of, release->version, TRY(paragraph(command.message, "/message", true))});
  });
}

Result<Written> Office::open_answer(const Caller& caller, const MatterId& matter, const OpenCommand& command) {
  return impl_->write(caller, matter, Kind::OPENED, [&](const Scene& scene) -> Result<Plan> {
    TRY(release_of(scene.loaded, command.of));
    return plan_of(Kind::OPENED, inquiry::OpenedBody{{}, command.of, TRY(paragraph(command.reason, "/reason"))});
  });
}

Result<Written> Office::decline_narrowing(const Caller& caller, const MatterId& matter, const ReleaseReference& command) {
  return impl_->write(caller, matter, Kind::NARROWING_DECLINED, [&](const Scene& scene) -> Result<Plan> {
    const inquiry::Release* release = TRY(release_of(scene.loaded, command.of));
    return plan_of(Kind::NARROWING_DECLINED, inquiry::StepBody{{}, {}, command.of, release->version, TRY(paragraph(command.message, "/message"))});
  });
}

Result<Written> Office::feedback(const Caller& caller, const MatterId& matter, const FeedbackCommand& command) {
  return impl_->write(caller, matter, Kind::FEEDBACK, [&](const Scene&) -> Result<Plan> {
    return plan_of(Kind::FEEDBACK, inquiry::FeedbackBody{{}, {}, command.outcome, TRY(paragraph(command.message, "/message", true))});
  });
}

Result<Written> Office::close(const Caller& caller, const MatterId& matter, const CommentCommand& command) {
  return impl_->write(caller, matter, Kind::CLOSED, [&](const Scene&) -> Result<Plan> {
    return plan_of(Kind::CLOSED, inquiry::ClosedBody{{}, TRY(paragraph(command.comment, "/comment", true))});
  });
}

Result<Plan> Office::Impl::retention_plan(const Loaded& loaded) const {
  if (!loaded.state.agency.closed) return fail(Code::ILLEGAL_TRANSITION, "only a closed matter is put into retention");
  return plan_of(Kind::RETAINED, inquiry::RetainedBody{{}, law::ledger_kept_through(*parts.law, tokyo_date(loaded.state.agency.closed->at))});
}

Result<Written> Office::retain(const Caller& caller, const MatterId& matter) {
  return impl_->write(caller, matter, Kind::RETAINED, [&](const Scene& scene) { return impl_->retention_plan(scene.loaded); });
}

Result<Written> Office::hand_over(const Caller& caller, const MatterId& matter, const HandOverCommand& command) {
  return impl_->write(caller, matter, Kind::HANDED_OVER, [&](const Scene& scene) -> Result<Plan> {
    const std::optional<party::Person> to = TRY(impl_->person(command.to));
    if (!to || !to->is_active || !to->has(party::Role::INVESTIGATOR) || to->unit != scene.loaded.state.agency.unit)
      return fail(Code::FORBIDDEN, "not an investigator of this unit", "/to");
    return plan_of(Kind::HANDED_OVER, inquiry::HandedOverBody{{}, command.to, TRY(paragraph(command.reason, "/reason"))});
  });
}

}  // namespace warifu::desk
