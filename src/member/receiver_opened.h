#pragma once
// A message on its way in, as far as it could be read. Only for the files of the receiver.

#include <algorithm>

#include "crypto/hash.h"
#include "exchange/envelope.h"
#include "member/receiver.h"

namespace warifu::member {

struct Receiver::Opened {
  exchange::MessageId id;       // under which it is kept: its own once the sender's signature was good
  exchange::MessageId claimed;  // under which the hub has it
  std::uint64_t seq = 0;
  std::string from;
  bool is_from_sender = false;  // the sender's signature was good: a receipt makes sense
  std::string envelope_note, promise_note;
  exchange::Envelope envelope;
  exchange::Promise promise;
  Bytes object;
  exchange::OpenedMessage message;
  std::optional<Error> why_not;
  struct Wait {
    Error why;
    bool is_hubs = false;  // the hub's fault, which it must not have for long
    bool is_tried = true;
    bool is_coming = false;  // nothing is wrong: there is more of it than one round takes
  };
  std::optional<Wait> wait;  // neither applied nor refused now: what belongs to it is not here
  std::string first;         // the envelope that came before under the same number, when it is another

  // Kept by what came, since the number is not, or no more, its own.
  void keep_by_digest() {
    const Sha256 digest = crypto::sha256(std::to_string(envelope_note.size()) + "\n" + envelope_note + promise_note);
    std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  }
};

}  // namespace warifu::member
