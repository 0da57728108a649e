#pragma once
// Keys that a node itself holds: an organisation's root and signing key, the directory's key and its admitters. One file per key,
// <folder>/<name with '/' as '_'>.key, mode 0600, never written over; a file that others may read is refused when it is loaded.
//
//   warifu-seed/v1
//   <name of the key>
//   <base64 of the 32-byte Ed25519 seed>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "note/note.h"
#include "party/organisation.h"

namespace warifu::desk {

struct OrganisationKeys {
  note::Signer root;  // <org>/root; lies offline outside the demo
  note::Signer sign;  // <org>/sign
};

struct DirectoryKeys {
  note::Signer directory;               // its name is the origin of the directory's log
  std::vector<note::Signer> admitters;  // <hub>/admit/1, <hub>/admit/2
  [[nodiscard]] std::vector<note::VerifierKey> admitter_keys() const;
};

class Keyring {
 public:
  explicit Keyring(std::string folder) : folder_(std::move(folder)) {}

  // CONFLICT when the file exists.
  Result<note::Signer> create(std::string_view name) const;
  // NOT_FOUND; BAD_KEYFILE when it is not exactly such a file, of another name, or open to others.
  [[nodiscard]] Result<note::Signer> load(std::string_view name) const;
  // The same file as a witness's key: it signs checkpoints together with the time.
  [[nodiscard]] Result<note::Cosigner> load_cosigner(std::string_view name) const;
  Result<note::Signer> load_or_create(std::string_view name) const;

  Result<OrganisationKeys> create_organisation(const party::OrganisationId& org) const;
  [[nodiscard]] Result<OrganisationKeys> load_organisation(const party::OrganisationId& org) const;
  // The origin of the log is "<hub>/keys".
  Result<DirectoryKeys> create_directory(std::string_view hub) const;
  [[nodiscard]] Result<DirectoryKeys> load_directory(std::string_view hub) const;

  [[nodiscard]] std::string path_of(std::string_view name) const;

 private:
  [[nodiscard]] Result<crypto::Ed25519Secret> load_secret(std::string_view name) const;
  std::string folder_;
};

// Production nodes refuse organisations whose keys are made and shown by a demo, and a demo refuses real ones. CONFIG.
[[nodiscard]] Status check_demo(const party::OrganisationId& org, bool is_demo_node);

}  // namespace warifu::desk
