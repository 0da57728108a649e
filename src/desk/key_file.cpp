#include "desk/key_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/file.h"

namespace warifu::desk {

namespace {

constexpr std::string_view kSeedVersion = "warifu-seed/v1";
constexpr std::string_view kTokenVersion = "warifu-pkcs11/v1";
constexpr std::string_view kSealVersion = "# warifu-seal/v1";

std::string_view kind_text(crypto::TokenKeyKind kind) { return kind == crypto::TokenKeyKind::ED25519 ? "ed25519" : "p256"; }
std::size_t public_bytes(crypto::TokenKeyKind kind) { return kind == crypto::TokenKeyKind::ED25519 ? 32 : 65; }

// The lines of a file that has exactly N, each ended.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> lines_of(std::string_view content) {
  std::array<std::string_view, N> out;
  for (std::string_view& line : out) {
    const std::size_t end = content.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    line = content.substr(0, end);
    content.remove_prefix(end + 1);
  }
  if (!content.empty()) return std::nullopt;
  return out;
}

std::optional<KeyFile> parse_seed(std::string_view content, std::string_view name) {
  const auto lines = lines_of<3>(content);
  if (!lines || (*lines)[0] != kSeedVersion || (*lines)[1] != name) return std::nullopt;
  const Result<Bytes> decoded = from_base64((*lines)[2]);
  if (!decoded) return std::nullopt;
  const Sensitive<Bytes> raw(*decoded);
  if (raw.reveal().size() != 32) return std::nullopt;
  std::array<std::uint8_t, 32> seed{};
  std::ranges::copy(raw.reveal(), seed.begin());
  KeyFile out{crypto::Ed25519Seed(seed)};
  wipe(seed.data(), seed.size());
  return out;
}

std::optional<TokenReference> parse_reference(std::string_view content, std::optional<std::string_view> name) {
  const auto lines = lines_of<4>(content);
  if (!lines || (*lines)[0] != kTokenVersion || (name && (*lines)[1] != *name)) return std::nullopt;
  TokenReference out;
  out.label = std::string((*lines)[2]);
  if (out.label.empty() || out.label.size() > crypto::kTokenLabelBytesMax) return std::nullopt;
  const std::size_t space = (*lines)[3].find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view kind = (*lines)[3].substr(0, space);
  if (kind == kind_text(crypto::TokenKeyKind::P256))
    out.kind = crypto::TokenKeyKind::P256;
  else if (kind != kind_text(crypto::TokenKeyKind::ED25519))
    return std::nullopt;
  Result<Bytes> key = from_base64((*lines)[3].substr(space + 1));
  if (!key || key->size() != public_bytes(out.kind)) return std::nullopt;
  out.public_key = std::move(*key);
  return out;
}

// A key for which the library has no ML-KEM is no spoiled file: nobody should look for a copy of it, or replace it.
Result<std::optional<KeyFile>> parse_seal(std::string_view content, std::string_view name) {
  const auto lines = lines_of<4>(content);
  if (!lines || (*lines)[0] != kSealVersion || (*lines)[1] != "# " + std::string(name)) return std::optional<KeyFile>{};
  Result<crypto::AgeIdentity> identity = crypto::AgeIdentity::parse((*lines)[3]);
  if (!identity && identity.error().where == crypto::kHybridName) return crypto::no_ml_kem();
  if (!identity || (*lines)[2] != "# " + identity->recipient().text()) return std::optional<KeyFile>{};
  return std::optional<KeyFile>{std::move(*identity)};
}

}  // namespace

Sensitive<std::string> spell_key_file(std::string_view name, const crypto::Ed25519Seed& seed) {
  return Sensitive<std::string>(std::string(kSeedVersion) + "\n" + std::string(name) + "\n" + to_base64(seed.reveal()) + "\n");
}

Sensitive<std::string> spell_key_file(std::string_view name, const TokenReference& reference) {
  return Sensitive<std::string>(std::string(kTokenVersion) + "\n" + std::string(name) + "\n" + reference.label + "\n" +
                                std::string(kind_text(reference.kind)) + " " + to_base64(reference.public_key) + "\n");
}

Sensitive<std::string> spell_key_file(std::string_view name, const crypto::AgeIdentity& identity) {
  return Sensitive<std::string>(std::string(kSealVersion) + "\n# " + std::string(name) + "\n# " + identity.recipient().text() + "\n" +
                                identity.text().reveal() + "\n");
}

Result<KeyFile> read_key_file(const std::string& path, std::string_view name) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return fail(Code::NOT_FOUND, "no such key file", std::string(name), {{"key_file", path}});
    return fail(Code::IO, "cannot look at the key file", std::string(name));
  }
  if (!S_ISREG(info.st_mode) || (info.st_mode & 077) != 0)
    return fail(Code::BAD_KEYFILE, "the key file is open to others: its mode must be 0600", std::string(name));
  const Sensitive<std::string> content(TRY(read_file(path, kKeyFileBytesMax)));
  if (std::optional<KeyFile> seed = parse_seed(content.reveal(), name)) return std::move(*seed);
  if (std::optional<TokenReference> reference = parse_reference(content.reveal(), name)) return KeyFile{std::move(*reference)};
  if (std::optional<KeyFile> seal = TRY(parse_seal(content.reveal(), name))) return std::move(*seal);
  return fail(Code::BAD_KEYFILE, "not a key file of this key", std::string(name));
}

std::optional<TokenReference> token_reference_of(std::string_view content) { return parse_reference(content, std::nullopt); }

}  // namespace warifu::desk
