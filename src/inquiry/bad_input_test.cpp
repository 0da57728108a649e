// Bad input of an act: every line and field of its text missing, repeated, over-long, out of place, of another version, every bit flipped.

#include <doctest/doctest.h>

#include "crypto/hash.h"
#include "inquiry/act.h"
#include "inquiry/test_support.h"
#include "note/testing_mutations.h"

namespace warifu::inquiry {
namespace {

using testing::check_none_taken;
using testing::check_one_spelling;
using testing::flipped;
using testing::spoilt;

Act sample_act() {
  Act act;
  act.id = test::test_id<ActId>(1, 2);
  act.matter = test::test_id<MatterId>(3, 4);
  act.kind = Kind::APPROVED;
  act.org = test::agency_org();
  act.role = party::Role::APPROVER;
  act.person = test::person(party::Role::APPROVER);
  act.at = test::kStart;
  act.after = {Sha256{}, crypto::sha256("another")};
  act.body = crypto::sha256("{}");
  act.body_bytes = 2;
  return act;
}

}  // namespace

TEST_CASE("bad input: an act") {
  const Act act = sample_act();
  const auto read = [](std::string_view text) { return Act::parse(text); };
  const auto spell = [](const Act& other) { return other.text(); };
  REQUIRE(read(act.text()).value() == act);
  check_one_spelling(act, spoilt(act.text()), read, spell);
  check_one_spelling(act, flipped(act.text()), read, spell);

  const auto signer = [](const std::string& name) { return note::Signer::create(name, crypto::Ed25519Secret::generate()).value(); };
  const std::vector<note::Signer> signers{signer(organisation_signer(act.org)), signer(person_signer(act.org, *act.person))};
  const std::string whole = note::sign_note(act.text(), signers).value().serialise();
  // As it is judged on arrival: the organisation signed, the person did, and the body is the one that is named.
  const auto judge = [&](std::string_view serialised) -> Status {
    const SignedAct taken = TRY(SignedAct::create(serialised, "{}"));
    for (const note::Signer& by : signers) TRY(note::require(taken.note, by.verifier()));
    return {};
  };
  REQUIRE(judge(whole));
  check_none_taken(spoilt(whole), judge, note::says_the_same(whole));
  check_none_taken(flipped(whole), judge);
  for (const char* body : {"", "{} ", "[]", "{}\n"}) CHECK_FALSE(SignedAct::create(whole, body).has_value());
}

TEST_CASE("bad input: assertions beside an act") {
  CHECK(parse_assertions("").has_value());
  const std::string text =
      R"([{"authenticator_data":")" + to_base64(Bytes(37, 1)) +
      R"(","client_data":"e30=","key":"kakuu.example/person/00000000000000000000000000000001+00000000+/w==","signature":"AA=="}])";
  for (const testing::Mutation& mutation : flipped(text)) {
    const auto read = parse_assertions(mutation.text);
    if (read)
      CHECK_MESSAGE(assertions_text(*read) == mutation.text, mutation.what);
    else
      testing::check_blames_sender(read.error(), mutation.what);
  }
  for (std::size_t i = 1; i < text.size(); ++i) CHECK_MESSAGE(!parse_assertions(text.substr(0, i)), i);
}

}  // namespace warifu::inquiry
