#pragma once
// Seal keys of members, as entries of the log and as recipients of a sealed message.

#include "exchange/envelope.h"
#include "store/directory_store.h"

namespace warifu::member {

[[nodiscard]] Result<crypto::AgeRecipient> recipient_of(const note::KeyEntry& entry);
[[nodiscard]] Result<note::KeyEntry> seal_entry(const crypto::AgeRecipient& recipient);  // purpose, algorithm and key; the rest is the caller's
// The newest seal key in force; KEY_UNKNOWN when there is none.
[[nodiscard]] Result<exchange::Manifest::Recipient> recipient_for(const store::DirectoryStore& directory, const party::OrganisationId& org, Time at);

}  // namespace warifu::member
