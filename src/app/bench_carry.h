#pragma once
// A large result on its real way (`warifu bench parts --carried`): a hub as it is served, a sender and a receiver over mutual TLS, each a process of
// its own that does nothing else, so that time and memory of each are those of its part. The processes can be killed on the way, to see that the
// transfer goes on where it was.

#include <cstdint>
#include <string>

#include "base/error.h"

namespace warifu::app {

struct CarryBench {
  struct Leg {
    double seconds = 0;              // on the clock, with the start of the process
    double cpu_seconds = 0;          // of the member's process, over all its lives
    double hub_cpu_seconds = 0;      // meanwhile
    std::uint64_t memory_bytes = 0;  // the most that the member's process had
    int kills = 0;                   // of it, and as often of the hub
  };
  Leg seal;     // a file into a sealed one, with its parts
  Leg send;     // its parts to the hub
  Leg receive;  // from it, checked, opened, verified and named
  std::uint64_t hub_memory_bytes = 0;
};

// Works in `folder`, which must be empty or absent, and leaves it empty. `kills`: so many times in each of the last two legs both member and hub are
// killed with SIGKILL and started again, evenly over the parts.
[[nodiscard]] Result<CarryBench> bench_carry(const std::string& folder, std::uint64_t bytes, int kills);

// What the member's processes do: one leg in a folder that bench_carry prepared.
struct CarryLegCommand {
  std::string leg;  // seal, send, receive
  std::string data;
};
int run_carry_leg(const CarryLegCommand& command);

}  // namespace warifu::app
