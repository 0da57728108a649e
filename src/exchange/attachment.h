#pragma once
// A large result as a sealed file of its own (docs/formats.md, "Attachments"): an age file with its own file key, whose parts of 4 MiB are the
// leaves of an RFC 6962 tree. The manifest names its digest, its length, the root over the parts, and digest and length of the plaintext.
//
// The plaintext is followed by zeros up to the next length that Padmé allows (at most 12 % more), so that the sealed length tells little. The
// true length is the manifest's plain_bytes and stands nowhere else; whoever opens the file cuts there and insists that the rest is zeros.
//
// Everything is a stream: memory does not grow with the file. Neither here nor at the receiver is a file of the final name ever incomplete.

#include <memory>
#include <string>
#include <vector>

#include "exchange/envelope.h"

namespace warifu::exchange {

inline constexpr std::uint64_t kPartBytes = 4 * 1024 * 1024;   // every part but the last
inline constexpr std::uint64_t kSealedBytesMax = 64ull << 30;  // 16,384 parts
inline constexpr std::size_t kPartsMax = kSealedBytesMax / kPartBytes;

// Padmé (PURBs, section 4): the next length whose binary spelling ends in as many zeros as its size allows.
[[nodiscard]] std::uint64_t padded_bytes(std::uint64_t plain_bytes);

[[nodiscard]] std::size_t part_count(std::uint64_t sealed_bytes);
[[nodiscard]] std::uint64_t part_bytes(std::uint64_t sealed_bytes, std::size_t index);

// What nobody could have sealed: no parts or more than kPartsMax, or a length that does not belong to the plaintext's. OUT_OF_RANGE, TOO_LARGE.
[[nodiscard]] Status check_lengths(const Attachment& attachment);

struct SealedFile {
  Attachment attachment;      // the line of the manifest
  std::vector<Sha256> parts;  // leaf hashes, RFC 6962
};

struct SealOptions {
  std::string path;  // of the age file; PATH.partial while it is written, PATH.parts beside it: the list of its parts
  std::vector<crypto::AgeRecipient> recipients;
  std::string media_type;
};

// Seals a stream into a file. What has been sealed is digested and written by threads of its own while the next part is sealed: an error of
// the disk comes with a later write, or with finish(). Holds at most 16 MiB.
class AttachmentSealer {
 public:
  [[nodiscard]] static Result<AttachmentSealer> start(SealOptions options);
  Status write(ByteView plaintext);
  // Durable when it returns; before, there is no file of that name. TOO_LARGE past kSealedBytesMax.
  Result<SealedFile> finish();
  AttachmentSealer(AttachmentSealer&&) noexcept;
  ~AttachmentSealer();

 private:
  struct Impl;
  explicit AttachmentSealer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

[[nodiscard]] Result<SealedFile> seal_file(const std::string& plain_path, SealOptions options);
// What seal_file left behind, after a restart. NOT_FOUND; STORE_CORRUPT when list and file do not belong together.
[[nodiscard]] Result<SealedFile> load_sealed(const std::string& path);
// One part of the sealed file, into a buffer that can be used for the next. STORE_CORRUPT when it is not what was sealed.
[[nodiscard]] Status read_part(const std::string& path, const SealedFile& sealed, std::size_t index, Bytes& into);

// Opens what comes in any pieces into OUTPUT.partial, and gives it its name only after the last chunk, the digest of the sealed file, that
// of the plaintext and the padding were all found right. CRYPTO with `where` = "sealed", "plain", "padding"; errors of crypto::AgeOpener.
class AttachmentOpener {
 public:
  [[nodiscard]] static Result<AttachmentOpener> start(const Attachment& wanted, std::vector<crypto::AgeIdentity> identities, std::string output);
  Status write(ByteView sealed);
  Status finish();
  AttachmentOpener(AttachmentOpener&&) noexcept;
  ~AttachmentOpener();

 private:
  struct Impl;
  explicit AttachmentOpener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The list of parts as text: what PATH.parts holds and what a download keeps.
[[nodiscard]] std::string parts_text(const SealedFile& sealed);
// BAD_NOTE when it is not exactly such a list, or its tree has another root.
[[nodiscard]] Result<SealedFile> parse_parts(std::string_view text);
inline constexpr std::size_t kPartsTextBytesMax = 1024 + kPartsMax * 65;

}  // namespace warifu::exchange
