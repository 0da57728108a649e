// Every filter of the list of matters: it finds what it names and leaves out the rest.

#include <set>

#include "api/routes.h"
#include "api/test_api.h"

namespace warifu::api {
namespace {

struct Case {
  std::string query;
  std::set<std::string> expected;
};

TEST_CASE("filters: each of them, for the investigator") {
  TestApi node;
  desk::TestWorld& world = node.world;
  const auto draft = [&](const desk::Caller& who, const std::string& account, bool ready) {
    desk::DraftCommand command = world.draft_of({world.item(account)});
    command.ready = ready;
    const MatterId matter = desk::must(world.agency().draft(who, command), "draft").matter;
    world.clock.advance(hours(1));
    return matter;
  };
  const std::string began = to_rfc3339(world.clock.now());
  const MatterId open_draft = draft(world.investigator, "ex-1", false);
  const MatterId ready_draft = draft(world.other_investigator, "ex-2", true);
  world.clock.advance(hours(1));
  const std::string middle = to_rfc3339(world.clock.now());
  const MatterId sent = world.dispatched({world.item("ex-3")});
  world.clock.advance(hours(1));
  const std::string ended = to_rfc3339(world.clock.now());
  const std::string number = desk::must(world.agency().store().row(sent)).number;

  const std::map<std::string, std::string> names = {{open_draft.hex(), "open"}, {ready_draft.hex(), "ready"}, {sent.hex(), "sent"}};
  const std::set<std::string> all = {"open", "ready", "sent"};
  const std::vector<Case> cases = {
      {"", all},
      {"state=DRAFT", {"open", "ready"}},
      {"state=DRAFT,DELIVERED", all},
      {"provider_state=VERIFIED", {}},
      {"turn=CHECK", {"ready"}},
      {"mine=true", {"open"}},
      {"unit=" + world.section.hex(), all},
      {"in_charge=" + world.other_investigator.person.hex(), {"ready"}},
      {"drafter=" + world.investigator.person.hex(), {"open", "sent"}},
      {"case_id=" + world.open_case.hex(), all},
      {"case_id=" + world.closed_case.hex(), {}},
      {"case_number=" + net::percent_encode("令和8年架空刑二第100"), all},
      {"case_number=" + net::percent_encode("令和7年"), {}},
      {"number=" + net::percent_encode(number), {"sent"}},
      {"counterparty=reiji-auction.example", all},
      {"counterparty=kakuu-police.example", {}},
      {"due_before=" + net::percent_encode(began), {}},
      {"due_before=2027-06-01T00:00:00Z", {"sent"}},  // a draft is not due yet
      {"due_before=" + net::percent_encode(ended), {}},
      {"updated_from=" + net::percent_encode(middle), {"sent"}},
      {"updated_until=" + net::percent_encode(middle), {"open", "ready"}},
      {"dispatched_from=" + net::percent_encode(middle), {"sent"}},
      {"dispatched_from=" + net::percent_encode(ended), {}},
      {"dispatched_until=" + net::percent_encode(ended), {"sent"}},
      {"open=true", all},
      {"open=false", {}},
      {"overdue=true", {}},
      {"q=ex-3", {"sent"}},
      {"q=" + net::percent_encode("どこにもない"), {}},
      {"sort=DUE", all},
      {"sort=NUMBER", all},
      {"limit=200", all},
      {"state=DRAFT&drafter=" + world.investigator.person.hex(), {"open"}},
  };
  Browser browser = node.log_in(world.investigator);
  std::set<std::string> tried;
  for (const Case& row : cases) {
    CAPTURE(row.query);
    const Reply reply = browser.get("/api/matters" + (row.query.empty() ? "" : "?" + row.query));
    CAPTURE(std::string(reply.response.text()));
    REQUIRE(reply.status() == 200);
    std::set<std::string> found;
    for (const desk::RowView& one : reply.as<desk::ListView>().rows) found.insert(names.at(one.matter.hex()));
    CHECK(found == row.expected);
    tried.insert(row.query.substr(0, row.query.find('=')));
  }
  // Pages: each matter once.
  std::set<std::string> paged;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const auto view = browser.get("/api/matters?limit=1" + (cursor.empty() ? "" : "&cursor=" + net::percent_encode(cursor))).as<desk::ListView>();
    REQUIRE(view.rows.size() == 1);
    paged.insert(names.at(view.rows[0].matter.hex()));
    cursor = view.next;
  }
  CHECK(paged == all);
  CHECK(cursor.empty());
  tried.insert("cursor");

  // No filter without a row above.
  json::SchemaSet set;
  for (const QueryParameter& parameter : describe_query<MatterFilter>(set)) CHECK_MESSAGE(tried.contains(parameter.name), parameter.name);
}

TEST_CASE("filters: overdue appears when the day has passed") {
  TestApi node;
  node.world.dispatched({node.world.item("ex-1")});
  node.world.clock.advance(days(60));
  Browser browser = node.log_in(node.world.investigator);
  CHECK(browser.get("/api/matters?overdue=true").as<desk::ListView>().rows.size() == 1);
  CHECK(browser.get("/api/desk").as<desk::DeskView>().overdue == 1);
}

TEST_CASE("filters: what has no meaning is refused by name") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  for (const auto& [query, where] : std::initializer_list<std::pair<std::string, std::string>>{
           {"colour=red", "/colour"},
           {"mine=false", "/mine"},
           {"overdue=false", "/overdue"},
           {"overdue=true&open=false", "/open"},
           {"due_before=2027-06-01T00:00:00Z&open=false", "/open"},
           {"limit=0", "/limit"},
           {"limit=201", "/limit"},
           {"cursor=xx", "/cursor"},
           {"updated_from=2026-11-21T00:00:00Z&updated_until=2026-11-20T00:00:00Z", "/updated_until"},
           {"dispatched_from=2026-11-21T00:00:00Z&dispatched_until=2026-11-20T00:00:00Z", "/dispatched_until"},
           {"q=" + std::string(2049, 'a'), "/q"}}) {
    CAPTURE(query);
    const Reply reply = browser.get("/api/matters?" + query);
    CHECK(reply.status() >= 400);
    CHECK(reply.status() < 500);
    CHECK(reply.text("where") == where);
  }
  CHECK(browser.get("/api/desk?x=1").code() == "UNKNOWN_FIELD");
}

TEST_CASE("filters: of registers and organisations") {
  TestApi node;
  node.world.dispatched({node.world.item("ex-1")});
  Browser registrar = node.log_in(node.world.registrar);
  const std::string address = "/api/registers/" + node.world.register_office.hex();
  CHECK(registrar.get(address).as<desk::RegisterView>().lines.size() == 1);
  CHECK(registrar.get(address + "?form=B").as<desk::RegisterView>().lines.empty());
  CHECK(registrar.get(address + "?year=2025").as<desk::RegisterView>().lines.empty());
  CHECK(registrar.get(address + "?year=1999").code() == "OUT_OF_RANGE");
  CHECK(registrar.get("/api/organisations").as<Organisations>().organisations.size() == 2);
  CHECK(registrar.get("/api/organisations?side=PROVIDER").as<Organisations>().organisations.size() == 1);
  CHECK(registrar.get("/api/organisations?side=BOTH").code() == "BAD_VALUE");
}

}  // namespace
}  // namespace warifu::api
