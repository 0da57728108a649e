#include "crypto/ml_kem.h"

#include <openssl/err.h>
#include <openssl/params.h>

namespace warifu::crypto::internal {

namespace {

constexpr const char* kName = "ML-KEM-768";

// What a refusal leaves in the library's queue of errors is not taken for a failure of whatever this thread asks it for next.
class ErrorsAside {
 public:
  ErrorsAside() { ERR_set_mark(); }
  ErrorsAside(const ErrorsAside&) = delete;
  ErrorsAside& operator=(const ErrorsAside&) = delete;
  ~ErrorsAside() { ERR_pop_to_mark(); }
};

struct FreeContext {
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
};
using ContextPtr = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;

// Null when it takes the bytes for no key. `name` is that of the library's parameter. Only for reading, whatever its type says.
PkeyPtr key_from(const char* name, ByteView bytes, int selection) {
  const ContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, kName, nullptr));
  CHECK_THAT(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
  std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size()),
                                   OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, selection, params.data()) != 1) return nullptr;
  return PkeyPtr(key);
}

ContextPtr context_of(EVP_PKEY* key) {
  ContextPtr out(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  CHECK_THAT(out != nullptr);
  return out;
}

}  // namespace

Result<PkeyPtr> ml_kem_key(const MlKemSeed& seed) {
  if (!has_ml_kem()) return no_ml_kem();
  const ErrorsAside aside;
  PkeyPtr key = key_from("seed", seed.reveal(), EVP_PKEY_KEYPAIR);
  CHECK_THAT(key != nullptr);
  return key;
}

Result<PkeyPtr> ml_kem_public(ByteView encoded) {
  if (!has_ml_kem()) return no_ml_kem();
  const ErrorsAside aside;
  PkeyPtr key = encoded.size() == kMlKemPublicBytes ? key_from("pub", encoded, EVP_PKEY_PUBLIC_KEY) : nullptr;
  if (!key) return fail(Code::BAD_KEY, "not an encapsulation key of ML-KEM-768", std::string(kHybridName));
  return key;
}

std::array<std::uint8_t, kMlKemPublicBytes> ml_kem_public_bytes(const EVP_PKEY* key) {
  std::array<std::uint8_t, kMlKemPublicBytes> out{};
  std::size_t size = 0;
  CHECK_THAT(EVP_PKEY_get_octet_string_param(key, "pub", out.data(), out.size(), &size) == 1 && size == out.size());
  return out;
}

Result<MlKemEncapsulated> ml_kem_encapsulate(EVP_PKEY* key, ByteView entropy) {
  const ErrorsAside aside;
  const ContextPtr context = context_of(key);
  std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_octet_string("ikme", const_cast<std::uint8_t*>(entropy.data()), entropy.size()),
                                   OSSL_PARAM_construct_end()};
  MlKemEncapsulated out;
  std::array<std::uint8_t, 32> secret{};
  std::size_t ciphertext_bytes = out.ciphertext.size(), secret_bytes = secret.size();
  if (EVP_PKEY_encapsulate_init(context.get(), entropy.empty() ? nullptr : params.data()) != 1 ||
      EVP_PKEY_encapsulate(context.get(), out.ciphertext.data(), &ciphertext_bytes, secret.data(), &secret_bytes) != 1)
    return fail(Code::CRYPTO, "the library does not encapsulate", std::string(kHybridName));
  CHECK_THAT(ciphertext_bytes == out.ciphertext.size() && secret_bytes == secret.size());
  out.secret = SharedSecret(secret);
  wipe(secret.data(), secret.size());
  return out;
}

Result<SharedSecret> ml_kem_decapsulate(EVP_PKEY* key, ByteView ciphertext) {
  if (ciphertext.size() != kMlKemCiphertextBytes) return fail(Code::BAD_ENCODING, "a ciphertext of a wrong length", std::string(kHybridName));
  const ErrorsAside aside;
  const ContextPtr context = context_of(key);
  std::array<std::uint8_t, 32> secret{};
  std::size_t size = secret.size();
  if (EVP_PKEY_decapsulate_init(context.get(), nullptr) != 1 ||
      EVP_PKEY_decapsulate(context.get(), secret.data(), &size, ciphertext.data(), ciphertext.size()) != 1)
    return fail(Code::CRYPTO, "the library does not decapsulate", std::string(kHybridName));
  CHECK_THAT(size == secret.size());
  SharedSecret out(secret);
  wipe(secret.data(), secret.size());
  return out;
}

}  // namespace warifu::crypto::internal

namespace warifu::crypto {

bool has_ml_kem() {
  const internal::ErrorsAside aside;
  EVP_KEM* kem = EVP_KEM_fetch(nullptr, internal::kName, nullptr);
  const bool found = kem != nullptr;
  EVP_KEM_free(kem);
  return found;
}

tl::unexpected<Error> no_ml_kem() { return fail(Code::CRYPTO, std::string(kNoMlKem), std::string(kHybridName)); }

}  // namespace warifu::crypto
