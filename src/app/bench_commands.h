#pragma once
// How fast an office carries out durable commands (act, projection and outbox in one commit), beside the floor of the same machine. Internal to the
// benches.

#include <string>

#include "app/bench_world.h"

namespace warifu::app {

struct Rate {
  double per_second = 0, batch = 0;  // operations, and how many shared a flush of the disk
  double processor_ms = 0;           // of this process, each: a database server works besides
};
struct Commands {
  std::string on;  // which matters: anywhere in the store, or just opened by who gives the command
  std::size_t clients = 0, bytes = 0;
  Rate command, floor;

  [[nodiscard]] double ratio() const { return command.per_second / floor.per_second; }
  [[nodiscard]] double processor_ratio() const { return floor.processor_ms / command.processor_ms; }
};

// By so many clients for command.seconds; then the floor as long.
[[nodiscard]] Result<Commands> measure_commands(BenchWorld& world, const BenchCommand& command, std::size_t clients, bool is_opened);
[[nodiscard]] json::Value to_json(const Commands& commands);
void print_commands(const Commands& commands);

}  // namespace warifu::app
