#pragma once
// What a hub keeps, on SQLite or PostgreSQL with the same statements: sealed messages on their way with the place of their leaf in the log, the boxes
// of the recipients, objects and their parts, the state of the two logs, cosignatures, and who asks to join. Guarantees: post() answers
// only after the commit that holds the message and its place; a place is given once and without a gap; the same message again gets its first
// place, another one with its id is REPLAYED; a log's state moves only by compare and swap. It checks no signature and knows no clock.

#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/hub.h"
#include "ledger/checkpoint.h"
#include "party/organisation.h"
#include "store/hub_files.h"
#include "store/migrate.h"
#include "store/pool.h"

namespace warifu::store {

[[nodiscard]] std::span<const Migration> embedded_hub_migrations(EngineKind engine);

inline constexpr std::size_t kSmallObjectMax = 64 * 1024;  // such an object lies beside its message and shares its commit

struct HubLimits {
  std::uint64_t bytes_per_member = 50ull << 30;
  Duration kept_after_delivery = days(30);  // objects, after all recipients have acknowledged; never longer than until they expire
  Duration unclaimed_life = days(31);       // objects in parts that no message names: attachments
};

struct HubMessage {
  exchange::Envelope envelope;
  std::string note;  // the envelope as it was signed
  Sha256 digest;     // of the envelope's text
  std::string leaf;
  std::string object;  // empty: all parts are here
};

struct HubPlace {
  std::uint64_t index = 0;  // of the leaf
  Time at;
};

struct HubItem {
  std::uint64_t seq = 0;  // in the box: index + 1
  exchange::MessageId id;
  std::string note;
  Sha256 digest, leaf;
  HubPlace place;
  std::string object;  // empty: in parts
  bool is_relayed = false;
  std::optional<Error> unreadable;  // then without its object: whoever asks for that hears why
};

struct HubStatus {
  exchange::MessageId id;
  std::string to;
  std::optional<Time> relayed;
};

struct LogState {
  std::uint64_t size = 0;
  Sha256 root;  // RFC 6962; of the empty tree when the log is new
  bool operator==(const LogState&) const = default;
};

struct StoredCosignature {
  std::string witness;  // name of the key
  LogState over;
  std::string line;
};

struct HubApplication {
  Sha256 code;
  std::string org, side;
  Time expires;
  std::string state;  // invited, applied, admitted, withdrawn
  std::optional<Sha256> tls;
  std::string bundle;
};

// Whom the hub serves no longer, from the first admitter's signature on.
struct HubRevocation {
  std::string org, reason;
  std::string end;  // the end of its admission as far as it is signed (note::MemberEnd); empty: nobody has signed one
  Time at;
};

class HubStore {
  struct Key {};

 public:
  struct Options {
    Engine::Open open;
    std::string objects;  // folder
    HubLimits limits;
  };
  [[nodiscard]] static Result<std::unique_ptr<HubStore>> create(Options options, Time now);
  HubStore(Key, std::unique_ptr<Engine> engine, Options options);

  // ── messages ──
  // All from one sender, in one transaction; a refusal of one leaves the others: REPLAYED, PART_MISSING, RATE_LIMITED (its bytes). A failure of the
  // store is everybody's, and nothing of the request is kept then.
  Result<std::vector<Result<HubPlace>>> post(const std::string& sender, std::span<const HubMessage> messages, Time now);
  // Not acknowledged, with a number above `after`, oldest first; at most `bytes_max` together, but one in any case. A file that was spoilt on the
  // disk keeps back none of the others.
  [[nodiscard]] Result<std::vector<HubItem>> fetch(const std::string& org, std::uint64_t after, std::size_t limit, std::size_t bytes_max) const;
  // Those numbers of the box were given out; the first time counts. Does not wait for the commit: it is told again with the next fetch.
  void relayed(const std::string& org, std::vector<std::uint64_t> seqs, Time now);
  // Unknown ones and those of others are passed over: they may have been deleted.
  Status acknowledge(const std::string& org, std::span<const exchange::MessageId> messages, Time now);
  [[nodiscard]] Result<std::vector<HubStatus>> status(const std::string& sender, std::span<const exchange::MessageId> messages) const;
  // Deletes what is due, at most `limit` of each kind; how many went.
  Result<std::size_t> clean(Time now, std::size_t limit);

  // ── objects ──
  // CONFLICT when it was begun with other parts. Whoever knows the digest of an object that no message names may read it.
  Result<exchange::ObjectState> begin_object(const std::string& org, const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts,
                                             Time now);
  [[nodiscard]] Result<exchange::ObjectState> object_state(const std::string& org, const Sha256& object) const;
  // TEXT_DIFFERS when it is not the part that was named; nothing is kept then.
  Status put_part(const std::string& org, const Sha256& object, std::size_t part, ByteView bytes, Time now);
  [[nodiscard]] Result<Bytes> get_part(const std::string& org, const Sha256& object, std::size_t part) const;

  // ── logs ──
  // The leaves of the messages from that index on, in order.
  [[nodiscard]] Result<std::vector<std::string>> leaves(std::uint64_t first, std::size_t limit) const;
  [[nodiscard]] Result<std::uint64_t> next_index() const;
  // For a log that was filled by other means than messages (hub/bulk.h): the next place is not below its size any more.
  Status give_places_behind_the_log();
  // When the promise of the message with that index was given; nothing when there is none yet or no longer.
  [[nodiscard]] Result<std::optional<Time>> promised_at(std::uint64_t index) const;
  [[nodiscard]] Result<std::optional<LogState>> log_state(std::string_view log) const;
  // From exactly `before` (nothing: the log is new) to a larger one, or CONFLICT.
  Status advance_log(std::string_view log, const std::optional<LogState>& before, const LogState& after);
  [[nodiscard]] Result<std::vector<StoredCosignature>> cosignatures(std::string_view log) const;
  Status put_cosignature(std::string_view log, const StoredCosignature& cosignature);

  // ── as a witness ──
  [[nodiscard]] Result<std::optional<LogState>> witnessed(std::string_view origin) const;
  // CONFLICT when another size was persisted meanwhile.
  Status witness(std::string_view origin, const std::optional<LogState>& before, const LogState& after, Time now);

  // ── members ──
  Status invite(const HubApplication& invitation, Time now);  // CONFLICT for a second open one of the organisation
  [[nodiscard]] Result<std::optional<HubApplication>> application(const Sha256& code) const;
  [[nodiscard]] Result<std::vector<HubApplication>> applications() const;
  // From one state to the next. CONFLICT when it is in another state by now.
  Status change_application(const HubApplication& application, std::string_view from, Time now);
  // In the place of `before` (nothing: there was none), or CONFLICT. What is open of its invitations is withdrawn.
  Status revoke(const HubRevocation& revocation, const std::optional<HubRevocation>& before);
  // Served again. CONFLICT when it is another one by now.
  Status restore(const HubRevocation& revocation);
  [[nodiscard]] Result<std::optional<HubRevocation>> revocation(const std::string& org) const;
  [[nodiscard]] Result<std::vector<std::string>> revoked() const;

  void stop() { engine_->stop(); }

 private:
  struct Posting;
  Result<Result<HubPlace>> take(Database& database, Posting& posting, const HubMessage& message);
  Status claim_object(Database& database, const HubMessage& message, std::int64_t index, const std::string& sender);
  Status charge(Database& database, const std::string& org, std::int64_t bytes) const;

  std::unique_ptr<Engine> engine_;
  Options options_;
  HubFiles files_;
  // Held by whoever puts files and then commits what names them; alone by the one who removes what nothing names any more.
  mutable std::shared_mutex files_mutex_;
};

}  // namespace warifu::store
