#include "member/receipt.h"

namespace warifu::member {

Result<desk::MessageOut> seal_receipt(const Receipt& receipt, const note::Signer& sign, std::string_view log_origin) {
  exchange::OutgoingMessage message;
  message.thread = receipt.thread;
  message.to = {receipt.to};
  message.type = exchange::MessageType::receipt;
  message.reply = receipt.reply;
  message.body = json::encode_canonical(receipt.body);
  message.created = receipt.now;
  message.expires = receipt.now + exchange::kMessageLife;
  exchange::SealedMessage sealed = TRY(exchange::seal_message(message, sign, log_origin));
  desk::MessageOut out;
  out.id = sealed.id;
  out.to = TRY(party::OrganisationId::parse(receipt.to.org));
  out.matter = message.thread;
  out.type = exchange::MessageType::receipt;
  out.envelope = std::move(sealed.envelope);
  out.leaf = std::move(sealed.leaf);
  out.object = std::move(sealed.object);
  out.manifest = std::move(sealed.manifest);
  out.created = receipt.now;
  out.expires = Time::from_seconds(message.expires.seconds());
  out.next_try = receipt.now;
  return out;
}

}  // namespace warifu::member
