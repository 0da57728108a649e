#include "member/seal_keys.h"

#include <algorithm>

namespace warifu::member {

namespace {

constexpr const char* kRecipients = "recipients";  // as crypto::AgeSealer says

}  // namespace

Result<exchange::Manifest::Recipient> recipient_for(const store::DirectoryStore& directory, const party::OrganisationId& org, Time at) {
  const std::vector<note::KeyEntry> keys = TRY(directory.organisation_keys_for(org, note::KeyPurpose::seal, at));
  const auto newest = std::ranges::max_element(keys, {}, [](const note::KeyEntry& entry) { return std::pair(entry.valid.from, entry.valid.until); });
  if (newest == keys.end()) return fail(Code::KEY_UNKNOWN, "no key to seal for that organisation", {}, {{"signer", org.text() + "/seal"}});
  const Result<crypto::AgeRecipient> recipient = desk::recipient_of(*newest);
  if (!recipient) return fail(Code::BAD_KEY, recipient.error().message, kRecipients);
  return exchange::Manifest::Recipient{org.text(), *recipient};
}

// By the place: another key under the label of our own token is BAD_KEY too.
bool cannot_be_sealed_for(const Error& error) {
  return error.code == Code::KEY_UNKNOWN || (error.code == Code::BAD_KEY && error.where == kRecipients) ||
         (error.code == Code::CRYPTO && error.where == crypto::kHybridName);
}

}  // namespace warifu::member
