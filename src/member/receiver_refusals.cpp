// What is kept of a message, and who is told when it is refused.

#include <algorithm>

#include "member/evidence_text.h"
#include "member/outcome.h"
#include "member/receipt.h"
#include "member/receiver_opened.h"
#include "member/seal_keys.h"

namespace warifu::member {

using exchange::MessageType;

// So much of what a member sends is kept, and no more: an envelope names what is not.
Bytes Receiver::evidence_of(const Opened& opened) {
  if (!opened.is_from_sender || opened.object.size() > kEvidenceObjectMax || !evidence_.take(parts_.clock(), opened.object.size())) return {};
  return opened.object;
}

desk::MessageIn Receiver::row_of(const Opened& opened, const std::optional<Error>& refusal) const {
  desk::MessageIn row;
  row.id = opened.id;
  row.from = opened.from;
  if (!refusal) row.matter = opened.message.manifest.thread;
  row.manifest = opened.message.manifest_note;
  row.type = opened.message.manifest.type;
  row.envelope = refusal ? evidence_text(opened.envelope_note) : opened.envelope_note;
  row.promise = refusal ? evidence_text(opened.promise_note) : opened.promise_note;
  row.leaf = opened.envelope.leaf;
  row.index = opened.promise.index;
  row.promised = opened.promise.at;
  row.at = parts_.clock();
  // What is refused may name any time: nothing is kept for longer than a message may live, or hides what came after it in a list.
  row.expires = std::clamp(opened.envelope.expires, row.at, row.at + exchange::kMessageLife + exchange::kMessageClockSkew);
  if (refusal) row.code = code_name(*refusal);
  return row;
}

Result<desk::MessageOut> Receiver::receipt_for(const Opened& opened, const std::optional<Error>& refusal) const {
  Receipt receipt;
  receipt.now = parts_.clock();
  receipt.to = TRY(recipient_for(*parts_.replica, TRY(party::OrganisationId::parse(opened.from)), receipt.now));
  receipt.reply = opened.claimed;
  receipt.thread = opened.message.manifest.thread;
  receipt.body.receipts.push_back({opened.claimed, opened.envelope.object, !refusal, refusal ? code_name(*refusal) : std::string(), receipt.now});
  return seal_receipt(receipt, *parts_.sign, parts_.network.log.name);
}

// A refusal of which no receipt tells anybody: of what nobody is proven to have signed, where only the hub can be named that handed it out, and of a
// receipt. One for each code and day: what else came is counted, and how much of it, and the first proves it. A number that was used twice is its
// own.
desk::Incident Receiver::incident_of(const Opened& opened, const Error& why) const {
  const Time now = parts_.clock();
  std::string evidence = evidence_text(opened.envelope_note) + "\n" + evidence_text(opened.promise_note);
  if (!opened.first.empty()) return {0, code_name(why), "message " + opened.claimed.hex(), opened.first + "\n" + evidence, now, {}};
  if (!opened.message.manifest_note.empty()) evidence += "\n" + opened.message.manifest_note + "\n" + evidence_text(opened.message.body);
  return {0, code_name(why), day_of(opened.is_from_sender ? opened.from : parts_.network.hub.text(), now), std::move(evidence), now, {}};
}

Status Receiver::refuse(Opened& opened, const Error& why, ReceivedCounts& counts) {
  desk::Carried carried;
  // Of what is nobody's, so much is kept in a day: whoever hands out more does not fill the house with it.
  const std::size_t bytes = opened.envelope_note.size() + opened.promise_note.size();
  if (opened.is_from_sender || strange_.take(parts_.clock(), bytes)) {
    carried.received.push_back(row_of(opened, why));
    carried.received.back().object = evidence_of(opened);
  }
  // Nobody answers a receipt, or a stranger.
  if (opened.is_from_sender && opened.message.manifest.type != MessageType::receipt) {
    Result<desk::MessageOut> receipt = receipt_for(opened, why);
    if (receipt) carried.sealed.push_back(std::move(*receipt));
  }
  if (carried.sealed.empty() || !opened.first.empty()) carried.incidents.push_back(incident_of(opened, why));
  const Status kept = parts_.mailbox.put_received(carried);
  if (!kept && kept.error().code == Code::REPLAYED) return repeated(opened, counts);
  TRY(kept);
  ++counts.refused;
  counts.refusals.add(why);
  counts.last_refusal = why;
  return {};
}

// Its number was used before: for the same, which is a repetition, or for something else that its sender signed as well. A member who learnt the
// number of another's message could keep that one out, were the second content dropped in silence.
Result<bool> Receiver::is_repetition(Opened& opened) const {
  if (!opened.is_from_sender || !opened.first.empty()) return true;
  const std::optional<desk::MessageIn> first = TRY(parts_.mailbox.message_in(opened.id));
  const Result<note::Note> before = first ? note::Note::parse(first->envelope) : fail(Code::NOT_FOUND, "forgotten");
  if (!before || crypto::sha256(before->text) == opened.promise.envelope) return true;
  opened.first = first->envelope;
  opened.keep_by_digest();
  opened.wait.reset();
  opened.why_not = Error{Code::REPLAYED, "another content under this number", "message", {{"message", opened.claimed.hex()}}};
  return !TRY(parts_.mailbox.already_received(std::span(&opened.id, 1))).empty();
}

Status Receiver::repeated(Opened& opened, ReceivedCounts& counts) {
  if (!TRY(is_repetition(opened))) return refuse(opened, *opened.why_not, counts);
  ++counts.repeated;
  return {};
}

}  // namespace warifu::member
