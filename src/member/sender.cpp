#include "member/sender.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/disk_room.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "exchange/acts_body.h"
#include "exchange/part_transfer.h"
#include "ledger/merkle.h"
#include "member/receipt.h"
#include "member/seal_keys.h"

namespace warifu::member {

using desk::MessageOut;

namespace {

constexpr std::size_t kSealBatch = 200;
constexpr std::size_t kBatchBytesMax = 12 * 1024 * 1024;  // of a request, with room for its frames
constexpr Duration kTimeLeftMin = hours(1);               // a message that nearly has expired is sealed anew
constexpr std::size_t kStatusBatch = 256;

std::string code_name(const Error& error) { return std::string(sentence(error.code).name); }

// Nothing of this round will get through, whatever it is.
bool is_of_the_line(Code code) {
  return code == Code::PEER_UNAVAILABLE || code == Code::TIMEOUT || code == Code::RATE_LIMITED || code == Code::CANCELLED;
}

// A file that is named twice goes once.
std::vector<exchange::ParcelFile> once_each(const std::vector<exchange::ParcelFile>& files) {
  std::vector<exchange::ParcelFile> out;
  for (const exchange::ParcelFile& file : files)
    if (std::ranges::find(out, file.sha256, &exchange::ParcelFile::sha256) == out.end()) out.push_back(file);
  return out;
}

// All files of a message lie sealed beside each other until it has gone: each alone might fit where all of them do not. What cannot be read is told
// by whoever seals it.
std::uint64_t sealed_bytes_of(const std::vector<exchange::ParcelFile>& files) {
  std::uint64_t out = 0;
  for (const exchange::ParcelFile& file : files) {
    std::error_code unread;
    const std::uint64_t bytes = std::filesystem::file_size(file.path, unread);
    if (!unread) out += exchange::padded_bytes(bytes);
  }
  return out;
}

}  // namespace

Result<MessageOut> Sender::seal_one(const desk::Gathered& gathered, Time now) {
  const exchange::Parcel& parcel = gathered.parcel;
  MessageOut out;
  exchange::OutgoingMessage message;
  message.thread = parcel.matter;
  message.to = {TRY(recipient_for(*parts_.replica, parcel.to, now))};
  message.body = TRY(exchange::spell_acts(parcel.acts));
  message.created = now;
  message.expires = now + exchange::kMessageLife;
  const std::vector<exchange::ParcelFile> files = once_each(parcel.files);
  if (!files.empty()) TRY(check_disk_room(parts_.files_dir, sealed_bytes_of(files)));
  for (const exchange::ParcelFile& file : files) {
    const std::string name = exchange::MessageId::random().hex() + ".age";
    TRY(make_directories(parts_.files_dir, 0700));
    const exchange::SealedFile sealed =
        TRY(exchange::seal_file(file.path, {parts_.files_dir + "/" + name, {message.to.front().key}, file.media_type}));
    message.attachments.push_back(sealed.attachment);
    out.attachments.push_back(name);
  }
  exchange::SealedMessage whole = TRY(exchange::seal_message(message, *parts_.sign, parts_.network.log.name));
  out.id = whole.id;
  out.to = parcel.to;
  out.matter = parcel.matter;
  out.envelope = std::move(whole.envelope);
  out.leaf = std::move(whole.leaf);
  out.object = std::move(whole.object);
  out.manifest = std::move(whole.manifest);
  for (const inquiry::SignedAct& act : parcel.acts) out.acts.push_back(act.hash);
  out.outbox = gathered.rows;
  out.created = now;
  out.expires = Time::from_seconds(message.expires.seconds());
  out.next_try = now;
  return out;
}

Result<std::size_t> Sender::seal() {
  const Time now = parts_.clock();
  const std::vector<desk::Gathered> all = TRY(parts_.office.gather(TRY(parts_.mailbox.outbox_unsealed(now, kSealBatch))));
  if (!all.empty()) TRY(check_directory_age());
  std::vector<MessageOut> sealed;
  for (const desk::Gathered& gathered : all) {
    Result<MessageOut> one = seal_one(gathered, now);
    if (one) {
      sealed.push_back(std::move(*one));
      continue;
    }
    const Time next = now + desk::retry_after(gathered.attempts);
    for (const std::int64_t seq : gathered.rows) TRY(parts_.office.store().outbox_failed(seq, code_name(one.error()), next));
  }
  if (sealed.empty()) return 0;
  TRY(failpoint_error("courier.message.seal"));
  TRY(parts_.mailbox.put_sealed(sealed));
  failpoint("courier.message.sealed");
  return sealed.size();
}

// Part by part; what the hub has already is not sent again. False: the turn is over.
Result<bool> Sender::put_attachments(const MessageOut& message, std::chrono::steady_clock::time_point until) {
  exchange::HubParts port(parts_.hub);
  for (const std::string& name : message.attachments) {
    exchange::PartUpload upload = TRY(exchange::PartUpload::open(parts_.files_dir + "/" + name));
    if (!TRY(upload.run_until(port, until))) return false;
  }
  return true;
}

// Which of them have all their files at the hub now. What the hub refuses of one, or what is wrong with the sealed file of one, is that message's
// matter; a line that is down is everybody's.
Status Sender::put_turn(const std::vector<const MessageOut*>& messages, std::vector<const MessageOut*>& ready, Posted& posted) {
  const auto until = std::chrono::steady_clock::now() + parts_.turn;
  for (const MessageOut* message : messages) {
    if (message != messages.front() && std::chrono::steady_clock::now() >= until) {
      ++posted.unfinished;
      continue;
    }
    const Result<bool> put = put_attachments(*message, until);
    if (put) {
      if (*put)
        ready.push_back(message);
      else
        ++posted.unfinished;
      continue;
    }
    const Error& why = put.error();
    if (is_of_the_line(why.code)) return tl::unexpected<Error>(why);
    // What was sealed is lost or spoiled here: the file itself still lies with its matter.
    if (why.where.starts_with(parts_.files_dir) || !has_attachments(*message)) {
      TRY(seal_anew(*message));
      ++posted.resealed;
      continue;
    }
    posted.refusals.add(why);
    TRY(parts_.mailbox.put_not_accepted(message->id, code_name(why), parts_.clock() + desk::retry_after(message->attempts)));
  }
  return {};
}

bool Sender::has_attachments(const MessageOut& message) const {
  std::error_code ignored;
  return std::ranges::all_of(message.attachments,
                             [&](const std::string& name) { return std::filesystem::exists(parts_.files_dir + "/" + name, ignored); });
}

void Sender::drop_attachments(const MessageOut& message) const {
  std::error_code ignored;
  for (const std::string& name : message.attachments) {
    std::filesystem::remove(parts_.files_dir + "/" + name, ignored);
    std::filesystem::remove(parts_.files_dir + "/" + name + ".parts", ignored);
  }
}

Status Sender::check_directory_age() const {
  const Duration age = parts_.clock() - TRY(parts_.verified_as_of()).value_or(Time{});
  if (age < kDirectoryAgeMax) return {};
  return fail(Code::CHECKPOINT_OLD, "whose seal keys are in force is not known", {}, {{"age", std::to_string(age.us / minutes(1).us)}});
}

// The key that the manifest lists for the addressee, or, of a message whose manifest is not kept, the one that would have been chosen then.
Result<bool> Sender::is_key_in_force(const MessageOut& message, const std::vector<note::KeyEntry>& in_force) const {
  crypto::AgeRecipient sealed_for;
  if (message.manifest.empty()) {
    const Result<exchange::Manifest::Recipient> chosen = recipient_for(*parts_.replica, message.to, message.created);
    if (!chosen) return chosen.error().code == Code::KEY_UNKNOWN ? Result<bool>(false) : tl::unexpected<Error>(chosen.error());
    sealed_for = chosen->key;
  } else {
    const exchange::Manifest manifest = TRY(exchange::Manifest::parse(TRY(note::Note::parse(message.manifest)).text));
    const auto own = std::ranges::find(manifest.to, message.to.text(), &exchange::Manifest::Recipient::org);
    if (own == manifest.to.end()) return fail(Code::STORE_CORRUPT, "a sealed message names another addressee", "to");
    sealed_for = own->key;
  }
  for (const note::KeyEntry& entry : in_force)
    if (const Result<crypto::AgeRecipient> key = desk::recipient_of(entry); key && *key == sealed_for) return true;
  return false;
}

// Acts are still in the outbox. A receipt is written anew from what is kept of the message it answers; one about a message that could not be opened
// is given up, since it cannot be known which that was.
Status Sender::seal_anew(const MessageOut& message) {
  if (message.type == exchange::MessageType::receipt && !message.manifest.empty()) {
    const exchange::Manifest before = TRY(exchange::Manifest::parse(TRY(note::Note::parse(message.manifest)).text));
    const std::optional<desk::MessageIn> about = before.reply ? TRY(parts_.mailbox.message_in(*before.reply)) : std::nullopt;
    Receipt receipt;
    receipt.now = parts_.clock();
    // Without any key of the addressee, or one to seal for, it stays as it is, and is not posted.
    const auto stays = [&](const Error& why) {
      return parts_.mailbox.put_not_accepted(message.id, code_name(why), receipt.now + desk::retry_after(message.attempts));
    };
    Result<exchange::Manifest::Recipient> to = recipient_for(*parts_.replica, message.to, receipt.now);
    if (!to) return stays(to.error());
    if (about) {
      const exchange::Envelope envelope = TRY(exchange::Envelope::parse(TRY(note::Note::parse(about->envelope)).text));
      receipt.to = std::move(*to);
      receipt.reply = about->id;
      receipt.thread = before.thread;
      receipt.body.receipts.push_back({about->id, envelope.object, about->code.empty(), about->code, about->at});
      Result<MessageOut> anew = seal_receipt(receipt, *parts_.sign, parts_.network.log.name);
      if (!anew && cannot_be_sealed_for(anew.error())) return stays(anew.error());
      TRY(parts_.mailbox.put_sealed(std::vector{TRY(std::move(anew))}));
    }
  }
  TRY(parts_.mailbox.unseal(message.id));
  drop_attachments(message);
  return {};
}

// As many as fit one request. What lay too long, or is sealed for a key that has ended meanwhile, is sealed anew.
Result<std::vector<MessageOut>> Sender::next_batch(Posted& posted) {
  const Time now = parts_.clock();
  std::vector<MessageOut> out;
  std::size_t bytes = 0;
  std::vector<MessageOut> all = TRY(parts_.mailbox.unposted(now, exchange::kPostMessagesMax));
  if (!all.empty()) TRY(check_directory_age());
  std::map<party::OrganisationId, std::vector<note::KeyEntry>> keys;
  for (MessageOut& message : all) {
    if (!keys.contains(message.to)) keys[message.to] = TRY(parts_.replica->organisation_keys_for(message.to, note::KeyPurpose::seal, now));
    const bool lay_too_long = message.expires <= now + kTimeLeftMin && message.type == exchange::MessageType::acts;
    if (lay_too_long || !TRY(is_key_in_force(message, keys[message.to]))) {
      TRY(seal_anew(message));
      ++posted.resealed;
      continue;
    }
    const bool is_in_parts = message.object.size() > exchange::kInlineObjectMax;
    bytes += message.envelope.size() + message.leaf.size() + (is_in_parts ? 0 : message.object.size()) + 12;
    if (bytes > kBatchBytesMax && !out.empty()) break;
    out.push_back(std::move(message));
  }
  return out;
}

Status Sender::put_in_parts(const MessageOut& message) {
  std::vector<Sha256> hashes;
  std::vector<ByteView> parts;
  for (ByteView rest = message.object; !rest.empty();) {
    const std::size_t size = std::min(rest.size(), exchange::kObjectPartBytes);
    parts.push_back(rest.first(size));
    hashes.push_back(ledger::leaf_hash(rest.first(size)));
    rest = rest.subspan(size);
  }
  const Sha256 object = crypto::sha256(message.object);
  const exchange::ObjectState state = TRY(parts_.hub.begin_object(object, message.object.size(), hashes));
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (i >= state.is_present.size() || !state.is_present[i]) TRY(parts_.hub.put_part(object, i, parts[i]));
  return {};
}

Result<desk::Mailbox::Accepted> Sender::accept(const MessageOut& message, const std::string& promise_note) const {
  const exchange::Envelope envelope = TRY(exchange::Envelope::parse(TRY(note::Note::parse(message.envelope)).text));
  const std::vector<note::VerifierKey> hub_keys{parts_.network.sign};
  const exchange::Promise promise = TRY(exchange::check_promise(promise_note, envelope, parts_.network.log.name, hub_keys));
  return desk::Mailbox::Accepted{message.id, promise_note, promise.index, promise.at, parts_.clock()};
}

Status Sender::post_ready(const std::vector<const MessageOut*>& batch, Posted& posted) {
  if (batch.empty()) return {};
  std::vector<exchange::PostedMessage> messages;
  for (const MessageOut* message : batch) {
    const bool is_in_parts = message->object.size() > exchange::kInlineObjectMax;
    if (is_in_parts) TRY(put_in_parts(*message));
    messages.push_back({message->envelope, message->leaf, is_in_parts ? std::string() : std::string(text_of(message->object))});
  }
  failpoint("courier.batch.post");
  const std::vector<Result<std::string>> answers = TRY(parts_.hub.post(messages));
  failpoint("courier.batch.posted");
  if (answers.size() != batch.size()) return fail(Code::PEER_UNAVAILABLE, "another number of answers than messages", "answer");
  std::vector<desk::Mailbox::Accepted> accepted;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Result<desk::Mailbox::Accepted> one = answers[i] ? accept(*batch[i], *answers[i]) : tl::unexpected<Error>(answers[i].error());
    if (one) {
      accepted.push_back(std::move(*one));
      continue;
    }
    posted.refusals.add(one.error());
    TRY(parts_.mailbox.put_not_accepted(batch[i]->id, code_name(one.error()), parts_.clock() + desk::retry_after(batch[i]->attempts)));
  }
  TRY(failpoint_error("courier.promise.keep"));
  if (!accepted.empty()) TRY(parts_.mailbox.put_accepted(accepted));
  failpoint("courier.promise.kept");
  for (const desk::Mailbox::Accepted& one : accepted) {
    const MessageOut& message = **std::ranges::find(batch, one.id, [](const MessageOut* each) { return each->id; });
    drop_attachments(message);
    if (message.type == exchange::MessageType::acts) TRY(parts_.office.left_house(message.matter));
  }
  posted.accepted += accepted.size();
  return {};
}

Result<Sender::Posted> Sender::post() {
  Posted out;
  const std::vector<MessageOut> batch = TRY(next_batch(out));
  std::vector<const MessageOut*> ready, with_files;
  for (const MessageOut& message : batch) (message.attachments.empty() ? ready : with_files).push_back(&message);
  TRY(post_ready(ready, out));
  ready.clear();
  TRY(put_turn(with_files, ready, out));
  TRY(post_ready(ready, out));
  return out;
}

Status Sender::ask_relayed() {
  std::vector<exchange::MessageId> ids;
  std::vector<MessageOut> waiting = TRY(parts_.mailbox.undelivered(kStatusBatch));
  for (const MessageOut& message : waiting)
    if (!message.relayed) ids.push_back(message.id);
  if (ids.empty()) return {};
  std::vector<desk::Mailbox::RelayedBy> relayed;
  for (const exchange::MessageStatus& status : TRY(parts_.hub.status(ids))) {
    if (!status.relayed) continue;
    const auto message = std::ranges::find(waiting, status.message, &MessageOut::id);
    if (message == waiting.end() || message->to.text() != status.to) continue;
    const note::Note note = TRY(note::Note::parse(*status.relayed));
    TRY(note::require(note, parts_.network.sign));
    const exchange::Relayed statement = TRY(exchange::Relayed::parse(note.text));
    if (statement.origin != parts_.network.log.name || statement.message != status.message || statement.to != status.to)
      return fail(Code::TEXT_DIFFERS, "a statement about another message", "status");
    relayed.push_back({status.message, *status.relayed, statement.at});
  }
  return relayed.empty() ? Status{} : parts_.mailbox.put_relayed(relayed);
}

}  // namespace warifu::member
