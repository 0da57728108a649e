#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/bench.h"
#include "app/bench_carry.h"
#include "app/bench_parts.h"
#include "app/cli.h"
#include "app/commands.h"
#include "base/failpoint.h"
#include "json/codec.h"

namespace warifu::app {

int report(const Error& error, bool as_json) {
  if (as_json) {
    const json::Object object{{"ok", false},
                              {"code", sentence(error.code).name},
                              {"where", error.where},
                              {"ja", sentence_ja(error)},
                              {"en", sentence_en(error)},
                              {"detail", error.message}};
    std::printf("%s\n", json::compact(object).c_str());
  } else {
    std::fprintf(stderr, "warifu: %s\n        %s\n        [%s%s%s] %s\n", sentence_ja(error).c_str(), sentence_en(error).c_str(),
                 std::string(sentence(error.code).name).c_str(), error.where.empty() ? "" : " at ", error.where.c_str(), error.message.c_str());
  }
  return 1;
}

namespace {

void add_demo(CLI::App& root, int& code) {
  const auto demo = std::make_shared<DemoCommand>();
  CLI::App* command = root.add_subcommand("demo", "Play every part in one process: invented police, providers, people and cases");
  command->add_option("--data", demo->data, "Folder of the demo (made at the first start)")->required();
  command->add_option("--listen", demo->listen, "Address and port to serve on, loopback only")->capture_default_str();
  command->add_flag("--once", demo->once, "Play the cases through without a server and end");
  command->add_flag("--separate", demo->separate, "With --once: a hub and one node per organisation, each its own process and folder");
  command->add_flag("--json", demo->json, "Print the result as one JSON object");
  command->add_option("--store", demo->store_url, "postgresql://… instead of SQLite files");
  command->add_option("--customers", demo->customers, "Customers of each provider")->capture_default_str();
  command->callback([demo, &code] { code = run_demo(*demo); });
}

void add_evidence(CLI::App& root, int& code) {
  CLI::App* evidence = root.add_subcommand("evidence", "The whole story of a matter, to be verified by anybody");
  evidence->require_subcommand(1);
  const auto exported = std::make_shared<EvidenceExport>();
  CLI::App* export_command =
      evidence->add_subcommand("export", "Write the evidence of a matter: exit 0 all is proven, 3 a message waits for the log or its witnesses");
  export_command->add_option("number", exported->number, "<organisation>:<document number>")->required();
  export_command->add_option("--data", exported->data, "Folder of the node")->required();
  export_command->add_option("-o,--out", exported->out, "File to write")->required();
  export_command->add_option("--as", exported->as, "Whose evidence (default: the organisation in the number)");
  export_command->add_flag("--json", exported->json, "Print the result as JSON");
  export_command->callback([exported, &code] { code = run_evidence_export(*exported); });
  const auto verified = std::make_shared<EvidenceVerify>();
  CLI::App* verify = evidence->add_subcommand(
      "verify", "Verify evidence away from any node: exit 0 it holds, 1 it does not, 2 no root, 3 it holds and not all of it is proven");
  verify->add_option("file", verified->file, "The evidence")->required();
  verify->add_option("--root", verified->root, "Policy file with the directory's key (root.vkey)");
  verify->add_flag("--json", verified->json, "Print the result as JSON");
  verify->callback([verified, &code] { code = run_evidence_verify(*verified); });
}

void add_bench(CLI::App& root, int& code) {
  CLI::App* bench = root.add_subcommand("bench", "Measure speed as ratios: with its floor or with a smaller store in the same run");
  bench->require_subcommand(1);
  const auto options = std::make_shared<BenchCommand>();
  CLI::App* command = bench->add_subcommand("inquiry", "Lists, search, opening, rebuilding and durable commands");
  command->add_option("--data", options->data, "Folder of its own; what is filled stays and is used again")->required();
  command->add_option("--store", options->store_url, "postgresql://… instead of a SQLite file");
  command->add_option("--inquiries", options->inquiries, "Inquiries of ten acts each")->capture_default_str();
  command->add_option("--small", options->small, "Size of the store that growth is measured against")->capture_default_str();
  command->add_option("--clients", options->clients, "Clients of the durable commands")->capture_default_str();
  command->add_option("--seconds", options->seconds, "Length of each measurement")->capture_default_str();
  command->add_option("--only", options->only, "Parts to measure: memory, reads, rebuild, commands")
      ->check(CLI::IsMember({"memory", "reads", "rebuild", "commands"}));
  command->add_flag("--fill-only", options->fill_only, "Fill the stores and measure nothing");
  command->add_flag("--json", options->json, "Print the figures as JSON");
  command->callback([options, &code] { code = run_bench_inquiry(*options); });
  const auto parts = std::make_shared<PartsBenchCommand>();
  command = bench->add_subcommand("parts", "A large result sealed, hashed and cut into parts, carried and opened");
  command->add_option("--data", parts->data, "Folder to work in (not there yet, or empty)")->required();
  command->add_option("--megabytes", parts->megabytes, "Size of the result")->capture_default_str();
  CLI::Option* carried = command->add_flag("--carried", parts->carried, "From a process to a hub and from there to another, over mutual TLS");
  command->add_option("--kills", parts->kills, "How often they are killed on the way and started again")->needs(carried)->check(CLI::Range(0, 1000));
  command->add_flag("--json", parts->json, "Print the figures as JSON");
  command->callback([parts, &code] { code = run_bench_parts(*parts); });
  const auto leg = std::make_shared<CarryLegCommand>();
  command = bench->add_subcommand("parts-leg", "One process of `bench parts --carried`")->group("");
  command->add_option("leg", leg->leg)->required()->check(CLI::IsMember({"seal", "send", "receive"}));
  command->add_option("--data", leg->data)->required();
  command->callback([leg, &code] { code = run_carry_leg(*leg); });
}

}  // namespace

void add_basic_commands(CLI::App& root, int& code) {
  add_demo(root, code);
  add_evidence(root, code);
  add_bench(root, code);
  const auto audited = std::make_shared<AuditCommand>();
  CLI::App* audit = root.add_subcommand("audit", "Hold books and logs against each other: exit 0 when nothing is found, 1 with findings");
  audit->add_option("--data", audited->data, "Folder of a node or of a hub; may be given several times")->required();
  audit->add_option("--month", audited->months, "Month of the books, 2026-11; may be given several times. Default: this month and the last");
  audit->add_option("--state", audited->state, "Where the checkpoints seen are remembered. Default: audit-state.json in the first folder");
  audit->add_flag("--offline", audited->offline, "A node's folder: do not ask the hub for its logs");
  audit->add_flag("--json", audited->json, "Print the result as JSON");
  audit->callback([audited, &code] { code = run_audit(*audited); });
  const auto rebuild = std::make_shared<RebuildCommand>();
  CLI::App* command = root.add_subcommand("rebuild", "Compute what lists and searches read from the acts again");
  command->add_option("--data", rebuild->data, "Folder of the node")->required();
  command->add_flag("--check", rebuild->check, "Only compare; exit 1 when something differs");
  command->add_flag("--json", rebuild->json, "Print the result as JSON");
  command->callback([rebuild, &code] { code = run_rebuild(*rebuild); });
  root.add_subcommand("openapi", "Print the description of the interface (OpenAPI 3.1)")->callback([&code] { code = run_openapi(); });
}

int run_command_line(int argc, char** argv) {
  const bool is_demo = argc > 1 && std::string_view(argv[1]).starts_with("demo");
  if (const Status armed = failpoints::arm_from_environment(is_demo); !armed) return report(armed.error(), false);
  CLI::App app{"割符 Warifu: the exchange of inquiries between investigators and the companies that hold the facts", "warifu"};
  app.set_version_flag("--version", "warifu " WARIFU_VERSION);
  app.require_subcommand(1);
  int code = 0;
  add_basic_commands(app, code);
  add_node_commands(app, code);
  add_hub_commands(app, code);
  add_member_commands(app, code);
  add_people_commands(app, code);
  add_book_commands(app, code);
  add_house_commands(app, code);
  add_inquiry_commands(app, code);
  add_help_commands(app, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      std::fprintf(stderr, "warifu: 使い方が違います。次の英文と --help を見てください。\n        This is not how it is used; see --help.\n");
    return app.exit(error) == 0 ? 0 : 2;
  }
  // What could not be written to the end was not said: a full disk behind a pipe is a failure of the command.
  if (std::fflush(stdout) != 0 && code == 0) code = 1;
  return code;
}

}  // namespace warifu::app
