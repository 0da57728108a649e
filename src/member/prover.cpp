#include "member/prover.h"

namespace warifu::member {

namespace {

constexpr std::size_t kProofBatch = 1024;
constexpr Duration kGrace = seconds(5);  // until a checkpoint that has it is read here

}  // namespace

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
  const std::vector<desk::Mailbox::Unproven> all = TRY(parts_.mailbox.unproven(kProofBatch));
  if (all.empty()) return out;
  const ledger::TileReader reader(seen.size, messages_.files().reader());
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
  }
  if (!broken.empty()) TRY(parts_.mailbox.put_broken(broken));
  if (!proven.empty()) TRY(parts_.mailbox.put_proofs(seen.checkpoint, seen.size, proven, parts_.clock()));
  out.proven = proven.size();
  return out;
}

}  // namespace warifu::member
