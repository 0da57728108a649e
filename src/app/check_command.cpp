// Commands that look and change nothing: `warifu source test`, `warifu law check`.

#include <cstdio>

#include "app/commands.h"
#include "app/node.h"
#include "law/catalogue.h"
#include "store/sources.h"

namespace warifu::app {

namespace {

Result<json::Value> test_sources(const SourceTestCommand& command) {
  // The settings alone are read, so that it also works beside a running server and before the first start.
  const Result<party::OrganisationId> org = party::OrganisationId::parse(command.org);
  if (!org) return fail(org.error().code, org.error().message, "--org", org.error().args);
  const std::vector<std::shared_ptr<answer::Source>> sources = TRY(store::load_sources(command.data + "/" + org->text() + "/sources.toml"));
  json::Array out;
  bool is_ok = true;
  for (const std::shared_ptr<answer::Source>& source : sources) {
    const answer::SourceInfo& info = source->info();
    if (!command.name.empty() && info.name != command.name) continue;
    const Status tested = source->test();
    is_ok = is_ok && tested.has_value();
    json::Object one{{"name", info.name}, {"kind", enum_text(info.kind)}, {"queries", info.queries.size()}, {"ok", tested.has_value()}};
    if (!tested) {
      one["code"] = sentence(tested.error().code).name;
      one["where"] = tested.error().where;
      one["ja"] = sentence_ja(tested.error());
      one["en"] = sentence_en(tested.error());
      one["detail"] = tested.error().message;
    }
    out.push_back(std::move(one));
  }
  if (out.empty()) return fail(Code::NOT_FOUND, "no such source", command.name.empty() ? "sources.toml" : command.name);
  return json::Value(json::Object{{"ok", is_ok}, {"sources", std::move(out)}});
}

Result<json::Value> check_law(const LawCheckCommand& command) {
  const law::Catalogue law = TRY(law::Catalogue::load(command.file));
  return json::Value(json::Object{{"ok", true}, {"version", law.version()}, {"rules", law.rules().size()}, {"title", law.title().ja}});
}

}  // namespace

int run_source_test(const SourceTestCommand& command) {
  const Result<json::Value> tested = test_sources(command);
  const int code = finish(tested, command.json, [](const json::Value& all) {
    for (const json::Value& one : all.as_object().at("sources").as_array()) {
      const bool is_ok = one.as_object().at("ok").as_bool();
      std::printf("%-20s %-5s %s\n", member_text(one, "name").c_str(), member_text(one, "kind").c_str(),
                  is_ok ? "ok" : member_text(one, "code").c_str());
      if (!is_ok)
        std::printf("    %s\n    %s\n    [%s] %s\n", member_text(one, "ja").c_str(), member_text(one, "en").c_str(),
                    member_text(one, "where").c_str(), member_text(one, "detail").c_str());
    }
  });
  return code != 0 ? code : tested->as_object().at("ok").as_bool() ? 0 : 1;
}

int run_law_check(const LawCheckCommand& command) {
  return finish(check_law(command), command.json, [](const json::Value& found) {
    std::printf("%s %s: %d\n", member_text(found, "title").c_str(), member_text(found, "version").c_str(),
                found.as_object().at("rules").to_number<int>());
  });
}

}  // namespace warifu::app
