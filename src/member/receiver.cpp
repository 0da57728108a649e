#include "member/receiver.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>

#include "base/failpoint.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "exchange/acts_body.h"
#include "exchange/part_transfer.h"
#include "inquiry/bodies.h"
#include "json/codec.h"
#include "ledger/merkle.h"
#include "member/seal_keys.h"

namespace warifu::member {

using exchange::MessageId;
using exchange::MessageType;

namespace {

constexpr std::size_t kFetchBatch = exchange::kPostMessagesMax;
constexpr std::uint64_t kMessageBytesMax = 32ull * 1024 * 1024;  // of an object without attachments
constexpr std::size_t kReceiptLinesMax = 1000;
constexpr Duration kPromiseAgeMax = days(31);

std::string code_name(const Error& error) { return std::string(sentence(error.code).name); }

// Not the message's fault: it comes again.
bool is_passing(Code code) {
  switch (code) {
    case Code::PEER_UNAVAILABLE:
    case Code::TIMEOUT:
    case Code::STALE:
    case Code::CHECKPOINT_OLD:
    case Code::STORE_UNAVAILABLE:
    case Code::STORE_LOCKED:
    case Code::STORE_CORRUPT:
    case Code::DISK_FULL:
    case Code::QUEUE_FULL:
    case Code::IO:
    case Code::CANCELLED:
    case Code::TOKEN_UNAVAILABLE: return true;
    default: return false;
  }
}

}  // namespace

// A message as far as it could be read.
struct Receiver::Opened {
  MessageId id;
  std::string from;
  bool is_from_sender = false;  // the sender's signature was good: a receipt makes sense
  std::string envelope_note, promise_note;
  exchange::Envelope envelope;
  exchange::Promise promise;
  Bytes object;
  exchange::OpenedMessage message;
  std::optional<Error> why_not;
};

Result<std::string> Receiver::object_in_parts(const exchange::Envelope& envelope) {
  if (envelope.bytes > kMessageBytesMax)
    return fail(Code::TOO_LARGE, "a message larger than one may be", "object", {{"max", std::to_string(kMessageBytesMax)}});
  const exchange::ObjectState state = TRY(parts_.hub.object_state(envelope.object));
  if (state.bytes != envelope.bytes) return fail(Code::TEXT_DIFFERS, "an object of another size", "object");
  std::string out;
  for (std::size_t i = 0; i < state.parts.size(); ++i) {
    const Bytes part = TRY(parts_.hub.get_part(envelope.object, i));
    if (ledger::leaf_hash(part) != state.parts[i]) return fail(Code::TEXT_DIFFERS, "a part is not what it was", "object");
    out += text_of(part);
  }
  return out;
}

Status Receiver::open_into(Opened& into, exchange::FetchedMessage& fetched, const std::vector<crypto::AgeIdentity>& identities) {
  const Time now = parts_.clock();
  const std::string& own = parts_.office.self().id.text();
  into.envelope_note = fetched.envelope;
  into.promise_note = fetched.promise;
  into.envelope = TRY(exchange::Envelope::parse(TRY(note::Note::parse(fetched.envelope)).text));
  into.id = into.envelope.id;
  into.from = into.envelope.from;
  if (fetched.object.empty()) fetched.object = TRY(object_in_parts(into.envelope));
  const ByteView object = bytes_of(fetched.object);
  into.object.assign(object.begin(), object.end());
  if (std::ranges::find(into.envelope.to, own) == into.envelope.to.end()) return fail(Code::TEXT_DIFFERS, "not sent to this organisation", "to");
  const std::vector<note::VerifierKey> hub_keys{parts_.network.sign};
  into.promise = TRY(exchange::check_promise(fetched.promise, into.envelope, parts_.network.log.name, hub_keys));
  if (into.promise.at > now + exchange::kMessageClockSkew || into.promise.at < now - kPromiseAgeMax)
    return fail(Code::OUT_OF_RANGE, "a promise of another time", "promise", {{"min", "0"}, {"max", "31"}});
  // Keys in force when the hub took it: a rotation on the way spoils nothing, and a revoked key cannot send any more.
  const std::vector<note::VerifierKey> keys = TRY(parts_.replica->organisation_keys(TRY(party::OrganisationId::parse(into.from)), into.promise.at));
  const exchange::CheckedEnvelope checked = TRY(exchange::check_envelope(fetched.envelope, keys));
  into.is_from_sender = true;
  into.message = TRY(exchange::open_message(checked, object, {own, identities, keys, parts_.network.log.name, now}));
  return {};
}

Receiver::Opened Receiver::open(exchange::FetchedMessage fetched, const std::vector<crypto::AgeIdentity>& identities) {
  Opened out;
  const Status opened = open_into(out, fetched, identities);
  if (!opened) out.why_not = opened.error();
  // An envelope that cannot be read has no id of its own; it is known by what came.
  if (out.id.is_zero()) {
    const Sha256 digest = crypto::sha256(fetched.envelope);
    std::copy_n(digest.bytes.begin(), out.id.bytes.size(), out.id.bytes.begin());
  }
  return out;
}

desk::MessageIn Receiver::row_of(const Opened& opened, const std::optional<Error>& refusal) const {
  desk::MessageIn row;
  row.id = opened.id;
  row.from = opened.from;
  if (!refusal) row.matter = opened.message.manifest.thread;
  row.manifest = opened.message.manifest_note;
  row.type = opened.message.manifest.type;
  row.envelope = opened.envelope_note;
  row.promise = opened.promise_note;
  row.leaf = opened.envelope.leaf;
  row.index = opened.promise.index;
  row.promised = opened.promise.at;
  row.at = parts_.clock();
  row.expires = std::max(opened.envelope.expires, row.at);
  if (refusal) {
    row.code = code_name(*refusal);
    row.object = opened.object;
  }
  return row;
}

Result<desk::MessageOut> Receiver::receipt_for(const Opened& opened, const std::optional<Error>& refusal) const {
  const Time now = parts_.clock();
  exchange::ReceiptBody body;
  body.receipts.push_back({opened.id, opened.envelope.object, !refusal, refusal ? code_name(*refusal) : std::string(), now});
  exchange::OutgoingMessage message;
  message.thread = opened.message.manifest.thread;  // zero where it could not be read
  const party::OrganisationId to = TRY(party::OrganisationId::parse(opened.from));
  message.to = {TRY(recipient_for(*parts_.replica, to, now))};
  message.type = MessageType::receipt;
  message.reply = opened.id;
  message.body = json::encode_canonical(body);
  message.created = now;
  message.expires = now + exchange::kMessageLife;
  exchange::SealedMessage sealed = TRY(exchange::seal_message(message, *parts_.sign, parts_.network.log.name));
  desk::MessageOut out;
  out.id = sealed.id;
  out.to = to;
  out.matter = message.thread;
  out.type = MessageType::receipt;
  out.envelope = std::move(sealed.envelope);
  out.leaf = std::move(sealed.leaf);
  out.object = std::move(sealed.object);
  out.manifest = std::move(sealed.manifest);
  out.created = now;
  out.expires = Time::from_seconds(message.expires.seconds());
  out.next_try = now;
  return out;
}

Status Receiver::refuse(const Opened& opened, const Error& why, ReceivedCounts& counts) {
  desk::Carried carried;
  carried.received.push_back(row_of(opened, why));
  // Nobody answers a receipt, or a stranger.
  if (opened.is_from_sender && opened.message.manifest.type != MessageType::receipt) {
    Result<desk::MessageOut> receipt = receipt_for(opened, why);
    if (receipt) carried.sealed.push_back(std::move(*receipt));
  }
  const Status kept = parts_.mailbox.put_received(carried);
  if (!kept && kept.error().code == Code::REPLAYED) {
    ++counts.repeated;
    return {};
  }
  TRY(kept);
  ++counts.refused;
  counts.last_refusal = why;
  return {};
}

// Every file that an act names comes with the message, and nothing else does.
Result<std::vector<exchange::ParcelFile>> Receiver::attachments_of(const Opened& opened, const std::vector<inquiry::SignedAct>& acts) {
  const std::vector<exchange::Attachment>& attachments = opened.message.manifest.attachments;
  std::vector<Sha256> named;
  for (const inquiry::SignedAct& act : acts) {
    if (act.act.kind != inquiry::Kind::RELEASED) continue;
    const inquiry::ReleasedBody body = TRY(json::decode_text<inquiry::ReleasedBody>(*act.body));
    for (const inquiry::ItemAnswer& item : body.answer.items)
      for (const inquiry::FileRef& file : item.files) named.push_back(file.sha256);
  }
  for (const Sha256& file : named)
    if (std::ranges::find(attachments, file, &exchange::Attachment::plain) == attachments.end())
      return fail(Code::PART_MISSING, "a file that the answer names did not come with it", "att");
  std::vector<exchange::ParcelFile> out;
  for (const exchange::Attachment& attachment : attachments) {
    if (std::ranges::find(named, attachment.plain) == named.end()) return fail(Code::TEXT_DIFFERS, "an attachment that no act names", "att");
    const std::string folder = parts_.files_dir + "/" + attachment.sealed.hex(), output = folder + ".plain";
    TRY(make_directories(folder, 0700));
    exchange::HubParts port(parts_.hub);
    TRY(exchange::fetch_attachment(port, attachment, TRY(parts_.identities()), folder, output));
    out.push_back({attachment.plain, output, attachment.media_type});
  }
  return out;
}

Status Receiver::apply_acts(const Opened& opened, ReceivedCounts& counts) {
  exchange::Parcel parcel;
  parcel.from = TRY(party::OrganisationId::parse(opened.from));
  parcel.to = parts_.office.self().id;
  parcel.matter = opened.message.manifest.thread;
  parcel.acts = TRY(exchange::parse_acts(opened.message.body));
  parcel.files = TRY(attachments_of(opened, parcel.acts));
  desk::Carried carried;
  carried.received.push_back(row_of(opened, {}));
  for (const inquiry::SignedAct& act : parcel.acts) carried.received.back().acts.push_back(act.hash);
  carried.sealed.push_back(TRY(receipt_for(opened, {})));
  TRY(failpoint_error("courier.message.apply"));
  const desk::Office::Received received = TRY(parts_.office.receive(parcel, carried));
  failpoint("courier.message.applied");
  if (parts_.on_applied) parts_.on_applied(parcel);
  std::error_code ignored;
  for (const exchange::ParcelFile& file : parcel.files) {
    std::filesystem::remove(file.path, ignored);
    std::filesystem::remove_all(std::filesystem::path(file.path).replace_extension(), ignored);
  }
  ++(received.applied == 0 && received.held > 0 ? counts.held : counts.applied);
  return {};
}

// Only the addressee of a message can acknowledge it, and only that very object.
Status Receiver::apply_receipt(const Opened& opened, ReceivedCounts& counts) {
  const exchange::ReceiptBody body = TRY(json::decode_text<exchange::ReceiptBody>(opened.message.body));
  if (body.receipts.empty() || body.receipts.size() > kReceiptLinesMax)
    return fail(Code::TOO_MANY, "none, or more receipts than one message carries", "receipts", {{"max", std::to_string(kReceiptLinesMax)}});
  const desk::MessageIn row = row_of(opened, {});
  desk::Carried carried;
  carried.received.push_back(row);
  for (const exchange::ReceiptLine& line : body.receipts) {
    const std::optional<desk::MessageOut> ours = TRY(parts_.mailbox.message_out(line.message));
    if (!ours || ours->to.text() != opened.from) return fail(Code::NOT_FOUND, "a receipt for a message that was not sent there", "message");
    const exchange::Envelope envelope = TRY(exchange::Envelope::parse(TRY(note::Note::parse(ours->envelope)).text));
    if (envelope.object != line.object) return fail(Code::TEXT_DIFFERS, "a receipt for another content", "object");
    if (!line.is_applied && line.code.empty()) return fail(Code::EMPTY_FIELD, "refused without a reason", "code");
    carried.deliveries.push_back({line.message, opened.id, std::min(line.at, row.at), line.is_applied ? std::string() : line.code});
    if (!line.is_applied)
      TRY(parts_.mailbox.put_incident(
          {0, line.code, "message " + line.message.hex(), opened.message.manifest_note + "\n" + opened.message.body, row.at, {}}));
  }
  TRY(parts_.mailbox.put_received(carried));
  ++counts.receipts;
  return {};
}

Status Receiver::apply(const Opened& opened, ReceivedCounts& counts) {
  if (opened.why_not) return is_passing(opened.why_not->code) ? tl::unexpected<Error>(*opened.why_not) : refuse(opened, *opened.why_not, counts);
  const auto work = [&]() -> Status {
    switch (opened.message.manifest.type) {
      case MessageType::acts: return apply_acts(opened, counts);
      case MessageType::receipt: return apply_receipt(opened, counts);
      case MessageType::notice: break;
    }
    return fail(Code::BAD_NOTE, "a type of message that is not known here", "type");
  };
  const Status done = work();
  if (done) return {};
  if (done.error().code == Code::REPLAYED) {
    ++counts.repeated;
    return {};
  }
  return is_passing(done.error().code) ? done : refuse(opened, done.error(), counts);
}

Result<ReceivedCounts> Receiver::round(std::chrono::milliseconds wait) {
  const std::uint64_t after = std::exchange(after_, 0);  // until this round has gone well
  Batch batch = TRY(parts_.hub.fetch(after, kFetchBatch, wait));
  ReceivedCounts counts;
  if (batch.empty()) {
    after_ = after;
    return counts;
  }
  TRY(parts_.follower.sync());
  const std::vector<crypto::AgeIdentity> identities = TRY(parts_.identities());
  const std::uint64_t last = batch.back().seq;

  // One thread works on one matter, in the order of the box.
  std::map<MatterId, std::vector<Opened>> by_matter;
  std::vector<MessageId> done;
  std::vector<Opened> opened;
  for (exchange::FetchedMessage& fetched : batch) opened.push_back(open(std::move(fetched), identities));
  for (const Opened& one : opened) done.push_back(one.id);
  const std::vector<MessageId> repeated = TRY(parts_.mailbox.already_received(done));
  for (Opened& one : opened) {
    if (std::ranges::find(repeated, one.id) != repeated.end())
      ++counts.repeated;
    else
      by_matter[one.message.manifest.thread].push_back(std::move(one));
  }

  std::mutex mutex;
  auto next = by_matter.begin();
  std::optional<Error> failure;
  const auto work = [&] {
    for (;;) {
      std::vector<Opened>* matter = nullptr;
      {
        const std::scoped_lock lock(mutex);
        if (next == by_matter.end() || failure) return;
        matter = &next->second;
        ++next;
      }
      ReceivedCounts own;
      Status status;
      for (const Opened& one : *matter)
        if (status) status = apply(one, own);
      const std::scoped_lock lock(mutex);
      counts.applied += own.applied;
      counts.held += own.held;
      counts.refused += own.refused;
      counts.receipts += own.receipts;
      counts.repeated += own.repeated;
      if (own.last_refusal) counts.last_refusal = own.last_refusal;
      if (!status && !failure) failure = status.error();
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min(parts_.threads, by_matter.size()); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (failure) return tl::unexpected<Error>(*failure);
  failpoint("courier.batch.acknowledge");
  TRY(parts_.hub.acknowledge(done));
  failpoint("courier.batch.acknowledged");
  after_ = last;
  return counts;
}

}  // namespace warifu::member
