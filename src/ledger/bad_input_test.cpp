// Bad input of the texts of a log: every field of a checkpoint, a receipt and a witness's request missing, repeated, over-long, out of place, of
// another version, every bit flipped.

#include <doctest/doctest.h>

#include "ledger/checkpoint.h"
#include "note/testing_mutations.h"

namespace warifu::ledger {
namespace {

using crypto::Ed25519Secret;
using testing::check_none_taken;
using testing::check_one_spelling;
using testing::flipped;
using testing::Mutation;
using testing::spoilt;

struct World {
  note::Signer log = note::Signer::create("hub.example/log", Ed25519Secret::generate()).value();
  note::Cosigner witness = note::Cosigner::create("kakuu-police.example/witness", Ed25519Secret::generate()).value();
  std::vector<Sha256> tree;

  World() {
    for (int i = 0; i < 77; ++i) tree.push_back(leaf_hash(bytes_of("leaf " + std::to_string(i))));
  }
  [[nodiscard]] note::Policy policy() const {
    return note::Policy::parse("log " + log.verifier().text() + "\nwitness w " + witness.verifier().text() + "\nquorum w\n").value();
  }
  [[nodiscard]] std::span<const Sha256> first(std::size_t n) const { return std::span(tree).first(n); }
  [[nodiscard]] Checkpoint head(std::size_t n) const { return {log.verifier().name, n, tree_root(first(n))}; }
  [[nodiscard]] note::Note checkpoint(std::size_t n) const {
    const std::vector<note::Signer> signers{log};
    note::Note out = note::sign_note(head(n).text(), signers).value();
    out.signatures.push_back(witness.cosign(out.text, Time::from_seconds(1'800'000'000)).value());
    return out;
  }
};

}  // namespace

TEST_CASE("bad input: a checkpoint") {
  const World world;
  const Checkpoint head = world.head(77);
  const auto read = [](std::string_view text) { return Checkpoint::parse(text); };
  const auto spell = [](const Checkpoint& checkpoint) { return checkpoint.text(); };
  check_one_spelling(head, spoilt(head.text()), read, spell);
  check_one_spelling(head, flipped(head.text()), read, spell);

  const std::string whole = world.checkpoint(77).serialise();
  const auto judge = [policy = world.policy()](std::string_view text) -> Result<Checkpoint> {
    const note::Note note = TRY(note::Note::parse(text));
    TRY(policy.check(note));
    return Checkpoint::parse(note.text);
  };
  REQUIRE(judge(whole));
  check_none_taken(spoilt(whole), judge, note::says_the_same(whole));
  check_none_taken(flipped(whole), judge);
}

TEST_CASE("bad input: a receipt of the log") {
  const World world;
  TlogProof proof{Bytes{1, 2, 3}, 41, inclusion_proof(world.tree, 41).value(), world.checkpoint(77)};
  const auto read = [](std::string_view text) { return TlogProof::parse(text); };
  const auto spell = [](const TlogProof& other) { return other.serialise(); };
  for (const bool has_extra : {true, false}) {
    if (!has_extra) proof.extra.reset();
    const std::string whole = proof.serialise();
    check_one_spelling(proof, spoilt(whole), read, spell);
    check_one_spelling(proof, flipped(whole), read, spell);
    const auto judge = [&](std::string_view text) -> Result<Checkpoint> {
      return TRY(TlogProof::parse(text)).verify(world.tree[41], world.policy());
    };
    REQUIRE(judge(whole));
    // Of the bytes that the log's owner may put beside a proof nobody signs anything; and signature lines may come in any order.
    const auto is_harmless = [&](const Mutation& mutation) {
      Result<TlogProof> other = TlogProof::parse(mutation.text);
      if (!other) return false;
      other->extra.reset();
      const auto says_the_same = note::says_the_same(proof.checkpoint.serialise());
      const bool is_same_checkpoint = says_the_same({"", other->checkpoint.serialise()});
      return is_same_checkpoint && other->index == proof.index && other->path == proof.path;
    };
    check_none_taken(spoilt(whole), judge, is_harmless);
    check_none_taken(flipped(whole), judge, is_harmless);
  }
}

TEST_CASE("bad input: what a witness is asked to cosign; it cosigns nothing else and keeps what it saw") {
  const World world;
  const Checkpoint last = world.head(40);
  const std::vector<note::Signer> signers{world.log};
  const AddCheckpoint request{40, consistency_proof(world.first(77), 40).value(), note::sign_note(world.head(77).text(), signers).value()};
  const std::string whole = request.serialise();
  const auto read = [](std::string_view text) { return AddCheckpoint::parse(text); };
  const auto spell = [](const AddCheckpoint& other) { return other.serialise(); };
  check_one_spelling(request, spoilt(whole), read, spell);
  check_one_spelling(request, flipped(whole), read, spell);
  const auto judge = [&](std::string_view text) -> Status {
    const WitnessVerdict verdict = judge_checkpoint(TRY(AddCheckpoint::parse(text)), world.log.verifier(), last);
    return verdict.answer == WitnessAnswer::ACCEPTED ? Status{} : Status(fail(Code::EVIDENCE_INVALID, "not cosigned"));
  };
  REQUIRE(judge(whole));
  const auto is_harmless = [&](const Mutation& mutation) {
    const Result<AddCheckpoint> other = AddCheckpoint::parse(mutation.text);
    return other && other->old_size == request.old_size && other->proof == request.proof &&
           note::says_the_same(request.checkpoint.serialise())({"", other->checkpoint.serialise()});
  };
  check_none_taken(spoilt(whole), judge, is_harmless);
  check_none_taken(flipped(whole), judge);
}

}  // namespace warifu::ledger
