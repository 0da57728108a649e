#pragma once
// How large a packed entry of an archive really becomes. What an archive says about itself is not believed: it is unpacked, piece by piece and
// into nothing, up to the size it claims.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::answer {

// The first bytes of the unpacked entry (at most 8). ARCHIVE_BOMB when there is more than `claimed`; FILE_TYPE_NOT_ALLOWED when the data is
// broken, ends early or leaves a rest. Memory is constant. RFC 1951.
[[nodiscard]] Result<std::string> unpack_into_nothing(std::string_view packed, std::uint64_t claimed);

}  // namespace warifu::answer
