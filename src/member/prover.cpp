#include "member/prover.h"

#include <algorithm>

#include "note/directory_entry.h"

namespace warifu::member {

namespace {

constexpr std::size_t kProofBatch = 1024;
constexpr Duration kGrace = seconds(5);         // until a checkpoint that has it is read here
constexpr Duration kCosignedWithin = hours(1);  // members cosign every minute; longer none is waited for
constexpr Duration kQuorumWithin = days(7);     // those whom a house names may be away for days, and without them its evidence stays unproven
constexpr std::size_t kLonelyMax = 4096;        // also of the messages of each direction that are looked at after a restart

std::string organisation_of(const std::string& key_name) { return key_name.substr(0, key_name.find('/')); }

}  // namespace

Duration Prover::patience() const { return parts_.quorum && parts_.quorum->is_wanted() ? kQuorumWithin : kCosignedWithin; }

// Without cosignatures that are wrong: one of them would spoil the whole note for whoever reads it later. Cosigned is what a member of the exchange
// signed who is neither the hub nor this house; or what the quorum signed, where this house has named one.
Result<Prover::Judged> Prover::judge(const std::string& checkpoint, Time at) const {
  note::Note note = TRY(note::Note::parse(checkpoint));
  Judged out;
  std::vector<note::SignatureLine> kept;
  for (const note::SignatureLine& line : note.signatures) {
    const Result<party::OrganisationId> org = party::OrganisationId::parse(organisation_of(line.name));
    std::vector<note::VerifierKey> keys;
    if (org && line.name == note::witness_name(org->text()))
      for (const note::KeyEntry& entry : TRY(parts_.replica->organisation_keys_for(*org, note::KeyPurpose::witness, at)))
        if (Result<note::VerifierKey> key = entry.verifier(); key && key->id == line.id) keys.push_back(std::move(*key));
    if (parts_.quorum)
      for (const note::Policy::Witness& witness : parts_.quorum->policy.witnesses)
        if (witness.key.name == line.name && witness.key.id == line.id && std::ranges::find(keys, witness.key) == keys.end())
          keys.push_back(witness.key);
    const bool is_good = !keys.empty() && note::verify(note::Note{note.text, {line}}, keys).has_value();
    if (!keys.empty() && !is_good) continue;
    kept.push_back(line);
    out.is_cosigned = out.is_cosigned || (is_good && org && org->text() != parts_.org && *org != parts_.network.hub);
  }
  if (parts_.quorum && parts_.quorum->is_wanted()) out.is_cosigned = TRY(parts_.quorum->reached(note)).has_value();
  note.signatures = std::move(kept);
  out.checkpoint = note.serialise();
  return out;
}

// One that was proven shortly before a restart, with a checkpoint that nobody else had cosigned.
Status Prover::recall(const exchange::MessageId& id, const std::optional<Time>& logged, Lonely lonely) {
  const Time now = parts_.clock();
  if (!logged || now >= *logged + patience() || lonely_.size() >= kLonelyMax) return {};
  const std::optional<desk::Mailbox::StoredProof> proof = TRY(parts_.mailbox.proof_of(id));
  if (!proof || TRY(judge(proof->checkpoint, now)).is_cosigned) return {};
  lonely.until = *logged + patience();
  lonely_[id] = lonely;
  return {};
}

Status Prover::recall_all() {
  for (const desk::MessageOut& message : TRY(parts_.mailbox.newest_messages(kLonelyMax)))
    TRY(recall(message.id, message.logged, {false, ledger::leaf_hash(bytes_of(message.leaf)), message.index, {}}));
  for (const desk::MessageIn& message : TRY(parts_.mailbox.newest_received(kLonelyMax)))
    TRY(recall(message.id, message.logged, {true, message.leaf, message.index, {}}));
  return {};
}

Result<std::size_t> Prover::renew(const desk::LogSeen& seen, const std::string& checkpoint, const ledger::TileReader& reader) {
  std::vector<desk::Mailbox::Proven> renewed;
  for (const auto& [id, lonely] : lonely_) {
    if (lonely.index >= seen.size) continue;
    ledger::Proof path = TRY(reader.inclusion(lonely.index));
    if (!ledger::verify_inclusion(lonely.leaf, lonely.index, seen.size, seen.root, path))
      return fail(Code::PEER_UNAVAILABLE, "the tiles do not lead to the checkpoint's root", "log");
    renewed.push_back({id, lonely.is_incoming, std::move(path)});
  }
  if (!renewed.empty()) TRY(parts_.mailbox.put_proofs(checkpoint, seen.size, renewed, parts_.clock()));
  for (const desk::Mailbox::Proven& one : renewed) lonely_.erase(one.id);
  return renewed.size();
}

Status Prover::accuse(const desk::Mailbox::Unproven& message, const desk::LogSeen& seen) {
  return parts_.mailbox.put_incident({0,
                                      std::string(sentence(Code::PROMISE_BROKEN).name),
                                      "message " + message.id.hex(),
                                      message.promise + "\n" + seen.checkpoint,
                                      parts_.clock(),
                                      {}});
}

Result<Prover::Round> Prover::round(const desk::LogSeen& seen) {
  Round out;
  const Time now = parts_.clock();
  if (!has_recalled_) TRY(recall_all());
  has_recalled_ = true;
  const std::vector<desk::Mailbox::Unproven> all = TRY(parts_.mailbox.unproven(kProofBatch));
  std::erase_if(lonely_, [&](const auto& one) { return one.second.until <= now; });
  if (all.empty() && lonely_.empty()) return out;
  const ledger::TileReader reader(seen.size, messages_.files().reader());
  const Judged judged = TRY(judge(seen.checkpoint, seen.at));
  if (judged.is_cosigned) out.renewed = TRY(renew(seen, judged.checkpoint, reader));
  std::vector<desk::Mailbox::Proven> proven, broken;
  for (const desk::Mailbox::Unproven& message : all) {
    if (message.index >= seen.size) {
      ++out.waiting;
      // Not there in time: told once, and still looked for. A late leaf is late, a missing one is worse.
      const Time until = message.since + seconds(parts_.network.promise_seconds) + kGrace;
      if (seen.at > until) TRY(accuse(message, seen));
      if (seen.at > until) ++out.broken;
      continue;
    }
    if (TRY(reader.leaf(message.index)) != message.leaf) {
      // The place is taken by another leaf: no waiting will mend that.
      TRY(accuse(message, seen));
      broken.push_back({message.id, message.is_incoming, {}});
      ++out.broken;
      continue;
    }
    ledger::Proof path = TRY(reader.inclusion(message.index));
    if (!ledger::verify_inclusion(message.leaf, message.index, seen.size, seen.root, path))
      return fail(Code::PEER_UNAVAILABLE, "the tiles do not lead to the checkpoint's root", "log");
    proven.push_back({message.id, message.is_incoming, std::move(path)});
    if (!judged.is_cosigned && lonely_.size() < kLonelyMax)
      lonely_[message.id] = {message.is_incoming, message.leaf, message.index, now + patience()};
  }
  if (!broken.empty()) TRY(parts_.mailbox.put_broken(broken));
  if (!proven.empty()) TRY(parts_.mailbox.put_proofs(judged.checkpoint, seen.size, proven, now));
  out.proven = proven.size();
  out.lonely = lonely_.size();
  return out;
}

}  // namespace warifu::member
