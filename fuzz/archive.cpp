// The ZIP archive of evidence, which has one spelling.

#include "exchange/archive.h"

#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  const auto entries = exchange::read_archive(input);
  if (!entries) return;
  hold(exchange::write_archive(*entries).value() == input);
}

std::vector<std::string> seeds() {
  return {exchange::write_archive({}).value(), exchange::write_archive({{"a", ""}}).value(),
          exchange::write_archive({{"acts/000001", "text"}, {"acts/000001.json", "{}"}, {"manifest", std::string(300, 'x')}}).value()};
}

const Registered registered({"archive", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
