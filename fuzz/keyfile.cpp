// Key files of people and of admitters, and device secrets, as text. Opening one takes a third of a second by intent and is left to the unit tests.

#include "crypto/keyfile.h"

#include "crypto/admitter_file.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  if (const auto head = crypto::read_keyfile_head(input)) hold(input.find(head->org) != std::string_view::npos);
  if (const auto secret = crypto::parse_device_secret(input)) {
    const std::string text = crypto::device_secret_text(*secret);
    hold(input == text || std::string(input) + "\n" == text || input == text + "\n");
  }
  if (const auto head = crypto::read_admitter_file_head(input)) hold(input.find(head->name) != std::string_view::npos);
  static_cast<void>(crypto::check_pin(crypto::Pin(std::string(input))));
}

std::vector<std::string> seeds() {
  const crypto::DeviceSecret device;
  PersonId person;
  person.bytes.fill(5);
  const auto file = crypto::seal_keyfile_with("kakuu-police.example", person,
                                              crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed(std::array<std::uint8_t, 32>{1})),
                                              crypto::Pin("123456"), device, {});
  const auto admitter = crypto::seal_admitter_file("hub.example/admit/1", crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed({1})),
                                                   crypto::Passphrase("of twelve or more"));
  return {file.value(), admitter.value(), crypto::device_secret_text(device), "123456", "割符の暗証番号"};
}

const Registered registered({"keyfile", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
