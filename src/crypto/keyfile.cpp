#include "crypto/keyfile.h"

#include <algorithm>

#include "crypto/plain_text.h"
#include "crypto/random.h"
#include "crypto/sealed_seed.h"

namespace warifu::crypto {

namespace {

// RFC 9106 leaves the choice to the application; these are OWASP's second setting, which a browser reaches in pure JavaScript.
constexpr internal::SealedSeedFormat kFormat{
    .version = "warifu-keyfile/v1", .keyword = "person", .cost = "argon2id 19456 2 1", .passes = 2, .memory_bytes = 19456u * 1024};

tl::unexpected<Error> bad(std::string message, std::string where) { return fail(Code::BAD_KEYFILE, std::move(message), std::move(where)); }

std::string person_name(std::string_view org, PersonId person) { return std::string(org) + "/person/" + person.hex(); }

Result<KeyfileHead> head_of(const internal::SealedSeed& file) {
  const std::size_t slash = file.subject.find('/');
  const std::string_view tail = slash == std::string_view::npos ? std::string_view() : file.subject.substr(slash);
  constexpr std::string_view kMiddle = "/person/";
  if (!tail.starts_with(kMiddle) || !is_org_name(file.subject.substr(0, slash))) return bad("not <org>/person/<id>", "person");
  const auto id = PersonId::parse(tail.substr(kMiddle.size()));
  if (!id) return bad("not <org>/person/<id>", "person");
  return KeyfileHead{std::string(file.subject.substr(0, slash)), *id, file.public_key};
}

}  // namespace

DeviceSecret new_device_secret() { return DeviceSecret(random_array<32>()); }

std::string device_secret_text(const DeviceSecret& device) { return to_base64(device.reveal()) + "\n"; }

Result<DeviceSecret> parse_device_secret(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto raw = from_base64(text);
  std::array<std::uint8_t, 32> out{};
  if (!raw || raw->size() != out.size()) return bad("not base64 of the expected length", "device");
  std::copy(raw->begin(), raw->end(), out.begin());
  return DeviceSecret(out);
}

Status check_pin(const Pin& pin) { return internal::check_typed(pin, kPinCharactersMin, kPinCharactersMax, "/pin"); }

Result<std::string> seal_keyfile_with(std::string_view org, PersonId person, const Ed25519Secret& secret, const Pin& pin, const DeviceSecret& device,
                                      const KeyfileRandomness& randomness) {
  if (!is_org_name(org)) return fail(Code::BAD_VALUE, "not the name of an organisation", "/org");
  TRY(check_pin(pin));
  return internal::seal_seed(kFormat, person_name(org, person), secret, {pin, device.reveal()}, {randomness.salt, randomness.nonce});
}

Result<std::string> seal_keyfile(std::string_view org, PersonId person, const Ed25519Secret& secret, const Pin& pin, const DeviceSecret& device) {
  return seal_keyfile_with(org, person, secret, pin, device, {random_array<16>(), random_array<12>()});
}

Result<KeyfileHead> read_keyfile_head(std::string_view text) { return head_of(TRY(internal::parse_sealed_seed(kFormat, text))); }

Result<OpenKeyfile> open_keyfile(std::string_view text, const Pin& pin, const DeviceSecret& device) {
  const internal::SealedSeed file = TRY(internal::parse_sealed_seed(kFormat, text));
  KeyfileHead head = TRY(head_of(file));
  if (!check_pin(pin)) return fail(Code::WRONG_PIN, "the PIN does not open the key file");
  return OpenKeyfile{std::move(head), TRY(internal::open_seed(kFormat, file, {pin, device.reveal()}))};
}

}  // namespace warifu::crypto
