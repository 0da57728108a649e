#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/house_commands.h"

namespace warifu::app {

namespace {

void add_figures(CLI::App& root, int& code) {
  CLI::App* figures = root.add_subcommand("figures", "Counts, times and costs of inquiries (統計)");
  figures->require_subcommand(1);
  const auto shown = std::make_shared<FiguresCommand>();
  CLI::App* show = figures->add_subcommand("show", "The figures of the inquiries that were dispatched in a period");
  show->add_option("--from", shown->from, "First day (default: the first of this year)");
  show->add_option("--until", shown->until, "Last day (default: today)");
  add_access(*show, shown->access);
  show->callback([shown, &code] { code = run_figures_show(*shown); });

  const auto told = std::make_shared<FiguresCommand>();
  CLI::App* published = figures->add_subcommand("public", "The half-year table that can be published; counts below ten are told as 1–9");
  published->add_option("period", told->period, "2026-H1 (default: the present half-year)");
  published->add_option("-o,--out", told->out, "CSV file to write instead");
  add_access(*published, told->access);
  published->callback([told, &code] { code = run_figures_public(*told); });
}

void add_inspection(CLI::App& root, int& code) {
  CLI::App* inspection = root.add_subcommand("inspection", "Auditor: what a month shows, and acts by their code (監察)");
  inspection->require_subcommand(1);
  const auto shown = std::make_shared<InspectionCommand>();
  CLI::App* show = inspection->add_subcommand("show", "What the rules found in a month, and the sample that nobody can choose");
  show->add_option("month", shown->month, "2026-11 (default: the present one)");
  add_access(*show, shown->access);
  show->callback([shown, &code] { code = run_inspection_show(*shown); });

  const auto found = std::make_shared<InspectionCommand>();
  CLI::App* acts = inspection->add_subcommand("acts", "Acts, views of personal data among them, by their hash or a paper's verification code");
  acts->add_option("code", found->code, "16 to 64 hexadecimal digits, or the code as it is printed")->required();
  add_access(*acts, found->access);
  acts->callback([found, &code] { code = run_inspection_acts(*found); });
}

void add_statement_finding(CLI::App& statement, int& code) {
  const auto found = std::make_shared<StatementFindingCommand>();
  CLI::App* finding = statement.add_subcommand("finding", "Auditor: write down what was found out about a statement, which ends its alarm");
  finding->add_option("statement", found->statement, "Its id, as `statement list` shows it")->required();
  finding->add_option("--rule", found->rule, "Which rule of inspection, or what led here")->required();
  finding->add_option("--text", found->text, "What was found out")->required();
  add_access(*finding, found->access);
  finding->callback([found, &code] { code = run_statement_finding(*found); });
}

void add_template(CLI::App& root, int& code) {
  CLI::App* templates = root.add_subcommand("template", "Templates of an agency's drafts (ひな形)");
  templates->require_subcommand(1);
  const auto listed = std::make_shared<TemplateCommand>();
  CLI::App* list = templates->add_subcommand("list", "All templates; with --json their drafts too");
  add_access(*list, listed->access);
  list->callback([listed, &code] { code = run_template_list(*listed); });

  const auto saved = std::make_shared<TemplateCommand>();
  CLI::App* save = templates->add_subcommand("save", "Keep a draft as a template");
  save->add_option("name", saved->name, "Name under which it is chosen")->required();
  save->add_option("file", saved->file, "JSON file as of `inquiry draft`; - for the standard input")->required();
  save->add_option("--replaces", saved->replaces, "Name or id of the template whose place it takes");
  add_access(*save, saved->access);
  save->callback([saved, &code] { code = run_template_save(*saved); });

  const auto deleted = std::make_shared<TemplateCommand>();
  CLI::App* gone = templates->add_subcommand("delete", "Offer a template no longer; drafts made from it stay");
  gone->add_option("name", deleted->name, "Its name or id")->required();
  add_access(*gone, deleted->access);
  gone->callback([deleted, &code] { code = run_template_delete(*deleted); });
}

void add_house_rules(CLI::App& root, int& code) {
  CLI::App* rules = root.add_subcommand("house-rules", "A provider's own rules, stricter than the law's table (自社の規則)");
  rules->require_subcommand(1);
  const auto shown = std::make_shared<HouseRulesCommand>();
  CLI::App* show = rules->add_subcommand("show", "The rules in force");
  add_access(*show, shown->access);
  show->callback([shown, &code] { code = run_house_rules_show(*shown); });

  const auto next = std::make_shared<HouseRulesCommand>();
  CLI::App* set = rules->add_subcommand("set", "Legal staff: put all rules of a file in place of those in force");
  set->add_option("file", next->file, "JSON file as `house-rules show --json` prints it; - for the standard input")->required();
  add_access(*set, next->access);
  set->callback([next, &code] { code = run_house_rules_set(*next); });
}

void add_device(CLI::App& root, int& code) {
  CLI::App* device = root.add_subcommand("device", "Devices and passkeys with which people log in");
  device->require_subcommand(1);
  const auto listed = std::make_shared<DeviceCommand>();
  CLI::App* list = device->add_subcommand("list", "One's own devices");
  list->add_option("login", listed->login, "As an administrator: somebody else's");
  add_access(*list, listed->access);
  list->callback([listed, &code] { code = run_device_list(*listed); });

  const auto ended = std::make_shared<DeviceCommand>();
  CLI::App* end =
      device->add_subcommand("end", "Log in with a device no longer, and end all sessions of its owner; `user end-key` ends its signatures");
  end->add_option("vkey", ended->vkey, "Its key, as `device list` shows it")->required();
  end->add_option("--of", ended->login, "As an administrator: login of its owner");
  add_access(*end, ended->access);
  end->callback([ended, &code] { code = run_device_end(*ended); });
}

void add_password(CLI::App& root, int& code) {
  const auto access = std::make_shared<Access>();
  CLI::App* password = root.add_subcommand(
      "password", "Change one's own password over a server; every other session ends. With --password-stdin the new one is the last line");
  add_access(*password, *access);
  password->callback([access, &code] { code = run_password(*access); });
}

}  // namespace

void add_house_commands(CLI::App& root, int& code) {
  add_figures(root, code);
  add_inspection(root, code);
  add_statement_finding(*root.get_subcommand("statement"), code);
  add_template(root, code);
  add_house_rules(root, code);
  add_device(root, code);
  add_password(root, code);
}

}  // namespace warifu::app
