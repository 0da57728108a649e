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

}  // namespace warifu::api
