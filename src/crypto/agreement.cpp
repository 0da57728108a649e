#include "crypto/agreement.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>

#include "crypto/openssl_internal.h"

namespace warifu::crypto {

namespace {

using internal::PkeyPtr;

struct FreeMore {
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(BIGNUM* p) const { BN_clear_free(p); }
  void operator()(OSSL_PARAM_BLD* p) const { OSSL_PARAM_BLD_free(p); }
  void operator()(OSSL_PARAM* p) const { OSSL_PARAM_free(p); }
  void operator()(EC_GROUP* p) const { EC_GROUP_free(p); }
  void operator()(EC_POINT* p) const { EC_POINT_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeMore>;

Result<SharedSecret> derive(EVP_PKEY* own, EVP_PKEY* other) {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(own, nullptr));
  CHECK_THAT(context != nullptr);
  std::array<std::uint8_t, 32> out{};
  std::size_t size = out.size();
  if (EVP_PKEY_derive_init(context.get()) != 1 || EVP_PKEY_derive_set_peer(context.get(), other) != 1 ||
      EVP_PKEY_derive(context.get(), out.data(), &size) != 1 || size != out.size())
    return fail(Code::BAD_KEY, "no secret can be agreed with that point");
  if (std::ranges::all_of(out, [](std::uint8_t b) { return b == 0; })) return fail(Code::BAD_KEY, "a point of small order");
  SharedSecret secret(out);
  wipe(out.data(), out.size());
  return secret;
}

using internal::p256_public;

P256Public point_of(const EVP_PKEY* key) {
  P256Public out{};
  std::size_t size = 0;
  CHECK_THAT(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out.data(), out.size(), &size) == 1 && size == out.size());
  return out;
}

class SoftP256 final : public P256Secret {
 public:
  explicit SoftP256(PkeyPtr key) : key_(std::move(key)), public_(point_of(key_.get())) {}
  const P256Public& public_key() const override { return public_; }
  Result<SharedSecret> agree(const P256Public& other) const override {
    const PkeyPtr peer = p256_public(other);
    if (!peer) return fail(Code::BAD_KEY, "not a point of the curve");
    return derive(key_.get(), peer.get());
  }

 private:
  PkeyPtr key_;
  P256Public public_;
};

const EC_GROUP* curve() {
  static const Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  CHECK_THAT(group != nullptr);
  return group.get();
}

}  // namespace

PkeyPtr internal::p256_public(const P256Public& point) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  CHECK_THAT(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1);
  CHECK_THAT(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1);
  const Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  CHECK_THAT(EVP_PKEY_fromdata_init(context.get()) == 1);
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) return nullptr;
  PkeyPtr out(key);
  const Owned<EVP_PKEY_CTX> check(EVP_PKEY_CTX_new(out.get(), nullptr));
  if (EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return out;
}

struct X25519Secret::Impl {
  PkeyPtr key;
  X25519Public public_key{};

  explicit Impl(PkeyPtr given) : key(std::move(given)) {
    CHECK_THAT(key != nullptr);
    std::size_t size = public_key.size();
    CHECK_THAT(EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) == 1 && size == public_key.size());
  }
};

X25519Secret X25519Secret::generate() {
  X25519Secret out;
  out.impl_ = std::make_shared<const Impl>(PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")));
  return out;
}

X25519Secret X25519Secret::from_bytes(const Sensitive<std::array<std::uint8_t, 32>>& raw) {
  X25519Secret out;
  out.impl_ = std::make_shared<const Impl>(PkeyPtr(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, raw.reveal().data(), raw.reveal().size())));
  return out;
}

const X25519Public& X25519Secret::public_key() const { return impl_->public_key; }

Sensitive<std::array<std::uint8_t, 32>> X25519Secret::bytes() const {
  std::array<std::uint8_t, 32> raw{};
  std::size_t size = raw.size();
  CHECK_THAT(EVP_PKEY_get_raw_private_key(impl_->key.get(), raw.data(), &size) == 1 && size == raw.size());
  Sensitive<std::array<std::uint8_t, 32>> out(raw);
  wipe(raw.data(), raw.size());
  return out;
}

Result<SharedSecret> X25519Secret::agree(const X25519Public& other) const {
  const PkeyPtr peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, other.data(), other.size()));
  if (!peer) return fail(Code::BAD_KEY, "not a point");
  return derive(impl_->key.get(), peer.get());
}

std::shared_ptr<const P256Secret> generate_p256() {
  PkeyPtr key(EVP_EC_gen("P-256"));
  CHECK_THAT(key != nullptr);
  return std::make_shared<const SoftP256>(std::move(key));
}

Result<std::shared_ptr<const P256Secret>> p256_from_bytes(const Sensitive<std::array<std::uint8_t, 32>>& raw) {
  const Owned<BIGNUM> number(BN_bin2bn(raw.reveal().data(), static_cast<int>(raw.reveal().size()), nullptr));
  CHECK_THAT(number != nullptr);
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(curve())) >= 0) return fail(Code::BAD_KEY, "not a number of the curve");
  const Owned<EC_POINT> point(EC_POINT_new(curve()));
  CHECK_THAT(EC_POINT_mul(curve(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1);
  P256Public bytes{};
  CHECK_THAT(EC_POINT_point2oct(curve(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes.data(), bytes.size(), nullptr) == bytes.size());
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  CHECK_THAT(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1);
  CHECK_THAT(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size()) == 1);
  CHECK_THAT(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) == 1);
  const Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  CHECK_THAT(EVP_PKEY_fromdata_init(context.get()) == 1);
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) != 1) return fail(Code::BAD_KEY, "not a key of the curve");
  return std::make_shared<const SoftP256>(PkeyPtr(key));
}

Result<P256Public> p256_expand(ByteView compressed) {
  const Owned<EC_POINT> point(EC_POINT_new(curve()));
  CHECK_THAT(point != nullptr);
  P256Public out{};
  if (compressed.size() != 33 || (compressed[0] != 2 && compressed[0] != 3) ||
      EC_POINT_oct2point(curve(), point.get(), compressed.data(), compressed.size(), nullptr) != 1 ||
      EC_POINT_point2oct(curve(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(), nullptr) != out.size())
    return fail(Code::BAD_KEY, "not a point of the curve");
  return out;
}

std::array<std::uint8_t, 33> p256_compress(const P256Public& point) {
  std::array<std::uint8_t, 33> out{};
  out[0] = static_cast<std::uint8_t>(2 + (point[64] & 1));
  std::copy(point.begin() + 1, point.begin() + 33, out.begin() + 1);
  return out;
}

}  // namespace warifu::crypto
