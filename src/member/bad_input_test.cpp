// Bad input at a node: whatever the hub makes of a message, and whatever a member seals and signs that is no act of its own, is refused with a code,
// counted, and changes nothing of any matter.

#include <doctest/doctest.h>

#include <algorithm>

#include "exchange/acts_body.h"
#include "json/codec.h"
#include "member/outcome.h"
#include "member/testing_exchange.h"
#include "note/testing_mutations.h"

namespace warifu::member {
namespace {

using desk::must;
using testing::Mutation;
using testing::Mutations;

Mutations every(Mutations all, std::size_t n) {
  Mutations out;
  for (std::size_t i = 0; i < all.size(); i += n) out.push_back(std::move(all[i]));
  return out;
}

struct Attack {
  TestingExchange e;
  MatterId matter = e.dispatched();
  std::string matters = stored();  // before anything came

  Attack() { must(e.agency.member->send()); }
  std::vector<TestingHub::Boxed>& box() { return e.hub.boxes[e.provider.org()]; }
  void offer(exchange::FetchedMessage message) {
    message.seq = box().back().message.seq + 1;
    box().push_back({std::move(message), exchange::MessageId::random(), false});
  }
  // Everything that is offered; what became of it.
  ReceivedCounts take() {
    ReceivedCounts sum;
    for (;;) {
      const ReceivedCounts counts = must(e.provider.member->receive({}));
      sum.applied += counts.applied + counts.held;
      sum.refused += counts.refused;
      sum.repeated += counts.repeated;
      sum.waiting += counts.waiting;
      sum.receipts += counts.receipts;
      for (const auto& [code, entry] : counts.refusals.by_code()) {
        testing::check_blames_sender(Error{code, {}, {}, {}}, "a refusal");
        CHECK_MESSAGE(outcome_of(code) == Outcome::REFUSED, sentence(code).name);  // so that its sender can be told
      }
      if (counts.applied + counts.held + counts.refused + counts.repeated + counts.waiting + counts.receipts == 0) return sum;
    }
  }
  // The acts of the provider's store.
  [[nodiscard]] std::string stored() const {
    std::string out;
    const auto acts = e.provider.mailbox->acts(matter);
    if (acts)
      for (const inquiry::SignedAct& act : *acts) out += act.hash.hex() + "\n";
    return out;
  }
  [[nodiscard]] std::size_t counted() const {
    const std::string figures = e.provider.metrics.render();
    std::size_t sum = 0;
    for (std::size_t at = figures.find("\nwarifu_messages_refused_total{"); at != std::string::npos;
         at = figures.find("\nwarifu_messages_refused_total{", at + 1))
      sum += static_cast<std::size_t>(std::stoul(figures.substr(figures.find("} ", at) + 2)));
    return sum;
  }
};

}  // namespace

TEST_CASE("bad input: what the hub hands out instead of a message's envelope and promise") {
  Attack attack;
  const exchange::FetchedMessage genuine = attack.box().front().message;
  attack.box().front().is_acknowledged = true;
  std::size_t offered = 0;
  const auto offer = [&](const Mutations& mutations, std::string exchange::FetchedMessage::* part,
                         const std::function<bool(const Mutation&)>& is_same) {
    for (const Mutation& mutation : mutations) {
      if (is_same(mutation)) continue;
      exchange::FetchedMessage changed = genuine;
      changed.*part = mutation.text;
      attack.offer(std::move(changed));
      ++offered;
    }
  };
  using M = exchange::FetchedMessage;
  offer(every(testing::spoilt(genuine.envelope), 2), &M::envelope, note::says_the_same(genuine.envelope));
  offer(every(testing::flipped(genuine.envelope), 11), &M::envelope, note::says_the_same(genuine.envelope));
  offer(every(testing::spoilt(genuine.promise), 2), &M::promise, note::says_the_same(genuine.promise));
  offer(every(testing::flipped(genuine.promise), 11), &M::promise, note::says_the_same(genuine.promise));
  const ReceivedCounts counts = attack.take();
  CHECK(counts.applied == 0);
  CHECK(counts.waiting == 0);
  CHECK(counts.refused + counts.repeated == offered);
  CHECK(counts.refused > offered / 2);
  CHECK(attack.counted() == counts.refused);
  CHECK(attack.stored() == attack.matters);
  // None of them has used up the number: the genuine one comes, once.
  attack.box().front().is_acknowledged = false;
  attack.e.provider.open();
  CHECK(attack.take().applied == 1);
  CHECK(attack.e.acts_at_provider(attack.matter) == 4);
}

namespace {

// Sealed and signed by the agency's node, as a program of its own making could.
struct Forger {
  Attack attack;
  TestingExchange& e = attack.e;
  TestingLine line{e.hub, e.agency.org()};
  std::vector<inquiry::SignedAct> acts;  // what it wrote for the provider
  std::string body;
  std::size_t sent = 0;

  Forger() {
    attack.box().front().is_acknowledged = true;
    for (const inquiry::SignedAct& act : must(e.agency.mailbox->acts(attack.matter)))
      if (act.is_shared()) acts.push_back(act);
    REQUIRE(acts.size() == 2);
    body = must(exchange::spell_acts(acts));
  }
  void send(std::string text, exchange::MessageType type = exchange::MessageType::acts) {
    exchange::OutgoingMessage message;
    message.thread = attack.matter;
    message.to = {must(recipient_for(*e.agency.replica, e.provider.office.self.id, e.clock()))};
    message.type = type;
    message.body = std::move(text);
    message.created = e.clock();
    message.expires = e.clock() + days(1);
    const exchange::SealedMessage sealed = must(exchange::seal_message(message, *e.agency.office.signer, e.hub.network().log.name));
    must(must(line.post({{sealed.envelope, sealed.leaf, std::string(text_of(sealed.object))}})).front());
    ++sent;
  }
  // The very acts, under other signature lines.
  [[nodiscard]] bool is_signature_only(const std::string& text) const {
    const Result<std::vector<inquiry::SignedAct>> read = exchange::parse_acts(text);
    return read && std::ranges::equal(*read, acts, {}, &inquiry::SignedAct::hash, &inquiry::SignedAct::hash);
  }
};

}  // namespace

TEST_CASE("bad input: acts that a member seals and signs as a message, with anything in them changed, are refused and leave nothing") {
  Forger forger;
  for (const Mutation& mutation : every(testing::flipped(forger.body), std::max<std::size_t>(1, forger.body.size() * 8 / 250)))
    if (!forger.is_signature_only(mutation.text)) forger.send(mutation.text);
  for (const char* text : {"", "{}", "[]", "{\"acts\":[]}", "{\"acts\":{}}", "null", "\xFF"})
    for (const auto type : {exchange::MessageType::acts, exchange::MessageType::receipt, exchange::MessageType::notice}) forger.send(text, type);
  forger.send(forger.body + " ");
  forger.send(forger.body, exchange::MessageType::receipt);
  forger.send(forger.body, exchange::MessageType::notice);
  const ReceivedCounts counts = forger.attack.take();
  CHECK(counts.refused == forger.sent);
  CHECK(counts.applied + counts.receipts + counts.repeated + counts.waiting == 0);
  CHECK(forger.attack.counted() == forger.sent);
  CHECK(forger.attack.stored() == forger.attack.matters);
  // The genuine one after all that.
  forger.attack.box().front().is_acknowledged = false;
  forger.e.provider.open();
  CHECK(forger.attack.take().applied == 1);
  CHECK(must(forger.e.provider.mailbox->row(forger.attack.matter)).state == inquiry::State::DELIVERED);
}

TEST_CASE("bad input: acts under signatures that are not the people's are refused, or shown as suspected; they are never a delivered inquiry") {
  Forger forger;
  for (const Mutation& mutation : testing::flipped(forger.body))
    if (forger.sent < 200 && std::hash<std::string>{}(mutation.what) % 7 == 0 && forger.is_signature_only(mutation.text)) forger.send(mutation.text);
  const ReceivedCounts counts = forger.attack.take();
  CHECK(forger.sent > 100);
  CHECK(counts.refused > 0);
  CHECK(counts.refused + counts.applied + counts.repeated == forger.sent);
  const auto acts = must(forger.e.provider.mailbox->acts(forger.attack.matter));
  CHECK(std::ranges::any_of(acts, [](const inquiry::SignedAct& act) { return act.act.kind == inquiry::Kind::SUSPECTED; }));
  CHECK(must(forger.e.provider.mailbox->row(forger.attack.matter)).state == inquiry::State::DISPATCHED);
}

}  // namespace warifu::member
