#pragma once
// The tree of commands, one group per file because CLI11 is costly to compile. Each group adds its commands to the root; a command runs when
// its line has been understood, and leaves its exit code in `code`. From the same tree come help, man page and completions.

#include <string>

#include "app/door.h"

namespace CLI {
class App;
}

namespace warifu::app {

void add_basic_commands(CLI::App& root, int& code);    // demo, evidence, rebuild, openapi
void add_node_commands(CLI::App& root, int& code);     // init, serve, config, org, backup, restore, source, law
void add_hub_commands(CLI::App& root, int& code);      // org invite …, log; after add_node_commands
void add_member_commands(CLI::App& root, int& code);   // org join, envelope, incidents
void add_people_commands(CLI::App& root, int& code);   // user, unit, case, key
void add_book_commands(CLI::App& root, int& code);     // delegation, register, statement, profile
void add_house_commands(CLI::App& root, int& code);    // figures, inspection, template, house-rules, device, password
void add_inquiry_commands(CLI::App& root, int& code);  // inquiry, api
void add_help_commands(CLI::App& root, int& code);     // help, completion

// Where and as whom: --data or --server, --org, --as, --role, keys and secrets.
void add_access(CLI::App& command, Access& access);

// groff -man source; and the completion of a shell, empty for an unknown one.
[[nodiscard]] std::string man_page(const CLI::App& root);
[[nodiscard]] std::string completion_script(const CLI::App& root, const std::string& shell);

}  // namespace warifu::app
