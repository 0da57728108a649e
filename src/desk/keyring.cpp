#include "desk/keyring.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "base/file.h"
#include "desk/key_file.h"
#include "note/directory_entry.h"

namespace warifu::desk {

namespace {

constexpr mode_t kMode = 0600, kFolderMode = 0700;

// Names become file names: nothing but the characters of our own key names.
Status check_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/'; };
  if (name.empty() || name.front() == '.' || !std::ranges::all_of(name, allowed))
    return fail(Code::BAD_VALUE, "not the name of a key", "name", {{"expected", "a-z 0-9 . - /"}});
  return {};
}

bool exists(const std::string& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0;
}

tl::unexpected<Error> no_token() {
  return fail(Code::CONFIG, "the key lies in a security module, and none is configured", "keys.module", {{"expected", "a PKCS#11 library"}});
}

Status write_key_file(const std::string& path, const Sensitive<std::string>& content) {
  return write_file_durably(path, bytes_of(content.reveal()), kMode);
}

Result<std::shared_ptr<const crypto::SigningKey>> signing_key_of(std::string_view name, const KeyFile& file,
                                                                 const std::shared_ptr<crypto::Token>& token) {
  if (const auto* seed = std::get_if<crypto::Ed25519Seed>(&file)) return crypto::signing_key(crypto::Ed25519Secret::from_seed(*seed));
  const auto* reference = std::get_if<TokenReference>(&file);
  if (reference == nullptr || reference->kind != crypto::TokenKeyKind::ED25519)
    return fail(Code::BAD_KEYFILE, "not a key that signs", std::string(name));
  if (!token) return no_token();
  const auto key = TRY(token->ed25519(reference->label));
  if (!std::ranges::equal(key->public_key().bytes, reference->public_key))
    return fail(Code::BAD_KEY, "the token has another key under this label", std::string(name));
  return key;
}

// A label that no key of the token has had: the name, and a number behind it from the second on.
template <class Generate>
auto generate_with_new_label(std::string_view name, Generate generate)
    -> Result<std::pair<std::string, typename decltype(generate(""))::value_type>> {
  constexpr int kTriesMax = 1000;
  for (int n = 1; n <= kTriesMax; ++n) {
    const std::string label = std::string(name) + (n == 1 ? "" : "#" + std::to_string(n));
    auto key = generate(label);
    if (key) return std::pair(label, std::move(*key));
    if (key.error().code != Code::CONFLICT) return tl::unexpected<Error>(std::move(key).error());
  }
  return fail(Code::CONFLICT, "the token has too many keys of this name", std::string(name));
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

Result<note::Signer> Keyring::create_at(const std::string& path, std::string_view name, bool in_token) const {
  TRY(check_name(name));
  TRY(make_directories(folder_, kFolderMode));
  if (exists(path)) return fail(Code::CONFLICT, "a key of this name exists", std::string(name));
  if (!in_token) {
    const crypto::Ed25519Secret secret = crypto::Ed25519Secret::generate();
    note::Signer signer = TRY(note::Signer::create(name, secret));
    TRY(write_key_file(path, spell_key_file(name, secret.seed())));
    return signer;
  }
  const auto [label, key] = TRY(generate_with_new_label(name, [&](const std::string& text) { return token_->generate_ed25519(text); }));
  const auto& raw = key->public_key().bytes;
  TRY(write_key_file(path, spell_key_file(name, TokenReference{label, crypto::TokenKeyKind::ED25519, Bytes(raw.begin(), raw.end())})));
  return note::Signer::create(name, key);
}

Result<note::Signer> Keyring::create(std::string_view name) const { return create_at(path_of(name), name, false); }
Result<note::Signer> Keyring::create_working(std::string_view name) const { return create_at(path_of(name), name, token_ != nullptr); }

Result<note::Signer> Keyring::load_at(const std::string& path, std::string_view name) const {
  return note::Signer::create(name, TRY(signing_key_of(name, TRY(read_key_file(path, name)), token_)));
}
Result<note::Signer> Keyring::load(std::string_view name) const { return load_at(path_of(name), name); }

Result<note::Cosigner> Keyring::load_cosigner(std::string_view name) const {
  return note::Cosigner::create(name, TRY(signing_key_of(name, TRY(read_key_file(path_of(name), name)), token_)));
}

Result<note::Signer> load_key_file(const std::string& path, std::string_view name) {
  return note::Signer::create(name, TRY(signing_key_of(name, TRY(read_key_file(path, name)), nullptr)));
}

Result<note::Signer> Keyring::load_or_create(std::string_view name) const {
  Result<note::Signer> loaded = load(name);
  if (loaded || loaded.error().code != Code::NOT_FOUND) return loaded;
  return create_working(name);
}

Result<OrganisationKeys> Keyring::create_organisation(const party::OrganisationId& org, const Keyring* root_ring) const {
  note::Signer root = TRY((root_ring == nullptr ? *this : *root_ring).create(note::root_name(org.text())));
  return OrganisationKeys{std::move(root), TRY(create_working(note::sign_name(org.text())))};
}

Result<OrganisationKeys> Keyring::load_organisation(const party::OrganisationId& org) const {
  std::optional<note::Signer> root;
  if (Result<note::Signer> loaded = load(note::root_name(org.text())))
    root = std::move(*loaded);
  else if (loaded.error().code != Code::NOT_FOUND)
    return tl::unexpected<Error>(std::move(loaded).error());
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

// ── seal keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<SealKey> Keyring::create_seal(const party::OrganisationId& org) const {
  TRY(make_directories(folder_, kFolderMode));
  // Above every one there is: a number is not used again while another key lives.
  int n = 1;
  for (const SealKey& key : TRY(seals(org))) n = std::max(n, std::stoi(key.name.substr(key.name.rfind('/') + 1)) + 1);
  if (n > kSealKeysMax) return fail(Code::TOO_MANY, "too many seal keys", org.text(), {{"max", std::to_string(kSealKeysMax)}});
  const std::string name = note::seal_name(org.text()) + "/" + std::to_string(n);
  if (!token_ || seal_ == SealKind::HYBRID) {
    crypto::AgeIdentity identity = seal_ == SealKind::HYBRID ? TRY(crypto::AgeIdentity::generate_hybrid()) : crypto::AgeIdentity::generate();
    TRY(write_key_file(path_of(name), spell_key_file(name, identity)));
    return SealKey{name, std::move(identity)};
  }
  const auto [label, key] = TRY(generate_with_new_label(name, [&](const std::string& text) { return token_->generate_p256(text); }));
  const crypto::P256Public& point = key->public_key();
  TRY(write_key_file(path_of(name), spell_key_file(name, TokenReference{label, crypto::TokenKeyKind::P256, Bytes(point.begin(), point.end())})));
  return SealKey{name, crypto::AgeIdentity{key}};
}

Result<SealKey> Keyring::load_seal(std::string_view name) const {
  KeyFile file = TRY(read_key_file(path_of(name), name));
  if (auto* identity = std::get_if<crypto::AgeIdentity>(&file)) return SealKey{std::string(name), std::move(*identity)};
  const auto* reference = std::get_if<TokenReference>(&file);
  if (reference == nullptr || reference->kind != crypto::TokenKeyKind::P256) return fail(Code::BAD_KEYFILE, "not a seal key", std::string(name));
  if (!token_) return no_token();
  const auto key = TRY(token_->p256(reference->label));
  if (!std::ranges::equal(key->public_key(), reference->public_key))
    return fail(Code::BAD_KEY, "the token has another key under this label", std::string(name));
  return SealKey{std::string(name), crypto::AgeIdentity{key}};
}

// The folder is read once: asking for every number there may be would be a thousand calls of the system.
Result<std::vector<std::string>> Keyring::seal_names(const party::OrganisationId& org) const {
  const std::string name = note::seal_name(org.text()) + "/", beginning = std::filesystem::path(path_of(name)).stem().string();
  std::error_code failed;
  std::vector<int> numbers;
  for (std::filesystem::directory_iterator entry(folder_, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string file = entry->path().filename().string();
    if (!file.starts_with(beginning)) continue;
    const int n = std::atoi(file.c_str() + beginning.size());
    if (n >= 1 && n <= kSealKeysMax && entry->path() == path_of(name + std::to_string(n))) numbers.push_back(n);
  }
  if (failed && failed != std::errc::no_such_file_or_directory) return fail(Code::IO, "the folder of the keys cannot be read", folder_);
  std::ranges::sort(numbers);
  std::vector<std::string> out;
  out.reserve(numbers.size());
  for (const int n : numbers) out.push_back(name + std::to_string(n));
  return out;
}

Result<std::vector<SealKey>> Keyring::seals(const party::OrganisationId& org) const {
  std::vector<SealKey> out;
  for (const std::string& name : TRY(seal_names(org))) out.push_back(TRY(load_seal(name)));
  return out;
}

Status Keyring::destroy_seal(const party::OrganisationId& org, std::string_view name) const {
  if (!name.starts_with(note::seal_name(org.text()) + "/")) return fail(Code::NOT_FOUND, "no such seal key", std::string(name));
  return destroy_file(path_of(name));
}

// In the token first: a file without a key says so when it is loaded, a key without a file would be forgotten.
Status Keyring::destroy_file(const std::string& path) const {
  const Sensitive<std::string> content(TRY(read_file(path, kKeyFileBytesMax)));
  if (const std::optional<TokenReference> reference = token_reference_of(content.reveal())) {
    if (!token_) return no_token();
    const Status destroyed = token_->destroy(reference->kind, reference->label);
    if (!destroyed && destroyed.error().code != Code::NOT_FOUND) return destroyed;
  }
  // Written over where it lies. A file system that copies on write or a disk that moves blocks keeps the old ones: the operations manual
  // says to encrypt the disk, or to keep the keys in a token.
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd >= 0) {
    const std::string zeros(content.reveal().size(), '\0');
    (void)!::write(fd, zeros.data(), zeros.size());
    (void)::fdatasync(fd);
    ::close(fd);
  }
  if (::unlink(path.c_str()) != 0) return fail(Code::IO, "the key file cannot be removed", path);
  return {};
}

// ── replacing a key ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<note::Signer> Keyring::prepare_successor(std::string_view name) const {
  if (exists(successor_path(name))) return load_at(successor_path(name), name);
  // Of a rotation that ended between putting the new key in its place and destroying the old one.
  if (const std::string old = path_of(name) + ".old"; exists(old)) TRY(destroy_file(old));
  return create_at(successor_path(name), name, token_ != nullptr);
}

Status Keyring::install_successor(std::string_view name) const {
  const std::string old = path_of(name) + ".old", next = successor_path(name);
  // In this order a crash anywhere leaves either key in its place, and the next call goes on.
  if (exists(next)) {
    if (exists(path_of(name)) && !exists(old) && ::link(path_of(name).c_str(), old.c_str()) != 0)
      return fail(Code::IO, "the old key file cannot be set aside", std::string(name));
    if (::rename(next.c_str(), path_of(name).c_str()) != 0) return fail(Code::IO, "the new key file cannot take its place", std::string(name));
  } else if (!exists(old)) {
    return fail(Code::NOT_FOUND, "no successor was prepared", std::string(name));
  }
  if (exists(old)) TRY(destroy_file(old));
  return {};
}

// ── kept from one question to the next ─────────────────────────────────────────────────────────────────────────────────────────────────

namespace {

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec; }

}  // namespace

KeptSeals::Seen KeptSeals::look_at(const std::string& path) {
  struct stat info{};
  Seen out{.path = path};
  if (::lstat(path.c_str(), &info) != 0) return out;
  out.device = info.st_dev;
  out.inode = info.st_ino;
  out.mode = info.st_mode;
  out.changed_ns = nanoseconds(info.st_ctim);
  out.written_ns = nanoseconds(info.st_mtim);
  return out;
}

bool KeptSeals::is_as_it_was() const {
  return !seen_.empty() && std::ranges::all_of(seen_, [](const Seen& one) { return look_at(one.path) == one; });
}

Result<std::vector<crypto::AgeIdentity>> KeptSeals::identities() {
  const std::scoped_lock lock(mutex_);
  if (is_as_it_was()) return identities_;
  seen_.clear();
  identities_.clear();
  // Looked at before they are read: what changes in between is another folder at the next question.
  std::vector<Seen> seen{look_at(keyring_.folder())};
  std::vector<crypto::AgeIdentity> out;
  for (const std::string& name : TRY(keyring_.seal_names(org_))) {
    seen.push_back(look_at(keyring_.path_of(name)));
    out.push_back(TRY(keyring_.load_seal(name)).identity);
  }
  timespec clock{};
  ::clock_gettime(CLOCK_REALTIME, &clock);
  const std::int64_t now = nanoseconds(clock);
  const bool is_settled = std::ranges::all_of(seen, [&](const Seen& one) { return one.inode != 0 && one.changed_ns + settled_.count() < now; });
  const bool is_here = std::ranges::all_of(
      out, [](const crypto::AgeIdentity& one) { return !std::holds_alternative<std::shared_ptr<const crypto::P256Secret>>(one.key); });
  if (!is_settled || !is_here) return out;
  seen_ = std::move(seen);
  identities_ = out;
  return out;
}

Status check_demo(const party::OrganisationId& org, bool is_demo_node) {
  if (org.is_demo() == is_demo_node) return {};
  return fail(Code::CONFIG,
              is_demo_node ? "a demo hosts invented organisations only: their ids end in .demo"
                           : "an organisation of a demo has no place on a production node",
              org.text());
}

}  // namespace warifu::desk
