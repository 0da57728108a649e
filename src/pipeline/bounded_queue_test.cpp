#include "pipeline/bounded_queue.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "pipeline/worker_pool.h"

namespace warifu::pipeline {

TEST_CASE("order, bound, and what is left after stop") {
  BoundedQueue<int> queue(3);
  CHECK(queue.try_push(1).has_value());
  CHECK(queue.try_push(2).has_value());
  CHECK(queue.push(3).has_value());
  CHECK(queue.try_push(4).error().code == Code::QUEUE_FULL);
  CHECK(queue.size() == 3);
  CHECK(queue.pop() == 1);
  CHECK(queue.try_push(4).has_value());
  queue.stop();
  CHECK(queue.try_push(5).error().code == Code::CANCELLED);
  CHECK(queue.push(5).error().code == Code::CANCELLED);
  CHECK(queue.pop_batch(2) == std::vector<int>{2, 3});
  CHECK(queue.pop_batch(2) == std::vector<int>{4});
  CHECK(queue.pop_batch(2).empty());
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("a refused value stays with its owner") {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  CHECK(queue.try_push(std::make_unique<int>(1)).has_value());
  auto second = std::make_unique<int>(2);
  CHECK_FALSE(queue.try_push(std::move(second)).has_value());
  REQUIRE(second != nullptr);
  CHECK(*second == 2);
}

TEST_CASE("a producer waits for room; stop wakes producers and consumers") {
  BoundedQueue<int> queue(1);
  CHECK(queue.push(1).has_value());
  std::atomic<bool> pushed{false};
  std::thread producer([&] {
    CHECK(queue.push(2).has_value());
    pushed = true;
    CHECK(queue.push(3).error().code == Code::CANCELLED);
  });
  CHECK(queue.pop() == 1);
  while (!pushed) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  queue.stop();
  producer.join();
  CHECK(queue.pop() == 2);

  BoundedQueue<int> empty(1);
  std::thread consumer([&] { CHECK_FALSE(empty.pop().has_value()); });
  std::thread batch_consumer([&] { CHECK(empty.pop_batch(4).empty()); });
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  empty.stop();
  consumer.join();
  batch_consumer.join();
}

TEST_CASE("many producers and consumers lose and double nothing") {
  BoundedQueue<int> queue(8);
  constexpr int kEach = 2000, kProducers = 4;
  std::atomic<long> sum{0};
  std::atomic<int> count{0};
  std::vector<std::thread> threads;
  for (int p = 0; p < kProducers; ++p)
    threads.emplace_back([&, p] {
      for (int i = 0; i < kEach; ++i) CHECK_UNARY(queue.push(p * kEach + i).has_value());
    });
  std::vector<std::thread> consumers;
  for (int c = 0; c < 2; ++c)
    consumers.emplace_back([&] {
      while (const auto value = queue.pop()) {
        sum += *value;
        ++count;
      }
    });
  consumers.emplace_back([&] {
    for (auto batch = queue.pop_batch(16); !batch.empty(); batch = queue.pop_batch(16))
      for (const int value : batch) {
        sum += value;
        ++count;
      }
  });
  for (auto& thread : threads) thread.join();
  queue.stop();
  for (auto& thread : consumers) thread.join();
  constexpr long kTotal = kEach * kProducers;
  CHECK(count == kTotal);
  CHECK(sum == kTotal * (kTotal - 1) / 2);
}

TEST_CASE("a pool runs everything it accepted, also when a task throws") {
  std::atomic<int> ran{0};
  int accepted = 0;
  {
    WorkerPool pool(3, 64);
    for (int i = 0; i < 500; ++i) {
      const auto submitted = pool.submit([&ran, i] {
        ++ran;
        if (i % 100 == 0) throw std::runtime_error("a defect");
      });
      if (submitted)
        ++accepted;
      else
        CHECK(submitted.error().code == Code::QUEUE_FULL);
    }
    pool.stop();
    CHECK(pool.failed() >= 1);
    CHECK(pool.submit([] {}).error().code == Code::CANCELLED);
    CHECK(pool.queued() == 0);
  }
  CHECK(ran == accepted);
}

TEST_CASE("a pool says when it is full") {
  std::atomic<bool> go{false}, started{false};
  WorkerPool pool(1, 2);
  CHECK(pool.submit([&] {
              started = true;
              while (!go) std::this_thread::yield();
            })
            .has_value());
  while (!started) std::this_thread::yield();
  CHECK(pool.submit([] {}).has_value());
  CHECK(pool.submit([] {}).has_value());
  CHECK(pool.submit([] {}).error().code == Code::QUEUE_FULL);
  go = true;
}

}  // namespace warifu::pipeline
