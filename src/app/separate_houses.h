#pragma once
// A hub and nodes of invented organisations as processes of their own on this machine, each with its folder and free loopback ports, over mutual
// TLS. What the separate demo and the bench of the exchange are played on; their end is the end of everything they started.

#include <atomic>
#include <functional>
#include <map>
#include <optional>

#include "app/demo_remote.h"
#include "app/demo_world.h"
#include "app/processes.h"
#include "exchange/network.h"

namespace warifu::app {

struct HousesOptions {
  std::string data;
  std::size_t customers = 100'000;
  std::map<std::string, std::string, std::less<>> store_urls = {};                   // of an organisation, or of the hub; SQLite where there is none
  std::vector<std::string> hub_environment = {};                                     // NAME=value
  std::map<std::string, std::vector<std::string>, std::less<>> more_arguments = {};  // of an organisation's process
  std::function<bool()> is_over = [] { return false; };
};

class SeparateHouses {
 public:
  explicit SeparateHouses(HousesOptions options) : options_(std::move(options)), hub_(options_.data + "/hub") {}

  Status start_hub();
  Status start_node(const DemoOrganisation& organisation);
  // Two people of the hub, after they have compared the fingerprint: here it is read from the applicant's own folder, as he would read it out.
  Status admit(const std::string& org);
  Status wait_until_ready(const std::string& org);
  // Nothing is on its way any more, by the figures of every node.
  [[nodiscard]] Result<bool> is_quiet() const;

  [[nodiscard]] const std::map<std::string, RemoteHouse, std::less<>>& houses() const { return houses_; }
  [[nodiscard]] double hub_processor_seconds() const { return hub_process_.front().processor_seconds(); }
  [[nodiscard]] const exchange::Network& network() const { return *network_; }

 private:
  Status tool(const std::vector<std::string>& arguments, const std::string& log) const;
  Status until(const std::function<bool()>& condition, const std::string& what, Process& process);

  HousesOptions options_;
  std::string hub_;
  // Of both admitters, where the caller's environment has none: then nobody admits anybody to this exchange when the demo is over.
  std::vector<std::string> tool_environment_{"WARIFU_PASSPHRASE=" + to_hex(random_id_bytes())};
  std::optional<exchange::Network> network_;
  std::map<std::string, RemoteHouse, std::less<>> houses_;
  std::vector<Process> hub_process_;
  std::map<std::string, Process> nodes_;
};

}  // namespace warifu::app
