#pragma once
// A queue between threads with a bound. When it is full a producer either is told so at once (try_push: QUEUE_FULL) or waits (push).
// After stop() nothing more is accepted, everything already inside can still be taken, and all who wait are woken.

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"

namespace warifu::pipeline {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) { CHECK_THAT(capacity > 0); }
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  // QUEUE_FULL, or CANCELLED after stop. The value is left untouched on failure.
  [[nodiscard]] Status try_push(T&& value) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return fail(Code::CANCELLED, "the queue is closed");
    if (values_.size() >= capacity_) return fail(Code::QUEUE_FULL, "the queue is full", {}, {{"max", std::to_string(capacity_)}});
    values_.push_back(std::move(value));
    not_empty_.notify_one();
    return {};
  }

  // Waits for room; CANCELLED when the queue is stopped before or while waiting.
  [[nodiscard]] Status push(T&& value) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return stopped_ || values_.size() < capacity_; });
    if (stopped_) return fail(Code::CANCELLED, "the queue is closed");
    values_.push_back(std::move(value));
    not_empty_.notify_one();
    return {};
  }

  // Waits for a value; empty only when the queue is stopped and drained.
  [[nodiscard]] std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return stopped_ || !values_.empty(); });
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    not_full_.notify_one();
    return value;
  }

  // Waits for one value and takes with it what is already there, up to max; empty only when stopped and drained.
  [[nodiscard]] std::vector<T> pop_batch(std::size_t max) {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return stopped_ || !values_.empty(); });
    std::vector<T> batch;
    const std::size_t count = std::min(max, values_.size());
    batch.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      batch.push_back(std::move(values_.front()));
      values_.pop_front();
    }
    not_full_.notify_all();
    return batch;
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    not_empty_.notify_all();
    not_full_.notify_all();
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable not_empty_, not_full_;
  std::deque<T> values_;
  bool stopped_ = false;
};

}  // namespace warifu::pipeline
