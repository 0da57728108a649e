#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/commands.h"

namespace warifu::app {

void add_access(CLI::App& command, Access& access) {
  CLI::Option* data = command.add_option("--data", access.data, "Folder of the node, while no server runs");
  CLI::Option* server = command.add_option("--server", access.server, "Address of a running server, https://…");
  data->excludes(server);
  command.add_option("--org", access.organisation, "The organisation, when the node hosts several");
  command.add_option("--as", access.as, "Login of who does it");
  command.add_option("--role", access.role, "Role in use (default: the usual one of this command)");
  command.add_option("--cacert", access.ca_file, "PEM file with the CA of the server's certificate");
  command.add_option("--keyfile", access.keyfile, "Personal key file")->envname("WARIFU_KEYFILE");
  command.add_option("--device", access.device, "Device secret that belongs to it")->envname("WARIFU_DEVICE");
  command.add_flag("--password-stdin", access.password_stdin,
                   "Read the password as a line of the standard input (else WARIFU_PASSWORD, else the terminal)");
  command.add_flag("--pin-stdin", access.pin_stdin, "Read the PIN as a line of the standard input, after the password's");
  command.add_flag("--json", access.json, "Print the result as JSON");
}

namespace {

void add_user(CLI::App& root, int& code) {
  CLI::App* user = root.add_subcommand("user", "People of an organisation; on --data without --as as the node's owner");
  user->require_subcommand(1);
  const auto added = std::make_shared<UserCommand>();
  CLI::App* add = user->add_subcommand("add", "Enter a person, and print an invitation code");
  add->add_option("login", added->login, "Login")->required();
  add->add_option("--name", added->name, "Name as written on the papers")->required();
  add->add_option("--kana", added->kana, "Reading of the name");
  add->add_option("--post", added->post, "Post or rank");
  add->add_option("--unit", added->unit, "Unit, by name or id");
  add->add_option("--has", added->roles, "Roles: investigator, supervisor, approver, registrar, auditor, admin, intake, operator, legal, releaser")
      ->required();
  add->add_flag("--unit-head", added->is_unit_head, "Head of the unit");
  add->add_option("--mail", added->mail, "Address for notices");
  add->add_option("--telephone", added->telephone, "Telephone");
  add->add_option("--extension", added->extension, "Extension");
  add->add_flag("!--no-invitation", added->invite, "Print no invitation code");
  add_access(*add, added->access);
  add->callback([added, &code] { code = run_user_add(*added); });

  const auto simple = [&](const char* name, const char* help, bool needs_login, int (*run)(const UserCommand&)) {
    const auto options = std::make_shared<UserCommand>();
    CLI::App* command = user->add_subcommand(name, help);
    if (needs_login) command->add_option("login", options->login, "Login")->required();
    if (run == run_user_admit) {
      command->add_option("--vkey", options->vkey, "Only this key");
      command->add_option("--root", options->root, "File with the organisation's root key, where it lies offline");
    }
    if (run == run_user_end_key) command->add_option("--vkey", options->vkey, "Which key, when the person has several");
    if (run == run_user_enrol) command->add_option("--vkey", options->vkey, "Public key, as `warifu key new` printed it")->required();
    add_access(*command, options->access);
    command->callback([options, run, &code] { code = run(*options); });
  };
  simple("list", "Everybody in the books", false, run_user_list);
  simple("invite", "Print a new invitation code; older ones become worthless", true, run_user_invite);
  simple("enrol", "On --data: enter a person's key that was made with `warifu key new` and handed over in person", true, run_user_enrol);
  simple("admit",
         "Bring a person's key into the directory: the first two people on --data under the root key, everybody after them signed by a second person",
         true, run_user_admit);
  simple("keys", "Keys that the directory has in force, and those that wait for a second person", false, run_user_keys);
  simple("end-key", "End a person's key in the directory now, signed by a second person: a device was lost, or somebody left", true,
         run_user_end_key);
}

void add_books(CLI::App& root, int& code) {
  CLI::App* unit = root.add_subcommand("unit", "Units of an organisation");
  unit->require_subcommand(1);
  const auto new_unit = std::make_shared<UnitCommand>();
  CLI::App* add = unit->add_subcommand("add", "Enter a unit");
  add->add_option("name_ja", new_unit->name_ja, "Name in Japanese")->required();
  add->add_option("--name-en", new_unit->name_en, "Name in English");
  add->add_option("--prefix", new_unit->prefix, "Letters that document numbers begin with");
  add->add_flag("--register-office", new_unit->is_register_office, "It keeps registers of its own");
  add->add_option("--registers-of", new_unit->register_office, "Unit whose registers it uses");
  add_access(*add, new_unit->access);
  add->callback([new_unit, &code] { code = run_unit_add(*new_unit); });
  const auto units = std::make_shared<UnitCommand>();
  CLI::App* list = unit->add_subcommand("list", "All units");
  add_access(*list, units->access);
  list->callback([units, &code] { code = run_unit_list(*units); });

  CLI::App* cases = root.add_subcommand("case", "Cases; none is inquired about outside an open one");
  cases->require_subcommand(1);
  const auto new_case = std::make_shared<CaseCommand>();
  add = cases->add_subcommand("add", "Open a case");
  add->add_option("number", new_case->number, "Case number")->required();
  add->add_option("--title", new_case->title, "Title; never leaves the agency")->required();
  add->add_option("--offence", new_case->offence, "Offence");
  add->add_option("--unit", new_case->unit, "Unit (default: one's own)");
  add_access(*add, new_case->access);
  add->callback([new_case, &code] { code = run_case_add(*new_case); });
  const auto all = std::make_shared<CaseCommand>();
  list = cases->add_subcommand("list", "Cases of one's units");
  add_access(*list, all->access);
  list->callback([all, &code] { code = run_case_list(*all); });
}

void add_files(CLI::App& command, KeyCommand& key) {
  command.add_option("--keyfile", key.keyfile, "Personal key file")->required()->envname("WARIFU_KEYFILE");
  command.add_option("--device", key.device, "Device secret; keep it apart from the key file")->required()->envname("WARIFU_DEVICE");
  command.add_flag("--pin-stdin", key.pin_stdin, "Read the PIN as a line of the standard input");
  command.add_flag("--json", key.json, "Print the result as JSON");
}

// Those of an organisation, on the folder of its node.
void add_organisation_keys(CLI::App& key, int& code) {
  const auto add = [&](CLI::App& above, const char* name, const char* help, int (*run)(const OrgKeyCommand&)) {
    const auto options = std::make_shared<OrgKeyCommand>();
    CLI::App* command = above.add_subcommand(name, help);
    command->add_option("--data", options->data, "Folder of the node, while no server runs")->required();
    if (run != run_key_hsm_list) command->add_option("--org", options->org, "The organisation, when the node hosts several");
    if (run == run_key_rotate) {
      command->add_option("--purpose", options->purpose, "sign, witness or seal")->required();
      command->add_option("--root", options->root, "File with the organisation's root key, where it lies offline");
    }
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, run, &code] { code = run(*options); });
  };
  add(key, "list", "An organisation's keys: where they lie, until when they are in force, when the next rotation is due", run_key_list);
  add(key, "rotate", "Make a new key of an organisation and bring it into the directory; the old one stays in force for 30 days", run_key_rotate);
  add(key, "retire", "Destroy the seal keys that nothing can arrive for any more", run_key_retire);
  CLI::App* hsm = key.add_subcommand("hsm", "The security module that the configuration names");
  hsm->require_subcommand(1);
  add(*hsm, "list", "The keys in its token", run_key_hsm_list);
}

void add_key(CLI::App& root, int& code) {
  CLI::App* key = root.add_subcommand("key", "Your own signing key, which never leaves this machine; and an organisation's keys on its node");
  key->require_subcommand(1);
  const auto made = std::make_shared<KeyCommand>();
  CLI::App* command = key->add_subcommand("new", "Make a key under a PIN and print its public part");
  command->add_option("--org", made->org, "Your organisation")->required();
  command->add_option("--person", made->person, "Your id in it")->required();
  add_files(*command, *made);
  command->callback([made, &code] { code = run_key_new(*made); });

  const auto enrolled = std::make_shared<KeyCommand>();
  command = key->add_subcommand("enrol", "Redeem an invitation: set the password, make a key, enrol it");
  command->add_option("--server", enrolled->server, "Address of the server, as people open it")->required();
  command->add_option("--org", enrolled->org, "Your organisation")->required();
  command->add_option("--login", enrolled->login, "Your login")->required();
  command->add_option("--code", enrolled->code, "The invitation code")->required();
  command->add_option("--device-name", enrolled->device_name, "What you call this device")->capture_default_str();
  command->add_option("--cacert", enrolled->ca_file, "PEM file with the CA of the server's certificate");
  command->add_flag("--password-stdin", enrolled->password_stdin, "Read the new password as a line of the standard input, before the PIN's");
  add_files(*command, *enrolled);
  command->callback([enrolled, &code] { code = run_key_enrol(*enrolled); });

  const auto shown = std::make_shared<KeyCommand>();
  command = key->add_subcommand("show", "Print the public part of a key file");
  command->add_option("keyfile", shown->keyfile, "Personal key file")->required();
  command->add_flag("--json", shown->json, "Print the result as JSON");
  command->callback([shown, &code] { code = run_key_show(*shown); });

  add_organisation_keys(*key, code);

  const auto signing = std::make_shared<KeyCommand>();
  command = key->add_subcommand("sign", "Show a text and print your signature line over it");
  command->add_option("text", signing->text, "File with the text")->required();
  add_files(*command, *signing);
  command->callback([signing, &code] { code = run_key_sign(*signing); });
}

}  // namespace

void add_people_commands(CLI::App& root, int& code) {
  add_user(root, code);
  add_books(root, code);
  add_key(root, code);
}

}  // namespace warifu::app
