#include "party/profile.h"

#include <doctest/doctest.h>

namespace warifu::party {

namespace {

using law::Category;
using text::SelectorType;

AnswerProfile sample() {
  AnswerProfile profile;
  profile.organisation = OrganisationId::parse("rei-tsushin.example").value();
  ProfileEntry accounts;
  accounts.selector = SelectorType::ACCOUNT_ID;
  accounts.services = {"shop.example", "mail.example"};
  accounts.categories = {Category::K1, Category::K8};
  ProfileEntry addresses;
  addresses.selector = SelectorType::IP_ADDRESS;
  addresses.categories = {Category::K2};
  addresses.needs_period = true;
  addresses.period_days_max = 30;
  addresses.history_days = 90;
  profile.entries = {accounts, addresses};
  return profile;
}

std::vector<std::string> findings(SelectorType type, std::optional<std::string> service, std::vector<Category> categories,
                                  std::optional<int> asked = {}, std::optional<int> age = {}) {
  std::vector<std::string> out;
  for (const ProfileFinding& finding : check_item(sample(), type, service, categories, asked, age))
    out.push_back(std::string(sentence(finding.code).name) + " " + finding.where + " " + finding.detail);
  return out;
}

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("an item the profile can answer has no finding") {
  CHECK(findings(SelectorType::ACCOUNT_ID, "shop.example", {Category::K1}) == List{});
  CHECK(findings(SelectorType::ACCOUNT_ID, "mail.example", {Category::K8, Category::K1}) == List{});
  CHECK(findings(SelectorType::IP_ADDRESS, {}, {Category::K2}, 30, 90) == List{});           // at the limits
  CHECK(findings(SelectorType::IP_ADDRESS, "any.example", {Category::K2}, 1, 1) == List{});  // an entry without services takes any
}

TEST_CASE("what the provider does not know") {
  CHECK(findings(SelectorType::TELEPHONE, {}, {Category::K1}) == List{"NOT_IN_PROFILE /selector/type TELEPHONE"});
  CHECK(findings(SelectorType::ACCOUNT_ID, "other.example", {Category::K1}) == List{"NOT_IN_PROFILE /selector/service other.example"});
  CHECK(findings(SelectorType::ACCOUNT_ID, {}, {Category::K1}) == List{"NOT_IN_PROFILE /selector/service "});
  CHECK(check_item(AnswerProfile{}, SelectorType::ACCOUNT_ID, {}, {Category::K1}, {}, {}).size() == 1);
}

TEST_CASE("every category that cannot be answered is named with its place") {
  CHECK(findings(SelectorType::ACCOUNT_ID, "shop.example", {Category::K7, Category::K1, Category::K4}) ==
        List{"NOT_IN_PROFILE /categories/0 K7", "NOT_IN_PROFILE /categories/2 K4"});
}

TEST_CASE("periods: missing, too long, too far back, one past each limit") {
  CHECK(findings(SelectorType::IP_ADDRESS, {}, {Category::K2}) == List{"MISSING_FIELD /period "});
  CHECK(findings(SelectorType::IP_ADDRESS, {}, {Category::K2}, 31, 90) == List{"OUT_OF_RANGE /period 30"});
  CHECK(findings(SelectorType::IP_ADDRESS, {}, {Category::K2}, 30, 91) == List{"TIME_TOO_OLD /period/from 90"});
  CHECK(findings(SelectorType::IP_ADDRESS, {}, {Category::K3}, 31, 91) ==
        List{"NOT_IN_PROFILE /categories/0 K3", "OUT_OF_RANGE /period 30", "TIME_TOO_OLD /period/from 90"});
  CHECK(findings(SelectorType::ACCOUNT_ID, "shop.example", {Category::K1}, 10'000, 10'000) == List{});  // no limit is stated
}

TEST_CASE("an entry for a service stands before the one for all others only where it is listed first") {
  AnswerProfile profile = sample();
  ProfileEntry others;
  others.selector = SelectorType::ACCOUNT_ID;
  others.categories = {Category::K7};
  profile.entries.push_back(others);
  CHECK(check_item(profile, SelectorType::ACCOUNT_ID, "shop.example", {Category::K1}, {}, {}).empty());
  CHECK(check_item(profile, SelectorType::ACCOUNT_ID, "new.example", {Category::K7}, {}, {}).empty());
  CHECK(check_item(profile, SelectorType::ACCOUNT_ID, "new.example", {Category::K1}, {}, {}).size() == 1);
}

TEST_CASE("a profile reads back from JSON as it was") {
  const AnswerProfile profile = sample();
  CHECK(json::encode(json::decode<AnswerProfile>(json::encode(profile)).value()) == json::encode(profile));
  json::Value value = json::encode(profile);
  value.as_object().at("entries").as_array().at(1).as_object()["selector"] = "TELEX";
  CHECK(json::decode<AnswerProfile>(value).error().where == "/entries/1/selector");
}

}  // namespace warifu::party
