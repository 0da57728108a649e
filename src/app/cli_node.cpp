#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/commands.h"

namespace warifu::app {

namespace {

template <class Command>
void add_organisation_options(CLI::App& app, Command& command, bool is_always_described) {
  app.add_option("--data", command.data, "Folder of the node")->required();
  app.add_option("--org", command.org, "Id on the wire, for example kakuu-police.example")->required();
  app.add_option("--name-ja", command.name_ja, "Name in Japanese")->required(is_always_described);
  app.add_option("--name-en", command.name_en, "Name in English")->required(is_always_described);
  app.add_option("--side", command.side, "agency or provider")->required(is_always_described);
  app.add_option("--address", command.address, "Postal address, as it stands on the papers");
  app.add_option("--telephone", command.telephone, "Telephone for calling back");
  app.add_option("--kind", command.kind, "Kinds of service, with commas: portal, internet, mobile, bank, crypto, hosting");
  app.add_option("--class", command.recipient_class, "Class of recipient in the law table");
  app.add_option("--root-offline", command.root_folder, "Folder outside the data for the organisation's root key, to be carried away");
  app.add_flag("--json", command.json, "Print the result as JSON");
}

void add_init(CLI::App& root, int& code) {
  const auto init = std::make_shared<InitCommand>();
  CLI::App* command = root.add_subcommand("init", "Make a node: keys, directory, the first organisation, and its administrator's invitation");
  add_organisation_options(*command, *init, false);
  command->add_option("--role", init->role, "node, hub or witness")->capture_default_str()->check(CLI::IsMember({"node", "hub", "witness"}));
  command->add_option("--url", init->url, "Hub: where members reach it, https://host:port");
  command->add_option("--host", init->hosts, "Hub: further DNS names and addresses for its certificate");
  command->add_flag("--passphrase-stdin", init->passphrase_stdin,
                    "Hub: read the passphrases of its admitters as lines of the standard input (else WARIFU_PASSPHRASE, else the terminal)");
  command->add_option("--network", init->network, "Witness: the network file of the hub whose logs it cosigns");
  command->add_option("--hub", init->hub, "Name of the directory of keys (default: hub.<org>)");
  command->add_option("--store", init->store_url, "postgresql://… instead of SQLite files in the folder");
  command->add_option("--keys-module", init->keys_module, "PKCS#11 library: the organisation's keys are made in a security module");
  command->add_option("--keys-token", init->keys_token, "Label of the token in it");
  command->add_option("--keys-pin-file", init->keys_pin_file, "File with the token's PIN (else WARIFU_KEYS_PIN)");
  command
      ->add_option("--keys-seal", init->keys_seal, "Kind of its seal keys; the second is post-quantum and needs OpenSSL 3.5 here and at all who send")
      ->check(CLI::IsMember({"curve", "mlkem768x25519"}));
  command->add_option("--admin-login", init->admin_login, "Login of the first administrator")->capture_default_str();
  command->add_option("--admin-name", init->admin_name, "Name of the first administrator");
  command->add_option("--admin-post", init->admin_post, "Post of the first administrator");
  command->callback([init, &code] {
    if (init->role == "hub")
      code = run_init_hub(*init);
    else
      code = init->role == "witness" ? run_init_witness(*init) : run_init(*init);
  });
}

void add_serve(CLI::App& root, int& code) {
  const auto serve = std::make_shared<ServeCommand>();
  CLI::App* command = root.add_subcommand("serve", "Serve a node: the interface, the courier, the timer, notices by mail");
  command->add_option("--config", serve->config, "Configuration (TOML); warifu.toml in the data folder when there is one");
  command->add_option("--data", serve->data, "Folder of the node");
  command->add_option("--listen", serve->listen, "Address and port to listen on");
  command->add_option("--origin", serve->origin, "Origin of the page that people open, https://…");
  command->add_flag("--check", serve->check, "Check configuration and folder, print the origin, and end");
  command->add_flag("--json", serve->json, "Print the result of --check, or why it does not start, as JSON");
  command->callback([serve, &code] { code = run_serve(*serve); });

  CLI::App* config = root.add_subcommand("config", "The configuration");
  struct Print {
    bool defaults = false, json = false;
  };
  const auto print = std::make_shared<Print>();
  config->add_flag("--print-defaults", print->defaults, "Print every setting with its default; what is done without it, too");
  config->add_flag("--json", print->json, "As JSON instead of TOML");
  config->callback([print, &code] { code = run_print_defaults(print->json); });
}

void add_org(CLI::App& root, int& code) {
  CLI::App* org = root.add_subcommand("org", "Organisations that this node hosts");
  org->require_subcommand(1);
  const auto added = std::make_shared<OrgCommand>();
  CLI::App* add = org->add_subcommand("add", "Host a further organisation, with keys of its own");
  add_organisation_options(*add, *added, true);
  add->callback([added, &code] { code = run_org_add(*added); });
  const auto listed = std::make_shared<OrgCommand>();
  CLI::App* list = org->add_subcommand("list", "Organisations of the directory");
  list->add_option("--data", listed->data, "Folder of the node")->required();
  list->add_flag("--json", listed->json, "Print the result as JSON");
  list->callback([listed, &code] { code = run_org_list(*listed); });
}

void add_backup(CLI::App& root, int& code) {
  const auto backup = std::make_shared<BackupCommand>();
  CLI::App* command = root.add_subcommand("backup", "Copy a node consistently, also while it runs; the copy's manifest is signed");
  command->add_option("--data", backup->data, "Folder of the node")->required();
  command->add_option("-o,--out", backup->out, "FILE.tar, or a folder to make")->required();
  command->add_flag("--with-keys", backup->with_keys, "Include the private keys");
  command->add_flag("--json", backup->json, "Print the result as JSON");
  command->callback([backup, &code] { code = run_backup(*backup); });

  const auto restore = std::make_shared<RestoreCommand>();
  command = root.add_subcommand("restore", "Restore a backup into a new folder; one that was altered is refused, naming the file");
  command->add_option("file", restore->file, "The backup: FILE.tar or its folder")->required();
  command->add_option("--data", restore->data, "Folder to make")->required();
  command->add_option("--root", restore->root, "root.vkey kept elsewhere, to check where the backup comes from");
  command->add_option("--store", restore->store_url, "postgresql://… to restore a PostgreSQL store into");
  command->add_flag("--json", restore->json, "Print the result as JSON");
  command->callback([restore, &code] { code = run_restore(*restore); });
}

void add_checks(CLI::App& root, int& code) {
  CLI::App* source = root.add_subcommand("source", "Lookup sources of a provider");
  source->require_subcommand(1);
  const auto tested = std::make_shared<SourceTestCommand>();
  CLI::App* test = source->add_subcommand("test", "Open the sources of sources.toml and run each query with a value that matches nothing");
  test->add_option("name", tested->name, "Only this source");
  test->add_option("--data", tested->data, "Folder of the node")->required();
  test->add_option("--org", tested->org, "The provider")->required();
  test->add_flag("--json", tested->json, "Print the result as JSON");
  test->callback([tested, &code] { code = run_source_test(*tested); });

  CLI::App* law = root.add_subcommand("law", "The law as data");
  law->require_subcommand(1);
  const auto checked = std::make_shared<LawCheckCommand>();
  CLI::App* check = law->add_subcommand("check", "Read a law file and say what is wrong in it");
  check->add_option("file", checked->file, "A TOML file like law/jp.toml")->required();
  check->add_flag("--json", checked->json, "Print the result as JSON");
  check->callback([checked, &code] { code = run_law_check(*checked); });
}

}  // namespace

void add_node_commands(CLI::App& root, int& code) {
  add_init(root, code);
  add_serve(root, code);
  add_org(root, code);
  add_backup(root, code);
  add_checks(root, code);
}

}  // namespace warifu::app
