#pragma once
// Seal keys of members: for which one a message is sealed.

#include "desk/seal_entry.h"
#include "exchange/envelope.h"
#include "store/directory_store.h"

namespace warifu::member {

// The newest seal key in force; KEY_UNKNOWN when there is none, BAD_KEY with `where` "recipients" when it is none. An older one is not taken in the
// place of one that this library cannot seal for: who chose a stronger kind would not learn that it was not used.
[[nodiscard]] Result<exchange::Manifest::Recipient> recipient_for(const store::DirectoryStore& directory, const party::OrganisationId& org, Time at);

// Whether an error of recipient_for(), or of sealing, says that nothing can be sealed for the addressee as he is listed now: no key of his is in
// force, what he has published is no key, or it is of the post-quantum hybrid and this library has no ML-KEM.
[[nodiscard]] bool cannot_be_sealed_for(const Error& error);

}  // namespace warifu::member
