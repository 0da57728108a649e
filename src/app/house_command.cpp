// `warifu figures`, `inspection`, `template`, `house-rules`, `device`, `password`: what the pages about a house and about one's own log-in do.

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "app/commands.h"
#include "app/house_commands.h"
#include "app/named.h"
#include "app/terminal.h"
#include "json/codec.h"
#include "json/write.h"
#include "net/http.h"

namespace warifu::app {

namespace {

using party::Role;
using party::Side;

// `?from=…&until=…` of those that are given.
std::string query_of(std::initializer_list<std::pair<const char*, std::string>> parameters) {
  std::string out;
  for (const auto& [name, value] : parameters)
    if (!value.empty()) out += (out.empty() ? "?" : "&") + std::string(name) + "=" + net::percent_encode(value);
  return out;
}

// The role in which each side's own people read a house's figures.
Role reader_of_figures(const Door& door) { return door.who().side == Side::AGENCY ? Role::REGISTRAR : Role::RELEASER; }

Result<json::Value> show_figures(const FiguresCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(reader_of_figures(*door)));
  return door->call("GET", "/api/figures" + query_of({{"from", command.from}, {"until", command.until}}), std::nullopt);
}

Result<json::Value> public_figures(const FiguresCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(reader_of_figures(*door)));
  const std::string query = query_of({{"period", command.period}});
  if (!command.out.empty()) return save(*door, "/api/figures/public.csv" + query, command.out);
  return door->call("GET", "/api/figures/public" + query, std::nullopt);
}

Result<json::Value> find_on_statement(const StatementFindingCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::AUDITOR));
  return door->call("POST", "/api/statements/" + net::percent_encode(command.statement) + "/findings",
                    json::Value(json::Object{{"rule", command.rule}, {"text", command.text}}));
}

Result<json::Value> inspect(const InspectionCommand& command, const std::string& target) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::AUDITOR));
  return door->call("GET", target, std::nullopt);
}

// ── templates ──

Result<json::Value> templates_of(Door& door) {
  TRY(door.use_role(Role::INVESTIGATOR));
  return door.call("GET", "/api/templates", std::nullopt);
}

Result<json::Value> template_named(Door& door, const std::string& name) {
  const json::Value all = TRY(templates_of(door));
  const json::Value* found = nullptr;
  for (const json::Value& one : all.as_object().at("templates").as_array()) {
    if (member_text(one, "id") == name) return one;
    if (member_text(one, "name") != name) continue;
    if (found != nullptr) return fail(Code::CONFLICT, "several templates have this name; give the id", name);
    found = &one;
  }
  if (found == nullptr) return fail(Code::NOT_FOUND, "no such template", name);
  return *found;
}

Result<json::Value> list_templates(const TemplateCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  return templates_of(*door);
}

Result<json::Value> save_template(const TemplateCommand& command) {
  json::Value draft = TRY(read_json_file(command.file));
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  json::Object body{{"name", command.name}, {"draft", std::move(draft)}, {"is_active", true}};
  if (!command.replaces.empty()) body["id"] = member_text(TRY(template_named(*door, command.replaces)), "id");
  TRY(door->use_role(Role::INVESTIGATOR));
  const json::Value saved = TRY(door->call("POST", "/api/templates", json::Value(std::move(body))));
  return json::Value(json::Object{{"ok", true}, {"id", member_text(saved, "id")}, {"name", command.name}});
}

// It stays in the books, where acts name it; nobody is offered it.
Result<json::Value> delete_template(const TemplateCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  json::Value one = TRY(template_named(*door, command.name));
  one.as_object()["is_active"] = false;
  const std::string name = member_text(one, "name");
  const json::Value saved = TRY(door->call("POST", "/api/templates", one));
  return json::Value(json::Object{{"ok", true}, {"id", member_text(saved, "id")}, {"name", name}});
}

// ── house rules ──

Result<json::Value> show_house_rules(const HouseRulesCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::LEGAL));
  return door->call("GET", "/api/house-rules", std::nullopt);
}

Result<json::Value> set_house_rules(const HouseRulesCommand& command) {
  const json::Value rules = TRY(read_json_file(command.file));
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::LEGAL));
  return door->call("PUT", "/api/house-rules", rules);
}

// ── one's own log-in ──

// Whose devices: one's own in any role, somebody else's as an administrator.
Result<std::string> owner_of_devices(Door& door, const std::string& login) {
  if (login.empty()) return door.who().person.hex();
  TRY(door.use_role(Role::ADMIN));
  return member_text(TRY(person_named(door, login)), "id");
}

Result<json::Value> list_devices(const DeviceCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  return door->call("GET", "/api/people/" + TRY(owner_of_devices(*door, command.login)) + "/devices", std::nullopt);
}

Result<json::Value> end_device(const DeviceCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  const std::string path = "/api/people/" + TRY(owner_of_devices(*door, command.login)) + "/devices/revoke";
  TRY(door->call("POST", path, json::Value(json::Object{{"vkey", command.vkey}})));
  return json::Value(json::Object{{"ok", true}, {"vkey", command.vkey}});
}

// The present password is asked for once: it logs in, and is what the change must know.
Result<json::Value> change_password(Access access) {
  if (access.server.empty())
    return fail(Code::MISSING_FIELD, "a password is changed over a server: whoever works on the folder gives none", "--server");
  const char* given = std::getenv("WARIFU_PASSWORD");  // NOLINT(concurrency-mt-unsafe): before any thread
  if (access.password_stdin)
    access.password = TRY(read_secret_line());
  else if (given != nullptr)
    access.password = Sensitive<std::string>(given);
  else
    access.password = TRY(ask_secret("現在のパスワード / present password: "));
  const std::unique_ptr<Door> door = TRY(open_door(access));
  const Sensitive<std::string> next = access.password_stdin ? TRY(read_secret_line()) : TRY(ask_new_secret("新しいパスワード / new password: "));
  TRY(door->call("PUT", "/api/me/password", json::Value(json::Object{{"old_password", access.password->reveal()}, {"new_password", next.reveal()}})));
  return json::Value(json::Object{{"ok", true}, {"login", access.as}});
}

void print_pretty(const json::Value& answer) { std::printf("%s", json::pretty(answer).c_str()); }

void print_name(const json::Value& done) { std::printf("%s\n", member_text(done, "name").c_str()); }

void print_row(const json::Value& row) {
  std::printf("  %s\t%s\t%s\n", member_text(row, "number").c_str(), member_text(row, "counterparty_name_ja").c_str(),
              member_text(row, "subject").c_str());
}

void print_public(const json::Value& table) {
  if (const std::string file = member_text(table, "file"); !file.empty()) {
    std::printf("%s\n", file.c_str());
    return;
  }
  for (const json::Value& row : table.as_object().at("rows").as_array())
    std::printf("%s\t%s\t%s\n", member_text(row, "ja").c_str(), member_text(row, "en").c_str(), member_text(row, "shown").c_str());
}

void print_inspection(const json::Value& view) {
  const json::Object& object = view.as_object();
  std::printf("%s  %d件 matters\n", member_text(view, "month").c_str(), object.at("matters").to_number<int>());
  for (const json::Value& finding : object.at("findings").as_array()) {
    std::printf("%s\n%s\n", member_text(finding, "ja").c_str(), member_text(finding, "en").c_str());
    for (const json::Value& row : finding.as_object().at("matters").as_array()) print_row(row);
  }
  if (!object.at("sample").as_array().empty()) std::printf("抽出 sample\n");
  for (const json::Value& row : object.at("sample").as_array()) print_row(row);
}

void print_acts(const json::Value& found) {
  for (const json::Value& act : found.as_object().at("acts").as_array()) {
    const json::Value* person = act.as_object().if_contains("person");
    std::printf("%s\t%s\t%s\t%s\t%s %s\n", member_text(act, "at").c_str(), member_text(act, "act").c_str(), member_text(act, "org").c_str(),
                person == nullptr ? "" : member_text(*person, "name").c_str(), member_text(act, "name_ja").c_str(),
                member_text(act, "name_en").c_str());
  }
}

void print_templates(const json::Value& all) {
  for (const json::Value& one : all.as_object().at("templates").as_array())
    std::printf("%s\t%s\n", member_text(one, "id").c_str(), member_text(one, "name").c_str());
}

std::string state_of_device(const json::Object& device) {
  if (device.at("is_revoked").as_bool()) return "終了 ended";
  if (device.at("is_pending").as_bool()) return "登録待ち waits for a second person";
  if (!device.at("is_valid").as_bool()) return "期限切れ out of date";
  std::string roles;
  for (const json::Value& role : device.at("waits_in").as_array()) roles += (roles.empty() ? "" : ",") + std::string(json::view(role.as_string()));
  return roles.empty() ? "有効 in force" : "有効、登録待ちの役割あり in force, waits for a second person as: " + roles;
}

void print_devices(const json::Value& all) {
  for (const json::Value& one : all.as_object().at("devices").as_array()) {
    const json::Object& device = one.as_object();
    std::printf("%s\t%s\t%s\t%s\n", member_text(one, "vkey").c_str(), member_text(one, "device").c_str(),
                device.at("is_passkey").as_bool() ? "パスキー passkey" : "鍵 key", state_of_device(device).c_str());
  }
}

}  // namespace

int run_figures_show(const FiguresCommand& command) { return finish(show_figures(command), command.access.json, print_pretty); }
int run_figures_public(const FiguresCommand& command) { return finish(public_figures(command), command.access.json, print_public); }
int run_inspection_show(const InspectionCommand& command) {
  return finish(inspect(command, "/api/audit" + query_of({{"month", command.month}})), command.access.json, print_inspection);
}
int run_inspection_acts(const InspectionCommand& command) {
  return finish(inspect(command, "/api/audit/acts" + query_of({{"q", command.code}})), command.access.json, print_acts);
}
int run_statement_finding(const StatementFindingCommand& command) { return finish(find_on_statement(command), command.access.json, print_pretty); }
int run_template_list(const TemplateCommand& command) { return finish(list_templates(command), command.access.json, print_templates); }
int run_template_save(const TemplateCommand& command) { return finish(save_template(command), command.access.json, print_name); }
int run_template_delete(const TemplateCommand& command) { return finish(delete_template(command), command.access.json, print_name); }
int run_house_rules_show(const HouseRulesCommand& command) { return finish(show_house_rules(command), command.access.json, print_pretty); }
int run_house_rules_set(const HouseRulesCommand& command) { return finish(set_house_rules(command), command.access.json, print_pretty); }
int run_device_list(const DeviceCommand& command) { return finish(list_devices(command), command.access.json, print_devices); }
int run_device_end(const DeviceCommand& command) {
  return finish(end_device(command), command.access.json, [](const json::Value& done) { std::printf("%s\n", member_text(done, "vkey").c_str()); });
}
int run_password(const Access& access) {
  return finish(change_password(access), access.json, [](const json::Value&) { std::printf("パスワードを変えました。 Password changed.\n"); });
}

}  // namespace warifu::app
