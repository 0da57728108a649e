// Checkpoints of a log (ledger/checkpoint.h).

#include "ledger/checkpoint.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  if (const auto checkpoint = ledger::Checkpoint::parse(input)) hold(checkpoint->text() == input);
}

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  for (const std::uint64_t size : std::initializer_list<std::uint64_t>{0, 1, 70'000, UINT64_MAX / 2})
    out.push_back(ledger::Checkpoint{"hub.example/log/1", size, ledger::tree_root({})}.text());
  return out;
}

const Registered registered({"checkpoint", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
