#pragma once
// Keys that a node itself holds: an organisation's root, signing, witness and seal keys, the directory's key and its admitters. One file per key,
// <folder>/<name with '/' as '_'>.key, mode 0600, never written over but by a rotation; a file that others may read is refused.
//
//   warifu-seed/v1                          warifu-pkcs11/v1                      # warifu-seal/v1
//   <name of the key>                       <name of the key>                     # <name of the key>
//   <base64 of the 32-byte seed>            <label in the token>                  # <age1… recipient>
//                                           <ed25519|p256> <base64 public key>    AGE-SECRET-KEY-1…
//
// With a token, the keys an organisation works with (sign, witness, seal) are born in it and a file says which they are; a file of that
// kind without the token is CONFIG. A seal key in memory is an identity file of the age format, "# age1pq1…" and "AGE-SECRET-KEY-PQ-1…" when it is
// of the hybrid; such a file is CRYPTO where the library has no ML-KEM. The root is always a seed: it lies offline.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/age.h"
#include "crypto/pkcs11.h"
#include "note/note.h"
#include "party/organisation.h"

namespace warifu::desk {

struct OrganisationKeys {
  std::optional<note::Signer> root;  // <org>/root; nothing where it lies offline
  note::Signer sign;                 // <org>/sign
};

struct DirectoryKeys {
  note::Signer directory;               // its name is the origin of the directory's log
  std::vector<note::Signer> admitters;  // <hub>/admit/1, <hub>/admit/2
  [[nodiscard]] std::vector<note::VerifierKey> admitter_keys() const;
};

struct SealKey {
  std::string name;  // <org>/seal/<n>, n growing
  crypto::AgeIdentity identity;
};

inline constexpr int kSealKeysMax = 1000;  // that an organisation has had

// What a new seal key is: of a curve (X25519; P-256 in a token), or of the post-quantum hybrid MLKEM768-X25519, which no token has. Those that are
// there are opened with whatever they are.
enum class SealKind { CURVE, HYBRID };

class Keyring {
 public:
  explicit Keyring(std::string folder, std::shared_ptr<crypto::Token> token = nullptr, SealKind seal = SealKind::CURVE)
      : folder_(std::move(folder)), token_(std::move(token)), seal_(seal) {}

  // A seed. CONFLICT when the file exists.
  Result<note::Signer> create(std::string_view name) const;
  // In the token when there is one, else a seed.
  Result<note::Signer> create_working(std::string_view name) const;
  // NOT_FOUND; BAD_KEYFILE when it is not exactly such a file, of another name, or open to others; CONFIG when its key lies in a token and none is
  // configured; BAD_KEY when the token has another key under that label; errors of crypto::Token.
  [[nodiscard]] Result<note::Signer> load(std::string_view name) const;
  // The same key as a witness's: it signs checkpoints together with the time.
  [[nodiscard]] Result<note::Cosigner> load_cosigner(std::string_view name) const;
  Result<note::Signer> load_or_create(std::string_view name) const;

  // Root and signing key; the root in a keyring of its own when it is to lie elsewhere.
  Result<OrganisationKeys> create_organisation(const party::OrganisationId& org, const Keyring* root_ring = nullptr) const;
  [[nodiscard]] Result<OrganisationKeys> load_organisation(const party::OrganisationId& org) const;
  // The origin of the log is "<hub>/keys".
  Result<DirectoryKeys> create_directory(std::string_view hub) const;
  [[nodiscard]] Result<DirectoryKeys> load_directory(std::string_view hub) const;

  // ── seal keys: several at a time while one replaces another ──
  // One of the hybrid lies in a file, also beside a token. CRYPTO for one where the library has no ML-KEM; TOO_MANY.
  Result<SealKey> create_seal(const party::OrganisationId& org) const;
  // Oldest first.
  [[nodiscard]] Result<std::vector<SealKey>> seals(const party::OrganisationId& org) const;
  // The private key is gone afterwards, in the token too: what was sealed for it can never be opened again. NOT_FOUND.
  Status destroy_seal(const party::OrganisationId& org, std::string_view name) const;

  // ── replacing <org>/sign or <org>/witness: the new key is made beside the old one and takes its place when the directory knows it ──
  // The one that is being made; a second call gives the same again.
  Result<note::Signer> prepare_successor(std::string_view name) const;
  // Puts it in the place of the old one, which is destroyed. NOT_FOUND when none was prepared.
  Status install_successor(std::string_view name) const;

  [[nodiscard]] std::string path_of(std::string_view name) const;
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  friend class KeptSeals;
  [[nodiscard]] std::string successor_path(std::string_view name) const { return path_of(name) + ".next"; }
  Result<note::Signer> create_at(const std::string& path, std::string_view name, bool in_token) const;
  [[nodiscard]] Result<note::Signer> load_at(const std::string& path, std::string_view name) const;
  [[nodiscard]] Result<SealKey> load_seal(std::string_view name) const;
  [[nodiscard]] Result<std::vector<std::string>> seal_names(const party::OrganisationId& org) const;  // oldest first
  Status destroy_file(const std::string& path) const;

  std::string folder_;
  std::shared_ptr<crypto::Token> token_;
  SealKind seal_;
};

// The seal keys of an organisation for whoever opens with them again and again: read anew when the folder or one of the files is not as it was when
// they were read, so that a key which another process made or destroyed is noticed with the next question, and a file that others may read by now is
// refused. A file system's clock is coarse: what changed within the time `settled` is not kept. Keys in a token are asked for each time. Thread-safe.
class KeptSeals {
 public:
  explicit KeptSeals(Keyring keyring, party::OrganisationId org, std::chrono::milliseconds settled = std::chrono::seconds(2))
      : keyring_(std::move(keyring)), org_(std::move(org)), settled_(settled) {}
  // Oldest first; the errors of Keyring::seals().
  [[nodiscard]] Result<std::vector<crypto::AgeIdentity>> identities();

 private:
  struct Seen {  // of the folder, or of a file in it
    std::string path;
    std::uint64_t device = 0, inode = 0, mode = 0;
    std::int64_t changed_ns = 0, written_ns = 0;
    bool operator==(const Seen&) const = default;
  };
  static Seen look_at(const std::string& path);
  [[nodiscard]] bool is_as_it_was() const;

  Keyring keyring_;
  party::OrganisationId org_;
  std::chrono::nanoseconds settled_;
  std::mutex mutex_;
  std::vector<Seen> seen_;  // the folder first; empty: nothing is kept
  std::vector<crypto::AgeIdentity> identities_;
};

// A seed file that lies anywhere: the root key, brought from where it is kept.
[[nodiscard]] Result<note::Signer> load_key_file(const std::string& path, std::string_view name);

// Production nodes refuse organisations whose keys are made and shown by a demo, and a demo refuses real ones. CONFIG.
[[nodiscard]] Status check_demo(const party::OrganisationId& org, bool is_demo_node);

}  // namespace warifu::desk
