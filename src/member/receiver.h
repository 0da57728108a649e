#pragma once
// What comes into the house: fetched in batches, the hub's promise and the sender's envelope verified, opened, every check of a receiver made,
// applied with the record of the message and a sealed receipt in one transaction, and acknowledged. What cannot be opened or is refused leaves a
// receipt with the code and is kept as evidence; it never has a partial effect. Messages of different matters are worked on at the same time.
//
// The directory is brought up to date after a batch was fetched and before it is judged: who sent it knew at least the keys that he signed with.

#include <functional>
#include <memory>

#include "desk/office.h"
#include "exchange/network.h"
#include "member/follower.h"

namespace warifu::member {

struct ReceivedCounts {
  std::size_t applied = 0, held = 0, refused = 0, receipts = 0, repeated = 0;
  std::optional<Error> last_refusal;
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
  };
  explicit Receiver(Parts parts) : parts_(std::move(parts)) {}

  // Waits up to `wait` for messages; how many of what kind there were. An error is one of the line, of the store or of the age of the directory:
  // what was not acknowledged comes again.
  Result<ReceivedCounts> round(std::chrono::milliseconds wait);

 private:
  struct Opened;
  using Batch = std::vector<exchange::FetchedMessage>;
  [[nodiscard]] Opened open(exchange::FetchedMessage fetched, const std::vector<crypto::AgeIdentity>& identities);
  Status open_into(Opened& into, exchange::FetchedMessage& fetched, const std::vector<crypto::AgeIdentity>& identities);
  Result<std::string> object_in_parts(const exchange::Envelope& envelope);
  Result<desk::MessageOut> receipt_for(const Opened& opened, const std::optional<Error>& refusal) const;
  [[nodiscard]] desk::MessageIn row_of(const Opened& opened, const std::optional<Error>& refusal) const;
  Status apply(const Opened& opened, ReceivedCounts& counts);
  Result<std::vector<exchange::ParcelFile>> attachments_of(const Opened& opened, const std::vector<inquiry::SignedAct>& acts);
  Status apply_acts(const Opened& opened, ReceivedCounts& counts);
  Status apply_receipt(const Opened& opened, ReceivedCounts& counts);
  Status refuse(const Opened& opened, const Error& why, ReceivedCounts& counts);

  Parts parts_;
  std::uint64_t after_ = 0;  // in the hub's box; from the beginning again after a failure
};

}  // namespace warifu::member
