#include "inquiry/bodies.h"

#include <doctest/doctest.h>

#include <functional>

#include "base/limits.h"
#include "inquiry/test_support.h"

namespace warifu::inquiry {

namespace {

using Change = std::function<void(json::Object&)>;

// A good body of every kind.
json::Object good_body(Kind kind) {
  static const test::TestExchange x = [] {
    test::TestExchange made;
    made.until_begun();
    made.released();
    return made;
  }();
  if (kind == Kind::LEGAL_DECIDED)
    return json::encode(DecisionsBody{test::salt_of(), {}, {{1, Disposition::ACCEPT, {}, "house.1", "", {}}}}).as_object();
  return (rule_of(kind).sides == Sides::PROVIDER ? x.provider : x.agency).plausible_body(kind).as_object();
}

Error refused(Kind kind, const Change& change) {
  json::Object body = good_body(kind);
  change(body);
  const Status status = check_body(kind, body);
  CAPTURE(enum_text(kind));
  CAPTURE(json::canonical(body));
  REQUIRE_FALSE(status.has_value());
  return status.error();
}

json::Object& at(json::Object& body, std::string_view key) { return body.at(key).as_object(); }
json::Object& item(json::Object& body, std::string_view outer, std::string_view list, std::size_t i) {
  return at(body, outer).at(list).as_array().at(i).as_object();
}

}  // namespace

TEST_CASE("a good body of every kind is accepted, and again after a round trip through canonical JSON") {
  for (const KindRule& rule : all_kinds()) {
    CAPTURE(enum_text(rule.kind));
    const json::Object body = good_body(rule.kind);
    const Status status = check_body(rule.kind, body);
    CHECK_MESSAGE(status.has_value(), (status ? "" : status.error().message + " " + status.error().where));
    CHECK(check_body(rule.kind, json::parse(json::canonical(body)).value()));
  }
}

TEST_CASE("what every kind refuses") {
  for (const KindRule& rule : all_kinds()) {
    const Kind kind = rule.kind;
    CAPTURE(enum_text(kind));
    CHECK(refused(kind, [](json::Object& body) { body.erase("salt"); }).code == Code::MISSING_FIELD);
    for (const std::string& salt : {std::string(), to_base64(Bytes(31)), to_base64(Bytes(33)), std::string(44, '!'), std::string(64, 'a')}) {
      const Error error = refused(kind, [&](json::Object& body) { body["salt"] = salt; });
      CHECK(error.code == Code::BAD_VALUE);
      CHECK(error.where == "/salt");
    }
    CHECK(refused(kind, [](json::Object& body) { body["unheard"] = 1; }).code == Code::UNKNOWN_FIELD);
    for (const json::Value& other : {json::Value(), json::Value(1), json::Value("text"), json::Value(json::Array())})
      CHECK_FALSE(check_body(kind, other));
    // Whatever is there in a good body is needed, unless it is the value of an optional field, and of the right type.
    for (const auto& member : good_body(kind)) {
      const std::string key(member.key());
      if (key == "value" || (kind == Kind::ANSWER_SENT_BACK && key == "of")) continue;
      CHECK(refused(kind, [&](json::Object& body) { body.erase(key); }).code == Code::MISSING_FIELD);
      CHECK_FALSE(refused(kind, [&](json::Object& body) { body[key] = json::Object({{"unheard", 1}}); }).message.empty());
    }
  }
}

TEST_CASE("a provider's statement") {
  const auto line = [](json::Object& body) -> json::Object& { return body.at("lines").as_array().at(0).as_object(); };
  for (const char* month : {"2026-13", "2026-00", "2026-1", "2026-11-01", "11-2026", ""})
    CHECK(refused(Kind::STATEMENT, [&](json::Object& b) { b["month"] = month; }).where == "/month");
  CHECK(refused(Kind::STATEMENT, [](json::Object& b) { b.at("lines").as_array().push_back(json::Value(b.at("lines").as_array().at(0))); }).where ==
        "/lines/1/matter");
  CHECK(refused(Kind::STATEMENT, [&](json::Object& b) { line(b)["number"] = ""; }).code == Code::EMPTY_FIELD);
  CHECK(refused(Kind::STATEMENT, [&](json::Object& b) { line(b)["minutes"] = -1; }).code == Code::OUT_OF_RANGE);
  CHECK(refused(Kind::STATEMENT, [&](json::Object& b) { line(b)["state"] = "LOST"; }).where == "/lines/0/state");
  json::Object empty = good_body(Kind::STATEMENT);
  empty["lines"] = json::Array();  // a month in which nothing came is stated too
  CHECK(check_body(Kind::STATEMENT, empty));
  const MatterId place = statement_matter(test::provider_org(), test::agency_org(), "2026-11");
  CHECK(place == statement_matter(test::provider_org(), test::agency_org(), "2026-11"));
  CHECK(place != statement_matter(test::provider_org(), test::agency_org(), "2026-12"));
  CHECK(place != statement_matter(test::agency_org(), test::provider_org(), "2026-11"));
}

TEST_CASE("the text of an inquiry") {
  for (const Kind kind : {Kind::DRAFTED, Kind::APPROVED}) {
    CHECK(refused(kind, [](json::Object& b) { at(b, "text")["items"] = json::Array(); }).code == Code::EMPTY_FIELD);
    CHECK(refused(kind, [](json::Object& b) { item(b, "text", "items", 1)["no"] = 3; }).where == "/text/items/1/no");
    CHECK(refused(kind, [](json::Object& b) { item(b, "text", "items", 0)["no"] = 0; }).code == Code::BAD_VALUE);
    CHECK(refused(kind, [](json::Object& b) { item(b, "text", "items", 1)["categories"] = json::Array(); }).where == "/text/items/1/categories");
    CHECK(refused(kind, [](json::Object& b) { at(b, "text")["due"] = "2026-02-30"; }).where == "/text/due");
    const auto period = [](json::Object& b, const char* from, const char* until) {
      item(b, "text", "items", 0)["period"] = json::Object({{"from", from}, {"until", until}});
    };
    CHECK(refused(kind, [&](json::Object& b) { period(b, "2026-11-02T00:00:00Z", "2026-11-01T00:00:00Z"); }).code == Code::PERIOD_REVERSED);
    json::Object instant = good_body(kind);
    period(instant, "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z");  // one instant is a period
    CHECK(check_body(kind, instant));
  }
  CHECK(refused(Kind::APPROVED, [](json::Object& b) { b["version"] = 7; }).code == Code::TEXT_DIFFERS);
}

TEST_CASE("an inquiry has at most so many items") {
  for (const std::size_t count : {limits::kItemsPerInquiryMax, limits::kItemsPerInquiryMax + 1}) {
    const DraftedBody body{test::salt_of(), 1, true, test::sample_text(1, static_cast<int>(count)), test::sample_internal()};
    const Status status = check_body(Kind::DRAFTED, json::encode(body));
    CHECK(status.has_value() == (count == limits::kItemsPerInquiryMax));
    if (!status) CHECK(status.error().code == Code::TOO_MANY);
  }
}

TEST_CASE("a number has five digits and a document number") {
  for (const Kind kind : {Kind::REGISTERED, Kind::DISPATCHED}) {
    for (const int serial : {1, 99'999}) {
      json::Object body = good_body(kind);
      at(body, "number")["serial"] = serial;
      CHECK(check_body(kind, body));
    }
    for (const int serial : {0, -1, 100'000})
      CHECK(refused(kind, [&](json::Object& b) { at(b, "number")["serial"] = serial; }).code == Code::OUT_OF_RANGE);
    CHECK(refused(kind, [](json::Object& b) { at(b, "number")["document_number"] = ""; }).code == Code::EMPTY_FIELD);
  }
}

TEST_CASE("no text of an act that crosses is longer than anybody may write it") {
  const std::string longest(4 * limits::kTextCharactersMax, 'x'), longer = longest + "x";
  const std::string line(4 * limits::kLineCharactersMax, 'x');
  for (const inquiry::KindRule& rule : all_kinds()) {
    if (!rule.is_shared) continue;
    json::Object body = good_body(rule.kind);
    if (!body.contains("message")) continue;
    CAPTURE(std::string(enum_text(rule.kind)));
    body["message"] = longest;
    CHECK(check_body(rule.kind, body));
    CHECK(refused(rule.kind, [&](json::Object& b) { b["message"] = longer; }).code == Code::TOO_LONG);
  }
  CHECK(refused(Kind::WITHDRAWN, [&](json::Object& b) { b["message"] = longer; }).where == "/message");
  CHECK(refused(Kind::APPROVED, [&](json::Object& b) { item(b, "text", "items", 0)["purpose"] = longer; }).where == "/text/items/0/purpose");
  json::Object numbered = good_body(Kind::DISPATCHED);
  at(numbered, "number")["document_number"] = line;
  CHECK(check_body(Kind::DISPATCHED, numbered));
  CHECK(refused(Kind::DISPATCHED, [&](json::Object& b) { at(b, "number")["document_number"] = line + "x"; }).code == Code::TOO_LONG);
  // What a source holds is as long as it is.
  ReleasedBody answer;
  answer.salt = test::salt_of();
  answer.answer.items.emplace_back();
  answer.answer.items[0].tables = {{{"本文"}, {{longer}}}};
  CHECK(check_body(Kind::RELEASED, json::encode(answer)));
  answer.answer.items[0].message = longer;
  CHECK(check_body(Kind::RELEASED, json::encode(answer)).error().where == "/answer/items/0/message");
}

TEST_CASE("what needs a reason has one") {
  for (const Kind kind : {Kind::SENT_BACK, Kind::VOIDED, Kind::ANSWER_SENT_BACK, Kind::OPENED})
    CHECK(refused(kind, [](json::Object& b) { b["reason"] = ""; }).code == Code::REASON_REQUIRED);
  CHECK(refused(Kind::RETURNED, [](json::Object& b) { b["reason"] = "BECAUSE"; }).where == "/reason");
  CHECK(refused(Kind::ASSIGNED, [](json::Object& b) { b["persons"] = json::Array(); }).code == Code::EMPTY_FIELD);
}

TEST_CASE("an answer") {
  for (const Kind kind : {Kind::COLLECTED, Kind::RELEASED}) {
    CHECK(refused(kind, [](json::Object& b) { at(b, "answer")["items"] = json::Array(); }).code == Code::EMPTY_FIELD);
    CHECK(refused(kind, [](json::Object& b) { item(b, "answer", "items", 1)["no"] = 1; }).code == Code::BAD_VALUE);
    CHECK(refused(kind, [](json::Object& b) { item(b, "answer", "items", 0)["result"] = "REFUSED"; }).code == Code::REASON_REQUIRED);
    CHECK(refused(kind, [](json::Object& b) { item(b, "answer", "items", 0)["result"] = "NARROWING_PROPOSED"; }).where ==
          "/answer/items/0/narrowing");
    CHECK(refused(kind, [](json::Object& b) {
            item(b, "answer", "items", 0).at("tables").as_array().at(0).as_object().at("rows").as_array().at(0).as_array().pop_back();
          }).where == "/answer/items/0/tables");
    for (const char* field : {"minutes", "yen"})
      CHECK(refused(kind, [&](json::Object& b) { at(b, "answer")[field] = -1; }).code == Code::OUT_OF_RANGE);
    for (std::size_t result = 0; result < enum_count<ItemResult>(); ++result) {
      json::Object body = good_body(kind);
      body["answer"] = json::encode(test::sample_answer({{1, static_cast<ItemResult>(result)}}));
      CHECK(check_body(kind, body));
    }
  }
}

TEST_CASE("a judgement") {
  for (const Kind kind : {Kind::TRIAGED, Kind::LEGAL_DECIDED}) {
    CHECK(refused(kind, [](json::Object& b) { b["decisions"] = json::Array(); }).code == Code::EMPTY_FIELD);
    CHECK(refused(kind, [](json::Object& b) { b.at("decisions").as_array().push_back(b.at("decisions").as_array().at(0)); }).code == Code::BAD_VALUE);
    CHECK(refused(kind, [](json::Object& b) { b.at("decisions").as_array().at(0).as_object()["disposition"] = "NARROW"; }).where ==
          "/decisions/0/narrowing");
  }
}

TEST_CASE("a receipt speaks of the bodies it destroyed and of no others") {
  CHECK(refused(Kind::TEXT_ERASED, [](json::Object& b) { b["bodies"] = json::Array(); }).where == "/residue");
  for (const Kind kind : {Kind::PURGED, Kind::TEXT_ERASED})
    CHECK(refused(kind, [](json::Object& b) { b.at("bodies").as_array().push_back(b.at("bodies").as_array().at(0)); }).where == "/bodies");
  CHECK(refused(Kind::TEXT_ERASED, [](json::Object& b) { at(b, "residue")["no digest"] = json::Object(); }).where == "/residue");
  // What is needed afterwards stays at home.
  CHECK(refused(Kind::PURGED, [](json::Object& b) { b["residue"] = json::Object(); }).code == Code::UNKNOWN_FIELD);
}

TEST_CASE("rows of an answer are counted over its tables") {
  ItemAnswer item = test::sample_result(1, ItemResult::ANSWERED);
  CHECK(item.row_count() == 2);
  item.tables.push_back({{"口座"}, {{"0001"}}});
  CHECK(item.row_count() == 3);
  CHECK(test::sample_result(1, ItemResult::NONE_HELD).row_count() == 0);
}

}  // namespace warifu::inquiry
