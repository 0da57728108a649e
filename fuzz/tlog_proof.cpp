// Receipts of the log (C2SP tlog-proof). What is read is also judged: a receipt nobody signed must never verify.

#include "fuzz/fuzz.h"
#include "ledger/checkpoint.h"

namespace warifu::fuzz {
namespace {

constexpr std::size_t kLeaves = 7, kIndex = 4;

std::vector<Sha256> leaves() {
  std::vector<Sha256> out;
  for (std::size_t i = 0; i < kLeaves; ++i) out.push_back(ledger::leaf_hash(bytes_of("leaf " + std::to_string(i))));
  return out;
}

std::string receipt(const std::optional<Bytes>& extra) {
  const std::vector<Sha256> all = leaves();
  ledger::TlogProof proof;
  proof.extra = extra;
  proof.index = kIndex;
  proof.path = ledger::inclusion_proof(all, kIndex).value();
  const ledger::Checkpoint head{"log.example/1", all.size(), ledger::tree_root(all)};
  proof.checkpoint = note::Note::parse(signed_note(head.text(), "log.example/1")).value();
  return proof.serialise();
}

void one(std::string_view input) {
  const auto proof = ledger::TlogProof::parse(input);
  if (!proof) return;
  hold(proof->serialise() == input);
  static const note::Policy policy = note::Policy::parse("log " + signer("log.example/1").verifier().text() + "\nquorum none\n").value();
  static const std::vector<Sha256> all = leaves();
  if (const auto verified = proof->verify(all[kIndex], policy)) hold(verified->size == kLeaves && verified->root == ledger::tree_root(all));
  hold(!proof->verify(ledger::leaf_hash(bytes_of("never logged")), policy).has_value());
}

std::vector<std::string> seeds() { return {receipt(std::nullopt), receipt(Bytes{1, 2, 3})}; }

const Registered registered({"tlog_proof", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
