#pragma once
// How large a packed entry of an archive really becomes. What an archive says about itself is not believed: it is unpacked, piece by piece and
// into nothing, up to the size it claims.

#include <cstdint>
#include <string>

#include "answer/content.h"

namespace warifu::answer {

// The first bytes (at most 8) of the entry whose `packed` bytes begin at `begin`. ARCHIVE_BOMB when there is more than `claimed`;
// FILE_TYPE_NOT_ALLOWED when the data is broken, ends early or leaves a rest. Memory is constant. RFC 1951.
[[nodiscard]] Result<std::string> unpack_into_nothing(const Content& content, std::uint64_t begin, std::uint64_t packed, std::uint64_t claimed);

}  // namespace warifu::answer
