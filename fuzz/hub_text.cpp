// What the hub signs and what a member is handed to begin with: promise, statement, document, leaf, network file, invitation, admission
// (exchange/hub.h, network.h, joining.h, note/member_entry.h). First byte: which of them.

#include <algorithm>

#include "crypto/hash.h"
#include "exchange/joining.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

constexpr Time kNow = Time::from_seconds(1'795'237'500);

template <class Read>
void same(std::string_view input) {
  if (const auto read = Read::parse(input)) hold(read->text() == input);
}

void one(std::string_view input) {
  switch (take_choice(input, 8)) {
    case 0: return same<exchange::Promise>(input);
    case 1: return same<exchange::Relayed>(input);
    case 2: return same<exchange::Document>(input);
    case 3: return same<exchange::Network>(input);
    case 4: return same<exchange::Invitation>(input);
    case 5:
      if (const auto entry = note::MemberEntry::parse(input)) hold(entry->text().value() == input);
      return;
    case 6:
      if (const auto leaf = exchange::Leaf::parse(input)) hold(exchange::leaf_text(leaf->origin, leaf->created, leaf->commitment) == input);
      return;
    default:
      if (const auto digest = exchange::invitation_digest(input)) hold(input.size() >= 20);
  }
}

exchange::Network network() {
  exchange::Network out;
  out.hub = party::OrganisationId::parse("hub.example").value();
  out.url = "https://hub.example:8443";
  out.tls = crypto::sha256("certificate");
  out.log = signer("hub.example/log").verifier();
  out.keys = signer("hub.example/keys").verifier();
  out.sign = signer("hub.example/sign").verifier();
  out.admitters = {signer("hub.example/admit/1").verifier(), signer("hub.example/admit/2").verifier()};
  return out;
}

std::vector<std::string> seeds() {
  exchange::MessageId message;
  message.bytes.fill(5);
  const Sha256 digest = crypto::sha256("x");
  return {chosen(0, exchange::Promise{"hub.example/log", message, digest, digest, 7, kNow}.text()),
          chosen(1, exchange::Relayed{"hub.example/log", message, "kakuu-police.example", kNow}.text()),
          chosen(2, exchange::Document{"kakuu-police.example", exchange::DocumentKind::profile, kNow, digest, 2}.text()),
          chosen(3, network().text()),
          chosen(4, exchange::Invitation{"kakuu-police.example", "agency", "00000-11111-AAAAA-ZZZZZ", kNow, network()}.text()),
          chosen(5, note::MemberEntry{"hub.example/keys", "kakuu-police.example", "agency", signer("kakuu-police.example/root").verifier(), kNow}
                        .text()
                        .value()),
          chosen(6, exchange::leaf_text("hub.example/log", Time::from_seconds(kNow.seconds() / 60 * 60), digest)),
          chosen(7, "00000-11111-AAAAA-ZZZZZ")};
}

const Registered registered({"hub_text", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
