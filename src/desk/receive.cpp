// The courier's two ends: what comes in is verified before anybody sees it, what goes out leaves from the outbox.

#include <algorithm>
#include <iterator>
#include <map>

#include "base/failpoint.h"
#include "desk/impl.h"

namespace warifu::desk {

namespace {

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

// The person's own signature where the kind asks for it, in the role the act names. The time in an act is its writer's word: a key that was revoked
// before the hub promised the message could have signed under any earlier date, so that it must have been in force at both times. A period that
// came to its planned end in between is no revocation.
Status check_person(const Directory& directory, const SignedAct& act, bool may_be_delegate, const std::optional<PersonId>& delegator,
                    std::optional<Time> promised) {
  if (!act.act.person) return fail(Code::SIGNATURE_MISSING, "an act of a person without a person");
  std::vector<PublishedPerson> then;
  if (promised) then = TRY(directory.person(act.act.org, *act.act.person, *promised));
  std::vector<note::PersonKey> keys;
  for (const PublishedPerson& entry : TRY(directory.person(act.act.org, *act.act.person, act.act.at))) {
    if (entry.role != act.act.role) continue;
    if (may_be_delegate && entry.delegator != delegator) continue;
    const auto is_same = [&](const PublishedPerson& other) { return other.role == entry.role && other.key == entry.key && other.from == entry.from; };
    if (promised && entry.is_ended_early && std::ranges::none_of(then, is_same)) continue;
    keys.push_back(entry.key);
  }
  const Result<std::vector<note::PersonKey>> who = inquiry::own_signatures(act, keys, TRY(directory.relying_parties(act.act.org, act.act.at)));
  if (who) return {};
  const std::string name = inquiry::person_signer(act.act.org, *act.act.person);
  if (who.error().code != Code::SIGNATURE_MISSING) return tl::unexpected<Error>(who.error());
  return fail(Code::SIGNATURE_MISSING, "no valid own signature of a person who held that role then", {}, {{"signer", name}});
}

VerificationStep step(std::string name, const Status& status) {
  return {std::move(name), status.has_value(), status ? std::string() : status.error().message};
}

// Another matter of this agency that came under the same number.
Result<std::optional<MatterId>> other_with_number(const Office::Impl& impl, const MatterId& matter, const party::OrganisationId& agency,
                                                  const std::string& number) {
  for (const MatterId& found : TRY(impl.parts.store->matters_numbered(agency, number, 2)))
    if (found != matter) return std::optional(found);
  return std::optional<MatterId>{};
}

// Everything the provider checks about a new version before it shows it (M-A3, threats of domain.md section 10).
// `promised`: when the hub took the message that brought it. `has_just_come`: the organisation's signature was verified a moment ago, when the act
// was taken; what had waited in the store is verified again.
Result<std::vector<VerificationStep>> verify_dispatch(const Office::Impl& impl, const Loaded& loaded, const SignedAct& dispatch, bool has_just_come,
                                                      std::optional<Time> promised) {
  const Directory& directory = *impl.parts.directory;
  std::vector<VerificationStep> steps;
  steps.push_back(step("organisation_signature", has_just_come ? Status() : check_organisation(directory, dispatch)));
  const Result<inquiry::DispatchedBody> dispatched = body_of<inquiry::DispatchedBody>(dispatch);
  const SignedAct* approval = dispatched ? loaded.find(dispatched->of) : nullptr;
  if (approval == nullptr) {
    steps.push_back({"approver_signature", false, "the approval is not here"});
    return steps;
  }
  const Result<inquiry::ApprovedBody> approved = body_of<inquiry::ApprovedBody>(*approval);
  steps.push_back(step("approver_signature", approved ? check_person(directory, *approval, true, approved->delegator, promised)
                                                      : Status(tl::unexpected<Error>(approved.error()))));
  steps.push_back(step("registrar_signature", check_person(directory, dispatch, false, std::nullopt, promised)));
  const bool is_for_us = approved && approved->text.to == impl.parts.self.id && approved->text.from == dispatch.act.org;
  steps.push_back({"text", is_for_us, is_for_us ? std::string() : "the text names another sender or addressee"});
  const bool in_order = approval->act.at <= dispatch.act.at + kClockTolerance && approval->act.person != dispatch.act.person;
  steps.push_back({"separation", in_order, in_order ? std::string() : "approval and dispatch are not by two people in order"});
  // One number, one matter: two acts of an agency with the same number are what registers without gaps exclude.
  const Result<std::optional<MatterId>> twin =
      dispatched ? other_with_number(impl, loaded.matter, dispatch.act.org, dispatched->number.document_number) : std::optional<MatterId>{};
  if (!twin) return tl::unexpected<Error>(twin.error());
  steps.push_back({"number", !*twin, *twin ? "another inquiry of this agency has the number: " + (*twin)->hex() : std::string()});
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

// ── in ──

namespace {

// What a parcel brings, put in order: acts whose parents are here, and those that wait for theirs.
struct Sorted {
  std::vector<SignedAct> fresh, held;
};

bool has_number(const std::vector<SignedAct>& acts, const SignedAct& act) {
  return std::ranges::any_of(acts, [&](const SignedAct& other) { return other.act.id == act.act.id; });
}

// Signature, kind, sender and time of each act; acts that are here already, or wait here already, are repetitions. The sender and the matter of those
// as well: a message proves later what crossed, and one that brings other people's acts proves nothing.
Result<std::vector<SignedAct>> checked_acts(const Office::Impl& impl, const exchange::Parcel& parcel, const Loaded& loaded,
                                            const std::vector<SignedAct>& waiting, std::optional<Time> promised) {
  std::vector<SignedAct> out;
  for (const SignedAct& act : parcel.acts) {
    if (act.act.matter != parcel.matter || act.act.org != parcel.from) return fail(Code::FORBIDDEN, "an act of another matter or organisation");
    const auto is_same = [&](const SignedAct& other) { return other.hash == act.hash; };
    if (loaded.find(act.hash) != nullptr || std::ranges::any_of(waiting, is_same) || std::ranges::any_of(out, is_same)) continue;
    if (has_number(loaded.acts, act) || has_number(waiting, act) || has_number(out, act))
      return fail(Code::CONFLICT, "another act has the number of this one", "act");
    if (act.act.at > impl.now() + kClockTolerance) return fail(Code::TIME_IN_FUTURE, "an act from the future");
    TRY(impl.check_directory_age(act.act.kind));
    TRY(check_kind(*impl.parts.directory, act));
    TRY(check_organisation(*impl.parts.directory, act));
    // An approval and a dispatch are judged together and stand in doubt when a signature is missing; an answer without one is not taken at all.
    if (act.act.kind == Kind::RELEASED) TRY(check_person(*impl.parts.directory, act, false, std::nullopt, promised));
    out.push_back(act);
  }
  return out;
}

// Order is not assumed: an act goes in when all it names are in. Parties are checked then, on everything before it.
Result<Sorted> sort_in(const Office::Impl& impl, Loaded& onto, std::vector<SignedAct> arrived, std::vector<SignedAct> waiting) {
  Sorted out;
  const auto has_parents = [&](const SignedAct& act) {
    return std::ranges::all_of(act.act.after, [&](const Sha256& parent) { return onto.find(parent) != nullptr; });
  };
  for (bool moved = true; moved;) {
    moved = false;
    for (auto act = arrived.begin(); act != arrived.end();) {
      if (!has_parents(*act)) {
        ++act;
        continue;
      }
      TRY(check_parties(impl, onto, *act));
      onto.add(*act);
      out.fresh.push_back(std::move(*act));
      act = arrived.erase(act);
      moved = true;
    }
    // What waited here was promised nothing: when it does not belong, it goes on waiting.
    for (auto act = waiting.begin(); act != waiting.end();) {
      if (!has_parents(*act) || has_number(onto.acts, *act) || !check_parties(impl, onto, *act)) {
        ++act;
        continue;
      }
      onto.add(*act);
      out.fresh.push_back(std::move(*act));
      act = waiting.erase(act);
      moved = true;
    }
  }
  // Whoever has no part in a matter that is here waits for nothing in it.
  const std::optional<party::OrganisationId> other = arrived.empty() ? std::nullopt : impl.counterparty(onto);
  for (const SignedAct& act : arrived)
    if (other && act.act.org != *other) return fail(Code::FORBIDDEN, "not a party of this matter");
  out.held = std::move(arrived);
  return out;
}

// What the node itself writes about what came: the receipt of a dispatch with what was verified, and the erasure of what nobody may keep. `taken`:
// what checked_acts() gave of this arrival.
Result<std::vector<Plan>> answers_to(const Office::Impl& impl, const Loaded& check_on, const std::vector<SignedAct>& fresh,
                                     const std::vector<Sha256>& taken, std::optional<Time> promised) {
  std::vector<Plan> plans;
  for (const SignedAct& act : fresh) {
    if (impl.side() != party::Side::PROVIDER || act.act.kind != Kind::DISPATCHED) continue;
    if (check_on.state.effects.at(act.hash).effect != inquiry::Effect::APPLIED) continue;
    const inquiry::DispatchedBody body = TRY(body_of<inquiry::DispatchedBody>(act));
    std::vector<VerificationStep> steps = TRY(verify_dispatch(impl, check_on, act, std::ranges::find(taken, act.hash) != taken.end(), promised));
    const bool all_ok = std::ranges::all_of(steps, &VerificationStep::ok);
    // What is in doubt is not acknowledged: the agency sees no delivery, and nobody here sees a text (state SUSPECT).
    if (all_ok && !check_on.state.shared.withdrawn) plans.push_back(plan_of(Kind::RECEIVED, inquiry::StepBody{{}, {}, act.hash, body.version, {}}));
    if (!check_on.state.shared.withdrawn)
      plans.push_back(plan_of(all_ok ? Kind::VERIFIED : Kind::SUSPECTED, inquiry::VerifiedBody{{}, act.hash, std::move(steps)}));
  }
  // An answer that the withdrawal overrode stays unopened on both sides and is gone with the act that says so (trust rules of section 3.5),
  // or as soon as it has been delivered: see post().
  if (impl.has_overridden_answer(check_on) && !TRY(impl.is_on_its_way(check_on.matter)))
    plans.push_back(impl.purge_plan(check_on, kOverriddenReason));
  // What crossed the own purge is not kept either: its text goes in the transaction that brings it.
  const bool has_purged =
      impl.side() == party::Side::AGENCY ? check_on.state.shared.purged_by_agency.has_value() : check_on.state.shared.purged_by_provider.has_value();
  if (has_purged) plans.push_back(impl.erasure_plan(check_on));
  return plans;
}

// A matter before something came, and with it: folded once, when it was sorted in.
struct Arrival {
  const Loaded& before;
  Loaded after;
  std::vector<SignedAct> fresh;
};

// The files that these acts name. Others are not taken: an act that is here already may have been purged since, with its files.
Status take_files(const Office::Impl& impl, const exchange::Parcel& parcel, const Sorted& sorted) {
  if (parcel.files.empty()) return {};
  std::vector<Sha256> named;
  for (const std::vector<SignedAct>* acts : {&sorted.fresh, &sorted.held})
    for (const SignedAct& act : *acts) {
      if (act.act.kind != Kind::RELEASED || !act.body) continue;
      const inquiry::ReleasedBody body = TRY(body_of<inquiry::ReleasedBody>(act));
      for (const inquiry::ItemAnswer& item : body.answer.items)
        for (const inquiry::FileRef& file : item.files) named.push_back(file.sha256);
    }
  for (const exchange::ParcelFile& file : parcel.files)
    if (std::ranges::find(named, file.sha256) != named.end())
      TRY(impl.parts.store->copy_file(parcel.matter, file.sha256, file.path, file.may_move ? Handover::MOVE : Handover::COPY));
  return {};
}

// What came and what the node writes about it, in one transaction with the message that brought it.
Status commit_arrival(const Office::Impl& impl, Arrival arrival, const std::vector<Plan>& plans, const Carried& carried) {
  std::vector<SignedAct> acts = std::move(arrival.fresh);
  std::ranges::move(TRY(impl.add_acts(arrival.after, plans, party::Role::NODE, std::nullopt)), std::back_inserter(acts));
  Commit commit = TRY(impl.commit_for(basis_of(arrival.before), arrival.after, std::move(acts), plans));
  for (OutboxRow& row : commit.outbox) row.next_try = row.next_try + carried.echo_wait;
  commit.carried = carried;
  return impl.commit_and_keep(std::move(commit), std::move(arrival.after));
}

}  // namespace

Result<Office::Received> Office::receive(const exchange::Parcel& parcel, const Carried& carried) {
  if (parcel.to != impl_->parts.self.id) return fail(Code::FORBIDDEN, "a parcel for another organisation");
  const std::optional<Time> promised = carried.received.empty() ? std::nullopt : std::optional(carried.received.front().promised);
  bool has_files = false;  // brought once: they may have been moved
  for (int attempt = 1;; ++attempt) {
    auto [waiting, stamp] = TRY(impl_->parts.store->stamped_held(parcel.matter));
    const std::shared_ptr<const Loaded> before = TRY(impl_->current_at(parcel.matter, stamp));
    std::vector<SignedAct> arrived = TRY(checked_acts(*impl_, parcel, *before, waiting, promised));
    std::vector<Sha256> taken;
    taken.reserve(arrived.size());
    for (const SignedAct& act : arrived) taken.push_back(act.hash);
    Loaded check_on = *before;
    Sorted sorted = TRY(sort_in(*impl_, check_on, std::move(arrived), std::move(waiting)));
    const Received received{sorted.fresh.size(), sorted.held.size()};
    if (sorted.fresh.empty() && sorted.held.empty() && carried.received.empty()) return received;
    if (!std::exchange(has_files, true)) TRY(take_files(*impl_, parcel, sorted));

    // Acts that wait are kept first: if it ends between the two, the message comes again and finds them.
    if (!sorted.held.empty() || sorted.fresh.empty()) {
      Commit apart;
      apart.matter = parcel.matter;
      apart.acts = std::move(sorted.held);
      apart.held = true;
      if (sorted.fresh.empty()) apart.carried = carried;
      TRY(impl_->parts.store->commit(std::move(apart)));
    }
    if (sorted.fresh.empty()) return received;
    const std::vector<Plan> plans = TRY(answers_to(*impl_, check_on, sorted.fresh, taken, promised));
    const Status written = commit_arrival(*impl_, {*before, std::move(check_on), std::move(sorted.fresh)}, plans, carried);
    if (written) return received;
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

// ── out ──

namespace {

struct Sender {
  const Office::Impl& impl;

  struct Files {
    std::vector<exchange::ParcelFile> files;
    std::uint64_t bytes = 0;
  };
  Result<Files> files_of(const SignedAct& act) const {
    Files out;
    if (act.act.kind != Kind::RELEASED || !act.body) return out;
    const inquiry::ReleasedBody body = TRY(body_of<inquiry::ReleasedBody>(act));
    for (const inquiry::ItemAnswer& item : body.answer.items)
      for (const inquiry::FileRef& file : item.files)
        if (Result<std::string> path = impl.parts.store->file_path(act.act.matter, file.sha256)) {
          out.files.push_back({file.sha256, std::move(*path), file.media_type});
          out.bytes += static_cast<std::uint64_t>(std::max<std::int64_t>(file.bytes, 0));
        }
    return out;
  }
};

}  // namespace

Result<std::vector<Gathered>> Office::gather(const std::vector<OutboxRow>& rows) const {
  std::vector<Gathered> out;
  std::map<std::pair<MatterId, party::OrganisationId>, std::size_t> place;  // the parcel that is being filled
  std::map<MatterId, std::shared_ptr<const Loaded>> matters;
  for (const OutboxRow& row : rows) {
    if (!matters.contains(row.matter)) matters[row.matter] = TRY(impl_->current(row.matter));
    const SignedAct* found = matters[row.matter]->find(row.act);
    if (found == nullptr) return fail(Code::STORE_CORRUPT, "an act of the outbox is gone", {}, {{"act", row.act.hex()}});
    Sender::Files files = TRY(Sender{*impl_}.files_of(*found));
    const auto key = std::pair(row.matter, row.to);
    const auto at = place.find(key);
    const bool is_full = at != place.end() && (out[at->second].parcel.acts.size() == exchange::kParcelActsMax ||
                                               out[at->second].bytes + found->act.body_bytes > exchange::kParcelBytesMax ||
                                               out[at->second].file_bytes + files.bytes > limits::kFileBytesCeiling);
    if (at == place.end() || is_full) {
      place[key] = out.size();
      out.push_back({{impl_->parts.self.id, row.to, row.matter, {}, {}}, {}, 0, 0, 0});
    }
    Gathered& into = out[place[key]];
    into.parcel.acts.push_back(*found);
    into.parcel.files.insert(into.parcel.files.end(), std::make_move_iterator(files.files.begin()), std::make_move_iterator(files.files.end()));
    into.rows.push_back(row.seq);
    into.attempts = std::max(into.attempts, row.attempts);
    into.bytes += found->act.body_bytes + found->note.text.size();
    into.file_bytes += files.bytes;
  }
  return out;
}

Status Office::left_house(const MatterId& matter) {
  if (impl_->side() != party::Side::PROVIDER) return {};
  const Result<inquiry::MatterRow> row = impl_->parts.store->row(matter);
  // A statement has no row, and only what was withdrawn can have an answer that was overridden.
  if (!row) return row.error().code == Code::NOT_FOUND ? Status{} : tl::unexpected<Error>(row.error());
  return row->provider_state == inquiry::ProviderState::WITHDRAWN ? drop_overridden(matter) : Status{};
}

Result<int> Office::post(exchange::Courier& courier) {
  const std::vector<Gathered> all = TRY(gather(TRY(impl_->parts.store->outbox_due(now(), kPostBatch))));
  std::vector<exchange::Parcel> parcels;
  parcels.reserve(all.size());
  for (const Gathered& gathered : all) parcels.push_back(gathered.parcel);
  if (parcels.empty()) return 0;
  const std::vector<Status> answers = courier.deliver(parcels);
  CHECK_THAT(answers.size() == parcels.size());
  failpoint("outbox.delivered");
  int delivered_acts = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!answers[i]) {
      const Time next = now() + retry_after(all[i].attempts);
      for (const std::int64_t seq : all[i].rows) TRY(impl_->parts.store->outbox_failed(seq, sentence(answers[i].error().code).name, next));
      continue;
    }
    for (const std::int64_t seq : all[i].rows) TRY(impl_->parts.store->outbox_done(seq, now()));
    delivered_acts += static_cast<int>(all[i].rows.size());
    TRY(left_house(all[i].parcel.matter));
  }
  return delivered_acts;
}

Duration retry_after(int attempts) { return seconds(std::min(kBackoffMaxSeconds, kBackoffFirstSeconds << std::min(attempts, 9))); }

}  // namespace warifu::desk
