#include "app/bench.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <thread>

#include "app/commands.h"
#include "app/demo.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "store/office_store.h"
#include "store/pool.h"
#include "store/postgres.h"
#include "store/sqlite.h"

namespace warifu::app {

namespace {

using Clock = std::chrono::steady_clock;
using desk::Caller;
using inquiry::SignedAct;
using party::Role;

constexpr std::size_t kActsEach = 10;
constexpr std::size_t kDemoCustomers = 200;
constexpr std::size_t kLoaders = 16;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Latency {
  std::string what;
  double p50_ms = 0, p95_ms = 0, p99_ms = 0;
  std::size_t count = 0;
};

Latency latency_of(std::string what, std::vector<double> seconds_each) {
  std::ranges::sort(seconds_each);
  const auto at = [&](double q) {
    return seconds_each.empty()
               ? 0
               : 1000 * seconds_each[std::min(seconds_each.size() - 1, static_cast<std::size_t>(q * static_cast<double>(seconds_each.size())))];
  };
  return {std::move(what), at(0.50), at(0.95), at(0.99), seconds_each.size()};
}

// A matter that was really played, cut into texts in which ids, hashes and names can be exchanged.
struct Template {
  std::vector<SignedAct> acts;  // in fold order, the first ten
  std::string account, document_number;
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

std::string numbered(std::size_t n) {
  char text[24];
  std::snprintf(text, sizeof text, "%07zu", n);
  return text;
}

// The same story about another account, under another number: ids, hashes, body digests and the organisation's signature are all made anew.
Result<std::vector<SignedAct>> clone(const Template& from, std::size_t n, const note::Signer& signer, std::mt19937_64& random) {
  std::vector<SignedAct> out;
  std::vector<std::pair<std::string, std::string>> exchanged;
  const MatterId matter = MatterId::random();
  const Duration shift = minutes(static_cast<std::int64_t>(random() % (365 * 24 * 60)));
  for (const SignedAct& original : from.acts) {
    inquiry::Act act = original.act;
    act.id = ActId::random();
    act.matter = matter;
    act.at = act.at - shift;
    for (Sha256& head : act.after)
      for (std::size_t i = 0; i < out.size(); ++i)
        if (head == from.acts[i].hash) head = out[i].hash;
    std::ranges::sort(act.after);
    std::string body = original.body.value_or("{}");
    for (const auto& [old_hash, new_hash] : exchanged) replace_all(body, old_hash, new_hash);
    replace_all(body, from.account, "rei" + numbered(n));
    replace_all(body, from.document_number, "架警サ発令8第B" + std::to_string(n) + "号");
    act.body = crypto::sha256(bytes_of(body));
    act.body_bytes = body.size();
    SignedAct made;
    made.act = act;
    made.note.text = act.text();
    made.hash = inquiry::act_hash(made.note.text);
    made.note.signatures.push_back(TRY(signer.sign(made.note.text)));
    made.body = std::move(body);
    exchanged.emplace_back(original.hash.hex(), made.hash.hex());
    out.push_back(std::move(made));
  }
  return out;
}

struct World {
  std::unique_ptr<Demo> demo;
  party::Organisation self;
  std::shared_ptr<store::OfficeStore> store;
  std::unique_ptr<desk::Office> office;
  Template story;
  Caller officer, registrar;
  std::vector<MatterId> matters;
};

bool is_postgres(const std::string& url) { return url.starts_with("postgres"); }

Result<std::unique_ptr<World>> make_world(const BenchCommand& command) {
  auto world = std::make_unique<World>();
  world->demo = TRY(Demo::open(command.data + "/demo", {}, "http://localhost", {.customers = kDemoCustomers, .with_waiting = false}));
  Node& node = world->demo->node();
  Hosted* from = node.hosted().front();
  world->self = from->organisation;
  const std::vector<DemoMatter> matters = TRY(world->demo->matters());
  const std::string number = matters.front().number.substr(matters.front().number.find(':') + 1);
  const std::optional<MatterId> matter = TRY(from->store->matter_by_number(number));
  if (!matter) return fail(Code::INTERNAL, "the demo has no first case");
  const std::vector<SignedAct> acts = TRY(from->store->acts(*matter));
  const inquiry::MatterState state = inquiry::fold(acts);
  for (const Sha256& hash : state.order) {
    if (world->story.acts.size() == kActsEach) break;
    world->story.acts.push_back(*std::ranges::find(acts, hash, &SignedAct::hash));
  }
  world->story.account = "rei000042";
  world->story.document_number = number;
  TRY(make_directories(command.data + "/bench", 0700));
  world->store =
      TRY(store::OfficeStore::open({.url = is_postgres(command.store_url) ? command.store_url : "sqlite:" + command.data + "/bench/office.sqlite",
                                    .schema = "warifu_bench",
                                    .organisation = world->self.id,
                                    .side = world->self.side,
                                    .files_dir = command.data + "/bench/files"}));
  desk::OfficeParts parts;
  parts.self = world->self;
  parts.store = world->store;
  parts.directory = std::shared_ptr<desk::Directory>(&node.directory(), [](desk::Directory*) {});
  parts.law = std::shared_ptr<const law::Catalogue>(&law::Catalogue::built_in(), [](const law::Catalogue*) {});
  parts.signer = from->signer;
  world->office = std::make_unique<desk::Office>(std::move(parts));
  for (const char* book : {"unit", "person", "case"})
    for (const desk::BookEntry& entry : TRY(from->store->book(book)))
      TRY(world->office->put_entry_as_node(entry.book, entry.id, entry.key, TRY(json::parse(entry.value))));
  for (const party::Person& person : TRY(world->office->people())) {
    if (person.login == "tantou") world->officer = {person.id, Role::INVESTIGATOR};
    if (person.login == "shomu") world->registrar = {person.id, Role::REGISTRAR};
  }
  return world;
}

// Commits of whole matters from several threads, as fast as the store takes them.
Result<double> load(World& world, const note::Signer& signer, std::size_t until) {
  const auto start = Clock::now();
  const std::size_t first = world.matters.size();
  world.matters.resize(until);
  std::atomic<std::size_t> next{first};
  std::atomic<bool> failed{false};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kLoaders; ++t)
    threads.emplace_back([&, t] {
      std::mt19937_64 random(until * 97 + t);
      for (std::size_t n = next++; n < until && !failed; n = next++) {
        Result<std::vector<SignedAct>> acts = clone(world.story, n, signer, random);
        if (!acts) {
          failed = true;
          return;
        }
        desk::Commit commit;
        commit.matter = acts->front().act.matter;
        commit.projection = inquiry::project(world.self.id, world.self.side, *acts, inquiry::fold(*acts));
        world.matters[n] = commit.matter;
        commit.acts = std::move(*acts);
        if (!world.store->commit(std::move(commit))) failed = true;
      }
    });
  for (std::thread& thread : threads) thread.join();
  if (failed) return fail(Code::INTERNAL, "loading failed");
  return since(start);
}

template <class F>
Result<Latency> measure(std::string what, double for_seconds, const F& action) {
  std::vector<double> each;
  for (int warm = 0; warm < 3; ++warm) TRY(action());
  const auto start = Clock::now();
  while (since(start) < for_seconds && each.size() < 20'000) {
    const auto begin = Clock::now();
    TRY(action());
    each.push_back(since(begin));
  }
  return latency_of(std::move(what), std::move(each));
}

Result<std::vector<Latency>> measure_reads(World& world, double for_seconds) {
  std::mt19937_64 random(7);
  const std::size_t count = world.matters.size();
  const auto any = [&] { return random() % count; };
  std::vector<Latency> out;
  const auto listed = [&](desk::MatterQuery query) -> Status {
    TRY(world.office->list(world.officer, std::move(query)));
    return {};
  };
  out.push_back(TRY(measure("list, newest 50", for_seconds, [&]() -> Status { return listed({}); })));
  out.push_back(TRY(measure("list, open and answered, by due date", for_seconds, [&]() -> Status {
    desk::MatterQuery query;
    query.states = {inquiry::State::ANSWERED};
    query.is_open = true;
    query.sort = desk::Sort::DUE;
    return listed(std::move(query));
  })));
  out.push_back(TRY(measure("list, third page", for_seconds, [&]() -> Status {
    desk::MatterQuery query;
    for (int page = 0; page < 2; ++page) query.cursor = TRY(world.office->list(world.officer, query)).next;
    return listed(std::move(query));
  })));
  out.push_back(TRY(measure("desk of one person", for_seconds, [&]() -> Status {
    TRY(world.office->desk(world.officer));
    return {};
  })));
  out.push_back(TRY(measure("search by number", for_seconds, [&]() -> Status {
    desk::MatterQuery query;
    query.number = "架警サ発令8第B" + std::to_string(any());
    return listed(std::move(query));
  })));
  out.push_back(TRY(measure("search by selector", for_seconds, [&]() -> Status {
    desk::MatterQuery query;
    query.text = "rei" + numbered(any());
    return listed(std::move(query));
  })));
  out.push_back(TRY(measure("search by two characters that stand everywhere", for_seconds, [&]() -> Status {
    desk::MatterQuery query;
    query.text = "詐欺";
    return listed(std::move(query));
  })));
  out.push_back(TRY(measure("search by what is nowhere", for_seconds, [&]() -> Status {
    desk::MatterQuery query;
    query.text = "蜃気楼の城";
    return listed(std::move(query));
  })));
  out.push_back(TRY(measure("open a matter", for_seconds, [&]() -> Status {
    TRY(world.office->peek(world.officer, world.matters[any()]));
    return {};
  })));
  return out;
}

// `clients` threads call `action(client, n)` for some seconds; operations per second.
template <class F>
Result<double> rate(std::size_t clients, double for_seconds, const F& action) {
  std::atomic<bool> stop{false}, failed{false};
  std::atomic<std::size_t> done{0};
  std::vector<std::thread> threads;
  const auto start = Clock::now();
  for (std::size_t client = 0; client < clients; ++client)
    threads.emplace_back([&, client] {
      for (std::size_t n = 0; !stop && !failed; ++n) {
        const Status status = action(client, n);
        if (!status) {
          std::fprintf(stderr, "warifu bench: %s\n", status.error().message.c_str());
          failed = true;
        }
        ++done;
      }
    });
  while (since(start) < for_seconds && !failed) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const double took = since(start);
  if (failed) return fail(Code::INTERNAL, "an operation failed");
  return static_cast<double>(done) / took;
}

struct Commands {
  double per_second = 0, floor_per_second = 0;
  std::size_t bytes = 0;
};

// The floor of a command: its hashes, its signature and a durable commit of the same bytes, by as many clients, through the same group commit.
Result<double> measure_floor(const BenchCommand& command, const note::Signer& signer, std::size_t bytes) {
  const std::string file = command.data + "/bench/floor.sqlite";
  store::Engine::Open open = [&](store::Access access) -> Result<std::unique_ptr<store::Database>> {
    if (is_postgres(command.store_url)) return store::open_postgres({.url = command.store_url, .schema = "warifu_bench_floor", .access = access});
    return store::open_sqlite({.file = file, .access = access});
  };
  const bool sqlite = !is_postgres(command.store_url);
  store::Engine::Options options;
  options.prepare = [sqlite](store::Database& database) {
    return database.exec(sqlite ? "CREATE TABLE IF NOT EXISTS floor(seq INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT"
                                : "CREATE TABLE IF NOT EXISTS floor(seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content BYTEA NOT NULL)");
  };
  const std::unique_ptr<store::Engine> engine = TRY(store::Engine::create(std::move(open), std::move(options)));
  const std::string content(bytes, 'x');
  return rate(command.clients, command.seconds, [&](std::size_t, std::size_t) -> Status {
    const Sha256 body = crypto::sha256(bytes_of(content));
    const std::string text = body.hex() + "\n";
    TRY(signer.sign(text));
    (void)crypto::sha256(bytes_of(text));
    return engine->write([&](store::Database& database) -> Status {
      TRY(database.run("INSERT INTO floor(content) VALUES ($1)", bytes_of(content)));
      return {};
    });
  });
}

Result<Commands> measure_commands(World& world, const BenchCommand& command, const note::Signer& signer) {
  Commands out;
  std::atomic<std::size_t> next{0};
  const std::size_t count = world.matters.size();
  out.per_second = TRY(rate(command.clients, command.seconds, [&](std::size_t, std::size_t) -> Status {
    TRY(world.office->feedback(world.officer, world.matters[(next++ * 7919) % count], {inquiry::Outcome::STILL_INVESTIGATING, "確認中です。"}));
    return {};
  }));
  // What such a command writes: the act and its body, the row that lists read, the line of the outbox.
  const std::vector<SignedAct> acts = TRY(world.store->acts(world.matters[0]));
  const SignedAct& last = acts.back();
  out.bytes = last.note.serialise().size() + last.body.value_or("").size() + 600;
  out.floor_per_second = TRY(measure_floor(command, signer, out.bytes));
  return out;
}

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return static_cast<std::size_t>(std::strtoull(line.c_str() + 6, nullptr, 10));
  return 0;
}

void print_table(const std::vector<Latency>& small, const std::vector<Latency>& large, std::size_t small_count, std::size_t large_count) {
  std::printf("\n%-50s %12zu inquiries %16zu inquiries %8s\n", "", small_count, large_count, "growth");
  std::printf("%-50s %10s %10s %12s %10s\n", "", "p50 ms", "p95 ms", "p50 ms", "p95 ms");
  for (std::size_t i = 0; i < large.size(); ++i)
    std::printf("%-50s %10.2f %10.2f %12.2f %10.2f %10.2fx\n", large[i].what.c_str(), small[i].p50_ms, small[i].p95_ms, large[i].p50_ms,
                large[i].p95_ms, small[i].p95_ms > 0 ? large[i].p95_ms / small[i].p95_ms : 0.0);
}

json::Array latencies_json(const std::vector<Latency>& latencies) {
  json::Array out;
  for (const Latency& l : latencies)
    out.push_back(json::Object{{"what", l.what}, {"p50_ms", l.p50_ms}, {"p95_ms", l.p95_ms}, {"p99_ms", l.p99_ms}, {"count", l.count}});
  return out;
}

Status bench(const BenchCommand& command) {
  const std::size_t idle_kib = resident_kib();
  const std::unique_ptr<World> world = TRY(make_world(command));
  const std::shared_ptr<const note::Signer> signer = world->demo->node().hosted().front()->signer;
  const std::size_t node_kib = resident_kib();
  const std::size_t small = std::min(command.small, command.inquiries);
  double loaded = TRY(load(*world, *signer, small));
  const std::vector<Latency> before = TRY(measure_reads(*world, command.seconds));
  loaded += TRY(load(*world, *signer, command.inquiries));
  const std::vector<Latency> after = TRY(measure_reads(*world, command.seconds));
  const auto start = Clock::now();
  TRY(world->office->rebuild(false));
  const double rebuilt = static_cast<double>(command.inquiries * kActsEach) / since(start);
  const Commands commands = TRY(measure_commands(*world, command, *signer));
  if (command.json) {
    std::printf("%s\n", json::pretty(json::Object{{"store", is_postgres(command.store_url) ? "PostgreSQL" : "SQLite"},
                                                  {"inquiries", command.inquiries},
                                                  {"acts", command.inquiries * kActsEach},
                                                  {"loaded_per_second", static_cast<double>(command.inquiries) / loaded},
                                                  {"small", latencies_json(before)},
                                                  {"large", latencies_json(after)},
                                                  {"rebuild_acts_per_second", rebuilt},
                                                  {"commands_per_second", commands.per_second},
                                                  {"floor_per_second", commands.floor_per_second},
                                                  {"clients", command.clients},
                                                  {"start_kib", idle_kib},
                                                  {"idle_node_kib", node_kib}})
                            .c_str());
    return {};
  }
  std::printf("%s, %ld processors, %zu inquiries of %zu acts, loaded at %.0f inquiries/s\n", is_postgres(command.store_url) ? "PostgreSQL" : "SQLite",
              sysconf(_SC_NPROCESSORS_ONLN), command.inquiries, kActsEach, static_cast<double>(command.inquiries) / loaded);
  print_table(before, after, small, command.inquiries);
  std::printf("\nrebuild of projections   %10.0f acts/s\n", rebuilt);
  std::printf("durable command          %10.0f /s with %zu clients\n", commands.per_second, command.clients);
  std::printf("its floor                %10.0f /s (hashes, signature, durable commit of %zu bytes; same clients)   ratio %.2f\n",
              commands.floor_per_second, commands.bytes, commands.per_second / commands.floor_per_second);
  std::printf("memory of an idle node   %10zu KiB (seven organisations)\n", node_kib);
  return {};
}

}  // namespace

int run_bench_inquiry(const BenchCommand& command) {
  const Status done = bench(command);
  return done ? 0 : report(done.error(), command.json);
}

}  // namespace warifu::app
