// The built-in law data is complete, and every way of breaking it is refused with the place named.
#include "law/catalogue.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/limits.h"
#include "base/test_source.h"

namespace warifu::law {

namespace {

// The built-in text with one passage replaced; the passage must be there, or the test would prove nothing.
std::string changed(std::string_view passage, std::string_view by, std::string_view after = {}) {
  std::string text(Catalogue::built_in_text());
  const std::size_t from = after.empty() ? 0 : text.find(after);
  REQUIRE(from != std::string::npos);
  const std::size_t at = text.find(passage, from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, passage.size(), by);
}

void refused_at(const std::string& toml, std::string_view where) {
  CAPTURE(where);
  const auto result = Catalogue::parse(toml);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == Code::LAW_DATA);
  CHECK(result.error().where == where);
}

bool is_japanese(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xe3; });
}

void check_text(const Text& text) {
  CAPTURE(text.ja);
  CHECK(is_japanese(text.ja));
  CHECK_FALSE(is_japanese(text.en));
  CHECK_FALSE(text.en.empty());
}

void check_rule(const Rule& rule) {
  CAPTURE(rule.id);
  check_text(rule.why);
  check_text(rule.possible);
  CHECK(rule.why.ja.ends_with("。"));
  CHECK(rule.why.en.ends_with("."));
  check_text(rule.article);
}

}  // namespace

TEST_CASE("the built-in catalogue says everything in both languages") {
  const Catalogue& law = Catalogue::built_in();
  CHECK(law.version() == "2026-11-21");
  check_text(law.title());
  check_text(law.disclaimer());
  for (std::size_t i = 0; i < enum_count<Instrument>(); ++i) {
    const InstrumentEntry& entry = law.instrument(static_cast<Instrument>(i));
    CHECK(entry.code == static_cast<Instrument>(i));
    for (const Text* text : {&entry.name, &entry.issued_by, &entry.effect, &entry.note}) check_text(*text);
  }
  for (std::size_t i = 0; i < enum_count<Category>(); ++i) {
    const CategoryEntry& entry = law.category(static_cast<Category>(i));
    CHECK(entry.code == static_cast<Category>(i));
    check_text(entry.name);
    check_text(entry.description);
    for (const Text& example : entry.examples) check_text(example);
  }
  for (std::size_t i = 0; i < enum_count<ReasonCode>(); ++i) {
    const ReasonEntry& entry = law.reason(static_cast<ReasonCode>(i));
    CHECK(entry.code == static_cast<ReasonCode>(i));
    check_text(entry.name);
    check_text(entry.sentence);
  }
  for (std::size_t i = 0; i < enum_count<Outcome>(); ++i) check_text(law.outcome_name(static_cast<Outcome>(i)));
  for (std::size_t i = 0; i < enum_count<Lane>(); ++i) check_text(law.lane_name(static_cast<Lane>(i)));
  for (std::size_t i = 0; i < enum_count<RecipientClass>(); ++i) check_text(law.recipient(static_cast<RecipientClass>(i)).cover_text);
  for (const Rule& rule : law.rules()) check_rule(rule);
  for (const Rule* rule :
       {&law.default_rule(), &law.registration_address_rule(), &law.sensitive_kind_rule(), &law.not_in_force_rule(), &law.foreign_direct_rule()})
    check_rule(*rule);
}

TEST_CASE("a sentence that names a category by its code has its name, too") {
  const Catalogue& law = Catalogue::built_in();
  const auto check = [&](const std::string& text, bool is_english) {
    CAPTURE(text);
    for (std::size_t i = 0; i < enum_count<Category>(); ++i) {
      const CategoryEntry& entry = law.category(static_cast<Category>(i));
      const std::string code(enum_text(entry.code));
      std::string name = is_english ? " (" + entry.name.en : "(" + entry.name.ja;
      if (is_english) name[2] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[2])));
      for (std::size_t at = text.find(code); at != std::string::npos; at = text.find(code, at + 1))
        CHECK(text.substr(at + code.size(), name.size() + 1) == name + ")");
    }
  };
  const auto check_both = [&](const Text& text) { check(text.ja, false), check(text.en, true); };
  std::vector<Rule> rules(law.rules().begin(), law.rules().end());
  for (const Rule* rule :
       {&law.default_rule(), &law.registration_address_rule(), &law.sensitive_kind_rule(), &law.not_in_force_rule(), &law.foreign_direct_rule()})
    rules.push_back(*rule);
  for (const Rule& rule : rules) check_both(rule.why), check_both(rule.possible);
  check_both(law.reclassification().why);
  check_both(law.reclassification().possible);
  for (std::size_t i = 0; i < enum_count<ReasonCode>(); ++i) check_both(law.reason(static_cast<ReasonCode>(i)).sentence);
  for (std::size_t i = 0; i < enum_count<Instrument>(); ++i) {
    const InstrumentEntry& entry = law.instrument(static_cast<Instrument>(i));
    for (const Text* text : {&entry.issued_by, &entry.effect, &entry.note}) check_both(*text);
  }
}

TEST_CASE("periods, forms and defaults are those of the design") {
  const Catalogue& law = Catalogue::built_in();
  CHECK(law.instrument(Instrument::PRS).limits.days == 30);
  CHECK(law.instrument(Instrument::PRX).limits.days == 30);
  CHECK(law.instrument(Instrument::PRX).limits.total_days == 60);
  CHECK(law.instrument(Instrument::WSZ).limits.valid_days == 7);
  CHECK(law.instrument(Instrument::SEC).limits.years == 1);
  CHECK(law.instrument(Instrument::PRS).paper_original_follows);
  CHECK(law.instrument(Instrument::PRS).issuers ==
        std::vector<Issuer>{Issuer::PROSECUTOR, Issuer::PROSECUTORS_ASSISTANT, Issuer::JUDICIAL_POLICE_OFFICER});
  CHECK(law.instrument(Instrument::CNF).attaches_to == std::vector<Instrument>{Instrument::INQ, Instrument::PRS});
  CHECK(law.instrument(Instrument::EPO).in_force_from == Date{2026, 5, 21});
  CHECK_FALSE(law.instrument(Instrument::EPO).verified);
  CHECK(law.instrument(Instrument::INQ).verified);
  CHECK(law.form(FormKind::A).fixed_sentence.ja == "捜査のため必要があるので、下記事項につき回答されたく、刑事訴訟法第197条第2項により照会します。");
  CHECK(law.form(FormKind::B).name.ja == "身上調査照会書");
  CHECK(law.form(FormKind::C).serial_digits == 5);
  CHECK(law.deadlines().emergency_papers_hours == 48);
  CHECK(law.retention().ledger_years == 5);
  CHECK(law.retention().audit_years == 7);
  CHECK(law.retention().payload_days_after_retrieval == 30);
  std::set<Category> overlap;
  for (std::size_t i = 0; i < enum_count<Category>(); ++i)
    if (law.category(static_cast<Category>(i)).overlap) overlap.insert(static_cast<Category>(i));
  CHECK(overlap == std::set<Category>{Category::K1, Category::K7, Category::K8});
  REQUIRE(law.find_rule("REG-ADDRESS") != nullptr);
  CHECK(law.find_rule("REG-ADDRESS")->outcome == Outcome::LEGAL_REVIEW);
  REQUIRE(law.find_rule("INQ-K2") != nullptr);
  CHECK(law.find_rule("INQ-K2") == &law.rule(Category::K2, Instrument::INQ));
  CHECK(law.find_rule("NO-SUCH-RULE") == nullptr);
}

TEST_CASE("the file and the built-in text are the same, and loading reports a missing file") {
  const auto loaded = Catalogue::load(std::filesystem::path(warifu::testing::source_dir()) / "law" / "jp.toml");
  REQUIRE(loaded.has_value());
  CHECK(loaded->rules().size() == Catalogue::built_in().rules().size());
  CHECK(loaded->version() == Catalogue::built_in().version());
  const auto missing = Catalogue::load(std::filesystem::path(warifu::testing::source_dir()) / "law" / "no-such.toml");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == Code::NOT_FOUND);
}

TEST_CASE("what is not TOML, empty or too large is refused") {
  refused_at("", "/version");
  refused_at("version = \n", "/line/1");
  refused_at(std::string(limits::kLawBytesMax + 1, '#'), "/");
  refused_at(std::string(limits::kLawBytesMax, '#'), "/version");  // at the limit it is read
}

TEST_CASE("unknown keys are refused wherever they stand") {
  refused_at("colour = 1\n" + std::string(Catalogue::built_in_text()), "/colour");
  refused_at(changed("issuers = [\"JUDGE\"]", "issuers = [\"JUDGE\"]\nweight = 2"), "/instrument/4/weight");
  refused_at(changed("limits.days = 30", "limits.days = 30\nlimits.weeks = 4"), "/instrument/1/limits/weeks");
  refused_at(changed("name.ja = \"契約者の登録情報\"", "name.ja = \"契約者の登録情報\"\nname.fr = \"abonné\""), "/category/0/name/fr");
  refused_at(changed("ledger_years = 5", "ledger_years = 5\ncellar_years = 1"), "/retention/cellar_years");
  refused_at(changed("[special.foreign_direct]", "[special.holiday]\nid = \"H\"\n[special.foreign_direct]"), "/special/holiday");
}

TEST_CASE("sentences, articles and marks must be there") {
  refused_at(changed("why.en = \"Content is", "#", "id = \"INQ-K4\""), "/rule/3/why/en");
  refused_at(changed("article.ja = \"憲法21条2項・35条、電気通信事業法4条1項\"", "article.ja = \"  \""), "/rule/3/article/ja");
  refused_at(changed("article.ja = \"刑事訴訟法197条2項\"\n", ""), "/instrument/0/article/ja");
  refused_at(changed("article.en = \"Code of Criminal Procedure, Art. 197(2)\"\n", ""), "/instrument/0/article/en");
  refused_at(changed("verified = true\n", "", "id = \"INQ-K1\""), "/rule/0/verified");
  refused_at(changed("verified = true", "verified = \"yes\"", "id = \"INQ-K1\""), "/rule/0/verified");
  refused_at(changed("disclaimer.ja = \"", "disclaimer.ja = \"\\u0007"), "/disclaimer/ja");
  refused_at(changed("disclaimer.en = \"", "disclaimer.en = \"" + std::string(limits::kTextCharactersMax, 'x')), "/disclaimer/en");
  refused_at(changed("DENY = { ja = \"対象外\", en = \"Not provided for\" }", ""), "/outcome/DENY");
  refused_at(changed("sentence.ja = \"求められた情報を保有していません。\"", ""), "/reason/5/sentence/ja");
}

TEST_CASE("every code has exactly one entry") {
  refused_at(changed("code = \"MLA\"", "code = \"LOC\""), "/instrument/10/code");
  refused_at(changed("code = \"PRX\"", "code = \"FAX\""), "/instrument/2/code");
  refused_at(changed("code = \"K9\"", "code = \"K1\""), "/category/8/code");
  refused_at(changed("[[reason]]\ncode = \"INCOMPLETE\"\nuse = \"RETURN\"\nname.ja = \"記載不備\"\nname.en = \"Incomplete\"\n"
                     "sentence.ja = \"必要な記載が欠けています。示した箇所を補って、もう一度送ってください。\"\n"
                     "sentence.en = \"A required entry is missing. Complete the part shown and send it again.\"\n",
                     ""),
             "/reason");
}

TEST_CASE("the table is decided once per cell, ids are unique and names known") {
  refused_at(changed("id = \"INQ-K2\"", "id = \"INQ-K1\""), "/rule/1/id");
  refused_at(changed("id = \"REG-ADDRESS\"", "id = \"DEFAULT\""), "/special/registration_address/id");
  refused_at(changed("id = \"INQ-K2\"", "id = \"inq k2\""), "/rule/1/id");
  refused_at(changed("categories = [\"K2\"]", "categories = [\"K1\", \"K2\"]", "id = \"INQ-K2\""), "/rule/1");
  refused_at(changed("categories = [\"K2\"]", "categories = [\"K2\", \"K2\"]", "id = \"INQ-K2\""), "/rule/1/categories/1");
  refused_at(changed("categories = [\"K2\"]", "categories = [\"K99\"]", "id = \"INQ-K2\""), "/rule/1/categories/0");
  refused_at(changed("categories = [\"K2\"]", "categories = []", "id = \"INQ-K2\""), "/rule/1/categories");
  refused_at(changed("outcome = \"NEEDS_WARRANT\"", "outcome = \"MAYBE\"", "id = \"INQ-K2\""), "/rule/1/outcome");
}

TEST_CASE("principles that no edit of the data may undo") {
  refused_at(changed("outcome = \"DENY\"", "outcome = \"ALLOW\"", "[default]"), "/default/outcome");
  refused_at(changed("outcome = \"NEEDS_WARRANT\"", "outcome = \"ALLOW\"", "id = \"INQ-K3\""), "/rule/2/outcome");
  refused_at(changed("outcome = \"ALLOW\"", "outcome = \"PRESERVE\"", "id = \"INQ-K1\""), "/rule/0/outcome");
  refused_at(changed("outcome = \"PRESERVE\"", "outcome = \"ALLOW\"", "id = \"PRS-LOG\""), "/rule/9/outcome");
  refused_at(changed("outcome = \"LEGAL_REVIEW\"", "outcome = \"ALLOW\"", "[special.registration_address]"), "/special/registration_address/outcome");
  refused_at(changed("to = \"K2\"", "to = \"K7\""), "/reclassification/to");
  refused_at(changed("to = \"K2\"", "to = \"K1\""), "/reclassification/to");
  refused_at(changed("overlap = false", "overlap = true", "code = \"K2\""), "/category/1/overlap");
}

TEST_CASE("numbers are in range") {
  refused_at(changed("limits.days = 30", "limits.days = 0"), "/instrument/1/limits/days");
  refused_at(changed("limits.days = 30", "limits.days = 367"), "/instrument/1/limits/days");
  refused_at(changed("limits.days = 30", "limits.days = \"30\""), "/instrument/1/limits/days");
  refused_at(changed("limits.total_days = 60", "limits.total_days = 29"), "/instrument/1/limits/total_days");
  refused_at(changed("limits.days = 30\nlimits.total_days = 60\n", ""), "/instrument/1/limits");
  refused_at(changed("limits.valid_days = 7\n", "", "code = \"WSZ\""), "/instrument/4/limits");
  refused_at(changed("limits.years = 1\n", ""), "/instrument/6/limits");
  refused_at(changed("attaches_to = [\"EPO\"]", "attaches_to = [\"SEC\"]"), "/instrument/6/attaches_to");
  refused_at(changed("in_force_from = 2026-05-21", "in_force_from = \"soon\""), "/instrument/5/in_force_from");
  refused_at(changed("due_days_urgent = 3", "due_days_urgent = 15"), "/deadlines/due_days_urgent");
  refused_at(changed("emergency_papers_hours = 48", "emergency_papers_hours = 0"), "/deadlines/emergency_papers_hours");
  refused_at(changed("ledger_years = 5", "ledger_years = 4"), "/retention/ledger_years");
  refused_at(changed("audit_years = 7", "audit_years = 6"), "/retention/audit_years");
  CHECK(Catalogue::parse(changed("limits.days = 30", "limits.days = 31")).has_value());
}

TEST_CASE("any line taken away is refused or leaves a complete catalogue, and never crashes") {
  const std::string text(Catalogue::built_in_text());
  CHECK(rc::check("one line less", [&] {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const std::size_t begin = text.rfind('\n', at) == std::string::npos ? 0 : text.rfind('\n', at);
    const std::size_t end = std::min(text.find('\n', begin + 1), text.size());
    const auto result = Catalogue::parse(text.substr(0, begin) + text.substr(end));
    if (result) {
      RC_ASSERT(result->default_rule().outcome == Outcome::DENY);
      RC_ASSERT(result->rule(Category::K4, Instrument::INQ).outcome != Outcome::ALLOW);
    } else {
      RC_ASSERT(result.error().code == Code::LAW_DATA);
      RC_ASSERT(!result.error().where.empty());
    }
  }));
}

}  // namespace warifu::law
