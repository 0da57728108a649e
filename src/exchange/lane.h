#pragma once
// A step of the way of a large result on a thread of its own. Buffers go in; each is worked on in the order in which it came, and several lanes
// may share one. The pool has a fixed number of buffers and takes each back when nobody holds it any longer: memory stays what it is however
// large the result, pages are not had from the system anew for every part, and who fills faster than others work waits.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "pipeline/bounded_queue.h"

namespace warifu::exchange {

using Buffer = std::shared_ptr<Bytes>;

// Outlives its buffers and the lanes that hold some.
class BufferPool {
 public:
  BufferPool(std::size_t buffers, std::size_t bytes_each);
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();

  // An empty one with room for bytes_each; waits until one is free.
  [[nodiscard]] Buffer take();

 private:
  void give_back(Bytes* buffer);

  const std::size_t bytes_each_;
  std::mutex mutex_;
  std::condition_variable one_is_free_;
  std::vector<std::unique_ptr<Bytes>> free_;
};

class Lane {
 public:
  using Work = std::function<Status(ByteView)>;

  // `buffers_max`: those of the pool, so that push() never waits.
  Lane(std::size_t buffers_max, Work work);
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane();  // without finish(): what still waits is not worked on

  // The error of an earlier buffer, if there was one: nothing was done with any after that.
  Status push(Buffer buffer);
  // All have been worked on, or the first error. Nothing is pushed after it.
  Status finish();

 private:
  void run();
  [[nodiscard]] Status failure() const;

  Work work_;
  pipeline::BoundedQueue<Buffer> queue_;
  std::atomic<bool> is_over_ = false;     // given up, or failed
  std::atomic<bool> has_failed_ = false;  // set after failure_
  Status failure_;
  std::thread thread_;
};

}  // namespace warifu::exchange
