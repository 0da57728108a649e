#include "exchange/lane.h"

#include <utility>

namespace warifu::exchange {

BufferPool::BufferPool(std::size_t buffers, std::size_t bytes_each) : bytes_each_(bytes_each) {
  CHECK_THAT(buffers > 0);
  for (std::size_t i = 0; i < buffers; ++i) free_.push_back(std::make_unique<Bytes>());
}

BufferPool::~BufferPool() = default;

Buffer BufferPool::take() {
  std::unique_lock lock(mutex_);
  one_is_free_.wait(lock, [&] { return !free_.empty(); });
  std::unique_ptr<Bytes> buffer = std::move(free_.back());  // the one used last: its memory is the nearest
  free_.pop_back();
  lock.unlock();
  buffer->reserve(bytes_each_);  // once: a small result needs one only
  return {buffer.release(), [this](Bytes* back) { give_back(back); }};
}

void BufferPool::give_back(Bytes* buffer) {
  std::unique_ptr<Bytes> back(buffer);
  back->clear();
  const std::scoped_lock lock(mutex_);
  free_.push_back(std::move(back));
  one_is_free_.notify_one();
}

Lane::Lane(std::size_t buffers_max, Work work) : work_(std::move(work)), queue_(buffers_max), thread_([this] { run(); }) {}

Lane::~Lane() {
  is_over_ = true;
  queue_.stop();
  if (thread_.joinable()) thread_.join();
}

Status Lane::failure() const { return has_failed_ ? failure_ : Status{}; }

Status Lane::push(Buffer buffer) {
  TRY(failure());
  return queue_.push(std::move(buffer));
}

Status Lane::finish() {
  queue_.stop();
  thread_.join();
  return failure();
}

void Lane::run() {
  while (std::optional<Buffer> buffer = queue_.pop()) {
    if (is_over_) continue;
    failure_ = work_(**buffer);
    if (failure_) continue;
    is_over_ = true;
    has_failed_ = true;
  }
}

}  // namespace warifu::exchange
