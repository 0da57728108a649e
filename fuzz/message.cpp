// What travels between nodes: the envelope (warifu-env), the manifest (warifu-msg), and the inside of a sealed object. First byte: which of them.
// The inside is sealed here, so that the fuzzer reaches what lies behind the seal, as a dishonest sender does.

#include "crypto/hash.h"
#include "exchange/envelope.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

constexpr std::string_view kSender = "kakuu-police.example/sign", kLog = "hub.example/log/1";
constexpr Time kNow = Time::from_seconds(1'795'237'500);

exchange::SealedMessage message() {
  exchange::OutgoingMessage out;
  out.thread.bytes.fill(3);
  out.to = {{"reiji-portal.example", identity().recipient()}};
  out.body = "{\"acts\":[]}";
  out.attachments = {{Sha256{}, 5, Sha256{}, Sha256{}, 3, "text/csv"}};
  out.created = kNow;
  out.expires = kNow + days(7);
  return exchange::seal_message(out, signer(kSender), kLog).value();
}

void open(std::string_view plain) {
  static const exchange::Envelope like = exchange::check_envelope(message().envelope, {signer(kSender).verifier()}).value().envelope;
  const std::vector<crypto::AgeRecipient> recipients{identity().recipient()};
  const Bytes object = crypto::age_seal(recipients, bytes_of(plain)).value();
  exchange::CheckedEnvelope checked{like, {}};
  checked.envelope.object = crypto::sha256(object);
  checked.envelope.bytes = object.size();
  const exchange::Receiver receiver{"reiji-portal.example", {identity()}, {signer(kSender).verifier()}, std::string(kLog), kNow + seconds(5)};
  const auto opened = exchange::open_message(checked, object, receiver);
  if (!opened) return;
  hold(opened->manifest.id == like.id && opened->manifest.from == like.from);
  hold(crypto::sha256(opened->body) == opened->manifest.body);
}

void one(std::string_view input) {
  switch (take_choice(input, 4)) {
    case 0:
      if (const auto envelope = exchange::Envelope::parse(input)) hold(envelope->text() == input);
      break;
    case 1:
      if (const auto manifest = exchange::Manifest::parse(input)) hold(manifest->text() == input);
      break;
    case 2:
      if (const auto checked = exchange::check_envelope(input, {signer(kSender).verifier()})) hold(checked->note.serialise() == input);
      break;
    default: open(input);
  }
}

std::vector<std::string> seeds() {
  const exchange::SealedMessage sealed = message();
  const std::string plain(text_of(crypto::age_open({identity()}, sealed.object).value().plaintext));
  const std::size_t from = plain.find("warifu-msg"), until = plain.find("\n\n", from);
  return {chosen(0, note::Note::parse(sealed.envelope).value().text), chosen(1, plain.substr(from, until + 1 - from)), chosen(2, sealed.envelope),
          chosen(3, plain), chosen(3, plain.substr(0, 4))};
}

const Registered registered({"message", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
