#include "app/bench_hub.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

#include "app/bench_figures.h"
#include "app/bench_members.h"
#include "app/door.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "hub/bulk.h"
#include "hub/hub.h"
#include "hub/witness.h"
#include "ledger/merkle.h"

namespace warifu::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 64;
constexpr std::string_view kSender = "sender.example", kRecipient = "recipient.example";

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The witnesses, each with its folder and its server.
struct Witnesses {
  std::vector<std::unique_ptr<hub::WitnessHouse>> houses;
  std::vector<net::Server> servers;
  std::vector<store::WitnessTarget> targets;
};

Result<Witnesses> start_witnesses(const HubBenchOptions& options) {
  Witnesses out;
  const exchange::Network network = TRY(exchange::Network::parse(TRY(read_file(options.data + "/hub/network", 65'536))));
  const std::string policy = "log " + network.log.text() + "\nlog " + network.keys.text() + "\nquorum none\n";
  for (std::size_t i = 0; i < options.witnesses; ++i) {
    const std::string name = "witness-" + std::to_string(i);
    const std::string folder = options.data + "/" + name;
    TRY(hub::WitnessHouse::create(folder, TRY(party::OrganisationId::parse(name + ".example")), policy));
    hub::WitnessHouse& house = *out.houses.emplace_back(TRY(hub::WitnessHouse::open(folder)));
    net::ServerOptions server;
    server.workers = 1;
    out.servers.push_back(TRY(net::Server::start(std::move(server), [&house](const net::Request& request) { return house.handle(request); })));
    out.targets.push_back({house.key(), "http://127.0.0.1:" + std::to_string(out.servers.back().port())});
  }
  return out;
}

// Two members; the sender's signing key.
Result<note::Signer> add_members(hub::Hub& hub) {
  const std::vector<note::Signer> admitters = TRY(bench_admitters(hub));
  const Time now = Time::from_seconds(hub.options().clock().seconds());
  const BenchMember sender = TRY(new_bench_member(hub, admitters, kSender, now));
  TRY(hub.directory().add_entries(sender.entries));
  TRY(hub.directory().add_entries(TRY(new_bench_member(hub, admitters, kRecipient, now)).entries));
  return sender.sign;
}

// Signed before the clock starts: what is measured is the hub.
Result<std::vector<exchange::PostedMessage>> make_messages(const HubBenchOptions& options, const note::Signer& sender, const std::string& origin,
                                                           Time now) {
  std::vector<exchange::PostedMessage> out;
  out.reserve(options.leaves);
  const Bytes random = crypto::random_bytes(options.object_bytes);
  for (std::size_t i = 0; i < options.leaves; ++i) {
    exchange::PostedMessage message;
    message.object = std::string(text_of(random));
    for (std::size_t k = 0; k < 8 && k < message.object.size(); ++k) message.object[k] = static_cast<char>(i >> (8 * k));
    message.leaf = exchange::leaf_text(origin, now, crypto::sha256(message.object));
    exchange::Envelope envelope;
    envelope.id = exchange::MessageId::random();
    envelope.from = kSender;
    envelope.to = {std::string(kRecipient)};
    envelope.thread = Bytes(32, 7);
    envelope.object = crypto::sha256(message.object);
    envelope.bytes = message.object.size();
    envelope.leaf = ledger::leaf_hash(bytes_of(message.leaf));
    envelope.expires = Time::from_seconds((now + days(10)).seconds());
    message.envelope = TRY(note::sign_note(envelope.text(), std::span(&sender, 1))).serialise();
    out.push_back(std::move(message));
  }
  return out;
}

struct Rate {
  double per_s = 0, processor_us_each = 0;
};

// The arithmetic alone: each envelope verified, each promise signed.
Rate floor_of(const std::vector<exchange::PostedMessage>& messages, const note::Signer& sender, std::size_t threads) {
  const std::size_t count = std::min<std::size_t>(messages.size(), 20'000);
  const double processor = processor_seconds();
  const std::vector<note::VerifierKey> keys{sender.verifier()};
  const Clock::time_point start = Clock::now();
  std::vector<std::thread> pool;
  for (std::size_t t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      for (std::size_t i = t; i < count; i += threads) {
        static_cast<void>(exchange::check_envelope(messages[i].envelope, keys));
        static_cast<void>(sender.sign(messages[i].leaf));
      }
    });
  for (std::thread& thread : pool) thread.join();
  return {static_cast<double>(count) / since(start), 1e6 * (processor_seconds() - processor) / static_cast<double>(count)};
}

struct Sent {
  double at = 0;
  std::uint64_t last = 0;  // the highest place of the request
};

// A checkpoint, and when it was seen with all cosignatures.
struct Seen {
  double at = 0;
  std::uint64_t size = 0;
};

struct Run {
  double promised_s = 0, integrated_s = 0, processor_s = 0;
  std::vector<Sent> sent;
  std::vector<Seen> seen;
};

Result<Run> run_posts(hub::Hub& hub, const std::vector<exchange::PostedMessage>& messages, const HubBenchOptions& options) {
  const hub::Member member{TRY(party::OrganisationId::parse(kSender)), {}};
  const double processor = processor_seconds();
  Run out;
  std::mutex mutex;
  std::optional<Error> failure;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> is_over{false};
  const Clock::time_point start = Clock::now();
  std::thread watcher([&] {
    std::uint64_t size = 0;
    while (!is_over) {
      const store::LogKeeper::Figures figures = hub.keeper(exchange::LogName::messages).figures();
      if (figures.published.size > size && figures.cosigned >= options.witnesses) {
        size = figures.published.size;
        out.seen.push_back({since(start), size});
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  std::vector<std::thread> pool;
  for (std::size_t t = 0; t < options.threads; ++t)
    pool.emplace_back([&] {
      for (std::size_t at = next.fetch_add(kBatch); at < messages.size(); at = next.fetch_add(kBatch)) {
        const std::vector<exchange::PostedMessage> batch(messages.begin() + static_cast<std::ptrdiff_t>(at),
                                                         messages.begin() + static_cast<std::ptrdiff_t>(std::min(messages.size(), at + kBatch)));
        const double began = since(start);
        const auto answers = hub.post(member, batch);
        std::uint64_t last = 0;
        std::optional<Error> refused;
        if (!answers) refused = answers.error();
        for (std::size_t i = 0; answers && i < answers->size(); ++i) {
          const Result<std::string>& answer = (*answers)[i];
          if (!answer) {
            refused = answer.error();
            break;
          }
        }
        // Places are given in the order of a request.
        if (!refused)
          if (const auto promise = exchange::Promise::parse(note::Note::parse(*answers->back())->text)) last = promise->index;
        const std::scoped_lock lock(mutex);
        if (refused) failure = refused;
        out.sent.push_back({began, last});
      }
    });
  for (std::thread& thread : pool) thread.join();
  out.promised_s = since(start);
  const auto logged = [&] { return hub.keeper(exchange::LogName::messages).figures(); };
  while (logged().published.size < messages.size() && since(start) < 600) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  out.integrated_s = since(start);
  out.processor_s = processor_seconds() - processor;
  while (logged().cosigned < options.witnesses && since(start) < 610) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  is_over = true;
  watcher.join();
  if (failure) return tl::unexpected<Error>(*failure);
  if (logged().published.size != messages.size()) return fail(Code::TIMEOUT, "not everything came into the log", "log");
  return out;
}

// Posted by two clients in batches, fetched and acknowledged by the recipient; from the first post to the last acknowledgement.
Result<Rate> relay(hub::Hub& hub, const std::vector<exchange::PostedMessage>& messages) {
  const hub::Member sender{TRY(party::OrganisationId::parse(kSender)), {}}, recipient{TRY(party::OrganisationId::parse(kRecipient)), {}};
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<Error> failure;
  const auto failed = [&](const Error& error) {
    const std::scoped_lock lock(mutex);
    failure = error;
    next = messages.size();
  };
  const double processor = processor_seconds();
  const Clock::time_point start = Clock::now();
  std::vector<std::thread> pool;
  for (int t = 0; t < 2; ++t)
    pool.emplace_back([&] {
      for (std::size_t at = next.fetch_add(kBatch); at < messages.size(); at = next.fetch_add(kBatch)) {
        const std::vector<exchange::PostedMessage> batch(messages.begin() + static_cast<std::ptrdiff_t>(at),
                                                         messages.begin() + static_cast<std::ptrdiff_t>(std::min(messages.size(), at + kBatch)));
        const auto answers = hub.post(sender, batch);
        if (!answers) return failed(answers.error());
        for (const Result<std::string>& answer : *answers)
          if (!answer) return failed(answer.error());
      }
    });
  const Status received = [&]() -> Status {
    std::uint64_t after = 0;
    for (std::size_t got = 0; got < messages.size();) {
      const std::vector<exchange::FetchedMessage> batch = TRY(hub.fetch(recipient, after, kBatch));
      if (batch.empty()) {
        const std::scoped_lock lock(mutex);
        if (failure) return tl::unexpected<Error>(*failure);
      }
      std::vector<exchange::MessageId> ids;
      for (const exchange::FetchedMessage& message : batch)
        ids.push_back(TRY(exchange::Envelope::parse(TRY(note::Note::parse(message.envelope)).text)).id);
      if (batch.empty()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        continue;
      }
      after = batch.back().seq;
      TRY(hub.acknowledge(recipient, ids));
      got += batch.size();
    }
    return {};
  }();
  for (std::thread& thread : pool) thread.join();
  TRY(received);
  const auto count = static_cast<double>(messages.size());
  return Rate{count / since(start), 1e6 * (processor_seconds() - processor) / count};
}

}  // namespace

namespace {

Result<std::unique_ptr<hub::Hub>> open_hub(const std::string& folder) {
  hub::HubOptions options;
  options.data = folder;
  options.quota.messages_per_minute = 1'000'000'000;
  return hub::Hub::open(std::move(options));
}

// Members until there are so many; how many there are.
Result<std::size_t> admit_members(hub::Hub& hub, std::size_t present, std::size_t wanted) {
  constexpr std::size_t kAtOnce = 500;
  const std::vector<note::Signer> admitters = TRY(bench_admitters(hub));
  const Time now = Time::from_seconds(now_utc().seconds());
  while (present < wanted) {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < kAtOnce && present < wanted; ++i, ++present)
      for (std::string& entry : TRY(new_bench_member(hub, admitters, "member-" + std::to_string(present) + ".example", now)).entries)
        entries.push_back(std::move(entry));
    TRY(hub.directory().add_entries(entries));
  }
  return present;
}

}  // namespace

Result<RelayBenchFigures> bench_relay(const RelayBenchOptions& options) {
  TRY(make_directories(options.data, 0700));
  const std::string folder = options.data + "/hub";
  TRY(hub::Hub::create({.data = folder,
                        .store_url = options.store_url,
                        .org = TRY(party::OrganisationId::parse("hub.example")),
                        .url = "https://127.0.0.1:1",
                        .hosts = {}}));
  HubBenchOptions each;
  each.leaves = options.messages;
  RelayBenchFigures out;
  const auto measured = [&](hub::Hub& hub, const note::Signer& sender) -> Result<Rate> {
    const auto messages = TRY(make_messages(each, sender, hub.network().log.name, now_utc()));
    hub.start();
    const Rate rate = TRY(relay(hub, messages));
    hub.stop();
    return rate;
  };
  std::unique_ptr<hub::Hub> hub = TRY(open_hub(folder));
  const note::Signer sender = TRY(add_members(*hub));
  const Rate empty = TRY(measured(*hub, sender));
  hub.reset();

  const Clock::time_point start = Clock::now();
  hub = TRY(open_hub(folder));
  out.members = TRY(admit_members(*hub, 2, options.members));
  while (TRY(hub->keeper(exchange::LogName::keys).integrate()) > 0) continue;
  TRY(hub->keeper(exchange::LogName::keys).publish());
  TRY(hub::fill_log(*hub, options.entries));
  hub.reset();
  out.filling_s = since(start);

  hub = TRY(open_hub(folder));
  out.entries = hub->keeper(exchange::LogName::messages).figures().published.size;
  const Rate grown = TRY(measured(*hub, sender));
  out.empty_per_s = empty.per_s;
  out.empty_processor_us_each = empty.processor_us_each;
  out.grown_per_s = grown.per_s;
  out.grown_processor_us_each = grown.processor_us_each;
  return out;
}

Result<HubBenchFigures> bench_hub(const HubBenchOptions& options) {
  TRY(make_directories(options.data, 0700));
  const std::string folder = options.data + "/hub";
  TRY(hub::Hub::create({.data = folder,
                        .store_url = options.store_url,
                        .org = TRY(party::OrganisationId::parse("hub.example")),
                        .url = "https://127.0.0.1:1",
                        .hosts = {}}));
  const Witnesses witnesses = TRY(start_witnesses(options));
  hub::HubOptions hub_options;
  hub_options.data = folder;
  hub_options.quota.messages_per_minute = 1'000'000'000;
  hub_options.witnesses = witnesses.targets;
  hub_options.publish_every = std::chrono::milliseconds(200);
  const std::unique_ptr<hub::Hub> hub = TRY(hub::Hub::open(std::move(hub_options)));
  const note::Signer sender = TRY(add_members(*hub));
  const std::vector<exchange::PostedMessage> messages = TRY(make_messages(options, sender, hub->network().log.name, now_utc()));
  HubBenchFigures out;
  out.leaves = messages.size();
  const Rate floor = floor_of(messages, sender, options.threads);
  out.floor_per_s = floor.per_s;
  out.floor_processor_us_each = floor.processor_us_each;
  hub->start();
  const Run run = TRY(run_posts(*hub, messages, options));
  hub->stop();
  const auto count = static_cast<double>(messages.size());
  out.promised_per_s = count / run.promised_s;
  out.integrated_per_s = count / run.integrated_s;
  out.processor_us_each = 1e6 * run.processor_s / count;
  std::vector<double> receipts;
  for (const Sent& sent : run.sent) {
    const auto seen = std::ranges::find_if(run.seen, [&](const Seen& s) { return s.size > sent.last; });
    if (seen != run.seen.end()) receipts.push_back(seen->at - sent.at);
  }
  std::ranges::sort(receipts);
  if (!receipts.empty()) {
    out.receipt_p50_ms = 1000 * receipts[receipts.size() / 2];
    out.receipt_p99_ms = 1000 * receipts[std::min(receipts.size() - 1, receipts.size() * 99 / 100)];
  }
  return out;
}

int run_bench_hub(const HubBenchOptions& options) {
  const auto measured = [&]() -> Result<json::Value> {
    const HubBenchFigures figures = TRY(bench_hub(options));
    json::Object out{{"leaves", static_cast<std::int64_t>(figures.leaves)},
                     {"promised_per_s", figures.promised_per_s},
                     {"integrated_per_s", figures.integrated_per_s},
                     {"floor_per_s", figures.floor_per_s},
                     {"of_floor", figures.integrated_per_s / figures.floor_per_s},
                     {"processor_us", figures.processor_us_each},
                     {"floor_processor_us", figures.floor_processor_us_each},
                     {"receipt_p50_ms", figures.receipt_p50_ms},
                     {"receipt_p99_ms", figures.receipt_p99_ms}};
    if (options.entries == 0) return json::Value(std::move(out));
    const RelayBenchFigures grown =
        TRY(bench_relay({.data = options.data + "/grown", .store_url = options.store_url, .members = options.members, .entries = options.entries}));
    out["members"] = static_cast<std::int64_t>(grown.members);
    out["entries"] = static_cast<std::int64_t>(grown.entries);
    out["filling_s"] = grown.filling_s;
    out["relay_empty_per_s"] = grown.empty_per_s;
    out["relay_grown_per_s"] = grown.grown_per_s;
    out["empty_us"] = grown.empty_processor_us_each;
    out["grown_us"] = grown.grown_processor_us_each;
    out["relay_growth"] = grown.grown_per_s / grown.empty_per_s;
    return json::Value(std::move(out));
  }();
  return finish(measured, options.json, [](const json::Value& shown) {
    for (const auto& [name, value] : shown.as_object())
      std::printf("%-18s %.1f\n", std::string(name).c_str(), value.is_double() ? value.as_double() : static_cast<double>(value.as_int64()));
  });
}

}  // namespace warifu::app
