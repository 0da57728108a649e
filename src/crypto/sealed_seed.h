#pragma once
// Inside this room: an Ed25519 seed sealed under something that is typed, as a file of six lines. Two formats are made of it, a person's key file and
// an admitter's (crypto/keyfile.h, crypto/admitter_file.h); they differ in version, subject and cost, and in what belongs to the password.
//
//   <version>
//   <keyword> <subject>
//   public <base64 of the 32 bytes of the public key>
//   kdf argon2id <memory KiB> <passes> <lanes> <base64 of the salt, 16 bytes>
//   nonce <base64 of 12 bytes>
//   sealed <base64 of 48 bytes>
//
// key = HKDF-SHA-256(Argon2id(password, salt) ‖ second, info = version); the lines before `sealed` are authenticated with it. One spelling per value,
// one set of costs; anything else is BAD_KEYFILE, so that a foreign file cannot make a reader spend memory.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sensitive.h"
#include "crypto/ed25519.h"

namespace warifu::crypto::internal {

struct SealedSeedFormat {
  std::string_view version, keyword, cost;
  unsigned long long passes = 0;
  std::size_t memory_bytes = 0;
};

struct SealedSeedRandomness {
  std::array<std::uint8_t, 16> salt{};
  std::array<std::uint8_t, 12> nonce{};
};

// What a file says in clear. Views into the text that was read; authentic only after opening.
struct SealedSeed {
  std::string_view subject;
  Ed25519Public public_key;
  SealedSeedRandomness randomness;
  std::string_view aad;
  Bytes sealed;
};

// `second`: what besides the password is needed, as bytes of the key derivation; empty when there is nothing.
struct SeedSecrets {
  const Sensitive<std::string>& password;
  ByteView second;
};

[[nodiscard]] Result<SealedSeed> parse_sealed_seed(const SealedSeedFormat& format, std::string_view text);
[[nodiscard]] Result<std::string> seal_seed(const SealedSeedFormat& format, std::string_view subject, const Ed25519Secret& secret,
                                            const SeedSecrets& secrets, const SealedSeedRandomness& randomness);
// WRONG_PIN when the secrets do not open it, or the file was altered.
[[nodiscard]] Result<Ed25519Secret> open_seed(const SealedSeedFormat& format, const SealedSeed& file, const SeedSecrets& secrets);

// Well-formed UTF-8 without control characters, of that many characters. OUT_OF_RANGE, CONTROL_CHARACTER, BAD_ENCODING.
[[nodiscard]] Status check_typed(const Sensitive<std::string>& typed, std::size_t characters_min, std::size_t characters_max, const char* where);

}  // namespace warifu::crypto::internal
