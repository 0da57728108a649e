#pragma once
// Passwords of people who log in: Argon2id, stored as one text that carries its own cost and salt.
// Hashing takes tens of milliseconds and kPasswordCost.memory_bytes on purpose: call it from a worker, never from the network loop.

#include <cstddef>
#include <string>

#include "base/error.h"
#include "base/sensitive.h"

namespace warifu::crypto {

struct PasswordCost {
  unsigned long long passes = 3;
  std::size_t memory_bytes = 64u * 1024 * 1024;
};
inline constexpr PasswordCost kPasswordCost{};
inline constexpr PasswordCost kPasswordCostForTests{1, 8192};
inline constexpr std::size_t kPasswordBytesMax = 1024;

// EMPTY_FIELD or TOO_LONG for the password, CRYPTO when memory is short.
[[nodiscard]] Result<std::string> hash_password(const Sensitive<std::string>& password, PasswordCost cost = kPasswordCost);
[[nodiscard]] bool verify_password(const std::string& hash, const Sensitive<std::string>& password);
// True when the hash was made at another cost and should be made again at the next right login.
[[nodiscard]] bool password_needs_rehash(const std::string& hash, PasswordCost cost = kPasswordCost);

}  // namespace warifu::crypto
