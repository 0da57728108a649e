#include <doctest/doctest.h>

#include "base/limits.h"
#include "crypto/hash.h"
#include "exchange/acts_body.h"
#include "exchange/evidence.h"
#include "json/write.h"
#include "ledger/merkle.h"
#include "note/test_authenticator.h"

namespace warifu::exchange {
namespace {

using crypto::Ed25519Secret;
using note::Signer;
using note::TestAuthenticator;
using Bend = TestAuthenticator::Bend;

constexpr const char* kOrg = "kakuu-police.example";
const note::RelyingParty kDesk{"https://desk.kakuu-police.example", "kakuu-police.example"};

Signer new_signer(const std::string& name) { return Signer::create(name, Ed25519Secret::generate()).value(); }

// An organisation with a passkey in the directory, and one approval that it signed.
struct Story {
  Signer root = new_signer("kakuu-police.example/root"), sign = new_signer("kakuu-police.example/sign"), hub = new_signer("hub.example/keys"),
         log = new_signer("hub.example/log");
  TestAuthenticator device{kDesk};
  PersonId person = PersonId::random();
  std::vector<std::string> entries;
  EvidenceInput input;

  static Time at(std::int64_t seconds) { return Time::from_seconds(seconds); }

  Sha256 enter(const std::string& text, const std::vector<Signer>& signers) {
    const note::Note note = note::sign_note(text, signers).value();
    entries.push_back(note.serialise());
    return note::leaf_hash(note);
  }
  note::KeyEntry org_entry(note::KeyPurpose purpose) const {
    note::KeyEntry entry;
    entry.origin = hub.verifier().name;
    entry.org = kOrg;
    entry.purpose = purpose;
    entry.valid = {at(1000), at(9000)};
    if (purpose == note::KeyPurpose::web) {
      entry.algorithm = note::OrgKeyAlgorithm::web;
      entry.web_origin = kDesk.origin;
      entry.rp_id = kDesk.id;
    } else {
      entry.key.assign(sign.verifier().key.bytes.begin(), sign.verifier().key.bytes.end());
    }
    return entry;
  }
  note::PersonEntry person_entry() const {
    note::PersonEntry entry;
    entry.origin = hub.verifier().name;
    entry.org = kOrg;
    entry.person = person;
    entry.role = "approver";
    entry.algorithm = note::PersonKeyAlgorithm::webauthn_es256;
    entry.key = device.key();
    entry.valid = {at(1000), at(5000)};
    return entry;
  }

  Story() {
    enter(org_entry(note::KeyPurpose::sign).text().value(), {root});
    enter(org_entry(note::KeyPurpose::web).text().value(), {root});
    enter(person_entry().text().value(), {sign, root});
    input.org = party::OrganisationId::parse(kOrg).value();
    input.matter = MatterId::random();
    input.number = "架空第1号";
    input.created = at(4000);
    put_act(at(2000));
  }
  void put_act(Time when, const TestAuthenticator::Change& change = {}) {
    const std::string body = json::canonical(json::Object({{"salt", to_base64(Bytes(32, 7))}}));
    inquiry::Act act;
    act.id = ActId::random();
    act.matter = input.matter;
    act.kind = inquiry::Kind::APPROVED;
    act.org = input.org;
    act.role = party::Role::APPROVER;
    act.person = person;
    act.at = when;
    act.body = crypto::sha256(body);
    act.body_bytes = body.size();
    const std::string note = note::sign_note(act.text(), std::vector<Signer>{sign}).value().serialise();
    input.acts = {inquiry::SignedAct::create(note, body, {device.assertion(inquiry::person_signer(act.org, person), act.text(), change)}).value()};
  }
  std::string bundle() {
    std::vector<Sha256> leaves;
    for (const std::string& entry : entries) leaves.push_back(ledger::leaf_hash(bytes_of(entry)));
    const std::string text = hub.verifier().name + "\n" + std::to_string(entries.size()) + "\n" + to_base64(ledger::tree_root(leaves).bytes) + "\n";
    input.directory = entries;
    input.checkpoint = note::sign_note(text, {&hub, 1}).value().serialise();
    return make_evidence(input, sign).value();
  }
  Result<EvidenceReport> verify() {
    const std::string logs = "log " + hub.verifier().text() + "\nlog " + log.verifier().text() + "\nquorum none\n";
    return verify_evidence(bundle(), note::Policy::parse(logs).value());
  }
  // Over a hub that promised the message a place at that time.
  void cross(Time promised) {
    const Signer hub_sign = new_signer("hub.example/sign");
    note::KeyEntry entry = org_entry(note::KeyPurpose::sign);
    entry.org = "hub.example";
    entry.key.assign(hub_sign.verifier().key.bytes.begin(), hub_sign.verifier().key.bytes.end());
    enter(entry.text().value(), {new_signer("hub.example/root")});
    OutgoingMessage message;
    message.thread = input.matter;
    message.to = {{"reiji-auction.example", crypto::AgeIdentity::generate().recipient()}};
    message.body = spell_acts(input.acts).value();
    message.created = promised;
    message.expires = promised + days(1);
    const SealedMessage sealed = seal_message(message, sign, log.verifier().name).value();
    const Envelope envelope = Envelope::parse(note::Note::parse(sealed.envelope).value().text).value();
    const Promise promise{log.verifier().name, envelope.id, crypto::sha256(envelope.text()), envelope.leaf, 0, promised};
    input.crossings = {
        {sealed.envelope, sealed.manifest, note::sign_note(promise.text(), std::vector{hub_sign}).value().serialise(), {}, {input.acts[0].hash}}};
  }
  void revoke_person(Time until) {
    note::PersonEntry ended = person_entry();
    ended.valid.until = until;
    ended.previous = note::leaf_hash(note::Note::parse(entries[2]).value());
    enter(ended.text().value(), {sign, root});
  }
  void refused(const char* what, const char* where) {
    INFO(what);
    const Result<EvidenceReport> report = verify();
    REQUIRE_FALSE(report.has_value());
    CHECK(report.error().code == Code::EVIDENCE_INVALID);
    CHECK(report.error().where == where);
  }
};

TEST_CASE("evidence carries the assertion, and who verifies it names the passkey and its entry") {
  Story story;
  const EvidenceReport report = story.verify().value();
  REQUIRE(report.acts.size() == 1);
  REQUIRE(report.acts[0].signatures.size() == 2);
  const EvidenceSignature& own = report.acts[0].signatures[1];
  const note::PersonKey key = story.device.person_key(note::person_name(kOrg, story.person));
  CHECK(own.is_passkey);
  CHECK(own.name == key.name);
  CHECK(own.key_id == to_hex(key.id));
  CHECK(own.entry == 2);
  CHECK(own.valid_from == Story::at(1000));
  CHECK_FALSE(report.acts[0].signatures[0].is_passkey);
  const ArchiveEntries entries = read_archive(story.bundle()).value();
  CHECK(inquiry::parse_assertions(entries.at("assertions/000000")).value() == story.input.acts[0].assertions);
}

TEST_CASE("evidence with an assertion that does not hold is refused at the act") {
  SUBCASE("a flipped bit") {
    Story story;
    story.input.acts[0].assertions[0].signature[9] ^= 1;
    story.refused("signature", "acts/000000");
  }
  SUBCASE("the assertion is gone") {
    Story story;
    story.input.acts[0].assertions.clear();
    story.refused("none", "acts/000000");
  }
  SUBCASE("not verified") {
    Story story;
    story.put_act(Story::at(2000), [](Bend& b) { b.flags = 0x01; });
    story.refused("UV", "acts/000000");
  }
  SUBCASE("another origin") {
    Story story;
    story.put_act(Story::at(2000), [](Bend& b) { b.client["origin"] = "https://desk.evil.example"; });
    story.refused("origin", "acts/000000");
  }
  SUBCASE("before and after the key's period") {
    for (const std::int64_t when : {999, 5000}) {
      Story story;
      story.put_act(Story::at(when));
      story.refused("period", "acts/000000");
    }
  }
  SUBCASE("revoked before the act") {
    Story story;
    story.revoke_person(Story::at(1500));
    story.refused("revoked", "acts/000000");
  }
  SUBCASE("the organisation had given up that address") {
    Story story;
    note::KeyEntry ended = story.org_entry(note::KeyPurpose::web);
    ended.valid.until = Story::at(1500);
    ended.previous = note::leaf_hash(note::Note::parse(story.entries[1]).value());
    story.enter(ended.text().value(), {story.root});
    story.refused("web", "acts/000000");
  }
  SUBCASE("an assertion that nobody vouches for, beside one that holds") {
    Story story;
    const TestAuthenticator other(kDesk);
    story.input.acts[0].assertions.push_back(other.assertion(note::person_name(kOrg, story.person), story.input.acts[0].note.text));
    story.refused("unknown", "acts/000000");
  }
}

// The act says 2000: its writer's word.
TEST_CASE("an act whose key was revoked before its message was promised is named; a planned end in between is none") {
  Story story;
  SUBCASE("in force") {
    story.cross(Story::at(2500));
    CHECK(story.verify().value().crossings.size() == 1);
  }
  SUBCASE("revoked before the promise") {
    story.revoke_person(Story::at(2200));
    CHECK(story.verify().has_value());
    story.cross(Story::at(2500));
    story.refused("dated back", "acts/000000");
  }
  SUBCASE("revoked after it") {
    story.revoke_person(Story::at(2600));
    story.cross(Story::at(2500));
    CHECK(story.verify().has_value());
  }
  SUBCASE("its period had run out") {
    story.input.created = Story::at(6000);
    story.cross(Story::at(5500));
    CHECK(story.verify().has_value());
  }
}

}  // namespace
}  // namespace warifu::exchange
