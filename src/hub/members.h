#pragma once
// How members come into the exchange, as the hub's people do it (docs/formats.md, "Joining"): an invitation that is handed over, an application that
// waits, two admitters who compare its fingerprint by telephone or on paper and sign. Nobody at the hub can admit alone.

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

}  // namespace warifu::hub
