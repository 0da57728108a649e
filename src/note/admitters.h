#pragma once
// Inside this room: who counts as another admitter. One name with two keys, or one key under two names, is one person.

#include <cstddef>
#include <span>

#include "note/note.h"

namespace warifu::note {

// How many different admitters there are among the keys that signed; of keys that are no admitter's, none.
[[nodiscard]] std::size_t count_admitters(std::span<const VerifierKey> signed_by);

}  // namespace warifu::note
