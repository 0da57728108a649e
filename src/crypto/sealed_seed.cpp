#include "crypto/sealed_seed.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/openssl_internal.h"
#include "crypto/plain_text.h"

namespace warifu::crypto::internal {

namespace {

constexpr std::size_t kFileBytesMax = 1024;
constexpr std::size_t kSeedBytes = 32;
constexpr std::size_t kHashedBytes = 32;

tl::unexpected<Error> bad(std::string message, std::string where) { return fail(Code::BAD_KEYFILE, std::move(message), std::move(where)); }

// The value of the next line, which has to begin with the keyword.
Result<std::string_view> take_line(std::string_view& rest, std::string_view keyword) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return bad("a line is missing", std::string(keyword));
  const std::string_view line = rest.substr(0, end);
  if (!line.starts_with(keyword) || line.size() <= keyword.size() + 1 || line[keyword.size()] != ' ')
    return bad("another line was expected here", std::string(keyword));
  rest.remove_prefix(end + 1);
  return line.substr(keyword.size() + 1);
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> take_base64(std::string_view text, std::string_view where) {
  const auto raw = from_base64(text);
  std::array<std::uint8_t, N> out{};
  if (!raw || raw->size() != N) return bad("not base64 of the expected length", std::string(where));
  std::copy(raw->begin(), raw->end(), out.begin());
  return out;
}

Result<AeadKey> derive(const SealedSeedFormat& format, const SeedSecrets& secrets, const std::array<std::uint8_t, 16>& salt) {
  need_sodium();
  Bytes ikm(kHashedBytes);
  const std::string& text = secrets.password.reveal();
  const int rc =
      crypto_pwhash(ikm.data(), ikm.size(), text.data(), text.size(), salt.data(), format.passes, format.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  if (rc != 0) return fail(Code::CRYPTO, "Argon2id could not run (memory?)");
  // Room for all of it at once: growing would leave a copy behind.
  Bytes whole;
  whole.reserve(ikm.size() + secrets.second.size());
  whole.insert(whole.end(), ikm.begin(), ikm.end());
  whole.insert(whole.end(), secrets.second.begin(), secrets.second.end());
  Bytes okm = hkdf_sha256(whole, {}, format.version, 32);
  std::array<std::uint8_t, 32> key{};
  std::copy(okm.begin(), okm.end(), key.begin());
  AeadKey out(key);
  wipe(ikm.data(), ikm.size());
  wipe(whole.data(), whole.size());
  wipe(okm.data(), okm.size());
  wipe(key.data(), key.size());
  return out;
}

}  // namespace

Result<SealedSeed> parse_sealed_seed(const SealedSeedFormat& format, std::string_view text) {
  if (text.size() > kFileBytesMax) return bad("too large for a key file", "");
  SealedSeed out;
  std::string_view rest = text;
  const std::string version = std::string(format.version) + "\n";
  if (!rest.starts_with(version)) return bad("not a key file of a known version", "version");
  rest.remove_prefix(version.size());
  out.subject = TRY(take_line(rest, format.keyword));
  out.public_key.bytes = TRY(take_base64<32>(TRY(take_line(rest, "public")), "public"));
  std::string_view kdf = TRY(take_line(rest, "kdf"));
  if (!kdf.starts_with(format.cost) || kdf.size() <= format.cost.size() || kdf[format.cost.size()] != ' ')
    return bad("unknown key derivation", "kdf");
  out.randomness.salt = TRY(take_base64<16>(kdf.substr(format.cost.size() + 1), "kdf"));
  out.randomness.nonce = TRY(take_base64<12>(TRY(take_line(rest, "nonce")), "nonce"));
  out.aad = text.substr(0, text.size() - rest.size());
  const auto sealed = TRY(take_base64<kSeedBytes + kAeadTagBytes>(TRY(take_line(rest, "sealed")), "sealed"));
  out.sealed.assign(sealed.begin(), sealed.end());
  if (!rest.empty()) return bad("something follows the last line", "");
  return out;
}

Result<std::string> seal_seed(const SealedSeedFormat& format, std::string_view subject, const Ed25519Secret& secret, const SeedSecrets& secrets,
                              const SealedSeedRandomness& randomness) {
  std::string text(format.version);
  text += "\n" + std::string(format.keyword) + " " + std::string(subject);
  text += "\npublic " + secret.public_key().base64();
  text += "\nkdf " + std::string(format.cost) + " " + to_base64(randomness.salt);
  text += "\nnonce " + to_base64(randomness.nonce) + "\n";
  const AeadKey key = TRY(derive(format, secrets, randomness.salt));
  const Bytes sealed = aead_seal(key, randomness.nonce, bytes_of(text), secret.seed().reveal());
  return text + "sealed " + to_base64(sealed) + "\n";
}

Result<Ed25519Secret> open_seed(const SealedSeedFormat& format, const SealedSeed& file, const SeedSecrets& secrets) {
  const AeadKey key = TRY(derive(format, secrets, file.randomness.salt));
  auto opened = aead_open(key, file.randomness.nonce, bytes_of(file.aad), file.sealed);
  if (!opened) return fail(Code::WRONG_PIN, "what was typed, or what belongs to it, does not open the key file");
  std::array<std::uint8_t, kSeedBytes> raw{};
  std::copy(opened->begin(), opened->end(), raw.begin());
  wipe(opened->data(), opened->size());
  const Ed25519Seed seed(raw);
  wipe(raw.data(), raw.size());
  Ed25519Secret secret = Ed25519Secret::from_seed(seed);
  if (secret.public_key() != file.public_key) return bad("the sealed key is not the one that the file names", "public");
  return secret;
}

Status check_typed(const Sensitive<std::string>& typed, std::size_t characters_min, std::size_t characters_max, const char* where) {
  std::string_view rest = typed.reveal();
  std::size_t count = 0;
  while (!rest.empty()) {
    const char32_t c = TRY(take_code_point(rest));
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return fail(Code::CONTROL_CHARACTER, "control characters cannot be typed again", where);
    ++count;
  }
  if (count < characters_min || count > characters_max)
    return fail(Code::OUT_OF_RANGE, "too few or too many characters", where,
                {{"min", std::to_string(characters_min)}, {"max", std::to_string(characters_max)}});
  return {};
}

}  // namespace warifu::crypto::internal
