#include "crypto/hash.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "base/sensitive.h"
#include "crypto/hmac_key.h"
#include "crypto/openssl_internal.h"

namespace warifu::crypto {

namespace internal {
const EVP_MD* sha256_method() {
  static const std::unique_ptr<EVP_MD, Free> method(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  CHECK_THAT(method != nullptr);
  return method.get();
}
}  // namespace internal

struct Sha256Stream::Impl {
  internal::MdCtxPtr context{EVP_MD_CTX_new()};
  bool is_begun = false;

  void begin() {
    if (std::exchange(is_begun, true)) return;
    CHECK_THAT(EVP_DigestInit_ex2(context.get(), internal::sha256_method(), nullptr) == 1);
  }

  // Those of this thread that nobody uses at the moment: making one costs more than hashing a short message, and a tree is made of short ones.
  static std::vector<std::unique_ptr<Impl>>& spare() {
    thread_local std::vector<std::unique_ptr<Impl>> spare;
    return spare;
  }
};

Sha256 sha256(ByteView data) { return Sha256Stream().update(data).finish(); }

Sha256 sha256(std::string_view data) { return sha256(bytes_of(data)); }

Sha256Stream::Sha256Stream() {
  auto& spare = Impl::spare();
  if (spare.empty()) {
    impl_ = std::make_unique<Impl>();
    CHECK_THAT(impl_->context != nullptr);
    return;
  }
  impl_ = std::move(spare.back());
  spare.pop_back();
}

Sha256Stream::~Sha256Stream() {
  constexpr std::size_t kSpareMax = 4;
  // One that was left in the middle holds what it was given last.
  if (impl_ && !impl_->is_begun && Impl::spare().size() < kSpareMax) Impl::spare().push_back(std::move(impl_));
}

Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

Sha256Stream& Sha256Stream::update(ByteView data) {
  impl_->begin();
  CHECK_THAT(EVP_DigestUpdate(impl_->context.get(), internal::address(data.data()), data.size()) == 1);
  return *this;
}

Sha256Stream& Sha256Stream::update(std::string_view data) { return update(bytes_of(data)); }

Sha256 Sha256Stream::finish() {
  impl_->begin();
  Sha256 digest;
  CHECK_THAT(EVP_DigestFinal_ex(impl_->context.get(), digest.bytes.data(), nullptr) == 1);
  impl_->is_begun = false;
  return digest;
}

Bytes hmac_sha256(ByteView key, ByteView data) {
  // By libsodium: OpenSSL's way to it looks up the algorithm's names four times for each short text.
  const auto mac = HmacKey(key).mac(data);
  return Bytes(mac.begin(), mac.end());
}

Bytes hkdf_sha256(ByteView ikm, ByteView salt, std::string_view info, std::size_t n) {
  CHECK_THAT(n <= kHkdfBytesMax);
  const std::array<std::uint8_t, 32> zeros{};
  Bytes extracted = hmac_sha256(salt.empty() ? ByteView(zeros) : salt, ikm);
  Bytes out;
  out.reserve(n);
  Bytes block;
  Bytes input;
  for (std::uint8_t counter = 1; out.size() < n; ++counter) {
    input = block;
    input.insert(input.end(), info.begin(), info.end());
    input.push_back(counter);
    block = hmac_sha256(extracted, input);
    const std::size_t taken = std::min(block.size(), n - out.size());
    out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(taken));
  }
  wipe(extracted.data(), extracted.size());
  wipe(block.data(), block.size());
  wipe(input.data(), input.size());
  return out;
}

namespace {
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};
tl::unexpected<Error> system_failure(int number) {
  return fail(number == ENOENT ? Code::NOT_FOUND : Code::IO, "reading a file: " + std::generic_category().message(number));
}
}  // namespace

Result<Sha256> sha256_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return system_failure(errno);
  Sha256Stream stream;
  Bytes buffer(64 * 1024);
  for (;;) {
    const ssize_t got = ::read(file.fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(errno);
    if (got == 0) return stream.finish();
    stream.update(ByteView(buffer.data(), static_cast<std::size_t>(got)));
  }
}

bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace warifu::crypto
