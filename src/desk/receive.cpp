// The courier's two ends: what comes in is verified before anybody sees it, what goes out leaves from the outbox.

#include <algorithm>

#include "base/failpoint.h"
#include "desk/impl.h"

namespace warifu::desk {

namespace {

using inquiry::Act;
using inquiry::VerificationStep;

constexpr int kBackoffFirstSeconds = 2;
constexpr int kBackoffMaxSeconds = 600;
constexpr std::size_t kPostBatch = 200;
constexpr const char* kOverriddenReason = "withdrawn while the answer was on its way";
constexpr Duration kClockTolerance = minutes(5);

// The organisation's own signature, by a key the directory had for it at that time. Without it nothing of the act is believed.
Status check_organisation(const Directory& directory, const SignedAct& act) {
  const std::vector<note::VerifierKey> keys = TRY(directory.organisation_keys(act.act.org, act.act.at));
  if (keys.empty())
    return fail(Code::KEY_UNKNOWN, "the directory has no key of this organisation at that time", {}, {{"signer", act.act.org.text()}});
  const std::vector<note::VerifierKey> who = TRY(note::verify(act.note, keys));
  if (who.empty())
    return fail(Code::SIGNATURE_MISSING, "the organisation's signature is missing", {}, {{"signer", inquiry::organisation_signer(act.act.org)}});
  return {};
}

// The person's own signature where the kind asks for it, in the role the act names.
Status check_person(const Directory& directory, const SignedAct& act, bool may_be_delegate, const std::optional<PersonId>& delegator) {
  if (!act.act.person) return fail(Code::SIGNATURE_MISSING, "an act of a person without a person");
  const std::string name = inquiry::person_signer(act.act.org, *act.act.person);
  for (const PublishedPerson& entry : TRY(directory.person(act.act.org, *act.act.person, act.act.at))) {
    if (entry.role != act.act.role) continue;
    if (may_be_delegate && entry.delegator != delegator) continue;
    const std::vector<note::VerifierKey> keys{entry.key};
    const Result<std::vector<note::VerifierKey>> who = note::verify(act.note, keys);
    if (who && !who->empty()) return {};
  }
  return fail(Code::SIGNATURE_MISSING, "no valid own signature of a person who held that role then", {}, {{"signer", name}});
}

VerificationStep step(std::string name, const Status& status) {
  return {std::move(name), status.has_value(), status ? std::string() : status.error().message};
}

// Everything the provider checks about a new version before it shows it (M-A3, threats of domain.md section 10).
std::vector<VerificationStep> verify_dispatch(const Office::Impl& impl, const Loaded& loaded, const SignedAct& dispatch) {
  const Directory& directory = *impl.parts.directory;
  std::vector<VerificationStep> steps;
  steps.push_back(step("organisation_signature", check_organisation(directory, dispatch)));
  const Result<inquiry::DispatchedBody> dispatched = body_of<inquiry::DispatchedBody>(dispatch);
  const SignedAct* approval = dispatched ? loaded.find(dispatched->of) : nullptr;
  if (approval == nullptr) {
    steps.push_back({"approver_signature", false, "the approval is not here"});
    return steps;
  }
  const Result<inquiry::ApprovedBody> approved = body_of<inquiry::ApprovedBody>(*approval);
  steps.push_back(step("approver_signature",
                       approved ? check_person(directory, *approval, true, approved->delegator) : Status(tl::unexpected<Error>(approved.error()))));
  steps.push_back(step("registrar_signature", check_person(directory, dispatch, false, std::nullopt)));
  const bool is_for_us = approved && approved->text.to == impl.parts.self.id && approved->text.from == dispatch.act.org;
  steps.push_back({"text", is_for_us, is_for_us ? std::string() : "the text names another sender or addressee"});
  const bool in_order = approval->act.at <= dispatch.act.at + kClockTolerance && approval->act.person != dispatch.act.person;
  steps.push_back({"separation", in_order, in_order ? std::string() : "approval and dispatch are not by two people in order"});
  return steps;
}

Status check_kind(const Directory& directory, const SignedAct& act) {
  const inquiry::KindRule& rule = inquiry::rule_of(act.act.kind);
  if (!rule.is_shared) return fail(Code::FORBIDDEN, "an internal act does not cross");
  const std::optional<party::Organisation> org = TRY(directory.organisation(act.act.org));
  if (!org) return fail(Code::KEY_UNKNOWN, "unknown organisation", {}, {{"signer", act.act.org.text()}});
  if (!inquiry::may_write(act.act.kind, org->side, act.act.role))
    return fail(Code::ROLE_MISSING, "not an act of that side and role", {}, {{"role", std::string(enum_text(act.act.role))}});
  if (!act.body) return fail(Code::TEXT_DIFFERS, "an act crosses with its body");
  return inquiry::check_body(act.act.kind, TRY(json::parse(*act.body)));
}

// A statement stands where provider, agency and month say, and only statements stand there.
Status check_statement(const Office::Impl& impl, const SignedAct& act) {
  if (impl.side() != party::Side::AGENCY) return fail(Code::FORBIDDEN, "a statement goes to an agency");
  const inquiry::StatementBody body = TRY(body_of<inquiry::StatementBody>(act));
  if (body.agency != impl.parts.self.id) return fail(Code::FORBIDDEN, "a statement for another agency");
  if (act.act.matter != inquiry::statement_matter(act.act.org, body.agency, body.month))
    return fail(Code::FORBIDDEN, "a statement in another matter");
  return {};
}

// A matter has two parties: the agency that opened it and the provider its text names.
Status check_parties(const Office::Impl& impl, const Loaded& loaded, const SignedAct& act) {
  const bool is_statement = act.act.kind == Kind::STATEMENT;
  if (!loaded.acts.empty() && (loaded.acts.front().act.kind == Kind::STATEMENT) != is_statement)
    return fail(Code::FORBIDDEN, "statements and inquiries are matters of their own");
  if (is_statement) TRY(check_statement(impl, act));
  if (loaded.acts.empty()) {
    if (is_statement) return {};
    if (impl.side() != party::Side::PROVIDER || act.act.kind != Kind::APPROVED) return fail(Code::NOT_FOUND, "no such matter here");
    const inquiry::ApprovedBody body = TRY(body_of<inquiry::ApprovedBody>(act));
    if (body.text.to != impl.parts.self.id || body.text.from != act.act.org) return fail(Code::FORBIDDEN, "the text names another addressee");
    return {};
  }
  const std::optional<party::OrganisationId> other = impl.counterparty(loaded);
  if (!other || act.act.org != *other) return fail(Code::FORBIDDEN, "not a party of this matter");
  return {};
}

}  // namespace

Status Office::receive(const exchange::Parcel& parcel) {
  if (parcel.to != impl_->parts.self.id) return fail(Code::FORBIDDEN, "a parcel for another organisation");
  for (int attempt = 1;; ++attempt) {
    Loaded loaded = TRY(impl_->load_or_blank(parcel.matter));
    Loaded check_on = loaded;
    std::vector<SignedAct> fresh;
    for (const SignedAct& act : parcel.acts) {
      if (loaded.find(act.hash) != nullptr) continue;  // a repetition
      if (act.act.matter != parcel.matter || act.act.org != parcel.from) return fail(Code::FORBIDDEN, "an act of another matter or organisation");
      if (act.act.at > now() + kClockTolerance) return fail(Code::TIME_IN_FUTURE, "an act from the future");
      TRY(check_kind(*impl_->parts.directory, act));
      TRY(check_organisation(*impl_->parts.directory, act));
      TRY(check_parties(*impl_, check_on, act));
      check_on.add(act);
      fresh.push_back(act);
    }
    if (fresh.empty()) return {};
    for (const exchange::ParcelFile& file : parcel.files) TRY(impl_->parts.store->copy_file(parcel.matter, file.sha256, file.path));

    std::vector<Plan> plans;
    for (const SignedAct& act : fresh) {
      if (impl_->side() != party::Side::PROVIDER || act.act.kind != Kind::DISPATCHED) continue;
      if (check_on.state.effects.at(act.hash).effect != inquiry::Effect::APPLIED) continue;
      const inquiry::DispatchedBody body = TRY(body_of<inquiry::DispatchedBody>(act));
      std::vector<VerificationStep> steps = verify_dispatch(*impl_, check_on, act);
      const bool all_ok = std::ranges::all_of(steps, &VerificationStep::ok);
      // What is in doubt is not acknowledged: the agency sees no delivery, and nobody here sees a text (state SUSPECT).
      if (all_ok && !check_on.state.shared.withdrawn) plans.push_back(plan_of(Kind::RECEIVED, inquiry::StepBody{{}, {}, act.hash, body.version, {}}));
      if (!check_on.state.shared.withdrawn)
        plans.push_back(plan_of(all_ok ? Kind::VERIFIED : Kind::SUSPECTED, inquiry::VerifiedBody{{}, act.hash, std::move(steps)}));
    }
    // An answer that the withdrawal overrode stays unopened on both sides and is gone with the act that says so (trust rules of section 3.5),
    // or as soon as it has been delivered: see post().
    if (impl_->has_overridden_answer(check_on) && !TRY(impl_->is_on_its_way(parcel.matter)))
      plans.push_back(impl_->purge_plan(check_on, kOverriddenReason));
    // What crossed the own purge is not kept either: its text goes in the transaction that brings it.
    if (side_purged(check_on)) plans.push_back(impl_->erasure_plan(check_on));
    const Result<Written> written = impl_->write_node(loaded, std::move(plans), std::move(fresh));
    if (written) return {};
    if (written.error().code != Code::STALE || attempt >= 5) return tl::unexpected<Error>(written.error());
  }
}

// The answer that has just been delivered had been overridden meanwhile: nothing keeps its text any more.
Status Office::drop_overridden(const MatterId& matter) {
  for (int attempt = 1;; ++attempt) {
    Loaded loaded = TRY(impl_->load(matter));
    if (!impl_->has_overridden_answer(loaded) || TRY(impl_->is_on_its_way(matter))) return {};
    const Result<Written> done = impl_->write_node(loaded, {impl_->purge_plan(loaded, kOverriddenReason)});
    if (done) return {};
    if (done.error().code != Code::STALE || attempt >= 5) return tl::unexpected<Error>(done.error());
  }
}

Result<int> Office::post(exchange::Courier& courier) {
  int delivered = 0;
  std::vector<MatterId> waiting;  // later acts of a matter wait for its earlier ones
  for (const OutboxRow& row : TRY(impl_->parts.store->outbox_due(now(), kPostBatch))) {
    if (std::ranges::find(waiting, row.matter) != waiting.end()) continue;
    const std::vector<SignedAct> acts = TRY(impl_->parts.store->acts(row.matter));
    const auto found = std::ranges::find(acts, row.act, &SignedAct::hash);
    Status done = fail(Code::NOT_FOUND, "the act is gone");
    if (found != acts.end()) {
      exchange::Parcel parcel{impl_->parts.self.id, row.to, row.matter, {*found}, {}};
      if (found->act.kind == Kind::RELEASED && found->body) {
        const inquiry::ReleasedBody body = TRY(body_of<inquiry::ReleasedBody>(*found));
        for (const inquiry::ItemAnswer& item : body.answer.items)
          for (const inquiry::FileRef& file : item.files)
            if (Result<std::string> path = impl_->parts.store->file_path(row.matter, file.sha256))
              parcel.files.push_back({file.sha256, std::move(*path)});
      }
      done = courier.deliver(parcel);
    }
    if (done) {
      failpoint("outbox.delivered");
      TRY(impl_->parts.store->outbox_done(row.seq, now()));
      ++delivered;
      if (found->act.kind == Kind::RELEASED) TRY(drop_overridden(row.matter));
      continue;
    }
    const int wait = std::min(kBackoffMaxSeconds, kBackoffFirstSeconds << std::min(row.attempts, 9));
    TRY(impl_->parts.store->outbox_failed(row.seq, sentence(done.error().code).name, now() + seconds(wait)));
    waiting.push_back(row.matter);
  }
  return delivered;
}

}  // namespace warifu::desk
