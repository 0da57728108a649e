// Spellings of keys to seal for and to open with, of points of P-256 and of Bech32.

#include <algorithm>

#include "base/bech32.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  const auto recipient = crypto::AgeRecipient::read(input);
  if (recipient) hold(recipient->text() == input);
  if (const auto usable = crypto::AgeRecipient::parse(input)) hold(recipient.has_value() && *usable == *recipient);
  if (const auto secret = crypto::AgeIdentity::parse(input)) hold(secret->text().reveal() == input);
  if (const auto point = crypto::p256_expand(bytes_of(input))) {
    const auto again = crypto::p256_compress(*point);
    hold(std::ranges::equal(again, bytes_of(input)));
  }
  if (const auto text = bech32_decode(input)) {
    std::string lower(input);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    hold(bech32_encode(text->hrp, text->groups, text->kind) == lower);
    if (const auto bytes = from_bech32_groups(text->groups)) hold(to_bech32_groups(*bytes) == text->groups);
  }
  // Any bytes are spelled and read again.
  for (const Bech32Kind kind : {Bech32Kind::BECH32, Bech32Kind::BECH32M}) {
    const auto text = bech32_decode(bech32_encode("a", to_bech32_groups(bytes_of(input)), kind));
    hold(text.has_value() && text->kind == kind);
    const auto bytes = from_bech32_groups(text->groups);
    hold(bytes.has_value() && text_of(*bytes) == input);
  }
}

std::vector<std::string> seeds() {
  const crypto::P256Public point = crypto::generate_p256()->public_key();
  const auto compressed = crypto::p256_compress(point);
  return {identity().recipient().text(),
          identity().text().reveal(),
          crypto::AgeRecipient{point}.text(),
          crypto::AgeRecipient{crypto::HybridPublic{}}.text(),
          "AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG",
          std::string(text_of(compressed)),
          "A1LQFN3A",
          "a12uel5l",
          "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
          "?1v759aa"};
}

const Registered registered({"age_key", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
