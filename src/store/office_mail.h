#pragma once
// Inside this room: the rows of sealed messages, written by a commit of the office or on their own (desk/mailbox.h).

#include "desk/mailbox.h"
#include "store/db.h"
#include "store/matter_seal.h"

namespace warifu::store {

Status put_sealed_message(Database& database, const desk::MessageOut& message);
// REPLAYED when one of the received messages is here already.
Status put_carried(Database& database, const desk::Carried& carried);
// When texts of a matter are destroyed: manifests that speak of them go too, the others are sealed with the matter's new key.
Status purge_manifests(Database& database, const MatterId& matter, const std::vector<Sha256>& purged, const std::optional<MatterSeal>& before,
                       const MatterSeal& after);

}  // namespace warifu::store
