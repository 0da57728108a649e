#pragma once
// What comes into the house: fetched in batches, the hub's promise and the sender's envelope verified, opened, every check of a receiver made,
// applied with the record of the message and a sealed receipt in one transaction, and acknowledged. What cannot be opened or is refused leaves a
// receipt with the code and is kept as evidence; it never has a partial effect. Where no receipt tells anybody, the refusal is an incident of this
// house (decision 0030). Messages of different matters are worked on at the same time.
//
// A message's number is its sender's to give: until his signature is verified, a refusal is kept under the digest of what came, so that nobody else
// can use up the number. What the hub does not hand out whole (its disk, its quota, its rules) is asked for again, ever more seldom, until the
// message expires; after kFetchTriesMax tries it is an incident. Meanwhile everything else goes on. Attachments are fetched when the acts that name
// them are found signed and in place, part by part and for a few seconds in each round, so that a large one does not hold up what else comes. They
// are opened when all of them are here, and nothing of them stays behind in clear: not after a refusal, and not after a restart.
//
// The directory is brought up to date after a batch was fetched and before it is judged: who sent it knew at least the keys that he signed with.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "desk/office.h"
#include "exchange/network.h"
#include "member/daily_budget.h"
#include "member/follower.h"
#include "member/tally.h"
#include "pipeline/worker_pool.h"

namespace warifu::member {

inline constexpr int kFetchTriesMax = 8;                            // of an object the hub does not give whole: about ten minutes, then an incident
inline constexpr std::uint64_t kAttachmentBytesMax = 8ull << 30;    // of one message together; an answer of ours has 5 GB at most
inline constexpr std::size_t kEvidenceObjectMax = 256 * 1024;       // of a refused object that is kept; the signed envelope names every one
inline constexpr std::size_t kEvidenceDailyMax = 16 * 1024 * 1024;  // of all of them in a day
inline constexpr std::size_t kStrangeDailyMax = 1000;               // messages of nobody that are kept in a day
inline constexpr std::size_t kStrangeDailyBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMissingDailyMax = 100;  // messages the hub does not give, each an incident of its own

struct ReceivedCounts {
  std::size_t applied = 0, held = 0, refused = 0, receipts = 0, repeated = 0, waiting = 0;
  Tally refusals, waits;              // why
  std::optional<Error> last_refusal;  // for tests
};

class Receiver {
 public:
  struct Parts {
    desk::Office& office;
    desk::Mailbox& mailbox;
    std::shared_ptr<const store::DirectoryStore> replica;
    Follower& follower;
    exchange::HubPort& hub;
    exchange::Network network;
    std::shared_ptr<const note::Signer> sign;
    std::function<Result<std::vector<crypto::AgeIdentity>>()> identities;  // all seal keys that are still kept
    std::string files_dir;                                                 // attachments come in here
    std::function<Time()> clock = now_utc;
    std::size_t threads = 16;  // more than processors: they wait for the disk, and what waits together is flushed together
    std::function<void(const exchange::Parcel&)> on_applied = {};  // durably; called on several threads
    Duration echo_wait = {};                                       // desk::Carried
    std::chrono::milliseconds turn{2'000};                         // of files in one round
  };
  explicit Receiver(Parts parts) : parts_(std::move(parts)) {}

  // Waits up to `wait` for messages; how many of what kind there were. An error is one of the line, of the store or of the age of the directory:
  // what was not acknowledged comes again. What waits for its object or its attachments is no error: it is counted and told.
  Result<ReceivedCounts> round(std::chrono::milliseconds wait);

 private:
  struct Opened;
  struct Waiting {
    std::uint64_t seq = 0;  // in the hub's box
    int tries = 0;
    Time next;
    std::string about;  // its incident
  };
  using Batch = std::vector<exchange::FetchedMessage>;
  [[nodiscard]] Opened open(exchange::FetchedMessage fetched, const std::vector<crypto::AgeIdentity>& identities);
  Status open_into(Opened& into, exchange::FetchedMessage& fetched, const std::vector<crypto::AgeIdentity>& identities);
  Result<std::string> object_in_parts(const exchange::Envelope& envelope);
  Status take_object(Opened& into, exchange::FetchedMessage& fetched);
  tl::unexpected<Error> wait_for(Opened& opened, Error why, bool is_hubs);
  Status put_off(const Opened& opened, ReceivedCounts& counts);
  [[nodiscard]] bool is_put_off(const Opened& opened) const;
  Result<desk::MessageOut> receipt_for(const Opened& opened, const std::optional<Error>& refusal) const;
  [[nodiscard]] desk::MessageIn row_of(const Opened& opened, const std::optional<Error>& refusal) const;
  [[nodiscard]] Bytes evidence_of(const Opened& opened);
  [[nodiscard]] std::string folder_of(const exchange::MessageId& message) const;
  void sweep();
  Status apply(Opened& opened, ReceivedCounts& counts);
  Status apply_receipts(std::vector<Opened*>& receipts, ReceivedCounts& counts);
  Status apply_all(std::vector<Opened>& opened, ReceivedCounts& counts);
  [[nodiscard]] Status check_acts(const Opened& opened, const std::vector<inquiry::SignedAct>& acts) const;
  struct Incoming;
  Status check_room(Opened& opened, const std::vector<Incoming>& incoming);
  Status fetch_parts(Opened& opened, const Incoming& file);
  Status open_file(Opened& opened, const Incoming& file);
  Result<std::vector<exchange::ParcelFile>> attachments_of(Opened& opened, const std::vector<inquiry::SignedAct>& acts);
  Status apply_acts(Opened& opened, ReceivedCounts& counts);
  Result<desk::Carried> carried_by(const Opened& receipt);
  Status apply_receipt(const Opened& opened, ReceivedCounts& counts);
  [[nodiscard]] desk::Incident incident_of(const Opened& opened, const Error& why) const;
  Status refuse(Opened& opened, const Error& why, ReceivedCounts& counts);
  Result<bool> is_repetition(Opened& opened) const;
  Status repeated(Opened& opened, ReceivedCounts& counts);

  Parts parts_;
  std::uint64_t after_ = 0;  // in the hub's box; from the beginning again after a failure
  std::map<exchange::MessageId, Waiting> waiting_;
  std::chrono::steady_clock::time_point fetch_until_;  // the turn of attachments in this round
  std::atomic<bool> is_line_down_ = false;             // in this round: who needs the hub waits without asking
  bool is_swept_ = false;
  DailyBudget evidence_{SIZE_MAX, kEvidenceDailyMax}, strange_{kStrangeDailyMax, kStrangeDailyBytes}, missing_{kMissingDailyMax, SIZE_MAX};
  std::unique_ptr<pipeline::WorkerPool> helpers_;  // once there was work for more than one thread
};

}  // namespace warifu::member
