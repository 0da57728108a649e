#pragma once
// SHA-256 and what is built from it. These functions cannot fail for any input; a broken cryptographic library aborts the program,
// since going on without a digest would be worse (crypto/self_check.h says so at start-up, before anything depends on it).

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu::crypto {

[[nodiscard]] Sha256 sha256(ByteView data);
[[nodiscard]] Sha256 sha256(std::string_view data);

// For data that comes in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  Sha256Stream& update(ByteView data);
  Sha256Stream& update(std::string_view data);
  // The digest of everything so far; the stream starts anew.
  [[nodiscard]] Sha256 finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// RFC 2104; 32 bytes.
[[nodiscard]] Bytes hmac_sha256(ByteView key, ByteView data);

// RFC 5869, extract and expand; an empty salt stands for 32 zero bytes.
inline constexpr std::size_t kHkdfBytesMax = 255 * 32;
[[nodiscard]] Bytes hkdf_sha256(ByteView ikm, ByteView salt, std::string_view info, std::size_t n);

// Reads the file in pieces. NOT_FOUND when there is none, IO otherwise.
[[nodiscard]] Result<Sha256> sha256_file(const std::string& path);

// Equality whose time depends on the lengths only.
[[nodiscard]] bool equal_constant_time(ByteView a, ByteView b);

}  // namespace warifu::crypto
