#pragma once
// What an organisation keeps of the sealed messages it sent and received as member of an exchange, and of what it saw of the hub's logs. Implemented
// by the store room beside desk::Store, in the same database: a message that was received and the acts it brought stand in one transaction
// (desk::Commit), so that nothing is applied twice and nothing is acknowledged that is not kept.
//
// A message of ours: sealed (durably, before it is posted: a repetition posts the same bytes) → accepted, the hub's promise → relayed, the hub's
// statement → delivered, the recipient's receipt; and logged, once its leaf was found where the promise says.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exchange/crossing.h"
#include "exchange/hub.h"
#include "ledger/merkle.h"
#include "party/organisation.h"

namespace warifu::desk {

struct OutboxRow;

struct MessageOut {
  std::int64_t seq = 0;  // given by the store: the order of sealing
  exchange::MessageId id;
  party::OrganisationId to;
  MatterId matter;
  exchange::MessageType type = exchange::MessageType::acts;
  std::string envelope, leaf;
  Bytes object;                          // until it expires or its texts are purged; empty in lists
  std::string manifest;                  // a serialised note; written, read back by crossings()
  std::vector<Sha256> acts;              // that it carries, in their order; likewise
  std::vector<std::string> attachments;  // names of sealed files that have to be at the hub before it is posted
  std::vector<std::int64_t> outbox;      // the rows of the outbox that it carries; written, never read back
  Time created, expires;
  int attempts = 0;
  Time next_try;
  std::string last_error;  // code only
  std::optional<std::string> promise;
  std::uint64_t index = 0;  // of the leaf, as promised
  std::optional<Time> accepted;
  std::optional<std::string> relayed_note;
  std::optional<Time> relayed, delivered;
  std::optional<exchange::MessageId> receipt;  // the message that brought it
  std::string code;                            // why the recipient refused it
  std::optional<Time> logged;                  // when its leaf was found where the promise says
};

struct MessageIn {
  exchange::MessageId id;
  std::string from;
  std::optional<MatterId> matter;  // of one that could be opened
  exchange::MessageType type = exchange::MessageType::acts;
  std::string envelope, promise;
  Sha256 leaf;
  std::uint64_t index = 0;
  Time promised, at, expires;
  std::string code;          // why it was refused; empty: applied, or held until its parents come
  Bytes object;              // kept of a refused one, as evidence
  std::string manifest;      // of one that could be opened; written, read back by crossings()
  std::vector<Sha256> acts;  // likewise; also read back by newest_received()
  std::optional<Time> logged;
};

// What a receipt of the other side says of a message of ours.
struct Delivery {
  exchange::MessageId message, receipt;
  Time at;
  std::string code;
};

// Something the exchange did that it must not do, with what proves it. Shown until an auditor has looked at it.
struct Incident {
  std::int64_t seq = 0;
  std::string code;      // an error's name: LOG_FORKED, PROMISE_BROKEN, KEY_UNKNOWN …
  std::string about;     // a log, a message, a leaf, somebody's day: one incident for each code and thing
  std::string evidence;  // notes, one after the other
  Time at;
  std::optional<Time> examined;
};

// What is written together with a received message.
struct Carried {
  std::vector<MessageIn> received;  // REPLAYED when one is here already
  std::vector<MessageOut> sealed;   // receipts, to be posted
  std::vector<Delivery> deliveries;
  std::vector<Incident> incidents;  // as put_incident()
  // What the node itself writes about what came waits so long in the outbox, at most: more of the matter that goes there meanwhile takes it along.
  Duration echo_wait{};
};

// The newest checkpoint of a log that this node has verified; as witness it never signs another of that size, or a smaller one.
struct LogSeen {
  std::string checkpoint;  // a serialised note, the log's signature first
  std::uint64_t size = 0;
  Sha256 root;
  Time at;
  bool operator==(const LogSeen&) const = default;
};

class Mailbox {
 public:
  virtual ~Mailbox() = default;

  // ── out ──
  // Rows of the outbox that no message carries yet and whose time has come; of a matter and addressee none behind one that failed and waits for its
  // next try. One that waits and was never tried goes with a later one whose time has come.
  [[nodiscard]] virtual Result<std::vector<OutboxRow>> outbox_unsealed(Time now, std::size_t limit) const = 0;
  virtual Status put_sealed(std::span<const MessageOut> messages) = 0;
  // Not accepted yet, with their objects, in order.
  [[nodiscard]] virtual Result<std::vector<MessageOut>> unposted(Time now, std::size_t limit) const = 0;
  struct Accepted {
    exchange::MessageId id;
    std::string promise;
    std::uint64_t index = 0;
    Time promised, at;
  };
  virtual Status put_accepted(std::span<const Accepted> messages) = 0;  // and what they carry of the outbox is done
  virtual Status put_not_accepted(const exchange::MessageId& id, std::string_view error, Time next_try) = 0;
  virtual Status unseal(const exchange::MessageId& id) = 0;  // given up; what it carried is to be sealed anew
  // Accepted and neither delivered nor refused; oldest first.
  [[nodiscard]] virtual Result<std::vector<MessageOut>> undelivered(std::size_t limit) const = 0;
  struct RelayedBy {
    exchange::MessageId id;
    std::string note;
    Time at;
  };
  virtual Status put_relayed(std::span<const RelayedBy> messages) = 0;
  [[nodiscard]] virtual Result<std::vector<MessageOut>> messages_of(const MatterId& matter) const = 0;
  [[nodiscard]] virtual Result<std::optional<MessageOut>> message_out(const exchange::MessageId& id) const = 0;  // with its object while it is kept
  [[nodiscard]] virtual Result<std::vector<MessageOut>> newest_messages(std::size_t limit) const = 0;
  // The newest message that carries this act.
  [[nodiscard]] virtual Result<std::optional<MessageOut>> message_with(const Sha256& act) const = 0;

  // ── in ──
  [[nodiscard]] virtual Result<std::vector<exchange::MessageId>> already_received(std::span<const exchange::MessageId> ids) const = 0;
  virtual Status put_received(const Carried& carried) = 0;  // without acts
  [[nodiscard]] virtual Result<std::optional<MessageIn>> message_in(const exchange::MessageId& id) const = 0;
  // Applied, held and refused alike, the last to expire first: with the hashes of the acts they brought, without objects and manifests.
  [[nodiscard]] virtual Result<std::vector<MessageIn>> newest_received(std::size_t limit) const = 0;

  // ── the logs ──
  struct Unproven {
    exchange::MessageId id;
    bool is_incoming = false;
    Sha256 leaf;
    std::uint64_t index = 0;
    Time since;           // by the clock of this house
    std::string promise;  // what proves it, should it never come
  };
  [[nodiscard]] virtual Result<std::vector<Unproven>> unproven(std::size_t limit) const = 0;  // oldest promise first
  struct Proven {
    exchange::MessageId id;
    bool is_incoming = false;
    ledger::Proof path;
  };
  virtual Status put_broken(std::span<const Proven> messages) = 0;  // not to be looked for again
  virtual Status put_proofs(const std::string& checkpoint, std::uint64_t size, std::span<const Proven> messages, Time at) = 0;
  struct StoredProof {
    std::uint64_t index = 0;
    ledger::Proof path;
    std::string checkpoint;
  };
  [[nodiscard]] virtual Result<std::optional<StoredProof>> proof_of(const exchange::MessageId& id) const = 0;
  // Everything that proves how acts of this matter crossed, in both directions and in order. Messages whose texts were purged are left out: with the
  // salt in their manifests the leaves in the log have lost their meaning.
  [[nodiscard]] virtual Result<std::vector<exchange::Crossing>> crossings(const MatterId& matter) const = 0;
  [[nodiscard]] virtual Result<std::optional<LogSeen>> log_seen(exchange::LogName log) const = 0;
  // Compare and set: STALE when another is there than `before`.
  virtual Status put_log_seen(exchange::LogName log, const std::optional<LogSeen>& before, const LogSeen& seen) = 0;
  // Entries of the log of keys that this organisation handed in itself, by their leaf hash.
  virtual Status put_issued(const Sha256& leaf) = 0;
  [[nodiscard]] virtual Result<bool> is_issued(const Sha256& leaf) const = 0;

  // ── incidents ──
  virtual Status put_incident(const Incident& incident) = 0;  // the first of its code and thing stays
  [[nodiscard]] virtual Result<std::vector<Incident>> incidents(bool only_open, std::size_t limit) const = 0;
  [[nodiscard]] virtual Result<std::vector<Incident>> incidents_before(std::int64_t seq,
                                                                       std::size_t limit) const = 0;  // open or not, the newest first
  virtual Status examine_incident(std::int64_t seq, Time at) = 0;                                     // NOT_FOUND

  // What was received and may be forgotten: expired more than 30 days before `now`, so that no replay of it would be taken.
  virtual Status forget_messages(Time now) = 0;
};

}  // namespace warifu::desk
