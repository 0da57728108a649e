#include "app/bench_exchange.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <unordered_map>

#include "app/bench_figures.h"
#include "app/bench_floor.h"
#include "app/bench_hub.h"
#include "app/bench_world.h"
#include "app/commands.h"
#include "app/demo_cases.h"
#include "app/demo_people.h"
#include "app/door.h"
#include "app/separate_houses.h"
#include "ledger/checkpoint.h"
#include "net/client.h"
#include "store/demo_customers.h"
#include "store/postgres.h"

namespace warifu::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kAgency = "kakuu-police.demo", kProvider = "portal.demo";
constexpr std::size_t kWarmUp = 200, kCustomers = 200, kFloorClients = 32, kProofsLooked = 2'000;
constexpr std::chrono::seconds kPatience{300};

std::atomic<bool> was_told_to_end{false};

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double real_of(const json::Value& value, std::string_view name) {
  const json::Value& member = value.as_object().at(name);
  return member.is_double() ? member.as_double() : static_cast<double>(member.to_number<std::int64_t>());
}

struct Load {
  std::size_t round_trips = 0;
  double seconds = 0, per_second = 0, leaves_each = 0;
  double agency_processor = 0, provider_processor = 0, hub_processor = 0;  // seconds of each process
  [[nodiscard]] double processor_ms_each() const {
    return 1000 * (agency_processor + provider_processor + hub_processor) / static_cast<double>(round_trips);
  }
  Latency whole, inquiry, answer;
};

struct Proofs {
  std::size_t count = 0, unproven = 0, incidents = 0;
  double p50_ms = 0, p99_ms = 0, max_ms = 0;
};

struct Figures {
  Machine machine;
  Load full, half;
  Proofs proofs;
  RoundTripWork work;
  FloorFigures floor;       // of round trips with as many messages as there were
  FloorFigures floor_four;  // with two messages and two receipts
  std::optional<RelayBenchFigures> growth;
};

// The driver in one node.
class Driver {
 public:
  explicit Driver(std::uint16_t port) : base_("http://127.0.0.1:" + std::to_string(port)) {}

  Status tell(const std::string& target) const {
    net::ClientOptions options;
    options.timeout = std::chrono::milliseconds(600'000);  // telling many inquiries takes its time
    TRY(answer_of(TRY(net::http_post(base_ + target, "text/plain", "", {}, options))));
    return {};
  }
  Result<json::Value> figures() const { return json::parse(TRY(answer_of(TRY(net::http_get(base_ + "/figures"))))); }
  Result<json::Value> proofs(std::size_t count) const {
    return json::parse(TRY(answer_of(TRY(net::http_get(base_ + "/proofs?count=" + std::to_string(count))))));
  }
  struct Times {
    std::int64_t begun = 0, applied = 0;
  };
  // Of everything since the last call.
  Result<std::unordered_map<std::string, Times>> times() const {
    const std::string text = TRY(answer_of(TRY(net::http_get(base_ + "/times"))));
    std::unordered_map<std::string, Times> out;
    for (std::string_view rest = text; !rest.empty();) {
      const std::string line(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(line.size() + 1);
      char* end = nullptr;
      Times one;
      one.begun = std::strtoll(line.c_str() + line.find(' '), &end, 10);
      one.applied = std::strtoll(end, nullptr, 10);
      out.emplace(line.substr(0, line.find(' ')), one);
    }
    return out;
  }

 private:
  static Result<std::string> answer_of(net::ClientAnswer answer) {
    if (answer.status >= 300) return tl::unexpected<Error>(net::problem_error(answer.status, answer.body));
    return std::move(answer.body);
  }
  std::string base_;
};

// A database of its own for each process, beside the one that is named.
Result<std::string> database_beside(const std::string& url, const std::string& name) {
  const auto server = TRY(store::open_postgres({.url = url, .schema = "warifu_bench", .access = store::Access::WRITE}));
  TRY(server->exec("CREATE DATABASE " + name));
  const std::size_t authority = url.find("://"), path = url.find('/', authority == std::string::npos ? 0 : authority + 3);
  if (authority == std::string::npos || path == std::string::npos)
    return fail(Code::CONFIG, "an address with a database", "--store", {{"expected", "postgresql://user@host:port/database"}});
  const std::size_t end = std::min(url.find('?', path), url.size());
  return url.substr(0, path + 1) + name + url.substr(end);
}

class ExchangeBench {
 public:
  explicit ExchangeBench(const ExchangeBenchCommand& command) : command_(command) {}

  Result<Figures> run() {
    Figures out;
    {
      TRY(start());
      TRY(play_the_story());
      TRY(load(kWarmUp, 0));
      out.full = TRY(load(command_.round_trips, 0));
      const double rate = std::max(1.0, out.full.per_second / 2);
      out.half = TRY(load(static_cast<std::size_t>(rate * command_.seconds), rate));
      out.proofs = TRY(proofs());
      out.work = TRY(work(out.full));
      houses_.reset();  // the floor has the machine for itself
    }
    const std::string folder = command_.data + "/floor";
    out.floor = TRY(exchange_floor(folder, command_.store_url, out.work, kFloorClients, command_.seconds));
    RoundTripWork four = out.work;
    four.messages = 4;
    out.floor_four = TRY(exchange_floor(folder, command_.store_url, four, kFloorClients, command_.seconds));
    if (command_.growth) {
      const std::string store = TRY(store_of("grown"));
      out.growth = TRY(bench_relay({.data = command_.data + "/grown", .store_url = store, .members = command_.members, .entries = command_.entries}));
    }
    return out;
  }

 private:
  [[nodiscard]] Result<std::string> store_of(const std::string& name) const {
    if (command_.store_url.empty()) return std::string();
    return database_beside(command_.store_url, "warifu_bench_" + name);
  }

  Status start() {
    HousesOptions options;
    options.data = command_.data + "/exchange";
    options.customers = kCustomers;
    options.hub_environment = {"WARIFU_HUB_MESSAGES_PER_MINUTE=10000000"};
    options.is_over = [] { return was_told_to_end.load(); };
    if (!command_.store_url.empty())
      options.store_urls = {{std::string(kHubName), TRY(store_of("hub"))},
                            {std::string(kAgency), TRY(store_of("agency"))},
                            {std::string(kProvider), TRY(store_of("provider"))}};
    TRY(make_directories_of(options.data));
    const std::uint16_t agency = TRY(free_port()), provider = TRY(free_port());
    options.more_arguments = {{std::string(kAgency), {"--bench-port", std::to_string(agency)}},
                              {std::string(kProvider), {"--bench-port", std::to_string(provider)}}};
    agency_.emplace(agency);
    provider_.emplace(provider);
    houses_.emplace(std::move(options));
    TRY(houses_->start_hub());
    for (const std::string_view org : {kAgency, kProvider}) TRY(houses_->start_node(*demo_organisation_named(org)));
    for (const std::string_view org : {kAgency, kProvider}) TRY(houses_->admit(std::string(org)));
    for (const std::string_view org : {kAgency, kProvider}) TRY(houses_->wait_until_ready(std::string(org)));
    return {};
  }
  static Status make_directories_of(const std::string& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    return failed ? Status(fail(Code::IO, "cannot make the folder", folder)) : Status{};
  }

  // By people at their desks, over the interface that browsers use: what the drivers tell anew.
  Status play_the_story() {
    RemoteDesk desks(houses_->houses(), [] { return was_told_to_end.load(); });
    TRY(desks.until([&] { return desks.knows_profile({kAgency, "tantou", party::Role::INVESTIGATOR}, kProvider); }, std::string(kProvider)));
    StageClock present;
    Stage stage(desks, present);
    const desk::DraftItem item =
        demo_item(demo_selector(text::SelectorType::ACCOUNT_ID, store::demo_account(42), std::string(kProvider)), {law::Category::K1},
                  "出品者の特定のため", "代金を支払ったが商品が届かないとの被害届3件の出品者であるため。");
    const MatterId matter = TRY(stage.inquire(kAgency, demo_draft(kAgency, "auction", kProvider, {item}), Stage::Step::DISPATCHED));
    TRY(stage.work(kProvider, matter, Stage::Work::RELEASED));
    TRY(desks.await_answer({kAgency, "tantou", party::Role::INVESTIGATOR}, matter));
    for (const Driver* driver : {&*agency_, &*provider_}) TRY(driver->tell("/story?matter=" + matter.hex()));
    return {};
  }

  Result<std::uint64_t> log_size() const {
    net::KeptClientOptions line;
    line.base_url = houses_->network().url;
    line.server_key = houses_->network().tls;
    net::KeptClient client(line);
    const net::ClientAnswer answer = TRY(client.send({"GET", "/log/checkpoint", {}, {}, {}}));
    return TRY(ledger::Checkpoint::parse(TRY(note::Note::parse(answer.body)).text)).size;
  }

  // Nothing on its way, and the log no longer grows.
  Result<std::uint64_t> settled_size() const {
    std::uint64_t last = TRY(log_size());
    for (const auto start = Clock::now(); since(start) < std::chrono::duration<double>(kPatience).count();) {
      std::this_thread::sleep_for(std::chrono::milliseconds(3'500));
      const std::uint64_t now = TRY(log_size());
      if (now == last && TRY(houses_->is_quiet())) return now;
      last = now;
    }
    return fail(Code::TIMEOUT, "messages are still on their way", "log");
  }

  // `rate`: round trips begun per second; 0: as many as the window lets.
  Result<Load> load(std::size_t count, double rate) {
    const std::uint64_t before = TRY(settled_size());
    TRY(agency_->tell("/make?count=" + std::to_string(count)));
    TRY(agency_->times());
    TRY(provider_->times());
    const json::Value agency_before = TRY(agency_->figures()), provider_before = TRY(provider_->figures());
    const double hub_before = houses_->hub_processor_seconds();
    const double target = real_of(agency_before, "over") + static_cast<double>(count);
    TRY(agency_->tell("/run?count=" + std::to_string(count) + "&rate=" + std::to_string(static_cast<std::size_t>(rate)) +
                      "&window=" + std::to_string(command_.window)));
    json::Value agency_after;
    for (const auto start = Clock::now();;) {
      if (was_told_to_end) return fail(Code::CANCELLED, "the bench was ended");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      agency_after = TRY(agency_->figures());
      if (real_of(agency_after, "failures") > 0) return fail(Code::INTERNAL, "an inquiry could not be committed", "agency");
      if (real_of(agency_after, "over") >= target) break;
      if (Clock::now() - start > kPatience + std::chrono::seconds(static_cast<int>(command_.seconds)))
        return fail(Code::TIMEOUT, "not every inquiry was answered", "agency");
    }
    const json::Value provider_after = TRY(provider_->figures());
    if (real_of(provider_after, "failures") > 0) return fail(Code::INTERNAL, "an answer could not be committed", "provider");
    Load out;
    out.round_trips = count;
    out.agency_processor = real_of(agency_after, "processor_seconds") - real_of(agency_before, "processor_seconds");
    out.provider_processor = real_of(provider_after, "processor_seconds") - real_of(provider_before, "processor_seconds");
    out.hub_processor = houses_->hub_processor_seconds() - hub_before;
    const auto agency = TRY(agency_->times()), provider = TRY(provider_->times());
    std::vector<double> whole, inquiry, answer;
    std::int64_t first = INT64_MAX, last = 0;
    for (const auto& [matter, one] : agency) {
      const auto there = provider.find(matter);
      if (one.applied == 0 || there == provider.end()) continue;
      first = std::min(first, one.begun);
      last = std::max(last, one.applied);
      whole.push_back(static_cast<double>(one.applied - one.begun) / 1e9);
      inquiry.push_back(static_cast<double>(there->second.applied - one.begun) / 1e9);
      answer.push_back(static_cast<double>(one.applied - there->second.applied) / 1e9);
    }
    if (whole.size() != count) return fail(Code::INTERNAL, "not every round trip was seen on both sides", "times");
    out.seconds = static_cast<double>(last - first) / 1e9;
    out.per_second = static_cast<double>(count) / out.seconds;
    out.whole = latency_of("inquiry committed to answer applied", std::move(whole));
    out.inquiry = latency_of("inquiry committed to applied by the provider", std::move(inquiry));
    out.answer = latency_of("inquiry applied to answer applied by the agency", std::move(answer));
    out.leaves_each = static_cast<double>(TRY(settled_size()) - before) / static_cast<double>(count);
    return out;
  }

  Result<Proofs> proofs() const {
    Proofs out;
    // Every leaf is looked for within a few seconds; what is not there then is not there.
    for (const auto start = Clock::now(); since(start) < 30;) {
      out = {};
      for (const Driver* driver : {&*agency_, &*provider_}) {
        const json::Value seen = TRY(driver->proofs(kProofsLooked));
        out.count += static_cast<std::size_t>(real_of(seen, "count"));
        out.unproven += static_cast<std::size_t>(real_of(seen, "unproven"));
        out.incidents += static_cast<std::size_t>(real_of(seen, "incidents"));
        out.p50_ms = std::max(out.p50_ms, real_of(seen, "p50_ms"));
        out.p99_ms = std::max(out.p99_ms, real_of(seen, "p99_ms"));
        out.max_ms = std::max(out.max_ms, real_of(seen, "max_ms"));
      }
      if (out.unproven == 0) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    return out;
  }

  // The provider signs its acts while it is measured, and its node two more: received and verified. What crosses is verified over there.
  Result<RoundTripWork> work(const Load& full) const {
    RoundTripWork out;
    out.messages = full.leaves_each;
    const json::Value agency = TRY(agency_->figures()), provider = TRY(provider_->figures());
    out.signatures = static_cast<std::size_t>(real_of(provider, "signatures")) + 2;
    out.verifications = static_cast<std::size_t>(real_of(agency, "signatures_that_cross") + real_of(provider, "signatures_that_cross")) + 1;
    return out;
  }

  const ExchangeBenchCommand& command_;
  std::optional<SeparateHouses> houses_;
  std::optional<Driver> agency_, provider_;
};

json::Value load_json(const Load& load) {
  return json::Object{{"round_trips", load.round_trips},
                      {"seconds", load.seconds},
                      {"per_second", load.per_second},
                      {"leaves_each", load.leaves_each},
                      {"agency_processor_seconds", load.agency_processor},
                      {"provider_processor_seconds", load.provider_processor},
                      {"hub_processor_seconds", load.hub_processor},
                      {"processor_ms_each", load.processor_ms_each()},
                      {"latencies", json::encode(std::vector<Latency>{load.whole, load.inquiry, load.answer})}};
}

json::Value figures_json(const ExchangeBenchCommand& command, const Figures& figures) {
  json::Object out{{"store", command.store_url.empty() ? "SQLite" : "PostgreSQL"},
                   {"machine", json::encode(figures.machine)},
                   {"full", load_json(figures.full)},
                   {"half", load_json(figures.half)},
                   {"floor_per_second", figures.floor.per_second},
                   {"floor_processor_ms_each", figures.floor.processor_ms_each},
                   {"floor_of_four_per_second", figures.floor_four.per_second},
                   {"ratio", figures.full.per_second / figures.floor.per_second},
                   {"ratio_to_four", figures.full.per_second / figures.floor_four.per_second},
                   {"ratio_of_processor_time", figures.floor.processor_ms_each / figures.full.processor_ms_each()},
                   {"proofs", json::Object{{"count", figures.proofs.count},
                                           {"unproven", figures.proofs.unproven},
                                           {"incidents", figures.proofs.incidents},
                                           {"p50_ms", figures.proofs.p50_ms},
                                           {"p99_ms", figures.proofs.p99_ms},
                                           {"max_ms", figures.proofs.max_ms}}}};
  if (figures.growth)
    out["growth"] = json::Object{{"members", figures.growth->members},
                                 {"entries", figures.growth->entries},
                                 {"empty_per_second", figures.growth->empty_per_s},
                                 {"grown_per_second", figures.growth->grown_per_s},
                                 {"empty_processor_us", figures.growth->empty_processor_us_each},
                                 {"grown_processor_us", figures.growth->grown_processor_us_each},
                                 {"ratio", figures.growth->grown_per_s / figures.growth->empty_per_s}};
  return out;
}

void print(const ExchangeBenchCommand& command, const Figures& figures) {
  print_machine(figures.machine, command.store_url.empty() ? "SQLite" : "PostgreSQL");
  const auto line = [](const Latency& latency) {
    std::printf("  %-52s %9.1f %9.1f %9.1f\n", latency.what.c_str(), latency.p50_ms, latency.p95_ms, latency.p99_ms);
  };
  std::printf("\nround trips, at most %zu open   %8.1f/s   %.1f leaves each, %.0f leaves/s\n", command.window, figures.full.per_second,
              figures.full.leaves_each, figures.full.per_second * figures.full.leaves_each);
  std::printf("its floor                      %8.1f/s   ratio %.2f   (%.1f messages, %zu signatures and %zu verifications of acts)\n",
              figures.floor.per_second, figures.full.per_second / figures.floor.per_second, figures.work.messages, figures.work.signatures,
              figures.work.verifications);
  std::printf("floor of 4 leaves              %8.1f/s   ratio %.2f\n", figures.floor_four.per_second,
              figures.full.per_second / figures.floor_four.per_second);
  const double count = static_cast<double>(figures.full.round_trips);
  std::printf("processor time of each         %8.1f ms   agency %.1f, provider %.1f, hub %.1f; floor %.1f   ratio %.2f\n",
              figures.full.processor_ms_each(), 1000 * figures.full.agency_processor / count, 1000 * figures.full.provider_processor / count,
              1000 * figures.full.hub_processor / count, figures.floor.processor_ms_each,
              figures.floor.processor_ms_each / figures.full.processor_ms_each());
  std::printf("\n  %-52s %9s %9s %9s\n", "at full load, ms", "p50", "p95", "p99");
  for (const Latency* latency : {&figures.full.whole, &figures.full.inquiry, &figures.full.answer}) line(*latency);
  char half[64];
  std::snprintf(half, sizeof half, "at half load (%.0f/s), ms", figures.half.per_second);
  std::printf("\n  %-52s %9s %9s %9s\n", half, "p50", "p95", "p99");
  for (const Latency* latency : {&figures.half.whole, &figures.half.inquiry, &figures.half.answer}) line(*latency);
  std::printf("\nproof of inclusion after the promise   p50 %.1f s, p99 %.1f s, longest %.1f s; %zu messages, %zu unproven, %zu incidents\n",
              figures.proofs.p50_ms / 1000, figures.proofs.p99_ms / 1000, figures.proofs.max_ms / 1000, figures.proofs.count, figures.proofs.unproven,
              figures.proofs.incidents);
  if (figures.growth)
    std::printf("relay, empty hub %.0f/s (%.0f us of processor); %zu members and %llu entries %.0f/s (%.0f us)   ratio %.2f\n",
                figures.growth->empty_per_s, figures.growth->empty_processor_us_each, figures.growth->members,
                static_cast<unsigned long long>(figures.growth->entries), figures.growth->grown_per_s, figures.growth->grown_processor_us_each,
                figures.growth->grown_per_s / figures.growth->empty_per_s);
}

Machine machine_for(const ExchangeBenchCommand& command) {
  std::string line = "warifu bench exchange --round-trips " + std::to_string(command.round_trips) + " --window " + std::to_string(command.window) +
                     " --seconds " + std::to_string(static_cast<int>(command.seconds));
  if (command.growth) line += " --members " + std::to_string(command.members) + " --entries " + std::to_string(command.entries);
  if (!command.growth) line += " --no-growth";
  if (!command.store_url.empty()) line += " --store postgresql://…";
  return machine_of(std::move(line));
}

}  // namespace

int run_bench_exchange(const ExchangeBenchCommand& command) {
  struct sigaction told{};
  told.sa_handler = [](int) { was_told_to_end = true; };
  struct sigaction before_int{}, before_term{};
  ::sigaction(SIGINT, &told, &before_int);
  ::sigaction(SIGTERM, &told, &before_term);
  const auto measured = [&]() -> Result<Figures> {
    std::error_code ignored;
    if (std::filesystem::exists(command.data, ignored) && !std::filesystem::is_empty(command.data, ignored))
      return fail(Code::CONFLICT, "the folder is not empty; choose another or remove it", command.data);
    if (!command.store_url.empty() && !is_postgres_url(command.store_url))
      return fail(Code::CONFIG, "not an address of PostgreSQL", "--store", {{"expected", "postgresql://…"}});
    const Machine machine = machine_for(command);
    Figures out = TRY(ExchangeBench(command).run());
    out.machine = machine;
    return out;
  }();
  ::sigaction(SIGINT, &before_int, nullptr);
  ::sigaction(SIGTERM, &before_term, nullptr);
  if (!measured) return report(measured.error(), command.json);
  if (command.json)
    std::printf("%s\n", json::pretty(figures_json(command, *measured)).c_str());
  else
    print(command, *measured);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace warifu::app
