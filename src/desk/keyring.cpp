#include "desk/keyring.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "note/directory_entry.h"

namespace warifu::desk {

namespace {

constexpr std::string_view kVersion = "warifu-seed/v1\n";
constexpr mode_t kMode = 0600, kFolderMode = 0700;
constexpr std::size_t kBytesMax = 1024;

// What the file says, when it is exactly such a file of that name.
Result<crypto::Ed25519Seed> parse_seed(const Sensitive<std::string>& content, std::string_view name) {
  const auto bad = [&] { return fail(Code::BAD_KEYFILE, "not a key file of this key", std::string(name)); };
  const std::string head = std::string(kVersion) + std::string(name) + "\n";
  std::string_view rest = content.reveal();
  if (!rest.starts_with(head) || !rest.ends_with("\n")) return bad();
  rest.remove_prefix(head.size());
  const Result<Bytes> decoded = from_base64(rest.substr(0, rest.size() - 1));
  if (!decoded) return bad();
  const Sensitive<Bytes> raw(*decoded);
  if (raw.reveal().size() != 32) return bad();
  std::array<std::uint8_t, 32> seed{};
  std::ranges::copy(raw.reveal(), seed.begin());
  return crypto::Ed25519Seed(seed);
}

}  // namespace

std::vector<note::VerifierKey> DirectoryKeys::admitter_keys() const {
  std::vector<note::VerifierKey> keys;
  for (const note::Signer& admitter : admitters) keys.push_back(admitter.verifier());
  return keys;
}

std::string Keyring::path_of(std::string_view name) const {
  std::string file(name);
  std::ranges::replace(file, '/', '_');
  return folder_ + "/" + file + ".key";
}

Result<note::Signer> Keyring::create(std::string_view name) const {
  // Names become file names: nothing but the characters of our own key names.
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/'; };
  if (name.empty() || name.front() == '.' || !std::ranges::all_of(name, allowed))
    return fail(Code::BAD_VALUE, "not the name of a key", "name", {{"expected", "a-z 0-9 . - /"}});
  const crypto::Ed25519Secret secret = crypto::Ed25519Secret::generate();
  note::Signer signer = TRY(note::Signer::create(name, secret));
  TRY(make_directories(folder_, kFolderMode));
  const std::string path = path_of(name);
  struct stat info{};
  if (::lstat(path.c_str(), &info) == 0) return fail(Code::CONFLICT, "a key of this name exists", std::string(name));
  const Sensitive<std::string> content(std::string(kVersion) + std::string(name) + "\n" + to_base64(secret.seed().reveal()) + "\n");
  TRY(write_file_durably(path, bytes_of(content.reveal()), kMode));
  return signer;
}

Result<note::Signer> Keyring::load(std::string_view name) const { return note::Signer::create(name, TRY(load_secret(name))); }

Result<note::Cosigner> Keyring::load_cosigner(std::string_view name) const { return note::Cosigner::create(name, TRY(load_secret(name))); }

Result<crypto::Ed25519Secret> Keyring::load_secret(std::string_view name) const {
  const std::string path = path_of(name);
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return fail(Code::NOT_FOUND, "no such key file", std::string(name));
    return fail(Code::IO, "cannot look at the key file", std::string(name));
  }
  if (!S_ISREG(info.st_mode) || (info.st_mode & 077) != 0)
    return fail(Code::BAD_KEYFILE, "the key file is open to others: its mode must be 0600", std::string(name));
  const Sensitive<std::string> content(TRY(read_file(path, kBytesMax)));
  return crypto::Ed25519Secret::from_seed(TRY(parse_seed(content, name)));
}

Result<note::Signer> Keyring::load_or_create(std::string_view name) const {
  Result<note::Signer> loaded = load(name);
  if (loaded || loaded.error().code != Code::NOT_FOUND) return loaded;
  return create(name);
}

Result<OrganisationKeys> Keyring::create_organisation(const party::OrganisationId& org) const {
  note::Signer root = TRY(create(note::root_name(org.text())));
  return OrganisationKeys{std::move(root), TRY(create(note::sign_name(org.text())))};
}

Result<OrganisationKeys> Keyring::load_organisation(const party::OrganisationId& org) const {
  note::Signer root = TRY(load(note::root_name(org.text())));
  return OrganisationKeys{std::move(root), TRY(load(note::sign_name(org.text())))};
}

Result<DirectoryKeys> Keyring::create_directory(std::string_view hub) const {
  const std::string name(hub);
  DirectoryKeys keys{TRY(create(name + "/keys")), {}};
  for (const char* place : {"/admit/1", "/admit/2"}) keys.admitters.push_back(TRY(create(name + place)));
  return keys;
}

Result<DirectoryKeys> Keyring::load_directory(std::string_view hub) const {
  const std::string name(hub);
  DirectoryKeys keys{TRY(load(name + "/keys")), {}};
  for (const char* place : {"/admit/1", "/admit/2"}) keys.admitters.push_back(TRY(load(name + place)));
  return keys;
}

Status check_demo(const party::OrganisationId& org, bool is_demo_node) {
  if (org.is_demo() == is_demo_node) return {};
  return fail(Code::CONFIG,
              is_demo_node ? "a demo hosts invented organisations only: their ids end in .demo"
                           : "an organisation of a demo has no place on a production node",
              org.text());
}

}  // namespace warifu::desk
