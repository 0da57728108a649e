#pragma once
// What the machine can do at most: the signatures, verifications, key agreements, hashes and durable commits of an operation, done bare by as many
// clients, through the same group commit. Internal to the benches.

#include <memory>

#include "store/pool.h"

namespace warifu::app {

// An engine with the one table `floor(seq, content)`: NAME.sqlite in the folder, or the schema warifu_bench_NAME; with an office's settings.
// `batch_max`: how many operations may share a flush of the disk.
[[nodiscard]] Result<std::unique_ptr<store::Engine>> floor_engine(const std::string& folder, const std::string& store_url, const std::string& name,
                                                                  std::size_t batch_max = limits::kWriterBatchMax);

// What one round trip of the exchange asks for.
struct RoundTripWork {
  double messages = 4;               // receipts among them: each leaves a leaf
  std::size_t signatures = 0;        // of acts, made while it is measured
  std::size_t verifications = 0;     // of acts, by who receives them
  std::size_t object_bytes = 4'352;  // of a sealed object
};
struct FloorFigures {
  double per_second = 0;
  double processor_ms_each = 0;  // of this process: a database server works besides
};
// Round trips: the nodes' and the hub's engines are three.
[[nodiscard]] Result<FloorFigures> exchange_floor(const std::string& folder, const std::string& store_url, const RoundTripWork& work,
                                                  std::size_t clients, double for_seconds);

}  // namespace warifu::app
