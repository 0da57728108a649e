#pragma once
// `warifu bench exchange`: an agency's node, a provider's node and a hub as processes of their own on this machine, over mutual TLS, and complete
// round trips between them: an inquiry sealed, signed, logged, durably kept and applied, its answer likewise, and the receipts. Beside it, in
// the same run, the floor (bench_floor.h) and how a hub relays that has many members and a long log.

#include <string>

#include "base/error.h"

namespace warifu::app {

struct ExchangeBenchCommand {
  std::string data;       // an empty or absent folder
  std::string store_url;  // empty: SQLite; else databases warifu_bench_hub, _agency, _provider are made beside the one named
  std::size_t round_trips = 3'000;
  std::size_t window = 256;                         // begun and not yet answered, at most
  double seconds = 15;                              // at half load, and of the floor
  std::size_t members = 10'000, entries = 100'000;  // of the hub that has grown
  bool growth = true, json = false;
};
int run_bench_exchange(const ExchangeBenchCommand& command);

}  // namespace warifu::app
