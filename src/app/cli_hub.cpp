#include <CLI/CLI.hpp>

#include "app/bench_exchange.h"
#include "app/bench_hub.h"
#include "app/cli.h"
#include "app/commands.h"

namespace warifu::app {

namespace {

void add_passphrase(CLI::App& command, HubOrgCommand& options) {
  command.add_flag("--passphrase-stdin", options.passphrase_stdin,
                   "Read the passphrase of each --admitter as a line of the standard input (else WARIFU_PASSPHRASE, else the terminal)");
}

void add_joining(CLI::App& org, int& code) {
  const auto invited = std::make_shared<HubOrgCommand>();
  CLI::App* invite = org.add_subcommand("invite", "Hub: invite an organisation; the file holds the network and a code for one use");
  invite->add_option("--data", invited->data, "Folder of the hub")->required();
  invite->add_option("--org", invited->org, "Who is invited, for example kakuu-police.example")->required();
  invite->add_option("--side", invited->side, "agency or provider")->required();
  invite->add_option("-o,--out", invited->out, "File to write")->required();
  invite->add_flag("--json", invited->json, "Print the result as JSON");
  invite->callback([invited, &code] { code = run_org_invite(*invited); });

  const auto listed = std::make_shared<HubOrgCommand>();
  CLI::App* pending = org.add_subcommand("pending", "Hub: who was invited, and who asks to be admitted");
  pending->add_option("--data", listed->data, "Folder of the hub")->required();
  pending->add_flag("--json", listed->json, "Print the result as JSON");
  pending->callback([listed, &code] { code = run_org_pending(*listed); });

  const auto admitted = std::make_shared<HubOrgCommand>();
  CLI::App* admit = org.add_subcommand("admit", "Hub: sign an admission; two people do, each with his own key, after comparing the fingerprint");
  admit->add_option("org", admitted->org, "The organisation")->required();
  admit->add_option("--data", admitted->data, "Folder of the hub")->required();
  admit->add_option("--admitter", admitted->admitters, "Key file of an admitter")->required();
  add_passphrase(*admit, *admitted);
  admit->add_option("--fingerprint", admitted->fingerprint, "What the other side read out: refused when it is another");
  admit->add_flag("--json", admitted->json, "Print the result as JSON");
  admit->callback([admitted, &code] { code = run_org_admit(*admitted); });

  const auto revoked = std::make_shared<HubOrgCommand>();
  CLI::App* revoke = org.add_subcommand(
      "revoke", "Hub: end the admission of an organisation; two people sign, each with his own key. What it sent before stays valid");
  revoke->add_option("org", revoked->org, "The organisation")->required();
  revoke->add_option("--data", revoked->data, "Folder of the hub")->required();
  revoke->add_option("--admitter", revoked->admitters, "Key file of an admitter; the first one stops the service, the second ends the admission")
      ->required();
  add_passphrase(*revoke, *revoked);
  revoke->add_option("--reason", revoked->reason, "Why; kept at the hub");
  revoke->add_flag("--withdraw", revoked->withdraw, "Take back what one admitter has begun: it is served again");
  revoke->add_flag("--json", revoked->json, "Print the result as JSON");
  revoke->callback([revoked, &code] { code = run_org_revoke(*revoked); });
}

void add_log(CLI::App& root, int& code) {
  CLI::App* log = root.add_subcommand("log", "The hub's logs as files");
  log->require_subcommand(1);
  const auto served = std::make_shared<LogCommand>();
  CLI::App* serve = log->add_subcommand("serve-files", "Serve the folder of a log read-only over HTTP on the loopback address (layout tlog-tiles)");
  serve->add_option("folder", served->folder, "Folder of the log, for example DIR/logs/log")->required();
  serve->add_option("--listen", served->listen, "Address and port, loopback only")->capture_default_str();
  serve->add_option("--key", served->vkey, "The log's verifier key: its checkpoint is checked first");
  serve->add_flag("--check", served->check, "Check that files and checkpoint agree, print size and root, and end");
  serve->add_flag("--json", served->json, "Print the result as JSON");
  serve->callback([served, &code] { code = run_log_serve(*served); });

  const auto shown = std::make_shared<LogCommand>();
  CLI::App* vkey = log->add_subcommand("vkey", "Print the verifier key of a log");
  vkey->add_option("--data", shown->folder, "Folder of the hub, or its network file")->required();
  vkey->add_option("--log", shown->name, "log (messages) or keys")->capture_default_str();
  vkey->add_flag("--json", shown->json, "Print the result as JSON");
  vkey->callback([shown, &code] { code = run_log_vkey(*shown); });
}

void add_bench(CLI::App& bench, int& code) {
  const auto options = std::make_shared<HubBenchOptions>();
  CLI::App* command = bench.add_subcommand("hub", "Envelopes taken, logged and cosigned per second, with three witnesses");
  command->add_option("--data", options->data, "Folder to fill (not there yet, or empty)")->required();
  command->add_option("--store", options->store_url, "postgresql://… instead of SQLite files");
  command->add_option("--leaves", options->leaves, "Messages")->capture_default_str();
  command->add_option("--bytes", options->object_bytes, "Bytes of each sealed object")->capture_default_str();
  command->add_option("--threads", options->threads, "Clients")->capture_default_str();
  command->add_option("--entries", options->entries, "Entries of the log of a hub that has grown, to be measured besides; 0: none")
      ->capture_default_str();
  command->add_option("--members", options->members, "Its members")->capture_default_str();
  command->add_flag("--json", options->json, "Print the figures as JSON");
  command->callback([options, &code] { code = run_bench_hub(*options); });

  const auto between = std::make_shared<ExchangeBenchCommand>();
  command = bench.add_subcommand("exchange", "Inquiries and answers between two nodes over a hub, each a process of its own");
  command->add_option("--data", between->data, "Folder to fill (not there yet, or empty)")->required();
  command->add_option("--store", between->store_url, "postgresql://… instead of SQLite files; databases warifu_bench_… are made beside it");
  command->add_option("--round-trips", between->round_trips, "Inquiries that are answered")->capture_default_str();
  command->add_option("--window", between->window, "Inquiries without an answer at a time")->capture_default_str();
  command->add_option("--seconds", between->seconds, "Length of the measurement at half load, and of the floor")->capture_default_str();
  command->add_option("--members", between->members, "Members of the hub that has grown")->capture_default_str();
  command->add_option("--entries", between->entries, "Entries of its log")->capture_default_str();
  command->add_flag("!--no-growth", between->growth, "Do not measure the hub that has grown");
  command->add_flag("--json", between->json, "Print the figures as JSON");
  command->callback([between, &code] { code = run_bench_exchange(*between); });
}

}  // namespace

void add_hub_commands(CLI::App& root, int& code) {
  add_joining(*root.get_subcommand("org"), code);
  add_log(root, code);
  add_bench(*root.get_subcommand("bench"), code);
}

}  // namespace warifu::app
