#pragma once
// The key of somebody who admits organisations to an exchange (`warifu-admitter/v1`, docs/formats.md), at rest on what he carries with him: sealed
// under a passphrase that is his alone. Whoever finds the file, or copies it at the hub, has no admitter's signature. There is no second file beside
// it: it is carried to whichever machine the hub's people work at.

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/sensitive.h"
#include "crypto/ed25519.h"

namespace warifu::crypto {

using Passphrase = Sensitive<std::string>;

inline constexpr std::size_t kPassphraseCharactersMin = 12;
inline constexpr std::size_t kPassphraseCharactersMax = 128;

// 12 to 128 characters of well-formed UTF-8 without control characters.
[[nodiscard]] Status check_passphrase(const Passphrase& passphrase);

struct AdmitterFileHead {
  std::string name;  // <hub>/admit/<n>, as the file says it
  Ed25519Public public_key;
};
// `name`: [a-z0-9./-], as names of keys are.
[[nodiscard]] Result<std::string> seal_admitter_file(std::string_view name, const Ed25519Secret& secret, const Passphrase& passphrase);
// What the file says in clear: whose key it is. Authentic only after opening. BAD_KEYFILE.
[[nodiscard]] Result<AdmitterFileHead> read_admitter_file_head(std::string_view text);
// BAD_KEYFILE for anything but such a file; WRONG_PIN for another passphrase or an altered file.
[[nodiscard]] Result<Ed25519Secret> open_admitter_file(std::string_view text, const Passphrase& passphrase);

}  // namespace warifu::crypto
