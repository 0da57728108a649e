#include "app/demo_separate.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <thread>

#include "app/demo_cases.h"
#include "app/demo_remote.h"
#include "app/demo_world.h"
#include "app/processes.h"
#include "base/file.h"
#include "exchange/joining.h"
#include "net/client.h"

namespace warifu::app {

namespace {

using inquiry::State;

constexpr std::chrono::milliseconds kToolPatience{60'000};
constexpr std::size_t kFileBytesMax = 1024 * 1024;
constexpr std::chrono::seconds kSetUpPatience{180};
constexpr std::chrono::milliseconds kQuiet{3'000};  // a node of the demo counts every second

std::atomic<bool> was_told_to_end{false};

struct Played {
  std::string org, slug;
  MatterId matter;
  State expected = State::NONE;
};

class Separate {
 public:
  explicit Separate(const DemoCommand& command) : command_(command), hub_(command.data + "/hub") {}

  Result<std::vector<DemoMatter>> play() {
    TRY(start_hub());
    for (const DemoOrganisation& organisation : demo_organisations()) TRY(start_node(organisation));
    for (const DemoOrganisation& organisation : demo_organisations()) TRY(admit(std::string(organisation.id)));
    for (const DemoOrganisation& organisation : demo_organisations()) TRY(wait_until_ready(std::string(organisation.id)));
    RemoteDesk desks(houses_, [] { return was_told_to_end.load(); });
    TRY(wait_until_known(desks));
    StageClock present;
    Stage stage(desks, present);
    std::vector<Played> played;
    const DemoCases cases{stage, present, tokyo_date(now_utc()),
                          [&](std::string_view org, std::string_view slug, const MatterId& matter, State expected) {
                            played.push_back({std::string(org), std::string(slug), matter, expected});
                          }};
    TRY(cases.play());
    TRY(wait_until_delivered(desks));
    std::vector<DemoMatter> out;
    for (const Played& one : played) out.push_back(TRY(shown(desks, one)));
    return out;
  }

 private:
  // A command of this program that does its work and ends.
  Status tool(const std::vector<std::string>& arguments, const std::string& log) {
    Process process = TRY(Process::start(arguments, {}, log));
    if (TRY(process.wait(kToolPatience)) != 0) return fail(Code::PEER_UNAVAILABLE, "a command of the demo failed, see its output", log);
    return {};
  }

  Status start_hub() {
    TRY(make_directories(command_.data, 0700));
    const std::uint16_t port = TRY(free_port());
    const std::string log = command_.data + "/hub.log";
    TRY(tool({"init", "--role", "hub", "--org", std::string(kHubName), "--data", hub_, "--url", "https://127.0.0.1:" + std::to_string(port)}, log));
    const exchange::Network network = TRY(exchange::Network::parse(TRY(read_file(hub_ + "/network", kFileBytesMax))));
    // What everybody is told of this exchange, and what evidence is verified against.
    const std::string policy = "log " + network.keys.text() + "\nlog " + network.log.text() + "\nquorum none\n";
    TRY(write_file_durably(command_.data + "/root.vkey", bytes_of(policy), 0644));
    processes_.push_back(TRY(Process::start({"serve", "--data", hub_, "--listen", "127.0.0.1:" + std::to_string(port)}, {"WARIFU_WORKERS=32"}, log)));
    net::KeptClientOptions line;
    line.base_url = network.url;
    line.server_key = network.tls;
    return until(
        [line] {
          net::KeptClient client(line);
          const auto answer = client.send({"GET", "/healthz", {}, {}, {}});
          return answer && answer->status == 200;
        },
        "hub", processes_.back());
  }

  Status start_node(const DemoOrganisation& organisation) {
    const std::string org(organisation.id), folder = command_.data + "/" + org, invitation = command_.data + "/" + org + ".invitation";
    const std::string side = organisation.side == party::Side::AGENCY ? "agency" : "provider";
    TRY(tool({"org", "invite", "--data", hub_, "--org", org, "--side", side, "--out", invitation}, command_.data + "/hub.log"));
    const std::uint16_t port = TRY(free_port());
    houses_[org] = {"http://127.0.0.1:" + std::to_string(port), folder, {}};
    nodes_.emplace(org, TRY(Process::start({"demo-node", "--data", folder, "--org", org, "--invitation", invitation, "--listen",
                                            "127.0.0.1:" + std::to_string(port), "--customers", std::to_string(command_.customers)},
                                           {}, command_.data + "/" + org + ".log")));
    return {};
  }

  // Two people of the hub, after they have compared the fingerprint: here it is read from the applicant's own folder, as he would read it out.
  Status admit(const std::string& org) {
    const std::string own = command_.data + "/" + org + "/fingerprint";
    TRY(until([&] { return std::filesystem::exists(own); }, org, nodes_.at(org)));
    std::string fingerprint = TRY(read_file(own, kFileBytesMax));
    while (fingerprint.ends_with('\n')) fingerprint.pop_back();
    std::vector<std::string> arguments{"org", "admit", org, "--data", hub_, "--fingerprint", fingerprint};
    for (const char* admitter : {"1", "2"}) {
      arguments.emplace_back("--admitter");
      arguments.push_back(hub_ + "/admitters/" + std::string(kHubName) + "_admit_" + admitter + ".key");
    }
    return tool(arguments, command_.data + "/hub.log");
  }

  Status wait_until_ready(const std::string& org) {
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

  // Every agency has heard of every provider: what was published a moment ago is there with the next look of each node.
  Status wait_until_known(RemoteDesk& desks) {
    for (const DemoOrganisation& agency : demo_organisations())
      for (const DemoOrganisation& provider : demo_organisations()) {
        if (agency.side != party::Side::AGENCY || provider.side != party::Side::PROVIDER) continue;
        const Who reader{agency.id, "tantou", party::Role::INVESTIGATOR};
        TRY(desks.until([&] { return desks.knows_profile(reader, provider.id); }, std::string(provider.id)));
      }
    return {};
  }

  Status until(const std::function<bool()>& condition, const std::string& what, Process& process) {
    const auto end = std::chrono::steady_clock::now() + kSetUpPatience;
    while (!condition()) {
      if (was_told_to_end) return fail(Code::CANCELLED, "the demo was ended");
      if (!process.is_running()) return fail(Code::PEER_UNAVAILABLE, "a process of the demo has ended, see its output", what);
      if (std::chrono::steady_clock::now() > end) return fail(Code::TIMEOUT, "it did not come up", what);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {};
  }

  // Nothing is on its way any more: every message has its receipt, for as long as the figures need to become true.
  Status wait_until_delivered(RemoteDesk& desks) {
    auto quiet_since = std::chrono::steady_clock::now();
    return desks.until(
        [&]() -> Result<bool> {
          for (const auto& [org, house] : houses_)
            if (!TRY(is_quiet(house))) quiet_since = std::chrono::steady_clock::now();
          return std::chrono::steady_clock::now() - quiet_since > kQuiet;
        },
        "receipts");
  }

  static Result<bool> is_quiet(const RemoteHouse& house) {
    const net::ClientAnswer page = TRY(net::http_get(house.server + "/metrics"));
    for (const std::string name : {"warifu_outbox{", "warifu_messages_undelivered{"}) {
      const std::size_t at = page.body.find("\n" + name);
      if (at == std::string::npos) return false;
      const std::string line = page.body.substr(at + 1, page.body.find('\n', at + 1) - at - 1);
      if (!line.ends_with("} 0")) return false;
    }
    return true;
  }

  Result<DemoMatter> shown(RemoteDesk& desks, const Played& one) {
    const desk::MatterView view = TRY(desks.look_at({one.org, "tantou", party::Role::INVESTIGATOR}, one.matter));
    DemoMatter out;
    out.number = one.org + ":" + view.row.number;
    out.case_ = one.slug;
    out.state = view.row.state;
    // A client that looks leaves acts of its own; in the process that hosts everybody nobody has to look.
    out.acts =
        static_cast<int>(std::ranges::count_if(view.timeline, [](const desk::ActView& act) { return act.kind != enum_text(inquiry::Kind::VIEWED); }));
    out.expected = one.expected;
    return out;
  }

  const DemoCommand& command_;
  std::string hub_;
  std::map<std::string, RemoteHouse, std::less<>> houses_;
  std::vector<Process> processes_;  // the hub
  std::map<std::string, Process> nodes_;
};

}  // namespace

Result<std::vector<DemoMatter>> play_separately(const DemoCommand& command) {
  std::error_code ignored;
  if (std::filesystem::exists(command.data, ignored) && !std::filesystem::is_empty(command.data, ignored))
    return fail(Code::CONFLICT, "the folder is not empty; choose another or remove it", command.data);
  struct sigaction told{};
  told.sa_handler = [](int) { was_told_to_end = true; };
  struct sigaction before_int{}, before_term{};
  ::sigaction(SIGINT, &told, &before_int);
  ::sigaction(SIGTERM, &told, &before_term);
  Result<std::vector<DemoMatter>> played = [&] {
    Separate separate(command);  // its end is the end of everything it started
    return separate.play();
  }();
  ::sigaction(SIGINT, &before_int, nullptr);
  ::sigaction(SIGTERM, &before_term, nullptr);
  return played;
}

}  // namespace warifu::app
