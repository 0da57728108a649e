#include "desk/earlier.h"

#include <doctest/doctest.h>

#include "desk/impl.h"
#include "desk/test_office.h"

namespace warifu::desk {

namespace {

using inquiry::Disposition;
using law::Category;

// A provider whose purchases and whose registrations both go to the legal desk, under different rules.
struct LegalDesk {
  TestWorld world;
  Office& desk = world.provider();

  LegalDesk() {
    HouseRulesCommand rules;
    rules.rules = {{law::Instrument::INQ, Category::K8, law::Outcome::LEGAL_REVIEW, "購買履歴は法務が確認する", "purchases go to the legal desk"},
                   {law::Instrument::INQ, Category::K1, law::Outcome::LEGAL_REVIEW, "登録情報は法務が確認する", "registrations too"}};
    world.provider_office().put("house_rules", MatterId::random(), rules, {}, world.clock.now());
  }
  MatterId waiting(const std::string& account, Category category) {
    const MatterId matter = world.dispatched({world.item(account, {category})});
    world.triaged(matter);
    return matter;
  }
  void decide(const MatterId& matter, Disposition disposition, const std::string& why) {
    inquiry::ItemDecision decision;
    decision.no = 1;
    decision.disposition = disposition;
    decision.comment = why;
    must(desk.decide_legal(world.legal, matter, {{decision}}), "decide_legal");
    world.step();
  }
};

Code code_of(const Result<EarlierDecisions>& result) {
  REQUIRE(!result);
  return result.error().code;
}

}  // namespace

TEST_CASE("the legal desk finds what it decided before under the same rule, newest first, and nothing else") {
  LegalDesk s;
  const MatterId first = s.waiting("ex-1", Category::K8);
  const MatterId second = s.waiting("ex-2", Category::K8);
  const MatterId other_rule = s.waiting("ex-3", Category::K1);
  const MatterId now = s.waiting("ex-1", Category::K8);
  CHECK(must(earlier_decisions(s.desk, s.world.legal, now)).decisions.empty());

  s.decide(first, Disposition::ACCEPT, "被害額が大きく必要と認める");
  s.decide(other_rule, Disposition::ACCEPT, "会員の特定に限るため");
  s.decide(second, Disposition::NEEDS_WARRANT, "期間が長く、令状によるべきである");
  const EarlierDecisions found = must(earlier_decisions(s.desk, s.world.legal, now));
  REQUIRE(found.decisions.size() == 2);
  CHECK(found.looked_at == 3);
  CHECK(found.decisions[0].matter == second);
  CHECK(found.decisions[0].disposition == Disposition::NEEDS_WARRANT);
  CHECK(found.decisions[0].comment == "期間が長く、令状によるべきである");
  CHECK(found.decisions[1].matter == first);
  CHECK(found.decisions[1].asker_en == "Kakuu Prefectural Police");
  CHECK(found.decisions[0].rule_id == found.decisions[1].rule_id);
  // What was asked about is not told: no selector stands in it.
  CHECK(json::compact(json::encode(found)).find("ex-") == std::string::npos);

  s.decide(now, Disposition::ACCEPT, "先例のとおり");
  CHECK(must(earlier_decisions(s.desk, s.world.legal, now)).decisions.size() == 2);  // its own is not an earlier one
}

TEST_CASE("earlier decisions are for the legal desk and the auditor of the provider that was asked") {
  LegalDesk s;
  const MatterId matter = s.waiting("ex-1", Category::K8);
  CHECK(earlier_decisions(s.desk, s.world.legal, matter).has_value());
  CHECK(code_of(earlier_decisions(s.desk, s.world.intake, matter)) == Code::ROLE_MISSING);
  CHECK(code_of(earlier_decisions(s.desk, s.world.op, matter)) == Code::ROLE_MISSING);
  CHECK(code_of(earlier_decisions(s.desk, s.world.legal, MatterId::random())) == Code::NOT_FOUND);
}

}  // namespace warifu::desk
