#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/commands.h"
#include "json/codec.h"

namespace warifu::app {

int report(const Error& error, bool as_json) {
  if (as_json) {
    const json::Object object{{"ok", false}, {"code", sentence(error.code).name}, {"where", error.where}, {"ja", sentence_ja(error)}, {"en", sentence_en(error)}, {"detail", error.message}};
    std::printf("%s\n", json::compact(object).c_str());
  } else {
    std::fprintf(stderr, "warifu: %s\n        %s\n        [%s%s%s] %s\n", sentence_ja(error).c_str(), sentence_en(error).c_str(),
                 std::string(sentence(error.code).name).c_str(), error.where.empty() ? "" : " at ", error.where.c_str(), error.message.c_str());
  }
  return 1;
}

int run_command_line(int argc, char** argv) {
  CLI::App app{"割符 Warifu: the exchange of inquiries between investigators and the companies that hold the facts"};
  app.set_version_flag("--version", "warifu " WARIFU_VERSION);
  app.require_subcommand(1);
  int code = 0;

  DemoCommand demo;
  CLI::App* demo_app = app.add_subcommand("demo", "Play every part in one process: invented police, providers, people and cases");
  demo_app->add_option("--data", demo.data, "Folder of the demo (made at the first start)")->required();
  demo_app->add_option("--listen", demo.listen, "Address and port to serve on, loopback only")->capture_default_str();
  demo_app->add_flag("--once", demo.once, "Play the cases through without a server and end");
  demo_app->add_flag("--json", demo.json, "Print the result as one JSON object");
  demo_app->add_option("--store", demo.store_url, "postgresql://… instead of SQLite files");
  demo_app->add_option("--customers", demo.customers, "Customers of each provider")->capture_default_str();
  demo_app->callback([&] { code = run_demo(demo); });

  CLI::App* evidence = app.add_subcommand("evidence", "The whole story of a matter, to be verified by anybody");
  evidence->require_subcommand(1);
  EvidenceExport exported;
  CLI::App* export_app = evidence->add_subcommand("export", "Write the evidence of a matter");
  export_app->add_option("number", exported.number, "<organisation>:<document number>")->required();
  export_app->add_option("--data", exported.data, "Folder of the node")->required();
  export_app->add_option("-o,--out", exported.out, "File to write")->required();
  export_app->add_option("--as", exported.as, "Whose evidence (default: the organisation in the number)");
  export_app->add_flag("--json", exported.json, "Print the result as JSON");
  export_app->callback([&] { code = run_evidence_export(exported); });
  EvidenceVerify verified;
  CLI::App* verify_app = evidence->add_subcommand("verify", "Verify evidence away from any node: exit 0 it holds, 1 it does not, 2 no root");
  verify_app->add_option("file", verified.file, "The evidence")->required();
  verify_app->add_option("--root", verified.root, "Policy file with the directory's key (root.vkey)");
  verify_app->add_flag("--json", verified.json, "Print the result as JSON");
  verify_app->callback([&] { code = run_evidence_verify(verified); });

  RebuildCommand rebuild;
  CLI::App* rebuild_app = app.add_subcommand("rebuild", "Compute what lists and searches read from the acts again");
  rebuild_app->add_option("--data", rebuild.data, "Folder of the node")->required();
  rebuild_app->add_flag("--check", rebuild.check, "Only compare; exit 1 when something differs");
  rebuild_app->add_flag("--json", rebuild.json, "Print the result as JSON");
  rebuild_app->callback([&] { code = run_rebuild(rebuild); });

  app.add_subcommand("openapi", "Print the description of the interface (OpenAPI 3.1)")->callback([&] { code = run_openapi(); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int shown = app.exit(error);
    return shown == 0 ? 0 : 2;
  }
  return code;
}

}  // namespace warifu::app
