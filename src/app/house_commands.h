#pragma once
// Commands about a house as a whole and about one's own log-in: figures, inspection, templates, house rules, devices, password.

#include <string>

#include "app/door.h"

namespace warifu::app {

struct FiguresCommand {
  Access access;
  std::string from, until;  // days; empty: this year up to today
  std::string period, out;  // of the table that is published
};
int run_figures_show(const FiguresCommand& command);
int run_figures_public(const FiguresCommand& command);

struct InspectionCommand {
  Access access;
  std::string month, code;
};
int run_inspection_show(const InspectionCommand& command);
int run_inspection_acts(const InspectionCommand& command);

struct StatementFindingCommand {
  Access access;
  std::string statement, rule, text;
};
int run_statement_finding(const StatementFindingCommand& command);

struct TemplateCommand {
  Access access;
  std::string name, file, replaces;
};
int run_template_list(const TemplateCommand& command);
int run_template_save(const TemplateCommand& command);
int run_template_delete(const TemplateCommand& command);

struct HouseRulesCommand {
  Access access;
  std::string file;
};
int run_house_rules_show(const HouseRulesCommand& command);
int run_house_rules_set(const HouseRulesCommand& command);

struct DeviceCommand {
  Access access;
  std::string login, vkey;  // without a login: one's own
};
int run_device_list(const DeviceCommand& command);
int run_device_end(const DeviceCommand& command);

int run_password(const Access& access);

}  // namespace warifu::app
