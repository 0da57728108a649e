#pragma once
// Unpacks one gzip member (RFC 1952) of our own making, for the rare client that does not take gzip. Bounded; checks size and CRC.

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu::net {

inline constexpr std::size_t kAssetBytesMax = 32 * 1024 * 1024;

[[nodiscard]] Result<std::string> gunzip(ByteView packed, std::size_t bytes_max);

}  // namespace warifu::net
