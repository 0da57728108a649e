#pragma once
// `warifu bench`: speed as ratios, each measured in one run with its floor or its smaller self. Nothing here judges; docs/performance.md holds
// the figures with machine and date.

#include <string>
#include <vector>

#include "base/error.h"

namespace warifu::app {

struct BenchCommand {
  std::string data;       // a folder of its own; what is filled stays, and is used again
  std::string store_url;  // empty: SQLite
  std::size_t inquiries = 100'000;
  std::size_t small = 10'000;  // the smaller store the growth is measured against
  std::size_t clients = 32;
  double seconds = 2;             // of each measured loop
  std::vector<std::string> only;  // of memory, reads, rebuild, commands; empty: all
  bool fill_only = false;
  bool json = false;
};
int run_bench_inquiry(const BenchCommand& command);

}  // namespace warifu::app
