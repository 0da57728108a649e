#include "api/test_api.h"

namespace warifu::api {

TEST_CASE("house rules read back as they were set") {
  TestApi node;
  Browser legal = node.log_in(node.world.legal);
  const desk::HouseRulesCommand command{
      {{law::Instrument::INQ, law::Category::K1, law::Outcome::LEGAL_REVIEW, "当社では法務が確かめるため。", "Our legal staff looks at it."}}};
  const Reply set = legal.put("/api/house-rules", json::compact(json::encode(command)));
  REQUIRE(set.status() == 200);
  const Reply read = legal.get("/api/house-rules");
  REQUIRE(read.status() == 200);
  CHECK(read.json == set.json);
  CHECK(read.as<HouseRulesView>().rules.size() == 1);
}

TEST_CASE("a case says when it was closed, and nothing of it while it is open") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  desk::CaseCommand command;
  command.number = "令和8年架空刑二第201号";
  command.title = "架空送金詐欺事件";
  command.offence = "詐欺";
  const auto kept = [&]() -> json::Object {
    const Reply list = browser.get("/api/cases");
    for (const json::Value& one : list.json.as_object().at("cases").as_array())
      if (json::view(one.as_object().at("number").as_string()) == command.number) return one.as_object();
    return {};
  };
  const Reply opened = browser.post_as("/api/cases", command);
  REQUIRE(opened.status() == 200);
  CHECK_FALSE(opened.json.as_object().contains("closed"));
  CHECK(kept() == opened.json.as_object());

  command.id = opened.as<CaseView>().id;
  command.is_open = false;
  node.world.step();
  const CaseView closed = browser.post_as("/api/cases", command).as<CaseView>();
  CHECK(closed.closed == node.world.agency().now());
  CHECK(kept().contains("closed"));

  command.is_open = true;
  CHECK_FALSE(browser.post_as("/api/cases", command).as<CaseView>().closed.has_value());
  CHECK_FALSE(kept().contains("closed"));
}

TEST_CASE("a template of more items than one may have is refused with what to do, a list of ten thousand too") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  desk::TemplateCommand command;
  command.name = "利用者の照会";
  command.draft = node.world.draft_of({});
  for (int i = 0; i < 10'000; ++i) command.draft.items.push_back(node.world.item("ex-" + std::to_string(i)));
  const Reply reply = browser.post_as("/api/templates", command);
  CHECK(reply.status() == 422);
  CHECK(reply.code() == "TOO_MANY");
  CHECK(reply.text("where") == "/draft/items");
  command.draft.items.resize(100);
  CHECK(browser.post_as("/api/templates", command).status() == 200);
}

}  // namespace warifu::api
