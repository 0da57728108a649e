#include "crypto/keyfile.h"

#include <sodium.h>

#include <algorithm>
#include <vector>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/openssl_internal.h"
#include "crypto/plain_text.h"
#include "crypto/random.h"

namespace warifu::crypto {

namespace {

constexpr std::string_view kVersion = "warifu-keyfile/v1";
// RFC 9106 leaves the choice to the application; these are OWASP's second setting, which a browser reaches in pure JavaScript.
constexpr std::string_view kCost = "argon2id 19456 2 1";
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemoryBytes = 19456u * 1024;
constexpr std::size_t kFileBytesMax = 1024;
constexpr std::size_t kSeedBytes = 32;

struct Parsed {
  KeyfileHead head;
  KeyfileRandomness randomness;
  std::string_view aad;
  Bytes sealed;
};

tl::unexpected<Error> bad(std::string message, std::string where) { return fail(Code::BAD_KEYFILE, std::move(message), std::move(where)); }

// The value of the next line, which has to begin with the keyword.
Result<std::string_view> take_line(std::string_view& rest, std::string_view keyword) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return bad("a line is missing", std::string(keyword));
  const std::string_view line = rest.substr(0, end);
  if (!line.starts_with(keyword) || line.size() <= keyword.size() + 1 || line[keyword.size()] != ' ')
    return bad("another line was expected here", std::string(keyword));
  rest.remove_prefix(end + 1);
  return line.substr(keyword.size() + 1);
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> take_base64(std::string_view text, std::string_view where) {
  const auto raw = from_base64(text);
  std::array<std::uint8_t, N> out{};
  if (!raw || raw->size() != N) return bad("not base64 of the expected length", std::string(where));
  std::copy(raw->begin(), raw->end(), out.begin());
  return out;
}

std::string person_name(std::string_view org, PersonId person) { return std::string(org) + "/person/" + person.hex(); }

Status parse_person(std::string_view value, KeyfileHead& head) {
  const std::size_t slash = value.find('/');
  const std::string_view tail = slash == std::string_view::npos ? std::string_view() : value.substr(slash);
  constexpr std::string_view kMiddle = "/person/";
  if (!tail.starts_with(kMiddle) || !is_org_name(value.substr(0, slash))) return bad("not <org>/person/<id>", "person");
  const auto id = PersonId::parse(tail.substr(kMiddle.size()));
  if (!id) return bad("not <org>/person/<id>", "person");
  head.org = std::string(value.substr(0, slash));
  head.person = *id;
  return {};
}

Result<Parsed> parse(std::string_view text) {
  if (text.size() > kFileBytesMax) return bad("too large for a key file", "");
  Parsed out;
  std::string_view rest = text;
  const std::string version = std::string(kVersion) + "\n";
  if (!rest.starts_with(version)) return bad("not a key file of a known version", "version");
  rest.remove_prefix(version.size());
  TRY(parse_person(TRY(take_line(rest, "person")), out.head));
  out.head.public_key.bytes = TRY(take_base64<32>(TRY(take_line(rest, "public")), "public"));
  std::string_view kdf = TRY(take_line(rest, "kdf"));
  if (!kdf.starts_with(kCost) || kdf.size() <= kCost.size() || kdf[kCost.size()] != ' ') return bad("unknown key derivation", "kdf");
  out.randomness.salt = TRY(take_base64<16>(kdf.substr(kCost.size() + 1), "kdf"));
  out.randomness.nonce = TRY(take_base64<12>(TRY(take_line(rest, "nonce")), "nonce"));
  out.aad = text.substr(0, text.size() - rest.size());
  const auto sealed = TRY(take_base64<kSeedBytes + kAeadTagBytes>(TRY(take_line(rest, "sealed")), "sealed"));
  out.sealed.assign(sealed.begin(), sealed.end());
  if (!rest.empty()) return bad("something follows the last line", "");
  return out;
}

Result<AeadKey> derive(const Pin& pin, const DeviceSecret& device, const std::array<std::uint8_t, 16>& salt) {
  internal::need_sodium();
  std::array<std::uint8_t, 64> ikm{};
  const std::string& text = pin.reveal();
  const int rc = crypto_pwhash(ikm.data(), 32, text.data(), text.size(), salt.data(), kPasses, kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13);
  if (rc != 0) return fail(Code::CRYPTO, "Argon2id could not run (memory?)");
  std::copy(device.reveal().begin(), device.reveal().end(), ikm.begin() + 32);
  Bytes okm = hkdf_sha256(ikm, {}, kVersion, 32);
  std::array<std::uint8_t, 32> key{};
  std::copy(okm.begin(), okm.end(), key.begin());
  AeadKey out(key);
  wipe(ikm.data(), ikm.size());
  wipe(okm.data(), okm.size());
  wipe(key.data(), key.size());
  return out;
}

}  // namespace

DeviceSecret new_device_secret() { return DeviceSecret(random_array<32>()); }

std::string device_secret_text(const DeviceSecret& device) { return to_base64(device.reveal()) + "\n"; }

Result<DeviceSecret> parse_device_secret(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return DeviceSecret(TRY(take_base64<32>(text, "device")));
}

Status check_pin(const Pin& pin) {
  std::string_view rest = pin.reveal();
  std::size_t count = 0;
  while (!rest.empty()) {
    const char32_t c = TRY(take_code_point(rest));
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return fail(Code::CONTROL_CHARACTER, "a PIN has no control characters", "/pin");
    ++count;
  }
  if (count < kPinCharactersMin || count > kPinCharactersMax)
    return fail(Code::OUT_OF_RANGE, "a PIN has 6 to 64 characters", "/pin",
                {{"min", std::to_string(kPinCharactersMin)}, {"max", std::to_string(kPinCharactersMax)}});
  return {};
}

Result<std::string> seal_keyfile_with(std::string_view org, PersonId person, const Ed25519Secret& secret, const Pin& pin, const DeviceSecret& device,
                                      const KeyfileRandomness& randomness) {
  if (!is_org_name(org)) return fail(Code::BAD_VALUE, "not the name of an organisation", "/org");
  TRY(check_pin(pin));
  std::string text(kVersion);
  text += "\nperson " + person_name(org, person);
  text += "\npublic " + secret.public_key().base64();
  text += "\nkdf " + std::string(kCost) + " " + to_base64(randomness.salt);
  text += "\nnonce " + to_base64(randomness.nonce) + "\n";
  const AeadKey key = TRY(derive(pin, device, randomness.salt));
  const Bytes sealed = aead_seal(key, randomness.nonce, bytes_of(text), secret.seed().reveal());
  return text + "sealed " + to_base64(sealed) + "\n";
}

Result<std::string> seal_keyfile(std::string_view org, PersonId person, const Ed25519Secret& secret, const Pin& pin, const DeviceSecret& device) {
  return seal_keyfile_with(org, person, secret, pin, device, {random_array<16>(), random_array<12>()});
}

Result<KeyfileHead> read_keyfile_head(std::string_view text) { return TRY(parse(text)).head; }

Result<OpenKeyfile> open_keyfile(std::string_view text, const Pin& pin, const DeviceSecret& device) {
  const Parsed parsed = TRY(parse(text));
  if (!check_pin(pin)) return fail(Code::WRONG_PIN, "the PIN does not open the key file");
  const AeadKey key = TRY(derive(pin, device, parsed.randomness.salt));
  auto opened = aead_open(key, parsed.randomness.nonce, bytes_of(parsed.aad), parsed.sealed);
  if (!opened) return fail(Code::WRONG_PIN, "the PIN or the device secret does not open the key file");
  std::array<std::uint8_t, kSeedBytes> raw{};
  std::copy(opened->begin(), opened->end(), raw.begin());
  wipe(opened->data(), opened->size());
  const Ed25519Seed seed(raw);
  wipe(raw.data(), raw.size());
  Ed25519Secret secret = Ed25519Secret::from_seed(seed);
  if (secret.public_key() != parsed.head.public_key) return bad("the sealed key is not the one that the file names", "public");
  return OpenKeyfile{parsed.head, std::move(secret)};
}

}  // namespace warifu::crypto
