#include "member/receiver.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iterator>
#include <latch>
#include <map>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypto/hash.h"
#include "exchange/acts_body.h"
#include "exchange/part_transfer.h"
#include "inquiry/bodies.h"
#include "json/codec.h"
#include "ledger/merkle.h"
#include "member/evidence_text.h"
#include "member/outcome.h"
#include "member/receipt.h"
#include "member/seal_keys.h"

namespace warifu::member {

using exchange::MessageId;
using exchange::MessageType;

namespace {

constexpr std::size_t kFetchBatch = exchange::kPostMessagesMax;
constexpr std::uint64_t kMessageBytesMax = 32ull * 1024 * 1024;  // of an object without attachments
constexpr std::size_t kReceiptLinesMax = 1000;
constexpr Duration kPromiseAgeMax = days(31);
constexpr std::size_t kWaitingMax = 4096;                // messages whose tries are counted
constexpr Duration kFilesKept = exchange::kMessageLife;  // of a message that never came again
constexpr const char* kIncoming = "/in";

bool is_passing(Code code) { return outcome_of(code) == Outcome::COMES_AGAIN; }

// Notes whether it was the hub that failed, or what it gave.
class HubFaults final : public exchange::PartPort {
 public:
  explicit HubFaults(exchange::HubPort& hub) : inner_(hub) {}
  Result<exchange::ObjectState> begin(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) override {
    return noted(inner_.begin(object, bytes, parts));
  }
  Result<exchange::ObjectState> state(const Sha256& object) override { return noted(inner_.state(object)); }
  Status put(const Sha256& object, std::size_t index, ByteView part) override { return noted(inner_.put(object, index, part)); }
  Result<Bytes> get(const Sha256& object, std::size_t index) override { return noted(inner_.get(object, index)); }
  // The list of parts and each part are checked against what the sender signed.
  [[nodiscard]] bool is_of(const Error& error) const { return has_failed_ || error.where == "parts" || error.where.starts_with("part/"); }

 private:
  template <class T>
  T noted(T answer) {
    has_failed_ = has_failed_ || !answer;
    return answer;
  }
  exchange::HubParts inner_;
  bool has_failed_ = false;
};

// In the house, and it passes: no room on the disk, a part that has changed there.
bool is_of_the_house(Code code) { return code == Code::DISK_FULL || code == Code::IO || code == Code::STORE_CORRUPT; }

// Whoever else needs the hub in this round need not try.
bool is_of_the_line(Code code) { return code == Code::PEER_UNAVAILABLE || code == Code::TIMEOUT || code == Code::RATE_LIMITED; }

}  // namespace

// A message as far as it could be read.
struct Receiver::Opened {
  MessageId id;       // under which it is kept: its own once the sender's signature was good
  MessageId claimed;  // under which the hub has it
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

// ── waiting ──

tl::unexpected<Error> Receiver::wait_for(Opened& opened, Error why, bool is_hubs) {
  if (is_hubs && is_of_the_line(why.code)) is_line_down_ = true;
  opened.wait = Opened::Wait{why, is_hubs, true};
  return tl::unexpected<Error>(std::move(why));
}

bool Receiver::is_put_off(const Opened& opened) const {
  const auto found = waiting_.find(opened.claimed);
  return found != waiting_.end() && parts_.clock() < found->second.next;
}

// Another time. A hub that does not give what it took, time after time, is looked at by people; the message is asked for all the same, until it
// expires.
Status Receiver::put_off(const Opened& opened, ReceivedCounts& counts) {
  ++counts.waiting;
  if (!opened.wait->is_tried && !opened.wait->is_coming) return {};
  if (!opened.wait->is_coming) counts.waits.add(opened.wait->why);
  if (waiting_.size() >= kWaitingMax && !waiting_.contains(opened.claimed)) waiting_.erase(waiting_.begin());
  Waiting& waiting = waiting_[opened.claimed];
  waiting.seq = opened.seq;
  const Time now = parts_.clock();
  if (opened.wait->is_coming) {
    waiting.next = now;
    waiting.tries = 0;
    return {};
  }
  waiting.next = now + desk::retry_after(waiting.tries);
  ++waiting.tries;
  if (waiting.tries < kFetchTriesMax || !opened.wait->is_hubs) return {};
  if (waiting.about.empty()) waiting.about = missing_.take(now, 0) ? "message " + opened.claimed.hex() : day_of(parts_.network.hub.text(), now);
  return parts_.mailbox.put_incident(
      {0,
       std::string(sentence(Code::PART_MISSING).name),
       waiting.about,
       opened.envelope_note + "\n" + opened.promise_note + "\n" + code_name(opened.wait->why) + " " + opened.wait->why.message,
       now,
       {}});
}

// ── opening ──

Result<std::string> Receiver::object_in_parts(const exchange::Envelope& envelope) {
  const exchange::ObjectState state = TRY(parts_.hub.object_state(envelope.object));
  if (state.bytes != envelope.bytes) return fail(Code::TEXT_DIFFERS, "an object of another size", "object");
  std::string out;
  for (std::size_t i = 0; i < state.parts.size(); ++i) {
    const Bytes part = TRY(parts_.hub.get_part(envelope.object, i));
    if (ledger::leaf_hash(part) != state.parts[i] || part.size() > envelope.bytes - out.size())
      return fail(Code::TEXT_DIFFERS, "a part is not what it was", "object");
    out += text_of(part);
  }
  return out;
}

// The object that the sender signed for. Another one is the hub's fault, not the message's.
Status Receiver::take_object(Opened& into, exchange::FetchedMessage& fetched) {
  const exchange::Envelope& envelope = into.envelope;
  if (envelope.bytes > kMessageBytesMax)
    return fail(Code::TOO_LARGE, "a message larger than one may be", "object", {{"max", std::to_string(kMessageBytesMax)}});
  if (fetched.object.empty()) {
    if (is_line_down_) {
      into.wait = Opened::Wait{Error{Code::PEER_UNAVAILABLE, "the line is down", "object", {}}, true, false};
      return tl::unexpected<Error>(into.wait->why);
    }
    Result<std::string> object = object_in_parts(envelope);
    if (!object && object.error().code == Code::CANCELLED) return tl::unexpected<Error>(std::move(object).error());
    if (!object) return wait_for(into, std::move(object).error(), true);
    fetched.object = std::move(*object);
  }
  const ByteView object = bytes_of(fetched.object);
  if (object.size() != envelope.bytes || crypto::sha256(object) != envelope.object)
    return wait_for(into, Error{Code::TEXT_DIFFERS, "not the object the envelope names", "object", {}}, true);
  into.object.assign(object.begin(), object.end());
  return {};
}

Status Receiver::open_into(Opened& into, exchange::FetchedMessage& fetched, const std::vector<crypto::AgeIdentity>& identities) {
  const Time now = parts_.clock();
  const std::string& own = parts_.office.self().id.text();
  into.envelope_note = fetched.envelope;
  into.promise_note = fetched.promise;
  into.envelope = TRY(exchange::Envelope::parse(TRY(note::Note::parse(fetched.envelope)).text));
  into.claimed = into.envelope.id;
  into.from = into.envelope.from;
  if (std::ranges::find(into.envelope.to, own) == into.envelope.to.end()) return fail(Code::TEXT_DIFFERS, "not sent to this organisation", "to");
  const std::vector<note::VerifierKey> hub_keys{parts_.network.sign};
  into.promise = TRY(exchange::check_promise(fetched.promise, into.envelope, parts_.network.log.name, hub_keys));
  if (into.promise.at < now - kPromiseAgeMax) return fail(Code::OUT_OF_RANGE, "a promise of another time", "promise", {{"min", "0"}, {"max", "31"}});
  if (is_put_off(into)) {
    into.wait = Opened::Wait{Error{Code::PART_MISSING, "asked for again later", "object", {}}, true, false};
    return {};
  }
  // One of the two clocks is wrong, and it may be this one: nothing is lost by it.
  if (into.promise.at > now + exchange::kMessageClockSkew)
    return wait_for(into, Error{Code::TIME_IN_FUTURE, "a promise from the future", "promise", {}}, true);
  // Keys in force when the hub took it: a rotation on the way spoils nothing, and a revoked key cannot send any more.
  const std::vector<note::VerifierKey> keys = TRY(parts_.replica->organisation_keys(TRY(party::OrganisationId::parse(into.from)), into.promise.at));
  const exchange::CheckedEnvelope checked = TRY(exchange::check_envelope(fetched.envelope, keys));
  into.id = into.envelope.id;
  into.is_from_sender = true;
  // It is not asked for any more.
  if (into.envelope.expires <= now) return fail(Code::OUT_OF_RANGE, "the message has expired", "expires", {{"min", "0"}, {"max", "30"}});
  TRY(take_object(into, fetched));
  into.message = TRY(exchange::open_message(checked, into.object, {own, identities, keys, parts_.network.log.name, now}));
  return {};
}

Receiver::Opened Receiver::open(exchange::FetchedMessage fetched, const std::vector<crypto::AgeIdentity>& identities) {
  Opened out;
  out.seq = fetched.seq;
  const Status opened = open_into(out, fetched, identities);
  if (!opened) out.why_not = opened.error();
  // Whose envelope it is, nobody knows. The hub is told the number it goes by there.
  if (!out.is_from_sender) out.keep_by_digest();
  if (out.claimed.is_zero()) out.claimed = out.id;
  return out;
}

// ── what is kept ──

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

// What can be known of acts before the files they name are fetched: that the sender's organisation and the person who released them signed, and that
// they answer something that was asked of this sender. Everything else, and this again, is the desk's to check.
Status Receiver::check_acts(const Opened& opened, const std::vector<inquiry::SignedAct>& acts) const {
  const desk::Directory& directory = parts_.office.directory();
  for (const inquiry::SignedAct& act : acts) {
    if (act.act.org.text() != opened.from || act.act.matter != opened.message.manifest.thread)
      return fail(Code::FORBIDDEN, "an act of another matter or organisation");
    if (act.act.at > parts_.clock() + exchange::kMessageClockSkew) return fail(Code::TIME_IN_FUTURE, "an act from the future");
    TRY(note::verify(act.note, TRY(directory.organisation_keys(act.act.org, act.act.at))));
    if (act.act.kind != inquiry::Kind::RELEASED) continue;
    if (!act.act.person) return fail(Code::SIGNATURE_MISSING, "an act of a person without a person");
    std::vector<note::PersonKey> keys;
    for (const desk::PublishedPerson& entry : TRY(directory.person(act.act.org, *act.act.person, act.act.at)))
      if (entry.role == act.act.role) keys.push_back(entry.key);
    TRY(inquiry::own_signatures(act, keys, TRY(directory.relying_parties(act.act.org, act.act.at))));
  }
  const inquiry::MatterRow row = TRY(parts_.office.store().row(opened.message.manifest.thread));
  if (row.counterparty.text() != opened.from) return fail(Code::FORBIDDEN, "not a party of this matter");
  return {};
}

std::string Receiver::folder_of(const MessageId& message) const { return parts_.files_dir + kIncoming + "/" + message.hex(); }

// An attachment on its way, and where it lies here: its parts in a folder of their own, then the file beside it.
struct Receiver::Incoming {
  const exchange::Attachment& attachment;
  std::string folder;
  [[nodiscard]] std::string output() const { return folder + ".plain"; }
};

// As many parts as this turn allows; with `wait` set when there are more.
Status Receiver::fetch_parts(Opened& opened, const Incoming& file) {
  if (is_line_down_) {
    opened.wait = Opened::Wait{Error{Code::PEER_UNAVAILABLE, "the line is down", "att", {}}, true, false};
    return tl::unexpected<Error>(opened.wait->why);
  }
  HubFaults port(parts_.hub);
  const auto fetch = [&]() -> Result<bool> {
    exchange::PartDownload download = TRY(exchange::PartDownload::open(file.folder, file.attachment));
    return download.run_until(port, fetch_until_);
  };
  Result<bool> fetched = fetch();
  if (!fetched && fetched.error().code == Code::CANCELLED) return tl::unexpected<Error>(std::move(fetched).error());
  if (!fetched) {
    const bool is_hubs = port.is_of(fetched.error());
    if (is_hubs || is_of_the_house(fetched.error().code)) return wait_for(opened, std::move(fetched).error(), is_hubs);
    return tl::unexpected<Error>(std::move(fetched).error());
  }
  if (*fetched) return {};
  opened.wait = Opened::Wait{Error{Code::PART_MISSING, "more parts are to come", "att", {}}, false, false, true};
  return tl::unexpected<Error>(opened.wait->why);
}

// The parts stay until the message is done: a process that ends here opens them again.
Status Receiver::open_file(Opened& opened, const Incoming& file) {
  if (const Result<Sha256> there = crypto::sha256_file(file.output()); there && *there == file.attachment.plain) return {};
  const auto open = [&]() -> Status {
    return TRY(exchange::PartDownload::open(file.folder, file.attachment)).assemble(TRY(parts_.identities()), file.output());
  };
  Status done = open();
  if (!done && is_of_the_house(done.error().code)) return wait_for(opened, std::move(done).error(), false);
  return done;
}

// Every file that an act names comes with the message, and nothing else does.
Result<std::vector<exchange::ParcelFile>> Receiver::attachments_of(Opened& opened, const std::vector<inquiry::SignedAct>& acts) {
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
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < attachments.size(); ++i) {
    const exchange::Attachment& attachment = attachments[i];
    if (std::ranges::find(named, attachment.plain) == named.end()) return fail(Code::TEXT_DIFFERS, "an attachment that no act names", "att");
    const auto is_same = [&](const exchange::Attachment& other) { return other.plain == attachment.plain || other.sealed == attachment.sealed; };
    if (std::any_of(attachments.begin(), attachments.begin() + static_cast<std::ptrdiff_t>(i), is_same))
      return fail(Code::DUPLICATE_FIELD, "a file comes twice", "att");
    TRY(exchange::check_lengths(attachment));
    if (attachment.plain_bytes > limits::kFileBytesCeiling)
      return fail(Code::TOO_LARGE, "a file larger than any may be", "att", {{"max", std::to_string(limits::kFileBytesCeiling)}});
    bytes += attachment.sealed_bytes;  // each has a bound, and so has their number
  }
  if (bytes > kAttachmentBytesMax)
    return fail(Code::TOO_LARGE, "more attachments than one message brings", "att", {{"max", std::to_string(kAttachmentBytesMax)}});
  if (!attachments.empty()) TRY(check_acts(opened, acts));
  std::vector<exchange::ParcelFile> out;
  std::vector<Incoming> incoming;
  for (const exchange::Attachment& attachment : attachments) {
    // Of a run that ended after it had put the file in its place and before the acts were kept.
    Result<std::string> kept = parts_.office.store().file_path(opened.message.manifest.thread, attachment.plain);
    if (kept)
      out.push_back({attachment.plain, std::move(*kept), attachment.media_type});
    else
      incoming.push_back({attachment, folder_of(opened.id) + "/" + attachment.sealed.hex()});
  }
  for (const Incoming& file : incoming) TRY(fetch_parts(opened, file));
  for (const Incoming& file : incoming) {
    TRY(open_file(opened, file));
    out.push_back({file.attachment.plain, file.output(), file.attachment.media_type, true});
  }
  return out;
}

// What a process that ended left behind: texts in clear, and parts of messages that are done or never came again. Of those on their way the sealed
// parts stay. It need not succeed for anything to go on.
void Receiver::sweep() {
  std::error_code ignored;
  const std::filesystem::path all = parts_.files_dir, incoming = parts_.files_dir + kIncoming;
  const auto is_plain = [](const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return name.ends_with(".plain") || name.ends_with(".plain.partial");
  };
  std::vector<std::filesystem::path> doomed;
  for (const auto& entry : std::filesystem::directory_iterator(all, ignored)) {
    const std::string name = entry.path().filename().string();
    if (is_plain(entry.path()) || (entry.is_directory(ignored) && Sha256::parse(name))) doomed.push_back(entry.path());
  }
  for (const auto& entry : std::filesystem::directory_iterator(incoming, ignored)) {
    const Result<MessageId> message = MessageId::parse(entry.path().filename().string());
    const auto age = std::filesystem::file_time_type::clock::now() - entry.last_write_time(ignored);
    const bool is_old = age > std::chrono::microseconds(kFilesKept.us);
    bool is_done = false;
    if (message) {
      const Result<std::vector<MessageId>> done = parts_.mailbox.already_received(std::span(&*message, 1));
      is_done = done && !done->empty();
    }
    if (!message || is_old || is_done) {
      doomed.push_back(entry.path());
      continue;
    }
    for (const auto& file : std::filesystem::directory_iterator(entry.path(), ignored))
      if (is_plain(file.path())) doomed.push_back(file.path());
  }
  for (const std::filesystem::path& path : doomed) std::filesystem::remove_all(path, ignored);
}

// ── applying ──

Status Receiver::apply_acts(Opened& opened, ReceivedCounts& counts) {
  // Only a receipt for what could not be opened says no thread.
  if (opened.message.manifest.thread.is_zero()) return fail(Code::BAD_NOTE, "acts of no matter", "thread");
  exchange::Parcel parcel;
  parcel.from = TRY(party::OrganisationId::parse(opened.from));
  parcel.to = parts_.office.self().id;
  parcel.matter = opened.message.manifest.thread;
  parcel.acts = TRY(exchange::parse_acts(opened.message.body));
  parcel.files = TRY(attachments_of(opened, parcel.acts));
  desk::Carried carried;
  carried.received.push_back(row_of(opened, {}));
  for (const inquiry::SignedAct& act : parcel.acts) carried.received.back().acts.push_back(act.hash);
  // Whoever has no key any more that could be sealed for is not answered; what the hub promised him in time counts all the same.
  Result<desk::MessageOut> receipt = receipt_for(opened, {});
  if (!receipt && receipt.error().code != Code::KEY_UNKNOWN) return tl::unexpected<Error>(std::move(receipt).error());
  if (receipt) carried.sealed.push_back(std::move(*receipt));
  carried.echo_wait = parts_.echo_wait;
  TRY(failpoint_error("courier.message.apply"));
  const desk::Office::Received received = TRY(parts_.office.receive(parcel, carried));
  failpoint("courier.message.applied");
  if (parts_.on_applied) parts_.on_applied(parcel);
  ++(received.applied == 0 && received.held > 0 ? counts.held : counts.applied);
  return {};
}

// What a receipt changes. Only the addressee of a message can acknowledge it, and only that very object.
Result<desk::Carried> Receiver::carried_by(const Opened& opened) {
  const exchange::ReceiptBody body = TRY(json::decode_text<exchange::ReceiptBody>(opened.message.body));
  if (body.receipts.empty() || body.receipts.size() > kReceiptLinesMax)
    return fail(Code::TOO_MANY, "none, or more receipts than one message carries", "receipts", {{"max", std::to_string(kReceiptLinesMax)}});
  const desk::MessageIn row = row_of(opened, {});
  const MatterId& thread = opened.message.manifest.thread;
  desk::Carried carried;
  carried.received.push_back(row);
  for (const exchange::ReceiptLine& line : body.receipts) {
    const std::optional<desk::MessageOut> ours = TRY(parts_.mailbox.message_out(line.message));
    if (!ours || ours->to.text() != opened.from) return fail(Code::NOT_FOUND, "a receipt for a message that was not sent there", "message");
    const exchange::Envelope envelope = TRY(exchange::Envelope::parse(TRY(note::Note::parse(ours->envelope)).text));
    if (envelope.object != line.object) return fail(Code::TEXT_DIFFERS, "a receipt for another content", "object");
    if (!thread.is_zero() && thread != ours->matter) return fail(Code::TEXT_DIFFERS, "a receipt in another matter", "thread");
    if (!line.is_applied && line.code.empty()) return fail(Code::EMPTY_FIELD, "refused without a reason", "code");
    const std::string code = line.is_applied ? std::string() : TRY(refusal_named(line.code));
    carried.deliveries.push_back({line.message, opened.id, std::clamp(line.at, std::min(ours->created, row.at), row.at), code});
    if (!line.is_applied)
      carried.incidents.push_back(
          {0, code, "message " + line.message.hex(), opened.message.manifest_note + "\n" + evidence_text(opened.message.body), row.at, {}});
  }
  return carried;
}

Status Receiver::apply_receipt(const Opened& opened, ReceivedCounts& counts) {
  TRY(parts_.mailbox.put_received(TRY(carried_by(opened))));
  ++counts.receipts;
  return {};
}

// All good ones in one transaction. Where that is refused, one after the other: each has an outcome of its own.
Status Receiver::apply_receipts(std::vector<Opened*>& receipts, ReceivedCounts& counts) {
  desk::Carried all;
  std::vector<Opened*> apart;
  std::size_t together = 0;
  for (Opened* one : receipts) {
    Result<desk::Carried> carried = carried_by(*one);
    if (!carried) {
      apart.push_back(one);
      continue;
    }
    std::ranges::move(carried->received, std::back_inserter(all.received));
    std::ranges::move(carried->deliveries, std::back_inserter(all.deliveries));
    std::ranges::move(carried->incidents, std::back_inserter(all.incidents));
    ++together;
  }
  const Status kept = all.received.empty() ? Status{} : parts_.mailbox.put_received(all);
  if (kept)
    counts.receipts += together;
  else
    apart = receipts;
  for (Opened* one : apart) TRY(apply(*one, counts));
  return {};
}

Status Receiver::apply(Opened& opened, ReceivedCounts& counts) {
  if (opened.wait) return {};
  if (opened.why_not) return is_passing(opened.why_not->code) ? tl::unexpected<Error>(*opened.why_not) : refuse(opened, *opened.why_not, counts);
  const auto work = [&]() -> Status {
    switch (opened.message.manifest.type) {
      case MessageType::acts: return apply_acts(opened, counts);
      case MessageType::receipt: return apply_receipt(opened, counts);
      case MessageType::notice: break;
    }
    return fail(Code::BAD_NOTE, "a type of message that is not known here", "type");
  };
  Status done = work();
  if (opened.wait) return {};
  if (!done && is_passing(done.error().code)) return done;
  // Applied, refused or here already: nothing of its files is needed any more.
  std::error_code ignored;
  if (!opened.message.manifest.attachments.empty()) std::filesystem::remove_all(folder_of(opened.id), ignored);
  if (done) return {};
  if (done.error().code == Code::REPLAYED) return repeated(opened, counts);
  return refuse(opened, done.error(), counts);
}

// One thread works on one matter, in the order of the box, and one on all receipts: they change nothing of a matter. An error stops all of them.
Status Receiver::apply_all(std::vector<Opened>& opened, ReceivedCounts& counts) {
  std::vector<Opened*> receipts;
  std::map<MatterId, std::vector<Opened*>> by_matter;
  for (Opened& one : opened) {
    const bool is_receipt = !one.wait && !one.why_not && one.message.manifest.type == MessageType::receipt;
    (is_receipt ? receipts : by_matter[one.message.manifest.thread]).push_back(&one);
  }
  std::vector<std::vector<Opened*>> all;
  if (!receipts.empty()) all.push_back(std::move(receipts));
  const std::size_t receipts_end = all.size();
  for (auto& [matter, messages] : by_matter) all.push_back(std::move(messages));
  std::mutex mutex;
  std::size_t next = 0;
  Status outcome;
  const auto work = [&] {
    for (;;) {
      std::size_t mine = 0;
      {
        const std::scoped_lock lock(mutex);
        if (next == all.size() || !outcome) return;
        mine = next++;
      }
      ReceivedCounts own;
      Status status;
      if (mine < receipts_end) {
        status = apply_receipts(all[mine], own);
      } else {
        for (Opened* one : all[mine])
          if (status) status = apply(*one, own);
      }
      const std::scoped_lock lock(mutex);
      counts.applied += own.applied;
      counts.held += own.held;
      counts.refused += own.refused;
      counts.receipts += own.receipts;
      counts.repeated += own.repeated;
      counts.refusals.add(own.refusals);
      if (own.last_refusal) counts.last_refusal = own.last_refusal;
      if (!status && outcome) outcome = status;
    }
  };
  // A thread's edge: what was not applied is not acknowledged.
  const auto guarded = [&] {
    try {
      return work();
    } catch (const std::exception& error) {
      const std::scoped_lock lock(mutex);
      outcome = fail(Code::INTERNAL, std::string("a message was not applied to its end: ") + error.what());
    }
  };
  const std::size_t helpers = std::min(parts_.threads, all.size()) - std::min<std::size_t>(1, all.size());
  if (helpers > 0 && !helpers_) helpers_ = std::make_unique<pipeline::WorkerPool>(parts_.threads - 1, parts_.threads);
  const auto done = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(helpers));  // outlives whoever counts last
  for (std::size_t i = 0; i < helpers; ++i) {
    const Status taken = helpers_->submit([&guarded, done] {
      guarded();
      done->count_down();
    });
    if (!taken) done->count_down();  // the others do its part
  }
  guarded();
  done->wait();
  return outcome;
}

Result<ReceivedCounts> Receiver::round(std::chrono::milliseconds wait) {
  if (!std::exchange(is_swept_, true)) sweep();
  const std::uint64_t after = std::exchange(after_, 0);  // until this round has gone well
  // What waits stands earlier in the box.
  const Time now = parts_.clock();
  std::uint64_t from = after;
  for (const auto& [id, waiting] : waiting_) {
    if (waiting.next <= now) from = std::min(from, waiting.seq - 1);
    wait = std::clamp(std::chrono::milliseconds((waiting.next - now).us / 1000), std::chrono::milliseconds(0), wait);
  }
  Batch batch = TRY(parts_.hub.fetch(from, kFetchBatch, wait));
  const bool is_all = batch.size() < kFetchBatch;
  const std::uint64_t last = batch.empty() ? from : batch.back().seq;
  // What the hub does not offer any more is not waited for.
  std::erase_if(waiting_, [&](const auto& one) {
    const std::uint64_t seq = one.second.seq;
    return seq > from && (is_all || seq <= last) && std::ranges::find(batch, seq, &exchange::FetchedMessage::seq) == batch.end();
  });
  ReceivedCounts counts;
  if (batch.empty()) {
    after_ = after;
    return counts;
  }
  TRY(parts_.follower.sync());
  const std::vector<crypto::AgeIdentity> identities = TRY(parts_.identities());

  is_line_down_ = false;
  fetch_until_ = std::chrono::steady_clock::now() + parts_.turn;
  std::vector<Opened> opened;
  std::vector<MessageId> ids;
  for (exchange::FetchedMessage& fetched : batch) opened.push_back(open(std::move(fetched), identities));
  for (const Opened& one : opened) ids.push_back(one.id);
  const std::vector<MessageId> known = TRY(parts_.mailbox.already_received(ids));
  std::vector<MessageId> done;
  std::vector<Opened> fresh;
  for (Opened& one : opened) {
    if (std::ranges::find(known, one.id) != known.end() && TRY(is_repetition(one))) {
      done.push_back(one.claimed);
      ++counts.repeated;
    } else {
      fresh.push_back(std::move(one));
    }
  }
  opened = std::move(fresh);
  const Status applied = apply_all(opened, counts);
  for (const Opened& one : opened) {
    if (one.wait) {
      TRY(put_off(one, counts));
      continue;
    }
    done.push_back(one.claimed);
  }
  TRY(applied);
  for (const MessageId& id : done) waiting_.erase(id);
  failpoint("courier.batch.acknowledge");
  TRY(parts_.hub.acknowledge(done));
  failpoint("courier.batch.acknowledged");
  after_ = std::max(after, last);
  return counts;
}

}  // namespace warifu::member
