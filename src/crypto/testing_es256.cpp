#include "crypto/testing_es256.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "crypto/openssl_internal.h"

namespace warifu::crypto {

struct TestingEs256::Impl {
  internal::PkeyPtr key;
  P256Public point{};
};

TestingEs256 TestingEs256::generate() {
  auto made = std::make_shared<Impl>();
  made->key.reset(EVP_EC_gen("P-256"));
  CHECK_THAT(made->key != nullptr);
  std::size_t size = 0;
  CHECK_THAT(EVP_PKEY_get_octet_string_param(made->key.get(), OSSL_PKEY_PARAM_PUB_KEY, made->point.data(), made->point.size(), &size) == 1 &&
             size == made->point.size());
  TestingEs256 out;
  out.impl_ = std::move(made);
  return out;
}

const P256Public& TestingEs256::public_key() const { return impl_->point; }

Bytes TestingEs256::sign(ByteView message) const {
  const internal::MdCtxPtr context(EVP_MD_CTX_new());
  Bytes out(80);
  std::size_t size = out.size();
  CHECK_THAT(EVP_DigestSignInit(context.get(), nullptr, internal::sha256_method(), nullptr, impl_->key.get()) == 1);
  CHECK_THAT(EVP_DigestSign(context.get(), out.data(), &size, internal::address(message.data()), message.size()) == 1);
  out.resize(size);
  return out;
}

}  // namespace warifu::crypto
