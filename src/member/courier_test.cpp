#include <doctest/doctest.h>

#include <algorithm>

#include "exchange/acts_body.h"
#include "exchange/crossing.h"
#include "json/codec.h"
#include "member/testing_exchange.h"

namespace warifu::member {
namespace {

using desk::must;
using inquiry::ProviderState;

namespace {

// The hub's own entries in the log of keys, as every real hub makes them when it is set up.
std::vector<std::string> hub_keys(const TestingHub& hub) {
  const note::Signer root = TestingHub::signer("hub.example/root");
  const note::MemberEntry member{hub.keys.signer.verifier().name, "hub.example", "hub", root.verifier(), Time::from_seconds(0)};
  note::KeyEntry entry;
  entry.origin = hub.keys.signer.verifier().name;
  entry.org = "hub.example";
  entry.key.assign(hub.sign.verifier().key.bytes.begin(), hub.sign.verifier().key.bytes.end());
  entry.valid = {Time::from_seconds(0), Time::from_seconds(4'000'000'000)};
  return {note::sign_note(member.text().value(), std::vector{root, hub.admitters[0], hub.admitters[1]}).value().serialise(),
          note::sign_note(entry.text().value(), std::vector{root}).value().serialise()};
}

}  // namespace

TEST_CASE("each step on the way is shown, and warned of when it is late, from before there is a message") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  desk::OfficeParts parts;
  parts.self = e.agency.office.self;
  parts.store = e.agency.office.store;
  parts.directory = e.agency.office.directory;
  parts.law = std::shared_ptr<const law::Catalogue>(std::shared_ptr<const law::Catalogue>{}, &law::Catalogue::built_in());
  parts.signer = e.agency.office.signer;
  parts.clock = e.clock;
  parts.mailbox = e.agency.mailbox;
  const desk::Office reader(std::move(parts));
  // Of each step: '-' not yet, '!' late, '+' done.
  const auto steps = [&] {
    std::string out;
    for (const desk::StepEvidence& step : must(reader.peek(e.world.investigator, matter)).evidence)
      out += step.step + (step.at ? "+" : step.is_late ? "!" : "-") + " ";
    return out;
  };
  const std::string rest = "ACCEPTED- RELEASED- RETRIEVED- ";
  CHECK(steps() == "DISPATCHED+ HUB_ACCEPTED- DELIVERED- " + rest);
  e.world.clock.advance(minutes(3));  // no hub, so that nothing is sealed
  CHECK(steps() == "DISPATCHED+ HUB_ACCEPTED! DELIVERED- " + rest);
  must(e.agency.member->send());
  CHECK(steps() == "DISPATCHED+ HUB_ACCEPTED+ HUB_RELAYED- LOGGED- DELIVERED- " + rest);
  e.world.clock.advance(minutes(11));
  CHECK(steps() == "DISPATCHED+ HUB_ACCEPTED+ HUB_RELAYED! LOGGED! DELIVERED! " + rest);
  must(e.agency.member->watch());
  e.carry();
  CHECK(steps().starts_with("DISPATCHED+ HUB_ACCEPTED+ "));
  CHECK(steps().ends_with("LOGGED+ DELIVERED+ " + rest));
}

TEST_CASE("a dispatch crosses sealed, is promised, applied once, acknowledged and logged") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.carry();
  CHECK(must(e.provider.mailbox->row(matter)).provider_state == ProviderState::VERIFIED);
  CHECK(must(e.agency.mailbox->row(matter)).state == inquiry::State::DELIVERED);  // the provider's receipt is an act, and
                                                                                  // came back
  const auto sent = must(e.agency.mailbox->messages_of(matter));
  const auto acts = std::ranges::find(sent, exchange::MessageType::acts, &desk::MessageOut::type);
  REQUIRE(acts != sent.end());
  CHECK(acts->promise);
  CHECK(acts->accepted);
  CHECK(acts->delivered);
  CHECK(acts->code.empty());
  for (const desk::OutboxRow& row : must(e.agency.mailbox->outbox_of(matter))) CHECK(row.delivered);
  CHECK_FALSE(must(e.agency.mailbox->message_out(acts->id))->object.empty());
  // Nothing of it can be read at the hub.
  for (const auto& [id, taken] : e.hub.taken) {
    const std::string all = taken.second.envelope + taken.second.leaf + taken.second.object;
    CHECK(all.find("reiji-00001") == std::string::npos);
    CHECK(all.find(matter.hex()) == std::string::npos);
  }
  for (House* house : {&e.agency, &e.provider}) {
    must(house->member->watch());
    CHECK(must(house->mailbox->unproven(100)).empty());
    CHECK(must(house->mailbox->incidents(true, 10)).empty());
    // What is kept proves the crossing to a stranger.
    note::Policy root;
    root =
        must(note::Policy::parse("log " + e.hub.log.signer.verifier().text() + "\nlog " + e.hub.keys.signer.verifier().text() + "\nquorum none\n"));
    std::vector<std::string> entries = must(house->replica->entries());
    for (const std::string& entry : hub_keys(e.hub)) entries.push_back(entry);
    const exchange::KeyLog keys = must(exchange::KeyLog::create(entries));
    const auto crossings = must(house->mailbox->crossings(matter));
    REQUIRE(crossings.size() == 2);
    for (const exchange::Crossing& crossing : crossings) {
      std::vector<inquiry::SignedAct> carried;
      for (const inquiry::SignedAct& act : must(house->mailbox->acts(matter)))
        if (std::ranges::find(crossing.acts, act.hash) != crossing.acts.end()) carried.push_back(act);
      CHECK(crossing.proof.has_value());
      const auto checked = exchange::check_crossing(crossing, carried, keys, root);
      CAPTURE((checked ? std::string() : checked.error().where + " " + checked.error().message));
      CHECK(checked.has_value());
    }
  }
  CHECK(must(e.agency.mailbox->message_out(acts->id))->logged);
}

TEST_CASE("what a node writes by itself about an arrival goes with what is written soon after, or alone; the receipt waits for nothing") {
  for (const bool is_answered_soon : {true, false}) {
    CAPTURE(is_answered_soon);
    TestingExchange e;
    e.provider.echo_wait = std::chrono::milliseconds(10'000);
    e.provider.open();
    const MatterId matter = e.dispatched();
    must(e.agency.member->send());
    must(e.provider.member->receive({}));
    must(e.provider.member->send());
    const auto acts_sent = [&] {
      std::vector<std::size_t> out;  // of each message, how many acts it carries
      for (const exchange::Crossing& crossing : must(e.provider.mailbox->crossings(matter)))
        if (crossing.envelope.find("\n" + e.provider.org() + "\n") != std::string::npos) out.push_back(crossing.acts.size());
      return out;
    };
    CHECK(acts_sent().empty());
    must(e.agency.member->receive({}));
    CHECK(must(e.agency.mailbox->undelivered(10)).empty());
    CHECK(must(e.agency.mailbox->row(matter)).state == inquiry::State::DISPATCHED);
    if (is_answered_soon) {
      e.world.triaged(matter);
      must(e.world.provider().accept(e.world.intake, matter, {}));
    } else {
      e.world.clock.advance(seconds(9));
      must(e.provider.member->send());
      CHECK(acts_sent().empty());
      e.world.clock.advance(seconds(1));
    }
    must(e.provider.member->send());
    CHECK(acts_sent() == std::vector<std::size_t>{is_answered_soon ? 2u : 1u});
    must(e.agency.member->receive({}));
    CHECK(must(e.agency.mailbox->row(matter)).state == (is_answered_soon ? inquiry::State::ACCEPTED : inquiry::State::DELIVERED));
  }
}

TEST_CASE("receipts that come together are kept together, and one that cannot be taken spoils none of the others") {
  TestingExchange e;
  std::vector<MatterId> matters;
  for (const char* account : {"reiji-00001", "reiji-00002", "reiji-00003"}) matters.push_back(e.dispatched(account));
  e.world.clock.advance(minutes(1));
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  must(e.provider.member->send());
  // One more, about something that was never sent.
  exchange::OutgoingMessage message;
  message.thread = matters[1];
  message.to = {must(recipient_for(*e.provider.replica, e.world.agency().self().id, e.clock()))};
  message.type = exchange::MessageType::receipt;
  message.body = json::encode_canonical(exchange::ReceiptBody{{{exchange::MessageId::random(), {}, true, "", Time{1}}}});
  message.created = e.clock();
  message.expires = e.clock() + days(1);
  const exchange::SealedMessage sealed = must(exchange::seal_message(message, *e.provider.office.signer, e.hub.network().log.name));
  TestingLine line(e.hub, e.provider.org());
  must(must(line.post({{sealed.envelope, sealed.leaf, std::string(text_of(sealed.object))}})).front());

  const ReceivedCounts counts = must(e.agency.member->receive({}));
  CHECK(counts.receipts == 3);
  CHECK(counts.refused == 1);
  CHECK(counts.last_refusal->code == Code::NOT_FOUND);
  CHECK(must(e.agency.mailbox->undelivered(10)).empty());
  for (const MatterId& matter : matters) CHECK(must(e.agency.mailbox->messages_of(matter)).front().delivered);
  CHECK(must(e.agency.mailbox->message_in(sealed.id))->code == "NOT_FOUND");
}

TEST_CASE("an answer that got lost on its way is asked for again: the same bytes, the first promise, applied once") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.hub.posts_lost = 1;
  CHECK(e.agency.member->send().error().code == Code::TIMEOUT);
  CHECK(e.hub.taken.size() == 1);
  e.agency.open();
  must(e.agency.member->send());
  CHECK(e.hub.taken.size() == 1);
  CHECK(e.hub.boxes[e.provider.org()].size() == 1);
  e.carry();
  CHECK(e.acts_at_provider(matter) == 4);
}

TEST_CASE("what was acknowledged and comes again changes nothing") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.carry();
  const std::size_t acts = e.acts_at_provider(matter), messages = e.hub.taken.size();
  e.hub.repeats_box = true;
  e.provider.open();
  const ReceivedCounts counts = must(e.provider.member->receive({}));
  CHECK(counts.repeated >= 1);
  CHECK(counts.applied + counts.refused == 0);
  must(e.provider.member->send());
  CHECK(e.acts_at_provider(matter) == acts);
  CHECK(e.hub.taken.size() == messages);  // no second receipt either
}

TEST_CASE("a peer that is away for days gets everything when it is back; a hub that is away loses nothing") {
  TestingExchange e;
  const MatterId first = e.dispatched("reiji-00001");
  must(e.agency.member->send());
  e.world.clock.advance(days(3));
  must(e.agency.member->watch());
  const MatterId second = e.dispatched("reiji-00002");
  e.hub.is_away = true;
  CHECK(e.agency.member->send().error().code == Code::PEER_UNAVAILABLE);
  CHECK(e.provider.member->receive({}).error().code == Code::PEER_UNAVAILABLE);
  e.hub.is_away = false;
  must(e.agency.member->watch());
  must(e.provider.member->watch());
  e.carry();
  CHECK(e.acts_at_provider(first) == 4);
  CHECK(e.acts_at_provider(second) == 4);
}

TEST_CASE("a message that lay too long is sealed anew before it expires") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.hub.is_away = true;
  CHECK_FALSE(e.agency.member->send());
  const auto before = must(e.agency.mailbox->unposted(e.clock(), 10));
  REQUIRE(before.size() == 1);
  e.world.clock.advance(days(30));
  e.hub.is_away = false;
  must(e.agency.member->watch());
  must(e.agency.member->send());
  must(e.agency.member->send());
  REQUIRE(e.hub.taken.size() == 1);
  CHECK(e.hub.taken.begin()->first != before.front().id);
  CHECK(e.hub.taken.begin()->second.second.object.size() > 0);
  CHECK(must(e.agency.mailbox->outbox_of(matter)).front().delivered);
}

TEST_CASE("what nobody verified is refused without effect and without an answer, and does not use up the number of what its sender sent") {
  struct Case {
    const char* what;
    std::function<void(TestingExchange&, exchange::FetchedMessage&)> change;
    std::vector<Code> codes;
  };
  const auto resigned = [](const House& from, exchange::FetchedMessage& message, const std::function<void(exchange::Envelope&)>& change) {
    exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(message.envelope)).text));
    change(envelope);
    const std::vector<note::Signer> signers{*from.office.signer};
    message.envelope = must(note::sign_note(envelope.text(), signers)).serialise();
  };
  const Case cases[] = {
      {"no envelope", [](auto&, auto& m) { m.envelope = "nothing"; }, {Code::BAD_NOTE}},
      {"an envelope of another version", [](auto&, auto& m) { m.envelope.replace(m.envelope.find("env/v1"), 6, "env/v2"); }, {Code::BAD_NOTE}},
      {"a byte of the envelope's signature",
       [](auto&, auto& m) { m.envelope[m.envelope.size() - 10] = m.envelope[m.envelope.size() - 10] == 'A' ? 'B' : 'A'; },
       {Code::SIGNATURE_INVALID, Code::SIGNATURE_MISSING, Code::BAD_NOTE}},
      {"no promise", [](auto&, auto& m) { m.promise = ""; }, {Code::BAD_NOTE}},
      {"a promise that somebody else signed",
       [](TestingExchange& e, auto& m) {
         const std::vector<note::Signer> signers{TestingHub::signer("hub.example/sign")};
         m.promise = must(note::sign_note(must(note::Note::parse(m.promise)).text, signers)).serialise();
         (void)e;
       },
       {Code::SIGNATURE_MISSING, Code::SIGNATURE_INVALID}},
      {"the promise for another envelope",
       [resigned](TestingExchange& e, auto& m) {
         resigned(e.agency, m, [](exchange::Envelope& envelope) { envelope.expires = envelope.expires - seconds(1); });
       },
       {Code::TEXT_DIFFERS}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    TestingExchange e;
    const MatterId matter = e.dispatched();
    must(e.agency.member->send());
    e.hub.tamper = [&](exchange::FetchedMessage& message) { one.change(e, message); };
    const ReceivedCounts counts = must(e.provider.member->receive({}));
    CHECK(counts.refused == 1);
    REQUIRE(counts.last_refusal);
    CAPTURE(std::string(sentence(counts.last_refusal->code).name));
    CHECK(std::ranges::find(one.codes, counts.last_refusal->code) != one.codes.end());
    CHECK(e.provider.mailbox->acts(matter).error().code == Code::NOT_FOUND);
    CHECK(must(e.provider.mailbox->unposted(e.clock(), 10)).empty());
    CHECK(e.provider.metrics.render().find("warifu_messages_refused_total") != std::string::npos);
    const exchange::MessageId number = e.hub.taken.begin()->first;
    CHECK(!must(e.provider.mailbox->message_in(number)));
    // It is not offered again, and the next one gets through.
    e.hub.tamper = [](exchange::FetchedMessage&) {};
    const MatterId next = e.dispatched("reiji-00002");
    e.carry();
    CHECK(e.acts_at_provider(next) == 4);
    // The genuine one is taken whenever it comes.
    e.hub.repeats_box = true;
    e.provider.open();
    CHECK(must(e.provider.member->receive({})).applied == 1);
    CHECK(e.acts_at_provider(matter) == 4);
    CHECK(must(e.provider.mailbox->message_in(number))->code.empty());
  }
}

// What another program than ours might seal: right in form, wrong in content.
struct Forged {
  const char* what;
  std::function<void(TestingExchange&, exchange::OutgoingMessage&)> change;
  Code code;
};

TEST_CASE("a well sealed message with a wrong content is refused as a whole") {
  const Forged cases[] = {
      {"acts that are no list", [](auto&, auto& m) { m.body = "{\"acts\":{}}"; }, Code::WRONG_TYPE},
      {"no JSON", [](auto&, auto& m) { m.body = "acts"; }, Code::BAD_JSON},
      {"not canonical", [](auto&, auto& m) { m.body = " " + m.body; }, Code::BAD_ENCODING},
      {"another matter than its thread", [](auto&, auto& m) { m.thread = MatterId::random(); }, Code::FORBIDDEN},
      {"a type nobody knows here", [](auto&, auto& m) { m.type = exchange::MessageType::notice; }, Code::BAD_NOTE},
      {"a receipt for nothing",
       [](auto&, auto& m) {
         m.type = exchange::MessageType::receipt;
         m.body = json::encode_canonical(exchange::ReceiptBody{{{exchange::MessageId::random(), {}, true, "", Time{1}}}});
       },
       Code::NOT_FOUND},
      {"an empty receipt",
       [](auto&, auto& m) {
         m.type = exchange::MessageType::receipt;
         m.body = "{\"receipts\":[]}";
       },
       Code::TOO_MANY},
  };
  for (const Forged& one : cases) {
    CAPTURE(one.what);
    TestingExchange e;
    const MatterId matter = e.dispatched();
    const std::vector<desk::Gathered> gathered = must(e.world.agency().gather(must(e.agency.mailbox->outbox_of(matter))));
    exchange::OutgoingMessage message;
    message.thread = matter;
    message.to = {must(recipient_for(*e.agency.replica, e.world.provider().self().id, e.clock()))};
    message.body = must(exchange::spell_acts(gathered.front().parcel.acts));
    message.created = e.clock();
    message.expires = e.clock() + days(1);
    one.change(e, message);
    const exchange::SealedMessage sealed = must(exchange::seal_message(message, *e.agency.office.signer, e.hub.network().log.name));
    TestingLine line(e.hub, e.agency.org());
    must(must(line.post({{sealed.envelope, sealed.leaf, std::string(text_of(sealed.object))}})).front());
    const ReceivedCounts counts = must(e.provider.member->receive({}));
    CHECK(counts.refused == 1);
    REQUIRE(counts.last_refusal);
    CHECK(sentence(counts.last_refusal->code).name == sentence(one.code).name);
    CHECK(e.provider.mailbox->acts(matter).error().code == Code::NOT_FOUND);
    CHECK(must(e.provider.mailbox->message_in(sealed.id))->code == sentence(one.code).name);
  }
}

TEST_CASE("a large message goes in parts") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  // As a hub does with what is too large to travel along: the object is to be fetched.
  auto& boxed = e.hub.boxes[e.provider.org()].front().message;
  const Bytes object(boxed.object.begin(), boxed.object.end());
  const Sha256 digest = crypto::sha256(object);
  TestingLine line(e.hub, e.agency.org());
  must(line.begin_object(digest, object.size(), {ledger::leaf_hash(object)}));
  must(line.put_part(digest, 0, object));
  boxed.object.clear();
  e.carry();
  CHECK(e.acts_at_provider(matter) == 4);
}

TEST_CASE("the hub's statement that a message was fetched is verified and kept") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  must(e.agency.member->watch());
  CHECK(!must(e.agency.mailbox->messages_of(matter)).front().relayed);
  TestingLine line(e.hub, e.provider.org());
  REQUIRE(must(line.fetch(0, 10, {})).size() == 1);
  must(e.agency.member->watch());
  const auto message = must(e.agency.mailbox->messages_of(matter)).front();
  CHECK(message.relayed);
  CHECK(!message.delivered);
}

}  // namespace
}  // namespace warifu::member
