#pragma once
// Keccak-256 as Ethereum uses it (padding 0x01, before FIPS 202), which OpenSSL 3.0 does not offer. It serves one purpose: the letter case of EIP-55
// addresses, a guard against typing errors. It is not a cryptographic primitive of this project: seals, signatures and digests are in `crypto`.

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace warifu::text {

[[nodiscard]] std::array<std::uint8_t, 32> keccak256_for_address_checksum(ByteView message);

}  // namespace warifu::text
