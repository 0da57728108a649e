#pragma once
// May this be asked with this instrument? Pure: the same catalogue, house rules and question give the same judgement on both
// sides of an exchange. The judgement carries its rule, article and sentences (interface principle 4); it never decides in a
// person's place: an override is recorded elsewhere, with its reason (M-F2). Total: every question has a judgement.
//
// Strictness, from lax to strict; of several outcomes the strictest governs, and a house rule may only move to the right:
//   ALLOW < OWN_FORM < PRESERVE < LOCATION_RULE < PRESENT_DANGER_ONLY < LEGAL_REVIEW < NEEDS_WARRANT < DENY

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "law/catalogue.h"
#include "law/types.h"

namespace warifu::law {

struct Question {
  Instrument instrument = Instrument::INQ;
  Category category = Category::K1;
  bool selector_is_communication = false;  // address + time, message id, post URL, call: K1 becomes K2
  bool asks_registration_address = false;  // 登録時IPアドレス
  bool sensitive_kind = false;             // library loans, medical, belief …
  bool present_danger = false;             // 刑法37条1項 found fulfilled, by the provider
  bool indispensable_for_rescue = false;   // the data is indispensable for finding the person early (location rule)
  bool foreign_direct = false;             // a foreign authority asks without the domestic one
  FormKind form = FormKind::A;             // which numbered form carries the item (INQ)
  std::optional<Date> issued_on;           // when known: an instrument not yet in force that day goes to legal review
};

struct Judgement {
  Outcome outcome = Outcome::DENY;
  Lane lane = Lane::RETURN;
  Category asked_category = Category::K1;
  Category effective_category = Category::K1;
  std::string rule_id;
  std::string article_ja, article_en;
  std::string ja, en;                    // why, one sentence
  std::string possible_ja, possible_en;  // what would make it possible, or what it depends on
  bool reclassified = false;
  bool by_house_rule = false;
  bool verified = false;    // the rule and its instrument were checked against a public source
  bool may_answer = false;  // the conditions for disclosure are met as far as the question states them; a person still decides
};

struct ItemJudgement {
  Judgement governing;          // the strictest; the first of equals
  std::vector<Judgement> each;  // in the order of the categories asked
};

// A provider's own stricter rule for one cell.
struct HouseRule {
  Instrument instrument = Instrument::INQ;
  Category category = Category::K1;
  Outcome outcome = Outcome::LEGAL_REVIEW;
  std::string ja, en;  // reason
};

class HouseRules {
 public:
  HouseRules() = default;
  // NOT_ALLOWED_BY_LAW when a rule is laxer than the law, or is not a tightening that instrument admits (a judge's warrant can be
  // put before the legal staff, never refused by rule); MISSING_FIELD without a reason; DUPLICATE_FIELD for a cell named twice.
  // `where` = "/<index>"; args "cell" = "INQ/K1", "basis" and "basis_en" = the article of the law's own rule.
  [[nodiscard]] static Result<HouseRules> create(const Catalogue& catalogue, std::vector<HouseRule> rules);
  [[nodiscard]] const std::vector<HouseRule>& rules() const { return rules_; }
  [[nodiscard]] const HouseRule* find(Instrument instrument, Category category) const;

 private:
  std::vector<HouseRule> rules_;
};

// 0 = most lax.
[[nodiscard]] int strictness(Outcome outcome);
[[nodiscard]] Lane lane_of(Instrument instrument, Outcome outcome);

[[nodiscard]] Judgement judge(const Catalogue& catalogue, const Question& question);
[[nodiscard]] Judgement judge(const Catalogue& catalogue, const HouseRules& house, const Question& question);

// Several categories of one item: each is judged with the rest of the question alike. EMPTY_FIELD without a category.
[[nodiscard]] Result<ItemJudgement> judge_item(const Catalogue& catalogue, const Question& question, const std::vector<Category>& categories);
[[nodiscard]] Result<ItemJudgement> judge_item(const Catalogue& catalogue, const HouseRules& house, const Question& question,
                                               const std::vector<Category>& categories);

}  // namespace warifu::law
