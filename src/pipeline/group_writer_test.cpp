#include "pipeline/group_writer.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace warifu::pipeline {
namespace {

// A store in memory with one level of savepoints. Touched on the writer's thread, and by the test after stop().
struct FakeStore {
  std::vector<int> durable, open, saved;
  std::string log;
  bool in_transaction = false;
  int fail_commits = 0, fail_begins = 0, fail_undos = 0, fail_releases = 0, fail_settles = 0;

  TransactionHooks hooks() {
    TransactionHooks h;
    h.begin = [this]() -> Status {
      if (fail_begins > 0 && fail_begins--) return fail(Code::STORE_LOCKED, "no transaction");
      CHECK_FALSE(in_transaction);
      in_transaction = true;
      open = durable;
      log += 'b';
      return {};
    };
    h.commit = [this]() -> Status {
      log += 'c';
      if (fail_commits > 0 && fail_commits--) return fail(Code::DISK_FULL, "no room");
      CHECK(in_transaction);
      durable = open;
      in_transaction = false;
      return {};
    };
    h.rollback = [this] {
      CHECK(in_transaction);
      in_transaction = false;
      log += 'r';
    };
    h.settle = [this]() -> Status {
      if (fail_settles > 0 && fail_settles--) return fail(Code::CONFLICT, "one of them points at nothing");
      return {};
    };
    h.savepoint = [this]() -> Status {
      log += 's';
      saved = open;
      return {};
    };
    h.release_savepoint = [this]() -> Status {
      if (fail_releases > 0 && fail_releases--) return fail(Code::CONFLICT, "points at nothing");
      return {};
    };
    h.undo_to_savepoint = [this]() -> Status {
      if (fail_undos > 0 && fail_undos--) return fail(Code::STORE_CORRUPT, "cannot undo");
      open = saved;
      log += 'u';
      return {};
    };
    return h;
  }
  GroupWriter::Job put(int value) {
    return [this, value]() -> Status {
      open.push_back(value);
      return {};
    };
  }
  GroupWriter::Job put_and_fail(int value) {
    return [this, value]() -> Status {
      open.push_back(value);
      return fail(Code::STALE, "refused");
    };
  }
};

// Holds the writer inside a first job until released, so that what is submitted meanwhile becomes one batch.
struct Gate {
  std::promise<void> entered, open;
  GroupWriter::Job job() {
    return [this]() -> Status {
      entered.set_value();
      open.get_future().wait();
      return {};
    };
  }
};

struct Outcomes {
  std::vector<bool> good;   // in order of completion
  std::vector<Code> codes;  // meaningful where `good` is false
  GroupWriter::Done note() {
    return [this](Status status) {
      good.push_back(status.has_value());
      codes.push_back(status ? Code::INTERNAL : status.error().code);
    };
  }
};

}  // namespace

TEST_CASE("a job's result comes after its commit") {
  FakeStore store;
  GroupWriter writer(store.hooks());
  CHECK(writer.submit_and_wait(store.put(1)).has_value());
  CHECK(writer.submit_and_wait(store.put_and_fail(2)).error().code == Code::STALE);
  CHECK(writer.submit_and_wait_for_room(store.put(3)).has_value());
  writer.stop();
  CHECK(store.durable == std::vector<int>{1, 3});
  CHECK(store.log == "bcbrbc");  // alone: undone with its transaction
  CHECK(writer.counters().jobs == 3);
  CHECK(writer.counters().batches == 3);
}

TEST_CASE("jobs that wait together share one transaction, and a failing one is undone alone") {
  FakeStore store;
  Gate gate;
  Outcomes outcomes;
  GroupWriter writer(store.hooks());
  CHECK(writer.submit(gate.job(), {}).has_value());
  gate.entered.get_future().wait();
  CHECK(writer.submit(store.put(1), outcomes.note()).has_value());
  CHECK(writer.submit(store.put_and_fail(2), outcomes.note()).has_value());
  CHECK(writer.submit(store.put(3), outcomes.note()).has_value());
  gate.open.set_value();
  writer.stop();
  CHECK(store.durable == std::vector<int>{1, 3});
  CHECK(store.log == "bcbrbssusc");  // undone whole, and each by itself
  CHECK(outcomes.good == std::vector<bool>{true, false, true});
  CHECK(outcomes.codes[1] == Code::STALE);
  CHECK(writer.counters().batches == 2);
  CHECK(writer.counters().repeated_batches == 1);
}

TEST_CASE("jobs that all go well need no savepoint, and run once") {
  FakeStore store;
  Gate gate;
  Outcomes outcomes;
  int runs = 0;
  GroupWriter writer(store.hooks());
  CHECK(writer.submit(gate.job(), {}).has_value());
  gate.entered.get_future().wait();
  for (int i = 1; i <= 3; ++i)
    CHECK(writer
              .submit(
                  [&store, &runs, i]() -> Status {
                    ++runs;
                    return store.put(i)();
                  },
                  outcomes.note())
              .has_value());
  gate.open.set_value();
  writer.stop();
  CHECK(store.durable == std::vector<int>{1, 2, 3});
  CHECK(store.log == "bcbc");
  CHECK(runs == 3);
  CHECK(outcomes.good == std::vector<bool>(3, true));
  CHECK(writer.counters().repeated_batches == 0);
}

TEST_CASE("when the commit fails every job of the batch gets the error and nothing is applied") {
  FakeStore store;
  Gate gate;
  Outcomes outcomes;
  GroupWriter writer(store.hooks());
  CHECK(writer.submit_and_wait(store.put(7)).has_value());
  CHECK(writer.submit(gate.job(), {}).has_value());
  gate.entered.get_future().wait();
  CHECK(writer
            .submit(
                [&store]() -> Status {
                  store.fail_commits = 1;
                  return store.put(1)();
                },
                outcomes.note())
            .has_value());
  CHECK(writer.submit(store.put_and_fail(2), outcomes.note()).has_value());
  CHECK(writer.submit(store.put(3), outcomes.note()).has_value());
  std::promise<void> done;
  CHECK(writer
            .submit(store.put(4),
                    [&](Status status) {
                      CHECK(status.error().code == Code::DISK_FULL);
                      done.set_value();
                    })
            .has_value());
  gate.open.set_value();
  done.get_future().wait();
  CHECK(writer.submit_and_wait(store.put(5)).has_value());  // the writer goes on
  writer.stop();
  CHECK(store.durable == std::vector<int>{7, 5});
  CHECK(outcomes.codes == std::vector<Code>(3, Code::DISK_FULL));
  CHECK(writer.counters().failed_batches == 1);
}

TEST_CASE("a job that is refused when all are over is undone alone, too") {
  FakeStore store;
  Gate gate;
  Outcomes outcomes;
  GroupWriter writer(store.hooks());
  CHECK(writer.submit(gate.job(), {}).has_value());
  gate.entered.get_future().wait();
  CHECK(writer.submit(store.put(1), outcomes.note()).has_value());
  CHECK(writer
            .submit(
                [&store, is_again = false]() mutable -> Status {
                  ++(is_again ? store.fail_releases : store.fail_settles);
                  is_again = true;
                  return store.put(2)();
                },
                outcomes.note())
            .has_value());
  CHECK(writer.submit(store.put(3), outcomes.note()).has_value());
  gate.open.set_value();
  writer.stop();
  CHECK(store.durable == std::vector<int>{1, 3});
  CHECK(outcomes.good == std::vector<bool>{true, false, true});
  CHECK(outcomes.codes[1] == Code::CONFLICT);
}

TEST_CASE("no transaction, or one that cannot be undone: the whole batch fails") {
  FakeStore store;
  store.fail_begins = 1;
  GroupWriter writer(store.hooks(), {.batch_max = 2});
  CHECK(writer.submit_and_wait(store.put(1)).error().code == Code::STORE_LOCKED);
  Gate gate;
  Outcomes outcomes;
  CHECK(writer.submit(gate.job(), {}).has_value());
  gate.entered.get_future().wait();
  CHECK(writer.submit(store.put(2), outcomes.note()).has_value());
  CHECK(writer
            .submit(
                [&store]() -> Status {
                  store.fail_undos = 1;
                  return store.put_and_fail(2)();
                },
                outcomes.note())
            .has_value());
  gate.open.set_value();
  CHECK(writer.submit_and_wait_for_room(store.put(3)).has_value());
  writer.stop();
  CHECK(outcomes.codes == std::vector<Code>(2, Code::STORE_CORRUPT));
  CHECK(store.durable == std::vector<int>{3});
}

TEST_CASE("a job that throws is a failed job") {
  FakeStore store;
  GroupWriter writer(store.hooks());
  CHECK(writer.submit_and_wait([]() -> Status { throw std::runtime_error("a defect"); }).error().code == Code::INTERNAL);
  CHECK(writer.submit_and_wait(store.put(1)).has_value());
  writer.stop();
  CHECK(store.durable == std::vector<int>{1});
}

TEST_CASE("a full queue says so, and a batch has a bound") {
  FakeStore store;
  Gate gate;
  Outcomes outcomes;
  GroupWriter writer(store.hooks(), {.queue_max = 5, .batch_max = 2});
  CHECK(writer.submit(gate.job(), {}).has_value());
  gate.entered.get_future().wait();
  for (int i = 0; i < 5; ++i) CHECK(writer.submit(store.put(i), outcomes.note()).has_value());
  CHECK(writer.queued() == 5);
  CHECK(writer.submit(store.put(9), outcomes.note()).error().code == Code::QUEUE_FULL);
  CHECK(writer.submit_and_wait(store.put(9)).error().code == Code::QUEUE_FULL);
  std::thread patient([&] { CHECK(writer.submit_and_wait_for_room(store.put(10)).has_value()); });
  gate.open.set_value();
  patient.join();
  writer.stop();
  CHECK(std::count(outcomes.good.begin(), outcomes.good.end(), true) == 5);
  CHECK(store.durable == std::vector<int>{0, 1, 2, 3, 4, 10});
  CHECK(writer.counters().batches >= 4);
}

TEST_CASE("stop drains what was accepted, wakes who waits for room and refuses the rest") {
  FakeStore store;
  Gate gate;
  Outcomes outcomes;
  GroupWriter writer(store.hooks(), {.queue_max = 2, .batch_max = 8});
  CHECK(writer.submit(gate.job(), {}).has_value());
  gate.entered.get_future().wait();
  CHECK(writer.submit(store.put(1), outcomes.note()).has_value());
  CHECK(writer.submit(store.put(2), outcomes.note()).has_value());
  std::promise<Code> refused;
  std::thread waiting([&] { refused.set_value(writer.submit_and_wait_for_room(store.put(3)).error().code); });
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::thread stopping([&] { writer.stop(); });
  CHECK(refused.get_future().get() == Code::CANCELLED);
  gate.open.set_value();
  stopping.join();
  waiting.join();
  CHECK(outcomes.good == std::vector<bool>{true, true});
  CHECK(store.durable == std::vector<int>{1, 2});
  CHECK(writer.submit_and_wait(store.put(4)).error().code == Code::CANCELLED);
  writer.stop();
}

TEST_CASE("many threads: exactly the successful jobs are durable, in every mixture of failures") {
  FakeStore store;
  std::atomic<int> confirmed{0};
  GroupWriter writer(store.hooks(), {.queue_max = 64, .batch_max = 16});
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const int value = t * 200 + i;
        const bool commit_fails = i % 50 == 7;
        const auto result = writer.submit_and_wait_for_room([&store, value, commit_fails]() -> Status {
          if (commit_fails) store.fail_commits = 1;
          return value % 3 == 0 ? store.put_and_fail(value)() : store.put(value)();
        });
        if (result)
          ++confirmed;
        else if (value % 3 != 0)
          CHECK(result.error().code == Code::DISK_FULL);
      }
    });
  for (auto& thread : threads) thread.join();
  writer.stop();
  CHECK(store.durable.size() == static_cast<std::size_t>(confirmed.load()));
  CHECK(std::none_of(store.durable.begin(), store.durable.end(), [](int value) { return value % 3 == 0; }));
  CHECK(writer.counters().jobs == 1600);
  CHECK(writer.counters().failed_batches > 0);
}

}  // namespace warifu::pipeline
