#pragma once
// Keys that live in a security module (PKCS#11 2.40 with the Ed25519 of 3.0): an Ed25519 key signs there, a P-256 key agrees there, and neither
// can be read out. The module is a shared library that the configuration names; nothing is linked, and no engine of OpenSSL stands between.
//
// A Token may be used from several threads; each call borrows a session. When the token goes away and comes back (removed, restarted, logged out
// by another program) the next call finds it again by its label and logs in again, once. A PIN that was refused is never offered a second
// time, because a token locks itself after a few wrong ones.
//
// Errors: CONFIG, the module is no PKCS#11 library; TOKEN_UNAVAILABLE, no token of that label, or it does not answer; WRONG_PIN; NOT_FOUND, no
// such key; CONFLICT, two of one label; BAD_KEY, public and private part do not belong together, or a point that is none; CRYPTO, the
// token cannot do it. The message names PKCS#11's own code. No PIN and no key material is in any of them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/agreement.h"
#include "crypto/signing_key.h"

namespace warifu::crypto {

inline constexpr std::size_t kTokenSessionsMax = 16;  // at a time; further calls wait for one
inline constexpr std::size_t kTokenKeysMax = 1024;    // that list() reads
inline constexpr std::size_t kTokenLabelBytesMax = 128;

using TokenPin = Sensitive<std::string>;

struct TokenOptions {
  std::string module;  // path of the shared library
  std::string token;   // label of the token
  TokenPin pin;
};

enum class TokenKeyKind { ED25519, P256 };

class Token {
 public:
  [[nodiscard]] static Result<std::shared_ptr<Token>> open(TokenOptions options);
  ~Token();
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;

  // The key object keeps the token open. Found by label; tried once against its public part.
  [[nodiscard]] Result<std::shared_ptr<const SigningKey>> ed25519(std::string_view label) const;
  [[nodiscard]] Result<std::shared_ptr<const P256Secret>> p256(std::string_view label) const;
  // Born in the token, sensitive and not extractable. CONFLICT when a key of that label and kind exists.
  Result<std::shared_ptr<const SigningKey>> generate_ed25519(std::string_view label);
  Result<std::shared_ptr<const P256Secret>> generate_p256(std::string_view label);
  // Both parts of the key; NOT_FOUND when there is none. It cannot be undone.
  Status destroy(TokenKeyKind kind, std::string_view label);

  struct Listed {
    TokenKeyKind kind = TokenKeyKind::ED25519;
    std::string label;
    bool operator==(const Listed&) const = default;
  };
  // The private keys of both kinds, by label.
  [[nodiscard]] Result<std::vector<Listed>> list() const;

  struct Impl;

 private:
  explicit Token(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace warifu::crypto
