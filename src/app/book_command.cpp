// `warifu register`, `warifu statement`, `warifu profile`: the office's books, to be read, printed and kept.

#include <cstdio>

#include "app/commands.h"
#include "app/named.h"
#include "json/codec.h"
#include "net/http.h"

namespace warifu::app {

namespace {

using party::Role;
using party::Side;

void print_pretty(const json::Value& answer) { std::printf("%s", json::pretty(answer).c_str()); }

// A book as JSON, as a table on the terminal, or as the file whose ending is asked for. `path` is its address, `query` what narrows it.
Result<json::Value> shown(Door& door, const BookCommand& command, const std::string& path, const std::string& query) {
  if (!command.out.empty()) {
    const bool is_pdf = command.out.ends_with(".pdf");
    if (!is_pdf && !command.out.ends_with(".csv"))
      return fail(Code::BAD_VALUE, "the ending says what is written", "--out", {{"expected", "….pdf, ….csv"}});
    return save(door, path + (is_pdf ? "/paper.pdf" : "/table.csv") + query, command.out);
  }
  if (command.access.json) return door.call("GET", path + query, std::nullopt);
  return door.call("GET", path + "/table.csv" + query, std::nullopt);
}

void print_shown(const json::Value& book) {
  if (const std::string file = member_text(book, "file"); !file.empty())
    std::printf("%s  %lld\n", file.c_str(), static_cast<long long>(book.as_object().at("bytes").as_int64()));
  else
    std::printf("%s", member_text(book, "content").c_str());
}

// The register of the unit that is named, or that one's own unit uses.
Result<std::string> register_office(Door& door, const std::string& name) {
  json::Value unit;
  if (!name.empty()) {
    unit = TRY(unit_named(door, name));
  } else {
    const std::string own = member_text(TRY(person_named(door, door.who().person.hex())), "unit");
    if (own.empty()) return fail(Code::MISSING_FIELD, "which office's register?", "UNIT");
    unit = TRY(unit_named(door, own));
  }
  const std::string office = member_text(unit, "register_office");
  return office.empty() ? member_text(unit, "id") : office;
}

Result<json::Value> show_register(const BookCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::REGISTRAR));
  std::string query = "?form=" + net::percent_encode(command.form);
  if (command.year != 0) query += "&year=" + std::to_string(command.year);
  const std::string path = "/api/registers/" + TRY(register_office(*door, command.name));
  if (!command.access.json) {
    const desk::RegisterView view = TRY(json::decode<desk::RegisterView>(TRY(door->call("GET", path + query, std::nullopt))));
    for (const int number : view.gaps) std::fprintf(stderr, "欠番 number missing: %d\n", number);
  }
  return shown(*door, command, path, query);
}

Role usual_of(const Door& door) { return door.who().side == Side::AGENCY ? Role::REGISTRAR : Role::RELEASER; }

Result<json::Value> list_statements(const BookCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(usual_of(*door)));
  return door->call("GET", "/api/statements", std::nullopt);
}

Result<json::Value> make_statement(const BookCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::RELEASER));
  return door->call("POST", "/api/statements", json::Value(json::Object{{"agency", command.name}, {"month", command.month}}));
}

Result<json::Value> show_statement(const BookCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(usual_of(*door)));
  return shown(*door, command, "/api/statements/" + net::percent_encode(command.name), {});
}

Result<json::Value> reconcile(const BookCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::REGISTRAR));
  return door->call("GET", "/api/statements/" + net::percent_encode(command.name) + "/reconciliation", std::nullopt);
}

Result<json::Value> show_profile(const BookCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  if (command.name.empty()) return door->call("GET", "/api/profile", std::nullopt);
  return door->call("GET", "/api/organisations/" + net::percent_encode(command.name) + "/profile", std::nullopt);
}

Result<json::Value> publish_profile(const BookCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::LEGAL));
  TRY(door->call("PUT", "/api/profile", TRY(read_json_file(command.file))));
  return door->call("GET", "/api/profile", std::nullopt);
}

void print_statement(const json::Value& row) {
  const json::Value& head = row.as_object().at("head");
  std::printf("%s\t%s\t%s\t%s\n", member_text(head, "id").c_str(), member_text(head, "month").c_str(),
              member_text(row, "counterparty_name_ja").c_str(), member_text(row, "counterparty_name_en").c_str());
}

}  // namespace

int run_register_show(const BookCommand& command) { return finish(show_register(command), command.access.json, print_shown); }
int run_statement_list(const BookCommand& command) {
  return finish(list_statements(command), command.access.json, [](const json::Value& all) {
    for (const json::Value& row : all.as_object().at("statements").as_array()) print_statement(row);
  });
}
int run_statement_make(const BookCommand& command) {
  return finish(make_statement(command), command.access.json, [](const json::Value& made) { print_statement(made.as_object().at("statement")); });
}
int run_statement_show(const BookCommand& command) { return finish(show_statement(command), command.access.json, print_shown); }
int run_statement_reconcile(const BookCommand& command) { return finish(reconcile(command), command.access.json, print_pretty); }
int run_profile_show(const BookCommand& command) { return finish(show_profile(command), command.access.json, print_pretty); }
int run_profile_publish(const BookCommand& command) { return finish(publish_profile(command), command.access.json, print_pretty); }

}  // namespace warifu::app
