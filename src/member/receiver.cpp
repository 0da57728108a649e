#include "member/receiver.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iterator>
#include <latch>
#include <map>

#include "base/failpoint.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "exchange/acts_body.h"
#include "json/codec.h"
#include "ledger/merkle.h"
#include "member/evidence_text.h"
#include "member/outcome.h"
#include "member/receiver_opened.h"
#include "member/seal_keys.h"

namespace warifu::member {

using exchange::MessageId;
using exchange::MessageType;

namespace {

constexpr std::size_t kFetchBatch = exchange::kPostMessagesMax;
constexpr std::uint64_t kMessageBytesMax = 32ull * 1024 * 1024;  // of an object without attachments
constexpr std::size_t kReceiptLinesMax = 1000;
constexpr Duration kPromiseAgeMax = days(31);
constexpr std::size_t kWaitingMax = 4096;  // messages whose tries are counted

bool is_passing(Code code) { return outcome_of(code) == Outcome::COMES_AGAIN; }

// Whoever else needs the hub in this round need not try.
bool is_of_the_line(Code code) { return code == Code::PEER_UNAVAILABLE || code == Code::TIMEOUT || code == Code::RATE_LIMITED; }

}  // namespace

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
  // Whoever has no key that could be sealed for is not answered; what the hub promised him in time counts all the same.
  Result<desk::MessageOut> receipt = receipt_for(opened, {});
  if (!receipt && !cannot_be_sealed_for(receipt.error())) return tl::unexpected<Error>(std::move(receipt).error());
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
  opened.reserve(batch.size());
  ids.reserve(batch.size());
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
