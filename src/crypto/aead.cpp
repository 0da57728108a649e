#include "crypto/aead.h"

#include "crypto/openssl_internal.h"

namespace warifu::crypto {

namespace {

constexpr std::size_t kMessageBytesMax = 0x7fffffff - kAeadTagBytes;

const EVP_CIPHER* method() {
  static const std::unique_ptr<EVP_CIPHER, internal::Free> cipher(EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr));
  CHECK_THAT(cipher != nullptr);
  return cipher.get();
}

internal::CipherCtxPtr start(const AeadKey& key, const AeadNonce& nonce, ByteView aad, int encrypting) {
  internal::CipherCtxPtr context(EVP_CIPHER_CTX_new());
  CHECK_THAT(context != nullptr);
  CHECK_THAT(EVP_CipherInit_ex2(context.get(), method(), key.reveal().data(), nonce.data(), encrypting, nullptr) == 1);
  CHECK_THAT(aad.size() <= kMessageBytesMax);
  int written = 0;
  if (!aad.empty()) CHECK_THAT(EVP_CipherUpdate(context.get(), nullptr, &written, aad.data(), static_cast<int>(aad.size())) == 1);
  return context;
}

void run(EVP_CIPHER_CTX* context, ByteView in, Bytes& out) {
  int written = 0;
  if (in.empty()) return;
  CHECK_THAT(EVP_CipherUpdate(context, out.data(), &written, in.data(), static_cast<int>(in.size())) == 1);
  CHECK_THAT(static_cast<std::size_t>(written) == in.size());
}

}  // namespace

Bytes aead_seal(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView plaintext) {
  CHECK_THAT(plaintext.size() <= kMessageBytesMax);
  const auto context = start(key, nonce, aad, 1);
  Bytes out(plaintext.size() + kAeadTagBytes);
  run(context.get(), plaintext, out);
  std::uint8_t* tag = out.data() + plaintext.size();
  int written = 0;
  CHECK_THAT(EVP_CipherFinal_ex(context.get(), tag, &written) == 1);
  CHECK_THAT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kAeadTagBytes), tag) == 1);
  return out;
}

Result<Bytes> aead_open(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView sealed) {
  if (sealed.size() < kAeadTagBytes || sealed.size() - kAeadTagBytes > kMessageBytesMax)
    return fail(Code::CRYPTO, "sealed data of an impossible length");
  const ByteView ciphertext = sealed.first(sealed.size() - kAeadTagBytes);
  Bytes tag(sealed.begin() + static_cast<std::ptrdiff_t>(ciphertext.size()), sealed.end());
  const auto context = start(key, nonce, aad, 0);
  CHECK_THAT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kAeadTagBytes), tag.data()) == 1);
  Bytes out(ciphertext.size());
  run(context.get(), ciphertext, out);
  std::array<std::uint8_t, 1> rest{};
  int written = 0;
  if (EVP_CipherFinal_ex(context.get(), rest.data(), &written) != 1) {
    wipe(out.data(), out.size());
    return fail(Code::CRYPTO, "sealed data does not authenticate");
  }
  return out;
}

}  // namespace warifu::crypto
