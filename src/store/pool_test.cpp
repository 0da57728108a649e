#include "store/pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "store/migrate.h"
#include "store/postgres.h"
#include "store/testing_engines.h"
#include "store/testing_postgres.h"

namespace warifu::store {
namespace {

Status make_table(Database& db) {
  const bool sqlite = db.engine() == EngineKind::SQLITE;
  const std::string integer = sqlite ? "INTEGER" : "BIGINT";
  return db.exec("CREATE TABLE t (id " + integer + " PRIMARY KEY, of " + integer + " REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)" +
                 (sqlite ? " STRICT" : ""));
}

std::unique_ptr<Engine> engine_of(TestStore& store, Engine::Options options = {}) {
  store.fresh();
  options.prepare = make_table;
  return Engine::create([&store](Access access) -> Result<std::unique_ptr<Database>> { return store.connect(access); }, std::move(options)).value();
}

WriteJob insert(std::int64_t id, std::optional<std::int64_t> of = std::nullopt) {
  return [=](Database& db) -> Status {
    TRY(db.run("INSERT INTO t (id, of) VALUES ($1, $2)", id, of));
    return {};
  };
}

Result<std::int64_t> sum(Database& db) { return one_value<std::int64_t>(db, "SELECT coalesce(sum(id), 0) FROM t"); }

// Submits all jobs while the writer is held up, so that they make one batch; their answers in order.
std::vector<Status> run_together(Engine& engine, const std::vector<WriteJob>& jobs) {
  std::promise<void> started, may_go;
  auto go = may_go.get_future().share();
  REQUIRE(engine.submit(
      [&started, go](Database&) -> Status {
        started.set_value();
        go.wait();
        return {};
      },
      {}));
  started.get_future().wait();
  std::vector<std::promise<Status>> answers(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i)
    REQUIRE(engine.submit(jobs[i], [&answers, i](Status status) { answers[i].set_value(std::move(status)); }));
  const auto before = engine.counters().writer.batches;
  may_go.set_value();
  std::vector<Status> out;
  for (auto& answer : answers) out.push_back(answer.get_future().get());
  CHECK(engine.counters().writer.batches <= before + 2);
  return out;
}

TEST_CASE("write gives back what its function found out, and read sees it afterwards") {
  for_both_engines([](TestStore& store) {
    auto engine = engine_of(store);
    CHECK(engine->write(insert(7)).has_value());
    const Result<std::string> word = engine->write([](Database& db) -> Result<std::string> {
      TRY(db.run("INSERT INTO t (id) VALUES (8)"));
      return std::to_string(TRY(sum(db)));
    });
    CHECK(word.value() == "15");
    CHECK(engine->read(sum).value() == 15);
    CHECK(engine->write(insert(7)).error().code == Code::CONFLICT);
    CHECK(engine->read([](Database& db) -> Result<std::int64_t> { return db.run("INSERT INTO t (id) VALUES (9)"); }).has_value() == false);
    CHECK(engine->read(sum).value() == 15);
  });
}

TEST_CASE("of a batch, the failing job is undone alone, whatever it did before it failed") {
  for_both_engines([](TestStore& store) {
    auto engine = engine_of(store);
    const auto answers = run_together(*engine, {
                                                   insert(1),
                                                   [](Database& db) -> Status {
                                                     TRY(db.run("INSERT INTO t (id) VALUES (100)"));
                                                     return fail(Code::STALE, "decided on an older state");
                                                   },
                                                   insert(1),
                                                   insert(10),
                                                   [](Database& db) -> Status {
                                                     TRY(db.run("INSERT INTO t (id) VALUES (1000)"));
                                                     throw std::runtime_error("thrown");
                                                   },
                                                   insert(2, 99),  // a deferred foreign key that would make the commit fail
                                                   insert(4, 1),
                                                   insert(20),
                                               });
    CHECK(answers[0].has_value());
    CHECK(answers[1].error().code == Code::STALE);
    CHECK(answers[2].error().code == Code::CONFLICT);
    CHECK(answers[3].has_value());
    CHECK(answers[4].error().code == Code::INTERNAL);
    CHECK(answers[5].error().code == Code::CONFLICT);
    CHECK(answers[6].has_value());
    CHECK(answers[7].has_value());
    CHECK(engine->read(sum).value() == 35);
  });
}

TEST_CASE("a job that goes on after a failed statement uses a savepoint of its own; one that swallows the error does not spoil the batch") {
  for_both_engines([](TestStore& store) {
    auto engine = engine_of(store);
    const WriteJob careful = [](Database& db) -> Status {
      const auto tried = with_savepoint(db, "attempt", [](Database& inner) -> Status {
        TRY(inner.run("INSERT INTO t (id) VALUES (1)"));
        return {};
      });
      if (tried || tried.error().code != Code::CONFLICT) return fail(Code::INTERNAL, "a conflict was expected");
      TRY(db.run("INSERT INTO t (id) VALUES (2)"));
      return {};
    };
    const WriteJob careless = [](Database& db) -> Status {
      CHECK(!db.run("INSERT INTO t (id) VALUES (1)"));
      return {};
    };
    const auto answers = run_together(*engine, {insert(1), careful, careless, insert(4)});
    CHECK(answers[0].has_value());
    CHECK(answers[1].has_value());
    CHECK(answers[2].has_value() == (store.kind() == EngineKind::SQLITE));
    CHECK(answers[3].has_value());
    CHECK(engine->read(sum).value() == 7);
  });
}

// SQLite gives up the whole transaction then, so "nothing was saved" has to be said to all of the batch.
TEST_CASE("a full disk fails the whole batch, and the next one that fits is written") {
  TestStore store(EngineKind::SQLITE);
  auto engine = engine_of(store);
  const auto bounded = [](Database& db) -> Status { return db.exec("CREATE TABLE big (b BLOB) STRICT; PRAGMA max_page_count=40"); };
  REQUIRE(engine->write(bounded));
  const WriteJob hungry = [](Database& db) -> Status {
    const Bytes block(3000, 1);
    for (int i = 0; i < 200; ++i) TRY(db.run("INSERT INTO big (b) VALUES ($1)", block));
    return {};
  };
  for (const Status& answer : run_together(*engine, {insert(1), hungry, insert(2)})) CHECK(answer.error().code == Code::DISK_FULL);
  CHECK(engine->read(sum).value() == 0);
  for (const Status& answer : run_together(*engine, {insert(1), insert(2)})) CHECK(answer.has_value());
  CHECK(engine->read(sum).value() == 3);
  CHECK(engine->read([](Database& db) { return one_value<int>(db, "SELECT count(*) FROM big"); }).value() == 0);
}

TEST_CASE("many threads write and read at once: every answered write is there, reads see whole jobs only") {
  for_both_engines([](TestStore& store) {
    auto engine = engine_of(store);
    constexpr int kThreads = 4, kEach = 60;
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0, failed = 0, looks = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&] {
        while (!done) {
          const auto odd = engine->read([](Database& db) { return one_value<int>(db, "SELECT count(*) % 2 FROM t"); });
          failed += odd ? 0 : 1;
          torn += odd && *odd != 0 ? 1 : 0;
          ++looks;
        }
      });
    std::vector<std::thread> writers;
    for (int w = 0; w < kThreads; ++w)
      writers.emplace_back([&, w] {
        for (int i = 0; i < kEach; ++i) {
          const std::int64_t id = 2 * (w * kEach + i);
          const Status written = engine->write([&](Database& db) -> Status {
            TRY(db.run("INSERT INTO t (id) VALUES ($1)", id));
            TRY(db.run("INSERT INTO t (id, of) VALUES ($1, $2)", id + 1, id));
            return {};
          });
          failed += written ? 0 : 1;
        }
      });
    for (auto& writer : writers) writer.join();
    while (looks < 10) std::this_thread::yield();
    done = true;
    for (auto& thread : threads) thread.join();
    CHECK(torn == 0);
    CHECK(failed == 0);
    CHECK(engine->read([](Database& db) { return one_value<int>(db, "SELECT count(*) FROM t"); }).value() == 2 * kThreads * kEach);
    CHECK(engine->counters().writer.jobs == kThreads * kEach);
    CHECK(engine->counters().readers_busy == 0);
  });
}

TEST_CASE("a read that finds all connections busy waits, and then says so") {
  for_both_engines([](TestStore& store) {
    auto engine = engine_of(store, {.readers_max = 1, .reader_wait = Duration{20'000}});
    const Result<Code> inner = engine->read([&](Database&) -> Result<Code> {
      const auto second = engine->read(sum);
      if (second) return fail(Code::INTERNAL, "there was a second reader");
      return second.error().code;
    });
    CHECK(inner.value() == Code::QUEUE_FULL);
    CHECK(engine->read(sum).value() == 0);
    CHECK(engine->counters().readers_open == 1);
  });
}

TEST_CASE("after stop nothing is written, what was accepted is, and reading goes on") {
  for_both_engines([](TestStore& store) {
    auto engine = engine_of(store);
    std::atomic<int> good = 0;
    for (int i = 1; i <= 50; ++i) REQUIRE(engine->submit(insert(i), [&](Status status) { good += status ? 1 : 0; }));
    engine->stop();
    CHECK(good == 50);
    CHECK(engine->write(insert(1000)).error().code == Code::CANCELLED);
    CHECK(engine->read(sum).value() == 1275);
  });
}

TEST_CASE("create() fails when the store cannot be opened or prepared") {
  const auto absent = Engine::create([](Access) -> Result<std::unique_ptr<Database>> { return fail(Code::STORE_UNAVAILABLE, "absent"); });
  REQUIRE(!absent);
  CHECK(absent.error().code == Code::STORE_UNAVAILABLE);
  for_both_engines([](TestStore& store) {
    store.fresh();
    const std::vector<Migration> broken = {{1, "broken", "CREATE NOTHING", "11"}};
    const auto engine = Engine::create([&](Access access) -> Result<std::unique_ptr<Database>> { return store.connect(access); },
                                       {.prepare = [&](Database& db) -> Status {
                                         TRY(migrate(db, broken, Time{1}));
                                         return {};
                                       }});
    REQUIRE(!engine);
    CHECK(engine.error().code == Code::MIGRATION);
  });
}

TEST_CASE("PostgreSQL goes away and comes back under writers and readers: no answered write is lost") {
  auto server = TestPostgres::start(true);
  if (!server && server.error().code == Code::NOT_FOUND) {
    MESSAGE("skipped: PostgreSQL absent");
    return;
  }
  REQUIRE(server);
  auto engine = Engine::create([&](Access access) { return open_postgres({.url = (*server)->url(), .schema = "organisation", .access = access}); },
                               {.prepare = make_table})
                    .value();
  std::atomic<bool> done = false;
  std::atomic<std::int64_t> answered = 0, unavailable = 0, other = 0;
  std::vector<std::thread> writers;
  for (int w = 0; w < 3; ++w)
    writers.emplace_back([&, w] {
      for (std::int64_t i = 0; !done; ++i) {
        const Status written = engine->write(insert(i * 3 + w));
        if (written)
          ++answered;
        else if (written.error().code == Code::STORE_UNAVAILABLE)
          ++unavailable, std::this_thread::sleep_for(std::chrono::milliseconds(5));
        else
          ++other;
      }
    });
  const auto wait_for_more = [&] {
    const auto before = answered.load();
    while (answered < before + 20) std::this_thread::yield();
  };
  wait_for_more();
  for (const bool crash : {true, false}) {
    crash ? (*server)->crash() : (*server)->stop();
    const auto before = unavailable.load();
    while (unavailable < before + 3) std::this_thread::yield();
    CHECK(engine->read(sum).error().code == Code::STORE_UNAVAILABLE);
    REQUIRE((*server)->start_again());
    wait_for_more();
    CHECK(engine->read(sum).has_value());
  }
  done = true;
  for (auto& writer : writers) writer.join();
  CHECK(other == 0);
  // A write whose answer was lost with the connection may be there; an answered one must be.
  const auto rows = engine->read([](Database& db) { return one_value<std::int64_t>(db, "SELECT count(*) FROM t"); }).value();
  CHECK(rows >= answered);
  CHECK(rows <= answered + unavailable);
}

}  // namespace
}  // namespace warifu::store
