#pragma once
// Inside this room only: ownership of OpenSSL's objects and the start of libsodium.

#include <openssl/evp.h>

#include <cstdint>
#include <memory>

#include "crypto/agreement.h"

namespace warifu::crypto::internal {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
  void operator()(EVP_MD* p) const { EVP_MD_free(p); }
  void operator()(EVP_CIPHER* p) const { EVP_CIPHER_free(p); }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Free>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Free>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, Free>;

// Fetched once: an implicit fetch on each call costs more than hashing a short message.
[[nodiscard]] const EVP_MD* sha256_method();

// An empty view may have no address; OpenSSL takes a null pointer for "no buffer given" in places.
[[nodiscard]] inline const std::uint8_t* address(const std::uint8_t* data) {
  static constexpr std::uint8_t kNothing = 0;
  return data == nullptr ? &kNothing : data;
}

// Null when the bytes are no uncompressed point of P-256.
[[nodiscard]] PkeyPtr p256_public(const P256Public& point);

// Starts libsodium once; aborts when it cannot start.
void need_sodium();

}  // namespace warifu::crypto::internal
