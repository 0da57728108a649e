#include "hub/hub.h"

#include <algorithm>
#include <filesystem>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "desk/keyring.h"
#include "json/codec.h"
#include "json/write.h"
#include "net/client.h"
#include "note/lines.h"
#include "store/postgres.h"
#include "store/sqlite.h"

namespace warifu::hub {

using exchange::LogName;
using exchange::MessageId;

struct HubFile {
  std::string hub, store_url;
};
BOOST_DESCRIBE_STRUCT(HubFile, (), (hub, store_url))

namespace {

constexpr std::size_t kHubFileMax = 64 * 1024;
constexpr Duration kKnownFor = seconds(1);  // how long a revocation may go unnoticed here
constexpr std::size_t kLeafBytesMax = 4096;
constexpr Duration kLeafSkew = minutes(10);
constexpr std::size_t kCleanedAtATime = 500;
constexpr std::chrono::seconds kCleanEvery{30};
constexpr std::chrono::milliseconds kLookAgain{500};  // whose wait is over, and what another process of this hub took
constexpr std::size_t kPromisesKept = 16'384;

std::string hub_schema(std::string_view what) { return "warifu_hub_" + std::string(what); }

bool is_postgres(const std::string& url) { return url.starts_with("postgres:") || url.starts_with("postgresql:"); }

store::Engine::Open opener(const std::string& data, const std::string& url, const std::string& what) {
  return [data, url, what](store::Access access) -> Result<std::unique_ptr<store::Database>> {
    if (is_postgres(url)) return store::open_postgres({.url = url, .schema = hub_schema(what), .access = access});
    return store::open_sqlite({.file = data + "/" + what + ".sqlite", .access = access});
  };
}

Result<store::WitnessReply> ask_witness(const store::WitnessTarget& target, const std::string& body) {
  net::ClientOptions options;
  options.connect_timeout = options.timeout = std::chrono::milliseconds(2'000);
  options.answer_bytes_max = limits::kNoteBytesMax;
  net::ClientAnswer answer = TRY(net::http_post(target.url + "/add-checkpoint", "text/plain", body, {}, options));
  return store::WitnessReply{answer.status, std::move(answer.body)};
}

}  // namespace

bool is_hub_folder(const std::string& data) {
  std::error_code ignored;
  return std::filesystem::exists(data + "/hub.json", ignored);
}

Status Hub::write_hub_file(const std::string& data, const std::string& hub, const std::string& store_url) {
  const std::string text = json::pretty(json::encode(HubFile{hub, store_url}));
  return write_file_durably(data + "/hub.json", bytes_of(text), 0600);
}

Hub::Hub(Key, HubOptions options) : options_(std::move(options)) {}

Hub::~Hub() { stop(); }

Result<std::unique_ptr<Hub>> Hub::open(HubOptions options) {
  const std::string& data = options.data;
  const Result<std::string> text = read_file(data + "/hub.json", kHubFileMax);
  if (!text) return fail(Code::NOT_FOUND, "no hub in this folder", data);
  const HubFile file = TRY(json::decode_text<HubFile>(*text));
  if (options.store_url.empty()) options.store_url = file.store_url;
  auto hub = std::make_unique<Hub>(Key{}, std::move(options));
  if (hub->options_.lock) hub->lock_.emplace(TRY(store::FolderLock::take(hub->options_.data)));
  hub->network_ = TRY(exchange::Network::parse(TRY(read_file(hub->options_.data + "/network", kHubFileMax))));
  if (hub->network_.hub.text() != file.hub) return fail(Code::CONFIG, "the network file is of another hub", "network", {{"expected", file.hub}});
  TRY(hub->open_stores());
  // A tool beside the running hub signs nothing.
  if (hub->options_.lock) TRY(hub->open_logs());
  return hub;
}

Status Hub::open_stores() {
  directory_ = TRY(store::DirectoryStore::create(opener(options_.data, options_.store_url, "directory"),
                                                 {.key = network_.keys, .admitters = network_.admitters, .clock = options_.clock, .signer = {}}));
  store_ = TRY(store::HubStore::create({.open = opener(options_.data, options_.store_url, "hub"),
                                        .objects = options_.data + "/objects",
                                        .limits = {.bytes_per_member = options_.quota.bytes}},
                                       options_.clock()));
  TRY(metrics_.declare_counter("warifu_hub_messages_total", "Messages taken"));
  TRY(metrics_.declare_counter("warifu_hub_refused_total", "Requests and messages refused, by code"));
  TRY(server_figures_.declare());
  TRY(metrics_.declare_gauge("warifu_hub_log_entries", "Entries integrated, by log"));
  TRY(metrics_.declare_gauge("warifu_hub_checkpoint_age_seconds", "Since the last checkpoint was published, by log"));
  TRY(metrics_.declare_gauge("warifu_hub_checkpoint_cosignatures", "Of witnesses, over the published checkpoint, by log"));
  TRY(metrics_.declare_gauge("warifu_hub_promise_lateness_seconds", "How long the oldest promise is beyond its time; 0 when all are kept"));
  TRY(metrics_.declare_gauge("warifu_hub_disputed", "1 when a witness has seen another tree, by log"));
  return {};
}

Status Hub::open_logs() {
  const desk::Keyring keyring(options_.data + "/keys");
  const std::string& hub = network_.hub.text();
  sign_ = TRY(keyring.load(network_.sign.name));
  note::Signer log_key = TRY(keyring.load(network_.log.name));
  note::Signer keys_key = TRY(keyring.load(network_.keys.name));
  const auto is_own = [](const note::Signer& signer, const note::VerifierKey& key) { return signer.verifier() == key; };
  if (!is_own(*sign_, network_.sign) || !is_own(log_key, network_.log) || !is_own(keys_key, network_.keys))
    return fail(Code::CONFIG, "a key is not the one the network file names", "keys", {{"expected", "the keys of DIR/network"}});
  TRY(make_directories(options_.data + "/logs", 0755));
  const auto open = [&](const std::string& name, const note::Signer& key, auto entries) {
    store::LogKeeperOptions options{.log = name,
                                    .folder = options_.data + "/logs/" + name,
                                    .key = key,
                                    .own = {},
                                    .entries = std::move(entries),
                                    .witnesses = options_.witnesses,
                                    .ask = ask_witness,
                                    .on_published = {},
                                    .on_failure = [this, name](const Error& error) { tell("log_failed", name, error); },
                                    .clock = options_.clock};
    options.publish_every = options_.publish_every;
    options.integrate_every = options_.integrate_every;
    return options;
  };
  const auto cosigner = [&]() -> Result<note::Cosigner> { return keyring.load_cosigner(hub + "/witness"); };
  store::LogKeeperOptions messages = open("log", log_key, [this](std::uint64_t first, std::size_t limit) { return store_->leaves(first, limit); });
  messages.own = TRY(cosigner());
  store::LogKeeperOptions keys = open("keys", keys_key, [this](std::uint64_t first, std::size_t limit) -> Result<std::vector<std::string>> {
    if (TRY(directory_->size()) <= first) return std::vector<std::string>{};
    std::vector<std::string> entries = TRY(directory_->entries_from(first));
    if (entries.size() > limit) entries.resize(limit);
    return entries;
  });
  keys.own = TRY(cosigner());
  keys.publish_every = std::chrono::milliseconds(0);  // a revocation waits for nobody
  keys.on_published = [this](const std::string& checkpoint) {
    const Status told = directory_->follow({}, checkpoint);
    if (!told && told.error().code != Code::STALE) tell("directory_failed", "keys", told.error());
  };
  messages_log_ = TRY(store::LogKeeper::open(*store_, std::move(messages)));
  keys_log_ = TRY(store::LogKeeper::open(*store_, std::move(keys)));
  return {};
}

void Hub::start() {
  messages_log_->start();
  keys_log_->start();
  thread_ = std::thread([this] { run(); });
  news_thread_ = std::thread([this] { run_news(); });
}

void Hub::interrupt() {
  {
    const std::scoped_lock lock(mutex_, news_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  news_.notify_all();
}

void Hub::stop() {
  interrupt();
  if (thread_.joinable()) thread_.join();
  if (news_thread_.joinable()) news_thread_.join();
  if (messages_log_) messages_log_->stop();
  if (keys_log_) keys_log_->stop();
  if (store_) store_->stop();
}

void Hub::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kCleanEvery, [this] { return stopping_.load(); })) {
    lock.unlock();
    const Result<std::size_t> cleaned = store_->clean(options_.clock(), kCleanedAtATime);
    if (!cleaned) tell("clean_failed", network_.hub.text(), cleaned.error());
    lock.lock();
  }
}

// ── who ──

Result<std::shared_ptr<const Hub::Known>> Hub::known(const std::string& org) {
  const Time now = options_.clock();
  {
    const std::scoped_lock lock(known_mutex_);
    const auto found = known_.find(org);
    if (found != known_.end() && now < found->second->until) return found->second;
  }
  auto fresh = std::make_shared<Known>();
  fresh->until = now + kKnownFor;
  const party::OrganisationId id = TRY(party::OrganisationId::parse(org));
  const std::optional<note::MemberEntry> member = TRY(directory_->member(id));
  const std::vector<std::string> revoked = TRY(store_->revoked());
  const std::optional<note::MemberEnd> end = TRY(directory_->member_end(id));
  fresh->is_member = member && std::ranges::find(revoked, org) == revoked.end() && (!end || now < end->ended);
  if (fresh->is_member) {
    fresh->sign = TRY(directory_->organisation_keys(id, now));
    for (const note::KeyEntry& entry : TRY(directory_->organisation_keys_for(id, note::KeyPurpose::tls, now)))
      if (entry.key.size() == 32) {
        Sha256 digest;
        std::ranges::copy(entry.key, digest.bytes.begin());
        fresh->tls.push_back(digest);
      }
  }
  const std::scoped_lock lock(known_mutex_);
  // Names of organisations come from outside: what is no member is not remembered.
  if (fresh->is_member) known_[org] = fresh;
  return std::shared_ptr<const Known>(fresh);
}

Result<Member> Hub::member_of(const std::optional<net::PeerCertificate>& peer) {
  const auto refused = [](std::string name) {
    return fail(Code::NOT_ADMITTED, "no member with this certificate", "certificate", {{"peer", std::move(name)}});
  };
  if (!peer) return refused("-");
  Result<party::OrganisationId> org = party::OrganisationId::parse(peer->common_name);
  if (!org) return refused("-");
  const std::shared_ptr<const Known> member = TRY(known(org->text()));
  if (!member->is_member || std::ranges::find(member->tls, peer->spki) == member->tls.end()) return refused(org->text());
  return Member{std::move(*org), peer->spki};
}

std::string Hub::name_of(const std::optional<net::PeerCertificate>& peer) {
  constexpr const char* kNobody = "-";
  if (!peer) return kNobody;
  const Result<party::OrganisationId> org = party::OrganisationId::parse(peer->common_name);
  if (!org) return kNobody;
  const Result<std::optional<note::MemberEntry>> member = directory_->member(*org);
  return member && *member ? org->text() : kNobody;
}

void Hub::refused(HubEvent event, const std::string& org, const Error& error) {
  const Sentence& said = sentence(error.code);
  metrics_.count("warifu_hub_refused_total", {{"code", std::string(said.name)}});
  const std::string_view refused = event == HubEvent::request ? "request_refused" : "message_refused";
  tell(said.http_status >= 500 ? "request_failed" : refused, org, error);
}

// ── messages ──

Result<store::HubMessage> Hub::check(const Member& member, const exchange::PostedMessage& posted) {
  const std::shared_ptr<const Known> sender = TRY(known(member.org.text()));
  exchange::CheckedEnvelope checked = TRY(exchange::check_envelope(posted.envelope, sender->sign));
  exchange::Envelope& envelope = checked.envelope;
  const Time now = options_.clock();
  if (envelope.from != member.org.text()) return fail(Code::FORBIDDEN, "sent in another organisation's name", "from");
  if (envelope.expires <= now || envelope.expires > now + exchange::kMessageLife + exchange::kMessageClockSkew)
    return fail(Code::OUT_OF_RANGE, "expired, or living too long", "expires",
                {{"min", std::to_string(now.seconds())}, {"max", std::to_string((now + exchange::kMessageLife).seconds())}});
  for (const std::string& to : envelope.to)
    if (!TRY(known(to))->is_member) return fail(Code::ADDRESSEE_UNKNOWN, "not a member of this exchange", "to");
  if (posted.leaf.size() > kLeafBytesMax) return fail(Code::TOO_LARGE, "a leaf is small", "leaf", {{"max", std::to_string(kLeafBytesMax)}});
  const exchange::Leaf leaf = TRY(exchange::Leaf::parse(posted.leaf));
  if (ledger::leaf_hash(bytes_of(posted.leaf)) != envelope.leaf) return fail(Code::TEXT_DIFFERS, "not the leaf the envelope names", "leaf");
  if (leaf.origin != network_.log.name) return fail(Code::BAD_NOTE, "a leaf of another log", "leaf");
  if (leaf.created > now + kLeafSkew || leaf.created + exchange::kMessageLife + kLeafSkew < now)
    return fail(Code::OUT_OF_RANGE, "a leaf of another time", "leaf", {{"min", "0"}, {"max", std::to_string(now.seconds() / 60)}});
  if (!posted.object.empty() && (posted.object.size() != envelope.bytes || crypto::sha256(posted.object) != envelope.object))
    return fail(Code::TEXT_DIFFERS, "not the object the envelope names", "object");
  if (posted.object.size() > exchange::kInlineObjectMax)
    return fail(Code::TOO_LARGE, "an object of this size is sent in parts", "object", {{"max", std::to_string(exchange::kInlineObjectMax)}});
  const Sha256 digest = crypto::sha256(checked.note.text);
  return store::HubMessage{std::move(envelope), posted.envelope, digest, posted.leaf, posted.object};
}

Result<std::string> Hub::promise(const MessageId& id, const Sha256& digest, const Sha256& leaf, const store::HubPlace& place) {
  {
    const std::scoped_lock lock(promises_mutex_);
    const auto found = promises_.find(place.index);
    if (found != promises_.end()) return found->second;
  }
  const exchange::Promise promise{network_.log.name, id, digest, leaf, place.index, place.at};
  std::string note = TRY(note::sign_note(promise.text(), std::span(&*sign_, 1))).serialise();
  const std::scoped_lock lock(promises_mutex_);
  if (promises_.emplace(place.index, note).second) {
    promise_order_.push_back(place.index);
    if (promise_order_.size() > kPromisesKept) {
      promises_.erase(promise_order_.front());
      promise_order_.pop_front();
    }
  }
  return note;
}

Result<std::vector<Result<std::string>>> Hub::post(const Member& member, const std::vector<exchange::PostedMessage>& messages) {
  TRY(check_rate(member, messages.size()));
  std::vector<Result<std::string>> answers;
  std::vector<store::HubMessage> good;
  std::vector<std::size_t> places;  // where the answer to each good one stands
  for (const exchange::PostedMessage& posted : messages) {
    Result<store::HubMessage> checked = check(member, posted);
    if (checked) {
      places.push_back(answers.size());
      good.push_back(std::move(*checked));
      answers.emplace_back(std::string());
    } else {
      answers.emplace_back(tl::unexpected<Error>(std::move(checked).error()));
    }
  }
  if (!good.empty()) {
    std::vector<Result<store::HubPlace>> taken = TRY(store_->post(member.org.text(), good, options_.clock()));
    failpoint("hub.post.committed");
    for (std::size_t i = 0; i < good.size(); ++i) {
      if (taken[i])
        answers[places[i]] = promise(good[i].envelope.id, good[i].digest, good[i].envelope.leaf, *taken[i]);
      else
        answers[places[i]] = tl::unexpected<Error>(taken[i].error());
    }
    tell_news(good);
  }
  std::size_t promised = 0;
  for (const Result<std::string>& answer : answers) {
    if (answer)
      ++promised;
    else
      refused(HubEvent::message, member.org.text(), answer.error());
  }
  if (promised > 0) metrics_.count("warifu_hub_messages_total", {}, static_cast<double>(promised));
  return answers;
}

// ── who waits ──

Result<std::vector<exchange::FetchedMessage>> Hub::fetch(const Member& member, std::uint64_t after, std::size_t limit) {
  const std::string& org = member.org.text();
  // A half of what an answer may hold: frames and promises come to it.
  std::vector<store::HubItem> items = TRY(store_->fetch(org, after, std::min(limit, exchange::kPostMessagesMax), exchange::kExchangeBodyMax / 2));
  std::vector<exchange::FetchedMessage> out;
  std::vector<std::uint64_t> fresh;
  for (store::HubItem& item : items) {
    if (!item.is_relayed) fresh.push_back(item.seq);
    if (item.unreadable) tell("object_unreadable", org, *item.unreadable);
    out.push_back({item.seq, std::move(item.note), TRY(promise(item.id, item.digest, item.leaf, item.place)), std::move(item.object)});
  }
  if (!fresh.empty()) store_->relayed(org, std::move(fresh), options_.clock());
  return out;
}

void Hub::fetch_later(const Member& member, std::uint64_t after, std::size_t limit, std::chrono::milliseconds wait, FetchDone done) {
  std::unique_lock lock(news_mutex_);
  if (stopping_) {
    lock.unlock();
    return done(std::vector<exchange::FetchedMessage>{});
  }
  const auto until = std::chrono::steady_clock::now() + std::min(wait, exchange::kFetchWaitMax);
  waiters_.emplace(member.org.text(), Waiter{member, after, limit, until, std::move(done)});
  // Something may have come between the look that found nothing and this.
  has_news_.insert(member.org.text());
  lock.unlock();
  news_.notify_one();
}

void Hub::tell_news(const std::vector<store::HubMessage>& messages) {
  {
    const std::scoped_lock lock(news_mutex_);
    for (const store::HubMessage& message : messages)
      for (const std::string& to : message.envelope.to)
        if (waiters_.contains(to)) has_news_.insert(to);
    if (has_news_.empty()) return;
  }
  news_.notify_one();
}

// Taken out; those to whom nothing came are put back. `is_for_all`: not only whom something came for.
std::vector<Hub::Waiter> Hub::due_waiters(bool is_for_all) {
  const auto now = std::chrono::steady_clock::now();
  std::vector<Waiter> out;
  const auto take = [&](auto waiter) {
    out.push_back(std::move(waiter->second));
    return waiters_.erase(waiter);
  };
  for (const std::string& org : has_news_)
    for (auto [waiter, end] = waiters_.equal_range(org); waiter != end;) waiter = take(waiter);
  has_news_.clear();
  if (!is_for_all) return out;
  const bool looks_again = is_postgres(options_.store_url);
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();)
    waiter = looks_again || stopping_ || waiter->second.until <= now ? take(waiter) : std::next(waiter);
  return out;
}

void Hub::run_news() {
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_look = Clock::now();
  std::unique_lock lock(news_mutex_);
  while (!stopping_ || !waiters_.empty()) {
    news_.wait_for(lock, kLookAgain, [this] { return stopping_ || !has_news_.empty(); });
    // Whose wait is over; and another process of this hub may have taken messages, of which this one hears nothing.
    const bool is_for_all = stopping_ || Clock::now() - last_look >= kLookAgain;
    if (is_for_all) last_look = Clock::now();
    std::vector<Waiter> due = due_waiters(is_for_all);
    lock.unlock();
    std::vector<Waiter> again;
    for (Waiter& waiter : due) {
      auto found = fetch(waiter.member, waiter.after, waiter.limit);
      if (found && found->empty() && Clock::now() < waiter.until && !stopping_)
        again.push_back(std::move(waiter));
      else
        waiter.done(std::move(found));
    }
    lock.lock();
    for (Waiter& waiter : again) {
      std::string org = waiter.member.org.text();
      waiters_.emplace(std::move(org), std::move(waiter));
    }
  }
}

Status Hub::acknowledge(const Member& member, const std::vector<MessageId>& messages) {
  return store_->acknowledge(member.org.text(), messages, options_.clock());
}

Result<std::vector<exchange::MessageStatus>> Hub::status(const Member& member, const std::vector<MessageId>& messages) {
  std::vector<exchange::MessageStatus> out;
  for (const store::HubStatus& one : TRY(store_->status(member.org.text(), messages))) {
    exchange::MessageStatus status{one.id, one.to, {}};
    if (one.relayed) {
      const exchange::Relayed relayed{network_.log.name, one.id, one.to, *one.relayed};
      status.relayed = TRY(note::sign_note(relayed.text(), std::span(&*sign_, 1))).serialise();
    }
    out.push_back(std::move(status));
  }
  return out;
}

// ── figures ──

Status Hub::health() {
  TRY(store_->next_index());
  TRY(directory_->size());
  return {};
}

std::string Hub::figures() {
  const Time now = options_.clock();
  for (const LogName log : {LogName::messages, LogName::keys}) {
    const store::LogKeeper::Figures figures = keeper(log).figures();
    const net::Labels labels{{"log", std::string(enum_text(log))}};
    metrics_.set("warifu_hub_log_entries", static_cast<double>(figures.state.size), labels);
    metrics_.set("warifu_hub_checkpoint_age_seconds", static_cast<double>((now - figures.published_at).us) / 1e6, labels);
    metrics_.set("warifu_hub_checkpoint_cosignatures", static_cast<double>(figures.cosigned), labels);
    metrics_.set("warifu_hub_disputed", figures.is_disputed ? 1 : 0, labels);
  }
  double late = 0;
  const Result<std::optional<Time>> oldest = store_->promised_at(messages_log_->figures().published.size);
  if (oldest && *oldest) late = std::max(0.0, static_cast<double>((now - **oldest).us) / 1e6 - network_.promise_seconds);
  metrics_.set("warifu_hub_promise_lateness_seconds", late);
  server_figures_.refresh();
  return metrics_.render();
}

}  // namespace warifu::hub
