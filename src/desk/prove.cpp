// 証明: what stands behind one act, checked anew at the moment it is asked: who signed it, by which entry of the directory, and, when it crossed
// between organisations, which message carried it, where that stands in the log and who cosigned.

#include <algorithm>

#include "desk/impl.h"
#include "exchange/crossing.h"
#include "exchange/evidence.h"
#include "ledger/checkpoint.h"

namespace warifu::desk {

namespace {

constexpr Duration kEvidenceAfterView = hours(1);

bool has_number(const Loaded& loaded) {
  const std::optional<inquiry::Working>& working = loaded.state.agency.working;
  return loaded.state.shared.current() != nullptr || (working && working->number);
}

// Whoever takes everything out says why, and that stands in what he takes.
bool has_said_why(const Loaded& loaded, const PersonId& person, Time now) {
  return std::ranges::any_of(loaded.acts, [&](const SignedAct& act) {
    if (act.act.kind != Kind::VIEWED || act.act.person != person || act.act.at + kEvidenceAfterView < now) return false;
    const Result<inquiry::ViewedBody> body = body_of<inquiry::ViewedBody>(act);
    return body && std::ranges::find(body->revealed, Office::kEvidence) != body->revealed.end();
  });
}

ProofCrossing view_of(const exchange::CheckedCrossing& crossing) {
  return {crossing.message.hex(),
          crossing.from,
          crossing.to,
          crossing.created,
          crossing.promised,
          crossing.log,
          static_cast<std::int64_t>(crossing.index),
          crossing.log_size ? std::optional(static_cast<std::int64_t>(*crossing.log_size)) : std::nullopt,
          crossing.cosigned_by,
          crossing.is_text_checked};
}

// The logs that this node trusts already: what it verified as a member is proven against the same keys.
note::Policy trusted_logs(const Directory& directory, const std::vector<note::VerifierKey>& logs) {
  note::Policy policy;
  policy.logs.push_back({directory.root(), {}});
  for (const note::VerifierKey& key : logs) policy.logs.push_back({key, {}});
  policy.quorum = "none";
  return policy;
}

// A house that wants a quorum gives out the newest checkpoint that met it. Where a key that signed here came into the log after that, the bundle
// would not be believed: refused rather than given out.
Status cut_to_what_is_seen(const Directory& directory, const note::VerifierKey& signer, exchange::EvidenceInput& input) {
  const std::size_t known = input.directory.size();
  TRY(exchange::cut_to_checkpoint(input.directory, input.checkpoint));
  if (input.directory.size() == known) return {};
  const exchange::KeyLog log = TRY(exchange::KeyLog::create(input.directory));
  const std::vector<exchange::KeyLog::OrganisationKey> own = log.organisation_keys(input.org.text(), input.created);
  const bool is_seen =
      std::ranges::find(own, signer, &exchange::KeyLog::OrganisationKey::key) != own.end() &&
      std::ranges::all_of(input.acts, [&](const SignedAct& act) { return exchange::check_act_signatures(log, act, "acts").has_value(); });
  if (is_seen) return {};
  const Duration age = input.created - TRY(directory.verified_as_of()).value_or(input.created);
  return fail(Code::CHECKPOINT_OLD, "a key that signed here is in the log, and not cosigned yet: again in a minute", "checkpoint",
              {{"age", std::to_string(age.us / minutes(1).us)}});
}

// A proof whose checkpoint the house's own policy does not accept would make whoever verifies with that policy refuse the whole bundle: the promise
// stands alone, as for a leaf that is not in the log yet.
Result<std::vector<UnprovenMessage>> leave_out_what_is_not_seen(const std::optional<note::Policy>& policy,
                                                                std::vector<exchange::Crossing>& crossings) {
  std::vector<UnprovenMessage> out;
  for (std::size_t i = 0; i < crossings.size(); ++i) {
    exchange::Crossing& crossing = crossings[i];
    const bool is_logged = crossing.proof.has_value();
    if (is_logged && (!policy || policy->check(TRY(ledger::TlogProof::parse(*crossing.proof)).checkpoint))) continue;
    crossing.proof.reset();
    const exchange::Envelope envelope = TRY(exchange::Envelope::parse(TRY(note::Note::parse(crossing.envelope)).text));
    out.push_back({exchange::message_folder(i), envelope.id, is_logged});
  }
  return out;
}

bool is_here(const Loaded& loaded, const exchange::Crossing& crossing) {
  return std::ranges::all_of(crossing.acts, [&](const Sha256& act) { return loaded.find(act) != nullptr; });
}

}  // namespace

// The log only grows: with the same number of entries it is the same log.
Result<std::shared_ptr<const exchange::KeyLog>> Office::Impl::key_log(std::size_t& size) const {
  const std::vector<std::string> entries = TRY(parts.directory->entries());
  size = entries.size();
  const std::scoped_lock lock(key_log_mutex);
  if (key_log_cache && key_log_size == entries.size()) return key_log_cache;
  key_log_cache = std::make_shared<const exchange::KeyLog>(TRY(exchange::KeyLog::create(entries)));
  key_log_size = entries.size();
  return key_log_cache;
}

Result<ProofView> Office::prove(const Caller& caller, const MatterId& matter, const Sha256& hash) const {
  const party::Person person = TRY(impl_->person_of(caller));
  const Loaded loaded = TRY(impl_->load(matter));
  TRY(impl_->may_see(caller, person, loaded));
  const SignedAct* act = loaded.find(hash);
  if (act == nullptr) return fail(Code::NOT_FOUND, "no such act in this matter", "/act");
  std::size_t entries = 0;
  const std::shared_ptr<const exchange::KeyLog> log = TRY(impl_->key_log(entries));
  ProofView out;
  out.act = hash;
  out.note = act->note.serialise();
  out.directory = impl_->parts.directory->root().name;
  out.directory_size = static_cast<std::int64_t>(entries);
  for (const exchange::EvidenceSignature& s : TRY(exchange::check_act_signatures(*log, *act, "/act")))
    out.signatures.push_back({s.name, s.key_id, s.is_passkey, s.valid_from, s.valid_until, static_cast<std::int64_t>(s.entry)});
  if (!impl_->parts.mailbox || !act->is_shared()) return out;
  for (const exchange::Crossing& crossing : TRY(impl_->parts.mailbox->crossings(matter))) {
    if (std::ranges::find(crossing.acts, hash) == crossing.acts.end() || !is_here(loaded, crossing)) continue;
    std::vector<SignedAct> carried;
    for (const Sha256& one : crossing.acts)
      if (const SignedAct* found = loaded.find(one)) carried.push_back(*found);
    out.crossing = view_of(TRY(exchange::check_crossing(crossing, carried, *log, trusted_logs(*impl_->parts.directory, impl_->parts.logs))));
  }
  return out;
}

Status Office::Impl::may_take_evidence(const Caller& caller, const party::Person& person, const Loaded& loaded) const {
  if (!has_number(loaded))
    return fail(Code::ILLEGAL_TRANSITION, "a matter without a number has not been issued", {},
                {{"act", std::string(kEvidence)}, {"state", std::string(enum_text(loaded.state.agency.state))}});
  // As on the page: nothing of an inquiry is shown before its signatures have been verified.
  if (side() == party::Side::PROVIDER && !loaded.state.provider.is_verified)
    return fail(Code::ILLEGAL_TRANSITION, "its signatures have not been verified", {},
                {{"act", std::string(kEvidence)}, {"state", std::string(enum_text(loaded.state.provider.state))}});
  switch (caller.role) {
    case party::Role::AUDITOR:
    case party::Role::LEGAL: return {};
    case party::Role::APPROVER: return may_approve(person, loaded.state.agency.unit, now());
    case party::Role::INVESTIGATOR:
    case party::Role::SUPERVISOR:
    case party::Role::REGISTRAR:
    case party::Role::INTAKE:
    case party::Role::OPERATOR:
    case party::Role::RELEASER:
    case party::Role::ADMIN:
    case party::Role::NODE: break;
  }
  return fail(Code::FORBIDDEN, "for auditors, heads of units and legal staff");
}

Result<EvidenceBundle> Office::evidence(const Caller& caller, const MatterId& matter, const DrawPaper& draw) const {
  const party::Person person = TRY(impl_->person_of(caller));
  const Loaded loaded = TRY(impl_->load(matter));
  TRY(impl_->may_see(caller, person, loaded));
  TRY(impl_->may_take_evidence(caller, person, loaded));
  if (!has_said_why(loaded, caller.person, now())) return fail(Code::REASON_REQUIRED, "evidence follows a view that says why", "/reason");
  return evidence(matter, TRY(impl_->parts.store->row(matter)).number, draw);
}

Result<EvidenceBundle> Office::evidence(const MatterId& matter, const std::string& number, const DrawPaper& draw) const {
  const Loaded loaded = TRY(impl_->load(matter));
  exchange::EvidenceInput input;
  input.org = self().id;
  input.side = self().side;
  input.matter = matter;
  input.number = number;
  for (const Sha256& hash : loaded.state.order)
    if (const SignedAct* act = loaded.find(hash)) input.acts.push_back(*act);
  input.created = now();
  // In this order: what comes in between is not yet in the checkpoint.
  input.checkpoint = TRY(directory().checkpoint(input.created));
  input.directory = TRY(directory().entries());
  TRY(cut_to_what_is_seen(directory(), impl_->parts.signer->verifier(), input));
  if (impl_->parts.mailbox) input.crossings = TRY(impl_->parts.mailbox->crossings(matter));
  // A message of which an act still waits for what it follows cannot be shown whole; what else it brought stands by its own signatures.
  std::erase_if(input.crossings, [&](const exchange::Crossing& crossing) { return !is_here(loaded, crossing); });
  EvidenceBundle out;
  out.unproven = TRY(leave_out_what_is_not_seen(impl_->parts.policy, input.crossings));
  input.pdf = TRY(draw(loaded.acts, loaded.state));
  out.archive = TRY(exchange::make_evidence(input, *impl_->parts.signer));
  return out;
}

}  // namespace warifu::desk
