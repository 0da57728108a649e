#pragma once
// What a purge has to destroy lies in the database only sealed under a key of its matter (ChaCha20-Poly1305, a random nonce each time). A purge
// then destroys 32 bytes in a known place instead of hoping that no copy of a text is left somewhere: both engines keep copies of rows they
// have moved or deleted (docs/decisions/0007-search-and-purge.md). The key lies beside the data: this protects what was purged, nothing else.

#include <optional>
#include <string>
#include <string_view>

#include "crypto/aead.h"
#include "store/db.h"

namespace warifu::store {

class MatterSeal {
 public:
  // Where the matter's key lies: a part of matter_key by itself with PostgreSQL, which takes long to find the part.
  [[nodiscard]] static std::string table(const Database& database, const MatterId& matter);
  // From the column matter_key.key.
  [[nodiscard]] static Result<MatterSeal> from_key(ByteView stored);
  // NOT_FOUND when nothing was ever sealed for this matter.
  [[nodiscard]] static Result<MatterSeal> load(Database& database, const MatterId& matter);
  [[nodiscard]] static Result<std::optional<MatterSeal>> find(Database& database, const MatterId& matter);
  [[nodiscard]] static Result<MatterSeal> load_or_create(Database& database, const MatterId& matter);
  // Overwrites the matter's key by a new one: whatever was not sealed again with the result is lost for ever.
  [[nodiscard]] static Result<MatterSeal> replace(Database& database, const MatterId& matter);

  // Tells this key from the one before and the one after a purge; says nothing about the key.
  [[nodiscard]] Sha256 mark() const;

  // `place` says what it is and where it belongs; open() with another place fails.
  [[nodiscard]] Bytes seal(std::string_view place, std::string_view plain) const;
  [[nodiscard]] Result<std::string> open(std::string_view place, ByteView sealed) const;  // STORE_CORRUPT

 private:
  explicit MatterSeal(crypto::AeadKey key) : key_(std::move(key)) {}
  [[nodiscard]] static MatterSeal fresh();
  crypto::AeadKey key_;
};

}  // namespace warifu::store
