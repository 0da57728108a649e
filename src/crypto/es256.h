#pragma once
// ES256 as WebAuthn has it: ECDSA on P-256 with SHA-256, signatures in DER. Verification only: such keys live in authenticators, and no node
// signs with one.

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/agreement.h"

namespace warifu::crypto {

// BAD_KEY unless the bytes are the uncompressed spelling (0x04, x, y) of a point of the curve.
[[nodiscard]] Result<P256Public> es256_key(ByteView uncompressed);
// False for anything but a right signature in strict DER, bytes behind it included.
[[nodiscard]] bool verify_es256(const P256Public& key, ByteView message, ByteView der);

}  // namespace warifu::crypto
