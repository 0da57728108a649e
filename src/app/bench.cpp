#include "app/bench.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <thread>

#include "app/bench_commands.h"
#include "app/bench_figures.h"
#include "app/bench_world.h"
#include "app/commands.h"
#include "app/http_front.h"
#include "base/file.h"
#include "inquiry/projection.h"

namespace warifu::app {

namespace {

using Clock = std::chrono::steady_clock;
using desk::MatterQuery;
using party::Role;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// ── reading ──

class Reads {
 public:
  Reads(BenchWorld& world, double for_seconds) : world_(world), for_seconds_(for_seconds) {}

  Result<std::vector<Latency>> run() {
    TRY(lists_of_a_unit());
    TRY(lists_of_the_office());
    TRY(searches());
    TRY(desks());
    TRY(measure("open a matter", [&]() -> Status {
      const BenchInquiry about = any();
      TRY(world_.office().peek(world_.officer(about.unit, about.officer), about.matter));
      return {};
    }));
    return std::move(out_);
  }

 private:
  template <class F>
  Status measure(std::string what, const F& action) {
    std::vector<double> each;
    for (int warm = 0; warm < 5; ++warm) TRY(action());
    const auto start = Clock::now();
    while (since(start) < for_seconds_ && each.size() < 20'000) {
      const auto begin = Clock::now();
      TRY(action());
      each.push_back(since(begin));
    }
    out_.push_back(latency_of(std::move(what), std::move(each)));
    return {};
  }
  // `set` fills the query; who asks sees one unit, or, as auditor, the whole office.
  template <class F>
  Status list(std::string what, bool whole_office, const F& set) {
    return measure(std::move(what), [&]() -> Status {
      const BenchInquiry about = any();
      MatterQuery query;
      set(query, about);
      return listed(whole_office, about, std::move(query));
    });
  }
  Status listed(bool whole_office, const BenchInquiry& about, MatterQuery query) {
    TRY(world_.office().list(whole_office ? world_.caller(0, Role::AUDITOR) : world_.officer(about.unit, about.officer), std::move(query)));
    return {};
  }
  BenchInquiry any() { return world_.inquiry(random_() % world_.inquiries()); }

  Status lists_of_a_unit() {
    using inquiry::State;
    TRY(list("unit: newest", false, [](MatterQuery&, const BenchInquiry&) {}));
    TRY(list("unit: answered, newest", false, [](MatterQuery& query, const BenchInquiry&) { query.states = {State::ANSWERED}; }));
    TRY(list("unit: five states, newest", false, [](MatterQuery& query, const BenchInquiry&) {
      query.states = {State::DISPATCHED, State::DELIVERED, State::ACCEPTED, State::IN_PROGRESS, State::ANSWERED};
    }));
    TRY(list("unit: open, by due day", false, [](MatterQuery& query, const BenchInquiry&) {
      query.is_open = true;
      query.sort = desk::Sort::DUE;
    }));
    TRY(list("unit: overdue, by due day", false, [](MatterQuery& query, const BenchInquiry&) {
      query.is_open = true;
      query.due_before = now_utc();
      query.sort = desk::Sort::DUE;
    }));
    TRY(list("unit: by number", false, [](MatterQuery& query, const BenchInquiry&) { query.sort = desk::Sort::NUMBER; }));
    TRY(list("unit: in my charge", false,
             [&](MatterQuery& query, const BenchInquiry& about) { query.in_charge = world_.officer(about.unit, about.officer).person; }));
    TRY(list("unit: one case", false, [](MatterQuery& query, const BenchInquiry& about) { query.case_id = about.case_id; }));
    TRY(list("unit: one addressee, one week, by number", false, [](MatterQuery& query, const BenchInquiry&) {
      query.counterparty = party::OrganisationId::parse("portal.demo").value();
      query.updated_from = now_utc() - days(400);
      query.updated_until = now_utc() - days(393);
      query.sort = desk::Sort::NUMBER;
    }));
    return measure("unit: newest, third page", [&]() -> Status {
      const BenchInquiry about = any();
      MatterQuery query;
      for (int page = 0; page < 2; ++page) query.cursor = TRY(world_.office().list(world_.officer(about.unit, about.officer), query)).next;
      return listed(false, about, std::move(query));
    });
  }
  Status lists_of_the_office() {
    using inquiry::State;
    TRY(list("office: newest", true, [](MatterQuery&, const BenchInquiry&) {}));
    TRY(list("office: closed, newest", true, [](MatterQuery& query, const BenchInquiry&) { query.states = {State::CLOSED}; }));
    TRY(list("office: no such state, newest", true, [](MatterQuery& query, const BenchInquiry&) { query.states = {State::VOIDED}; }));
    TRY(list("office: closed, one addressee, by due day", true, [](MatterQuery& query, const BenchInquiry&) {
      query.states = {State::CLOSED};
      query.counterparty = party::OrganisationId::parse("portal.demo").value();
      query.sort = desk::Sort::DUE;
    }));
    TRY(list("office: two units, by number", true, [&](MatterQuery& query, const BenchInquiry& about) {
      query.units = {world_.unit(about.unit), world_.unit((about.unit + 1) % kBenchUnits)};
      query.sort = desk::Sort::NUMBER;
    }));
    return list("office: dispatched in one week", true, [](MatterQuery& query, const BenchInquiry&) {
      query.dispatched_from = now_utc() - days(400);
      query.dispatched_until = now_utc() - days(393);
    });
  }
  Status searches() {
    TRY(list("search: number", false, [](MatterQuery& query, const BenchInquiry& about) { query.number = about.number; }));
    TRY(list("search: case number, whole office", true,
             [](MatterQuery& query, const BenchInquiry& about) { query.case_number = about.case_number; }));
    TRY(list("search: selector", false, [](MatterQuery& query, const BenchInquiry& about) { query.text = about.account; }));
    TRY(list("search: selector, whole office", true, [](MatterQuery& query, const BenchInquiry& about) { query.text = about.account; }));
    TRY(list("search: what stands everywhere (詐欺)", false, [](MatterQuery& query, const BenchInquiry&) { query.text = "詐欺"; }));
    TRY(list("search: the same, whole office", true, [](MatterQuery& query, const BenchInquiry&) { query.text = "詐欺"; }));
    TRY(list("search: compared with the words (詐欺事件)", false, [](MatterQuery& query, const BenchInquiry&) { query.text = "詐欺事件"; }));
    TRY(list("search: the same, whole office", true, [](MatterQuery& query, const BenchInquiry&) { query.text = "詐欺事件"; }));
    TRY(list("search: a surname (例田)", false, [](MatterQuery& query, const BenchInquiry&) { query.text = "例田"; }));
    TRY(list("search: a whole name, whole office (例田花子)", true, [](MatterQuery& query, const BenchInquiry&) { query.text = "例田花子"; }));
    TRY(list("search: pairs everywhere, together nowhere (定の特定)", true,
             [](MatterQuery& query, const BenchInquiry&) { query.text = "定の特定"; }));
    TRY(list("search: what is nowhere", true, [](MatterQuery& query, const BenchInquiry&) { query.text = "蜃気楼の城"; }));
    return list("search: two words, open, unit", false, [](MatterQuery& query, const BenchInquiry&) {
      query.text = "詐欺 花子";
      query.is_open = true;
    });
  }
  Status desks() {
    const auto desk = [&](std::string what, auto who) {
      return measure(std::move(what), [&]() -> Status {
        TRY(world_.office().desk(who(any())));
        return {};
      });
    };
    TRY(desk("desk of an investigator", [&](const BenchInquiry& about) { return world_.officer(about.unit, about.officer); }));
    for (const auto& [name, role] : std::initializer_list<std::pair<const char*, Role>>{
             {"desk of a supervisor", Role::SUPERVISOR}, {"desk of a head of unit", Role::APPROVER}, {"desk of a registrar", Role::REGISTRAR}})
      TRY(desk(name, [&, role = role](const BenchInquiry& about) { return world_.caller(about.unit, role); }));
    // An operator's list, as a provider's office asks for it.
    return measure("what one person may see, by due day", [&]() -> Status {
      const BenchInquiry about = any();
      MatterQuery query;
      query.visible_to = world_.officer(about.unit, about.officer).person;
      query.sort = desk::Sort::DUE;
      TRY(world_.store().find(query));
      return {};
    });
  }

  BenchWorld& world_;
  double for_seconds_;
  std::mt19937_64 random_{7};
  std::vector<Latency> out_;
};

// ── rebuilding ──

struct Rebuilt {
  double from_nothing = 0, unchanged = 0;  // acts per second
  std::size_t small = 0, large = 0;        // matters of the stores
};

// Every projection is dropped and made again; acts per second of the second half.
Result<double> rebuild_from_nothing(BenchWorld& world) {
  static_cast<void>(TRY(world.store().replace_projections(
      [](const MatterId&) -> Result<std::optional<inquiry::Projection>> { return std::optional<inquiry::Projection>{}; }, false)));
  const auto start = Clock::now();
  TRY(world.office().rebuild(false));
  return static_cast<double>(world.inquiries() * kBenchActsEach) / since(start);
}

// The large store is not rebuilt whole: what is counted is how far it gets in this time.
Result<double> rebuild_for(BenchWorld& world, double for_seconds) {
  std::atomic<std::size_t> matters{0};
  const party::Organisation& self = world.office().self();
  const auto start = Clock::now();
  const auto done = world.store().replace_projections(
      [&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> {
        if (since(start) > for_seconds) return fail(Code::CANCELLED, "enough");
        const auto acts = TRY(world.store().acts(matter));
        ++matters;
        if (!inquiry::is_inquiry_kind(acts.front().act.kind)) return std::optional<inquiry::Projection>{};
        return std::optional(inquiry::project(self.id, self.side, acts, inquiry::fold(acts)));
      },
      false);
  if (!done && done.error().code != Code::CANCELLED) return tl::unexpected<Error>(done.error());
  return static_cast<double>(matters * kBenchActsEach) / since(start);
}

// ── memory ──

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return static_cast<std::size_t>(std::strtoull(line.c_str() + 6, nullptr, 10));
  return 0;
}

// What `action` gives, computed in a process of its own.
template <class F>
Result<std::size_t> in_child(const F& action) {
  int ends[2];
  if (::pipe(ends) != 0) return fail(Code::IO, "no pipe");
  const pid_t child = ::fork();
  if (child < 0) return fail(Code::IO, "no process");
  if (child == 0) {
    ::close(ends[0]);
    const std::size_t value = action();
    ::_exit(::write(ends[1], &value, sizeof value) == sizeof value ? 0 : 1);
  }
  ::close(ends[1]);
  std::size_t value = 0;
  const bool is_whole = ::read(ends[0], &value, sizeof value) == sizeof value;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!is_whole || value == 0) return fail(Code::INTERNAL, "the child process failed");
  return value;
}

// The demo's node with its seven organisations, served and left alone for a while.
Result<std::size_t> idle_node_kib(const BenchCommand& command) {
  return in_child([&]() -> std::size_t {
    block_signals();
    const auto demo = bench_demo(command);
    if (!demo) return 0;
    std::atomic<std::size_t> kib{0};
    std::thread watcher;
    Front front;
    constexpr int kFirstPort = 18'000, kPorts = 4'000;
    front.listen = {"127.0.0.1", static_cast<std::uint16_t>(kFirstPort + ::getpid() % kPorts)};
    front.temp_directory = command.data;
    front.options.is_demo = true;
    front.on_ready = [&](std::uint16_t) {
      watcher = std::thread([&] {
        std::this_thread::sleep_for(std::chrono::seconds(3));
        kib = resident_kib();
        ::kill(::getpid(), SIGTERM);
      });
    };
    static_cast<void>(serve_until_end((*demo)->node(), std::move(front)));
    if (watcher.joinable()) watcher.join();
    return kib;
  });
}

// ── the machine and the table ──

Machine machine_for(const BenchCommand& command) {
  std::string line = "warifu bench inquiry --inquiries " + std::to_string(command.inquiries) + " --small " + std::to_string(command.small) +
                     " --clients " + std::to_string(command.clients) + " --seconds " + std::to_string(static_cast<int>(command.seconds));
  if (is_postgres_url(command.store_url)) line += " --store postgresql://…";
  return machine_of(std::move(line));
}

struct Figures {
  Machine machine;
  std::size_t idle_kib = 0;
  double filled_per_second = 0;
  std::vector<Latency> small, large;
  std::optional<Rebuilt> rebuilt;
  std::vector<Commands> commands;
};

json::Value figures_json(const BenchCommand& command, const Figures& figures) {
  json::Object out{{"store", is_postgres_url(command.store_url) ? "PostgreSQL" : "SQLite"},
                   {"machine", json::encode(figures.machine)},
                   {"inquiries", command.inquiries},
                   {"acts_each", kBenchActsEach},
                   {"filled_per_second", figures.filled_per_second},
                   {"idle_node_kib", figures.idle_kib},
                   {"small", json::encode(figures.small)},
                   {"large", json::encode(figures.large)}};
  if (figures.rebuilt)
    out["rebuild"] =
        json::Object{{"from_nothing_acts_per_second", figures.rebuilt->from_nothing}, {"unchanged_acts_per_second", figures.rebuilt->unchanged}};
  json::Array commands;
  for (const Commands& c : figures.commands) commands.push_back(to_json(c));
  out["commands"] = std::move(commands);
  return out;
}

void print(const BenchCommand& command, const Figures& figures) {
  print_machine(figures.machine, is_postgres_url(command.store_url) ? "PostgreSQL" : "SQLite");
  if (figures.filled_per_second > 0) std::printf("filled at %.0f inquiries/s\n", figures.filled_per_second);
  if (!figures.large.empty()) {
    std::printf("\n%-52s %9zu inquiries %11zu inquiries %8s\n", "", command.small, command.inquiries, "p95");
    std::printf("%-52s %9s %9s %11s %9s %8s\n", "", "p50 ms", "p95 ms", "p50 ms", "p95 ms", "growth");
  }
  for (std::size_t i = 0; i < figures.large.size(); ++i) {
    const Latency &small = figures.small[i], &large = figures.large[i];
    std::size_t wide = 0;  // characters of three bytes take two columns
    for (const char c : large.what) wide += (static_cast<unsigned char>(c) & 0xF0) == 0xE0;
    std::printf("%-*s %9.2f %9.2f %11.2f %9.2f %7.1fx\n", static_cast<int>(52 + wide), large.what.c_str(), small.p50_ms, small.p95_ms, large.p50_ms,
                large.p95_ms, small.p95_ms > 0 ? large.p95_ms / small.p95_ms : 0.0);
  }
  std::printf("\n");
  if (figures.rebuilt) {
    std::printf("rebuild of projections, from nothing (%zu inquiries)  %10.0f acts/s\n", figures.rebuilt->small, figures.rebuilt->from_nothing);
    std::printf("rebuild, all as it was (in %zu inquiries)  %10.0f acts/s\n", figures.rebuilt->large, figures.rebuilt->unchanged);
  }
  for (const Commands& c : figures.commands) print_commands(c);
  if (figures.idle_kib > 0) std::printf("idle node (seven organisations)  %zu KiB\n", figures.idle_kib);
}

Status bench(const BenchCommand& command) {
  const auto wants = [&](std::string_view part) { return command.only.empty() || std::ranges::find(command.only, part) != command.only.end(); };
  const std::size_t small_count = std::min(command.small, command.inquiries);
  // Demo, stories and the small store are made by another process, so that its memory is not counted and nothing is warm.
  const Status made = in_child([&]() -> std::size_t {
                        const Status filled = [&]() -> Status {
                          const auto world = TRY(BenchWorld::open(command, TRY(bench_demo(command)), small_count));
                          TRY(world->fill());
                          return {};
                        }();
                        if (!filled) report(filled.error(), false);
                        return filled ? 1 : 0;
                      }).map([](std::size_t) {});
  if (!made) return made;
  Figures figures;
  if (!command.fill_only && wants("memory")) figures.idle_kib = TRY(idle_node_kib(command));
  const std::shared_ptr<Demo> demo = TRY(bench_demo(command));
  const std::unique_ptr<BenchWorld> large = TRY(BenchWorld::open(command, demo, command.inquiries));
  figures.filled_per_second = TRY(large->fill());
  if (command.fill_only) return {};
  figures.machine = machine_for(command);
  if (wants("reads")) {
    {
      const std::unique_ptr<BenchWorld> small = TRY(BenchWorld::open(command, demo, small_count));
      figures.small = TRY(Reads(*small, command.seconds / 2).run());
    }
    figures.large = TRY(Reads(*large, command.seconds).run());
  }
  if (wants("rebuild")) {
    const std::unique_ptr<BenchWorld> small = TRY(BenchWorld::open(command, demo, small_count));
    figures.rebuilt = Rebuilt{TRY(rebuild_from_nothing(*small)), TRY(rebuild_for(*large, 5 * command.seconds)), small_count, command.inquiries};
  }
  if (wants("commands"))
    for (const bool is_opened : {false, true})
      for (const std::size_t clients : {std::size_t{1}, command.clients})
        figures.commands.push_back(TRY(measure_commands(*large, command, clients, is_opened)));
  if (command.json)
    std::printf("%s\n", json::pretty(figures_json(command, figures)).c_str());
  else
    print(command, figures);
  return {};
}

}  // namespace

int run_bench_inquiry(const BenchCommand& command) {
  const Status done = bench(command);
  return done ? 0 : report(done.error(), command.json);
}

}  // namespace warifu::app
