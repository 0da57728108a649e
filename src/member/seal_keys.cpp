#include "member/seal_keys.h"

#include <algorithm>

namespace warifu::member {

Result<crypto::AgeRecipient> recipient_of(const note::KeyEntry& entry) {
  if (entry.purpose == note::KeyPurpose::seal && entry.algorithm == note::OrgKeyAlgorithm::x25519 && entry.key.size() == 32) {
    crypto::X25519Public key{};
    std::ranges::copy(entry.key, key.begin());
    return crypto::AgeRecipient{key};
  }
  if (entry.purpose == note::KeyPurpose::seal && entry.algorithm == note::OrgKeyAlgorithm::p256)
    return crypto::AgeRecipient{TRY(crypto::p256_expand(entry.key))};
  return fail(Code::BAD_KEY, "not a key to seal for", "seal");
}

Result<note::KeyEntry> seal_entry(const crypto::AgeRecipient& recipient) {
  note::KeyEntry entry;
  entry.purpose = note::KeyPurpose::seal;
  if (const auto* x25519 = std::get_if<crypto::X25519Public>(&recipient.key)) {
    entry.algorithm = note::OrgKeyAlgorithm::x25519;
    entry.key.assign(x25519->begin(), x25519->end());
  } else {
    entry.algorithm = note::OrgKeyAlgorithm::p256;
    const auto compressed = crypto::p256_compress(std::get<crypto::P256Public>(recipient.key));
    entry.key.assign(compressed.begin(), compressed.end());
  }
  return entry;
}

Result<exchange::Manifest::Recipient> recipient_for(const store::DirectoryStore& directory, const party::OrganisationId& org, Time at) {
  const std::vector<note::KeyEntry> keys = TRY(directory.organisation_keys_for(org, note::KeyPurpose::seal, at));
  const auto newest = std::ranges::max_element(keys, {}, [](const note::KeyEntry& entry) { return std::pair(entry.valid.from, entry.valid.until); });
  if (newest == keys.end()) return fail(Code::KEY_UNKNOWN, "no key to seal for that organisation", {}, {{"signer", org.text() + "/seal"}});
  return exchange::Manifest::Recipient{org.text(), TRY(recipient_of(*newest))};
}

}  // namespace warifu::member
