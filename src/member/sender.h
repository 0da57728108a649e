#pragma once
// What leaves the house: rows of the outbox are gathered by matter and addressee, sealed for the addressee, kept (so that every repetition posts
// the same bytes), posted in batches, and done when the hub's promise has been verified and is kept.

#include <functional>
#include <memory>

#include "desk/office.h"
#include "exchange/hub.h"
#include "exchange/network.h"
#include "store/directory_store.h"

namespace warifu::member {

class Sender {
 public:
  struct Parts {
    desk::Office& office;
    desk::Mailbox& mailbox;
    std::shared_ptr<const store::DirectoryStore> replica;
    exchange::HubPort& hub;
    exchange::Network network;
    std::shared_ptr<const note::Signer> sign;  // <org>/sign
    std::string files_dir;                     // sealed attachments lie here until the hub has them
    std::function<Time()> clock = now_utc;
  };
  explicit Sender(Parts parts) : parts_(std::move(parts)) {}

  // Seals what the outbox holds and is due; the number of messages. What cannot be sealed (no key of the addressee) is tried again later.
  Result<std::size_t> seal();
  struct Posted {
    std::size_t accepted = 0, refused = 0;
    std::optional<Error> last_refusal;
  };
  // Posts one batch. An error is one of the line or of the store: nothing is lost, the same is posted again.
  Result<Posted> post();
  // Asks what became of messages that nobody acknowledged yet.
  Status ask_relayed();

 private:
  Result<desk::MessageOut> seal_one(const desk::Gathered& gathered, Time now);
  Status put_attachments(const desk::MessageOut& message);
  void drop_attachments(const desk::MessageOut& message) const;
  Result<std::vector<desk::MessageOut>> next_batch();
  Status put_in_parts(const desk::MessageOut& message);
  Result<desk::Mailbox::Accepted> accept(const desk::MessageOut& message, const std::string& promise) const;

  Parts parts_;
};

}  // namespace warifu::member
