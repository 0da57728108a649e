// Bad input of what travels: every field of envelope, manifest, leaf, promise, statement, document, network file, invitation and list of parts
// missing, repeated, over-long, out of place, of another version, every bit flipped; and the same inside a message that its own sender sealed and
// signed.

#include <doctest/doctest.h>

#include <array>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "exchange/attachment.h"
#include "exchange/hub.h"
#include "exchange/joining.h"
#include "ledger/merkle.h"
#include "note/testing_mutations.h"

namespace warifu::exchange {
namespace {

using testing::check_none_taken;
using testing::check_one_spelling;
using testing::flipped;
using testing::Mutation;
using testing::Mutations;
using testing::spoilt;

const Time kNow = Time::from_seconds(1'795'237'500);
constexpr std::string_view kLog = "hub.example/log";

note::Signer signer(const std::string& name) { return note::Signer::create(name, crypto::Ed25519Secret::generate()).value(); }

// Read alone: refused, or another document in its one spelling.
template <class T>
void check_document(const T& genuine) {
  const std::string text = genuine.text();
  CAPTURE(text);
  const auto read = [](std::string_view other) { return T::parse(other); };
  const auto spell = [](const T& other) { return other.text(); };
  REQUIRE(read(text).value() == genuine);
  check_one_spelling(genuine, spoilt(text), read, spell);
  check_one_spelling(genuine, flipped(text), read, spell);
}

// Under the signature that was made for it nothing but itself is taken.
template <class Judge>
void check_signed(const std::string& text, const note::Signer& by, const Judge& judge) {
  const std::string whole = note::sign_note(text, std::array{by}).value().serialise();
  REQUIRE(judge(whole));
  check_none_taken(spoilt(whole), judge, note::says_the_same(whole));
  check_none_taken(flipped(whole), judge);
}

struct World {
  note::Signer sender = signer("kakuu-police.example/sign"), hub = signer("hub.example/sign");
  crypto::AgeIdentity portal = crypto::AgeIdentity::generate(), bank{crypto::generate_p256()};
  SealedMessage sealed;

  World() {
    OutgoingMessage message;
    message.thread = MatterId::random();
    message.to = {{"reiji-portal.example", portal.recipient()}, {"reiji-bank.example", bank.recipient()}};
    message.body = "{\"acts\":[]}";
    message.attachments = {{crypto::sha256("a"), 5, crypto::sha256("b"), crypto::sha256("c"), 3, "text/csv"}};
    message.reply = MessageId::random();
    message.created = kNow;
    message.expires = kNow + days(7);
    sealed = seal_message(message, sender, kLog).value();
  }
  [[nodiscard]] Envelope envelope() const { return Envelope::parse(note::Note::parse(sealed.envelope).value().text).value(); }
  [[nodiscard]] Manifest manifest() const { return Manifest::parse(note::Note::parse(sealed.manifest).value().text).value(); }
  [[nodiscard]] Receiver receiver() const { return {"reiji-portal.example", {portal}, {sender.verifier()}, std::string(kLog), kNow + seconds(5)}; }
  // The plaintext sealed once more, under an envelope that the sender signed for it.
  [[nodiscard]] Result<OpenedMessage> opened(const Bytes& plain) const {
    const Bytes object = crypto::age_seal(std::vector{portal.recipient(), bank.recipient()}, plain).value();
    Envelope outer = envelope();
    outer.object = crypto::sha256(object);
    outer.bytes = object.size();
    const std::string note = note::sign_note(outer.text(), std::array{sender}).value().serialise();
    return open_message(TRY(check_envelope(note, {sender.verifier()})), object, receiver());
  }
  [[nodiscard]] Bytes plain() const { return crypto::age_open({portal}, sealed.object).value().plaintext; }
};

Network network() {
  Network out;
  out.hub = party::OrganisationId::parse("hub.example").value();
  out.url = "https://hub.example:8443";
  out.tls = crypto::sha256("certificate");
  out.log = signer("hub.example/log").verifier();
  out.keys = signer("hub.example/keys").verifier();
  out.sign = signer("hub.example/sign").verifier();
  out.admitters = {signer("hub.example/admit/1").verifier(), signer("hub.example/admit/2").verifier()};
  return out;
}

}  // namespace

TEST_CASE("bad input: an envelope") {
  const World world;
  check_document(world.envelope());
  check_signed(world.envelope().text(), world.sender, [&](std::string_view note) { return check_envelope(note, {world.sender.verifier()}); });
  // A signature more than one is nobody's spelling of the same envelope: each message has one digest at the hub.
  const std::string line = world.sealed.envelope.substr(world.sealed.envelope.find("\n\n") + 2);
  CHECK(check_envelope(world.sealed.envelope + line, {world.sender.verifier()}).error().where == "signature");
}

TEST_CASE("bad input: a manifest, also one that its sender signed and sealed") {
  const World world;
  check_document(world.manifest());
  REQUIRE(world.opened(world.plain()));
  const std::string text = world.manifest().text();
  const auto judge = [&](std::string_view note) -> Result<OpenedMessage> {
    const std::string body = "{\"acts\":[]}";
    Bytes plain;
    for (const std::string_view part : {note, std::string_view(body)}) {
      for (int shift = 24; shift >= 0; shift -= 8) plain.push_back(static_cast<std::uint8_t>(part.size() >> shift));
      plain.insert(plain.end(), part.begin(), part.end());
    }
    plain.resize((plain.size() + kSealedPadding - 1) / kSealedPadding * kSealedPadding);
    return world.opened(plain);
  };
  REQUIRE(judge(world.sealed.manifest));
  for (const Mutation& mutation : spoilt(text)) {
    const Result<note::Note> signed_again = note::sign_note(mutation.text, std::array{world.sender});
    if (!signed_again) continue;  // no text that anybody could sign
    const Result<OpenedMessage> taken = judge(signed_again->serialise());
    CHECK_MESSAGE(!taken, mutation.what << " was taken:\n" << mutation.text);
    if (!taken) testing::check_blames_sender(taken.error(), mutation.what);
  }
  check_none_taken(spoilt(world.sealed.manifest), judge);
}

TEST_CASE("bad input: the sealed content around manifest and body") {
  const World world;
  const Bytes plain = world.plain();
  for (std::size_t i = 0; i < plain.size(); ++i) {
    Bytes changed = plain;
    changed[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
    const Result<OpenedMessage> taken = world.opened(changed);
    CHECK_MESSAGE(!taken, "byte " << i);
    if (!taken) testing::check_blames_sender(taken.error(), "byte");
  }
  for (const std::size_t n : {std::size_t{0}, std::size_t{3}, std::size_t{4}, plain.size() - 1, plain.size() + 1, plain.size() + kSealedPadding}) {
    Bytes changed = plain;
    changed.resize(n);
    CHECK_MESSAGE(!world.opened(changed), n);
  }
  Bytes twice = plain;
  twice.insert(twice.end(), plain.begin(), plain.end());
  CHECK(world.opened(twice).error().where == "padding");
}

TEST_CASE("bad input: a leaf of the log") {
  const World world;
  const Leaf leaf = Leaf::parse(world.sealed.leaf).value();
  const auto read = [](std::string_view text) { return Leaf::parse(text); };
  for (const Mutations& mutations : {spoilt(world.sealed.leaf), flipped(world.sealed.leaf)})
    for (const Mutation& mutation : mutations) {
      const Result<Leaf> other = read(mutation.text);
      CAPTURE(mutation.what);
      if (!other)
        testing::check_blames_sender(other.error(), mutation.what);
      else
        CHECK(leaf_text(other->origin, other->created, other->commitment) == mutation.text);
      CHECK(ledger::leaf_hash(bytes_of(mutation.text)) != world.envelope().leaf);
    }
  CHECK(leaf.origin == kLog);
}

TEST_CASE("bad input: what the hub signs, and what members publish") {
  const World world;
  const Envelope envelope = world.envelope();
  const Promise promise{std::string(kLog), envelope.id, crypto::sha256(envelope.text()), envelope.leaf, 42, kNow};
  check_document(promise);
  const std::vector<note::VerifierKey> keys{world.hub.verifier()};
  check_signed(promise.text(), world.hub, [&](std::string_view note) { return check_promise(note, envelope, kLog, keys); });
  const Relayed relayed{std::string(kLog), envelope.id, "reiji-portal.example", kNow};
  check_document(relayed);
  check_signed(relayed.text(), world.hub, [&](std::string_view text) -> Result<Relayed> {
    const note::Note note = TRY(note::Note::parse(text));
    TRY(note::require(note, world.hub.verifier()));
    return Relayed::parse(note.text);
  });
  const Document document{"kakuu-police.example", DocumentKind::profile, kNow, crypto::sha256("{}"), 2};
  check_document(document);
  check_signed(document.text(), world.sender, [&](std::string_view text) -> Result<Document> {
    const note::Note note = TRY(note::Note::parse(text));
    TRY(note::require(note, world.sender.verifier()));
    return Document::parse(note.text);
  });
}

TEST_CASE("bad input: the network file and an invitation") {
  check_document(network());
  const Invitation invitation{"kakuu-police.example", "agency", new_invitation_code(), kNow, network()};
  const std::string text = invitation.text();
  const auto read = [](std::string_view other) { return Invitation::parse(other); };
  for (const Mutations& mutations : {spoilt(text), flipped(text)})
    for (const Mutation& mutation : mutations) {
      const Result<Invitation> other = read(mutation.text);
      CAPTURE(mutation.what);
      if (!other)
        testing::check_blames_sender(other.error(), mutation.what);
      else
        CHECK(other->text() == mutation.text);
    }
}

TEST_CASE("bad input: the list of an attachment's parts") {
  SealedFile sealed;
  sealed.attachment = {crypto::sha256("a"), 2 * kPartBytes + 1, {}, crypto::sha256("c"), 2 * kPartBytes - 9000, "text/csv"};
  for (const char* part : {"1", "2", "3"}) sealed.parts.push_back(ledger::leaf_hash(bytes_of(part)));
  sealed.attachment.parts = ledger::tree_root(sealed.parts);
  const std::string text = parts_text(sealed);
  REQUIRE(parse_parts(text));
  for (const Mutations& mutations : {spoilt(text), flipped(text)})
    for (const Mutation& mutation : mutations) {
      const Result<SealedFile> other = parse_parts(mutation.text);
      CAPTURE(mutation.what);
      if (!other) {
        testing::check_blames_sender(other.error(), mutation.what);
        continue;
      }
      // The line of the manifest is compared with the signed one by whoever reads this; the hashes belong to the root in any case.
      CHECK(other->parts == sealed.parts);
      CHECK(!(other->attachment == sealed.attachment));
    }
}

}  // namespace warifu::exchange
