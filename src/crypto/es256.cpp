#include "crypto/es256.h"

#include <algorithm>

#include "crypto/openssl_internal.h"

namespace warifu::crypto {

Result<P256Public> es256_key(ByteView uncompressed) {
  P256Public point{};
  if (uncompressed.size() != point.size() || uncompressed[0] != 4) return fail(Code::BAD_KEY, "not an uncompressed point of 65 bytes");
  std::ranges::copy(uncompressed, point.begin());
  if (!internal::p256_public(point)) return fail(Code::BAD_KEY, "not a point of the curve");
  return point;
}

bool verify_es256(const P256Public& key, ByteView message, ByteView der) {
  const internal::PkeyPtr pkey = internal::p256_public(key);
  if (!pkey) return false;
  const internal::MdCtxPtr context(EVP_MD_CTX_new());
  CHECK_THAT(context != nullptr);
  return EVP_DigestVerifyInit(context.get(), nullptr, internal::sha256_method(), nullptr, pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), internal::address(der.data()), der.size(), internal::address(message.data()), message.size()) == 1;
}

}  // namespace warifu::crypto
