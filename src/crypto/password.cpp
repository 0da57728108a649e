#include "crypto/password.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "crypto/openssl_internal.h"

namespace warifu::crypto {

Result<std::string> hash_password(const Sensitive<std::string>& password, PasswordCost cost) {
  internal::need_sodium();
  const std::string& text = password.reveal();
  if (text.empty()) return fail(Code::EMPTY_FIELD, "the password is empty", "/password");
  if (text.size() > kPasswordBytesMax)
    return fail(Code::TOO_LONG, "the password is too long", "/password", {{"max", std::to_string(kPasswordBytesMax)}});
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), text.data(), text.size(), cost.passes, cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(Code::CRYPTO, "Argon2id could not run (memory?)");
  return std::string(out.data());
}

bool verify_password(const std::string& hash, const Sensitive<std::string>& password) {
  internal::need_sodium();
  const std::string& text = password.reveal();
  // The prefix keeps out the other algorithms that libsodium would accept.
  if (!hash.starts_with("$argon2id$") || hash.size() >= crypto_pwhash_STRBYTES || text.empty() || text.size() > kPasswordBytesMax) return false;
  return crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0;
}

bool password_needs_rehash(const std::string& hash, PasswordCost cost) {
  internal::need_sodium();
  if (hash.size() >= crypto_pwhash_STRBYTES) return true;
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

}  // namespace warifu::crypto
