#include "crypto/hybrid_kem.h"

#include <algorithm>

#include "crypto/ml_kem.h"
#include "crypto/random.h"

namespace warifu::crypto {

namespace {

using internal::kMlKemCiphertextBytes;
using internal::kMlKemPublicBytes;
using internal::kMlKemSeedBytes;

constexpr std::string_view kLabel = R"(\.//^\)";

static_assert(kMlKemPublicBytes + sizeof(X25519Public) == sizeof(HybridPublic));
static_assert(kMlKemCiphertextBytes + sizeof(X25519Public) == sizeof(HybridEnc));

struct Expanded {
  internal::MlKemSeed ml_kem;
  Sensitive<std::array<std::uint8_t, 32>> x25519;
};

Expanded expand(const Sensitive<std::array<std::uint8_t, 32>>& seed) {
  std::array<std::uint8_t, kMlKemSeedBytes + 32> whole{};
  const internal::MdCtxPtr context(EVP_MD_CTX_new());
  CHECK_THAT(context != nullptr && EVP_DigestInit_ex2(context.get(), EVP_shake256(), nullptr) == 1);
  CHECK_THAT(EVP_DigestUpdate(context.get(), seed.reveal().data(), seed.reveal().size()) == 1);
  CHECK_THAT(EVP_DigestFinalXOF(context.get(), whole.data(), whole.size()) == 1);
  std::array<std::uint8_t, kMlKemSeedBytes> first{};
  std::array<std::uint8_t, 32> second{};
  std::copy_n(whole.begin(), first.size(), first.begin());
  std::copy_n(whole.begin() + kMlKemSeedBytes, second.size(), second.begin());
  Expanded out{internal::MlKemSeed(first), Sensitive(second)};
  wipe(whole.data(), whole.size());
  wipe(first.data(), first.size());
  wipe(second.data(), second.size());
  return out;
}

// SHA3-256 of both secrets, both points and the label. The ciphertext of ML-KEM is bound by ML-KEM itself.
SharedSecret combine(const SharedSecret& ml_kem, const SharedSecret& x25519, const X25519Public& ephemeral, const X25519Public& recipient) {
  const internal::MdCtxPtr context(EVP_MD_CTX_new());
  CHECK_THAT(context != nullptr && EVP_DigestInit_ex2(context.get(), EVP_sha3_256(), nullptr) == 1);
  for (const ByteView part : {ByteView(ml_kem.reveal()), ByteView(x25519.reveal()), ByteView(ephemeral), ByteView(recipient), bytes_of(kLabel)})
    CHECK_THAT(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  std::array<std::uint8_t, 32> secret{};
  unsigned int size = 0;
  CHECK_THAT(EVP_DigestFinal_ex(context.get(), secret.data(), &size) == 1 && size == secret.size());
  SharedSecret out(secret);
  wipe(secret.data(), secret.size());
  return out;
}

// The last 32 bytes of a public key or of what was encapsulated.
template <std::size_t N>
X25519Public point_of(const std::array<std::uint8_t, N>& whole) {
  X25519Public out{};
  std::copy(whole.end() - out.size(), whole.end(), out.begin());
  return out;
}

}  // namespace

struct HybridSecret::Impl {
  Sensitive<std::array<std::uint8_t, 32>> seed;
  internal::PkeyPtr ml_kem;
  X25519Secret x25519;
  HybridPublic public_key{};
};

Result<HybridSecret> HybridSecret::generate() {
  std::array<std::uint8_t, 32> raw = random_array<32>();
  const Sensitive seed(raw);
  wipe(raw.data(), raw.size());
  return from_seed(seed);
}

Result<HybridSecret> HybridSecret::from_seed(const Sensitive<std::array<std::uint8_t, 32>>& seed) {
  const Expanded expanded = expand(seed);
  auto impl = std::make_shared<Impl>();
  impl->seed = seed;
  impl->ml_kem = TRY(internal::ml_kem_key(expanded.ml_kem));
  impl->x25519 = X25519Secret::from_bytes(expanded.x25519);
  std::ranges::copy(internal::ml_kem_public_bytes(impl->ml_kem.get()), impl->public_key.begin());
  std::ranges::copy(impl->x25519.public_key(), impl->public_key.begin() + kMlKemPublicBytes);
  HybridSecret out;
  out.impl_ = std::move(impl);
  return out;
}

const HybridPublic& HybridSecret::public_key() const { return impl_->public_key; }
const Sensitive<std::array<std::uint8_t, 32>>& HybridSecret::seed() const { return impl_->seed; }

Result<SharedSecret> HybridSecret::decapsulate(const HybridEnc& enc) const {
  const X25519Public ephemeral = point_of(enc);
  const SharedSecret agreed = TRY(impl_->x25519.agree(ephemeral));
  const SharedSecret decapsulated = TRY(internal::ml_kem_decapsulate(impl_->ml_kem.get(), ByteView(enc).first(kMlKemCiphertextBytes)));
  return combine(decapsulated, agreed, ephemeral, impl_->x25519.public_key());
}

Result<HybridEncapsulated> hybrid_encapsulate(const HybridPublic& recipient) {
  const internal::PkeyPtr key = TRY(internal::ml_kem_public(ByteView(recipient).first(kMlKemPublicBytes)));
  const internal::MlKemEncapsulated encapsulated = TRY(internal::ml_kem_encapsulate(key.get()));
  const X25519Secret ephemeral = X25519Secret::generate();
  const X25519Public point = point_of(recipient);
  const Result<SharedSecret> agreed = ephemeral.agree(point);
  if (!agreed) return fail(Code::BAD_KEY, agreed.error().message, std::string(kHybridName));
  HybridEncapsulated out{combine(encapsulated.secret, *agreed, ephemeral.public_key(), point), {}};
  std::ranges::copy(encapsulated.ciphertext, out.enc.begin());
  std::ranges::copy(ephemeral.public_key(), out.enc.begin() + kMlKemCiphertextBytes);
  return out;
}

Status check_hybrid_public(const HybridPublic& key) {
  TRY(internal::ml_kem_public(ByteView(key).first(kMlKemPublicBytes)));
  return {};
}

}  // namespace warifu::crypto
