#include "ledger/checkpoint.h"

#include <doctest/doctest.h>

namespace warifu::ledger {
namespace {

using crypto::Ed25519Secret;

std::vector<Sha256> leaves(std::size_t n) {
  std::vector<Sha256> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(leaf_hash(bytes_of("leaf " + std::to_string(i))));
  return out;
}

struct World {
  note::Signer log = note::Signer::create("hub.example/log/1", Ed25519Secret::generate()).value();
  note::Signer other = note::Signer::create("hub.example/log/1", Ed25519Secret::generate()).value();
  note::Cosigner witness = note::Cosigner::create("kakuu-police.example/witness", Ed25519Secret::generate()).value();

  note::Policy policy(bool needs_witness = true) const {
    return note::Policy::parse("log " + log.verifier().text() + "\nwitness w " + witness.verifier().text() + "\nquorum " +
                               (needs_witness ? "w" : "none") + "\n")
        .value();
  }
  note::Note checkpoint(std::span<const Sha256> tree, bool cosigned = true, std::string origin = "hub.example/log/1") const {
    const std::vector<note::Signer> signers{log};
    note::Note out = note::sign_note(Checkpoint{std::move(origin), tree.size(), tree_root(tree)}.text(), signers).value();
    if (cosigned) out.signatures.push_back(witness.cosign(out.text, Time::from_seconds(1'800'000'000)).value());
    return out;
  }
};

}  // namespace

TEST_CASE("a checkpoint has one spelling") {
  const Checkpoint checkpoint{"hub.example/log/1", 20, tree_root(leaves(20))};
  CHECK(Checkpoint::parse(checkpoint.text()).value() == checkpoint);
  for (const std::string& text :
       {std::string(), std::string("hub.example/log/1\n"), checkpoint.text() + "more\n", "a b\n" + checkpoint.text().substr(18),
        "hub.example/log/1\n020\n" + checkpoint.text().substr(21), checkpoint.text().substr(0, checkpoint.text().size() - 1)})
    CHECK(!Checkpoint::parse(text));
}

TEST_CASE("a receipt is checked with a policy alone") {
  const World world;
  const std::vector<Sha256> tree = leaves(77);
  TlogProof proof{std::nullopt, 41, inclusion_proof(tree, 41).value(), world.checkpoint(tree)};
  CHECK(TlogProof::parse(proof.serialise()).value() == proof);
  CHECK(proof.verify(tree[41], world.policy()).value().size == 77);
  CHECK(proof.verify(tree[40], world.policy()).error().code == Code::EVIDENCE_INVALID);
  TlogProof with_extra = proof;
  with_extra.extra = Bytes{1, 2, 3};
  CHECK(TlogProof::parse(with_extra.serialise()).value() == with_extra);
  TlogProof moved = proof;
  moved.index = 42;
  CHECK(!moved.verify(tree[41], world.policy()));
  TlogProof alone = proof;
  alone.checkpoint = world.checkpoint(tree, false);
  CHECK(!alone.verify(tree[41], world.policy()));
  CHECK(alone.verify(tree[41], world.policy(false)));
  const std::string text = proof.serialise();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const Result<TlogProof> read = TlogProof::parse(changed);
    CHECK_MESSAGE((!read || !read->verify(tree[41], world.policy())), i);
  }
}

TEST_CASE("a witness cosigns what goes on from what it saw, and nothing else") {
  const World world;
  const std::vector<Sha256> tree = leaves(100);
  const auto part = [&](std::size_t n) { return std::span(tree).first(n); };
  const Checkpoint last{"hub.example/log/1", 40, tree_root(part(40))};
  const AddCheckpoint good{40, consistency_proof(part(90), 40).value(), world.checkpoint(part(90), false)};
  CHECK(AddCheckpoint::parse(good.serialise()).value() == good);
  const auto answer = [&](const AddCheckpoint& request, const std::optional<Checkpoint>& seen) {
    return judge_checkpoint(request, world.log.verifier(), seen).answer;
  };
  CHECK(answer(good, last) == WitnessAnswer::ACCEPTED);
  CHECK(judge_checkpoint(good, world.log.verifier(), last).checkpoint.size == 90);
  CHECK(answer({40, {}, world.checkpoint(part(40), false)}, last) == WitnessAnswer::ACCEPTED);  // the same again
  CHECK(answer({0, {}, world.checkpoint(part(90), false)}, std::nullopt) == WitnessAnswer::ACCEPTED);
  CHECK(answer({0, {}, world.checkpoint(part(90), false)}, last) == WitnessAnswer::CONFLICT);
  CHECK(answer({39, good.proof, good.checkpoint}, last) == WitnessAnswer::CONFLICT);
  CHECK(answer({91, {}, good.checkpoint}, last) == WitnessAnswer::OLD_TOO_LARGE);
  CHECK(answer({40, {}, good.checkpoint}, last) == WitnessAnswer::BAD_PROOF);
  CHECK(answer({40, good.proof, world.checkpoint(part(90), false, "elsewhere.example/log")}, last) == WitnessAnswer::UNKNOWN_LOG);
  CHECK(judge_checkpoint(good, world.other.verifier(), last).answer == WitnessAnswer::NOT_SIGNED);
  // A fork: the same size with another root, and a longer tree that is no continuation.
  std::vector<Sha256> forked = tree;
  forked[3] = leaf_hash(bytes_of("another"));
  CHECK(answer({40, {}, world.checkpoint(std::span(forked).first(40), false)}, last) == WitnessAnswer::BAD_PROOF);
  CHECK(answer({40, consistency_proof(std::span(forked).first(90), 40).value(), world.checkpoint(std::span(forked).first(90), false)}, last) ==
        WitnessAnswer::BAD_PROOF);
  // A log that was put back: smaller than what was seen.
  CHECK(answer({30, {}, world.checkpoint(part(30), false)}, last) == WitnessAnswer::CONFLICT);
  CHECK(answer({40, {}, world.checkpoint(part(30), false)}, last) == WitnessAnswer::OLD_TOO_LARGE);
}

}  // namespace warifu::ledger
