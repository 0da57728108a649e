#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "store/sqlite.h"
#include "store/testing_office.h"

namespace warifu::store {
namespace {

TEST_CASE("a thousand commits at once share transactions and are all there") {
  for_both_offices([](TestOffice& office) {
    constexpr int kThreads = 50, kEach = 20;
    std::atomic<int> failed = 0;
    std::vector<std::vector<MatterId>> written(kThreads);
    std::vector<std::thread> threads;
    const auto before = office->engine().counters().writer;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const auto matter = MatterId::random();
          desk::Commit commit;
          commit.matter = matter;
          commit.acts = {make_act(matter)};
          commit.projection = make_projection(matter, {"同時"});
          commit.outbox = {make_outbox("invented-portal.demo", commit.acts[0])};
          if (office->commit(commit))
            written[static_cast<std::size_t>(t)].push_back(matter);
          else
            ++failed;
        }
      });
    for (auto& thread : threads) thread.join();
    CHECK(failed == 0);
    const auto after = office->engine().counters().writer;
    CHECK(after.jobs - before.jobs == kThreads * kEach);
    CHECK(after.batches - before.batches < kThreads * kEach / 2);
    for (const auto& part : written)
      for (const auto& matter : part) CHECK(office->acts(matter).value().size() == 1);
    CHECK(office.number("SELECT count(*) FROM act") == kThreads * kEach);
    CHECK(office.number("SELECT count(*) FROM outbox") == kThreads * kEach);
    CHECK(office->outbox_due(Time{1}, 10'000).value().size() == kThreads * kEach);
  });
}

TEST_CASE("many writers of one matter: each act is decided on all acts before it") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    constexpr int kThreads = 6, kEach = 10;
    std::atomic<int> stale = 0, failed = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        for (int done = 0; done < kEach;) {
          const auto written = office->commit(next_commit(*office, matter));
          if (written)
            ++done;
          else if (written.error().code == Code::STALE)
            ++stale;
          else
            ++done, ++failed;
        }
      });
    for (auto& thread : threads) thread.join();
    CHECK(failed == 0);
    CHECK(office->acts(matter).value().size() == kThreads * kEach);
    MESSAGE("refused as stale and repeated: " << stale.load());
  });
}

// What the child process does until it is killed: commits with several threads, and tells through the pipe what was acknowledged.
[[noreturn]] void commit_until_killed(const OfficeStore::Options& options, int pipe) {
  auto opened = OfficeStore::open(options);
  if (!opened) ::_exit(1);
  OfficeStore& store = **opened;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (;;) {
        const auto matter = MatterId::random();
        desk::Commit commit;
        commit.matter = matter;
        commit.acts = {make_act(matter), make_act(matter)};
        commit.projection = make_projection(matter, {"停電"});
        commit.outbox = {make_outbox("invented-portal.demo", commit.acts[0]), make_outbox("invented-portal.demo", commit.acts[1])};
        commit.idempotency = desk::IdempotencyRecord{PersonId{matter.bytes}, "key-00000001", commit.acts[0].hash, 201, matter.hex(), Time{1}};
        if (!store.commit(commit)) ::_exit(2);
        if (::write(pipe, matter.bytes.data(), matter.bytes.size()) != static_cast<ssize_t>(matter.bytes.size())) ::_exit(3);
      }
    });
  for (;;) ::pause();
}

std::vector<MatterId> acknowledged_before_kill(const OfficeStore::Options& options, unsigned milliseconds) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    commit_until_killed(options, ends[1]);
  }
  ::close(ends[1]);
  std::vector<MatterId> acknowledged;
  std::thread killer([&] {
    ::usleep(milliseconds * 1000);
    ::kill(child, SIGKILL);
  });
  MatterId matter;
  while (::read(ends[0], matter.bytes.data(), matter.bytes.size()) == static_cast<ssize_t>(matter.bytes.size())) acknowledged.push_back(matter);
  killer.join();
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  return acknowledged;
}

TEST_CASE("kill -9 in the middle of commits: no acknowledged act is lost, none is there twice, no commit is there in part") {
  for_both_engines([](TestStore& engines) {
    static_cast<void>(make_act(MatterId::random()));  // the signing key is made before the fork
    TestOffice office(engines);
    std::mt19937 random(11);
    std::set<MatterId> acknowledged;
    for (int round = 0; round < 6; ++round) {
      office.close();
      for (const auto& matter : acknowledged_before_kill(office.options(), 150 + static_cast<unsigned>(random() % 200))) acknowledged.insert(matter);
      office.reopen();
      for (const auto& matter : acknowledged) {
        const auto acts = office->acts(matter);
        REQUIRE(acts);
        CHECK(acts->size() == 2);
        const auto answer = office->idempotency(PersonId{matter.bytes}, "key-00000001");
        REQUIRE(answer);
        REQUIRE(*answer);
        CHECK((*answer)->response == matter.hex());
      }
      // An act never without the answer to its key: whoever repeats after the crash is told, and writes nothing.
      CHECK(office.number("SELECT count(*) FROM act") == 2 * office.number("SELECT count(*) FROM idempotency"));
      CHECK(office.number("SELECT count(*) FROM act") == 2 * office.number("SELECT count(DISTINCT matter) FROM act"));
      CHECK(office.number("SELECT count(*) FROM act") == office.number("SELECT count(*) FROM outbox"));
      CHECK(office.number("SELECT count(*) FROM act") == office.number("SELECT count(*) FROM body"));
      CHECK(office.number("SELECT count(*) FROM matter") == office.number("SELECT count(DISTINCT matter) FROM act"));
      CHECK(office.number("SELECT count(*) FROM matter") == office.number("SELECT count(*) FROM matter_doc"));
    }
    CHECK(acknowledged.size() > 20);
    if (engines.kind() == EngineKind::SQLITE) CHECK(check_integrity(*office->engine().connect(Access::WRITE).value()).has_value());
  });
}

TEST_CASE("a full disk refuses the commit as a whole and says so; afterwards the store goes on") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  const auto matter = MatterId::random();
  REQUIRE(office->commit(next_commit(*office, matter)));
  REQUIRE(office->engine().write([](Database& db) -> Status {
    const auto pages = TRY(one_value<std::int64_t>(db, "PRAGMA page_count"));
    return db.exec("PRAGMA max_page_count=" + std::to_string(pages + 3));
  }));
  CHECK(office->commit(next_commit(*office, matter, {.text = std::string(100'000, 'x')})).error().code == Code::DISK_FULL);
  CHECK(office->acts(matter).value().size() == 1);
  REQUIRE(office->engine().write([](Database& db) -> Status { return db.exec("PRAGMA max_page_count=1000000"); }));
  CHECK(office->commit(next_commit(*office, matter, {.text = std::string(100'000, 'x')})).has_value());
  CHECK(office->acts(matter).value().size() == 2);
}

}  // namespace
}  // namespace warifu::store
