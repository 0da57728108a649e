// What others vouch for: proofs that a member cosigned, and the age of what the hub shows.

#include <doctest/doctest.h>

#include <algorithm>

#include "exchange/archive.h"
#include "member/testing_exchange.h"

namespace warifu::member {
namespace {

using desk::must;

std::string witness_of(const House& house) { return house.org() + "/witness "; }

// The hub adds what it was handed in last to its newest checkpoint.
void add_last_cosignature(TestingHub& hub, TestingHub::Log& log) {
  for (auto one = hub.cosignatures.rbegin(); one != hub.cosignatures.rend(); ++one)
    if (one->starts_with(log.signer.verifier().name + "\n")) {
      log.files["checkpoint"] += one->substr(one->rfind("\n") + 1) + "\n";
      return;
    }
  FAIL("nobody cosigned");
}

std::string checkpoint_of(const House& house, const exchange::MessageId& message) {
  const auto proof = must(house.mailbox->proof_of(message));
  return proof ? proof->checkpoint : std::string();
}

TEST_CASE("a proof is renewed until another member has cosigned its checkpoint") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  const exchange::MessageId message = e.hub.taken.begin()->first;
  must(e.agency.member->watch());
  REQUIRE(!checkpoint_of(e.agency, message).empty());
  const std::optional<Time> logged = must(e.agency.mailbox->message_out(message))->logged;
  REQUIRE(logged);
  // Its own cosignature says nothing that it does not say itself.
  add_last_cosignature(e.hub, e.hub.log);
  e.world.clock.advance(seconds(3));
  must(e.agency.member->watch());
  CHECK(checkpoint_of(e.agency, message).find(witness_of(e.agency)) == std::string::npos);

  SUBCASE("with the same checkpoint") {}
  SUBCASE("after a restart") { e.agency.open(); }
  SUBCASE("with a later one") {
    e.hub.log.append("another leaf");
    e.hub.log.publish();
  }
  must(e.provider.member->watch());
  add_last_cosignature(e.hub, e.hub.log);
  e.world.clock.advance(seconds(3));
  must(e.agency.member->watch());
  const std::string renewed = checkpoint_of(e.agency, message);
  CHECK(renewed.find(witness_of(e.provider)) != std::string::npos);
  CHECK(must(e.agency.mailbox->message_out(message))->logged == logged);
  const note::Note checkpoint = must(note::Note::parse(renewed));
  const ledger::Checkpoint head = must(ledger::Checkpoint::parse(checkpoint.text));
  const auto proof = must(e.agency.mailbox->proof_of(message));
  const Sha256 leaf = ledger::leaf_hash(bytes_of(e.hub.log.entries.at(static_cast<std::size_t>(proof->index))));
  CHECK(ledger::verify_inclusion(leaf, proof->index, head.size, head.root, proof->path));
  CHECK(must(e.agency.mailbox->incidents(true, 10)).empty());
}

TEST_CASE("a cosignature that is wrong spoils no proof, and counts for nothing") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.member->send());
  const exchange::MessageId message = e.hub.taken.begin()->first;
  must(e.agency.member->watch());
  must(e.provider.member->watch());
  add_last_cosignature(e.hub, e.hub.log);
  std::string& shown = e.hub.log.files["checkpoint"];
  shown[shown.size() - 10] = shown[shown.size() - 10] == 'A' ? 'B' : 'A';
  e.world.clock.advance(seconds(3));
  must(e.agency.member->watch());
  CHECK(checkpoint_of(e.agency, message).find(witness_of(e.provider)) == std::string::npos);
}

TEST_CASE("where the hub has a witness, a checkpoint without its cosignature makes nothing younger") {
  TestingExchange e;
  const std::string hub = "hub.example";
  const note::Signer root = TestingHub::signer(hub + "/root");
  const note::Cosigner witness = must(note::Cosigner::create(hub + "/witness", crypto::Ed25519Secret::generate()));
  const Time from = Time::from_seconds(e.clock().seconds());
  const auto enter = [&](const std::string& text, const std::vector<note::Signer>& signers) {
    e.hub.keys.append(must(note::sign_note(text, signers)).serialise());
  };
  const note::MemberEntry member{e.hub.keys.signer.verifier().name, hub, "hub", root.verifier(), from};
  enter(must(member.text()), {root, e.hub.admitters[0], e.hub.admitters[1]});
  note::KeyEntry entry;
  entry.origin = e.hub.keys.signer.verifier().name;
  entry.org = hub;
  entry.purpose = note::KeyPurpose::witness;
  entry.key.assign(witness.verifier().key.bytes.begin(), witness.verifier().key.bytes.end());
  entry.valid = {from, from + days(365)};
  enter(must(entry.text()), {root});
  const auto publish = [&](bool is_cosigned) {
    e.hub.keys.publish();
    std::string& shown = e.hub.keys.files["checkpoint"];
    if (is_cosigned) shown += must(witness.cosign(must(note::Note::parse(shown)).text, e.clock())).text() + "\n";
  };
  const auto as_of = [&] { return *must(e.agency.member->directory()->verified_as_of()); };
  publish(true);
  must(e.agency.member->watch());
  const Time heard = e.clock();
  CHECK(as_of() == heard);
  e.world.clock.advance(minutes(20));
  publish(false);
  must(e.agency.member->watch());
  CHECK(as_of() == heard);
  e.agency.open();  // what was looked at last is no younger after a restart
  CHECK(as_of() <= heard);
  must(e.agency.member->watch());
  CHECK(as_of() <= heard);
  e.dispatched();
  CHECK(e.agency.member->send().error().code == Code::CHECKPOINT_OLD);
  publish(true);
  must(e.agency.member->watch());
  CHECK(as_of() == e.clock());
  CHECK(e.agency.member->send().has_value());
}

TEST_CASE("a house that wants a quorum counts the logs as young, and a proof as whole, from when that quorum has seen them") {
  TestingExchange e;
  const note::Cosigner other = must(note::Cosigner::create("witness.example/witness", crypto::Ed25519Secret::generate()));
  const std::string logs = "log " + e.hub.network().log.text() + "\nlog " + e.hub.network().keys.text() + "\n";
  const auto want = [&](const std::string& more) {
    e.agency.policy = must(note::Policy::parse(logs + more));
    e.agency.open();
  };
  const std::string both = "witness own " + e.agency.witness->verifier().text() + "\nwitness p " + e.provider.witness->verifier().text() +
                           "\nwitness w " + other.verifier().text() + "\n";
  const auto as_of = [&] { return must(e.agency.member->directory()->verified_as_of()).value_or(Time{}); };
  const auto show = [&](TestingHub::Log& log, bool by_provider, bool by_other) {
    log.publish();
    if (by_provider) {
      e.world.clock.advance(seconds(61));  // it cosigns the same once a minute
      must(e.provider.member->watch());
      add_last_cosignature(e.hub, log);
    }
    std::string& shown = log.files["checkpoint"];
    if (by_other) shown += must(other.cosign(must(note::Note::parse(shown)).text, e.clock())).text() + "\n";
    e.world.clock.advance(seconds(3));
  };
  SUBCASE("none") {
    want("quorum none\n");
    must(e.agency.member->watch());
    CHECK(as_of() == e.clock());
  }
  SUBCASE("one other: its own cosignature is not enough, and the log goes on growing old") {
    want(both + "group g any own p w\nquorum g\n");
    must(e.agency.member->watch());
    add_last_cosignature(e.hub, e.hub.keys);
    e.world.clock.advance(seconds(3));
    must(e.agency.member->watch());
    CHECK(as_of() == Time{});
    e.dispatched();
    CHECK(e.agency.member->send().error().code == Code::CHECKPOINT_OLD);
    show(e.hub.keys, true, false);
    must(e.agency.member->watch());
    CHECK(as_of() == e.clock());
    CHECK(e.agency.member->send().has_value());
    // Nobody else sees it any more: by the clocks of the others it is as old as their last look.
    const Time seen = e.clock() - seconds(3);
    e.world.clock.advance(minutes(21));
    must(e.agency.member->watch());
    CHECK(as_of() == seen + minutes(5));
    e.dispatched("reiji-00002");
    CHECK(e.agency.member->send().error().code == Code::CHECKPOINT_OLD);
    e.agency.open();  // also after a restart
    CHECK(as_of() <= seen + minutes(5));
  }
  SUBCASE("one of two others: what the other's clock says does not matter") {
    want(both + "group g any p w\nquorum g\n");
    show(e.hub.keys, true, false);
    e.hub.keys.files["checkpoint"] +=
        must(other.cosign(must(note::Note::parse(e.hub.keys.files["checkpoint"])).text, e.clock() + days(365 * 300))).text() + "\n";
    must(e.agency.member->watch());
    CHECK(as_of() == e.clock());
  }
  SUBCASE("two others: one is too few, a wrong one counts for nothing") {
    want(both + "group g 2 own p w\nquorum g\n");
    show(e.hub.keys, true, false);
    must(e.agency.member->watch());
    CHECK(as_of() == Time{});
    std::string& shown = e.hub.keys.files["checkpoint"];
    const std::string with_one = shown;
    shown += must(other.cosign("another text\n", e.clock())).text() + "\n";
    must(e.agency.member->watch());
    CHECK(as_of() == Time{});
    shown = with_one;
    show(e.hub.keys, true, true);
    must(e.agency.member->watch());
    CHECK(as_of() == e.clock());

    // What the log has grown by is taken over at once, and not shown to others before the quorum has seen it.
    const auto given_out = [&] { return must(note::Note::parse(must(e.agency.member->directory()->checkpoint(e.clock())))); };
    const std::string seen = given_out().text;
    note::KeyEntry tls;
    tls.purpose = note::KeyPurpose::tls;
    tls.algorithm = note::OrgKeyAlgorithm::spki_sha256;
    tls.key = Bytes(32, 7);
    e.provider.enter(tls, Time::from_seconds(e.clock().seconds()), days(1));
    e.world.clock.advance(seconds(3));
    const std::size_t before = must(e.agency.replica->size());
    must(e.agency.member->watch());
    CHECK(must(e.agency.replica->size()) == before + 1);
    CHECK(given_out().text == seen);
    must(e.agency.policy->check(given_out()));
    show(e.hub.keys, true, true);
    must(e.agency.member->watch());
    CHECK(given_out().text != seen);
    must(e.agency.policy->check(given_out()));

    e.dispatched();
    must(e.agency.member->send());
    const exchange::MessageId message = e.hub.taken.begin()->first;
    const auto lonely = [&] {
      return e.agency.metrics.render().find("warifu_messages_uncosigned{organisation=\"" + e.agency.org() + "\"} 1") != std::string::npos;
    };
    show(e.hub.log, true, false);
    must(e.agency.member->watch());
    CHECK(lonely());
    show(e.hub.log, true, true);
    must(e.agency.member->watch());
    CHECK(!lonely());
    // Whoever has the same file verifies the proof with it.
    must(e.agency.policy->check(must(note::Note::parse(checkpoint_of(e.agency, message)))));
  }
}

// A house whose policy wants the provider's witness, or a witness of nobody's.
struct Wanting : TestingExchange {
  const note::Cosigner other = must(note::Cosigner::create("witness.example/witness", crypto::Ed25519Secret::generate()));
  Wanting() {
    agency.policy = must(note::Policy::parse("log " + hub.network().log.text() + "\nlog " + hub.network().keys.text() + "\nwitness w " +
                                             other.verifier().text() + "\nquorum w\n"));
    agency.open();
  }
  void show(TestingHub::Log& log, bool is_cosigned) {
    log.publish();
    std::string& shown = log.files["checkpoint"];
    if (is_cosigned) shown += must(other.cosign(must(note::Note::parse(shown)).text, clock())).text() + "\n";
    world.clock.advance(seconds(3));
    must(agency.member->watch());
  }
  void grow_keys() {
    note::KeyEntry tls;
    tls.purpose = note::KeyPurpose::tls;
    tls.algorithm = note::OrgKeyAlgorithm::spki_sha256;
    tls.key = Bytes(32, 7);
    provider.enter(tls, Time::from_seconds(clock().seconds()), days(1));
  }
};

TEST_CASE("the checkpoint that a house's quorum has seen outlives a restart, and so does its age") {
  Wanting e;
  const auto given_out = [&] { return must(e.agency.member->directory()->checkpoint(e.clock())); };
  const auto as_of = [&] { return must(e.agency.member->directory()->verified_as_of()).value_or(Time{}); };
  e.show(e.hub.keys, true);
  const std::string seen = given_out();
  const Time heard = as_of();
  CHECK(heard == e.clock());
  e.grow_keys();
  e.show(e.hub.keys, false);
  REQUIRE(given_out() == seen);
  e.hub.is_away = true;
  e.agency.open();
  CHECK(given_out() == seen);
  must(e.agency.policy->check(must(note::Note::parse(given_out()))));
  CHECK(as_of() == heard);
  e.world.clock.advance(minutes(1));
  CHECK_FALSE(e.agency.member->watch());
  CHECK(given_out() == seen);
  // Another policy accepts nothing of what was kept under the first.
  const std::string newest = must(e.agency.replica->checkpoint(e.clock()));
  e.agency.policy = must(note::Policy::parse("log " + e.hub.network().log.text() + "\nlog " + e.hub.network().keys.text() + "\nwitness p " +
                                             e.provider.witness->verifier().text() + "\nquorum p\n"));
  e.agency.open();
  CHECK(given_out() == newest);
  CHECK(as_of() == Time{});
}

TEST_CASE("after a restart the proof of what came in waits for its cosignatures as that of what went out does, days where a quorum is wanted") {
  Wanting e;
  e.show(e.hub.keys, true);
  e.dispatched();
  must(e.agency.member->send());
  e.carry();
  e.show(e.hub.log, false);
  std::vector<exchange::MessageId> all;
  for (const desk::MessageIn& in : must(e.agency.mailbox->newest_received(10))) all.push_back(in.id);
  REQUIRE(!all.empty());
  for (const desk::MessageOut& out : must(e.agency.mailbox->newest_messages(10))) all.push_back(out.id);
  for (const exchange::MessageId& message : all) CHECK_FALSE(e.agency.policy->check(must(note::Note::parse(checkpoint_of(e.agency, message)))));
  e.agency.open();
  e.world.clock.advance(days(2));
  e.show(e.hub.log, true);
  for (const exchange::MessageId& message : all) must(e.agency.policy->check(must(note::Note::parse(checkpoint_of(e.agency, message)))));
}

// The desk of a house as the node makes it: it sees the mailbox and the house's policy.
std::unique_ptr<desk::Office> desk_of(const Wanting& e) {
  desk::OfficeParts parts;
  parts.self = e.agency.office.self;
  parts.store = e.agency.mailbox;
  parts.mailbox = e.agency.mailbox;
  parts.directory = e.agency.member->directory();
  parts.policy = e.agency.policy;
  parts.law = std::shared_ptr<const law::Catalogue>(&law::Catalogue::built_in(), [](const law::Catalogue*) {});
  parts.signer = e.agency.office.signer;
  parts.clock = e.clock;
  return std::make_unique<desk::Office>(std::move(parts));
}

TEST_CASE("evidence names the messages that the house's own policy does not accept yet, and carries their promise alone") {
  Wanting e;
  e.show(e.hub.keys, true);
  e.hub.is_logging = false;
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  const auto office = desk_of(e);
  const desk::Office::DrawPaper draw = [](const auto&, const auto&) -> Result<std::optional<std::string>> { return std::optional<std::string>{}; };
  const auto taken = [&] { return must(office->evidence(matter, "架空第1号", draw)); };
  const auto proof_in = [](const desk::EvidenceBundle& bundle) {
    const exchange::ArchiveEntries entries = must(exchange::read_archive(bundle.archive));
    CHECK(entries.contains("messages/000000/promise"));
    return entries.contains("messages/000000/proof");
  };
  desk::EvidenceBundle bundle = taken();
  const exchange::MessageId message = must(e.agency.mailbox->messages_of(matter)).front().id;
  REQUIRE(bundle.unproven.size() == 1);
  CHECK(bundle.unproven[0].entry == "messages/000000");
  CHECK(bundle.unproven[0].message == message);
  CHECK(!bundle.unproven[0].is_logged);
  CHECK(!proof_in(bundle));

  e.hub.log_pending();
  e.show(e.hub.log, false);
  REQUIRE(!checkpoint_of(e.agency, message).empty());
  bundle = taken();
  REQUIRE(bundle.unproven.size() == 1);
  CHECK(bundle.unproven[0].is_logged);
  CHECK(!proof_in(bundle));

  e.show(e.hub.log, true);
  bundle = taken();
  CHECK(bundle.unproven.empty());
  CHECK(proof_in(bundle));
}

TEST_CASE("evidence is refused while a key that signed here came into the log behind what the quorum has seen") {
  Wanting e;
  e.show(e.hub.keys, true);
  const MatterId matter = e.dispatched();
  const desk::Office::DrawPaper draw = [](const auto&, const auto&) -> Result<std::optional<std::string>> { return std::optional<std::string>{}; };
  // The house signs the bundle with a key that nobody else has seen in the log yet.
  const note::Signer fresh = TestingHub::signer(note::sign_name(e.agency.org()));
  note::KeyEntry sign;
  sign.key.assign(fresh.verifier().key.bytes.begin(), fresh.verifier().key.bytes.end());
  e.agency.enter(sign, Time::from_seconds(e.clock().seconds()), days(30));
  e.agency.office.signer = std::make_shared<const note::Signer>(fresh);
  e.show(e.hub.keys, false);
  const auto office = desk_of(e);
  e.world.clock.advance(minutes(7));
  const auto refused = office->evidence(matter, "架空第1号", draw);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::CHECKPOINT_OLD);
  CHECK(refused.error().where == "checkpoint");
  CHECK(refused.error().args.at("age") == "7");
  e.show(e.hub.keys, true);
  CHECK(office->evidence(matter, "架空第1号", draw).has_value());
}

TEST_CASE("a member that was put out is told, and nothing of it counts for the others from then on") {
  TestingExchange e;
  const auto org = e.provider.office.self.id;
  // On its way when the admission ends, and promised before.
  const MatterId before = e.dispatched("reiji-00003");
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  must(e.provider.member->send());
  e.world.clock.advance(minutes(1));
  const Time ended = Time::from_seconds(e.clock().seconds());
  must(e.agency.member->watch());
  const note::MemberEnd end{e.hub.keys.signer.verifier().name, org.text(), ended, *must(e.agency.replica->admission_leaf(org))};
  e.hub.keys.append(must(note::sign_note(must(end.text()), e.hub.admitters)).serialise());
  e.hub.keys.publish();
  for (House* house : {&e.agency, &e.provider}) must(house->member->watch());
  CHECK(must(e.agency.replica->organisation_keys(org, ended)).empty());
  CHECK(must(e.agency.replica->organisation_keys(org, ended - seconds(1))).size() == 1);
  CHECK(must(e.agency.replica->organisation_keys_for(org, note::KeyPurpose::seal, ended)).empty());
  CHECK(must(e.agency.mailbox->incidents(true, 10)).empty());
  const std::vector<desk::Incident> told = must(e.provider.mailbox->incidents(true, 10));
  REQUIRE(told.size() == 1);
  CHECK(told.front().code == "NOT_ADMITTED");
  CHECK(told.front().evidence.starts_with("warifu-member-end/v1\n"));
  const ReceivedCounts counts = must(e.agency.member->receive({}));
  CHECK(counts.refused == 0);
  CHECK(counts.applied + counts.receipts == 2);
  CHECK(must(e.agency.mailbox->row(before)).state == inquiry::State::DELIVERED);
  // Nothing is sealed for it any more.
  const std::size_t boxed = e.hub.boxes[org.text()].size();
  e.dispatched();
  CHECK_FALSE(recipient_for(*e.agency.replica, org, e.clock()).has_value());
  must(e.agency.member->send());
  CHECK(e.hub.boxes[org.text()].size() == boxed);
}

TEST_CASE("the figure of open incidents goes back to nought with the last of its code") {
  TestingExchange e;
  const std::string name = "warifu_incidents_open{code=\"KEY_UNKNOWN\",organisation=\"" + e.agency.org() + "\"} ";
  must(e.agency.mailbox->put_incident({0, "KEY_UNKNOWN", "keys 1", "invented", e.clock(), {}}));
  must(e.agency.member->watch());
  CHECK(e.agency.metrics.render().find(name + "1") != std::string::npos);
  must(e.agency.mailbox->examine_incident(must(e.agency.mailbox->incidents(true, 1)).front().seq, e.clock()));
  must(e.agency.member->watch());
  CHECK(e.agency.metrics.render().find(name + "0") != std::string::npos);
}

}  // namespace
}  // namespace warifu::member
