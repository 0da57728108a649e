#include <thread>

#include "api/test_api.h"

namespace warifu::api {
namespace {

std::string draft_of(TestApi& node, const std::string& account = "ex-1") {
  return json::compact(json::encode(node.world.draft_of({node.world.item(account)})));
}

net::Request with_key(const Browser& browser, std::string_view target, const std::string& body, const std::string& key) {
  net::Request request = browser.request("POST", target, body);
  for (net::Header& header : request.headers)
    if (header.name == "idempotency-key") header.value = key;
  return request;
}

std::size_t matters(TestApi& node) { return desk::must(node.world.agency().list(node.world.investigator, {})).rows.size(); }

TEST_CASE("repetition: the same key gives the first answer again, with another request it is refused") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const Reply first = browser.send(with_key(browser, "/api/inquiries", draft_of(node), "key-00000001"));
  const Reply again = browser.send(with_key(browser, "/api/inquiries", draft_of(node), "key-00000001"));
  CHECK(first.status() == 201);
  CHECK(again.status() == 201);
  CHECK(again.response.text() == first.response.text());
  CHECK(again.response.header("Idempotency-Replayed") == "true");
  CHECK(matters(node) == 1);
  const Reply other = browser.send(with_key(browser, "/api/inquiries", draft_of(node, "ex-2"), "key-00000001"));
  CHECK(other.status() == 422);
  CHECK(other.code() == "IDEMPOTENCY_MISMATCH");
  const Reply elsewhere = browser.send(with_key(browser, "/api/inquiries/oral", draft_of(node), "key-00000001"));
  CHECK(elsewhere.code() == "IDEMPOTENCY_MISMATCH");
  CHECK(matters(node) == 1);
  // Another person's keys are that person's own.
  Browser colleague = node.log_in(node.world.other_investigator);
  CHECK(colleague.send(with_key(colleague, "/api/inquiries", draft_of(node), "key-00000001")).text("matter") != first.text("matter"));
}

TEST_CASE("repetition: a refusal is not kept, so that the corrected request may carry the key") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  CHECK(browser.send(with_key(browser, "/api/inquiries", "{}", "key-00000002")).status() == 422);
  CHECK(browser.send(with_key(browser, "/api/inquiries", draft_of(node), "key-00000002")).status() == 201);
}

TEST_CASE("repetition: a write without a key, or with a strange one, is refused") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  net::Request request = browser.request("POST", "/api/inquiries", draft_of(node));
  std::erase_if(request.headers, [](const net::Header& header) { return header.name == "idempotency-key"; });
  CHECK(browser.send(request).code() == "IDEMPOTENCY_KEY_MISSING");
  for (const std::string& key : {std::string("1234567"), std::string(65, 'a'), std::string("white space"), std::string("割符割符割符")})
    CHECK(browser.send(with_key(browser, "/api/inquiries", draft_of(node), key)).code() == "BAD_VALUE");
  CHECK(browser.send(with_key(browser, "/api/inquiries", draft_of(node), std::string(8, 'a'))).status() == 201);
  CHECK(browser.send(with_key(browser, "/api/inquiries", draft_of(node), std::string(64, 'a'))).status() == 201);
}

TEST_CASE("repetition: many at once with one key write once") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const net::Request request = with_key(browser, "/api/inquiries", draft_of(node), "key-00000003");
  std::vector<std::string> answers(8);
  std::vector<std::jthread> threads;
  for (std::string& answer : answers) threads.emplace_back([&] { answer = std::string(send(node.api, request).response.text()); });
  threads.clear();
  for (const std::string& answer : answers) CHECK(answer == answers.front());
  CHECK(answers.front().find("\"matter\"") != std::string::npos);
  CHECK(matters(node) == 1);
}

TEST_CASE("repetition: of an answer with personal data only the digest is kept") {
  TestApi node;
  const MatterId matter = node.world.dispatched({node.world.item("ex-777")});
  Browser browser = node.log_in(node.world.investigator);
  const std::string address = "/api/matters/" + matter.hex() + "/view";
  const Reply first = browser.send(with_key(browser, address, "{}", "key-00000004"));
  CHECK(first.status() == 200);
  const auto record = desk::must(node.world.agency().store().idempotency(node.world.investigator.person, "key-00000004"));
  REQUIRE(record);
  CHECK(record->response.empty());
  CHECK(browser.send(with_key(browser, address, "{}", "key-00000004")).status() == 200);
  CHECK(browser.send(with_key(browser, address, R"({"reason":"別"})", "key-00000004")).code() == "IDEMPOTENCY_MISMATCH");
}

TEST_CASE("repetition: of a password nothing is kept") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const std::string change = std::string(R"({"old_password":")") + std::string(kTestPassword) + R"(","new_password":"another long sentence"})";
  net::Request request = browser.request("PUT", "/api/me/password", change);
  for (net::Header& header : request.headers)
    if (header.name == "idempotency-key") header.value = "key-00000005";
  CHECK(browser.send(request).status() == 200);
  CHECK_FALSE(desk::must(node.world.agency().store().idempotency(node.world.investigator.person, "key-00000005")).has_value());
}

TEST_CASE("repetition: what dies behind the commit has written once: the answer stands in the act's own transaction") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  node.agency_store->forget_what_comes_behind();
  const net::Request request = with_key(browser, "/api/inquiries", draft_of(node), "key-00000006");
  const Reply first = browser.send(request);
  CHECK(first.status() == 201);
  const Reply again = browser.send(request);
  CHECK(again.status() == 201);
  CHECK(again.response.text() == first.response.text());
  CHECK(again.response.header("Idempotency-Replayed") == "true");
  CHECK(browser.send(with_key(browser, "/api/inquiries", draft_of(node, "ex-2"), "key-00000006")).code() == "IDEMPOTENCY_MISMATCH");
  CHECK(matters(node) == 1);
}

TEST_CASE("repetition: whoever never heard the answer gets it by asking again") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const net::Request request = with_key(browser, "/api/inquiries", draft_of(node), "key-00000007");
  node.agency_store->lose_next_answer();
  CHECK(browser.send(request).status() == 503);
  const Reply again = browser.send(request);
  CHECK(again.status() == 201);
  CHECK(again.response.header("Idempotency-Replayed") == "true");
  const auto rows = desk::must(node.world.agency().list(node.world.investigator, {})).rows;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].matter.hex() == again.text("matter"));
  // A commit that really failed leaves nothing behind, so the same key may be tried again.
  const net::Request other = with_key(browser, "/api/inquiries", draft_of(node, "ex-2"), "key-00000008");
  node.agency_store->break_next_commit(Code::STORE_UNAVAILABLE);
  CHECK(browser.send(other).status() == 503);
  CHECK(browser.send(other).response.header("Idempotency-Replayed") == std::nullopt);
  CHECK(matters(node) == 2);
}

// Every kind of command that writes an act, with an answer of its own: sent twice over a store that keeps nothing behind a commit.
TEST_CASE("repetition: commands that answer in their own words, or write two acts, write once as well") {
  TestApi node;
  desk::TestWorld& world = node.world;
  const MatterId matter = world.dispatched({world.item("ex-1")});
  world.triaged(matter);
  desk::must(world.provider().accept(world.intake, matter, {}), "accept");
  world.step();
  desk::CaseCommand open_case;
  open_case.number = "令和8年架空刑二第7号";
  open_case.title = "架空事件";
  open_case.offence = "詐欺";
  desk::TemplateCommand pattern;
  pattern.name = "出品者の確認";
  pattern.draft = world.draft_of({world.item("ex-1")});
  pattern.draft.ready = false;
  desk::PersonCommand person;
  person.login = "shinjin";
  person.name = "架空 新人";
  person.roles = {party::Role::AUDITOR};
  desk::UnitCommand unit;
  unit.name_ja = "新設課";
  unit.is_register_office = true;
  desk::HouseRulesCommand rules;
  rules.rules.push_back({law::Instrument::INQ, law::Category::K1, law::Outcome::LEGAL_REVIEW, "法務が確認する", "legal staff look first"});
  const std::string at = "/api/matters/" + matter.hex();
  const auto text = [](const auto& command) { return json::compact(json::encode(command)); };
  struct Sent {
    desk::Caller who;
    std::string method, target, body;
  };
  const std::vector<Sent> all = {
      {world.investigator, "POST", "/api/cases", text(open_case)},
      {world.investigator, "POST", "/api/templates", text(pattern)},
      {world.agency_admin, "POST", "/api/people", text(person)},
      {world.agency_admin, "POST", "/api/units", text(unit)},
      {world.legal, "PUT", "/api/house-rules", text(rules)},
      {world.releaser, "POST", "/api/statements", text(desk::StatementCommand{world.agency().self().id, "2026-11"})},
      {world.intake, "POST", at + "/assign", text(desk::AssignCommand{{world.op.person}, {}})},  // assigned and begun
      {world.registrar, "POST", at + "/remind", text(desk::MessageCommand{"お願いします。"})},
  };
  node.agency_store->forget_what_comes_behind();
  node.provider_store->forget_what_comes_behind();
  for (const Sent& sent : all) {
    CAPTURE(sent.target);
    Browser browser = node.log_in(sent.who);
    const net::Request request = browser.request(sent.method, sent.target, sent.body);
    const int before = node.writes();
    const Reply first = browser.send(request);
    CAPTURE(first.response.text());
    CHECK(first.status() / 100 == 2);
    CHECK(node.writes() == before + 1);
    world.step();
    const Reply again = browser.send(request);
    CHECK(again.status() == first.status());
    CHECK(again.response.text() == first.response.text());
    CHECK(again.response.header("Idempotency-Replayed") == "true");
    CHECK(node.writes() == before + 1);
  }
  CHECK(desk::must(world.provider().peek(world.op, matter)).row.state == inquiry::State::IN_PROGRESS);
}

TEST_CASE("repetition: a profile that could not be published is published by the repetition, with one act") {
  TestApi node;
  Browser browser = node.log_in(node.world.legal);
  party::AnswerProfile profile = *desk::must(node.world.directory().profile(node.world.provider().self().id));
  profile.contact_en = "Ask the desk.";
  net::Request request = browser.request("PUT", "/api/profile", json::compact(json::encode(profile)));
  node.provider_store->forget_what_comes_behind();
  CHECK(browser.send(request).status() == 204);
  const int after = node.writes();
  CHECK(browser.send(request).status() == 204);
  CHECK(node.writes() == after);
  CHECK(desk::must(node.world.directory().profile(profile.organisation))->contact_en == "Ask the desk.");
}

}  // namespace
}  // namespace warifu::api
