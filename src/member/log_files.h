#pragma once
// The files of one of the hub's logs, as a node reads them: full tiles are kept for a while, they never change. A partial tile whose full one has
// taken its place is cut from that.

#include <list>
#include <map>
#include <string>

#include "exchange/hub.h"
#include "ledger/tiles.h"

namespace warifu::member {

class LogFiles {
 public:
  LogFiles(exchange::HubPort& hub, exchange::LogName log) : hub_(hub), log_(log) {}

  Result<std::string> read(const std::string& path);
  // Entries [first, size) in a log of that size.
  Result<std::vector<std::string>> entries(std::uint64_t first, std::uint64_t size);
  [[nodiscard]] ledger::ReadFile reader() {
    return [this](const std::string& path) { return read(path); };
  }
  [[nodiscard]] exchange::LogName log() const { return log_; }
  [[nodiscard]] exchange::HubPort& hub() const { return hub_; }

 private:
  Result<std::string> bundle(std::uint64_t index, std::size_t width);

  exchange::HubPort& hub_;
  exchange::LogName log_;
  std::map<std::string, std::string> kept_;
  std::list<std::string> order_;  // oldest first
};

}  // namespace warifu::member
