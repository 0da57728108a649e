#include "app/demo_separate.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "app/demo_cases.h"
#include "app/separate_houses.h"

namespace warifu::app {

namespace {

using inquiry::State;

constexpr std::chrono::milliseconds kQuiet{3'000};  // a node of the demo counts every second

std::atomic<bool> was_told_to_end{false};

struct Played {
  std::string org, slug;
  MatterId matter;
  State expected = State::NONE;
};

class Separate {
 public:
  explicit Separate(const DemoCommand& command)
      : exchange_({.data = command.data, .customers = command.customers, .is_over = [] { return was_told_to_end.load(); }}) {}

  Result<std::vector<DemoMatter>> play() {
    TRY(exchange_.start_hub());
    for (const DemoOrganisation& organisation : demo_organisations()) TRY(exchange_.start_node(organisation));
    for (const DemoOrganisation& organisation : demo_organisations()) TRY(exchange_.admit(std::string(organisation.id)));
    for (const DemoOrganisation& organisation : demo_organisations()) TRY(exchange_.wait_until_ready(std::string(organisation.id)));
    RemoteDesk desks(exchange_.houses(), [] { return was_told_to_end.load(); });
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

  // Nothing is on its way any more: every message has its receipt, for as long as the figures need to become true.
  Status wait_until_delivered(RemoteDesk& desks) {
    auto quiet_since = std::chrono::steady_clock::now();
    return desks.until(
        [&]() -> Result<bool> {
          if (!TRY(exchange_.is_quiet())) quiet_since = std::chrono::steady_clock::now();
          return std::chrono::steady_clock::now() - quiet_since > kQuiet;
        },
        "receipts");
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

  SeparateHouses exchange_;
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
