#include "exchange/hub.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "crypto/hash.h"
#include "exchange/network.h"

namespace warifu::exchange {

namespace {

note::Signer signer(std::string_view name, std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return note::Signer::create(name, crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed(bytes))).value();
}

const note::Signer hub = signer("hub.example/sign", 1);

Envelope envelope() {
  Envelope out;
  out.id = MessageId::parse("00112233445566778899aabbccddeeff").value();
  out.from = "kitano.police.example";
  out.to = {"minato-net.example"};
  out.thread = Bytes(32, 7);
  out.object = crypto::sha256("object");
  out.bytes = 4096;
  out.leaf = crypto::sha256("leaf");
  out.expires = Time::from_seconds(1'800'000'000);
  return out;
}

Promise promise() { return {"hub.example/log", envelope().id, crypto::sha256(envelope().text()), envelope().leaf, 42, Time{1'799'999'999'123'456}}; }

std::string signed_text(const std::string& text) { return note::sign_note(text, std::array{hub}).value().serialise(); }

Network network() {
  Network out;
  out.hub = party::OrganisationId::parse("hub.example").value();
  out.url = "https://hub.example:8443";
  out.tls = crypto::sha256("certificate");
  out.log = signer("hub.example/log", 2).verifier();
  out.keys = signer("hub.example/keys", 3).verifier();
  out.sign = hub.verifier();
  out.admitters = {signer("hub.example/admit/1", 4).verifier(), signer("hub.example/admit/2", 5).verifier()};
  return out;
}

// Every prefix is refused, and so is anything behind the last line.
template <class T>
void check_strict(const T& value) {
  const std::string text = value.text();
  CHECK(T::parse(text).value() == value);
  for (std::size_t i = 0; i < text.size(); ++i) CHECK_FALSE(T::parse(text.substr(0, i)).has_value());
  CHECK_FALSE(T::parse(text + "x\n").has_value());
  for (std::size_t at = text.find('\n'); at + 1 < text.size(); at = text.find('\n', at + 1)) {  // a line left out
    const std::size_t end = text.find('\n', at + 1);
    CHECK_FALSE(T::parse(text.substr(0, at) + text.substr(end)).has_value());
  }
}

}  // namespace

TEST_CASE("what the hub signs has one spelling") {
  check_strict(promise());
  check_strict(Relayed{"hub.example/log", envelope().id, "minato-net.example", Time{5}});
  check_strict(Document{"minato-net.example", DocumentKind::profile, Time{5}, crypto::sha256("{}"), 2});
}

TEST_CASE("a promise counts for its own message, envelope, leaf and log only") {
  const std::vector<note::VerifierKey> keys{hub.verifier()};
  const auto check = [&](const Promise& given) { return check_promise(signed_text(given.text()), envelope(), "hub.example/log", keys); };
  CHECK(check(promise()).value() == promise());
  const auto altered = [](auto change) {
    Promise out = promise();
    change(out);
    return out;
  };
  CHECK(check(altered([](Promise& p) { p.origin = "hub.example/other"; })).error().where == "origin");
  CHECK(check(altered([](Promise& p) { p.message.bytes[0] ^= 1; })).error().where == "id");
  CHECK(check(altered([](Promise& p) { p.envelope.bytes[0] ^= 1; })).error().where == "envelope");
  CHECK(check(altered([](Promise& p) { p.leaf.bytes[0] ^= 1; })).error().where == "leaf");
  std::string forged = signed_text(promise().text());
  forged.replace(forged.find(" 42\n"), 4, " 43\n");
  CHECK(check_promise(forged, envelope(), "hub.example/log", keys).error().code == Code::SIGNATURE_INVALID);
  const std::vector<note::VerifierKey> others{signer("hub.example/sign", 9).verifier()};
  CHECK(check_promise(signed_text(promise().text()), envelope(), "hub.example/log", others).error().code == Code::SIGNATURE_MISSING);
}

TEST_CASE("the network file has one spelling and names one hub throughout") {
  check_strict(network());
  const auto refused_at = [](auto change) {
    Network out = network();
    change(out);
    const auto parsed = Network::parse(out.text());
    return parsed ? std::string("accepted") : parsed.error().where;
  };
  CHECK(refused_at([](Network&) {}) == "accepted");
  CHECK(refused_at([](Network& n) { n.url = "http://hub.example:8443"; }) == "url");
  CHECK(refused_at([](Network& n) { n.url = "https://hub.example/x"; }) == "url");
  CHECK(refused_at([](Network& n) { n.url = "https://user@hub.example"; }) == "url");
  CHECK(refused_at([](Network& n) { n.log = n.keys; }) == "log");
  CHECK(refused_at([](Network& n) { n.sign = n.log; }) == "sign");
  CHECK(refused_at([](Network& n) { n.admitters.pop_back(); }) == "admit");
  CHECK(refused_at([](Network& n) { n.admitters[1] = n.admitters[0]; }) == "admit");
  CHECK(refused_at([](Network& n) { n.admitters[1] = signer("hub.example/admit/2", 4).verifier(); }) == "admit");
  CHECK(refused_at([](Network& n) { n.admitters[1] = signer("other.example/admit/2", 5).verifier(); }) == "admit");
  CHECK(refused_at([](Network& n) { n.promise_seconds = 0; }) == "mmd");
  CHECK(refused_at([](Network& n) { n.promise_seconds = kPromiseSecondsMax + 1; }) == "mmd");
}

TEST_CASE("a fingerprint is ten groups of four, another for every text") {
  const std::string print = fingerprint_of(network().text());
  CHECK(print.size() == 49);
  CHECK(print != fingerprint_of(network().text() + " "));
}

TEST_CASE("lists of byte strings keep what they were given") {
  rc::check("round trip", [](const std::vector<std::string>& given) {
    const std::vector<std::string_view> views(given.begin(), given.end());
    const std::string bytes = spell_frames(views);
    const auto back = parse_frames(bytes, given.size());
    RC_ASSERT(back.has_value());
    RC_ASSERT(std::vector<std::string>(back->begin(), back->end()) == given);
    for (std::size_t cut = 1; cut < std::min<std::size_t>(bytes.size(), 4); ++cut)
      RC_ASSERT(!parse_frames(std::string_view(bytes).substr(0, bytes.size() - cut), given.size()).has_value() || given.back().empty());
  });
  const std::array<std::string_view, 2> two{"a", ""};
  CHECK(parse_frames(spell_frames(two), 1).error().code == Code::TOO_MANY);
  CHECK(parse_frames(std::string_view("\0\0\0\2x", 5), 1).error().code == Code::BAD_ENCODING);
  CHECK(parse_frames(std::string_view("\xff\xff\xff\xffx", 5), 1).error().code == Code::BAD_ENCODING);
  CHECK(parse_frames(std::string(kExchangeBodyMax + 1, '\0'), kExchangeBodyMax).error().code == Code::TOO_LARGE);
}

TEST_CASE("a receipt is plain JSON") {
  const ReceiptBody body{{{envelope().id, crypto::sha256("object"), false, "SIGNATURE_INVALID", Time{5}}}};
  const std::string text = json::encode_canonical(body);
  const auto back = json::decode_text<ReceiptBody>(text);
  REQUIRE(back.has_value());
  CHECK(json::encode_canonical(*back) == text);
}

}  // namespace warifu::exchange
