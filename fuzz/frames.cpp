// Lists of byte strings as they go between node and hub, the application of a newcomer in one, and the list of parts of a large object.
// First byte: which of them.

#include "crypto/hash.h"
#include "exchange/attachment.h"
#include "exchange/joining.h"
#include "fuzz/fuzz.h"
#include "ledger/merkle.h"

namespace warifu::fuzz {
namespace {

constexpr std::size_t kFramesMax = 64;

void one(std::string_view input) {
  switch (take_choice(input, 3)) {
    case 0:
      if (const auto frames = exchange::parse_frames(input, kFramesMax)) {
        hold(frames->size() <= kFramesMax);
        hold(exchange::spell_frames(*frames) == input);
      }
      return;
    case 1:
      if (const auto application = exchange::Application::parse(input)) {
        hold(application->spell() == input);
        const exchange::ApplicationTerms terms{"hub.example/keys", "kakuu-police.example", "agency", Sha256{}, Time::from_seconds(1'795'237'500)};
        static_cast<void>(exchange::check_application(*application, terms));
      }
      return;
    default:
      if (const auto parts = exchange::parse_parts(input)) hold(exchange::parts_text(*parts) == input);
  }
}

std::vector<std::string> seeds() {
  const std::vector<std::string_view> frames{"", "a", "bc"};
  const note::MemberEntry member{"hub.example/keys", "kakuu-police.example", "agency", signer("kakuu-police.example/root").verifier(),
                                 Time::from_seconds(1'795'237'500)};
  exchange::Application application;
  application.admission = signed_note(member.text().value(), "kakuu-police.example/root");
  application.document = {"a note", "{}"};
  application.keys = {"one", "two"};
  exchange::SealedFile sealed;
  sealed.parts = {ledger::leaf_hash(bytes_of("part"))};
  sealed.attachment.parts = ledger::tree_root(sealed.parts);
  sealed.attachment.plain_bytes = 1000;
  sealed.attachment.sealed_bytes = 1200;
  sealed.attachment.media_type = "text/csv";
  return {chosen(0, exchange::spell_frames(frames)), chosen(0, ""), chosen(1, application.spell()), chosen(2, exchange::parts_text(sealed))};
}

const Registered registered({"frames", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
