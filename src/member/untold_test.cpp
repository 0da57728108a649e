// Refusals of which no receipt tells anybody: they are incidents of this house, once a day for each code, however much of it comes.

#include <doctest/doctest.h>

#include "crypto/test_token.h"
#include "member/testing_foe.h"

namespace warifu::member {
namespace {

using desk::must;

std::vector<std::string> told(const House& house) {
  std::vector<std::string> out;
  for (const desk::Incident& incident : must(house.mailbox->incidents(true, 1000))) out.push_back(incident.code + " " + incident.about);
  std::ranges::sort(out);
  return out;
}

// What the hub hands out as the next message of this house.
void hand_out(TestingExchange& e, const House& to, std::string envelope, std::string promise) {
  auto& box = e.hub.boxes[to.org()];
  box.push_back({{box.size() + 1, std::move(envelope), std::move(promise), "object"}, exchange::MessageId::random(), false});
}

std::size_t kept(const House& house, std::string_view code) {
  const auto all = must(house.mailbox->newest_received(100'000));
  return static_cast<std::size_t>(std::ranges::count(all, code, &desk::MessageIn::code));
}

// Everything that is offered.
ReceivedCounts take(House& house) {
  ReceivedCounts sum;
  for (;;) {
    const ReceivedCounts counts = must(house.member->receive({}));
    sum.refused += counts.refused;
    sum.waiting += counts.waiting;
    sum.refusals.add(counts.refusals);
    if (counts.refused + counts.repeated + counts.applied + counts.receipts == 0) return sum;
  }
}

double refused_figure(const House& house, const std::string& code) {
  const std::string figures = house.metrics.render();
  const std::string name = "warifu_messages_refused_total{by=\"us\",code=\"" + code + "\",organisation=\"" + house.org() + "\"} ";
  const std::size_t at = figures.find(name);
  return at == std::string::npos ? 0 : std::stod(figures.substr(at + name.size()));
}

}  // namespace

TEST_CASE("a message of nobody is an incident that names the hub, with what it handed out; one for each code and day") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.member->send());
  const exchange::FetchedMessage genuine = e.hub.boxes[e.provider.org()].front().message;
  e.hub.boxes[e.provider.org()].front().is_acknowledged = true;
  const std::string today = " hub.example " + tokyo_date(e.clock()).iso();
  const std::string forged =
      must(note::sign_note(must(note::Note::parse(genuine.promise)).text, std::vector{TestingHub::signer("hub.example/sign")})).serialise();
  for (const char* nonsense : {"nonsense", "more of it", "\xFF\xFE", ""}) hand_out(e, e.provider, nonsense, nonsense);
  hand_out(e, e.provider, genuine.envelope, forged);
  CHECK(take(e.provider).refused == 5);
  CHECK(told(e.provider) == std::vector{"BAD_NOTE" + today, "SIGNATURE_MISSING" + today});
  for (const desk::Incident& incident : must(e.provider.mailbox->incidents(true, 10))) {
    CHECK(incident.evidence.find(incident.code == "BAD_NOTE" ? "nonsense" : forged) != std::string::npos);
    CHECK(incident.at == e.clock());
  }
  CHECK(refused_figure(e.provider, "BAD_NOTE") == 4);
  CHECK(refused_figure(e.provider, "SIGNATURE_MISSING") == 1);
  CHECK(kept(e.provider, "BAD_NOTE") == 4);
  must(e.provider.member->watch());
  CHECK(e.provider.metrics.render().find("warifu_incidents_open{code=\"BAD_NOTE\",organisation=\"" + e.provider.org() + "\"} 1") !=
        std::string::npos);
  // Nobody answers it: nobody is proven to have sent it.
  for (const desk::MessageOut& out : must(e.provider.mailbox->newest_messages(10))) CHECK(out.type != exchange::MessageType::receipt);
  // The next day's is told again.
  e.world.clock.advance(days(1));
  must(e.provider.member->watch());
  hand_out(e, e.provider, "the next day", "");
  CHECK(take(e.provider).refused == 1);
  CHECK(told(e.provider).size() == 3);
}

TEST_CASE("a flood of garbage is counted, and does not fill the house") {
  TestingExchange e;
  constexpr std::size_t kFlood = kStrangeDailyMax + 100;
  for (std::size_t i = 0; i < kFlood; ++i) hand_out(e, e.provider, "garbage " + std::to_string(i), "");
  CHECK(take(e.provider).refused == kFlood);
  CHECK(kept(e.provider, "BAD_NOTE") == kStrangeDailyMax);
  CHECK(refused_figure(e.provider, "BAD_NOTE") == kFlood);
  CHECK(told(e.provider).size() == 1);
  // A genuine one behind it, and another kind of garbage, are seen all the same.
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  const exchange::FetchedMessage genuine = e.hub.boxes[e.provider.org()].back().message;
  hand_out(e, e.provider, genuine.envelope, genuine.envelope);
  CHECK(take(e.provider).refused == 1);
  CHECK(told(e.provider).size() == 2);
  CHECK(e.acts_at_provider(matter) == 4);
  e.world.clock.advance(days(1));
  must(e.provider.member->watch());
  hand_out(e, e.provider, "garbage of another day", "");
  CHECK(take(e.provider).refused == 1);
  CHECK(kept(e.provider, "BAD_NOTE") == kStrangeDailyMax + 1);
}

TEST_CASE("garbage that is large is kept up to a bound of bytes") {
  TestingExchange e;
  const std::string large(64 * 1024, 'x');
  constexpr std::size_t kFlood = kStrangeDailyBytes / (64 * 1024) + 20;
  for (std::size_t i = 0; i < kFlood; ++i) hand_out(e, e.provider, large + std::to_string(i), "");
  CHECK(take(e.provider).refused == kFlood);
  const std::size_t rows = kept(e.provider, "TOO_LARGE") + kept(e.provider, "BAD_NOTE");
  CHECK(rows < kFlood);
  CHECK(rows >= kFlood - 40);
}

TEST_CASE("what the hub withholds is told one by one up to a bound") {
  TestingExchange e;
  for (std::size_t i = 0; i < kMissingDailyMax + 5; ++i) {
    // Its own promise, from the future, over an envelope that nobody signed.
    exchange::Envelope envelope;
    envelope.id = exchange::MessageId::random();
    envelope.from = e.agency.org();
    envelope.to = {e.provider.org()};
    envelope.thread = Bytes(32, 1);
    envelope.expires = e.clock() + days(1);
    const std::string note = must(note::sign_note(envelope.text(), std::vector{TestingHub::signer("nobody.example/sign")})).serialise();
    const exchange::Promise promise{
        e.hub.log.signer.verifier().name, envelope.id, crypto::sha256(envelope.text()), envelope.leaf, i, e.clock() + days(2)};
    hand_out(e, e.provider, note, must(note::sign_note(promise.text(), std::vector{e.hub.sign})).serialise());
  }
  for (int i = 0; i < kFetchTriesMax + 2; ++i) {
    must(e.provider.member->receive({}));
    must(e.provider.member->receive({}));
    e.world.clock.advance(minutes(11));
  }
  const std::vector<std::string> all = told(e.provider);
  CHECK(all.size() == kMissingDailyMax + 1);
  CHECK(std::ranges::count_if(all, [](const std::string& one) { return one.starts_with("PART_MISSING message "); }) == kMissingDailyMax);
  CHECK(std::ranges::count_if(all, [](const std::string& one) { return one.starts_with("PART_MISSING hub.example "); }) == 1);
}

TEST_CASE("a refused receipt, which nobody answers, names its sender") {
  TestingExchange e;
  const Foe provider(e, e.provider);
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  exchange::ReceiptLine strange;
  strange.message = exchange::MessageId::random();
  for (int i = 0; i < 3; ++i) provider.acknowledge(e.agency, matter, {strange});
  CHECK(take(e.agency).refused == 3);
  CHECK(told(e.agency) == std::vector{"NOT_FOUND " + e.provider.org() + " " + tokyo_date(e.clock()).iso()});
  CHECK(must(e.agency.mailbox->incidents(true, 1)).front().evidence.find(strange.message.hex()) != std::string::npos);
}

TEST_CASE("what its sender is told is no incident here") {
  TestingExchange e;
  const Foe agency(e, e.agency);
  const MatterId matter = e.dispatched();
  agency.post(agency.message(e.provider, matter, "no acts"));
  CHECK(take(e.provider).refused == 1);
  CHECK(told(e.provider).empty());
  must(e.provider.member->send());
  CHECK(refused_figure(e.provider, "BAD_JSON") == 1);
}

// ── the seal key's token ──

TEST_CASE("a token that is away, or wants another PIN, when something must be opened: nothing is refused, nothing is lost, everything comes later") {
  const crypto::testing::TestTokens tokens("warifu");
  auto token = must(crypto::Token::open(tokens.options("warifu")));
  TestingExchange e;
  e.provider.identity = crypto::AgeIdentity{must(token->generate_p256("seal-1"))};
  e.provider.enter(desk::seal_entry(e.provider.identity.recipient()), Time::from_seconds(e.clock().seconds()), days(90));
  e.provider.open();
  must(e.agency.member->watch());
  must(e.provider.member->watch());
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());

  Code expected = Code::TOKEN_UNAVAILABLE;
  SUBCASE("away") { tokens.take_away(); }
  SUBCASE("another PIN") {
    tokens.take_away_for("warifu", "1234-5678");
    expected = Code::WRONG_PIN;
  }
  for (int i = 0; i < 3; ++i) {
    const auto counts = e.provider.member->receive({});
    CHECK(!counts);
    if (!counts) CHECK(counts.error().code == expected);
    e.world.clock.advance(minutes(1));
  }
  CHECK(must(e.provider.mailbox->newest_received(10)).empty());
  CHECK(told(e.provider).empty());
  CHECK(e.acts_at_provider(matter) == 0);
  CHECK(std::ranges::none_of(e.hub.boxes[e.provider.org()], [](const auto& boxed) { return boxed.is_acknowledged; }));

  tokens.bring_back();
  if (expected == Code::WRONG_PIN) {
    // A PIN that was refused is not offered again before the node is started anew.
    CHECK(e.provider.member->receive({}).error().code == Code::WRONG_PIN);
    token = must(crypto::Token::open(tokens.options("warifu")));
    e.provider.identity = crypto::AgeIdentity{must(token->p256("seal-1"))};
    e.provider.open();
  }
  const ReceivedCounts counts = must(e.provider.member->receive({}));
  CHECK(counts.applied == 1);
  CHECK(counts.refused == 0);
  CHECK(e.acts_at_provider(matter) == 4);
}

}  // namespace warifu::member
