#pragma once
// How fast and in how much memory a large result is sealed, cut into parts, carried and opened (`warifu bench parts`, and the exchange's bench).

#include <cstdint>
#include <string>

#include "base/error.h"

namespace warifu::app {

struct PartsBench {
  struct Leg {
    double seconds = 0;      // on the clock
    double cpu_seconds = 0;  // of all threads
    std::uint64_t bytes = 0;
    [[nodiscard]] double gb_per_second() const { return static_cast<double>(bytes) / seconds / 1e9; }
    [[nodiscard]] double gb_per_cpu_second() const { return static_cast<double>(bytes) / cpu_seconds / 1e9; }
  };
  Leg cipher;                      // the age format alone, into nothing: what a core can encrypt
  Leg digest;                      // SHA-256 alone
  Leg seal;                        // sealed, hashed three times over, cut, written
  Leg upload;                      // part by part to a folder that plays the hub
  Leg download;                    // from it, each part checked and kept durably
  Leg open;                        // parts to the plaintext, all digests checked
  std::uint64_t memory_bytes = 0;  // the most that this process had in memory
};

// Works in `folder`, which must be empty or absent, and leaves it empty.
[[nodiscard]] Result<PartsBench> bench_parts(const std::string& folder, std::uint64_t bytes);

struct PartsBenchCommand {
  std::string data;
  std::uint64_t megabytes = 1000;
  bool carried = false;  // over a hub, by processes of their own (app/bench_carry.h)
  int kills = 0;         // of these, on the way
  bool json = false;
};
int run_bench_parts(const PartsBenchCommand& command);

}  // namespace warifu::app
