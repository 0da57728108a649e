// A whole inquiry through the interface, as two browsers and two devices make it; and the forms around it.

#include <filesystem>
#include <fstream>

#include "api/test_api.h"

namespace warifu::api {
namespace {

using inquiry::ItemResult;
using inquiry::ProviderState;
using inquiry::State;

class OneSource final : public answer::Source {
 public:
  OneSource() {
    info_.name = "members";
    info_.title_ja = "会員台帳";
    info_.title_en = "Member register";
    answer::SourceQuery query;
    query.name = "by account";
    query.services = {"auction.example"};
    query.categories = {law::Category::K1};
    query.columns_ja = {"氏名", "住所"};
    query.columns_en = {"name", "address"};
    info_.queries = {query};
  }
  const answer::SourceInfo& info() const override { return info_; }
  Result<answer::LookupResult> look_up(const answer::LookupRequest& request) override {
    answer::LookupResult out;
    out.query = info_.queries[0].name;
    out.table.columns = info_.queries[0].columns_ja;
    out.table.rows = {{"例示 " + request.item.selector.input.value, "架空県架空市一丁目1番1号"}};
    return out;
  }
  Status test() override { return {}; }

 private:
  answer::SourceInfo info_;
};

TEST_CASE("interface: one inquiry from the draft to the feedback") {
  TestApi node({std::make_shared<OneSource>()});
  desk::TestWorld& world = node.world;
  Browser investigator = node.log_in(world.investigator), supervisor = node.log_in(world.supervisor), approver = node.log_in(world.approver),
          registrar = node.log_in(world.registrar), intake = node.log_in(world.intake), op = node.log_in(world.op),
          releaser = node.log_in(world.releaser);

  const Reply drafted = investigator.post_as("/api/inquiries", world.draft_of({world.item("ex-1001")}));
  REQUIRE(drafted.status() == 201);
  const std::string matter = drafted.text("matter");
  const std::string at = "/api/matters/" + matter;
  CHECK(drafted.text("state") == "DRAFT");
  world.step();
  CHECK(investigator.post(at + "/check", "{}").code() == "ROLE_MISSING");
  CHECK(supervisor.post(at + "/check", R"({"comment":"可"})").text("state") == "CHECKED");
  world.step();
  CHECK(registrar.post(at + "/number", "{}").status() == 409);
  const Reply approved = node.signed_step(approver, world.approver, at + "/approval");
  CHECK(approved.text("state") == "APPROVED");
  world.step();
  const Reply numbered = registrar.post(at + "/number", "{}");
  CHECK(numbered.text("state") == "REGISTERED");
  CHECK_FALSE(numbered.text("number").empty());
  world.step();
  CHECK(node.signed_step(registrar, world.registrar, at + "/dispatch").text("state") == "DISPATCHED");
  CHECK(node.written >= 5);
  world.exchange();

  // The provider.
  const auto inbox = intake.get("/api/matters?provider_state=VERIFIED").as<desk::ListView>();
  REQUIRE(inbox.rows.size() == 1);
  CHECK(inbox.rows[0].matter.hex() == matter);
  CHECK(inbox.rows[0].subject.find("ex-1001") == std::string::npos);
  const Reply suggested = intake.get(at + "/triage");
  REQUIRE(suggested.status() == 200);
  CHECK(intake.post_as(at + "/triage", desk::DecisionsCommand{suggested.as<Decisions>().decisions}).status() == 200);
  world.step();
  CHECK(intake.post(at + "/accept", "{}").status() == 200);
  world.step();
  CHECK(op.post(at + "/view", "{}").status() == 404);
  CHECK(intake.post_as(at + "/assign", desk::AssignCommand{{world.op.person}, {}}).status() == 200);
  world.step();
  CHECK(op.get("/api/sources").as<Sources>().sources.size() == 1);
  const Reply looked_up = op.post_as(at + "/lookups", desk::LookupCommand{1, "members"});
  REQUIRE(looked_up.status() == 200);
  const auto lookup = looked_up.as<desk::LookupView>();
  CHECK(lookup.table.rows.size() == 1);
  world.step();
  const Reply file = op.send(op.request("POST", at + "/files?name=%E4%BC%9A%E5%93%A1.csv", "name,address\r\n", "text/csv"));
  REQUIRE(file.status() == 201);
  world.step();
  desk::CollectCommand collect;
  inquiry::ItemAnswer item;
  item.tables = {lookup.table};
  item.provenance = {lookup.provenance};
  item.files = {file.as<inquiry::FileRef>()};
  collect.answer.items = {item};
  collect.answer.minutes = 12;
  collect.answer.completeness = "保有する記録のすべてです。";
  collect.ready = true;
  const Reply collected = op.post_as(at + "/collect", collect);
  CHECK_MESSAGE(collected.status() == 200, std::string(collected.response.text()));
  world.step();
  CHECK(releaser.post_as(at + "/check-answer", desk::AnswerCheckCommand{{{1, 2}}, ""}).code() == "ROW_COUNT_DIFFERS");
  CHECK(releaser.post_as(at + "/check-answer", desk::AnswerCheckCommand{{{1, 1}}, ""}).status() == 200);
  world.step();
  const Reply released = node.signed_step(releaser, world.releaser, at + "/release");
  CHECK_MESSAGE(released.status() == 200, std::string(released.response.text()));
  world.exchange();

  // The agency again.
  const auto seen = investigator.post(at + "/view", "{}").as<desk::MatterView>();
  CHECK(seen.row.state == State::ANSWERED);
  REQUIRE(seen.releases.size() == 1);
  CHECK_FALSE(seen.releases[0].is_open);
  const Sha256 release = seen.releases[0].act;
  CHECK(investigator.post_as(at + "/retrieve", desk::ReleaseReference{release, ""}).status() == 200);
  world.step();
  CHECK(investigator.post_as(at + "/open", desk::OpenCommand{release, ""}).status() == 422);
  CHECK(investigator.post_as(at + "/open", desk::OpenCommand{release, "供述との照合"}).status() == 200);
  world.step();
  const auto opened = investigator.post(at + "/view", "{}").as<desk::MatterView>();
  REQUIRE(opened.releases.at(0).answer);
  CHECK(opened.releases[0].answer->items.at(0).tables.at(0).rows == lookup.table.rows);
  const std::string download = at + "/files/" + item.files[0].sha256.hex() + "?name=%E4%BC%9A%E5%93%A1.csv";
  const Reply got = investigator.get(download);
  CHECK(got.status() == 200);
  CHECK(got.response.header("Content-Disposition") == "attachment; filename*=UTF-8''%E4%BC%9A%E5%93%A1.csv");
  CHECK(got.response.header("X-Content-Type-Options") == "nosniff");
  CHECK(got.response.header("Content-Type") == "application/octet-stream");
  CHECK(got.response.header("ETag") == '"' + item.files[0].sha256.hex() + '"');
  REQUIRE(std::holds_alternative<net::FileBody>(got.response.body));
  world.step();
  CHECK(investigator.post_as(at + "/feedback", desk::FeedbackCommand{inquiry::Outcome::SUSPECT_IDENTIFIED, "特定に至りました。"}).status() == 200);
  world.step();
  CHECK(investigator.post(at + "/close", "{}").text("state") == "CLOSED");
  const auto entries = registrar.get("/api/registers/" + world.register_office.hex() + "?form=A&year=2026").as<desk::RegisterView>();
  REQUIRE(entries.lines.size() == 1);
  CHECK(entries.gaps.empty());
  for (const LogEvent& event : node.log) CHECK(event.route.find(matter) == std::string::npos);
}

TEST_CASE("interface: a draft is judged, written, written anew and sent back") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  desk::JudgeCommand judge;
  judge.to = node.world.provider().self().id;
  desk::JudgeItem item;
  item.selector = node.world.address_item().selector;
  item.categories = {law::Category::K1};
  judge.items = {item};
  const auto judged = browser.post_as("/api/inquiries/judge", judge).as<desk::JudgeView>();
  REQUIRE(judged.items.at(0).judgement);
  CHECK(judged.items[0].judgement->lane == law::Lane::NEEDS_WARRANT);
  CHECK(judged.items[0].judgement->effective_category == law::Category::K2);

  desk::DraftCommand draft = node.world.draft_of({node.world.item("ex-1")});
  draft.ready = false;
  const std::string matter = browser.post_as("/api/inquiries", draft).text("matter");
  draft.matter = MatterId::random();
  CHECK(browser.put("/api/matters/" + matter + "/draft", json::compact(json::encode(draft))).code() == "BAD_VALUE");
  CHECK(browser.post_as("/api/inquiries", draft).code() == "UNKNOWN_FIELD");
  draft.matter.reset();
  draft.ready = true;
  node.world.step();
  CHECK(browser.put("/api/matters/" + matter + "/draft", json::compact(json::encode(draft))).status() == 200);
  node.world.step();
  Browser supervisor = node.log_in(node.world.supervisor);
  CHECK(supervisor.post("/api/matters/" + matter + "/send-back", R"({"reason":""})").status() == 422);
  CHECK(supervisor.post("/api/matters/" + matter + "/send-back", R"({"reason":"期間が必要です。"})").status() == 200);
  const Reply oral = browser.post_as(
      "/api/inquiries/oral", desk::OralCommand{node.world.open_case, node.world.provider().self().id, "出品者の氏名", "2026-11-21T14:00:00+09:00"});
  CHECK(oral.status() == 201);
}

TEST_CASE("interface: bad bodies name code and field in both languages") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  std::string draft = json::compact(json::encode(node.world.draft_of({node.world.item("ex-1")})));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string out = draft;
    out.replace(out.find(from), from.size(), to);
    return out;
  };
  const struct {
    std::string body;
    int status;
    std::string code, where;
  } cases[] = {
      {"{", 400, "BAD_JSON", ""},
      {"[]", 422, "WRONG_TYPE", ""},
      {with("\"form\":\"A\"", "\"form\":\"A\",\"form\":\"B\""), 400, "DUPLICATE_FIELD", "/form"},
      {with("\"form\":\"A\"", "\"form\":\"Z\""), 422, "BAD_VALUE", "/form"},
      {with("\"form\":\"A\"", "\"form\":7"), 422, "WRONG_TYPE", "/form"},
      {with("\"ready\":true", "\"ready\":true,\"colour\":1"), 422, "UNKNOWN_FIELD", "/colour"},
      {with("ex-1", "ex-\xFF"), 400, "BAD_UTF8", ""},
      {with("ex-1", "ex\\u0000"), 422, "CONTROL_CHARACTER", ""},
      {with("出品者の確認", "\xE2\x80\xAE確認"), 422, "BIDI_CHARACTER", "/items/0/purpose"},
      {with(node.world.open_case.hex(), CaseId::random().hex()), 422, "CASE_UNKNOWN", "/case_id"},
      {with(node.world.open_case.hex(), node.world.closed_case.hex()), 409, "CASE_CLOSED", "/case_id"},
      {with("reiji-auction.example", "nobody.example"), 422, "ADDRESSEE_UNKNOWN", "/to"},
      {with("\"ready\":true", "\"ready\":true,\"due\":\"2026-02-30\""), 422, "BAD_VALUE", "/due"},
      {with("出品者の確認", std::string(3000, 'a')), 422, "TOO_LONG", "/items/0/purpose"},
  };
  for (const auto& row : cases) {
    const Reply reply = browser.post("/api/inquiries", row.body);
    CAPTURE(row.code);
    CAPTURE(std::string(reply.response.text()));
    CHECK(reply.code() == row.code);
    CHECK(reply.status() / 100 == 4);
    CHECK(reply.status() == row.status);
    if (!row.where.empty()) CHECK(reply.text("where") == row.where);
    CHECK(reply.text("type") == "urn:warifu:error:" + row.code);
    CHECK_FALSE(reply.text("ja").empty());
    CHECK_FALSE(reply.text("en").empty());
    CHECK(reply.text("request") == "00000000000000000000000000000001");
    CHECK(reply.response.header("Content-Type") == "application/problem+json");
  }
  CHECK(desk::must(node.world.agency().list(node.world.investigator, {})).rows.empty());
}

TEST_CASE("interface: pasted lines and a CSV file become items; nothing is stored") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const auto pasted =
      browser.post_as("/api/selectors/lines", PastedLines{std::nullopt, {"hanako@example.com", "090-1234-5678", "???"}}).as<PastedView>();
  REQUIRE(pasted.lines.size() == 3);
  CHECK(pasted.lines[0].selector->type == text::SelectorType::EMAIL);
  CHECK(pasted.lines[1].selector->type == text::SelectorType::TELEPHONE);
  CHECK(pasted.lines[1].selector->value == "090-1234-5678");  // as it was written: that is what the paper shows
  CHECK(pasted.lines[2].error.has_value());
  const std::string csv = "type,value,categories,purpose,necessity\nEMAIL,hanako@example.com,K1,確認,特定\n";
  const Reply imported = browser.send(browser.request("POST", "/api/inquiries/import", csv, "text/csv; charset=utf-8"));
  REQUIRE(imported.status() == 200);
  desk::DraftCommand draft = node.world.draft_of(imported.as<ImportView>().items);
  CHECK(browser.post_as("/api/inquiries", draft).status() == 201);
  CHECK(browser.send(browser.request("POST", "/api/inquiries/import", csv, "application/json")).code() == "BAD_MEDIA_TYPE");
}

}  // namespace
}  // namespace warifu::api
