#pragma once
// Inside this room: the rows of sealed messages, written by a commit of the office or on their own (desk/mailbox.h).

#include <functional>

#include "desk/mailbox.h"
#include "store/db.h"
#include "store/matter_seal.h"

namespace warifu::store {

// Rows that go into one statement: with PostgreSQL a statement costs several times what a row does.
inline constexpr std::size_t kRowsAtOnce = 8;

// The key under which a matter's texts lie; made when there is none.
using SealOf = std::function<Result<MatterSeal>(const MatterId& matter)>;

// CONFLICT when another message carries one of its rows of the outbox already.
Status put_sealed_message(Database& database, const desk::MessageOut& message, const SealOf& seal_of);
// REPLAYED when one of the received messages is here already.
Status put_carried(Database& database, const desk::Carried& carried, const SealOf& seal_of);
// When texts of a matter are destroyed: manifests that speak of them go too, the others are sealed with the matter's new key.
Status purge_manifests(Database& database, const MatterId& matter, const std::vector<Sha256>& purged, const std::optional<MatterSeal>& before,
                       const MatterSeal& after);

}  // namespace warifu::store
