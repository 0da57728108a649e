#pragma once
// For tests only: a message as a hub stores it.

#include <string>
#include <utility>
#include <vector>

#include "crypto/hash.h"
#include "ledger/merkle.h"
#include "store/hub_store.h"

namespace warifu::store {

// From one organisation to others, with `object` as what was sealed; it may lie in the box for 20 days from `now`.
inline HubMessage hub_message(const std::string& from, std::vector<std::string> to, std::string object, Time now) {
  HubMessage out;
  out.envelope.id = exchange::MessageId::random();
  out.envelope.from = from;
  out.envelope.to = std::move(to);
  out.envelope.object = crypto::sha256(object);
  out.envelope.bytes = object.size();
  out.leaf = "leaf of " + out.envelope.id.hex() + "\n";
  out.envelope.leaf = ledger::leaf_hash(bytes_of(out.leaf));
  out.envelope.expires = now + days(20);
  out.note = "envelope " + out.envelope.id.hex() + "\n";
  out.digest = crypto::sha256(out.note);
  out.object = std::move(object);
  return out;
}

}  // namespace warifu::store
