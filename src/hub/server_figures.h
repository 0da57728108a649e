#pragma once
// What the HTTP server of a hub or a witness refused before any handler saw it: requests without a meaning, bodies beyond their limit, handshakes
// that failed. Shown on the page of /metrics beside what the handlers counted. Thread-safe.

#include <functional>
#include <mutex>

#include "net/metrics.h"
#include "net/server.h"

namespace warifu::hub {

class ServerFigures {
 public:
  explicit ServerFigures(net::Metrics& metrics) : metrics_(metrics) {}

  Status declare();
  // Where the server's own counts are read from; what is given must live until the server's end.
  void watch(std::function<net::ServerCounters()> counters);
  // Of every answered request: those that no handler saw are counted by status. The error that such a status stands for, for the log of events.
  std::optional<Error> answered(const net::Exchange& exchange);
  void refresh();  // before the page is rendered

 private:
  net::Metrics& metrics_;
  std::mutex mutex_;
  std::function<net::ServerCounters()> counters_;
  net::ServerCounters shown_;
};

// Figures are for the machine's own monitoring.
[[nodiscard]] bool is_from_here(const net::Request& request);

}  // namespace warifu::hub
