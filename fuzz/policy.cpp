// Which log and which witnesses are trusted (C2SP tlog-policy).

#include "note/policy.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  const auto policy = note::Policy::parse(input);
  if (!policy) return;
  std::vector<note::VerifierKey> all;
  for (const auto& witness : policy->witnesses) all.push_back(witness.key);
  // More witnesses never make less of a quorum.
  const bool with_none = policy->is_quorum({}), with_all = policy->is_quorum(all);
  hold(with_all || !with_none);
  hold(policy->quorum != "none" || with_none);
  static const note::Note checkpoint = note::Note::parse(signed_note("log.example/1\n1\nAAAA\n", "log.example/1")).value();
  static_cast<void>(policy->check(checkpoint));
}

std::vector<std::string> seeds() {
  const std::string log = "log " + signer("log.example/1").verifier().text();
  std::string witnesses;
  for (const char* name : {"w1", "w2", "w3"})
    witnesses += "witness " + std::string(name) + " " + cosigner(std::string(name) + ".example/witness").verifier().text() + " https://w.example/\n";
  return {log + "\nquorum none\n", log + " https://log.example/\n" + witnesses + "group g 2 w1 w2 w3\nquorum g\n",
          "# comment\n\n" + log + "\n" + witnesses + "group a any w1 w2\ngroup b all a w3\nquorum b\n", log + "\n" + witnesses + "quorum w2\n"};
}

const Registered registered({"policy", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
