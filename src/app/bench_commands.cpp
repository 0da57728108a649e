#include "app/bench_commands.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>
#include <vector>

#include "app/bench_figures.h"
#include "app/bench_floor.h"
#include "crypto/hash.h"
#include "store/matter_row.h"

namespace warifu::app {

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// `clients` threads call `action(client, n)` for some seconds.
template <class F>
Result<Rate> rate(store::Engine& engine, std::size_t clients, double for_seconds, const F& action) {
  std::atomic<bool> stop{false}, has_failed{false};
  std::atomic<std::size_t> done{0};
  std::vector<std::thread> threads;
  const auto before = engine.counters().writer;
  const double processor = processor_seconds();
  const auto start = Clock::now();
  for (std::size_t client = 0; client < clients; ++client)
    threads.emplace_back([&, client] {
      for (std::size_t n = 0; !stop && !has_failed; ++n) {
        const Status status = action(client, n);
        if (!status) {
          std::fprintf(stderr, "warifu bench: %s\n", status.error().message.c_str());
          has_failed = true;
        }
        ++done;
      }
    });
  while (since(start) < for_seconds && !has_failed) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const double took = since(start);
  if (has_failed) return fail(Code::INTERNAL, "an operation failed");
  const auto after = engine.counters().writer;
  const auto count = static_cast<double>(done);
  return Rate{count / took, static_cast<double>(after.jobs - before.jobs) / static_cast<double>(after.batches - before.batches),
              1000 * (processor_seconds() - processor) / count};
}

// Answered inquiries for commands to be given on.
class Given {
 public:
  // Each other than the ones before, anywhere in the store: what nobody has looked at since the program began.
  static Given anywhere(BenchWorld& world) { return Given(world, {}); }
  // As people work: on what they opened just before. Each client has its own.
  static Result<Given> opened(BenchWorld& world, std::size_t clients) {
    Given out(world, {});
    std::vector<BenchInquiry> opened;
    for (std::size_t i = 0; i < clients * std::max<std::size_t>(1, kOpened / clients); ++i) {
      opened.push_back(out.next());
      TRY(world.office().peek(world.officer(opened.back().unit, opened.back().officer), opened.back().matter));
    }
    return Given(world, std::move(opened));
  }
  BenchInquiry of(std::size_t client, std::size_t n, std::size_t clients) {
    return opened_.empty() ? next() : opened_[(client + n * clients) % opened_.size()];
  }

 private:
  static constexpr std::size_t kOpened = 256;
  Given(BenchWorld& world, std::vector<BenchInquiry> opened) : world_(&world), opened_(std::move(opened)) {}
  BenchInquiry next() {
    static std::atomic<std::size_t> next{0};
    for (;;) {
      BenchInquiry about = world_->inquiry((next++ * 7919) % world_->inquiries());
      if (about.is_answered) return about;
    }
  }

  BenchWorld* world_;
  std::vector<BenchInquiry> opened_;
};

}  // namespace

// The floor of a command: its hashes, its signature, and a durable commit of the same bytes in one row, by as many clients through the same
// group commit, as many to a flush as the commands were.
Result<Commands> measure_commands(BenchWorld& world, const BenchCommand& command, std::size_t clients, bool is_opened) {
  Commands out;
  out.on = is_opened ? "just opened" : "anywhere";
  out.clients = clients;
  Given given = is_opened ? TRY(Given::opened(world, clients)) : Given::anywhere(world);
  BenchInquiry last;
  out.command = TRY(rate(world.store().engine(), clients, command.seconds, [&](std::size_t client, std::size_t n) -> Status {
    const BenchInquiry about = given.of(client, n, clients);
    TRY(world.office().feedback(world.officer(about.unit, about.officer), about.matter, {inquiry::Outcome::STILL_INVESTIGATING, "確認中です。"}));
    if (client == 0) last = about;
    return {};
  }));
  // What such a command writes: the act and its body, the row that lists read, the line of the outbox.
  const auto acts = TRY(world.store().acts(last.matter));
  constexpr std::size_t kOutboxRow = 16 + 32 + 11 + 24;
  out.bytes = acts.back().note.serialise().size() + acts.back().body.value_or("").size() +
              store::encode_row(TRY(world.store().row(last.matter))).size() + kOutboxRow;
  const std::string content(out.bytes, 'x'), body = acts.back().body.value_or(""), text = acts.back().note.text;
  const auto batch = static_cast<std::size_t>(std::max(1.0, std::round(out.command.batch)));
  const std::unique_ptr<store::Engine> floor = TRY(floor_engine(command.data, command.store_url, "floor", batch));
  out.floor = TRY(rate(*floor, clients, command.seconds, [&](std::size_t, std::size_t) -> Status {
    static_cast<void>(crypto::sha256(bytes_of(body)));
    static_cast<void>(crypto::sha256(bytes_of(text)));
    TRY(world.signer().sign(text));
    return floor->write([&](store::Database& database) -> Status {
      TRY(database.run("INSERT INTO floor(content) VALUES ($1)", bytes_of(content)));
      return {};
    });
  }));
  return out;
}

json::Value to_json(const Commands& c) {
  return json::Object{{"on", c.on},
                      {"clients", c.clients},
                      {"bytes", c.bytes},
                      {"commands_per_second", c.command.per_second},
                      {"commands_in_a_batch", c.command.batch},
                      {"command_processor_ms", c.command.processor_ms},
                      {"floor_per_second", c.floor.per_second},
                      {"floor_in_a_batch", c.floor.batch},
                      {"floor_processor_ms", c.floor.processor_ms},
                      {"ratio", c.ratio()},
                      {"processor_ratio", c.processor_ratio()}};
}

void print_commands(const Commands& c) {
  std::printf(
      "durable command, matters %-11s, %2zu clients  %6.0f/s (%.1f to a flush, %.2f ms of processors)   floor %6.0f/s (%.1f to a flush, %.2f ms, "
      "%zu bytes)   ratio %.2f, of processors %.2f\n",
      c.on.c_str(), c.clients, c.command.per_second, c.command.batch, c.command.processor_ms, c.floor.per_second, c.floor.batch, c.floor.processor_ms,
      c.bytes, c.ratio(), c.processor_ratio());
}

}  // namespace warifu::app
