#include "exchange/lane.h"

#include <doctest/doctest.h>

#include <chrono>
#include <future>

namespace warifu::exchange {
namespace {

Buffer filled(BufferPool& pool, std::uint8_t value) {
  Buffer buffer = pool.take();
  buffer->push_back(value);
  return buffer;
}

TEST_CASE("every lane works on every buffer, in the order in which they came") {
  BufferPool pool(3, 16);
  Bytes first, second;
  const auto into = [](Bytes& seen) {
    return [&seen](ByteView buffer) -> Status {
      seen.insert(seen.end(), buffer.begin(), buffer.end());
      return {};
    };
  };
  Lane one(3, into(first)), other(3, into(second));
  Bytes expected;
  for (int i = 0; i < 200; ++i) {
    const auto value = static_cast<std::uint8_t>(i);
    const Buffer buffer = filled(pool, value);
    REQUIRE(one.push(buffer));
    REQUIRE(other.push(buffer));
    expected.push_back(value);
  }
  REQUIRE(one.finish());
  REQUIRE(other.finish());
  CHECK(first == expected);
  CHECK(second == expected);
}

TEST_CASE("a pool has no more buffers than it was given, empty and with their memory kept") {
  BufferPool pool(2, 1000);
  Buffer first = filled(pool, 1);
  const Buffer second = pool.take();
  const std::uint8_t* const memory = first->data();
  std::future<Buffer> third = std::async(std::launch::async, [&] { return pool.take(); });
  CHECK(third.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  first.reset();
  const Buffer again = third.get();
  CHECK(again->empty());
  CHECK(again->capacity() >= 1000);
  CHECK(again->data() == memory);
}

TEST_CASE("after a failure nothing more is done, buffers go back, and the first error is told to whoever asks") {
  BufferPool pool(2, 16);
  int done = 0;
  Lane lane(2, [&](ByteView buffer) -> Status {
    ++done;
    if (buffer[0] == 1) return fail(Code::DISK_FULL, "full");
    return {};
  });
  Status pushed = lane.push(filled(pool, 0));
  if (pushed) pushed = lane.push(filled(pool, 1));
  // More than the pool has: each comes back although the lane has failed.
  for (int i = 0; i < 10; ++i) {
    const Status status = lane.push(filled(pool, 2));
    if (!status) CHECK(status.error().code == Code::DISK_FULL);
  }
  const Status finished = lane.finish();
  REQUIRE(!finished);
  CHECK(finished.error().code == Code::DISK_FULL);
  CHECK(done == 2);
}

TEST_CASE("a lane that is given up ends without working on what waits") {
  BufferPool pool(3, 16);
  std::promise<void> begun, go_on;
  int done = 0;
  std::future<void> released;
  {
    Lane lane(3, [&](ByteView) -> Status {
      if (++done == 1) {
        begun.set_value();
        go_on.get_future().wait();
      }
      return {};
    });
    for (std::uint8_t i = 0; i < 3; ++i) REQUIRE(lane.push(filled(pool, i)));
    begun.get_future().wait();
    released = std::async(std::launch::async, [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the end of the lane is waited for by then
      go_on.set_value();
    });
  }
  released.get();
  CHECK(done == 1);
}

}  // namespace
}  // namespace warifu::exchange
