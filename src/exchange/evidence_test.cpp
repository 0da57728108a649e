#include <doctest/doctest.h>

#include <functional>

#include "base/limits.h"
#include "crypto/hash.h"
#include "exchange/acts_body.h"
#include "exchange/evidence.h"
#include "json/write.h"
#include "ledger/checkpoint.h"
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
  // Of the organisation's node, without anybody's own hand.
  inquiry::SignedAct node_act(inquiry::Kind kind, const json::Object& content, Time when) const {
    const std::string body = json::canonical(json::Value(content));
    inquiry::Act act;
    act.id = ActId::random();
    act.matter = input.matter;
    act.kind = kind;
    act.org = input.org;
    act.role = party::Role::NODE;
    act.at = when;
    act.body = crypto::sha256(body);
    act.body_bytes = body.size();
    return inquiry::SignedAct::create(note::sign_note(act.text(), std::vector<Signer>{sign}).value().serialise(), body).value();
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
  [[nodiscard]] Result<EvidenceReport> verify(const std::string& archive) const {
    const std::string logs = "log " + hub.verifier().text() + "\nlog " + log.verifier().text() + "\nquorum none\n";
    return verify_evidence(archive, note::Policy::parse(logs).value());
  }
  // As an organisation can that signs another story than it was told: every digest of the manifest fits.
  [[nodiscard]] std::string signed_again(ArchiveEntries all) const {
    std::string text = note::Note::parse(all.at("manifest")).value().text;
    text.resize(text.find("entry "));
    all.erase("manifest");
    for (const auto& [name, bytes] : all)
      text += "entry " + crypto::sha256(bytes_of(bytes)).hex() + " " + std::to_string(bytes.size()) + " " + name + "\n";
    all.emplace("manifest", note::sign_note(text, std::vector<Signer>{sign}).value().serialise());
    return write_archive(all).value();
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

std::string where_of(const Result<EvidenceReport>& report) {
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().code == Code::EVIDENCE_INVALID);
  CHECK(report.error().args.at("reason") == report.error().where);
  return report.error().where;
}

TEST_CASE("an archive has one spelling, and the entry that has another is named") {
  Story story;
  const std::string archive = story.bundle();
  REQUIRE(story.verify(archive).has_value());
  CHECK(where_of(story.verify(archive + "x")) == "the archive's table");
  std::string other = archive;
  other[other.size() - 4] ^= 1;
  CHECK(where_of(story.verify(other)) == "the archive's table");
  other = archive;
  other[10] ^= 1;  // the time of day of the first entry
  CHECK(where_of(story.verify(other)) == "acts/000000");
  CHECK(where_of(story.verify("")) == "the archive");
  for (const std::size_t cut : {std::size_t{20}, archive.size() / 2, archive.size() - 1})
    CHECK_FALSE(story.verify(archive.substr(0, cut)).has_value());
}

TEST_CASE("an entry that is not the one the manifest names is named") {
  Story story;
  const ArchiveEntries good = read_archive(story.bundle()).value();
  const auto changed = [&](const std::function<void(ArchiveEntries&)>& change) {
    ArchiveEntries entries = good;
    change(entries);
    return where_of(story.verify(write_archive(entries).value()));
  };
  CHECK(changed([](ArchiveEntries& e) { e["bodies/000000"] += " "; }) == "bodies/000000");
  CHECK(changed([](ArchiveEntries& e) { e["bodies/000000"][0] ^= 1; }) == "bodies/000000");
  CHECK(changed([](ArchiveEntries& e) { e.erase("bodies/000000"); }) == "bodies/000000");
  CHECK(changed([](ArchiveEntries& e) { e["bodies/000001"] = "{}"; }) == "bodies/000001");
  CHECK(changed([](ArchiveEntries& e) { e.erase("manifest"); }) == "manifest");
  CHECK(changed([](ArchiveEntries& e) { e["manifest"] = "no note"; }) == "manifest");
}

TEST_CASE("a bundle whose manifest fits and whose content does not is refused at the entry that is wrong") {
  Story story;
  const ArchiveEntries good = read_archive(story.bundle()).value();
  REQUIRE(story.verify(story.signed_again(good)).has_value());
  const auto changed = [&](const std::function<void(ArchiveEntries&)>& change) {
    ArchiveEntries entries = good;
    change(entries);
    return where_of(story.verify(story.signed_again(entries)));
  };
  CHECK(changed([](ArchiveEntries& e) { e["bodies/000000"] = "{\"salt\":\"x\"}"; }) == "bodies/000000");
  CHECK(changed([](ArchiveEntries& e) { e["acts/000000"] = "no note"; }) == "acts/000000");
  CHECK(changed([](ArchiveEntries& e) { e["assertions/000000"] = "[]"; }) == "assertions/000000");
  CHECK(changed([](ArchiveEntries& e) { e["assertions/000000"] = "[1]"; }) == "assertions/000000");
  CHECK(changed([](ArchiveEntries& e) { e.erase("acts/000000"), e.erase("bodies/000000"), e.erase("assertions/000000"); }) == "acts/000000");
  CHECK(changed([](ArchiveEntries& e) { e["notes"] = "more"; }) == "the archive");
  CHECK(changed([](ArchiveEntries& e) { e.erase("directory/checkpoint"); }) == "directory/checkpoint");
  CHECK(changed([](ArchiveEntries& e) { e["directory/checkpoint"] = "no note"; }) == "directory/checkpoint");
  // Fewer entries than the checkpoint is over, or others.
  CHECK(changed([](ArchiveEntries& e) { e.erase("directory/entries/000002"); }) == "directory/checkpoint");
  CHECK(changed([](ArchiveEntries& e) { std::swap(e["directory/entries/000000"], e["directory/entries/000001"]); }) == "directory/checkpoint");
  CHECK(changed([&](ArchiveEntries& e) {
          e["acts/000000"] = story.node_act(inquiry::Kind::APPROVED, {{"salt", "x"}}, Story::at(2000)).note.serialise();
          e.erase("assertions/000000"), e.erase("bodies/000000");
        }) == "acts/000000");
}

TEST_CASE("an entry of the directory that no log of keys may hold is named") {
  Story story;
  SUBCASE("signed by nobody that it could be") { story.enter(story.org_entry(note::KeyPurpose::web).text().value(), {story.log}); }
  SUBCASE("a second successor") {
    note::KeyEntry next = story.org_entry(note::KeyPurpose::web);
    next.previous = note::leaf_hash(note::Note::parse(story.entries[1]).value());
    next.web_origin = "https://one.kakuu-police.example";
    story.enter(next.text().value(), {story.root});
    CHECK(story.verify().has_value());
    next.web_origin = "https://two.kakuu-police.example";
    story.enter(next.text().value(), {story.root});
  }
  SUBCASE("no entry at all") { story.entries.push_back("no note"); }
  story.refused("directory", ("directory/entries/00000" + std::to_string(story.entries.size() - 1)).c_str());
}

TEST_CASE("a missing text is explained by a receipt of the house, and by nothing else") {
  Story story;
  const inquiry::SignedAct approved = story.input.acts[0];
  const json::Object named{{"salt", to_base64(Bytes(32, 8))},
                           {"basis", json::Array()},
                           {"bodies", json::Array{approved.hash.hex()}},
                           {"files", json::Array()},
                           {"reason", "kept long enough"}};
  story.input.acts = {inquiry::SignedAct::create(approved.note.serialise(), std::nullopt, approved.assertions).value()};
  story.refused("no receipt", "acts/000000");
  // What the house keeps of an erasure names its internal acts too, which the receipt for the other side does not.
  const inquiry::SignedAct erased = story.node_act(
      inquiry::Kind::TEXT_ERASED,
      {{"salt", to_base64(Bytes(32, 9))}, {"bodies", json::Array{approved.hash.hex()}}, {"files", json::Array()}, {"residue", json::Object()}},
      Story::at(2100));
  story.input.acts.push_back(erased);
  const EvidenceReport report = story.verify().value();
  CHECK(report.acts[0].is_purged);
  CHECK_FALSE(report.acts[1].is_purged);
  story.input.acts.back() = story.node_act(inquiry::Kind::PURGED, named, Story::at(2100));
  CHECK(story.verify().has_value());
  // Another act's.
  json::Object other = named;
  other["bodies"] = json::Array{crypto::sha256("another").hex()};
  story.input.acts.back() = story.node_act(inquiry::Kind::PURGED, other, Story::at(2100));
  story.refused("another", "acts/000000");
}

TEST_CASE("the lines of a very long story stand in lists, which the manifest names") {
  Story story;
  for (int i = 0; i < 400; ++i) story.input.acts.push_back(story.node_act(inquiry::Kind::VIEWED, {{"salt", std::to_string(i)}}, Story::at(2100 + i)));
  const ArchiveEntries entries = read_archive(story.bundle()).value();
  REQUIRE(entries.contains("lists/000001"));
  CHECK(story.verify(write_archive(entries).value()).value().acts.size() == 401);
  for (const char* name : {"lists/000001", "bodies/000200", "acts/000200"}) {
    ArchiveEntries changed = entries;
    changed[name] += "x";
    CHECK_FALSE(story.verify(write_archive(changed).value()).has_value());
    changed.erase(name);
    CHECK_FALSE(story.verify(write_archive(changed).value()).has_value());
  }
}

TEST_CASE("entries are cut to the checkpoint that is given out with them, and never too few") {
  Story story;
  const auto over = [&](std::size_t n) {
    std::vector<Sha256> leaves;
    for (std::size_t i = 0; i < n; ++i) leaves.push_back(crypto::sha256(std::to_string(i)));
    const std::vector<Signer> signers{story.hub};
    return note::sign_note(ledger::Checkpoint{story.hub.verifier().name, n, ledger::tree_root(leaves)}.text(), signers).value().serialise();
  };
  std::vector<std::string> entries = story.entries;
  CHECK(cut_to_checkpoint(entries, over(3)).has_value());
  CHECK(entries == story.entries);
  CHECK(cut_to_checkpoint(entries, over(2)).has_value());
  CHECK(entries == std::vector(story.entries.begin(), story.entries.begin() + 2));
  const Status early = cut_to_checkpoint(entries, over(3));
  CHECK(early.error().code == Code::STALE);
  CHECK(early.error().where == "checkpoint");
}

// Proven is what stands in the log under a checkpoint that the root accepts, and nothing else.
TEST_CASE("a message whose place in the log is not proven by the root's own rule counts as unproven, or spoils the bundle") {
  Story story;
  story.cross(Story::at(2500));
  const note::Cosigner witness = note::Cosigner::create("witness.example/witness", Ed25519Secret::generate()).value();
  const std::string logs = "log " + story.hub.verifier().text() + "\nlog " + story.log.verifier().text() + "\n";
  const note::Policy lax = note::Policy::parse(logs + "quorum none\n").value();
  const note::Policy strict = note::Policy::parse(logs + "witness w " + witness.verifier().text() + "\nquorum w\n").value();
  const auto cosigned = [&](note::Note note) {
    note.signatures.push_back(witness.cosign(note.text, Story::at(2600)).value());
    return note;
  };
  // The log of messages holds this one leaf.
  const Envelope envelope = Envelope::parse(note::Note::parse(story.input.crossings[0].envelope).value().text).value();
  const std::vector<Signer> signers{story.log};
  const note::Note head = note::sign_note(ledger::Checkpoint{story.log.verifier().name, 1, envelope.leaf}.text(), signers).value();
  const auto judged = [&](const std::optional<note::Note>& checkpoint, const note::Policy& root) -> Result<std::size_t> {
    story.input.crossings[0].proof.reset();
    if (checkpoint) story.input.crossings[0].proof = ledger::TlogProof{{}, 0, {}, *checkpoint}.serialise();
    std::vector<Sha256> leaves;
    for (const std::string& entry : story.entries) leaves.push_back(ledger::leaf_hash(bytes_of(entry)));
    story.input.directory = story.entries;
    const std::vector<Signer> keys{story.hub};
    story.input.checkpoint =
        cosigned(note::sign_note(ledger::Checkpoint{story.hub.verifier().name, leaves.size(), ledger::tree_root(leaves)}.text(), keys).value())
            .serialise();
    const EvidenceReport report = TRY(verify_evidence(make_evidence(story.input, story.sign).value(), root));
    CHECK(report.crossings.size() == 1);
    CHECK(report.crossings[0].log_size.has_value() == (report.unproven() == 0));
    return report.unproven();
  };
  CHECK(judged(std::nullopt, lax).value() == 1);
  CHECK(judged(std::nullopt, strict).value() == 1);
  CHECK(judged(head, lax).value() == 0);
  const Result<std::size_t> refused = judged(head, strict);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::EVIDENCE_INVALID);
  CHECK(refused.error().where == "messages/000000/proof");
  CHECK(judged(cosigned(head), strict).value() == 0);
  note::Note spoilt = cosigned(head);
  spoilt.signatures.back().signature[20] ^= 1;
  CHECK(judged(spoilt, strict).error().where == "messages/000000/proof");
}

// Whoever has the keys of a hub can write a log of keys of his own, in which he is everybody; not the admissions, which two people sign.
TEST_CASE("with the admitters that the published file names, nobody counts whom two of them have not admitted") {
  Story story;
  const Signer first = new_signer("hub.example/admit/1"), second = new_signer("hub.example/admit/2");
  const std::string logs = "log " + story.hub.verifier().text() + "\n# admit " + first.verifier().text() +
                           "\n#admit what\n# admitted by hand\n# admit " + second.verifier().text() + "\nquorum none\n";
  const note::Policy root = note::Policy::parse(logs).value();
  const std::vector<note::VerifierKey> admitters = admitters_of(logs).value();
  CHECK(admitters == std::vector{first.verifier(), second.verifier()});
  const std::vector<std::string> keys = story.entries;
  const auto admitted_by = [&](const std::vector<Signer>& signers) {
    story.entries.clear();
    const note::MemberEntry member{story.hub.verifier().name, kOrg, "agency", story.root.verifier(), Story::at(900)};
    story.enter(member.text().value(), signers);
    story.entries.insert(story.entries.end(), keys.begin(), keys.end());
    return story.bundle();
  };
  const std::string whole = admitted_by({story.root, first, second});
  CHECK_FALSE(verify_evidence(whole, root, admitters).value().is_admission_unchecked);
  CHECK(verify_evidence(whole, root).value().is_admission_unchecked);
  const auto refused = [&](const std::string& bundle) {
    const Result<EvidenceReport> report = verify_evidence(bundle, root, admitters);
    REQUIRE_FALSE(report.has_value());
    CHECK(report.error().code == Code::EVIDENCE_INVALID);
    CHECK(report.error().where == "directory/entries/000000");
  };
  refused(admitted_by({story.root}));
  refused(admitted_by({story.root, first}));
  refused(admitted_by({story.root, first, new_signer("hub.example/admit/2")}));
  story.entries = keys;  // a log that admits nobody at all
  refused(story.bundle());
  CHECK_FALSE(verify_evidence(story.bundle(), root).value().is_admission_unchecked);
}

TEST_CASE("the published file is a policy for everybody, and names the admitters for whoever looks for them") {
  const Signer keys = new_signer("hub.example/keys"), log = new_signer("hub.example/log"), admitter = new_signer("hub.example/admit/1");
  Network network;
  network.keys = keys.verifier();
  network.log = log.verifier();
  network.admitters = {admitter.verifier(), new_signer("hub.example/admit/2").verifier()};
  const std::string text = root_file(network);
  const note::Policy policy = note::Policy::parse(text).value();
  REQUIRE(policy.logs.size() == 2);
  CHECK(policy.logs[0].key == network.keys);
  CHECK(policy.quorum == "none");
  CHECK(admitters_of(text).value() == network.admitters);
  CHECK(admitters_of("log " + keys.verifier().text() + "\nquorum none\n").value().empty());
  const std::string line = "# admit " + admitter.verifier().text() + "\n";
  for (const std::string& bad : {std::string("# admit \n"), std::string("# admit rubbish\n"), line + line,
                                 line + "# admit " + new_signer("hub.example/admit/1").verifier().text() + "\n"}) {
    CAPTURE(bad);
    CHECK(admitters_of(bad).error().code == Code::BAD_VALUE);
  }
}

TEST_CASE("a log that shows two faces in one bundle is named") {
  Story story;
  story.cross(Story::at(2500));
  const Crossing first = story.input.crossings[0];
  const inquiry::SignedAct act = story.input.acts[0];
  story.put_act(Story::at(2100));
  story.cross(Story::at(2501));
  story.input.acts.insert(story.input.acts.begin(), act);
  story.input.crossings.insert(story.input.crossings.begin(), first);
  CHECK(story.verify().value().unproven() == 2);
  const std::vector<Signer> signers{story.log};
  for (Crossing& crossing : story.input.crossings) {
    const Envelope envelope = Envelope::parse(note::Note::parse(crossing.envelope).value().text).value();
    const note::Note head = note::sign_note(ledger::Checkpoint{story.log.verifier().name, 1, envelope.leaf}.text(), signers).value();
    crossing.proof = ledger::TlogProof{{}, 0, {}, head}.serialise();
  }
  story.refused("two roots of size 1", "messages/000001/proof");
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
