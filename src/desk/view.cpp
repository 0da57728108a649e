// The page of a matter: what it is, whose turn it is, what this person can do now.

#include <algorithm>

#include "base/limits.h"
#include "desk/drafting.h"
#include "desk/impl.h"
#include "law/deadlines.h"
#include "report/audit.h"

namespace warifu::desk {

using inquiry::FoldInput;
using inquiry::State;

namespace {

constexpr Duration kOpenFor = minutes(15);  // how long an answer stays open to who opened it, and how long one view lasts
constexpr Duration kDeliveryLate = minutes(10);
constexpr Duration kAcceptedLate = minutes(2), kLoggedLate = minutes(1);

struct Reader {
  const Office::Impl& impl;
  const Caller& caller;
  const party::Person& person;
  const Loaded& loaded;
  Time now;
};

std::optional<PersonName> name_of(const Reader& reader, const std::optional<PersonId>& id) {
  if (!id) return std::nullopt;
  const Result<std::optional<party::Person>> found = reader.impl.person(*id);
  if (!found || !*found) return PersonName{*id, {}, {}, {}};
  PersonName out{*id, (*found)->name, (*found)->post, {}};
  if ((*found)->unit)
    if (const auto unit = reader.impl.unit(*(*found)->unit); unit && *unit) {
      out.unit = (*unit)->name_ja;
      out.unit_en = (*unit)->name_en;
    }
  return out;
}

// ── versions and items ──

std::optional<VersionView> version_of_approval(const Reader& reader, const Sha256& approval_hash) {
  const SignedAct* approval = reader.loaded.find(approval_hash);
  if (approval == nullptr) return std::nullopt;
  const Result<inquiry::ApprovedBody> body = body_of<inquiry::ApprovedBody>(*approval);
  if (!body) return std::nullopt;
  VersionView view;
  view.version = body->version;
  view.text = body->text;
  view.approved_at = approval->act.at;
  view.approver_name = body->approver_name;
  view.approver_post = body->approver_post;
  view.by_delegate = body->delegator.has_value();
  return view;
}

std::optional<VersionView> dispatched_version(const Reader& reader, const inquiry::Dispatch& dispatch) {
  std::optional<VersionView> view = version_of_approval(reader, dispatch.approval);
  if (!view) return std::nullopt;
  view->numbering = dispatch.number;
  view->dispatched_at = dispatch.mark.at;
  view->date = tokyo_date(dispatch.mark.at);
  view->is_superseded = dispatch.superseded;
  return view;
}

std::optional<VersionView> working_version(const Reader& reader, std::optional<inquiry::Internal>& internal) {
  const std::optional<inquiry::Working>& working = reader.loaded.state.agency.working;
  if (!working) return std::nullopt;
  const SignedAct* act = reader.loaded.find(working->draft);
  if (act == nullptr) return std::nullopt;
  const Result<inquiry::DraftedBody> draft = body_of<inquiry::DraftedBody>(*act);
  if (!draft) return std::nullopt;
  internal = draft->internal;
  VersionView view;
  view.version = draft->version;
  view.text = draft->text;
  view.numbering = working->number;
  if (working->approved) {
    view.approved_at = working->approved->at;
    if (const std::optional<VersionView> approved = version_of_approval(reader, working->approved->act)) {
      view.approver_name = approved->approver_name;
      view.approver_post = approved->approver_post;
      view.by_delegate = approved->by_delegate;
    }
  }
  return view;
}

std::optional<inquiry::Internal> dispatched_internal(const Reader& reader) {
  const SignedAct* draft = reader.loaded.last_of(Kind::DRAFTED);
  if (draft == nullptr) return std::nullopt;
  const Result<inquiry::DraftedBody> body = body_of<inquiry::DraftedBody>(*draft);
  return body ? std::optional(body->internal) : std::nullopt;
}

std::map<int, inquiry::ItemDecision> decisions_of(const Reader& reader) {
  std::map<int, inquiry::ItemDecision> out;
  const inquiry::Provider& provider = reader.loaded.state.provider;
  for (const std::optional<inquiry::Mark>* mark : {&provider.triaged, &provider.legal}) {
    if (!*mark) continue;
    const SignedAct* act = reader.loaded.find((*mark)->act);
    if (act == nullptr) continue;
    if (const Result<inquiry::DecisionsBody> body = body_of<inquiry::DecisionsBody>(*act))
      for (const inquiry::ItemDecision& decision : body->decisions) out[decision.no] = decision;
  }
  return out;
}

std::vector<ItemView> items_of(const Reader& reader, const VersionView& version, const std::optional<inquiry::Internal>& internal) {
  std::vector<ItemView> out;
  const bool is_provider = reader.impl.side() == party::Side::PROVIDER;
  std::map<int, inquiry::ItemDecision> decisions;
  law::HouseRules house;
  if (is_provider) {
    decisions = decisions_of(reader);
    if (Result<law::HouseRules> rules = reader.impl.house_rules()) house = std::move(*rules);
  }
  const std::map<int, inquiry::ItemResult> results =
      reader.loaded.state.shared.current() != nullptr && reader.loaded.state.shared.current()->version == version.version
          ? reader.loaded.state.shared.results()
          : std::map<int, inquiry::ItemResult>{};
  for (const inquiry::Item& item : version.text.items) {
    ItemView view;
    view.item = item;
    if (internal)
      for (const inquiry::Necessity& necessity : internal->necessity)
        if (necessity.no == item.no) view.necessity = necessity.text;
    const law::Question question = question_of(version.text.instrument, version.text.form, item);
    if (const Result<law::ItemJudgement> judgement = law::judge_item(*reader.impl.parts.law, house, question, item.categories))
      view.judgement = view_of(judgement->governing);
    if (const auto found = decisions.find(item.no); found != decisions.end()) view.decision = found->second;
    if (const auto found = results.find(item.no); found != results.end()) view.result = found->second;
    out.push_back(std::move(view));
  }
  return out;
}

// ── answers ──

bool has_opened(const Reader& reader, const Sha256& release) {
  for (const SignedAct& act : reader.loaded.acts) {
    if (act.act.kind != Kind::OPENED || act.act.person != reader.person.id || act.act.at + kOpenFor < reader.now) continue;
    if (const Result<inquiry::OpenedBody> body = body_of<inquiry::OpenedBody>(act); body && body->of == release) return true;
  }
  return false;
}

bool may_see_answer_work(const Reader& reader) {
  return reader.impl.side() == party::Side::PROVIDER &&
         (reader.caller.role == party::Role::OPERATOR || reader.caller.role == party::Role::RELEASER || reader.caller.role == party::Role::LEGAL);
}

std::vector<ReleaseView> releases_of(const Reader& reader) {
  std::vector<ReleaseView> out;
  for (const inquiry::Release& release : reader.loaded.state.shared.releases) {
    ReleaseView view;
    view.act = release.mark.act;
    view.version = release.version;
    view.at = release.mark.at;
    view.is_overridden = release.overridden;
    view.is_retrieved = release.retrieved.has_value();
    view.results = release.results;
    const SignedAct* act = reader.loaded.find(release.mark.act);
    view.is_purged = act == nullptr || !act->body;
    // Result and reason are told with the state; names, rows and files only to who opened the answer inside the case, with a reason.
    view.is_open =
        !release.overridden && (reader.impl.side() == party::Side::PROVIDER ? may_see_answer_work(reader) : has_opened(reader, release.mark.act));
    if (act != nullptr && act->body)
      if (Result<inquiry::ReleasedBody> body = body_of<inquiry::ReleasedBody>(*act)) {
        view.releaser_name = body->releaser_name;
        view.releaser_post = body->releaser_post;
        if (view.is_open)
          view.answer = std::move(body->answer);
        else if (!release.overridden) {
          inquiry::Answer outline;  // what can be told without opening: result, reason, proposal
          outline.reference = body->answer.reference;
          for (const inquiry::ItemAnswer& item : body->answer.items) {
            inquiry::ItemAnswer bare;
            bare.no = item.no;
            bare.result = item.result;
            bare.reason = item.reason;
            bare.narrowing = item.narrowing;
            if (item.result != inquiry::ItemResult::ANSWERED && item.result != inquiry::ItemResult::PARTLY_ANSWERED) bare.message = item.message;
            outline.items.push_back(std::move(bare));
          }
          view.answer = std::move(outline);
        }
      }
    out.push_back(std::move(view));
  }
  return out;
}

std::vector<LookupView> lookups_of(const Reader& reader) {
  std::vector<LookupView> out;
  if (!may_see_answer_work(reader)) return out;
  for (const SignedAct& act : reader.loaded.acts) {
    if (act.act.kind != Kind::LOOKED_UP) continue;
    if (Result<inquiry::LookedUpBody> body = body_of<inquiry::LookedUpBody>(act))
      out.push_back({act.hash, body->no, std::move(body->provenance), std::move(body->table), body->truncated});
  }
  return out;
}

std::optional<inquiry::Answer> collected_of(const Reader& reader) {
  if (!may_see_answer_work(reader) || !reader.loaded.state.provider.answer) return std::nullopt;
  const SignedAct* act = reader.loaded.find(*reader.loaded.state.provider.answer);
  if (act == nullptr) return std::nullopt;
  Result<inquiry::CollectedBody> body = body_of<inquiry::CollectedBody>(*act);
  return body ? std::optional(std::move(body->answer)) : std::nullopt;
}

// ── timeline and delivery evidence ──

// What is a word of the law's or of a list is told as such, and not as text.
void tell_content(const SignedAct& act, ActView& view) {
  if (act.act.kind == Kind::RETURNED)
    if (const Result<inquiry::ReturnedBody> body = body_of<inquiry::ReturnedBody>(act)) {
      view.reason = body->reason;
      view.note = body->message;
    }
  if (act.act.kind == Kind::FEEDBACK)
    if (const Result<inquiry::FeedbackBody> body = body_of<inquiry::FeedbackBody>(act)) {
      view.outcome = body->outcome;
      view.note = body->message;
    }
}

std::string note_in(const SignedAct& act) {
  if (!act.body || act.act.kind == Kind::RETURNED || act.act.kind == Kind::FEEDBACK) return {};
  const Result<json::Value> body = json::parse(*act.body);
  if (!body || !body->is_object()) return {};
  for (const char* key : {"reason", "comment", "message", "text"})
    if (const json::Value* value = body->get_object().if_contains(key); value != nullptr && value->is_string())
      return std::string(json::view(value->get_string()));
  return {};
}

std::vector<std::string> own_keys_of(const SignedAct& act) {
  std::vector<std::string> out;
  if (!act.act.person) return out;
  const std::string name = inquiry::person_signer(act.act.org, *act.act.person);
  for (const note::SignatureLine& line : act.note.signatures)
    if (line.name == name) out.push_back(name + "+" + to_hex(line.id));
  for (const note::Assertion& assertion : act.assertions)
    if (const Result<note::PersonKey> key = note::PersonKey::parse(assertion.key)) out.push_back(key->name + "+" + to_hex(key->id));
  return out;
}

std::vector<ActView> timeline_of(const Reader& reader) {
  std::vector<ActView> out;
  for (const Sha256& hash : reader.loaded.state.order) {
    const SignedAct* act = reader.loaded.find(hash);
    if (act == nullptr) continue;
    const inquiry::KindRule& rule = inquiry::rule_of(act->act.kind);
    const inquiry::EffectOf& effect = reader.loaded.state.effects.at(hash);
    ActView view;
    view.act = hash;
    view.kind = std::string(enum_text(act->act.kind));
    view.name_ja = rule.name_ja;
    view.name_en = rule.name_en;
    view.org = act->act.org;
    view.role = act->act.role;
    if (act->act.org == reader.impl.parts.self.id)
      view.person = name_of(reader, act->act.person);
    else if (act->act.person)
      view.person = PersonName{*act->act.person, {}, {}, {}};
    view.at = act->act.at;
    view.is_shared = rule.is_shared;
    view.is_purged = !act->body.has_value();
    view.own_keys = own_keys_of(*act);
    view.has_own_signature = !view.own_keys.empty();
    view.effect = effect.effect;
    view.why = effect.why;
    const bool is_legal_note = act->act.kind == Kind::LEGAL_DECIDED || act->act.kind == Kind::FINDING;
    const bool may_read = !is_legal_note || reader.caller.role == party::Role::LEGAL || reader.caller.role == party::Role::AUDITOR;
    if (may_read) view.note = note_in(*act);
    tell_content(*act, view);
    out.push_back(std::move(view));
  }
  return out;
}

// How an act of ours travelled, as hub and addressee attest it. Nothing where acts cross in this process, or for acts of the other side.
void add_travel(const Reader& reader, const inquiry::Mark& written, const std::string& prefix, bool with_delivery, std::vector<StepEvidence>& out) {
  if (!reader.impl.parts.mailbox) return;
  const Result<std::optional<MessageOut>> found = reader.impl.parts.mailbox->message_with(written.act);
  if (!found) return;
  if (!*found) {
    // Not even sealed: nothing has been heard of the hub for long, or the addressee has no key that can be used. Of the other side's act, nothing.
    const SignedAct* act = reader.loaded.find(written.act);
    const bool is_own = act != nullptr && act->act.org == reader.impl.parts.self.id;
    if (is_own) out.push_back({prefix + "HUB_ACCEPTED", std::nullopt, reader.now - written.at > kAcceptedLate});
    return;
  }
  const MessageOut& message = **found;
  const Duration age = reader.now - message.created;
  const bool is_over = message.delivered.has_value();
  out.push_back({prefix + "HUB_ACCEPTED", message.accepted, !message.accepted && age > kAcceptedLate});
  // A receipt says more than the hub's statement, and ends the asking for it: no open step stands before one that is proven.
  if (message.relayed || !is_over) out.push_back({prefix + "HUB_RELAYED", message.relayed, !message.relayed && age > kDeliveryLate});
  if (with_delivery) out.push_back({prefix + "DELIVERED", message.delivered, !message.delivered && age > kDeliveryLate});
  if (message.accepted) out.push_back({prefix + "LOGGED", message.logged, !message.logged && reader.now - *message.accepted > kLoggedLate});
}

std::vector<StepEvidence> evidence_of(const Reader& reader) {
  const inquiry::Dispatch* current = reader.loaded.state.shared.current();
  if (current == nullptr) return {};
  const auto at = [](const std::optional<inquiry::Mark>& mark) { return mark ? std::optional(mark->at) : std::nullopt; };
  std::vector<StepEvidence> out;
  out.push_back({"DISPATCHED", current->mark.at, false});
  add_travel(reader, current->mark, "", false, out);
  const bool is_late = !current->received && reader.now - current->mark.at > kDeliveryLate && !reader.loaded.state.shared.withdrawn;
  out.push_back({"DELIVERED", at(current->received), is_late});
  out.push_back({"ACCEPTED", at(current->accepted), false});
  std::optional<Time> released, retrieved;
  std::optional<inquiry::Mark> release_mark;
  for (const inquiry::Release& release : reader.loaded.state.shared.releases) {
    if (release.version != current->version || release.overridden) continue;
    released = release.mark.at;
    release_mark = release.mark;
    retrieved = at(release.retrieved);
  }
  const bool is_overdue = !released && current->due && law::is_overdue(*current->due, reader.now) && !reader.loaded.state.shared.withdrawn;
  out.push_back({"RELEASED", released, is_overdue});
  if (release_mark) add_travel(reader, *release_mark, "ANSWER_", true, out);
  const Duration wait = hours(reader.impl.parts.law->deadlines().retrieved_warn_hours);
  out.push_back({"RETRIEVED", retrieved, released && !retrieved && reader.now - *released > wait && !reader.loaded.state.shared.withdrawn});
  return out;
}

// What the addressee's node said when it refused a message of ours.
Error error_of_refusal(const MessageOut& message) {
  Error error{
      Code::INTERNAL, "refused by the addressee", "message " + message.id.hex(), {{"peer", message.to.text()}, {"signer", message.to.text()}}};
  for (int i = 0; i < kCodeCount; ++i)
    if (sentence(static_cast<Code>(i)).name == message.code) error.code = static_cast<Code>(i);
  return error;
}

// ── actions ──

struct Candidate {
  std::string_view name;
  Kind kind;
  inquiry::Turn primary_at;
};

// In the order of likelihood; the fold itself says which are possible now.
constexpr Candidate kCandidates[] = {
    {"check", Kind::CHECKED, inquiry::Turn::CHECK},
    {"approve", Kind::APPROVED, inquiry::Turn::APPROVE},
    {"number", Kind::REGISTERED, inquiry::Turn::NUMBER},
    {"dispatch", Kind::DISPATCHED, inquiry::Turn::DISPATCH},
    {"retrieve", Kind::RETRIEVED, inquiry::Turn::RECEIVE},
    {"open_answer", Kind::OPENED, inquiry::Turn::CLOSE},
    {"edit", Kind::DRAFTED, inquiry::Turn::DRAFT},
    {"close", Kind::CLOSED, inquiry::Turn::CLOSE},
    {"feedback", Kind::FEEDBACK, inquiry::Turn::NONE},
    {"decline_narrowing", Kind::NARROWING_DECLINED, inquiry::Turn::DECIDE},
    {"remind", Kind::REMINDED, inquiry::Turn::NONE},
    {"send_back", Kind::SENT_BACK, inquiry::Turn::NONE},
    {"withdraw", Kind::WITHDRAWN, inquiry::Turn::NONE},
    {"void", Kind::VOIDED, inquiry::Turn::NONE},
    {"hand_over", Kind::HANDED_OVER, inquiry::Turn::NONE},
    {"retain", Kind::RETAINED, inquiry::Turn::NONE},
    {"triage", Kind::TRIAGED, inquiry::Turn::TRIAGE},
    {"decide_legal", Kind::LEGAL_DECIDED, inquiry::Turn::LEGAL},
    {"accept", Kind::ACCEPTED, inquiry::Turn::ACCEPT},
    {"assign", Kind::ASSIGNED, inquiry::Turn::ASSIGN},
    {"look_up", Kind::LOOKED_UP, inquiry::Turn::ANSWER},
    {"collect", Kind::COLLECTED, inquiry::Turn::ANSWER},
    {"check_answer", Kind::ANSWER_CHECKED, inquiry::Turn::SECOND_CHECK},
    {"release", Kind::RELEASED, inquiry::Turn::RELEASE},
    {"send_back_answer", Kind::ANSWER_SENT_BACK, inquiry::Turn::NONE},
    {"return", Kind::RETURNED, inquiry::Turn::NONE},
    {"purge", Kind::PURGED, inquiry::Turn::NONE},
};

// Facts that a well-made act of this kind would carry now, so that the fold judges the step and not the text.
inquiry::Facts trial_facts(const Loaded& loaded, Kind kind) {
  const inquiry::Shared& shared = loaded.state.shared;
  const inquiry::Agency& agency = loaded.state.agency;
  inquiry::Facts facts;
  facts.version = static_cast<int>(shared.dispatches.size()) + (inquiry::rule_of(kind).sides == inquiry::Sides::AGENCY ? 1 : 0);
  if (agency.working) {
    facts.of = agency.working->draft;
    for (const FoldInput& input : loaded.inputs)
      if (input.hash == agency.working->draft && input.facts) facts.items = input.facts->items, facts.to = input.facts->to;
    if (kind != Kind::CHECKED && agency.working->approved) facts.of = agency.working->approved->act;
    facts.number = agency.working->number;
    if (kind == Kind::REGISTERED) facts.number = inquiry::Numbering{};
  }
  const bool about_release = kind == Kind::RETRIEVED || kind == Kind::OPENED || kind == Kind::NARROWING_DECLINED;
  if (about_release) {
    for (const inquiry::Release& release : shared.releases) {
      const bool fits = kind == Kind::RETRIEVED ? !release.retrieved && !release.overridden
                        : kind == Kind::OPENED  ? release.retrieved.has_value()
                                                : !release.narrowing_declined;
      if (fits) facts.of = release.mark.act;
    }
    if (!shared.releases.empty()) facts.version = shared.releases.back().version;
  } else if (shared.current() != nullptr && inquiry::rule_of(kind).sides != inquiry::Sides::AGENCY) {
    facts.of = shared.current()->mark.act;
    for (const inquiry::ItemFact& item : shared.current()->items) {
      facts.results.push_back({item.no, inquiry::ItemResult::ANSWERED, {}, 0, 0});
      if (const auto found = loaded.state.provider.dispositions.find(item.no);
          kind != Kind::LEGAL_DECIDED || (found != loaded.state.provider.dispositions.end() && found->second == inquiry::Disposition::LEGAL_REVIEW))
        facts.dispositions.push_back({item.no, inquiry::Disposition::ACCEPT});
    }
  }
  if (kind == Kind::RELEASED) facts.results = loaded.state.provider.collected_results;
  if (kind == Kind::ANSWER_CHECKED) facts.of = loaded.state.provider.answer;
  if (kind == Kind::HANDED_OVER || kind == Kind::ASSIGNED) facts.persons = {PersonId{}};
  return facts;
}

std::vector<Action> actions_of(const Reader& reader, const inquiry::MatterRow& row) {
  std::vector<Action> out;
  for (const Candidate& candidate : kCandidates) {
    if (!inquiry::may_write(candidate.kind, reader.impl.side(), reader.caller.role)) continue;
    const bool is_shared = inquiry::rule_of(candidate.kind).is_shared;
    FoldInput trial;
    trial.act.id = ActId::random();
    trial.act.matter = reader.loaded.matter;
    trial.act.kind = candidate.kind;
    trial.act.org = reader.impl.parts.self.id;
    trial.act.role = reader.caller.role;
    trial.act.person = reader.person.id;
    trial.act.at = reader.now;
    trial.act.after = inquiry::heads_for(reader.loaded.state, candidate.kind);
    trial.hash.bytes.fill(0xff);
    trial.facts = trial_facts(reader.loaded, candidate.kind);
    if (is_shared) trial.facts->basis = reader.loaded.state.internal_heads;
    Status verdict = inquiry::check_legal(reader.loaded.inputs, trial);
    if (verdict && candidate.kind == Kind::APPROVED) verdict = reader.impl.may_approve(reader.person, reader.loaded.state.agency.unit, reader.now);
    if (verdict && candidate.kind == Kind::PURGED) verdict = reader.impl.may_purge(reader.loaded, reader.now);
    Action action;
    action.name =
        candidate.name == "edit" && reader.loaded.state.shared.current() != nullptr && !reader.loaded.state.agency.working ? "amend" : candidate.name;
    action.is_allowed = verdict.has_value();
    action.is_primary = action.is_allowed && candidate.primary_at == row.turn && row.turn != inquiry::Turn::NONE;
    action.needs_signature = inquiry::rule_of(candidate.kind).needs_own_signature;
    if (!verdict) action.why = notice_of(verdict.error());
    out.push_back(std::move(action));
  }
  // Not an act by itself: the view that goes before it is.
  const party::Role role = reader.caller.role;
  if (role == party::Role::AUDITOR || role == party::Role::APPROVER || role == party::Role::LEGAL) {
    const Status verdict = reader.impl.may_take_evidence(reader.caller, reader.person, reader.loaded);
    out.push_back(
        {std::string(Office::kEvidence), verdict.has_value(), false, false, verdict ? std::nullopt : std::optional(notice_of(verdict.error()))});
  }
  return out;
}

}  // namespace

Result<MatterView> Office::Impl::view_of_matter(const Caller& caller, const party::Person& person, const Loaded& loaded) const {
  const Reader reader{*this, caller, person, loaded, now()};
  const inquiry::Projection projection = inquiry::project(parts.self.id, side(), loaded.acts, loaded.state);
  MatterView view;
  view.row = TRY(row_view(caller, person, projection.row));
  view.timeline = timeline_of(reader);
  view.evidence = evidence_of(reader);
  for (const SignedAct& act : loaded.acts) {
    if (act.act.kind != Kind::VERIFIED && act.act.kind != Kind::SUSPECTED) continue;
    if (const Result<inquiry::VerifiedBody> body = body_of<inquiry::VerifiedBody>(act)) view.verification = body->steps;
  }
  view.actions = actions_of(reader, projection.row);
  // A provider shows no text before its signatures have been verified.
  if (side() == party::Side::PROVIDER && !loaded.state.provider.is_verified) return view;

  if (side() == party::Side::AGENCY) view.working = working_version(reader, view.internal);
  const std::vector<inquiry::Dispatch>& dispatches = loaded.state.shared.dispatches;
  if (!dispatches.empty()) view.current = dispatched_version(reader, dispatches.back());
  if (view.working)
    view.previous = view.current;
  else if (dispatches.size() > 1)
    view.previous = dispatched_version(reader, dispatches[dispatches.size() - 2]);
  if (side() == party::Side::AGENCY && !view.internal) view.internal = dispatched_internal(reader);
  if (const VersionView* shown = view.working ? &*view.working : view.current ? &*view.current : nullptr)
    view.items = items_of(reader, *shown, view.internal);
  view.releases = releases_of(reader);
  view.lookups = lookups_of(reader);
  view.collected = collected_of(reader);
  for (const PersonId& id : loaded.state.provider.assigned)
    if (std::optional<PersonName> name = name_of(reader, id)) view.assigned.push_back(std::move(*name));
  if (const SignedAct* oral = loaded.last_of(Kind::ORAL))
    if (Result<inquiry::OralBody> body = body_of<inquiry::OralBody>(*oral)) view.oral = std::move(*body);
  if (parts.mailbox)
    for (const MessageOut& message : TRY(parts.mailbox->messages_of(loaded.matter)))
      if (!message.code.empty()) view.warnings.push_back(notice_of(error_of_refusal(message)));
  for (const StepEvidence& step : view.evidence)
    if (step.is_late) view.warnings.push_back(notice_of(Error{Code::PEER_UNAVAILABLE, "late", step.step, {}}));
  return view;
}

Result<MatterView> Office::peek(const Caller& caller, const MatterId& matter) const {
  const party::Person person = TRY(impl_->person_of(caller));
  const Loaded loaded = TRY(impl_->load(matter));
  TRY(impl_->may_see(caller, person, loaded));
  return impl_->view_of_matter(caller, person, loaded);
}

Result<MatterView> Office::view(const Caller& caller, const MatterId& matter, const ViewCommand& command) {
  const party::Person person = TRY(impl_->person_of(caller));
  const Loaded loaded = TRY(impl_->load(matter));
  TRY(impl_->may_see(caller, person, loaded));
  // One act per person and matter in 15 minutes; what lifts a mask is always an act, with its reason.
  const std::optional<Time> last = TRY(impl_->parts.store->last_view(matter, caller.person));
  if (command.reveal.empty() && last && now() - *last < kOpenFor) return impl_->view_of_matter(caller, person, loaded);
  const bool needs_reason = !command.reveal.empty() || !report::has_part(TRY(impl_->parts.store->row(matter)), caller.role, caller.person);
  TRY(impl_->write(caller, matter, [&](const Scene&) -> Result<Plan> {
    inquiry::ViewedBody body;
    if (needs_reason && command.reason.empty()) return fail(Code::MISSING_FIELD, "whoever has no part in a matter says why he looks", "/reason");
    body.reason = TRY(line(command.reason, "/reason", !needs_reason));
    if (command.reveal.size() > 20) return fail(Code::TOO_MANY, "too many fields", "/reveal", {{"max", "20"}});
    for (const std::string& field : command.reveal) body.revealed.push_back(TRY(line(field, "/reveal")));
    return plan_of(Kind::VIEWED, body);
  }));
  return impl_->view_of_matter(caller, person, TRY(impl_->load(matter)));
}

}  // namespace warifu::desk
