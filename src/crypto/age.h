#pragma once
// The age file format, version 1 (C2SP age.md): what is sealed for somebody can be opened by that key alone, here and by any other program of
// the format. It authenticates no sender: who sealed it is said by the signed note inside (the exchange's manifest).
//
// Recipients are X25519 keys ("age1…"), P-256 keys, which may live in a security module ("age1tag1…", stanza p256tag), and keys of the
// post-quantum hybrid ("age1pq1…", stanza mlkem768x25519), which need ML-KEM of the cryptographic library (crypto/hybrid_kem.h). Ours are binary
// files of at most 64 stanzas and 64 KiB of header; passphrase stanzas are refused.
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
#include "crypto/hybrid_kem.h"

namespace warifu::crypto {

inline constexpr std::size_t kAgeChunkBytes = 65536;
inline constexpr std::size_t kAgeStanzasMax = 64;
inline constexpr std::size_t kAgeHeaderBytesMax = 64 * 1024;
inline constexpr std::size_t kAgeHybridStanzasMax = 42;  // more of them do not fit the header

struct AgeRecipient {
  std::variant<X25519Public, P256Public, HybridPublic> key;

  // One of the three spellings; BAD_KEY. What somebody else sealed for can be read, and compared, without ML-KEM.
  [[nodiscard]] static Result<AgeRecipient> read(std::string_view text);
  // The same for whoever is going to seal for it: BAD_KEY also for a key of the hybrid that is none, and where the library has no ML-KEM (`where`
  // says "mlkem768x25519").
  [[nodiscard]] static Result<AgeRecipient> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  bool operator==(const AgeRecipient&) const = default;
};

struct AgeIdentity {
  std::variant<X25519Secret, std::shared_ptr<const P256Secret>, HybridSecret> key;

  // "AGE-SECRET-KEY-1…" (X25519) and "AGE-SECRET-KEY-PQ-1…"; BAD_KEY as of a recipient.
  [[nodiscard]] static Result<AgeIdentity> parse(std::string_view text);
  [[nodiscard]] static AgeIdentity generate();
  // CRYPTO without ML-KEM.
  [[nodiscard]] static Result<AgeIdentity> generate_hybrid();
  // Empty for a key that may not be spelled out.
  [[nodiscard]] Sensitive<std::string> text() const;
  [[nodiscard]] AgeRecipient recipient() const;
};

using ByteSink = std::function<Status(ByteView)>;

// Seals a stream. Nothing is complete before finish() has succeeded.
class AgeSealer {
 public:
  // Writes the header. Between 1 and 64 recipients, 42 of the hybrid: EMPTY_FIELD, TOO_MANY. Hybrid ones stand by themselves, since a curve beside
  // them would undo what they are for: BAD_VALUE. BAD_KEY for one that is no key of its kind; these with `where` "recipients". CRYPTO, `where`
  // "mlkem768x25519", where the library has no ML-KEM.
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

}  // namespace warifu::crypto
