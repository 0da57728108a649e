#include "crypto/ed25519.h"

#include <openssl/err.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>

#include "crypto/openssl_internal.h"
#include "crypto/random.h"

namespace warifu::crypto {

namespace internal {
void need_sodium() {
  static const bool started = sodium_init() >= 0;
  CHECK_THAT(started);
}
}  // namespace internal

Result<Ed25519Public> Ed25519Public::from_bytes(ByteView raw) {
  Ed25519Public key;
  if (raw.size() != key.bytes.size()) return fail(Code::BAD_KEY, "an Ed25519 public key has 32 bytes");
  std::copy(raw.begin(), raw.end(), key.bytes.begin());
  return key;
}

Result<Ed25519Public> Ed25519Public::from_base64(std::string_view text) { return from_bytes(TRY(warifu::from_base64(text))); }

struct Ed25519Secret::Impl {
  Ed25519Seed seed;
  Sensitive<std::array<std::uint8_t, crypto_sign_ed25519_SECRETKEYBYTES>> key;  // libsodium's form: the seed, and the public key behind it
  Ed25519Public public_key;
};

Ed25519Secret::Ed25519Secret(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Ed25519Secret Ed25519Secret::generate() { return from_seed(Ed25519Seed(random_array<32>())); }

Ed25519Secret Ed25519Secret::from_seed(const Ed25519Seed& seed) {
  internal::need_sodium();
  auto impl = std::make_shared<Impl>();
  impl->seed = seed;
  std::array<std::uint8_t, crypto_sign_ed25519_SECRETKEYBYTES> key{};
  CHECK_THAT(crypto_sign_ed25519_seed_keypair(impl->public_key.bytes.data(), key.data(), seed.reveal().data()) == 0);
  impl->key = decltype(impl->key)(key);
  sodium_memzero(key.data(), key.size());
  return Ed25519Secret(std::move(impl));
}

const Ed25519Public& Ed25519Secret::public_key() const { return impl_->public_key; }
const Ed25519Seed& Ed25519Secret::seed() const { return impl_->seed; }

// A signature is the same bytes whoever computes it (RFC 8032 section 5.1.6); libsodium takes half the time (decision 0025).
Ed25519Signature Ed25519Secret::sign(ByteView message) const {
  Ed25519Signature signature{};
  CHECK_THAT(crypto_sign_ed25519_detached(signature.data(), nullptr, internal::address(message.data()), message.size(), impl_->key.reveal().data()) ==
             0);
  return signature;
}

struct Ed25519Verifier::Impl {
  Ed25519Public public_key;
  internal::PkeyPtr key;
};

Ed25519Verifier::Ed25519Verifier(const Ed25519Public& key) {
  auto impl = std::make_shared<Impl>();
  impl->public_key = key;
  impl->key.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, key.bytes.data(), key.bytes.size()));
  CHECK_THAT(impl->key != nullptr);  // OpenSSL keeps the 32 bytes as they are; the point is decoded when a signature is verified
  impl_ = std::move(impl);
}

const Ed25519Public& Ed25519Verifier::key() const { return impl_->public_key; }

bool Ed25519Verifier::verify(ByteView message, ByteView signature) const {
  if (signature.size() != 64) return false;
  const internal::MdCtxPtr context(EVP_MD_CTX_new());
  CHECK_THAT(context != nullptr);
  CHECK_THAT(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) == 1);
  const bool right = EVP_DigestVerify(context.get(), signature.data(), signature.size(), internal::address(message.data()), message.size()) == 1;
  if (!right) ERR_clear_error();  // a refused signature is an answer, not a fault: leave nothing in this thread's error queue
  return right;
}

// Most of what a thread verifies is signed by few keys: of each place the last one stays ready.
bool verify(const Ed25519Public& key, ByteView message, ByteView signature) {
  thread_local std::array<std::optional<Ed25519Verifier>, 32> ready;
  std::optional<Ed25519Verifier>& verifier = ready[key.bytes.back() % ready.size()];
  if (!verifier || verifier->key() != key) verifier.emplace(key);
  return verifier->verify(message, signature);
}

Status check_public_key(const Ed25519Public& key) {
  internal::need_sodium();
  if (crypto_core_ed25519_is_valid_point(key.bytes.data()) != 1)
    return fail(Code::BAD_KEY, "not a canonical point of the prime-order group of Ed25519");
  return {};
}

}  // namespace warifu::crypto
