#include "app/separate_houses.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/file.h"
#include "exchange/evidence.h"
#include "exchange/joining.h"
#include "net/client.h"

namespace warifu::app {

namespace {

constexpr std::chrono::milliseconds kToolPatience{60'000};
constexpr std::size_t kFileBytesMax = 1024 * 1024;
constexpr std::chrono::seconds kSetUpPatience{180};

Result<bool> is_house_quiet(const RemoteHouse& house) {
  const net::ClientAnswer page = TRY(net::http_get(house.server + "/metrics"));
  for (const std::string name : {"warifu_outbox{", "warifu_messages_undelivered{", "warifu_messages_unproven{", "warifu_messages_uncosigned{"}) {
    const std::size_t at = page.body.find("\n" + name);
    if (at == std::string::npos) return false;
    const std::string line = page.body.substr(at + 1, page.body.find('\n', at + 1) - at - 1);
    if (!line.ends_with("} 0")) return false;
  }
  return true;
}

}  // namespace

// A command of this program that does its work and ends.
Status SeparateHouses::tool(const std::vector<std::string>& arguments, const std::string& log) const {
  Process process = TRY(Process::start(arguments, tool_environment_, log));
  if (TRY(process.wait(kToolPatience)) != 0) return fail(Code::PEER_UNAVAILABLE, "a command of the demo failed, see its output", log);
  return {};
}

Status SeparateHouses::start_hub() {
  TRY(make_directories(options_.data, 0700));
  const std::uint16_t port = TRY(free_port());
  const std::string log = options_.data + "/hub.log";
  std::vector<std::string> init{
      "init", "--role", "hub", "--org", std::string(kHubName), "--data", hub_, "--url", "https://127.0.0.1:" + std::to_string(port)};
  if (const auto url = options_.store_urls.find(kHubName); url != options_.store_urls.end()) {
    init.emplace_back("--store");
    init.push_back(url->second);
  }
  TRY(tool(init, log));
  network_ = TRY(exchange::Network::parse(TRY(read_file(hub_ + "/network", kFileBytesMax))));
  // What everybody is told of this exchange, and what evidence is verified against.
  TRY(write_file_durably(options_.data + "/root.vkey", bytes_of(exchange::root_file(*network_)), 0644));
  std::vector<std::string> environment{"WARIFU_WORKERS=32"};
  environment.insert(environment.end(), options_.hub_environment.begin(), options_.hub_environment.end());
  hub_process_.push_back(TRY(Process::start({"serve", "--data", hub_, "--listen", "127.0.0.1:" + std::to_string(port)}, environment, log)));
  net::KeptClientOptions line;
  line.base_url = network_->url;
  line.server_key = network_->tls;
  return until(
      [line] {
        net::KeptClient client(line);
        const auto answer = client.send({"GET", "/healthz", {}, {}, {}});
        return answer && answer->status == 200;
      },
      "hub", hub_process_.back());
}

Status SeparateHouses::start_node(const DemoOrganisation& organisation) {
  const std::string org(organisation.id), folder = options_.data + "/" + org, invitation = options_.data + "/" + org + ".invitation";
  const std::string side = organisation.side == party::Side::AGENCY ? "agency" : "provider";
  TRY(tool({"org", "invite", "--data", hub_, "--org", org, "--side", side, "--out", invitation}, options_.data + "/hub.log"));
  const std::uint16_t port = TRY(free_port());
  houses_[org] = {"http://127.0.0.1:" + std::to_string(port), folder, {}};
  std::vector<std::string> arguments{"demo-node",
                                     "--data",
                                     folder,
                                     "--org",
                                     org,
                                     "--invitation",
                                     invitation,
                                     "--listen",
                                     "127.0.0.1:" + std::to_string(port),
                                     "--customers",
                                     std::to_string(options_.customers)};
  if (const auto url = options_.store_urls.find(org); url != options_.store_urls.end()) {
    arguments.emplace_back("--store");
    arguments.push_back(url->second);
  }
  if (const auto more = options_.more_arguments.find(org); more != options_.more_arguments.end())
    arguments.insert(arguments.end(), more->second.begin(), more->second.end());
  nodes_.emplace(org, TRY(Process::start(arguments, {}, options_.data + "/" + org + ".log")));
  return {};
}

Status SeparateHouses::admit(const std::string& org) {
  const std::string own = options_.data + "/" + org + "/fingerprint";
  TRY(until([&] { return std::filesystem::exists(own); }, org, nodes_.at(org)));
  std::string fingerprint = TRY(read_file(own, kFileBytesMax));
  while (fingerprint.ends_with('\n')) fingerprint.pop_back();
  std::vector<std::string> arguments{"org", "admit", org, "--data", hub_, "--fingerprint", fingerprint};
  for (const char* admitter : {"1", "2"}) {
    arguments.emplace_back("--admitter");
    arguments.push_back(hub_ + "/admitters/" + std::string(kHubName) + "_admit_" + admitter + ".key");
  }
  return tool(arguments, options_.data + "/hub.log");
}

Status SeparateHouses::wait_until_ready(const std::string& org) {
  RemoteHouse& house = houses_.at(org);
  TRY(until(
      [&] {
        const auto answer = net::http_get(house.server + "/healthz");
        return answer && answer->status == 200;
      },
      org, nodes_.at(org)));
  house.accounts = TRY(json::decode_text<std::vector<DemoAccount>>(TRY(read_file(house.folder + "/demo-accounts.json", kFileBytesMax))));
  return {};
}

Result<bool> SeparateHouses::is_quiet() const {
  for (const auto& [org, house] : houses_)
    if (!TRY(is_house_quiet(house))) return false;
  return true;
}

Status SeparateHouses::until(const std::function<bool()>& condition, const std::string& what, Process& process) {
  const auto end = std::chrono::steady_clock::now() + kSetUpPatience;
  while (!condition()) {
    if (options_.is_over()) return fail(Code::CANCELLED, "the demo was ended");
    if (!process.is_running()) return fail(Code::PEER_UNAVAILABLE, "a process of the demo has ended, see its output", what);
    if (std::chrono::steady_clock::now() > end) return fail(Code::TIMEOUT, "it did not come up", what);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return {};
}

}  // namespace warifu::app
