#pragma once
// A seal key as an entry of the directory and as somebody to seal for.

#include "crypto/age.h"
#include "note/directory_entry.h"

namespace warifu::desk {

// BAD_KEY for an entry of another purpose and for what is no key. Whether a key of the post-quantum hybrid is one is seen where it is sealed for: to
// read of it in the directory nobody needs ML-KEM.
[[nodiscard]] Result<crypto::AgeRecipient> recipient_of(const note::KeyEntry& entry);
// Purpose, algorithm and key; the rest is the caller's.
[[nodiscard]] note::KeyEntry seal_entry(const crypto::AgeRecipient& recipient);

}  // namespace warifu::desk
