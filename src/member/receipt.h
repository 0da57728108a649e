#pragma once
// A sealed receipt: what became of messages of the other side (docs/formats.md, "Delivery").

#include "desk/mailbox.h"
#include "exchange/hub.h"

namespace warifu::member {

struct Receipt {
  exchange::Manifest::Recipient to;
  exchange::MessageId reply;  // the message it answers
  MatterId thread;            // zero where that could not be read
  exchange::ReceiptBody body;
  Time now;
};

// Sealed, to be kept and posted. Errors of exchange::seal_message.
[[nodiscard]] Result<desk::MessageOut> seal_receipt(const Receipt& receipt, const note::Signer& sign, std::string_view log_origin);

}  // namespace warifu::member
