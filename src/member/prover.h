#pragma once
// That the hub keeps its promises: the leaf of every message, ours and theirs, must stand in the log at the place and within the time it promised.
// What does is kept with the way to the root of a checkpoint (a tlog-proof, whenever it is asked for); what does not is evidence against the hub.

#include <functional>

#include "desk/mailbox.h"
#include "exchange/network.h"
#include "member/witness.h"

namespace warifu::member {

class Prover {
 public:
  struct Parts {
    desk::Mailbox& mailbox;
    exchange::Network network;
    std::function<Time()> clock = now_utc;
  };
  Prover(Parts parts, Witness& messages) : parts_(std::move(parts)), messages_(messages) {}

  struct Round {
    std::size_t proven = 0, broken = 0, waiting = 0;
  };
  // `seen`: the newest checkpoint of the log of messages, as the witness just verified it. PROMISE_BROKEN is no error here: it is counted, and an
  // incident for each.
  Result<Round> round(const desk::LogSeen& seen);

 private:
  Status accuse(const desk::Mailbox::Unproven& message, const desk::LogSeen& seen);
  Parts parts_;
  Witness& messages_;
};

}  // namespace warifu::member
