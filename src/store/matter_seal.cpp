#include "store/matter_seal.h"

#include "crypto/hash.h"
#include "crypto/random.h"

namespace warifu::store {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;

ByteView view_of(const crypto::AeadKey& key) { return key.reveal(); }

}  // namespace

MatterSeal MatterSeal::fresh() { return MatterSeal(crypto::AeadKey(crypto::random_array<kKeyBytes>())); }

std::string MatterSeal::table(const Database& database, const MatterId& matter) {
  const std::string_view digits = "0123456789abcdef";
  return database.engine() == EngineKind::SQLITE ? "matter_key" : std::string("matter_key_") + digits[matter.bytes.front() >> 4];
}

Result<MatterSeal> MatterSeal::from_key(ByteView stored) {
  if (stored.size() != kKeyBytes) return fail(Code::STORE_CORRUPT, "a matter's key has the wrong length");
  std::array<std::uint8_t, kKeyBytes> key{};
  std::copy(stored.begin(), stored.end(), key.begin());
  return MatterSeal(crypto::AeadKey(key));
}

Result<std::optional<MatterSeal>> MatterSeal::find(Database& database, const MatterId& matter) {
  Statement rows = TRY(database.query("SELECT key FROM " + table(database, matter) + " WHERE matter = $1", matter));
  if (!TRY(rows.step())) return std::optional<MatterSeal>{};
  return std::optional<MatterSeal>(TRY(from_key(rows.column_blob(0))));
}

Result<MatterSeal> MatterSeal::load(Database& database, const MatterId& matter) {
  std::optional<MatterSeal> found = TRY(find(database, matter));
  if (!found) return fail(Code::NOT_FOUND, "no such matter");
  return std::move(*found);
}

Result<MatterSeal> MatterSeal::load_or_create(Database& database, const MatterId& matter) {
  if (std::optional<MatterSeal> found = TRY(find(database, matter))) return std::move(*found);
  MatterSeal made = fresh();
  TRY(database.post("INSERT INTO " + table(database, matter) + " (matter, key) VALUES ($1, $2)", matter, view_of(made.key_)));
  return made;
}

Result<MatterSeal> MatterSeal::replace(Database& database, const MatterId& matter) {
  MatterSeal made = fresh();
  const std::string keys = table(database, matter);
  if (TRY(database.run("UPDATE " + keys + " SET key = $2 WHERE matter = $1", matter, view_of(made.key_))) == 0)
    TRY(database.post("INSERT INTO " + keys + " (matter, key) VALUES ($1, $2)", matter, view_of(made.key_)));
  return made;
}

Sha256 MatterSeal::mark() const {
  crypto::Sha256Stream digest;
  return digest.update("warifu matter key\n").update(view_of(key_)).finish();
}

Bytes MatterSeal::seal(std::string_view place, std::string_view plain) const {
  // 96 random bits: a matter's key seals thousands of texts at most, far below the 2^32 at which chance repetition begins to matter.
  const auto nonce = crypto::random_array<kNonceBytes>();
  const Bytes sealed = crypto::aead_seal(key_, nonce, bytes_of(place), bytes_of(plain));
  Bytes out(nonce.begin(), nonce.end());
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

Result<std::string> MatterSeal::open(std::string_view place, ByteView sealed) const {
  if (sealed.size() < kNonceBytes + crypto::kAeadTagBytes) return fail(Code::STORE_CORRUPT, "a sealed text is too short");
  crypto::AeadNonce nonce{};
  std::copy_n(sealed.begin(), kNonceBytes, nonce.begin());
  const auto plain = crypto::aead_open(key_, nonce, bytes_of(place), sealed.subspan(kNonceBytes));
  if (!plain) return fail(Code::STORE_CORRUPT, "a sealed text does not open with its matter's key");
  return std::string(text_of(*plain));
}

}  // namespace warifu::store
