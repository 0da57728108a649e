#include "exchange/attachment.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/file_stream.h"
#include "crypto/hash.h"
#include "exchange/lane.h"
#include "ledger/merkle.h"
#include "note/lines.h"

namespace warifu::exchange {

namespace {

constexpr std::string_view kPartsVersion = "warifu-parts/v1";
constexpr mode_t kPrivate = 0600;
constexpr std::uint64_t kAgeNonceBytes = 16, kAgeTagBytes = 16;
constexpr std::size_t kReadBytes = 1024 * 1024;
constexpr std::size_t kSealBuffers = 4;  // of a part each: one that grows, and as many as lanes may lag behind
constexpr std::size_t kOpenBuffers = 4, kOpenBufferBytes = 1024 * 1024;

std::string list_path(const std::string& path) { return path + ".parts"; }

std::uint64_t payload_bytes(std::uint64_t padded) {
  const std::uint64_t chunks = std::max<std::uint64_t>(1, (padded + crypto::kAgeChunkBytes - 1) / crypto::kAgeChunkBytes);
  return kAgeNonceBytes + padded + chunks * kAgeTagBytes;
}

tl::unexpected<Error> corrupt(const std::string& message, const std::string& where) { return fail(Code::STORE_CORRUPT, message, where); }

}  // namespace

// ── lengths ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

std::uint64_t padded_bytes(std::uint64_t plain_bytes) {
  if (plain_bytes < 2) return plain_bytes;
  const unsigned exponent = static_cast<unsigned>(std::bit_width(plain_bytes)) - 1;
  const unsigned significant = static_cast<unsigned>(std::bit_width(exponent));
  const std::uint64_t mask = (std::uint64_t{1} << (exponent - significant)) - 1;
  return (plain_bytes + mask) & ~mask;
}

std::size_t part_count(std::uint64_t sealed_bytes) { return static_cast<std::size_t>((sealed_bytes + kPartBytes - 1) / kPartBytes); }

std::uint64_t part_bytes(std::uint64_t sealed_bytes, std::size_t index) {
  CHECK_THAT(index < part_count(sealed_bytes));
  return std::min(kPartBytes, sealed_bytes - index * kPartBytes);
}

Status check_lengths(const Attachment& attachment) {
  if (attachment.sealed_bytes > kSealedBytesMax)
    return fail(Code::TOO_LARGE, "an attachment of more than 64 GiB", "att", {{"max", std::to_string(kSealedBytesMax)}});
  // The plaintext fixes the payload; before it stands a header of at least one stanza.
  const auto outside = [] {
    return fail(Code::OUT_OF_RANGE, "sealed and plain length do not belong together", "att", {{"min", "1"}, {"max", "65536"}});
  };
  if (attachment.plain_bytes > attachment.sealed_bytes) return outside();
  const std::uint64_t payload = payload_bytes(padded_bytes(attachment.plain_bytes));
  if (attachment.sealed_bytes <= payload || attachment.sealed_bytes - payload > crypto::kAgeHeaderBytesMax) return outside();
  return {};
}

// ── sealing ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

// Three digests, a cipher and writing: on one core they would halve the speed. The caller's thread seals and digests the plaintext, one lane digests
// the sealed whole and writes it, one digests its parts.
struct AttachmentSealer::Impl {
  Impl(SealOptions given, FileWriter writer) : options(std::move(given)), file(std::move(writer)) {}

  SealOptions options;
  FileWriter file;
  crypto::Sha256Stream plain, whole;
  std::vector<Sha256> parts;
  std::uint64_t plain_bytes = 0, sealed_bytes = 0;
  BufferPool pool{kSealBuffers, kPartBytes};
  Lane writing{kSealBuffers, [this](ByteView ready) -> Status {
                 whole.update(ready);
                 return file.write(ready);
               }};
  Lane leaves{kSealBuffers, [this](ByteView ready) -> Status {
                parts.push_back(ledger::leaf_hash(ready));
                return {};
              }};
  Buffer part;  // the one that is growing, once it has begun
  std::optional<crypto::AgeSealer> sealer;
  bool is_finished = false;

  Status take(ByteView sealed) {
    sealed_bytes += sealed.size();
    if (sealed_bytes > kSealedBytesMax)
      return fail(Code::TOO_LARGE, "an attachment of more than 64 GiB", "att", {{"max", std::to_string(kSealedBytesMax)}});
    while (!sealed.empty()) {
      if (!part) part = pool.take();
      const std::size_t taken = std::min<std::size_t>(sealed.size(), kPartBytes - part->size());
      part->insert(part->end(), sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(taken));
      sealed = sealed.subspan(taken);
      if (part->size() == kPartBytes) TRY(hand_over());
    }
    return {};
  }
  Status hand_over() {
    TRY(writing.push(part));
    return leaves.push(std::exchange(part, {}));
  }
};

AttachmentSealer::AttachmentSealer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AttachmentSealer::AttachmentSealer(AttachmentSealer&&) noexcept = default;
AttachmentSealer::~AttachmentSealer() = default;

Result<AttachmentSealer> AttachmentSealer::start(SealOptions options) {
  FileWriter file = TRY(FileWriter::create(options.path, kPrivate));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(file));
  Impl* const self = impl.get();
  impl->sealer.emplace(TRY(crypto::AgeSealer::start(impl->options.recipients, [self](ByteView sealed) { return self->take(sealed); })));
  return AttachmentSealer(std::move(impl));
}

Status AttachmentSealer::write(ByteView plaintext) {
  CHECK_THAT(!impl_->is_finished);
  impl_->plain.update(plaintext);
  impl_->plain_bytes += plaintext.size();
  return impl_->sealer->write(plaintext);
}

Result<SealedFile> AttachmentSealer::finish() {
  CHECK_THAT(!impl_->is_finished);
  impl_->is_finished = true;
  static constexpr std::array<std::uint8_t, crypto::kAgeChunkBytes> kZeros{};
  for (std::uint64_t left = padded_bytes(impl_->plain_bytes) - impl_->plain_bytes; left > 0;) {
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kZeros.size()));
    TRY(impl_->sealer->write(ByteView(kZeros).first(size)));
    left -= size;
  }
  TRY(impl_->sealer->finish());
  if (impl_->part) TRY(impl_->hand_over());
  TRY(impl_->writing.finish());
  TRY(impl_->leaves.finish());
  SealedFile out;
  out.parts = std::move(impl_->parts);
  out.attachment = {.sealed = impl_->whole.finish(),
                    .sealed_bytes = impl_->sealed_bytes,
                    .parts = ledger::tree_root(out.parts),
                    .plain = impl_->plain.finish(),
                    .plain_bytes = impl_->plain_bytes,
                    .media_type = impl_->options.media_type};
  // The list first: a file that has its name has its list.
  const std::string list = parts_text(out);
  TRY(write_file_durably(list_path(impl_->options.path), bytes_of(list), kPrivate));
  TRY(impl_->file.commit());
  return out;
}

Result<SealedFile> seal_file(const std::string& plain_path, SealOptions options) {
  const FileReader in = TRY(FileReader::open(plain_path));
  AttachmentSealer sealer = TRY(AttachmentSealer::start(std::move(options)));
  Bytes buffer(kReadBytes);
  for (std::uint64_t at = 0;;) {
    const std::size_t count = TRY(in.read_at(at, buffer));
    TRY(sealer.write(ByteView(buffer).first(count)));
    at += count;
    in.forget_before(at);
    if (count < buffer.size()) break;
  }
  return sealer.finish();
}

Result<SealedFile> load_sealed(const std::string& path) {
  const FileReader file = TRY(FileReader::open(path));
  Result<std::string> text = read_file(list_path(path), kPartsTextBytesMax);
  if (!text) return corrupt("the list of parts cannot be read", list_path(path));
  Result<SealedFile> sealed = parse_parts(*text);
  if (!sealed || sealed->attachment.sealed_bytes != file.bytes()) return corrupt("the list of parts is of another file", path);
  return sealed;
}

Status read_part(const std::string& path, const SealedFile& sealed, std::size_t index, Bytes& into) {
  const FileReader file = TRY(FileReader::open(path));
  into.resize(static_cast<std::size_t>(part_bytes(sealed.attachment.sealed_bytes, index)));
  if (TRY(file.read_at(index * kPartBytes, into)) != into.size() || ledger::leaf_hash(into) != sealed.parts[index])
    return corrupt("a part is not what was sealed", path + " part " + std::to_string(index));
  file.forget_before(index * kPartBytes + into.size());
  return {};
}

// ── opening ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

// The caller's thread opens and digests what was sealed; a lane digests and writes the content.
struct AttachmentOpener::Impl {
  Impl(Attachment given, FileWriter writer) : wanted(std::move(given)), file(std::move(writer)) {}

  Attachment wanted;
  FileWriter file;
  crypto::Sha256Stream sealed, plain;
  std::uint64_t sealed_bytes = 0, opened_bytes = 0;
  BufferPool pool{kOpenBuffers, kOpenBufferBytes};
  Lane writing{kOpenBuffers, [this](ByteView ready) -> Status {
                 plain.update(ready);
                 return file.write(ready);
               }};
  Buffer content;  // the one that is growing, once it has begun
  std::optional<crypto::AgeOpener> opener;

  Status take(ByteView opened) {
    const std::uint64_t left = wanted.plain_bytes - std::min(opened_bytes, wanted.plain_bytes);
    ByteView more = opened.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, opened.size())));
    const ByteView padding = opened.subspan(more.size());
    if (std::ranges::any_of(padding, [](std::uint8_t b) { return b != 0; })) return fail(Code::CRYPTO, "something stands in the padding", "padding");
    opened_bytes += opened.size();
    while (!more.empty()) {
      if (!content) content = pool.take();
      const std::size_t taken = std::min(more.size(), kOpenBufferBytes - content->size());
      content->insert(content->end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(taken));
      more = more.subspan(taken);
      if (content->size() == kOpenBufferBytes) TRY(writing.push(std::exchange(content, {})));
    }
    return {};
  }
};

AttachmentOpener::AttachmentOpener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AttachmentOpener::AttachmentOpener(AttachmentOpener&&) noexcept = default;
AttachmentOpener::~AttachmentOpener() = default;

Result<AttachmentOpener> AttachmentOpener::start(const Attachment& wanted, std::vector<crypto::AgeIdentity> identities, std::string output) {
  TRY(check_lengths(wanted));
  auto impl = std::make_unique<Impl>(wanted, TRY(FileWriter::create(output, kPrivate)));
  Impl* const self = impl.get();
  impl->opener.emplace(std::move(identities), [self](ByteView opened) { return self->take(opened); });
  return AttachmentOpener(std::move(impl));
}

Status AttachmentOpener::write(ByteView sealed) {
  impl_->sealed_bytes += sealed.size();
  if (impl_->sealed_bytes > impl_->wanted.sealed_bytes) return fail(Code::CRYPTO, "more than the manifest names", "sealed");
  impl_->sealed.update(sealed);
  return impl_->opener->write(sealed);
}

Status AttachmentOpener::finish() {
  TRY(impl_->opener->finish());
  if (impl_->sealed_bytes != impl_->wanted.sealed_bytes || impl_->sealed.finish() != impl_->wanted.sealed)
    return fail(Code::CRYPTO, "not the file that the manifest names", "sealed");
  if (impl_->opened_bytes != padded_bytes(impl_->wanted.plain_bytes)) return fail(Code::CRYPTO, "padded to another length", "padding");
  if (impl_->content) TRY(impl_->writing.push(std::exchange(impl_->content, {})));
  TRY(impl_->writing.finish());
  if (impl_->plain.finish() != impl_->wanted.plain) return fail(Code::CRYPTO, "not the content that the manifest names", "plain");
  return impl_->file.commit();
}

// ── the list ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string parts_text(const SealedFile& sealed) {
  const Attachment& att = sealed.attachment;
  std::string out = std::string(kPartsVersion) + "\natt " + att.sealed.hex() + " " + std::to_string(att.sealed_bytes) + " " + att.parts.hex() + " " +
                    att.plain.hex() + " " + std::to_string(att.plain_bytes) + " " + att.media_type + "\n";
  for (const Sha256& part : sealed.parts) out += part.hex() + "\n";
  return out;
}

Result<SealedFile> parse_parts(std::string_view text) {
  note::LineReader in(text);
  TRY(in.literal(kPartsVersion));
  const auto fields = TRY(note::split_fields(TRY(in.expect("att")), 6, "att"));
  SealedFile out;
  out.attachment = {.sealed = TRY(note::parse_sha256(fields[0], "att")),
                    .sealed_bytes = TRY(note::parse_decimal(fields[1], "att", kSealedBytesMax)),
                    .parts = TRY(note::parse_sha256(fields[2], "att")),
                    .plain = TRY(note::parse_sha256(fields[3], "att")),
                    .plain_bytes = TRY(note::parse_decimal(fields[4], "att", kSealedBytesMax)),
                    .media_type = std::string(fields[5])};
  const std::size_t count = part_count(out.attachment.sealed_bytes);
  out.parts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.parts.push_back(TRY(note::parse_sha256(TRY(in.line("part")), "part")));
  TRY(in.end());
  if (ledger::tree_root(out.parts) != out.attachment.parts) return fail(Code::BAD_NOTE, "the parts have another root", "part");
  return out;
}

}  // namespace warifu::exchange
