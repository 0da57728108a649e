#include "crypto/hmac_key.h"

#include <sodium.h>

#include <cstring>

#include "base/error.h"

namespace warifu::crypto {

HmacKey::HmacKey(ByteView key) : is_set_(true) {
  static_assert(sizeof(crypto_auth_hmacsha256_state) == kStateBytes);
  crypto_auth_hmacsha256_state state;
  CHECK_THAT(crypto_auth_hmacsha256_init(&state, key.data(), key.size()) == 0);
  std::memcpy(state_.data(), &state, sizeof state);
  sodium_memzero(&state, sizeof state);
}

HmacKey::~HmacKey() { sodium_memzero(state_.data(), state_.size()); }

std::array<std::uint8_t, 32> HmacKey::mac(ByteView data) const {
  CHECK_THAT(is_set_);
  crypto_auth_hmacsha256_state state;
  std::memcpy(&state, state_.data(), sizeof state);
  std::array<std::uint8_t, 32> out{};
  crypto_auth_hmacsha256_update(&state, data.data(), data.size());
  crypto_auth_hmacsha256_final(&state, out.data());
  return out;
}

}  // namespace warifu::crypto
