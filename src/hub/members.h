#pragma once
// How members come into the exchange, as the hub's people do it (docs/formats.md, "Joining"): an invitation that is handed over, an application that
// waits, two admitters who compare its fingerprint by telephone or on paper and sign. Nobody at the hub can admit alone, and nobody can end an
// admission alone.

#include <string>
#include <vector>

#include "exchange/joining.h"
#include "hub/hub.h"

namespace warifu::hub {

[[nodiscard]] Result<exchange::Invitation> invite(Hub& hub, const std::string& org, const std::string& side);

struct PendingMember {
  std::string org, side, state;
  std::string root, fingerprint;  // of its root key; empty before it has applied
  std::vector<std::string> signed_by;
  Time expires;
};
[[nodiscard]] Result<std::vector<PendingMember>> pending(Hub& hub);

struct Admission {
  std::string org, root, fingerprint;
  std::vector<std::string> signed_by;
  bool is_admitted = false;  // the second signature was this one
};
// One admitter signs; the second signature puts the organisation into the log of keys. KEY_UNKNOWN for a key that is no admitter's.
Result<Admission> admit(Hub& hub, const std::string& org, const note::Signer& admitter);

struct Departure {
  std::string org;
  Time ended;                          // from then on nothing that it signs counts
  std::vector<std::string> signed_by;  // admitters
  bool is_ended = false;               // the end stands in the log of keys: every node learns it
};
// One admitter signs that the admission ends: from then on the hub serves the organisation no longer, so that nothing more is promised to it that
// would lose its worth. The second signature puts the end into the log of keys, within exchange::kEndSignedWithin of the first: later it is the first
// of an end that begins anew. The reason stays at the hub. KEY_UNKNOWN for a key that is no
// admitter's, NOT_FOUND for one that is no member, BAD_VALUE for the hub itself; CONFLICT when both sign in the same moment: again.
Result<Departure> end_admission(Hub& hub, const std::string& org, const std::string& reason, const note::Signer& admitter);
// What one admitter has begun is taken back by an admitter: the organisation is served again. CONFLICT once two have signed, NOT_FOUND.
Status restore_member(Hub& hub, const std::string& org, const note::Signer& admitter);

}  // namespace warifu::hub
