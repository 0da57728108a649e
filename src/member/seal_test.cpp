// For which keys messages leave the house: none that may have ended.

#include <doctest/doctest.h>

#include <algorithm>

#include "member/testing_exchange.h"

namespace warifu::member {
namespace {

using desk::must;

// The house's seal key ends now, and `next` takes its place in the directory.
void change_seal_key(TestingExchange& e, House& house, const crypto::AgeRecipient& next) {
  const Time now = Time::from_seconds(e.clock().seconds());
  const auto before = must(house.replica->organisation_keys_for(house.office.self.id, note::KeyPurpose::seal, e.clock()));
  REQUIRE(before.size() == 1);
  note::KeyEntry ended = before.front();
  for (const std::string& entry : must(house.replica->entries())) {
    const note::Note note = must(note::Note::parse(entry));
    if (const auto key = note::KeyEntry::parse(note.text); key && *key == before.front()) ended.previous = note::leaf_hash(note);
  }
  ended.valid.until = now;
  house.hand_in(must(ended.text()), {house.root});
  house.enter(desk::seal_entry(next), now, days(90));
  e.world.clock.advance(seconds(1));
}
void change_seal_key(TestingExchange& e, House& house) {
  house.identity = crypto::AgeIdentity::generate();
  change_seal_key(e, house, house.identity.recipient());
}

TEST_CASE("nothing is sealed or posted by a directory that is older than fifteen minutes") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.world.clock.advance(minutes(15));
  const Status old = e.agency.member->send();
  REQUIRE(!old);
  CHECK(old.error().code == Code::CHECKPOINT_OLD);
  CHECK(old.error().args.at("age") == "15");
  CHECK(must(e.agency.mailbox->unposted(e.clock(), 10)).empty());
  CHECK(!must(e.agency.mailbox->outbox_of(matter)).front().delivered);
  // Sealed in time, and the line is cut until it is too late to post it.
  must(e.agency.member->watch());
  e.hub.is_away = true;
  CHECK(e.agency.member->send().error().code == Code::PEER_UNAVAILABLE);
  REQUIRE(must(e.agency.mailbox->unposted(e.clock(), 10)).size() == 1);
  e.world.clock.advance(minutes(15));
  e.hub.is_away = false;
  CHECK(e.agency.member->send().error().code == Code::CHECKPOINT_OLD);
  CHECK(e.hub.taken.empty());
  must(e.agency.member->watch());
  must(e.agency.member->send());
  CHECK(e.hub.taken.size() == 1);
  e.carry();
  CHECK(e.acts_at_provider(matter) == 4);
}

TEST_CASE("a node that has nothing to send is not stopped by an old directory") {
  TestingExchange e;
  e.world.clock.advance(days(1));
  CHECK(e.agency.member->send().has_value());
}

TEST_CASE("what was sealed for a key that has ended meanwhile is sealed anew and not posted") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.hub.is_away = true;
  CHECK_FALSE(e.agency.member->send());
  const auto before = must(e.agency.mailbox->unposted(e.clock(), 10));
  REQUIRE(before.size() == 1);
  CHECK(!before.front().manifest.empty());
  e.hub.is_away = false;
  const crypto::AgeIdentity lost = e.provider.identity;
  change_seal_key(e, e.provider);
  must(e.agency.member->watch());
  must(e.agency.member->send());
  REQUIRE(e.hub.taken.size() == 1);
  CHECK(e.hub.taken.begin()->first != before.front().id);
  const std::string& object = e.hub.taken.begin()->second.second.object;
  CHECK_FALSE(crypto::age_open({lost}, bytes_of(object)));
  CHECK(crypto::age_open({e.provider.identity}, bytes_of(object)));
  must(e.provider.member->watch());
  e.carry();
  CHECK(e.acts_at_provider(matter) == 4);
}

// What may stand in the directory, whose rule is a length, and what sealing for it says: a key of the hybrid that is none, or any where the library
// has no ML-KEM; a point of small order; no point of the curve.
struct OutOfReach {
  crypto::AgeRecipient key;
  std::string code;
};
std::vector<OutOfReach> out_of_reach() {
  crypto::HybridPublic hybrid{};
  hybrid.fill(0xFF);
  crypto::P256Public p256{};
  p256.fill(0xFF);
  return {{{hybrid}, crypto::has_ml_kem() ? "BAD_KEY" : "CRYPTO"}, {{crypto::X25519Public{}}, "BAD_KEY"}, {{p256}, "BAD_KEY"}};
}

TEST_CASE("for a key that cannot be sealed for nothing is sealed, no other key is taken, and the code says so") {
  for (const auto& [key, code] : out_of_reach()) {
    CAPTURE(key.text().substr(0, 8));
    TestingExchange e;
    const MatterId matter = e.dispatched();
    change_seal_key(e, e.provider, key);
    must(e.agency.member->watch());
    must(e.agency.member->send());
    CHECK(e.hub.taken.empty());
    CHECK(must(e.agency.mailbox->unposted(e.clock(), 10)).empty());
    const auto waiting = must(e.agency.mailbox->outbox_of(matter));
    REQUIRE(!waiting.empty());
    for (const desk::OutboxRow& row : waiting) {
      CHECK(row.last_error == code);
      CHECK(!row.delivered);
    }
    // Once the house has a key again that can be sealed for, it goes.
    must(e.provider.member->watch());
    change_seal_key(e, e.provider);
    e.world.clock.advance(minutes(10));
    must(e.agency.member->watch());
    must(e.provider.member->watch());
    e.carry();
    CHECK(e.acts_at_provider(matter) == 4);
  }
}

TEST_CASE("whoever cannot be sealed for is listened to all the same, and gets no receipt") {
  for (const auto& [key, code] : out_of_reach()) {
    CAPTURE(key.text().substr(0, 8));
    TestingExchange e;
    const MatterId matter = e.dispatched();
    must(e.agency.member->send());
    change_seal_key(e, e.agency, key);
    must(e.provider.member->watch());
    const ReceivedCounts counts = must(e.provider.member->receive({}));
    CHECK(counts.applied == 1);
    CHECK(counts.refused == 0);
    CHECK(e.acts_at_provider(matter) == 4);
    for (const desk::MessageOut& out : must(e.provider.mailbox->newest_messages(10))) CHECK(out.type != exchange::MessageType::receipt);
  }
}

TEST_CASE("a receipt that waits while its addressee takes a key that cannot be sealed for stops nothing else") {
  for (const auto& [key, code] : out_of_reach()) {
    CAPTURE(key.text().substr(0, 8));
    TestingExchange e;
    e.dispatched();
    must(e.agency.member->send());
    must(e.provider.member->receive({}));
    REQUIRE(must(e.provider.mailbox->unposted(e.clock(), 10)).size() == 1);
    change_seal_key(e, e.agency, key);
    must(e.provider.member->watch());
    must(e.provider.member->send());
    const auto waiting = must(e.provider.mailbox->newest_messages(10));
    REQUIRE(waiting.size() == 1);
    CHECK(waiting.front().last_error == code);
    CHECK(!e.hub.taken.contains(waiting.front().id));
  }
}

TEST_CASE("a house with a post-quantum seal key is sent to, and opens") {
  if (!crypto::has_ml_kem()) {
    MESSAGE("skipped: the library has no ML-KEM");
    return;
  }
  TestingExchange e;
  const MatterId matter = e.dispatched();
  const crypto::AgeIdentity before = e.provider.identity;
  e.provider.identity = crypto::AgeIdentity::generate_hybrid().value();
  change_seal_key(e, e.provider, e.provider.identity.recipient());
  must(e.agency.member->watch());
  must(e.provider.member->watch());
  must(e.agency.member->send());
  REQUIRE(e.hub.taken.size() == 1);
  const std::string& object = e.hub.taken.begin()->second.second.object;
  CHECK(object.find("\n-> mlkem768x25519 ") != std::string::npos);
  CHECK_FALSE(crypto::age_open({before}, bytes_of(object)));
  e.carry();
  CHECK(e.acts_at_provider(matter) == 4);
}

TEST_CASE("a receipt that waits while its addressee changes its key is written anew") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  const auto before = must(e.provider.mailbox->unposted(e.clock(), 10));
  const auto receipt = std::ranges::find(before, exchange::MessageType::receipt, &desk::MessageOut::type);
  REQUIRE(receipt != before.end());
  change_seal_key(e, e.agency);
  must(e.provider.member->watch());
  must(e.agency.member->watch());
  must(e.provider.member->send());
  CHECK(!e.hub.taken.contains(receipt->id));
  CHECK(must(e.provider.mailbox->unposted(e.clock(), 10)).empty());
  must(e.agency.member->receive({}));
  const auto sent = must(e.agency.mailbox->messages_of(matter));
  const auto acts = std::ranges::find(sent, exchange::MessageType::acts, &desk::MessageOut::type);
  REQUIRE(acts != sent.end());
  CHECK(acts->delivered);
  CHECK(acts->code.empty());
}

TEST_CASE("without any key of its addressee a message waits and nothing leaves") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.hub.is_away = true;
  CHECK_FALSE(e.agency.member->send());
  e.hub.is_away = false;
  e.world.clock.advance(days(90));  // its period is over
  must(e.agency.member->watch());
  must(e.agency.member->send());
  CHECK(e.hub.taken.empty());
  CHECK(must(e.agency.mailbox->unposted(e.clock(), 10)).empty());
  CHECK(must(e.agency.mailbox->outbox_of(matter)).front().last_error == "KEY_UNKNOWN");
}

}  // namespace
}  // namespace warifu::member
