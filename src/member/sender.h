#pragma once
// What leaves the house: rows of the outbox are gathered by matter and addressee, sealed for the addressee, kept (so that every repetition posts
// the same bytes), posted in batches, and done when the hub's promise has been verified and is kept.
//
// Nothing is sealed, and nothing sealed leaves, for a key of which it is not known that it still is in force: not by a directory older than
// kDirectoryAgeMax, and not once the key has ended. Then it is sealed anew.

#include <chrono>
#include <functional>
#include <memory>

#include "desk/office.h"
#include "exchange/hub.h"
#include "exchange/network.h"
#include "member/tally.h"
#include "store/directory_store.h"

namespace warifu::member {

inline constexpr Duration kDirectoryAgeMax = minutes(15);

class Sender {
 public:
  struct Parts {
    desk::Office& office;
    desk::Mailbox& mailbox;
    std::shared_ptr<const store::DirectoryStore> replica;
    exchange::HubPort& hub;
    exchange::Network network;
    std::shared_ptr<const note::Signer> sign;                     // <org>/sign
    std::string files_dir;                                        // sealed attachments lie here until the hub has them
    std::function<Result<std::optional<Time>>()> verified_as_of;  // of the directory; nothing: never yet
    std::function<Time()> clock = now_utc;
    std::chrono::milliseconds turn{2'000};  // of files in one round
  };
  explicit Sender(Parts parts) : parts_(std::move(parts)) {}

  // Seals what the outbox holds and is due; the number of messages. What cannot be sealed (no key of the addressee) is tried again later.
  // CHECKPOINT_OLD: the directory is too old to seal anything by.
  Result<std::size_t> seal();
  struct Posted {
    std::size_t accepted = 0, resealed = 0;  // resealed: not posted, to be sealed for another key; there may be more behind it
    std::size_t unfinished = 0;              // large files of these are on their way to the hub: the next round goes on with them
    Tally refusals;                          // why the hub refused others
  };
  // Posts one batch. Files go part by part and for a few seconds in each round, so that a large one does not hold up what else leaves the house. An
  // error is one of the line, of the store or CHECKPOINT_OLD: nothing is lost, the same is posted again.
  Result<Posted> post();
  // Asks what became of messages that nobody acknowledged yet.
  Status ask_relayed();

 private:
  Result<desk::MessageOut> seal_one(const desk::Gathered& gathered, Time now);
  Result<bool> put_attachments(const desk::MessageOut& message, std::chrono::steady_clock::time_point until);
  Status put_turn(const std::vector<const desk::MessageOut*>& messages, std::vector<const desk::MessageOut*>& ready, Posted& posted);
  Status post_ready(const std::vector<const desk::MessageOut*>& messages, Posted& posted);
  [[nodiscard]] bool has_attachments(const desk::MessageOut& message) const;
  void drop_attachments(const desk::MessageOut& message) const;
  Status check_directory_age() const;
  [[nodiscard]] Result<bool> is_key_in_force(const desk::MessageOut& message, const std::vector<note::KeyEntry>& in_force) const;
  Status seal_anew(const desk::MessageOut& message);
  Result<std::vector<desk::MessageOut>> next_batch(Posted& posted);
  Status put_in_parts(const desk::MessageOut& message);
  Result<desk::Mailbox::Accepted> accept(const desk::MessageOut& message, const std::string& promise) const;

  Parts parts_;
};

}  // namespace warifu::member
