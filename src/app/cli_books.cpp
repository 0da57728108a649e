#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/commands.h"

namespace warifu::app {

namespace {

void add_delegation(CLI::App& root, int& code) {
  CLI::App* delegation = root.add_subcommand("delegation", "Who approves in a head's place (代決), and until when");
  delegation->require_subcommand(1);
  const auto listed = std::make_shared<DelegationCommand>();
  CLI::App* list = delegation->add_subcommand("list", "All delegations, with who ended");
  add_access(*list, listed->access);
  list->callback([listed, &code] { code = run_delegation_list(*listed); });

  const auto added = std::make_shared<DelegationCommand>();
  CLI::App* add = delegation->add_subcommand("add", "As the head of a unit: let somebody approve in your place, signed with your own key");
  add->add_option("login", added->login, "Login of the delegate")->required();
  add->add_option("--from", added->from, "First day, or a time with its zone (default: now)");
  add->add_option("--until", added->until, "Last day, or the time of the end")->required();
  add_access(*add, added->access);
  add->callback([added, &code] { code = run_delegation_add(*added); });

  const auto ended = std::make_shared<DelegationCommand>();
  CLI::App* end = delegation->add_subcommand("end", "End a delegation now, signed with your own key; what was approved until then stands");
  end->add_option("login", ended->login, "Login of the delegate")->required();
  end->add_option("--delegator", ended->delegator, "Login of the head, when somebody stands in for several");
  end->add_option("--from", ended->from, "Its beginning as `delegation list` shows it, when there are several");
  add_access(*end, ended->access);
  end->callback([ended, &code] { code = run_delegation_end(*ended); });
}

void add_register(CLI::App& root, int& code) {
  CLI::App* book = root.add_subcommand("register", "The register of issued forms (交付簿)");
  book->require_subcommand(1);
  const auto shown = std::make_shared<BookCommand>();
  CLI::App* show = book->add_subcommand("show", "One year of a register as CSV; a gap in its numbers is said first");
  show->add_option("unit", shown->name, "The office that keeps it (default: your own)");
  show->add_option("--form", shown->form, "A, B or C")->capture_default_str();
  show->add_option("--year", shown->year, "Year (default: the present one in Japan)");
  show->add_option("-o,--out", shown->out, "File to write instead: its ending says which, .pdf or .csv");
  add_access(*show, shown->access);
  show->callback([shown, &code] { code = run_register_show(*shown); });
}

void add_statement(CLI::App& root, int& code) {
  CLI::App* statement = root.add_subcommand("statement", "Monthly statements of a provider to each agency");
  statement->require_subcommand(1);
  const auto listed = std::make_shared<BookCommand>();
  CLI::App* list = statement->add_subcommand("list", "All statements, the newest month first");
  add_access(*list, listed->access);
  list->callback([listed, &code] { code = run_statement_list(*listed); });

  const auto made = std::make_shared<BookCommand>();
  CLI::App* make = statement->add_subcommand("make", "Provider: make the statement of a month to one agency, and send it");
  make->add_option("agency", made->name, "The agency")->required();
  make->add_option("month", made->month, "2026-11")->required();
  add_access(*make, made->access);
  make->callback([made, &code] { code = run_statement_make(*made); });

  const auto shown = std::make_shared<BookCommand>();
  CLI::App* show = statement->add_subcommand("show", "One statement as CSV");
  show->add_option("statement", shown->name, "Its id, as `statement list` shows it")->required();
  show->add_option("-o,--out", shown->out, "File to write instead: its ending says which, .pdf or .csv");
  add_access(*show, shown->access);
  show->callback([shown, &code] { code = run_statement_show(*shown); });

  const auto held = std::make_shared<BookCommand>();
  CLI::App* reconcile = statement->add_subcommand("reconcile", "Agency: hold a statement against the register");
  reconcile->add_option("statement", held->name, "Its id, as `statement list` shows it")->required();
  add_access(*reconcile, held->access);
  reconcile->callback([held, &code] { code = run_statement_reconcile(*held); });
}

void add_profile(CLI::App& root, int& code) {
  CLI::App* profile = root.add_subcommand("profile", "What a provider answers about, and how (回答条件)");
  profile->require_subcommand(1);
  const auto shown = std::make_shared<BookCommand>();
  CLI::App* show = profile->add_subcommand("show", "The profile that an organisation publishes");
  show->add_option("organisation", shown->name, "Whose (default: your own)");
  add_access(*show, shown->access);
  show->callback([shown, &code] { code = run_profile_show(*shown); });

  const auto published = std::make_shared<BookCommand>();
  CLI::App* publish = profile->add_subcommand("publish", "Publish your own, from a file as `profile show --json` prints it");
  publish->add_option("file", published->file, "JSON file; - for the standard input")->required();
  add_access(*publish, published->access);
  publish->callback([published, &code] { code = run_profile_publish(*published); });
}

}  // namespace

void add_book_commands(CLI::App& root, int& code) {
  add_delegation(root, code);
  add_register(root, code);
  add_statement(root, code);
  add_profile(root, code);
}

}  // namespace warifu::app
