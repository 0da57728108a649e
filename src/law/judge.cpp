#include "law/judge.h"

#include <algorithm>

namespace warifu::law {

namespace {

bool covers(const Rule& rule, Category category, Instrument instrument) {
  return std::find(rule.categories.begin(), rule.categories.end(), category) != rule.categories.end() &&
         std::find(rule.instruments.begin(), rule.instruments.end(), instrument) != rule.instruments.end();
}

bool stricter(Outcome a, Outcome b) { return strictness(a) > strictness(b); }

void take_rule(Judgement& judgement, const Rule& rule) {
  judgement.outcome = rule.outcome;
  judgement.rule_id = rule.id;
  judgement.article_ja = rule.article.ja;
  judgement.article_en = rule.article.en;
  judgement.ja = rule.why.ja;
  judgement.en = rule.why.en;
  judgement.possible_ja = rule.possible.ja;
  judgement.possible_en = rule.possible.en;
  judgement.verified = rule.verified;
}

// The table says why the new category is treated so; the reader first wants to know why it is another category at all.
void explain_reclassification(const Catalogue& catalogue, Judgement& judgement) {
  const Reclassification& rule = catalogue.reclassification();
  judgement.rule_id = rule.id;
  judgement.article_ja = rule.article.ja;
  judgement.article_en = rule.article.en;
  judgement.ja = rule.why.ja;
  judgement.en = rule.why.en;
  judgement.verified = judgement.verified && rule.verified;
  if (judgement.outcome != Outcome::NEEDS_WARRANT) return;  // elsewhere the cell knows better what it depends on
  judgement.possible_ja = rule.possible.ja;
  judgement.possible_en = rule.possible.en;
}

bool not_in_force(const Catalogue& catalogue, const Question& question) {
  const std::optional<Date>& from = catalogue.instrument(question.instrument).in_force_from;
  return from && question.issued_on && *question.issued_on < *from;
}

// Special rules apply to the category asked and to the one it counts as, so that reclassification can never loosen anything.
void tighten_by_special_rules(const Catalogue& catalogue, const Question& question, Judgement& judgement) {
  const auto apply = [&](bool asked, const Rule& rule) {
    if (!asked || !stricter(rule.outcome, judgement.outcome)) return;
    if (covers(rule, question.category, question.instrument) || covers(rule, judgement.effective_category, question.instrument))
      take_rule(judgement, rule);
  };
  apply(question.asks_registration_address, catalogue.registration_address_rule());
  apply(question.sensitive_kind, catalogue.sensitive_kind_rule());
  apply(not_in_force(catalogue, question), catalogue.not_in_force_rule());
  apply(question.foreign_direct, catalogue.foreign_direct_rule());
}

void tighten_by_house(const Catalogue& catalogue, const HouseRules& house, const Question& question, Judgement& judgement) {
  for (const Category category : {judgement.effective_category, question.category}) {
    const HouseRule* rule = house.find(question.instrument, category);
    if (rule == nullptr || !stricter(rule->outcome, judgement.outcome)) continue;
    // A rule that only repeats the law of the category asked says nothing about the one it counts as.
    if (!stricter(rule->outcome, catalogue.rule(category, question.instrument).outcome)) continue;
    judgement.outcome = rule->outcome;
    judgement.rule_id = "HOUSE-" + std::string(enum_text(rule->instrument)) + "-" + std::string(enum_text(rule->category));
    judgement.ja = rule->ja;
    judgement.en = rule->en;
    judgement.by_house_rule = true;
  }
}

bool form_admits(const Catalogue& catalogue, const Question& question, Category category) {
  if (question.instrument != Instrument::INQ) return true;
  const std::vector<Category>& admitted = catalogue.form(question.form).categories;
  return std::find(admitted.begin(), admitted.end(), category) != admitted.end();
}

bool conditions_met(const Catalogue& catalogue, const Question& question, const Judgement& judgement) {
  switch (judgement.outcome) {
    case Outcome::ALLOW:
      if (question.instrument == Instrument::EMG) return question.present_danger;
      return form_admits(catalogue, question, judgement.effective_category);
    case Outcome::OWN_FORM: return form_admits(catalogue, question, judgement.effective_category);
    case Outcome::PRESENT_DANGER_ONLY: return question.present_danger;
    case Outcome::LOCATION_RULE: return question.present_danger && question.indispensable_for_rescue;
    case Outcome::NEEDS_WARRANT:
    case Outcome::PRESERVE:
    case Outcome::DENY:
    case Outcome::LEGAL_REVIEW: return false;
  }
  return false;
}

// Outcomes a house rule may set for an instrument.
bool admits(const InstrumentEntry& instrument, Outcome outcome) {
  if (instrument.compulsory) return outcome == Outcome::LEGAL_REVIEW;
  switch (outcome) {
    case Outcome::LEGAL_REVIEW:
    case Outcome::NEEDS_WARRANT:
    case Outcome::DENY: return true;
    case Outcome::PRESENT_DANGER_ONLY: return instrument.code == Instrument::EMG;
    case Outcome::ALLOW:
    case Outcome::PRESERVE:
    case Outcome::LOCATION_RULE:
    case Outcome::OWN_FORM: return false;
  }
  return false;
}

}  // namespace

int strictness(Outcome outcome) {
  switch (outcome) {
    case Outcome::ALLOW: return 0;
    case Outcome::OWN_FORM: return 1;
    case Outcome::PRESERVE: return 2;
    case Outcome::LOCATION_RULE: return 3;
    case Outcome::PRESENT_DANGER_ONLY: return 4;
    case Outcome::LEGAL_REVIEW: return 5;
    case Outcome::NEEDS_WARRANT: return 6;
    case Outcome::DENY: return 7;
  }
  return 7;
}

Lane lane_of(Instrument instrument, Outcome outcome) {
  switch (outcome) {
    case Outcome::ALLOW:
      switch (instrument) {
        case Instrument::WSZ:
        case Instrument::EPO:
        case Instrument::SEC:
        case Instrument::EWR: return Lane::ORDER;
        case Instrument::EMG:
        case Instrument::LOC: return Lane::EMERGENCY;
        case Instrument::INQ:
        case Instrument::PRS:
        case Instrument::PRX:
        case Instrument::CNF:
        case Instrument::MLA: return Lane::ACCEPT;
      }
      return Lane::RETURN;
    case Outcome::OWN_FORM: return Lane::ACCEPT;
    case Outcome::PRESERVE: return Lane::PRESERVATION;
    case Outcome::LOCATION_RULE:
    case Outcome::PRESENT_DANGER_ONLY: return Lane::EMERGENCY;
    case Outcome::LEGAL_REVIEW: return Lane::LEGAL_REVIEW;
    case Outcome::NEEDS_WARRANT: return Lane::NEEDS_WARRANT;
    case Outcome::DENY: return Lane::RETURN;
  }
  return Lane::RETURN;
}

Judgement judge(const Catalogue& catalogue, const Question& question) { return judge(catalogue, HouseRules{}, question); }

Judgement judge(const Catalogue& catalogue, const HouseRules& house, const Question& question) {
  Judgement judgement;
  judgement.asked_category = question.category;
  judgement.reclassified = question.selector_is_communication && question.category == catalogue.reclassification().from;
  judgement.effective_category = judgement.reclassified ? catalogue.reclassification().to : question.category;
  take_rule(judgement, catalogue.rule(judgement.effective_category, question.instrument));
  if (judgement.reclassified && stricter(judgement.outcome, catalogue.rule(question.category, question.instrument).outcome))
    explain_reclassification(catalogue, judgement);
  tighten_by_special_rules(catalogue, question, judgement);
  tighten_by_house(catalogue, house, question, judgement);

  judgement.verified = judgement.verified && catalogue.instrument(question.instrument).verified;
  judgement.lane = lane_of(question.instrument, judgement.outcome);
  judgement.may_answer = conditions_met(catalogue, question, judgement);
  // Right data on the wrong numbered form: back to the agency, the sentence says which form.
  if (judgement.lane == Lane::ACCEPT && !judgement.may_answer) judgement.lane = Lane::RETURN;
  return judgement;
}

Result<ItemJudgement> judge_item(const Catalogue& catalogue, const Question& question, const std::vector<Category>& categories) {
  return judge_item(catalogue, HouseRules{}, question, categories);
}

Result<ItemJudgement> judge_item(const Catalogue& catalogue, const HouseRules& house, const Question& question,
                                 const std::vector<Category>& categories) {
  if (categories.empty()) return fail(Code::EMPTY_FIELD, "an item asks for at least one category", "/categories");
  ItemJudgement result;
  for (const Category category : categories) {
    Question one = question;
    one.category = category;
    result.each.push_back(judge(catalogue, house, one));
  }
  // max_element gives the first of equals.
  result.governing = *std::max_element(result.each.begin(), result.each.end(),
                                       [](const Judgement& a, const Judgement& b) { return strictness(a.outcome) < strictness(b.outcome); });
  return result;
}

Result<HouseRules> HouseRules::create(const Catalogue& catalogue, std::vector<HouseRule> rules) {
  HouseRules house;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    HouseRule& rule = rules[i];
    const Rule& law = catalogue.rule(rule.category, rule.instrument);
    const std::string where = "/" + std::to_string(i);
    const std::string cell = std::string(enum_text(rule.instrument)) + "/" + std::string(enum_text(rule.category));
    const Args args = {{"cell", cell}, {"basis", law.article.ja}, {"basis_en", law.article.en}};
    if (rule.ja.empty()) return fail(Code::MISSING_FIELD, "a house rule gives its reason", where + "/ja", args);
    if (rule.en.empty()) return fail(Code::MISSING_FIELD, "a house rule gives its reason", where + "/en", args);
    if (house.find(rule.instrument, rule.category) != nullptr) return fail(Code::DUPLICATE_FIELD, "two house rules for " + cell, where, args);
    if (stricter(law.outcome, rule.outcome)) return fail(Code::NOT_ALLOWED_BY_LAW, "laxer than the law: " + cell, where, args);
    if (rule.outcome != law.outcome && !admits(catalogue.instrument(rule.instrument), rule.outcome))
      return fail(Code::NOT_ALLOWED_BY_LAW, "a house rule cannot set this for " + cell, where, args);
    house.rules_.push_back(std::move(rule));
  }
  return house;
}

const HouseRule* HouseRules::find(Instrument instrument, Category category) const {
  for (const HouseRule& rule : rules_)
    if (rule.instrument == instrument && rule.category == category) return &rule;
  return nullptr;
}

}  // namespace warifu::law
