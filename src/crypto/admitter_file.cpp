#include "crypto/admitter_file.h"

#include <algorithm>

#include "crypto/random.h"
#include "crypto/sealed_seed.h"

namespace warifu::crypto {

namespace {

// RFC 9106, section 4, second recommended option, with one lane. It is opened a few times a year, and nothing but the passphrase guards it.
constexpr internal::SealedSeedFormat kFormat{
    .version = "warifu-admitter/v1", .keyword = "admitter", .cost = "argon2id 65536 3 1", .passes = 3, .memory_bytes = 65536u * 1024};

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/'; });
}

Result<internal::SealedSeed> parse(std::string_view text) {
  internal::SealedSeed file = TRY(internal::parse_sealed_seed(kFormat, text));
  if (!is_name(file.subject)) return fail(Code::BAD_KEYFILE, "not the name of a key", "admitter");
  return file;
}

}  // namespace

Status check_passphrase(const Passphrase& passphrase) {
  return internal::check_typed(passphrase, kPassphraseCharactersMin, kPassphraseCharactersMax, "passphrase");
}

Result<std::string> seal_admitter_file(std::string_view name, const Ed25519Secret& secret, const Passphrase& passphrase) {
  if (!is_name(name)) return fail(Code::BAD_VALUE, "not the name of a key", "name", {{"expected", "a-z 0-9 . - /"}});
  TRY(check_passphrase(passphrase));
  return internal::seal_seed(kFormat, name, secret, {passphrase, {}}, {random_array<16>(), random_array<12>()});
}

Result<AdmitterFileHead> read_admitter_file_head(std::string_view text) {
  const internal::SealedSeed file = TRY(parse(text));
  return AdmitterFileHead{std::string(file.subject), file.public_key};
}

Result<Ed25519Secret> open_admitter_file(std::string_view text, const Passphrase& passphrase) {
  const internal::SealedSeed file = TRY(parse(text));
  if (!check_passphrase(passphrase)) return fail(Code::WRONG_PIN, "the passphrase does not open the key file");
  return internal::open_seed(kFormat, file, {passphrase, {}});
}

}  // namespace warifu::crypto
