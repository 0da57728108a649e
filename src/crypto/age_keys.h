#pragma once
// Inside this room: the file key and how a stanza carries it.

#include "crypto/age_header.h"

namespace warifu::crypto::internal {

using AgeFileKey = Sensitive<std::array<std::uint8_t, 16>>;

[[nodiscard]] Result<AgeStanza> wrap(const AgeRecipient& recipient, const AgeFileKey& file_key);
// Nothing when the stanza is for somebody else; BAD_ENCODING when it says it is of our kind and is not well-formed.
[[nodiscard]] Result<std::optional<AgeFileKey>> unwrap(const AgeIdentity& identity, const AgeStanza& stanza);
// Why nobody here opens it: KEY_UNKNOWN, sealed for somebody else, or for post-quantum keys that the library has no ML-KEM for (`key` in args names
// the stanza); BAD_ENCODING when such a stanza is not well-formed.
[[nodiscard]] tl::unexpected<Error> no_key_fits(const AgeHeader& header);

}  // namespace warifu::crypto::internal
