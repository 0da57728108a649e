// Bundles of the log's entries (C2SP tlog-tiles). First byte: how many entries are expected, less one.

#include "fuzz/fuzz.h"
#include "ledger/tiles.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  const std::size_t count = take_choice(input, ledger::kTileWidth) + 1;
  const auto entries = ledger::parse_bundle(input, count);
  if (!entries) return;
  hold(entries->size() == count);
  hold(ledger::spell_bundle(*entries) == input);
}

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  for (const std::size_t count : {1UL, 2UL, 256UL}) {
    std::vector<std::string> entries(count, "entry");
    entries[0] = "";
    out.push_back(chosen(count - 1, ledger::spell_bundle(entries)));
  }
  out.push_back(chosen(0, ledger::spell_bundle({std::string(ledger::kEntryBytesMax, 'x')})));
  return out;
}

const Registered registered({"bundle", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
