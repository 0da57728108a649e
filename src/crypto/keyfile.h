#pragma once
// A person's signing key at rest (`warifu-keyfile/v1`, docs/formats.md): sealed under a PIN and a random device secret that is kept
// apart from the file, so that neither the file alone nor the PIN alone opens it. The format is exact: one spelling per value, one
// set of costs, anything else is BAD_KEYFILE. A wrong PIN, a wrong device secret and an altered file all give WRONG_PIN.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/id.h"
#include "base/sensitive.h"
#include "crypto/ed25519.h"

namespace warifu::crypto {

using DeviceSecret = Sensitive<std::array<std::uint8_t, 32>>;
using Pin = Sensitive<std::string>;

inline constexpr std::size_t kPinCharactersMin = 6;
inline constexpr std::size_t kPinCharactersMax = 64;

[[nodiscard]] DeviceSecret new_device_secret();
// The file that holds a device secret is one line of base64.
[[nodiscard]] std::string device_secret_text(const DeviceSecret& device);
[[nodiscard]] Result<DeviceSecret> parse_device_secret(std::string_view text);

// 6 to 64 characters of well-formed UTF-8 without control characters.
[[nodiscard]] Status check_pin(const Pin& pin);

struct KeyfileHead {
  std::string org;
  PersonId person;
  Ed25519Public public_key;
};
struct OpenKeyfile {
  KeyfileHead head;
  Ed25519Secret secret;
};

[[nodiscard]] Result<std::string> seal_keyfile(std::string_view org, PersonId person, const Ed25519Secret& secret, const Pin& pin,
                                               const DeviceSecret& device);
// What the file says in clear: whose key it is. Authentic only after opening.
[[nodiscard]] Result<KeyfileHead> read_keyfile_head(std::string_view text);
[[nodiscard]] Result<OpenKeyfile> open_keyfile(std::string_view text, const Pin& pin, const DeviceSecret& device);

// With salt and nonce given: for test vectors only, since a nonce must never be used twice with a key.
struct KeyfileRandomness {
  std::array<std::uint8_t, 16> salt{};
  std::array<std::uint8_t, 12> nonce{};
};
[[nodiscard]] Result<std::string> seal_keyfile_with(std::string_view org, PersonId person, const Ed25519Secret& secret, const Pin& pin,
                                                    const DeviceSecret& device, const KeyfileRandomness& randomness);

}  // namespace warifu::crypto
