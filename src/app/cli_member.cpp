#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/commands.h"

namespace warifu::app {

namespace {

void add_join(CLI::App& org, int& code) {
  const auto joined = std::make_shared<JoinCommand>();
  CLI::App* join =
      org.add_subcommand("join", "Join an exchange: make keys and certificate, apply to the hub, show the fingerprint, wait for admission");
  join->add_option("invitation", joined->invitation, "The file that the hub's people handed over")->required();
  join->add_option("--data", joined->data, "Folder of the node: made when there is none")->required();
  join->add_option("--name-ja", joined->name_ja, "Name in Japanese, for a new folder");
  join->add_option("--name-en", joined->name_en, "Name in English, for a new folder");
  join->add_option("--address", joined->address, "Postal address, as it stands on the papers");
  join->add_option("--telephone", joined->telephone, "Telephone for calling back");
  join->add_option("--kind", joined->kind, "Kinds of service, with commas: portal, internet, mobile, bank, crypto, hosting");
  join->add_option("--class", joined->recipient_class, "Class of recipient in the law table");
  join->add_option("--store", joined->store_url, "postgresql://… instead of SQLite files in the folder");
  join->add_option("--root", joined->root, "Key file of the organisation's root, where it does not lie in the folder");
  join->add_flag("--no-wait", joined->no_wait, "Apply and end; `warifu serve` goes on once the hub has admitted");
  join->add_flag("--json", joined->json, "Print the result as JSON");
  join->callback([joined, &code] { code = run_org_join(*joined); });
}

void add_envelope(CLI::App& root, int& code) {
  CLI::App* envelope = root.add_subcommand("envelope", "Sealed messages of a member");
  envelope->require_subcommand(1);
  const auto listed = std::make_shared<EnvelopeCommand>();
  CLI::App* list = envelope->add_subcommand("list", "The newest messages that went out, and how far they came");
  list->add_option("--data", listed->data, "Folder of the node")->required();
  list->add_option("--limit", listed->limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
  list->add_flag("--json", listed->json, "Print the result as JSON");
  list->callback([listed, &code] { code = run_envelope_list(*listed); });

  const auto exported = std::make_shared<EnvelopeCommand>();
  CLI::App* out = envelope->add_subcommand("export", "Write a message's envelope, or its sealed object as the hub has it (an age file)");
  out->add_option("message", exported->message, "Id of a message; or a matter's id or document number: its newest message")->required();
  out->add_option("--data", exported->data, "Folder of the node")->required();
  out->add_option("-o,--out", exported->out, "File to write")->required();
  out->add_flag("--sealed", exported->sealed, "The sealed object instead of the envelope");
  out->add_flag("--proof", exported->proof, "The log's proof instead of the envelope (a .tlog-proof)");
  out->add_flag("--json", exported->json, "Print the result as JSON");
  out->callback([exported, &code] { code = run_envelope_export(*exported); });
}

void add_incidents(CLI::App& root, int& code) {
  const auto command = std::make_shared<IncidentCommand>();
  CLI::App* incidents = root.add_subcommand("incidents", "What hub or keys did that they must not; the exchange rests while a forked log is open");
  add_access(*incidents, command->access);
  incidents->add_option("--examined", command->examined, "Number of an incident that an auditor (--as) has looked at: ends its alarm, and is an act")
      ->check(CLI::PositiveNumber);
  incidents->add_option("--comment", command->comment, "With --examined: what was found out");
  incidents->add_option("--evidence", command->evidence, "Number of an incident whose evidence is printed")->check(CLI::PositiveNumber);
  incidents->callback([command, &code] { code = run_incidents(*command); });
}

void add_demo_node(CLI::App& root, int& code) {
  const auto command = std::make_shared<DemoNodeCommand>();
  CLI::App* node = root.add_subcommand("demo-node", "One organisation of the separate demo")->group("");
  node->add_option("--data", command->data)->required();
  node->add_option("--org", command->org)->required();
  node->add_option("--invitation", command->invitation)->required();
  node->add_option("--listen", command->listen)->required();
  node->add_option("--store", command->store_url);
  node->add_option("--customers", command->customers);
  node->add_option("--bench-port", command->bench_port);
  node->callback([command, &code] { code = run_demo_node(*command); });
}

}  // namespace

void add_member_commands(CLI::App& root, int& code) {
  add_join(*root.get_subcommand("org"), code);
  add_envelope(root, code);
  add_incidents(root, code);
  add_demo_node(root, code);
}

}  // namespace warifu::app
