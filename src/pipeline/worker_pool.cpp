#include "pipeline/worker_pool.h"

#include <exception>

namespace warifu::pipeline {

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue_max) : queue_(queue_max) {
  CHECK_THAT(threads > 0);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() { stop(); }

Status WorkerPool::submit(Task task) {
  CHECK_THAT(task != nullptr);
  return queue_.try_push(std::move(task));
}

void WorkerPool::stop() {
  queue_.stop();
  const std::lock_guard lock(stop_mutex_);
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void WorkerPool::run() {
  while (auto task = queue_.pop()) {
    try {
      (*task)();
    } catch (const std::exception&) {
      ++failed_;  // the thread's edge: the other tasks go on
    }
  }
}

}  // namespace warifu::pipeline
