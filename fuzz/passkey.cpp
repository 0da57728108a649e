// Passkeys: CBOR, what authenticators answer, keys of people as text. First byte: which reader. Keys are new in every run.

#include "note/cbor.h"
#include "note/test_authenticator.h"

#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

constexpr std::string_view kText = "what is signed\n", kName = "kakuu-police.example/person/00000000000000000000000000000001";

const note::RelyingParty& party() {
  static const note::RelyingParty made{"https://desk.example", "desk.example"};
  return made;
}
const note::TestAuthenticator& device(note::PersonKeyAlgorithm algorithm) {
  static const note::TestAuthenticator es256(party(), note::PersonKeyAlgorithm::webauthn_es256);
  static const note::TestAuthenticator ed25519(party(), note::PersonKeyAlgorithm::webauthn_ed25519);
  return algorithm == note::PersonKeyAlgorithm::webauthn_es256 ? es256 : ed25519;
}

// Two byte strings, the length of the first before them.
std::string pair(ByteView first, ByteView second) {
  return std::string{static_cast<char>(first.size() / 256), static_cast<char>(first.size() % 256)} + std::string(text_of(first)) +
         std::string(text_of(second));
}
std::pair<ByteView, ByteView> split(std::string_view input) {
  const std::size_t high = take_choice(input, 256), low = take_choice(input, 256);
  const std::size_t size = std::min(high * 256 + low, input.size());
  return {bytes_of(input.substr(0, size)), bytes_of(input.substr(size))};
}

void one(std::string_view input) {
  const std::vector<note::RelyingParty> parties{party()};
  switch (take_choice(input, 5)) {
    case 0: {
      ByteView rest = bytes_of(input);
      if (note::Cbor::take(rest)) hold(rest.size() < input.size());
      static_cast<void>(note::Cbor::parse(bytes_of(input)));
      return;
    }
    case 1:
      if (const auto data = note::AuthenticatorData::parse(bytes_of(input)))
        if (data->attested) hold(data->attested->key.size() == note::person_key_bytes(data->attested->algorithm));
      return;
    case 2: {
      const auto [attestation, client] = split(input);
      if (const auto made = note::read_registration(attestation, client, kText, parties))
        hold(note::check_person_key(made->algorithm, made->key).has_value());
      return;
    }
    case 3: {
      // The signature of the device over what was given: only the right text, place and flags pass, whatever else stands there.
      const auto [data, client] = split(input);
      const auto algorithm = input.size() % 2 == 0 ? note::PersonKeyAlgorithm::webauthn_es256 : note::PersonKeyAlgorithm::webauthn_ed25519;
      note::Assertion assertion = device(algorithm).assertion(kName, kText);
      assertion.authenticator_data.assign(data.begin(), data.end());
      assertion.client_data.assign(client.begin(), client.end());
      static_cast<void>(note::check_assertion(assertion, kText, parties, device(algorithm).person_key(kName)));
      return;
    }
    default:
      if (const auto key = note::PersonKey::parse(input)) hold(key->text() == input);
  }
}

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  for (const auto algorithm : {note::PersonKeyAlgorithm::webauthn_es256, note::PersonKeyAlgorithm::webauthn_ed25519}) {
    const auto& one_device = device(algorithm);
    const auto made = one_device.create(kText), itself = one_device.create(kText, [](auto& bend) {
      bend.format = "packed";
      bend.signs_attestation = true;
    });
    const auto said = one_device.get(kText);
    for (const std::string& seed : {chosen(0, text_of(made.attestation)), chosen(1, text_of(said.authenticator_data)),
                                    chosen(2, pair(made.attestation, made.client_data)), chosen(2, pair(itself.attestation, itself.client_data)),
                                    chosen(3, pair(said.authenticator_data, said.client_data)), chosen(4, one_device.person_key(kName).text())})
      out.push_back(seed);
    Bytes attested(said.authenticator_data.begin(), said.authenticator_data.end());
    attested[32] = 0x45;
    for (const std::uint8_t byte : one_device.attested()) attested.push_back(byte);
    out.push_back(chosen(1, text_of(attested)));
  }
  return out;
}

const Registered registered({"passkey", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
