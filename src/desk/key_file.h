#pragma once
// What a key file of a node says (desk/keyring.h has the three kinds). Exact: one spelling for one key, anything else is BAD_KEYFILE.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/age.h"
#include "crypto/ed25519.h"
#include "crypto/pkcs11.h"

namespace warifu::desk {

inline constexpr std::size_t kKeyFileBytesMax = 4096;

// A key that lies in a token.
struct TokenReference {
  std::string label;
  crypto::TokenKeyKind kind = crypto::TokenKeyKind::ED25519;
  Bytes public_key;
  bool operator==(const TokenReference&) const = default;
};

using KeyFile = std::variant<crypto::Ed25519Seed, TokenReference, crypto::AgeIdentity>;

[[nodiscard]] Sensitive<std::string> spell_key_file(std::string_view name, const crypto::Ed25519Seed& seed);
[[nodiscard]] Sensitive<std::string> spell_key_file(std::string_view name, const TokenReference& reference);
[[nodiscard]] Sensitive<std::string> spell_key_file(std::string_view name, const crypto::AgeIdentity& identity);

// The file of the key of this name. NOT_FOUND; BAD_KEYFILE also when others may read it; CRYPTO for a seal key that the library has no ML-KEM for.
[[nodiscard]] Result<KeyFile> read_key_file(const std::string& path, std::string_view name);
// Whatever its name: where the key lies, when it is in a token.
[[nodiscard]] std::optional<TokenReference> token_reference_of(std::string_view content);

}  // namespace warifu::desk
