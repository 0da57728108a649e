#include "member/member.h"

#include <algorithm>

namespace warifu::member {

using exchange::LogName;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLookAgain{500};  // at the outbox: other processes write into it too
constexpr milliseconds kAskAgain{50};
constexpr milliseconds kRetryFirst{500}, kRetryMax{60'000};
constexpr std::size_t kIncidentsMax = 1000;

net::Labels labels_of(const std::string& org) { return {{"organisation", org}}; }

std::optional<Quorum> quorum_of(const MemberOptions& options) {
  if (!options.policy) return std::nullopt;
  return Quorum{*options.policy, options.self.id.text(), options.network.hub.text()};
}

Duration milliseconds_of(milliseconds time) { return Duration{time.count() * 1000}; }

}  // namespace

Member::Member(MemberOptions options, std::unique_ptr<exchange::HubPort> hub, desk::Mailbox& mailbox, std::shared_ptr<store::DirectoryStore> replica,
               net::Metrics& metrics)
    : options_(std::move(options)),
      hub_(std::move(hub)),
      mailbox_(mailbox),
      metrics_(metrics),
      messages_({mailbox_, options_.witness, options_.clock}, LogFiles(*hub_, LogName::messages), options_.network.log),
      keys_({mailbox_, options_.witness, options_.clock}, LogFiles(*hub_, LogName::keys), options_.network.keys),
      follower_({options_.self.id.text(), options_.network.hub, options_.root, mailbox_, replica, *hub_, options_.clock, quorum_of(options_)}, keys_),
      prover_({options_.self.id.text(), mailbox_, replica, options_.network, options_.clock, quorum_of(options_)}, messages_),
      replica_(std::move(replica)) {
  directory_ = std::make_shared<MemberDirectory>(MemberDirectory::Parts{replica_, *hub_, mailbox_, follower_, options_.sign, options_.clock,
                                                                        [this] { static_cast<void>(pause(milliseconds(100))); }});
}

Member::~Member() { stop(); }

void Member::declare_metrics(net::Metrics& metrics) {
  const auto declared = [](const Status& status) { CHECK_THAT(status.has_value()); };
  declared(metrics.declare_counter("warifu_messages_sent_total", "Messages the hub accepted, by organisation."));
  declared(metrics.declare_counter("warifu_messages_received_total", "Messages received, by organisation and what became of them."));
  declared(metrics.declare_counter("warifu_messages_refused_total", "Messages refused, by organisation, side and code."));
  declared(metrics.declare_counter("warifu_exchange_failures_total", "Rounds with the hub that failed, by organisation, thread and code."));
  declared(metrics.declare_counter("warifu_messages_proven_total", "Messages found in the log where the hub promised, by organisation."));
  declared(metrics.declare_gauge("warifu_messages_unproven", "Messages promised and not yet found in the log, by organisation."));
  declared(
      metrics.declare_gauge("warifu_messages_uncosigned",
                            "Messages found in the log under a checkpoint that no other member, or not the quorum wanted here, has cosigned yet, "
                            "by organisation."));
  declared(
      metrics.declare_gauge("warifu_messages_undelivered", "Messages the hub accepted and the addressee has not acknowledged, by organisation."));
  declared(metrics.declare_gauge("warifu_incidents_open",
                                 "What the exchange did that it must not, and nobody has looked at yet, by organisation and code."));
  declared(metrics.declare_gauge("warifu_directory_age_seconds", "Since the directory of keys was last verified, by organisation."));
}

void Member::attach(desk::Office& office) {
  sender_ = std::make_unique<Sender>(Sender::Parts{office, mailbox_, replica_, *hub_, options_.network, options_.sign, options_.files_dir,
                                                   [this] { return follower_.verified_as_of(); }, options_.clock, options_.file_turn});
  receiver_ = std::make_unique<Receiver>(Receiver::Parts{office, mailbox_, replica_, follower_, *hub_, options_.network, options_.sign,
                                                         options_.identities, options_.files_dir, options_.clock, 16, options_.on_applied,
                                                         milliseconds_of(options_.echo_wait), options_.file_turn});
}

Status Member::check_trust() {
  // A fork comes first of those that are open.
  for (const desk::Incident& incident : TRY(mailbox_.incidents(true, 1)))
    if (incident.code == sentence(Code::LOG_FORKED).name)
      return fail(Code::LOG_FORKED, "the exchange rests until people have looked at it", incident.about);
  return {};
}

// ── steps ──

// Whatever waits in the outbox, and whatever is sealed, in rounds of a batch each.
Status Member::seal_round() {
  TRY(check_trust());
  while (TRY(sender_->seal()) > 0) {
    const std::scoped_lock lock(mutex_);
    has_sealed_ = true;
    changed_.notify_all();
  }
  return {};
}

// How many were not posted but are to be sealed anew.
Result<std::size_t> Member::post_all() {
  const std::string org = options_.self.id.text();
  for (std::size_t resealed = 0;;) {
    TRY(check_trust());  // in each round: a large file takes many
    const Sender::Posted posted = TRY(sender_->post());
    if (posted.accepted > 0) metrics_.count("warifu_messages_sent_total", labels_of(org), static_cast<double>(posted.accepted));
    refused("hub_refused", "hub", posted.refusals);
    if (posted.accepted == 0 && posted.resealed == 0 && posted.unfinished == 0) return resealed;
    resealed += posted.resealed;
  }
}

Status Member::post_round() {
  if (TRY(post_all()) > 0) wake();
  return {};
}

Status Member::send() {
  for (;;) {
    TRY(seal_round());
    if (TRY(post_all()) == 0) return {};
  }
}

Result<ReceivedCounts> Member::receive(milliseconds wait) {
  TRY(check_trust());
  const ReceivedCounts counts = TRY(receiver_->round(wait));
  const std::string org = options_.self.id.text();
  for (const auto& [what, n] : {std::pair("applied", counts.applied), std::pair("held", counts.held), std::pair("refused", counts.refused),
                                std::pair("receipt", counts.receipts), std::pair("repeated", counts.repeated)})
    if (n > 0) metrics_.count("warifu_messages_received_total", {{"organisation", org}, {"what", what}}, static_cast<double>(n));
  refused("message_refused", "us", counts.refusals);
  for (const auto& [code, entry] : counts.waits.by_code()) failed("exchange_in", entry.last);
  return counts;
}

void Member::refused(std::string_view event, const std::string& by, const Tally& refusals) {
  for (const auto& [code, entry] : refusals.by_code()) {
    options_.tell(event, entry.last);
    metrics_.count("warifu_messages_refused_total",
                   {{"organisation", options_.self.id.text()}, {"by", by}, {"code", std::string(sentence(code).name)}},
                   static_cast<double>(entry.count));
  }
}

Status Member::watch() {
  const std::string org = options_.self.id.text();
  // A code of which none is open any more is told as such: a figure that is no longer set stays where it was.
  for (auto& [code, n] : incidents_open_) n = 0;
  for (const desk::Incident& incident : TRY(mailbox_.incidents(true, kIncidentsMax))) incidents_open_[incident.code] += 1;
  for (const auto& [code, n] : incidents_open_) metrics_.set("warifu_incidents_open", n, {{"organisation", org}, {"code", code}});
  if (const std::optional<Time> as_of = TRY(follower_.verified_as_of()))
    metrics_.set("warifu_directory_age_seconds", static_cast<double>((options_.clock() - *as_of).us) / 1e6, labels_of(org));

  metrics_.set("warifu_messages_undelivered", static_cast<double>(TRY(mailbox_.undelivered(kIncidentsMax)).size()), labels_of(org));

  TRY(follower_.sync());
  TRY(keys_.cosign());
  const desk::LogSeen seen = TRY(messages_.look());
  TRY(messages_.cosign());
  // As many rounds as bring something: a busy day promises more between two looks than one round takes.
  Prover::Round proofs = TRY(prover_.round(seen));
  for (Prover::Round more = proofs; more.proven > 0 && more.waiting == 0;) {
    more = TRY(prover_.round(seen));
    proofs = {proofs.proven + more.proven, proofs.broken + more.broken, more.waiting, proofs.renewed + more.renewed, more.lonely};
  }
  if (proofs.proven > 0) metrics_.count("warifu_messages_proven_total", labels_of(org), static_cast<double>(proofs.proven));
  metrics_.set("warifu_messages_unproven", static_cast<double>(proofs.waiting), labels_of(org));
  metrics_.set("warifu_messages_uncosigned", static_cast<double>(proofs.lonely), labels_of(org));
  if (proofs.broken > 0) options_.tell("promise_broken", Error{Code::PROMISE_BROKEN, "what was promised is not in the log", "log", {}});
  return sender_ ? sender_->ask_relayed() : Status{};
}

// ── threads ──

void Member::start() {
  if (in_.joinable()) return;
  stopping_ = false;
  seal_ = std::thread([this] { run_rounds(&Member::seal_round, has_acts_); });
  post_ = std::thread([this] { run_rounds(&Member::post_round, has_sealed_); });
  in_ = std::thread([this] { run_in(); });
  watch_ = std::thread([this] { run_watch(); });
}

void Member::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  options_.interrupt();
  for (std::thread* thread : {&seal_, &post_, &in_, &watch_})
    if (thread->joinable()) thread->join();
}

void Member::wake() {
  {
    const std::scoped_lock lock(mutex_);
    has_acts_ = has_sealed_ = true;
  }
  changed_.notify_all();
}

bool Member::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return stopping_; });
}

void Member::failed(std::string_view event, const Error& error) {
  if (error.code == Code::CANCELLED) return;  // we are ending
  options_.tell(event, error);
  metrics_.count("warifu_exchange_failures_total",
                 {{"organisation", options_.self.id.text()}, {"thread", std::string(event)}, {"code", std::string(sentence(error.code).name)}});
}

void Member::run_rounds(Status (Member::*round)(), bool& has_work) {
  milliseconds retry = kRetryFirst;
  for (;;) {
    const Status sent = (this->*round)();
    if (!sent) failed("exchange_out", sent.error());
    std::unique_lock lock(mutex_);
    if (!sent) {
      if (changed_.wait_for(lock, retry, [this] { return stopping_; })) return;
      retry = std::min(kRetryMax, retry * 2);
      continue;
    }
    retry = kRetryFirst;
    const auto now = std::chrono::steady_clock::now(), again = now + kLookAgain;
    changed_.wait_until(lock, echo_due_ > now ? std::min(again, echo_due_) : again, [&] { return stopping_ || has_work; });
    has_work = false;
    if (stopping_) return;
  }
}

void Member::run_in() {
  milliseconds retry = kRetryFirst;
  // Short waits at first: stop() must not wait for a long one that has just begun.
  for (milliseconds wait{0};;) {
    const Result<ReceivedCounts> counts = receive(wait);
    if (!counts) {
      failed("exchange_in", counts.error());
      if (pause(retry)) return;
      retry = std::min(kRetryMax, retry * 2);
      continue;
    }
    retry = kRetryFirst;
    wait = options_.fetch_wait;
    const bool has_news = counts->applied + counts->held + counts->refused + counts->receipts + counts->repeated > 0;
    if (counts->applied + counts->held + counts->refused > 0) {
      wake();  // receipts
      const std::scoped_lock lock(mutex_);
      echo_due_ = std::chrono::steady_clock::now() + options_.echo_wait;
    }
    // A hub that has too many waiting answers at once: it is asked again soon, not without pause.
    if (pause(has_news ? milliseconds(0) : kAskAgain)) return;
  }
}

void Member::run_watch() {
  for (;;) {
    if (const Status watched = watch(); !watched) failed("exchange_watch", watched.error());
    if (pause(options_.watch_every)) return;
  }
}

}  // namespace warifu::member
