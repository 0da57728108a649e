#pragma once
// What every bench says of itself: the machine and the command that the figures belong to, and how times are put together. Internal to the benches.

#include <string>
#include <vector>

#include "json/codec.h"

namespace warifu::app {

struct Latency {
  std::string what;
  double p50_ms = 0, p95_ms = 0, p99_ms = 0;
  std::size_t count = 0;
};
[[nodiscard]] Latency latency_of(std::string what, std::vector<double> seconds_each);

struct Machine {
  std::string processor, system, load, date, command;
  long cores = 0;
  std::size_t memory_mib = 0;
};
// This machine, now; `command`: what was asked for, to be repeated.
[[nodiscard]] Machine machine_of(std::string command);
void print_machine(const Machine& machine, const char* store);

// Of this process since it began, in user and kernel mode.
[[nodiscard]] double processor_seconds();

BOOST_DESCRIBE_STRUCT(Latency, (), (what, p50_ms, p95_ms, p99_ms, count))
BOOST_DESCRIBE_STRUCT(Machine, (), (processor, system, load, date, command, cores, memory_mib))

}  // namespace warifu::app
