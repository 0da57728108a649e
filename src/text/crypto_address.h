#pragma once
// Addresses of crypto-assets with their checksums: Base58Check (Bitcoin, Tron, Litecoin, Dogecoin), Bech32 and Bech32m (BIP-173, BIP-350; Bitcoin
// and Litecoin), EIP-55 (Ethereum and its like). Main networks only. A mistyped address is refused: a wrong one asks about a stranger.

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu::text {

struct CryptoAddress {
  std::string chain;                 // bitcoin, ethereum, tron, litecoin, dogecoin
  std::string canonical;             // Base58 as is, Bech32 in lower case, Ethereum in EIP-55 case
  bool is_checksum_verified = true;  // false: an Ethereum address all in one case carries none
};

[[nodiscard]] Result<CryptoAddress> parse_crypto_address(std::string_view text);  // SELECTOR_FORMAT, SELECTOR_CHECKSUM

[[nodiscard]] std::string base58check_encode(ByteView version_and_payload);
// Segwit address (BIP-173 for version 0, BIP-350 above). `program` 2 … 40 bytes, version 0 … 16.
[[nodiscard]] std::string segwit_encode(std::string_view hrp, int version, ByteView program);
// 40 hex digits without 0x, any case -> "0x" and EIP-55 case.
[[nodiscard]] std::string eip55_encode(std::string_view hex40);

}  // namespace warifu::text
