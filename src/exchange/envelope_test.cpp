#include "exchange/envelope.h"

#include <doctest/doctest.h>

#include "crypto/hash.h"
#include "ledger/merkle.h"

namespace warifu::exchange {
namespace {

using crypto::AgeIdentity;
using crypto::Ed25519Secret;

constexpr std::string_view kLog = "hub.example/log/1";
const Time kNow = Time::from_seconds(1'795'237'500);

struct World {
  note::Signer sender = note::Signer::create("kakuu-police.example/sign", Ed25519Secret::generate()).value();
  note::Signer stranger = note::Signer::create("other-police.example/sign", Ed25519Secret::generate()).value();
  AgeIdentity portal = AgeIdentity::generate(), bank{crypto::generate_p256()}, thief = AgeIdentity::generate();

  OutgoingMessage message(std::string body = "{\"acts\":[]}") const {
    OutgoingMessage out;
    out.thread = MatterId::random();
    out.to = {{"reiji-portal.example", portal.recipient()}, {"reiji-bank.example", bank.recipient()}};
    out.body = std::move(body);
    out.created = kNow;
    out.expires = kNow + days(7);
    return out;
  }
  SealedMessage sealed(const OutgoingMessage& message) const { return seal_message(message, sender, kLog).value(); }
  CheckedEnvelope checked(const SealedMessage& sealed) const { return check_envelope(sealed.envelope, {sender.verifier()}).value(); }
  Receiver receiver(std::string org = "reiji-portal.example") const {
    return {org, {org == "reiji-bank.example" ? bank : portal}, {sender.verifier(), stranger.verifier()}, std::string(kLog), kNow + seconds(5)};
  }
};

std::string where_of(const Result<OpenedMessage>& result) {
  REQUIRE(!result);
  return result.error().where;
}

// The content of a sealed message taken out and sealed again, as a dishonest recipient could.
Bytes plain_of(const World& world, const SealedMessage& sealed) { return crypto::age_open({world.portal}, sealed.object).value().plaintext; }

CheckedEnvelope around(const Envelope& like, const Bytes& object, const note::Signer& signer) {
  Envelope envelope = like;
  envelope.from = signer.verifier().name.substr(0, signer.verifier().name.find('/'));
  envelope.object = crypto::sha256(object);
  envelope.bytes = object.size();
  const std::vector<note::Signer> signers{signer};
  return check_envelope(note::sign_note(envelope.text(), signers).value().serialise(), {signer.verifier()}).value();
}

}  // namespace

TEST_CASE("what is sealed for two is opened by both, and says everything once more inside") {
  const World world;
  for (const std::size_t n : {0UL, 10UL, 4095UL, 4096UL, 100'000UL}) {
    const OutgoingMessage message = world.message(std::string(n, 'x'));
    const SealedMessage sealed = world.sealed(message);
    const CheckedEnvelope envelope = world.checked(sealed);
    CHECK(envelope.envelope.to == std::vector<std::string>{"reiji-bank.example", "reiji-portal.example"});
    CHECK(envelope.envelope.leaf == ledger::leaf_hash(bytes_of(sealed.leaf)));
    CHECK((plain_of(world, sealed).size() % kSealedPadding) == 0);
    for (const char* org : {"reiji-portal.example", "reiji-bank.example"}) {
      const OpenedMessage opened = open_message(envelope, sealed.object, world.receiver(org)).value();
      CHECK(opened.body == message.body);
      CHECK(opened.manifest.thread == message.thread);
      CHECK(opened.manifest.to.size() == 2);
    }
    // The leaf names nobody and nothing; the envelope not the matter.
    for (const std::string& word : {std::string("police"), std::string("portal"), message.thread.hex(), std::string("acts")})
      CHECK(sealed.leaf.find(word) == std::string::npos);
    CHECK(sealed.envelope.find(message.thread.hex()) == std::string::npos);
  }
}

TEST_CASE("texts have one spelling") {
  const World world;
  OutgoingMessage message = world.message();
  message.attachments = {{Sha256{}, 5, Sha256{}, Sha256{}, 3, "text/csv"}};
  message.reply = MessageId::random();
  const SealedMessage sealed = world.sealed(message);
  const CheckedEnvelope envelope = world.checked(sealed);
  CHECK(Envelope::parse(envelope.envelope.text()).value() == envelope.envelope);
  const OpenedMessage opened = open_message(envelope, sealed.object, world.receiver()).value();
  CHECK(Manifest::parse(opened.manifest.text()).value() == opened.manifest);
  // Evidence names post-quantum keys on machines whose library has no ML-KEM too; the longest line there is.
  Manifest hybrid = opened.manifest;
  hybrid.to = {{std::string(64, 'a'), {crypto::HybridPublic{}}}};
  CHECK(Manifest::parse(hybrid.text()).value() == hybrid);
  for (const std::string& text : {envelope.envelope.text(), opened.manifest.text()}) {
    const bool is_envelope = text.starts_with("warifu-env");
    const auto reads = [&](const std::string& other) {
      return is_envelope ? Envelope::parse(other).has_value() : Manifest::parse(other).has_value();
    };
    // Each line missing, doubled, or with another version; unless lines of that keyword may come any number of times.
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at) + 1;
      const std::string line = text.substr(at, end - at);
      CAPTURE(line);
      const bool may_be_absent = line.starts_with("att ") || line.starts_with("to ");
      CHECK(reads(text.substr(0, at) + text.substr(end)) == may_be_absent);
      CHECK(reads(text.substr(0, at) + line + text.substr(at)) == line.starts_with("att "));
      if (line != "kakuu-police.example\n") CHECK(!reads(text.substr(0, at) + "x" + text.substr(at)));  // that would be another name
      CHECK(!reads(text.substr(0, end - 1) + " \n" + text.substr(end)));
      at = end;
    }
    CHECK(!reads(text + "more\n"));
    CHECK(!reads(text.substr(0, text.size() - 1)));
  }
  for (const char* name : {"../x", "%2e", "A", "a b", "-a", "a-"}) {
    Envelope odd = envelope.envelope;
    odd.from = name;
    CHECK(!Envelope::parse(odd.text()));
  }
}

TEST_CASE("every flipped bit is refused") {
  const World world;
  const SealedMessage sealed = world.sealed(world.message());
  const CheckedEnvelope envelope = world.checked(sealed);
  for (std::size_t i = 0; i < sealed.object.size(); i += 7) {
    Bytes changed = sealed.object;
    changed[i] ^= 1;
    CHECK(where_of(open_message(envelope, changed, world.receiver())) == "object");
    // The same under an envelope that the sender signed for it: age finds it.
    CHECK(!open_message(around(envelope.envelope, changed, world.sender), changed, world.receiver()));
  }
  for (std::size_t i = 0; i < sealed.envelope.size(); ++i) {
    std::string changed = sealed.envelope;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_MESSAGE(!check_envelope(changed, {world.sender.verifier()}), i);
  }
}

TEST_CASE("an envelope is its sender's own") {
  const World world;
  const SealedMessage sealed = world.sealed(world.message());
  CHECK(check_envelope(sealed.envelope, {world.stranger.verifier()}).error().code == Code::SIGNATURE_MISSING);
  CHECK(check_envelope(sealed.envelope, {}).error().code == Code::SIGNATURE_MISSING);
  // Signed by a stranger in the sender's name.
  const CheckedEnvelope good = world.checked(sealed);
  const std::vector<note::Signer> signers{world.stranger};
  const std::string forged = note::sign_note(good.envelope.text(), signers).value().serialise();
  CHECK(!check_envelope(forged, {world.sender.verifier(), world.stranger.verifier()}));
}

TEST_CASE("nobody passes on as his own, or to others, what was sent to him") {
  const World world;
  const SealedMessage sealed = world.sealed(world.message());
  const CheckedEnvelope envelope = world.checked(sealed);
  const Bytes plain = plain_of(world, sealed);
  const auto again = [&](const std::vector<crypto::AgeRecipient>& for_whom) { return crypto::age_seal(for_whom, plain).value(); };
  const std::vector<crypto::AgeRecipient> both{world.portal.recipient(), world.bank.recipient()};
  SUBCASE("under another sender's envelope") {
    const Bytes object = again(both);
    CHECK(where_of(open_message(around(envelope.envelope, object, world.stranger), object, world.receiver())) == "from");
  }
  SUBCASE("to somebody who is not listed") {
    const Bytes object = again({world.thief.recipient(), world.bank.recipient()});
    Receiver thief = world.receiver("thief.example");
    thief.identities = {world.thief};
    CHECK(where_of(open_message(around(envelope.envelope, object, world.sender), object, thief)) == "to");
  }
  SUBCASE("for a key that is not the one listed") {
    const Bytes object = again({world.thief.recipient(), world.bank.recipient()});
    Receiver receiver = world.receiver();
    receiver.identities = {world.thief};
    CHECK(where_of(open_message(around(envelope.envelope, object, world.sender), object, receiver)) == "to");
  }
  SUBCASE("for one more, or one fewer, than it lists") {
    const Bytes more = again({world.portal.recipient(), world.bank.recipient(), world.thief.recipient()});
    CHECK(where_of(open_message(around(envelope.envelope, more, world.sender), more, world.receiver())) == "to");
    const Bytes fewer = again({world.portal.recipient()});
    CHECK(where_of(open_message(around(envelope.envelope, fewer, world.sender), fewer, world.receiver())) == "to");
  }
  SUBCASE("with other recipients on the envelope") {
    Envelope other = envelope.envelope;
    other.to = {"reiji-portal.example"};
    CHECK(where_of(open_message(around(other, sealed.object, world.sender), sealed.object, world.receiver())) == "to");
  }
  SUBCASE("under another id, thread, leaf or time") {
    Envelope other = envelope.envelope;
    other.id = MessageId::random();
    CHECK(where_of(open_message(around(other, sealed.object, world.sender), sealed.object, world.receiver())) == "id");
    other = envelope.envelope;
    other.thread = Bytes(32, 7);
    CHECK(where_of(open_message(around(other, sealed.object, world.sender), sealed.object, world.receiver())) == "thread");
    other = envelope.envelope;
    other.leaf = Sha256{};
    CHECK(where_of(open_message(around(other, sealed.object, world.sender), sealed.object, world.receiver())) == "leaf");
    other = envelope.envelope;
    other.expires = kNow + days(31);
    CHECK(where_of(open_message(around(other, sealed.object, world.sender), sealed.object, world.receiver())) == "expires");
  }
}

TEST_CASE("the window of time") {
  const World world;
  const SealedMessage sealed = world.sealed(world.message());
  const CheckedEnvelope envelope = world.checked(sealed);
  Receiver receiver = world.receiver();
  receiver.now = kNow - minutes(5);
  CHECK(open_message(envelope, sealed.object, receiver));
  receiver.now = kNow - minutes(5) - seconds(1);
  CHECK(open_message(envelope, sealed.object, receiver).error().code == Code::TIME_IN_FUTURE);
  receiver.now = kNow + days(7);
  CHECK(where_of(open_message(envelope, sealed.object, receiver)) == "expires");
  OutgoingMessage message = world.message();
  message.expires = message.created;
  CHECK(seal_message(message, world.sender, kLog).error().where == "expires");
  message.expires = message.created + days(30) + seconds(1);
  CHECK(seal_message(message, world.sender, kLog).error().where == "expires");
}

TEST_CASE("a leaf has one spelling") {
  const std::string text = leaf_text("hub.example/log", Time::from_seconds(1'800'000'030), crypto::sha256("x"));
  const Leaf leaf = Leaf::parse(text).value();
  CHECK(leaf.origin == "hub.example/log");
  CHECK(leaf.created == Time::from_seconds(1'800'000'000));
  CHECK(leaf.commitment == crypto::sha256("x"));
  for (std::size_t i = 0; i < text.size(); ++i) CHECK_FALSE(Leaf::parse(text.substr(0, i)).has_value());
  CHECK_FALSE(Leaf::parse(text + "\n").has_value());
  CHECK_FALSE(Leaf::parse("warifu-leaf/v2" + text.substr(14)).has_value());
}

TEST_CASE("recipients that cannot be") {
  const World world;
  OutgoingMessage message = world.message();
  message.to.clear();
  CHECK(seal_message(message, world.sender, kLog).error().code == Code::EMPTY_FIELD);
  message = world.message();
  message.to.push_back(message.to.front());
  CHECK(seal_message(message, world.sender, kLog).error().code == Code::BAD_VALUE);
}

}  // namespace warifu::exchange
