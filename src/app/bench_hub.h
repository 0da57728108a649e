#pragma once
// How fast a hub takes, logs and has cosigned: pre-signed envelopes through Hub::post in this process (verified, stored, integrated, signed), with
// three witnesses behind HTTP on the loopback address. Beside it the floor of the same run: the same number of verifications and signatures bare.

#include <string>

#include "base/error.h"

namespace warifu::app {

struct HubBenchOptions {
  std::string data;       // an empty or absent folder
  std::string store_url;  // empty: SQLite
  std::size_t leaves = 50'000;
  std::size_t object_bytes = 4'352;  // a short act, sealed and padded
  std::size_t threads = 8;           // clients: while some wait for the disk, envelopes of others are verified
  std::size_t witnesses = 3;
  std::size_t members = 10'000, entries = 0;  // of a hub that has grown; without entries it is not measured
  bool json = false;
};

struct HubBenchFigures {
  double promised_per_s = 0;    // durable, and the promise signed
  double integrated_per_s = 0;  // in the tiles and under a signed checkpoint
  double floor_per_s = 0;       // verification and signature alone, on the same threads
  // Of this process, all threads: clients, hub and witnesses. On a machine that others use it says more than what was done in a second.
  double processor_us_each = 0, floor_processor_us_each = 0;
  double receipt_p50_ms = 0, receipt_p99_ms = 0;  // from the request to a checkpoint over it, cosigned by all witnesses
  std::size_t leaves = 0;
};
[[nodiscard]] Result<HubBenchFigures> bench_hub(const HubBenchOptions& options);

// A hub with many members and a long log, against the same while it was empty: messages posted, fetched and acknowledged between two members per
// second. The members are admitted one by one; the log is filled (hub/bulk.h), as messages leave it that were delivered and cleaned away long ago.
struct RelayBenchOptions {
  std::string data, store_url;
  std::size_t members = 10'000, entries = 100'000;
  std::size_t messages = 10'000;  // of each measurement
};
struct RelayBenchFigures {
  double empty_per_s = 0, grown_per_s = 0;
  double empty_processor_us_each = 0, grown_processor_us_each = 0;  // of a message, clients included
  std::size_t members = 0;                                          // admitted, by the directory
  std::uint64_t entries = 0;                                        // in the log before the second measurement
  double filling_s = 0;                                             // how long it took to admit and to fill
};
[[nodiscard]] Result<RelayBenchFigures> bench_relay(const RelayBenchOptions& options);

int run_bench_hub(const HubBenchOptions& options);

}  // namespace warifu::app
