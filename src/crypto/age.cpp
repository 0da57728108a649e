#include "crypto/age.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

#include "crypto/aead.h"
#include "crypto/age_keys.h"
#include "crypto/hash.h"
#include "crypto/openssl_internal.h"
#include "crypto/random.h"

namespace warifu::crypto {

namespace {

using internal::AgeFileKey;
using internal::AgeHeader;

constexpr std::size_t kSealedChunkBytes = kAgeChunkBytes + kAeadTagBytes;
constexpr std::size_t kPayloadNonceBytes = 16;

// One cipher context for a whole stream: the key is set once, each chunk sets the nonce only.
class Stream {
 public:
  Stream(const AgeFileKey& file_key, ByteView nonce, bool is_sealing) : is_sealing_(is_sealing), context_(EVP_CIPHER_CTX_new()) {
    Bytes key = hkdf_sha256(file_key.reveal(), nonce, "payload", 32);
    CHECK_THAT(context_ != nullptr);
    CHECK_THAT(EVP_CipherInit_ex2(context_.get(), EVP_chacha20_poly1305(), key.data(), counter_.data(), is_sealing ? 1 : 0, nullptr) == 1);
    wipe(key.data(), key.size());
  }

  // `out` has room for 16 bytes more than `in`.
  void seal(ByteView in, bool is_last, std::uint8_t* out) {
    begin(is_last);
    int written = 0;
    if (!in.empty()) CHECK_THAT(EVP_CipherUpdate(context_.get(), out, &written, in.data(), static_cast<int>(in.size())) == 1);
    std::uint8_t* tag = out + in.size();
    CHECK_THAT(EVP_CipherFinal_ex(context_.get(), tag, &written) == 1);
    CHECK_THAT(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kAeadTagBytes), tag) == 1);
    advance();
  }

  // False when it does not authenticate; `out` must not be used then.
  [[nodiscard]] bool open(ByteView sealed, bool is_last, std::uint8_t* out) {
    begin(is_last);
    const std::size_t size = sealed.size() - kAeadTagBytes;
    std::array<std::uint8_t, kAeadTagBytes> tag{};
    std::memcpy(tag.data(), sealed.data() + size, tag.size());
    CHECK_THAT(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) == 1);
    int written = 0;
    if (size != 0) CHECK_THAT(EVP_CipherUpdate(context_.get(), out, &written, sealed.data(), static_cast<int>(size)) == 1);
    std::array<std::uint8_t, 1> rest{};
    const bool is_authentic = EVP_CipherFinal_ex(context_.get(), rest.data(), &written) == 1;
    if (is_authentic) advance();
    return is_authentic;
  }

  [[nodiscard]] bool is_first() const { return chunks_ == 0; }

 private:
  void begin(bool is_last) {
    counter_[11] = is_last ? 1 : 0;
    CHECK_THAT(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, counter_.data(), is_sealing_ ? 1 : 0, nullptr) == 1);
  }
  void advance() {
    ++chunks_;
    for (std::size_t i = 11; i-- > 0;)
      if (++counter_[i] != 0) return;
    CHECK_THAT(false);  // 2^88 chunks
  }

  bool is_sealing_;
  internal::CipherCtxPtr context_;
  AeadNonce counter_{};  // eleven bytes of counter, big-endian, and the mark of the last chunk
  std::uint64_t chunks_ = 0;
};

Bytes mac_of(const AgeFileKey& file_key, std::string_view authenticated) {
  Bytes key = hkdf_sha256(file_key.reveal(), {}, "header", 32);
  Bytes mac = hmac_sha256(key, bytes_of(authenticated));
  wipe(key.data(), key.size());
  return mac;
}

}  // namespace

// ── sealing ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

struct AgeSealer::Impl {
  Stream stream;
  ByteSink sink;
  Bytes held;  // less than or exactly a chunk: whether it is the last one is known when more comes or at the end
  Bytes out = Bytes(kSealedChunkBytes);
  bool is_finished = false;

  Status put(ByteView chunk, bool is_last) {
    stream.seal(chunk, is_last, out.data());
    return sink(ByteView(out).first(chunk.size() + kAeadTagBytes));
  }
};

AgeSealer::AgeSealer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AgeSealer::AgeSealer(AgeSealer&&) noexcept = default;
AgeSealer::~AgeSealer() = default;

Result<AgeSealer> AgeSealer::start(std::span<const AgeRecipient> recipients, ByteSink sink) {
  if (recipients.empty()) return fail(Code::EMPTY_FIELD, "sealed for nobody", "recipients");
  const auto hybrids = static_cast<std::size_t>(
      std::ranges::count_if(recipients, [](const AgeRecipient& one) { return std::holds_alternative<HybridPublic>(one.key); }));
  if (hybrids != 0 && hybrids != recipients.size())
    return fail(Code::BAD_VALUE, "post-quantum recipients beside others", "recipients", {{"expected", "recipients of one kind"}});
  const std::size_t max = hybrids == 0 ? kAgeStanzasMax : kAgeHybridStanzasMax;
  if (recipients.size() > max) return fail(Code::TOO_MANY, "too many recipients", "recipients", {{"max", std::to_string(max)}});
  const AgeFileKey file_key(random_array<16>());
  std::string header(internal::kAgeFirstLine);
  for (const AgeRecipient& recipient : recipients) {
    const Result<internal::AgeStanza> stanza = internal::wrap(recipient, file_key);
    if (!stanza && stanza.error().code == Code::BAD_KEY) return fail(Code::BAD_KEY, stanza.error().message, "recipients");
    header += internal::spell(TRY(stanza));
  }
  header += "---";
  header += " " + internal::bare_base64(mac_of(file_key, header)) + "\n";
  const auto nonce = random_array<kPayloadNonceBytes>();
  TRY(sink(bytes_of(header)));
  TRY(sink(nonce));
  auto impl = std::make_unique<Impl>(Impl{Stream(file_key, nonce, true), std::move(sink), {}, Bytes(kSealedChunkBytes), false});
  impl->held.reserve(kAgeChunkBytes);
  return AgeSealer(std::move(impl));
}

Status AgeSealer::write(ByteView plaintext) {
  CHECK_THAT(!impl_->is_finished);
  while (!plaintext.empty()) {
    if (impl_->held.size() == kAgeChunkBytes) {
      TRY(impl_->put(impl_->held, false));
      impl_->held.clear();
    }
    // Whole chunks that are certainly not the last go without a copy.
    while (impl_->held.empty() && plaintext.size() > kAgeChunkBytes) {
      TRY(impl_->put(plaintext.first(kAgeChunkBytes), false));
      plaintext = plaintext.subspan(kAgeChunkBytes);
    }
    const std::size_t taken = std::min(plaintext.size(), kAgeChunkBytes - impl_->held.size());
    impl_->held.insert(impl_->held.end(), plaintext.begin(), plaintext.begin() + static_cast<std::ptrdiff_t>(taken));
    plaintext = plaintext.subspan(taken);
  }
  return {};
}

Status AgeSealer::finish() {
  CHECK_THAT(!impl_->is_finished);
  impl_->is_finished = true;
  const Status status = impl_->put(impl_->held, true);
  wipe(impl_->held.data(), impl_->held.size());
  return status;
}

// ── opening ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

struct AgeOpener::Impl {
  std::vector<AgeIdentity> identities;
  ByteSink sink;
  std::string head;  // until the header and the nonce are there
  Bytes held;        // sealed bytes of the chunk that is coming in
  Bytes out = Bytes(kAgeChunkBytes);
  std::optional<Stream> stream;
  std::size_t stanzas = 0;
  bool has_failed = false;

  Status open_head();
  Status take_payload(ByteView sealed);
  Status put(ByteView sealed, bool is_last);
};

AgeOpener::AgeOpener(std::vector<AgeIdentity> identities, ByteSink sink) : impl_(std::make_unique<Impl>()) {
  impl_->identities = std::move(identities);
  impl_->sink = std::move(sink);
}
AgeOpener::AgeOpener(AgeOpener&&) noexcept = default;
AgeOpener::~AgeOpener() = default;

std::size_t AgeOpener::stanzas() const { return impl_->stanzas; }

Status AgeOpener::Impl::open_head() {
  const AgeHeader header = TRY(AgeHeader::parse(head));
  stanzas = header.stanzas.size();
  std::optional<AgeFileKey> file_key;
  for (const internal::AgeStanza& stanza : header.stanzas) {
    if (stanza.args[0] == "scrypt") return fail(Code::BAD_ENCODING, "sealed with a passphrase", "header");
    for (const AgeIdentity& identity : identities) {
      std::optional<AgeFileKey> found = TRY(internal::unwrap(identity, stanza));
      if (found && !file_key) file_key = std::move(found);
    }
  }
  if (!file_key) return internal::no_key_fits(header);
  if (!equal_constant_time(mac_of(*file_key, header.authenticated), header.mac)) return fail(Code::CRYPTO, "the header was altered", "header");
  stream.emplace(*file_key, bytes_of(std::string_view(head).substr(header.bytes, kPayloadNonceBytes)), false);
  held.reserve(kSealedChunkBytes);
  return {};
}

Status AgeOpener::Impl::put(ByteView sealed, bool is_last) {
  if (sealed.size() < kAeadTagBytes) return fail(Code::CRYPTO, "the last chunk was cut", "payload");
  const bool is_empty = sealed.size() == kAeadTagBytes;
  if (is_empty && !stream->is_first()) return fail(Code::CRYPTO, "an empty last chunk", "payload");
  if (!stream->open(sealed, is_last, out.data())) return fail(Code::CRYPTO, "a chunk was altered, or the end is missing", "payload");
  return sink(ByteView(out).first(sealed.size() - kAeadTagBytes));
}

Status AgeOpener::Impl::take_payload(ByteView sealed) {
  while (!sealed.empty()) {
    if (held.size() == kSealedChunkBytes) {
      TRY(put(held, false));
      held.clear();
    }
    while (held.empty() && sealed.size() > kSealedChunkBytes) {
      TRY(put(sealed.first(kSealedChunkBytes), false));
      sealed = sealed.subspan(kSealedChunkBytes);
    }
    const std::size_t taken = std::min(sealed.size(), kSealedChunkBytes - held.size());
    held.insert(held.end(), sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(taken));
    sealed = sealed.subspan(taken);
  }
  return {};
}

Status AgeOpener::write(ByteView sealed) {
  CHECK_THAT(!impl_->has_failed);
  const auto step = [&]() -> Status {
    if (impl_->stream) return impl_->take_payload(sealed);
    impl_->head.append(text_of(sealed));
    const std::optional<std::size_t> end = internal::age_header_end(impl_->head);
    if (!end && impl_->head.size() > kAgeHeaderBytesMax) return fail(Code::BAD_ENCODING, "the header is too long", "header");
    if (end && *end > kAgeHeaderBytesMax) return fail(Code::BAD_ENCODING, "the header is too long", "header");
    if (!end || impl_->head.size() < *end + kPayloadNonceBytes) return {};
    TRY(impl_->open_head());
    const std::string rest = impl_->head.substr(*end + kPayloadNonceBytes);
    impl_->head.clear();
    return impl_->take_payload(bytes_of(rest));
  };
  Status status = step();
  impl_->has_failed = !status.has_value();
  return status;
}

Status AgeOpener::finish() {
  CHECK_THAT(!impl_->has_failed);
  const auto step = [&]() -> Status {
    if (impl_->stream) return impl_->put(impl_->held, true);
    TRY(AgeHeader::parse(impl_->head));  // says what is wrong with it, if anything
    return fail(Code::BAD_ENCODING, "the nonce behind the header was cut", "header");
  };
  Status status = step();
  impl_->has_failed = true;
  return status;
}

// ── in memory ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<Bytes> age_seal(std::span<const AgeRecipient> recipients, ByteView plaintext) {
  Bytes out;
  out.reserve(plaintext.size() + plaintext.size() / 4096 + 1024);
  const ByteSink sink = [&](ByteView part) -> Status {
    out.insert(out.end(), part.begin(), part.end());
    return {};
  };
  AgeSealer sealer = TRY(AgeSealer::start(recipients, sink));
  TRY(sealer.write(plaintext));
  TRY(sealer.finish());
  return out;
}

Result<AgeOpened> age_open(std::vector<AgeIdentity> identities, ByteView sealed) {
  AgeOpened out;
  AgeOpener opener(std::move(identities), [&](ByteView part) -> Status {
    out.plaintext.insert(out.plaintext.end(), part.begin(), part.end());
    return {};
  });
  TRY(opener.write(sealed));
  TRY(opener.finish());
  out.stanzas = opener.stanzas();
  return out;
}

}  // namespace warifu::crypto
