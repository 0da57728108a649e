#include "answer/gate.h"

#include <doctest/doctest.h>

namespace warifu::answer {
namespace {

using inquiry::Disposition;
using inquiry::Item;
using inquiry::ItemDecision;
using law::Category;
using law::ReasonCode;

const law::Catalogue& catalogue() { return law::Catalogue::built_in(); }
const Time kNow = Time::from_seconds(1'795'237'500);

Item account(std::vector<Category> categories) {
  Item item;
  item.no = 1;
  item.selector.input.type = text::SelectorType::ACCOUNT_ID;
  item.selector.input.value = "ex-1001";
  item.selector.input.service = "auction.example";
  item.categories = std::move(categories);
  return item;
}
Item address() {
  Item item = account({Category::K1});
  item.selector.input.type = text::SelectorType::IP_ADDRESS;
  item.selector.input.service.reset();
  item.selector.is_communication = true;
  return item;
}
ItemDecision decided(Disposition disposition, std::optional<ReasonCode> reason = {}, std::string comment = {}) {
  ItemDecision out;
  out.disposition = disposition;
  out.reason = reason;
  out.comment = std::move(comment);
  return out;
}
inquiry::Narrowing only(std::vector<Category> categories) {
  inquiry::Narrowing out;
  out.categories = std::move(categories);
  return out;
}
party::AnswerProfile profile() {
  party::AnswerProfile out;
  party::ProfileEntry entry;
  entry.selector = text::SelectorType::ACCOUNT_ID;
  entry.services = {"auction.example"};
  entry.categories = {Category::K1, Category::K7};
  entry.period_days_max = 90;
  entry.history_days = 1000;
  out.entries = {entry};
  return out;
}

struct Bench {
  law::HouseRules house;
  Gate gate{catalogue(), house, law::Instrument::INQ, law::FormKind::A};
  Code code(Desk desk, const Item& item, ItemDecision decision, std::string* where = nullptr) const {
    const auto checked = check_decision(gate, desk, item, std::move(decision));
    REQUIRE(!checked);
    if (where != nullptr) *where = checked.error().where;
    return checked.error().code;
  }
};

}  // namespace

TEST_CASE("what the law allows is accepted, and the rule is recorded") {
  const Bench bench;
  const auto checked = check_decision(bench.gate, Desk::INTAKE, account({Category::K1}), decided(Disposition::ACCEPT));
  REQUIRE(checked);
  CHECK(!checked->rule_id.empty());
  CHECK(!checked->reason);
}

TEST_CASE("nobody accepts what needs a warrant") {
  const Bench bench;
  CHECK(bench.code(Desk::INTAKE, account({Category::K3}), decided(Disposition::ACCEPT)) == Code::NOT_ALLOWED_BY_LAW);
  CHECK(bench.code(Desk::LEGAL, account({Category::K3}), decided(Disposition::ACCEPT, {}, "要るから")) == Code::NOT_ALLOWED_BY_LAW);
  // The same name and address become the secrecy of communications when one asks who was behind one.
  CHECK(bench.code(Desk::INTAKE, address(), decided(Disposition::ACCEPT)) == Code::NOT_ALLOWED_BY_LAW);
  const auto warrant = check_decision(bench.gate, Desk::INTAKE, address(), decided(Disposition::NEEDS_WARRANT));
  REQUIRE(warrant);
  CHECK(warrant->reason == ReasonCode::NEEDS_WARRANT);
}

TEST_CASE("one category that needs a warrant closes the whole item, but it can be narrowed") {
  const Bench bench;
  const Item item = account({Category::K1, Category::K3});
  CHECK(bench.code(Desk::INTAKE, item, decided(Disposition::ACCEPT)) == Code::NOT_ALLOWED_BY_LAW);
  ItemDecision narrow = decided(Disposition::NARROW);
  narrow.narrowing = only({Category::K3});
  CHECK(bench.code(Desk::INTAKE, item, narrow) == Code::NOT_ALLOWED_BY_LAW);
  narrow.narrowing = only({Category::K1});
  const auto checked = check_decision(bench.gate, Desk::INTAKE, item, narrow);
  REQUIRE(checked);
  CHECK(checked->reason == ReasonCode::OVERBROAD);
}

TEST_CASE("what the law leaves open goes to the legal desk, which records why") {
  const Bench bench;
  Item item = account({Category::K1});
  item.asks_registration_address = true;
  REQUIRE(stand_of(bench.gate, item, item.categories).standing == Standing::OPEN);
  for (const Disposition wrong : {Disposition::ACCEPT, Disposition::NEEDS_WARRANT})
    CHECK(bench.code(Desk::INTAKE, item, decided(wrong, {}, "理由")) == Code::NOT_ALLOWED_BY_LAW);
  CHECK(check_decision(bench.gate, Desk::INTAKE, item, decided(Disposition::LEGAL_REVIEW)));
  std::string where;
  CHECK(bench.code(Desk::LEGAL, item, decided(Disposition::ACCEPT), &where) == Code::REASON_REQUIRED);
  CHECK(where == "/comment");
  CHECK(bench.code(Desk::LEGAL, item, decided(Disposition::LEGAL_REVIEW, {}, "まだ")) == Code::BAD_VALUE);
  for (const Disposition right : {Disposition::ACCEPT, Disposition::NEEDS_WARRANT})
    CHECK(check_decision(bench.gate, Desk::LEGAL, item, decided(right, {}, "検討の結果")));
}

TEST_CASE("a house rule closes what the law allows") {
  const law::HouseRules house =
      law::HouseRules::create(catalogue(),
                              {{law::Instrument::INQ, Category::K7, law::Outcome::NEEDS_WARRANT, "当社は令状を求める", "we ask for a warrant"}})
          .value();
  const Gate gate{catalogue(), house, law::Instrument::INQ, law::FormKind::A};
  const auto refused = check_decision(gate, Desk::INTAKE, account({Category::K7}), decided(Disposition::ACCEPT));
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::NOT_ALLOWED_BY_LAW);
  CHECK(refused.error().args.contains("basis"));
  CHECK(suggest(gate, nullptr, account({Category::K7}), kNow).disposition == Disposition::NEEDS_WARRANT);
}

TEST_CASE("reasons fit the disposition") {
  const Bench bench;
  const Item item = account({Category::K1});
  CHECK(bench.code(Desk::INTAKE, item, decided(Disposition::RETURN)) == Code::REASON_REQUIRED);
  CHECK(bench.code(Desk::INTAKE, item, decided(Disposition::RETURN, ReasonCode::NO_DATA_HELD)) == Code::BAD_VALUE);
  CHECK(bench.code(Desk::INTAKE, item, decided(Disposition::ACCEPT, ReasonCode::INCOMPLETE)) == Code::BAD_VALUE);
  CHECK(bench.code(Desk::INTAKE, item, decided(Disposition::NEEDS_WARRANT)) == Code::REASON_REQUIRED);  // stricter than the law
  CHECK(check_decision(bench.gate, Desk::INTAKE, item, decided(Disposition::NEEDS_WARRANT, {}, "慎重に扱うべき事案")));
  for (const ReasonCode reason : {ReasonCode::INSUFFICIENT_INFO, ReasonCode::WRONG_ADDRESSEE, ReasonCode::DISPROPORTIONATE})
    CHECK(check_decision(bench.gate, Desk::INTAKE, item, decided(Disposition::RETURN, reason)));
}

TEST_CASE("a narrowing is narrower, and within what was asked") {
  const Bench bench;
  Item item = account({Category::K1, Category::K7});
  item.period = inquiry::Period{kNow - days(200), kNow - days(100)};
  const auto code = [&](inquiry::Narrowing narrowing) {
    ItemDecision decision = decided(Disposition::NARROW);
    decision.narrowing = std::move(narrowing);
    return bench.code(Desk::INTAKE, item, decision);
  };
  CHECK(bench.code(Desk::INTAKE, item, decided(Disposition::NARROW)) == Code::MISSING_FIELD);
  CHECK(code({}) == Code::BAD_VALUE);
  CHECK(code(only({Category::K1, Category::K7})) == Code::BAD_VALUE);
  CHECK(code(only({Category::K8})) == Code::BAD_VALUE);
  CHECK(code(only({Category::K1, Category::K1})) == Code::BAD_VALUE);
  inquiry::Narrowing period;
  period.period = inquiry::Period{kNow - days(201), kNow - days(150)};
  CHECK(code(period) == Code::OUT_OF_RANGE);
  period.period = inquiry::Period{kNow - days(150), kNow - days(160)};
  CHECK(code(period) == Code::PERIOD_REVERSED);
  period.period = item.period;
  CHECK(code(period) == Code::BAD_VALUE);
  ItemDecision good = decided(Disposition::NARROW);
  period.period = inquiry::Period{kNow - days(120), kNow - days(100)};
  good.narrowing = period;
  CHECK(check_decision(bench.gate, Desk::INTAKE, item, good));
  ItemDecision accepted = decided(Disposition::ACCEPT);
  accepted.narrowing = period;
  CHECK(bench.code(Desk::INTAKE, item, accepted) == Code::BAD_VALUE);
}

TEST_CASE("decisions cover the items once each, and say where they are wrong") {
  const Bench bench;
  std::vector<Item> items = {account({Category::K1}), account({Category::K1}), account({Category::K3})};
  for (int i = 0; i < 3; ++i) items[static_cast<std::size_t>(i)].no = i + 1;
  const auto of = [&](std::vector<int> numbers) {
    std::vector<ItemDecision> out;
    for (const int no : numbers) {
      out.push_back(decided(Disposition::ACCEPT));
      out.back().no = no;
    }
    return check_decisions(bench.gate, Desk::INTAKE, items, {1, 2, 3}, out);
  };
  CHECK(of({}).error().code == Code::EMPTY_FIELD);
  CHECK(of({1, 2}).error().code == Code::RESULT_MISSING);
  CHECK(of({1, 1}).error().where == "/decisions/1/no");
  CHECK(of({1, 4}).error().code == Code::ITEM_UNKNOWN);
  const auto third = of({1, 2, 3});
  REQUIRE(!third);
  CHECK(third.error().code == Code::NOT_ALLOWED_BY_LAW);
  CHECK(third.error().where == "/decisions/2");
}

TEST_CASE("suggestions are such that intake may take them") {
  const Bench bench;
  const party::AnswerProfile own = profile();
  std::vector<Item> items = {account({Category::K1}), account({Category::K1, Category::K3}), account({Category::K3}), address(),
                             account({Category::K8})};
  items.push_back(account({Category::K7}));
  items.back().period = inquiry::Period{kNow - days(400), kNow - days(100)};
  items.push_back(account({Category::K1}));
  items.back().asks_registration_address = true;
  items.push_back(account({Category::K1}));
  items.back().selector.input.service = "other.example";
  items.push_back(account({Category::K9}));
  for (const Item& item : items) {
    const ItemDecision suggestion = suggest(bench.gate, &own, item, kNow);
    CAPTURE(enum_text(suggestion.disposition));
    CHECK(check_decision(bench.gate, Desk::INTAKE, item, suggestion));
  }
}

TEST_CASE("a period longer than the profile allows is narrowed to its end") {
  const Bench bench;
  const party::AnswerProfile own = profile();
  Item item = account({Category::K7});
  item.period = inquiry::Period{kNow - days(400), kNow - days(100)};
  const ItemDecision suggestion = suggest(bench.gate, &own, item, kNow);
  CHECK(suggestion.disposition == Disposition::NARROW);
  REQUIRE(suggestion.narrowing);
  REQUIRE(suggestion.narrowing->period);
  CHECK(suggestion.narrowing->period->until == item.period->until);
  CHECK(suggestion.narrowing->period->until - suggestion.narrowing->period->from == days(90));
  CHECK(suggest(bench.gate, nullptr, item, kNow).disposition == Disposition::ACCEPT);
  item.period = inquiry::Period{kNow - days(190), kNow - days(100)};  // exactly the bound
  CHECK(suggest(bench.gate, &own, item, kNow).disposition == Disposition::ACCEPT);
}

}  // namespace warifu::answer
