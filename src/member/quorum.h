#pragma once
// Whether those whom this house wants to have seen a checkpoint have cosigned it: its own policy (C2SP tlog-policy, the file root.vkey of its
// folder). What the hub and the house itself say of a checkpoint counts for nothing here: the one made it, the other asks.

#include <optional>
#include <string>

#include "base/time.h"
#include "note/policy.h"

namespace warifu::member {

struct Quorum {
  note::Policy policy;
  std::string own, hub;  // organisations whose witnesses do not count

  // Someone is asked for at all.
  [[nodiscard]] bool is_wanted() const { return !policy.is_quorum({}); }
  // The latest second at which the quorum had cosigned this text, by the cosigners' own clocks; nothing while they are too few. Cosignatures that are
  // wrong, or from an impossible time, count for nothing.
  [[nodiscard]] Result<std::optional<Time>> reached(const note::Note& checkpoint) const;
};

}  // namespace warifu::member
