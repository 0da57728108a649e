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

}  // namespace
}  // namespace warifu::api
