#pragma once
// The age file format, version 1 (C2SP age.md): what is sealed for somebody can be opened by that key alone, here and by any other program of
// the format. It authenticates no sender: who sealed it is said by the signed note inside (the exchange's manifest).
//
// Recipients are X25519 keys ("age1…") and P-256 keys, which may live in a security module ("age1tag1…", stanza p256tag). Ours are binary
// files of at most 64 stanzas and 64 KiB of header; passphrase stanzas are refused. Post-quantum recipients are refused with a reason until
// the cryptographic library offers ML-KEM.
//
// Errors of opening: BAD_ENCODING, the header or a stanza for us is not well-formed; KEY_UNKNOWN, sealed for somebody else; CRYPTO with `where`
// "header" or "payload", it was altered or cut. What the sink has been given before an error is authentic but incomplete: it must be thrown away.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/agreement.h"

namespace warifu::crypto {

inline constexpr std::size_t kAgeChunkBytes = 65536;
inline constexpr std::size_t kAgeStanzasMax = 64;
inline constexpr std::size_t kAgeHeaderBytesMax = 64 * 1024;

struct AgeRecipient {
  std::variant<X25519Public, P256Public> key;

  // BAD_KEY for anything else than one of the two spellings.
  [[nodiscard]] static Result<AgeRecipient> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  bool operator==(const AgeRecipient&) const = default;
};

struct AgeIdentity {
  std::variant<X25519Secret, std::shared_ptr<const P256Secret>> key;

  // "AGE-SECRET-KEY-1…", X25519 only.
  [[nodiscard]] static Result<AgeIdentity> parse(std::string_view text);
  [[nodiscard]] static AgeIdentity generate();
  // Empty for a key that may not be spelled out.
  [[nodiscard]] Sensitive<std::string> text() const;
  [[nodiscard]] AgeRecipient recipient() const;
};

using ByteSink = std::function<Status(ByteView)>;

// Seals a stream. Nothing is complete before finish() has succeeded.
class AgeSealer {
 public:
  // Writes the header. Between 1 and 64 recipients: EMPTY_FIELD, TOO_MANY.
  [[nodiscard]] static Result<AgeSealer> start(std::span<const AgeRecipient> recipients, ByteSink sink);
  Status write(ByteView plaintext);
  Status finish();
  AgeSealer(AgeSealer&&) noexcept;
  ~AgeSealer();

 private:
  struct Impl;
  explicit AgeSealer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Opens a stream that comes in pieces of any size.
class AgeOpener {
 public:
  AgeOpener(std::vector<AgeIdentity> identities, ByteSink sink);
  Status write(ByteView sealed);
  Status finish();
  // How many stanzas the header had; known once the header has been read.
  [[nodiscard]] std::size_t stanzas() const;
  AgeOpener(AgeOpener&&) noexcept;
  ~AgeOpener();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The same for what fits into memory.
[[nodiscard]] Result<Bytes> age_seal(std::span<const AgeRecipient> recipients, ByteView plaintext);
struct AgeOpened {
  Bytes plaintext;
  std::size_t stanzas = 0;
};
[[nodiscard]] Result<AgeOpened> age_open(std::vector<AgeIdentity> identities, ByteView sealed);

// Whether the library offers ML-KEM-768 (OpenSSL 3.5 and later): what a recipient "age1pq1…" needs.
[[nodiscard]] bool has_ml_kem();

}  // namespace warifu::crypto
