#include "inquiry/facts.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "inquiry/test_support.h"

namespace warifu::inquiry {

namespace {

const test::TestExchange& finished() {
  static const test::TestExchange x = [] {
    test::TestExchange made;
    made.until_begun();
    made.released({.results = {{1, ItemResult::ANSWERED}, {2, ItemResult::REFUSED}}});
    return made;
  }();
  return x;
}
json::Value body_of(Kind kind) { return (rule_of(kind).sides == Sides::PROVIDER ? finished().provider : finished().agency).plausible_body(kind); }
Facts facts(Kind kind) { return facts_of(kind, body_of(kind)); }

}  // namespace

TEST_CASE("facts of drafts and approvals") {
  const Facts draft = facts(Kind::DRAFTED);
  CHECK(draft.version == 2);
  CHECK(draft.ready == true);
  CHECK(draft.to == test::provider_org());
  CHECK(draft.case_id == test::case_id());
  CHECK(draft.unit == test::unit());
  CHECK(draft.due == Date{2026, 12, 5});
  CHECK(draft.urgency == law::Urgency::NORMAL);
  CHECK(draft.instrument == law::Instrument::INQ);
  CHECK(draft.form == law::FormKind::A);
  REQUIRE(draft.items.size() == 2);
  CHECK(draft.items[0] == ItemFact{1, text::SelectorType::ACCOUNT_ID, {law::Category::K1}, false});
  CHECK(draft.items[1].categories == std::vector{law::Category::K7});

  json::Value body = body_of(Kind::APPROVED);
  body.as_object()["delegator"] = test::person(party::Role::APPROVER, 4).hex();
  const Facts approved = facts_of(Kind::APPROVED, body);
  CHECK(approved.delegator == test::person(party::Role::APPROVER, 4));
  CHECK_FALSE(approved.case_id);  // the case never leaves the agency
  CHECK_FALSE(approved.unit);
  CHECK(approved.items == draft.items);
}

TEST_CASE("facts of answers count rows and files") {
  json::Value body = body_of(Kind::COLLECTED);
  Answer answer = test::sample_answer({{1, ItemResult::ANSWERED}, {2, ItemResult::REFUSED}});
  answer.items[0].tables.push_back({{"口座"}, {{"0001"}}});
  answer.items[0].files = {{"a.pdf", "application/pdf", {}, 10}};
  body.as_object()["answer"] = json::encode(answer);
  for (const Kind kind : {Kind::COLLECTED, Kind::RELEASED}) {
    const Facts read = facts_of(kind, body);
    REQUIRE(read.results.size() == 2);
    CHECK(read.results[0] == ResultFact{1, ItemResult::ANSWERED, {}, 3, 1});
    CHECK(read.results[1] == ResultFact{2, ItemResult::REFUSED, law::ReasonCode::OVERBROAD, 0, 0});
    CHECK(read.minutes == 25);
    CHECK(read.yen == 300);
  }
}

TEST_CASE("facts of the other kinds") {
  CHECK(facts(Kind::ORAL).follow_by == test::kStart + hours(48));
  CHECK(facts(Kind::ORAL).case_id == test::case_id());
  CHECK(facts(Kind::REGISTERED).number == test::sample_number());
  CHECK(facts(Kind::DISPATCHED).number == test::sample_number());
  CHECK(facts(Kind::RETURNED).reason == law::ReasonCode::INSUFFICIENT_INFO);
  CHECK(facts(Kind::RETURNED).of == finished().agency.state().shared.current()->mark.act);
  CHECK(facts(Kind::TRIAGED).dispositions == std::vector<DispositionFact>{{1, Disposition::ACCEPT}, {2, Disposition::ACCEPT}});
  CHECK(facts(Kind::ASSIGNED).persons == std::vector{test::person(party::Role::OPERATOR), test::person(party::Role::OPERATOR, 1)});
  CHECK(facts(Kind::HANDED_OVER).persons == std::vector{test::person(party::Role::INVESTIGATOR, 1)});
  CHECK(facts(Kind::FEEDBACK).outcome == Outcome::LEAD_EXCLUDED);
  CHECK(facts(Kind::TEXT_ERASED).purged.size() == finished().agency.acts().size());
  CHECK(facts(Kind::PURGED).purged.size() < finished().agency.acts().size());
  CHECK_FALSE(facts(Kind::VOIDED).reason);  // free text is no reason code
  for (const SignedAct& act : finished().agency.acts())
    if (act.is_shared() && act.act.kind != Kind::PURGED) CHECK(facts_of(act.act.kind, json::parse(*act.body).value()).basis.size() <= 2);
}

TEST_CASE("facts hold no name, selector, purpose, title or free text") {
  for (const KindRule& rule : all_kinds()) {
    CAPTURE(enum_text(rule.kind));
    const std::string text = json::encode_canonical(facts(rule.kind));
    for (const char* personal : {"例", "架空通", "rei-1", "service.example", "03-0000", "契約者", "詐欺", "署長", "主任", "三郎", "花子", "電話",
                                 "異動", "誤り", "満了", "R-1"})
      if (std::string_view(personal) != "例" || text.find("document_number") == std::string::npos)
        CHECK_MESSAGE(text.find(personal) == std::string::npos, personal);
  }
}

TEST_CASE("facts read back from a receipt as they were") {
  for (const KindRule& rule : all_kinds()) {
    CAPTURE(enum_text(rule.kind));
    const Facts before = facts(rule.kind);
    CHECK(json::decode_text<Facts>(json::encode_canonical(before)).value() == before);
  }
  CHECK(json::decode_text<Facts>("{}").value() == Facts{});
  CHECK_FALSE(json::decode_text<Facts>("{\"name\":\"x\"}").has_value());
}

TEST_CASE("reading facts is total: whatever is missing or of another shape is left out") {
  for (const KindRule& rule : all_kinds()) {
    CAPTURE(enum_text(rule.kind));
    for (const json::Value& odd : {json::Value(), json::Value(1), json::Value("x"), json::Value(json::Array()), json::Value(json::Object())})
      CHECK(facts_of(rule.kind, odd) == Facts{});
    const json::Value good = body_of(rule.kind);
    for (const auto& member : good.as_object())
      for (const json::Value& odd : {json::Value(), json::Value(-7), json::Value("x"), json::Value(json::Array{1, "x", json::Object()}),
                                     json::Value(json::Object{{"items", 3}})}) {
        json::Object body = good.as_object();
        body[member.key()] = odd;
        const Facts read = facts_of(rule.kind, body);
        CHECK(json::decode_text<Facts>(json::encode_canonical(read)).value() == read);
      }
  }
}

}  // namespace warifu::inquiry
