// What a log sends a witness (C2SP tlog-witness), and the witness's rule: it never accepts a smaller tree or another one of the same size.

#include "fuzz/fuzz.h"
#include "ledger/checkpoint.h"

namespace warifu::fuzz {
namespace {

std::vector<Sha256> leaves(std::size_t count) {
  std::vector<Sha256> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(ledger::leaf_hash(bytes_of("leaf " + std::to_string(i))));
  return out;
}

ledger::Checkpoint head(std::size_t count) { return {"log.example/1", count, ledger::tree_root(leaves(count))}; }

std::string request(std::size_t from, std::size_t to) {
  ledger::AddCheckpoint out;
  out.old_size = from;
  out.proof = ledger::consistency_proof(leaves(to), from).value();
  out.checkpoint = note::Note::parse(signed_note(head(to).text(), "log.example/1")).value();
  return out.serialise();
}

void one(std::string_view input) {
  const auto request = ledger::AddCheckpoint::parse(input);
  if (!request) return;
  hold(request->serialise() == input);
  for (const std::size_t seen : {0UL, 5UL, 9UL}) {
    std::optional<ledger::Checkpoint> last;
    if (seen > 0) last = head(seen);
    const auto verdict = ledger::judge_checkpoint(*request, signer("log.example/1").verifier(), last);
    if (verdict.answer != ledger::WitnessAnswer::ACCEPTED) continue;
    hold(verdict.checkpoint.size >= seen && request->old_size == seen);
    if (verdict.checkpoint.size == seen && last) hold(verdict.checkpoint.root == last->root);
  }
}

std::vector<std::string> seeds() { return {request(0, 5), request(5, 9), request(9, 9), request(1, 64)}; }

const Registered registered({"add_checkpoint", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
