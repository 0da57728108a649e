#pragma once
// A fixed number of threads for blocking work (hashing passwords, reading the store), behind a bounded queue.
// stop() (also the destructor) accepts nothing more and finishes what was accepted.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "pipeline/bounded_queue.h"

namespace warifu::pipeline {

class WorkerPool {
 public:
  using Task = std::function<void()>;

  WorkerPool(std::size_t threads, std::size_t queue_max);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // QUEUE_FULL at once when too much waits, CANCELLED after stop.
  [[nodiscard]] Status submit(Task task);
  // Not from inside a task. May be called twice.
  void stop();

  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  // Tasks that ended by an exception: each is a defect, since a task answers for its own failures.
  [[nodiscard]] std::uint64_t failed() const { return failed_.load(); }

 private:
  void run();

  BoundedQueue<Task> queue_;
  std::atomic<std::uint64_t> failed_{0};
  std::mutex stop_mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace warifu::pipeline
