// Bad input that only a moved clock or a broken store can make: the rest is tried over real sockets in tests/api/test_bad_input.py.
// Each time: a code, the field, a sentence in both languages, and nothing written.

#include "api/test_api.h"

namespace warifu::api {
namespace {

void check_refusal(const Reply& reply, int status, std::string_view code, std::string_view where) {
  CAPTURE(std::string(reply.response.text()));
  CHECK(reply.status() == status);
  CHECK(reply.code() == code);
  CHECK(reply.text("where") == where);
  for (const char* language : {"ja", "en"}) {
    CHECK_FALSE(reply.text(language).empty());
    CHECK(reply.text(language).find("—") == std::string::npos);  // a place in the sentence that nobody filled
  }
}

TEST_CASE("bad input: a session that has expired says so, and nothing is written") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const std::string draft = json::compact(json::encode(node.world.draft_of({node.world.item("ex-1")})));
  node.world.clock.advance(days(2));
  const int before = node.writes();
  check_refusal(browser.get("/api/desk"), 401, "SESSION_EXPIRED", "");
  CHECK(node.writes() == before);
  Browser other = node.log_in(node.world.investigator);
  CHECK(other.post("/api/inquiries", draft).status() == 201);
}

TEST_CASE("bad input: a delegate before and after the period is told the period") {
  TestApi node;
  desk::TestWorld& world = node.world;
  desk::DraftCommand command = world.draft_of({world.item("ex-1")});
  command.ready = true;
  const MatterId matter = desk::must(world.agency().draft(world.investigator, command), "draft").matter;
  world.step();
  desk::must(world.agency().check(world.supervisor, matter, {}), "check");
  const std::string at = "/api/matters/" + matter.hex() + "/approval";
  {
    Browser within = node.log_in(world.delegate);
    CHECK(within.post(at + "/prepare").status() == 200);
  }
  // The text is signed while the delegation holds and handed in when it has ended: what counts is the instant that was signed, but not for long.
  Browser early = node.log_in(world.delegate);
  const auto prepared = early.post(at + "/prepare").as<desk::Prepared>();
  world.clock.advance(days(8));
  Browser late = node.log_in(world.delegate);
  const int before = node.writes();
  check_refusal(late.post(at + "/prepare"), 403, "DELEGATION_OUT_OF_PERIOD", "/delegation");
  const Reply stale = late.post_as(at, desk::SignedCommand{prepared.text, prepared.body, node.sign(world.delegate, prepared.text)});
  check_refusal(stale, 409, "STALE", "/text");
  CHECK(node.writes() == before);
}

TEST_CASE("bad input: a signature that is missing, damaged, of another person or over another text") {
  TestApi node;
  desk::TestWorld& world = node.world;
  desk::DraftCommand command = world.draft_of({world.item("ex-1")});
  command.ready = true;
  const MatterId matter = desk::must(world.agency().draft(world.investigator, command), "draft").matter;
  world.step();
  desk::must(world.agency().check(world.supervisor, matter, {}), "check");
  world.step();
  const std::string at = "/api/matters/" + matter.hex() + "/approval";
  Browser approver = node.log_in(world.approver);
  const auto text = approver.post(at + "/prepare").as<desk::Prepared>();
  const std::string right = node.sign(world.approver, text.text);
  const int before = node.writes();
  const auto hand_in = [&](const std::string& signed_text, const std::string& body, const std::string& signature) {
    return approver.post_as(at, desk::SignedCommand{signed_text, body, signature});
  };
  check_refusal(hand_in(text.text, text.body, ""), 422, "SIGNATURE_MISSING", "/signature");
  check_refusal(hand_in(text.text, text.body, "junk"), 422, "BAD_NOTE", "/signature");
  check_refusal(hand_in(text.text, text.body, node.sign(world.supervisor, text.text)), 422, "SIGNATURE_INVALID", "/signature");
  check_refusal(hand_in(text.text, text.body, node.sign(world.approver, "another text\n")), 422, "SIGNATURE_INVALID", "/signature");
  check_refusal(hand_in("another text\n", text.body, right), 422, "BAD_NOTE", "/text");
  check_refusal(hand_in(text.text, text.body + " ", right), 409, "TEXT_DIFFERS", "/body");
  CHECK(node.writes() == before);
  CHECK(hand_in(text.text, text.body, right).status() == 200);
}

TEST_CASE("bad input: a full disk and a store that is gone: 507 and 503, and the same key then writes once") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const std::string draft = json::compact(json::encode(node.world.draft_of({node.world.item("ex-1")})));
  net::Request request = browser.request("POST", "/api/inquiries", draft);
  for (const Code code : {Code::DISK_FULL, Code::STORE_UNAVAILABLE}) {
    node.agency_store->break_next_commit(code);
    const Reply reply = browser.send(request);
    CHECK(reply.status() == sentence(code).http_status);
    CHECK(reply.code() == sentence(code).name);
    CHECK(desk::must(node.world.agency().list(node.world.investigator, {})).rows.empty());
  }
  CHECK(browser.send(request).status() == 201);
  CHECK(browser.send(request).status() == 201);
  CHECK(desk::must(node.world.agency().list(node.world.investigator, {})).rows.size() == 1);
}

TEST_CASE("bad input: a body that unpacks itself is not taken, nor read") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  net::Request request = browser.request("POST", "/api/inquiries", "\x1f\x8b");
  request.headers.push_back({"content-encoding", "gzip"});
  check_refusal(browser.send(request), 415, "BAD_MEDIA_TYPE", "Content-Encoding");
  const net::BodyPolicy policy = node.api.body_policy(request);
  REQUIRE(policy.refusal);
  CHECK(policy.refusal->status == 415);
}

}  // namespace
}  // namespace warifu::api
