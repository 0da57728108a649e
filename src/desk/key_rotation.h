#pragma once
// Replacing an organisation's keys in the directory (docs/operations.md, "Keys"): which entries say so, and which seal keys may be destroyed. Pure:
// the directory's entries and the root key come in, serialised entries go out; who calls hands them in, in their order.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "crypto/age.h"
#include "note/directory_entry.h"
#include "party/organisation.h"

namespace warifu::desk {

inline constexpr Duration kSealKeyPeriod = days(90), kSealKeyOverlap = days(30);
inline constexpr Duration kSignKeyPeriod = days(3650), kSignKeyOverlap = days(30);

struct DirectoryKey {
  note::KeyEntry entry;
  Sha256 leaf;
};

// The entry that a next one of this purpose has to follow: the last of its line. Nothing when there is none, or when it is past.
[[nodiscard]] Result<std::optional<DirectoryKey>> newest_key(std::span<const std::string> entries, const party::OrganisationId& org,
                                                             note::KeyPurpose purpose, Time now);

struct Rotation {
  std::string origin;  // of the log of keys
  party::OrganisationId org;
  note::KeyPurpose purpose = note::KeyPurpose::sign;
  note::OrgKeyAlgorithm algorithm = note::OrgKeyAlgorithm::ed25519;
  Bytes key;  // the new one
  Time now;
  Duration period{}, overlap{};
};
// The entries that bring the new key in, signed by the root. The old one stays in force for the overlap, or until its own end when that is
// earlier; where it would last longer an entry with the same key and a nearer end comes first. Empty when the directory has the new key already,
// so that a rotation that was cut short can be repeated.
[[nodiscard]] Result<std::vector<std::string>> rotation_entries(std::span<const std::string> entries, const Rotation& rotation,
                                                                const note::Signer& root);
[[nodiscard]] Rotation seal_rotation(std::string origin, const party::OrganisationId& org, const crypto::AgeRecipient& recipient, Time now);
[[nodiscard]] Rotation sign_rotation(std::string origin, const party::OrganisationId& org, note::KeyPurpose purpose, const note::VerifierKey& key,
                                     Time now);

// Seal keys of an organisation that are in force, the newest last: for which one a sender seals.
[[nodiscard]] Result<std::vector<crypto::AgeRecipient>> seal_keys(std::span<const std::string> entries, const party::OrganisationId& org, Time at);

// When the newest seal key should be replaced: an overlap before its end. Nothing when there is none.
[[nodiscard]] Result<std::optional<Time>> next_seal_rotation(std::span<const std::string> entries, const party::OrganisationId& org, Time now);

// Whether a private seal key has no use any more: no entry of it is or will be in force, and the last has been over for as long as a message may
// live. What arrives later was sealed against the directory. That the mailbox is empty the caller knows.
[[nodiscard]] Result<bool> is_seal_key_over(std::span<const std::string> entries, const party::OrganisationId& org,
                                            const crypto::AgeRecipient& recipient, Time now);

}  // namespace warifu::desk
