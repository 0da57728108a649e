#pragma once
// That the hub keeps its promises: the leaf of every message, ours and theirs, must stand in the log at the place and within the time it promised.
// What does is kept with the way to the root of a checkpoint (a tlog-proof, whenever it is asked for); what does not is evidence against the hub.
//
// The newest checkpoint often bears the hub's own signatures only: it proves nothing against the hub that made it. So a proof is kept at once, and
// renewed with the first checkpoint that another member has cosigned, or all whom this house's policy asks for, as long as one may be expected.

#include <functional>
#include <map>

#include "desk/mailbox.h"
#include "exchange/network.h"
#include "member/quorum.h"
#include "member/witness.h"
#include "store/directory_store.h"

namespace warifu::member {

class Prover {
 public:
  struct Parts {
    std::string org;
    desk::Mailbox& mailbox;
    std::shared_ptr<const store::DirectoryStore> replica;
    exchange::Network network;
    std::function<Time()> clock = now_utc;
    std::optional<Quorum> quorum = {};
  };
  Prover(Parts parts, Witness& messages) : parts_(std::move(parts)), messages_(messages) {}

  struct Round {
    std::size_t proven = 0, broken = 0, waiting = 0;
    std::size_t renewed = 0;  // proofs of earlier rounds, now with a cosignature of another member
    std::size_t lonely = 0;   // proofs that still wait for one
  };
  // `seen`: the newest checkpoint of the log of messages, as the witness just verified it. PROMISE_BROKEN is no error here: it is counted, and an
  // incident for each.
  Result<Round> round(const desk::LogSeen& seen);

 private:
  // A proof whose checkpoint nobody else has cosigned yet.
  struct Lonely {
    bool is_incoming = false;
    Sha256 leaf;
    std::uint64_t index = 0;
    Time until;  // not longer
  };
  Status accuse(const desk::Mailbox::Unproven& message, const desk::LogSeen& seen);
  struct Judged {
    std::string checkpoint;  // as it is kept
    bool is_cosigned = false;
  };
  [[nodiscard]] Result<Judged> judge(const std::string& checkpoint, Time at) const;
  [[nodiscard]] Duration patience() const;
  Status recall(const exchange::MessageId& id, const std::optional<Time>& logged, Lonely lonely);
  Status recall_all();
  Result<std::size_t> renew(const desk::LogSeen& seen, const std::string& checkpoint, const ledger::TileReader& reader);

  Parts parts_;
  Witness& messages_;
  bool has_recalled_ = false;
  std::map<exchange::MessageId, Lonely> lonely_;
};

}  // namespace warifu::member
