// Bad input of the texts of this room: every field of every document missing, repeated, over-long, out of place, of another version, every bit
// flipped.

#include <doctest/doctest.h>

#include <array>

#include "note/directory_entry.h"
#include "note/member_end.h"
#include "note/member_entry.h"
#include "note/policy.h"
#include "note/testing_mutations.h"

namespace warifu::note {
namespace {

using testing::check_none_taken;
using testing::check_one_spelling;
using testing::flipped;
using testing::spoilt;

constexpr std::string_view kOrg = "minato.police.example";

Signer signer(std::string_view name, std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return Signer::create(name, crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed(bytes))).value();
}

const PersonId kPerson = PersonId::parse("00112233445566778899aabbccddeeff").value();
const PersonId kSecond = PersonId::parse("ffeeddccbbaa99887766554433221100").value();
const Signer root = signer("minato.police.example/root", 1), sign = signer("minato.police.example/sign", 2);
const Signer admitter_1 = signer("hub.example/admit/1", 3), admitter_2 = signer("hub.example/admit/2", 4);
const Signer second_person = signer(person_name(kOrg, kSecond), 5), device = signer(person_name(kOrg, kPerson), 6);
const std::vector<VerifierKey> admitters{admitter_1.verifier(), admitter_2.verifier()};

Bytes raw(const Signer& of) { return {of.verifier().key.bytes.begin(), of.verifier().key.bytes.end()}; }
Time at(std::int64_t seconds) { return Time::from_seconds(seconds); }

KeyEntry key_entry() {
  KeyEntry entry;
  entry.origin = "hub.example/keys";
  entry.org = kOrg;
  entry.key = raw(sign);
  entry.valid = {at(1'700'000'000), at(1'800'000'000)};
  entry.previous = Sha256{};
  return entry;
}
KeyEntry web_entry() {
  KeyEntry entry = key_entry();
  entry.purpose = KeyPurpose::web;
  entry.algorithm = OrgKeyAlgorithm::web;
  entry.key.clear();
  entry.web_origin = "https://desk.minato.example";
  entry.rp_id = "minato.example";
  return entry;
}
PersonEntry person_entry() {
  PersonEntry entry;
  entry.origin = "hub.example/keys";
  entry.org = kOrg;
  entry.person = kPerson;
  entry.role = "approver";
  entry.unit = UnitId::parse("0123456789abcdef0123456789abcdef").value();
  entry.key = raw(device);
  entry.delegator = kSecond;
  entry.valid = {at(1'700'000'000), at(1'800'000'000)};
  return entry;
}
MemberEntry member_entry() { return {"hub.example/keys", std::string(kOrg), "agency", root.verifier(), at(1'700'000'000)}; }
MemberEnd member_end() { return {"hub.example/keys", std::string(kOrg), at(1'750'000'000), Sha256{}}; }

// Unsigned it reads as another document or as none; as it was signed, nothing but itself is taken.
template <class Entry, class Check>
void check_entry(const Entry& entry, const std::vector<Signer>& signers, const Check& check) {
  const std::string text = entry.text().value();
  CAPTURE(text);
  const auto read = [](std::string_view other) { return Entry::parse(other); };
  const auto spell = [](const Entry& other) { return other.text().value(); };
  check_one_spelling(entry, spoilt(text), read, spell);
  check_one_spelling(entry, flipped(text), read, spell);

  const std::string whole = sign_note(text, signers).value().serialise();
  const auto judge = [&](std::string_view serialised) -> Status {
    const Note note = TRY(Note::parse(serialised));
    return check(note, TRY(Entry::parse(note.text)));
  };
  REQUIRE(judge(whole));
  check_none_taken(spoilt(whole), judge, says_the_same(whole));
  check_none_taken(flipped(whole), judge);
}

}  // namespace

TEST_CASE("bad input: a signed note") {
  const std::string whole = sign_note("a text\n\nof two parts\n", std::vector{sign}).value().serialise();
  const auto judge = [](std::string_view serialised) -> Status { return require(TRY(Note::parse(serialised)), sign.verifier()); };
  REQUIRE(judge(whole));
  check_none_taken(spoilt(whole), judge, says_the_same(whole));
  check_none_taken(flipped(whole), judge);
}

TEST_CASE("bad input: a verifier key") {
  const std::string text = sign.verifier().text() + "\n";  // of one line
  const auto read = [](std::string_view other) -> Result<VerifierKey> {
    if (!other.ends_with('\n')) return fail(Code::BAD_KEY, "no line");
    return VerifierKey::parse(other.substr(0, other.size() - 1));
  };
  const auto spell = [](const VerifierKey& key) { return key.text() + "\n"; };
  CHECK(check_one_spelling(sign.verifier(), spoilt(text), read, spell) == 0);
  CHECK(check_one_spelling(sign.verifier(), flipped(text), read, spell) == 0);  // the id covers name, type and key
}

TEST_CASE("bad input: an organisation's key in the directory") {
  const auto check = [](const Note& note, const KeyEntry& entry) { return check_signatures(note, entry, {root.verifier(), admitters, true}); };
  check_entry(key_entry(), {root, admitter_1, admitter_2}, check);
  check_entry(web_entry(), {root, admitter_1, admitter_2}, check);
}

TEST_CASE("bad input: a person's key in the directory") {
  check_entry(person_entry(), {sign, second_person}, [](const Note& note, const PersonEntry& entry) {
    return check_signatures(note, entry, {{sign.verifier()}, root.verifier(), {second_person.verifier()}, 2});
  });
}

TEST_CASE("bad input: an admission") {
  check_entry(member_entry(), {root, admitter_1, admitter_2},
              [](const Note& note, const MemberEntry& entry) { return check_signatures(note, entry, admitters); });
}

TEST_CASE("bad input: the end of an admission") {
  check_entry(member_end(), {admitter_1, admitter_2}, [](const Note& note, const MemberEnd& end) { return check_signatures(note, end, admitters); });
}

TEST_CASE("the end of an admission has one spelling, and two admitters sign it") {
  const MemberEnd end = member_end();
  CHECK(end.text().value() ==
        "warifu-member-end/v1\nhub.example/keys\norg minato.police.example\nended 1750000000\nprev " + std::string(64, '0') + "\n");
  CHECK(MemberEnd::parse(end.text().value()).value() == end);
  MemberEnd odd = end;
  odd.org = "../x";
  CHECK(odd.text().error().where == "org");
  odd = end;
  odd.ended.us += 1;
  CHECK(odd.text().error().where == "ended");
  const auto verdict = [&](const std::vector<Signer>& signers) {
    return check_signatures(sign_note(end.text().value(), signers).value(), end, admitters);
  };
  CHECK(verdict({admitter_1, admitter_2}));
  CHECK(verdict({admitter_1}).error().code == Code::SIGNATURE_MISSING);
  CHECK(verdict({admitter_1, admitter_1}).error().code == Code::SIGNATURE_MISSING);
  CHECK(verdict({admitter_1, root}).error().code == Code::SIGNATURE_MISSING);
  CHECK(verdict({admitter_1, signer("hub.example/admit/2", 9)}).error().code == Code::SIGNATURE_MISSING);
  odd = end;
  odd.ended = at(1);
  CHECK(check_signatures(sign_note(odd.text().value(), std::array{admitter_1, admitter_2}).value(), end, admitters).error().code ==
        Code::TEXT_DIFFERS);
}

TEST_CASE("bad input: a log's policy names who is trusted, or is refused") {
  const Signer log = signer("hub.example/log", 7);
  const Cosigner witness = Cosigner::create("minato.police.example/witness", crypto::Ed25519Secret::generate()).value();
  const Cosigner other = Cosigner::create("portal.example/witness", crypto::Ed25519Secret::generate()).value();
  const std::string text = "log " + log.verifier().text() + "\nwitness w " + witness.verifier().text() + "\nwitness v " + other.verifier().text() +
                           "\ngroup g 2 w v\nquorum g\n";
  const std::vector<VerifierKey> both{witness.verifier(), other.verifier()}, one{witness.verifier()};
  REQUIRE(Policy::parse(text));
  for (const testing::Mutations& mutations : {spoilt(text), flipped(text)})
    for (const testing::Mutation& mutation : mutations) {
      const Result<Policy> policy = Policy::parse(mutation.text);
      CAPTURE(mutation.what);
      if (!policy) {
        testing::check_blames_sender(policy.error(), mutation.what);
        continue;
      }
      // Comments, empty lines and the order are free, and names are anybody's choice. Whatever is still read asks for no fewer.
      CAPTURE(mutation.text);
      for (const Policy::Log& trusted : policy->logs) CHECK(trusted.key == log.verifier());
      const bool has_more = policy->is_quorum(one);
      CHECK((!has_more || mutation.text.find("group g 1") != std::string::npos || mutation.text.find("quorum w") != std::string::npos));
    }
}

}  // namespace warifu::note
