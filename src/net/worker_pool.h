#pragma once
// Threads that run tasks in order of arrival. Bounded: what does not fit is refused at once, so that waiting work cannot grow.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace warifu::net {

class WorkerPool {
 public:
  // At most `workers` tasks run and `queue_max` more wait.
  WorkerPool(std::size_t workers, std::size_t queue_max);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  [[nodiscard]] bool try_submit(std::function<void()> task);
  [[nodiscard]] std::size_t waiting() const;
  // Drops what waits, lets what runs end, joins.
  void stop();

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::size_t running_ = 0;
  std::size_t outstanding_max_;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace warifu::net
