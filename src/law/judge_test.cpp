// The decision table of the design as a table, the rules that change it, and house rules that may only tighten it.
#include "law/judge.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

namespace warifu::law {

namespace {

using O = Outcome;

constexpr std::array kAllInstruments = {Instrument::INQ, Instrument::PRS, Instrument::PRX, Instrument::CNF, Instrument::WSZ, Instrument::EPO,
                                        Instrument::SEC, Instrument::EWR, Instrument::EMG, Instrument::LOC, Instrument::MLA};
constexpr std::array kAllCategories = {Category::K1, Category::K2, Category::K3, Category::K4, Category::K5,
                                       Category::K6, Category::K7, Category::K8, Category::K9};

const Catalogue& law_data() { return Catalogue::built_in(); }

Judgement ask(Instrument instrument, Category category) {
  Question question;
  question.instrument = instrument;
  question.category = category;
  return judge(law_data(), question);
}

template <class E>
rc::Gen<E> any_of_enum() {
  return rc::gen::map(rc::gen::inRange<int>(0, static_cast<int>(enum_count<E>())), [](int i) { return static_cast<E>(i); });
}

rc::Gen<Question> any_question() {
  return rc::gen::exec([] {
    Question q;
    q.instrument = *any_of_enum<Instrument>();
    q.category = *any_of_enum<Category>();
    q.form = *any_of_enum<FormKind>();
    q.selector_is_communication = *rc::gen::arbitrary<bool>();
    q.asks_registration_address = *rc::gen::arbitrary<bool>();
    q.sensitive_kind = *rc::gen::arbitrary<bool>();
    q.present_danger = *rc::gen::arbitrary<bool>();
    q.indispensable_for_rescue = *rc::gen::arbitrary<bool>();
    q.foreign_direct = *rc::gen::arbitrary<bool>();
    if (*rc::gen::arbitrary<bool>()) q.issued_on = Date{*rc::gen::inRange(2025, 2029), 6, 1};
    return q;
  });
}

HouseRule house_rule(Instrument instrument, Category category, Outcome outcome) {
  return {instrument, category, outcome, "当社の規程により法務担当が確認します。", "Our rules put this before the legal staff."};
}

}  // namespace

TEST_CASE("the decision table, cell by cell") {
  // Columns INQ, PRS (and PRX), WSZ/EPO, EMG; a dash of the design is DENY.
  const std::map<Category, std::array<Outcome, 4>> table = {
      {Category::K1, {O::ALLOW, O::DENY, O::ALLOW, O::ALLOW}},
      {Category::K2, {O::NEEDS_WARRANT, O::PRESERVE, O::ALLOW, O::PRESENT_DANGER_ONLY}},
      {Category::K3, {O::NEEDS_WARRANT, O::PRESERVE, O::ALLOW, O::PRESENT_DANGER_ONLY}},
      {Category::K4, {O::NEEDS_WARRANT, O::DENY, O::ALLOW, O::LEGAL_REVIEW}},
      {Category::K5, {O::NEEDS_WARRANT, O::LEGAL_REVIEW, O::ALLOW, O::LOCATION_RULE}},
      {Category::K6, {O::NEEDS_WARRANT, O::DENY, O::ALLOW, O::LOCATION_RULE}},
      {Category::K7, {O::ALLOW, O::DENY, O::ALLOW, O::ALLOW}},
      {Category::K8, {O::ALLOW, O::DENY, O::ALLOW, O::ALLOW}},
      {Category::K9, {O::OWN_FORM, O::DENY, O::ALLOW, O::DENY}},
  };
  for (const auto& [category, row] : table) {
    CAPTURE(enum_text(category));
    CHECK(ask(Instrument::INQ, category).outcome == row[0]);
    CHECK(ask(Instrument::PRS, category).outcome == row[1]);
    CHECK(ask(Instrument::PRX, category).outcome == row[1]);
    CHECK(ask(Instrument::WSZ, category).outcome == row[2]);
    CHECK(ask(Instrument::EPO, category).outcome == row[2]);
    CHECK(ask(Instrument::EMG, category).outcome == row[3]);
    // The instruments without a column of their own.
    CHECK(ask(Instrument::CNF, category).outcome == O::DENY);
    CHECK(ask(Instrument::SEC, category).outcome == O::DENY);
    CHECK(ask(Instrument::EWR, category).outcome == O::LEGAL_REVIEW);
    const bool position = category == Category::K5 || category == Category::K6;
    CHECK(ask(Instrument::LOC, category).outcome == (position ? O::LOCATION_RULE : O::DENY));
    const bool secrecy = category >= Category::K2 && category <= Category::K6;
    CHECK(ask(Instrument::MLA, category).outcome == (secrecy ? O::NEEDS_WARRANT : O::LEGAL_REVIEW));
    CHECK(law_data().category(category).secrecy == secrecy);
  }
  CHECK(ask(Instrument::EMG, Category::K9).rule_id == "DEFAULT");
}

TEST_CASE("a judgement explains itself") {
  const Judgement judgement = ask(Instrument::INQ, Category::K3);
  CHECK(judgement.rule_id == "INQ-K3");
  CHECK(judgement.article_ja == "憲法21条2項、電気通信事業法4条1項");
  CHECK(judgement.article_en == "Constitution, Art. 21(2); Telecommunications Business Act, Art. 4(1)");
  CHECK(judgement.ja.find("通信の秘密") != std::string::npos);
  CHECK(judgement.en.find("secrecy") != std::string::npos);
  CHECK(judgement.possible_ja.find("令状") != std::string::npos);
  CHECK(judgement.possible_en.find("warrant") != std::string::npos);
  CHECK(judgement.lane == Lane::NEEDS_WARRANT);
  CHECK(judgement.verified);
  CHECK_FALSE(ask(Instrument::EPO, Category::K3).verified);  // the rule is, the instrument's entry into force is not
  CHECK_FALSE(ask(Instrument::INQ, Category::K6).verified);
}

TEST_CASE("lanes keep warrants, emergencies and preservation apart from inquiries") {
  CHECK(ask(Instrument::INQ, Category::K1).lane == Lane::ACCEPT);
  CHECK(ask(Instrument::WSZ, Category::K1).lane == Lane::ORDER);
  CHECK(ask(Instrument::EPO, Category::K3).lane == Lane::ORDER);
  CHECK(ask(Instrument::PRS, Category::K3).lane == Lane::PRESERVATION);
  CHECK(ask(Instrument::EMG, Category::K1).lane == Lane::EMERGENCY);
  CHECK(ask(Instrument::EMG, Category::K2).lane == Lane::EMERGENCY);
  CHECK(ask(Instrument::LOC, Category::K6).lane == Lane::EMERGENCY);
  CHECK(ask(Instrument::EMG, Category::K4).lane == Lane::LEGAL_REVIEW);
  CHECK(ask(Instrument::PRS, Category::K4).lane == Lane::RETURN);
  CHECK(ask(Instrument::INQ, Category::K9).lane == Lane::RETURN);  // on form A
}

TEST_CASE("a communication as selector turns K1 into K2") {
  Question question;
  question.selector_is_communication = true;
  const Judgement inquiry = judge(law_data(), question);
  CHECK(inquiry.outcome == O::NEEDS_WARRANT);
  CHECK(inquiry.reclassified);
  CHECK(inquiry.asked_category == Category::K1);
  CHECK(inquiry.effective_category == Category::K2);
  CHECK(inquiry.rule_id == "RECLASS");
  CHECK(inquiry.possible_ja == law_data().reclassification().possible.ja);
  CHECK_FALSE(inquiry.may_answer);

  question.instrument = Instrument::WSZ;
  const Judgement warrant = judge(law_data(), question);
  CHECK(warrant.outcome == O::ALLOW);
  CHECK(warrant.effective_category == Category::K2);
  CHECK(warrant.rule_id == "WSZ-COMM");
  CHECK(warrant.may_answer);

  question.instrument = Instrument::EMG;
  const Judgement emergency = judge(law_data(), question);
  CHECK(emergency.outcome == O::PRESENT_DANGER_ONLY);
  CHECK(emergency.possible_en == law_data().rule(Category::K2, Instrument::EMG).possible.en);

  question.instrument = Instrument::PRS;
  CHECK(judge(law_data(), question).outcome == O::PRESERVE);

  question.instrument = Instrument::INQ;
  question.category = Category::K7;  // only K1 is reclassified
  CHECK_FALSE(judge(law_data(), question).reclassified);
}

TEST_CASE("the address at registration and sensitive kinds go to legal review, except under a warrant") {
  Question question;
  question.asks_registration_address = true;
  CHECK(judge(law_data(), question).outcome == O::LEGAL_REVIEW);
  CHECK(judge(law_data(), question).rule_id == "REG-ADDRESS");
  question.selector_is_communication = true;  // the stricter of the two
  CHECK(judge(law_data(), question).outcome == O::NEEDS_WARRANT);
  question.instrument = Instrument::EPO;
  CHECK(judge(law_data(), question).outcome == O::ALLOW);

  Question loans;
  loans.category = Category::K8;
  CHECK(judge(law_data(), loans).outcome == O::ALLOW);
  loans.sensitive_kind = true;
  CHECK(judge(law_data(), loans).rule_id == "SENSITIVE");
  CHECK(judge(law_data(), loans).lane == Lane::LEGAL_REVIEW);
  loans.instrument = Instrument::WSZ;
  CHECK(judge(law_data(), loans).outcome == O::ALLOW);
}

TEST_CASE("an instrument before its day and a foreign authority on its own") {
  Question question;
  question.instrument = Instrument::EPO;
  question.issued_on = Date{2026, 5, 20};
  CHECK(judge(law_data(), question).rule_id == "NOT-IN-FORCE");
  CHECK(judge(law_data(), question).outcome == O::LEGAL_REVIEW);
  question.issued_on = Date{2026, 5, 21};
  CHECK(judge(law_data(), question).outcome == O::ALLOW);
  question.foreign_direct = true;
  CHECK(judge(law_data(), question).outcome == O::DENY);
  CHECK(judge(law_data(), question).rule_id == "FOREIGN-DIRECT");
}

TEST_CASE("may_answer follows the conditions of the cell") {
  Question question;
  question.instrument = Instrument::EMG;
  question.category = Category::K2;
  CHECK_FALSE(judge(law_data(), question).may_answer);
  question.present_danger = true;
  CHECK(judge(law_data(), question).may_answer);
  question.category = Category::K4;
  CHECK_FALSE(judge(law_data(), question).may_answer);
  question.category = Category::K6;
  CHECK_FALSE(judge(law_data(), question).may_answer);  // indispensability is a second requirement
  question.indispensable_for_rescue = true;
  CHECK(judge(law_data(), question).may_answer);
  question.present_danger = false;
  CHECK_FALSE(judge(law_data(), question).may_answer);
  question.category = Category::K1;
  CHECK_FALSE(judge(law_data(), question).may_answer);

  Question danger_on_inquiry;  // a danger claimed on an ordinary inquiry opens nothing
  danger_on_inquiry.category = Category::K2;
  danger_on_inquiry.present_danger = true;
  CHECK(judge(law_data(), danger_on_inquiry).outcome == O::NEEDS_WARRANT);
  CHECK_FALSE(judge(law_data(), danger_on_inquiry).may_answer);

  Question status;
  status.category = Category::K9;
  CHECK_FALSE(judge(law_data(), status).may_answer);
  status.form = FormKind::B;
  CHECK(judge(law_data(), status).may_answer);
  CHECK(judge(law_data(), status).lane == Lane::ACCEPT);
  status.form = FormKind::C;
  CHECK(judge(law_data(), status).may_answer);
  status.category = Category::K1;  // registration data on the form for criminal records
  CHECK_FALSE(judge(law_data(), status).may_answer);
  CHECK(judge(law_data(), status).lane == Lane::RETURN);
}

TEST_CASE("judge is total") {
  for (const Instrument instrument : kAllInstruments) {
    for (const Category category : kAllCategories) {
      for (unsigned flags = 0; flags < 64; ++flags) {
        Question question;
        question.instrument = instrument;
        question.category = category;
        question.selector_is_communication = (flags & 1) != 0;
        question.asks_registration_address = (flags & 2) != 0;
        question.sensitive_kind = (flags & 4) != 0;
        question.present_danger = (flags & 8) != 0;
        question.indispensable_for_rescue = (flags & 16) != 0;
        question.foreign_direct = (flags & 32) != 0;
        const Judgement judgement = judge(law_data(), question);
        REQUIRE_FALSE(judgement.rule_id.empty());
        REQUIRE_FALSE(judgement.article_ja.empty());
        REQUIRE_FALSE(judgement.article_en.empty());
        REQUIRE_FALSE(judgement.ja.empty());
        REQUIRE_FALSE(judgement.en.empty());
        REQUIRE_FALSE(judgement.possible_ja.empty());
        REQUIRE_FALSE(judgement.possible_en.empty());
        if (law_data().category(judgement.effective_category).secrecy && instrument == Instrument::INQ) REQUIRE_FALSE(judgement.may_answer);
      }
    }
  }
}

TEST_CASE("strictness is a total order with the documented ends") {
  std::vector<int> seen;
  for (std::size_t i = 0; i < enum_count<Outcome>(); ++i) seen.push_back(strictness(static_cast<Outcome>(i)));
  std::sort(seen.begin(), seen.end());
  CHECK(seen == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(strictness(O::ALLOW) == 0);
  CHECK(strictness(O::DENY) == 7);
  CHECK(strictness(O::NEEDS_WARRANT) > strictness(O::LEGAL_REVIEW));
}

TEST_CASE("the strictest category governs an item") {
  Question question;
  const auto item = judge_item(law_data(), question, {Category::K1, Category::K3, Category::K8, Category::K2});
  REQUIRE(item.has_value());
  CHECK(item->each.size() == 4);
  CHECK(item->each[0].outcome == O::ALLOW);
  CHECK(item->governing.outcome == O::NEEDS_WARRANT);
  CHECK(item->governing.asked_category == Category::K3);  // the first of equals
  CHECK(judge_item(law_data(), question, {}).error().code == Code::EMPTY_FIELD);
}

TEST_CASE("house rules tighten and never loosen") {
  const auto tighter = HouseRules::create(
      law_data(), {house_rule(Instrument::INQ, Category::K7, O::NEEDS_WARRANT), house_rule(Instrument::EMG, Category::K1, O::PRESENT_DANGER_ONLY),
                   house_rule(Instrument::WSZ, Category::K4, O::LEGAL_REVIEW)});
  REQUIRE(tighter.has_value());
  Question question;
  question.category = Category::K7;
  const Judgement judgement = judge(law_data(), *tighter, question);
  CHECK(judgement.outcome == O::NEEDS_WARRANT);
  CHECK(judgement.by_house_rule);
  CHECK(judgement.rule_id == "HOUSE-INQ-K7");
  CHECK(judgement.en == "Our rules put this before the legal staff.");
  CHECK(judgement.lane == Lane::NEEDS_WARRANT);
  CHECK_FALSE(judgement.may_answer);
  question.category = Category::K8;  // untouched
  CHECK(judge(law_data(), *tighter, question).outcome == O::ALLOW);

  const auto refused = [](HouseRule rule, Code code, std::string_view cell) {
    const auto result = HouseRules::create(law_data(), {house_rule(Instrument::INQ, Category::K8, O::LEGAL_REVIEW), std::move(rule)});
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == code);
    CHECK(result.error().where.starts_with("/1"));
    CHECK(result.error().args.at("cell") == cell);
  };
  refused(house_rule(Instrument::INQ, Category::K3, O::ALLOW), Code::NOT_ALLOWED_BY_LAW, "INQ/K3");
  refused(house_rule(Instrument::INQ, Category::K3, O::LEGAL_REVIEW), Code::NOT_ALLOWED_BY_LAW, "INQ/K3");
  refused(house_rule(Instrument::PRS, Category::K4, O::PRESERVE), Code::NOT_ALLOWED_BY_LAW, "PRS/K4");
  refused(house_rule(Instrument::WSZ, Category::K1, O::DENY), Code::NOT_ALLOWED_BY_LAW, "WSZ/K1");      // a judge's warrant
  refused(house_rule(Instrument::INQ, Category::K1, O::PRESERVE), Code::NOT_ALLOWED_BY_LAW, "INQ/K1");  // stricter, but no sense
  refused(house_rule(Instrument::INQ, Category::K8, O::DENY), Code::DUPLICATE_FIELD, "INQ/K8");
  HouseRule silent = house_rule(Instrument::INQ, Category::K1, O::DENY);
  silent.ja.clear();
  refused(silent, Code::MISSING_FIELD, "INQ/K1");
  CHECK(HouseRules::create(law_data(), {house_rule(Instrument::INQ, Category::K3, O::NEEDS_WARRANT)}).has_value());  // repeats the law
}

TEST_CASE("a house rule on K1 holds when K1 counts as K2") {
  const auto house = HouseRules::create(law_data(), {house_rule(Instrument::EMG, Category::K1, O::DENY)});
  REQUIRE(house.has_value());
  Question question;
  question.instrument = Instrument::EMG;
  question.selector_is_communication = true;
  question.present_danger = true;
  CHECK(judge(law_data(), *house, question).outcome == O::DENY);
  const auto repeats = HouseRules::create(law_data(), {house_rule(Instrument::PRS, Category::K1, O::DENY)});
  REQUIRE(repeats.has_value());
  question.instrument = Instrument::PRS;
  CHECK(judge(law_data(), *repeats, question).outcome == O::PRESERVE);
}

TEST_CASE("properties") {
  CHECK(rc::check("whatever house rules are accepted, no judgement gets laxer", [] {
    const Question question = *any_question();
    HouseRules house;
    for (int i = 0; i < 20; ++i) {
      std::vector<HouseRule> rules = house.rules();
      rules.push_back(house_rule(*any_of_enum<Instrument>(), *any_of_enum<Category>(), *any_of_enum<Outcome>()));
      if (auto accepted = HouseRules::create(law_data(), rules)) house = *std::move(accepted);
    }
    const Judgement law = judge(law_data(), question);
    const Judgement own = judge(law_data(), house, question);
    RC_ASSERT(strictness(own.outcome) >= strictness(law.outcome));
    RC_ASSERT(!own.may_answer || law.may_answer);
  }));
  CHECK(rc::check("a special circumstance never loosens", [] {
    Question question = *any_question();
    question.asks_registration_address = question.sensitive_kind = question.foreign_direct = false;
    const int plain = strictness(judge(law_data(), question).outcome);
    Question special = question;
    special.asks_registration_address = *rc::gen::arbitrary<bool>();
    special.sensitive_kind = *rc::gen::arbitrary<bool>();
    special.foreign_direct = *rc::gen::arbitrary<bool>();
    RC_ASSERT(strictness(judge(law_data(), special).outcome) >= plain);
  }));
  CHECK(rc::check("asking for more in one item never loosens it", [] {
    const Question question = *any_question();
    const auto categories = *rc::gen::nonEmpty(rc::gen::container<std::vector<Category>>(any_of_enum<Category>()));
    const auto item = judge_item(law_data(), question, categories);
    RC_ASSERT(item.has_value());
    for (const Judgement& each : item->each) RC_ASSERT(strictness(item->governing.outcome) >= strictness(each.outcome));
  }));
}

}  // namespace warifu::law
