#pragma once
// The law as data (M-A4): instruments, categories, the decision table, forms, deadlines, retention and reasons, each with its
// article and its sentences in Japanese and English, read from law/jp.toml and never changed afterwards. A catalogue that exists
// is complete: every cell of the table is decided (the default denies), every code has its entry, every sentence is there in
// both languages. Anything unknown, missing or out of range is refused at loading (LAW_DATA, `where` = path inside the TOML).

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "law/types.h"

namespace warifu::law {

struct Text {
  std::string ja, en;
  bool operator==(const Text&) const = default;
};

// Periods an instrument carries; 0 = it has none of that kind.
struct InstrumentLimits {
  int days = 0;        // longest period one instrument may set (PRS 30, PRX 30)
  int total_days = 0;  // longest period with every extension (60)
  int valid_days = 0;  // time for execution unless the judge sets longer (7)
  int years = 0;       // longest period in years (SEC 1)
};

struct InstrumentEntry {
  Instrument code = Instrument::INQ;
  Text name;
  Text article;
  std::vector<Issuer> issuers;
  Text issued_by;  // who may issue, as a sentence
  Text effect;     // limits and effect
  Text note;
  InstrumentLimits limits;
  std::vector<Instrument> attaches_to;  // CNF to INQ and PRS, SEC to EPO, PRX to PRS; empty = stands alone
  std::optional<Date> in_force_from;    // absent = long in force
  bool compulsory = false;              // rests on a judge's warrant: house rules cannot refuse it
  bool paper_original_follows = false;  // the sealed paper follows the electronic record (default of the switch)
  bool verified = false;                // false: to be checked against the official text before relying on it
};

struct CategoryEntry {
  Category code = Category::K1;
  Text name;
  Text description;
  std::vector<Text> examples;
  bool secrecy = false;  // under the secrecy of communications or as strongly protected: never on an inquiry, never matched for overlap
  bool overlap = false;  // INQ items of this category may be matched for overlap (M-A7)
  bool verified = false;
};

// One rule of the decision table; it governs every pair of its categories and instruments.
struct Rule {
  std::string id;
  std::vector<Category> categories;
  std::vector<Instrument> instruments;
  Outcome outcome = Outcome::DENY;
  Text article;
  Text why;
  Text possible;  // what would make it possible, or what the answer depends on
  bool verified = false;
};

struct Reclassification {
  std::string id;
  Category from = Category::K1;
  Category to = Category::K2;
  Text article;
  Text why;
  Text possible;
  bool verified = false;
};

struct ReasonEntry {
  ReasonCode code = ReasonCode::INCOMPLETE;
  ReasonUse use = ReasonUse::RETURN;
  Text name;
  Text sentence;
};

struct FormEntry {
  FormKind code = FormKind::A;
  Text name;
  Text article;
  Text fixed_sentence;  // the Japanese is what is printed and signed; an agency profile may word it otherwise
  std::vector<Category> categories;
  int serial_digits = 5;  // serial per calendar year in Japan
  bool verified = false;
};

struct RecipientEntry {
  RecipientClass code = RecipientClass::BUSINESS_OPERATOR;
  Text name;
  Text article;  // ground on which this recipient may answer
  Text cover_title;
  Text cover_text;
  bool verified = false;
};

struct Deadlines {
  int due_days_normal = 0;
  int due_days_urgent = 0;
  int oral_follow_up_days = 0;          // an oral stub must be followed by the instrument
  int emergency_papers_hours = 0;       // papers after an emergency disclosure
  int reminder_before_days = 0;         // notice before the due date
  int reminder_every_days = 0;          // repeated after it
  int delivered_warn_hours = 0;         // dispatched and still not delivered
  int retrieved_warn_hours = 0;         // delivered and still not retrieved
  int confidentiality_review_days = 0;  // CNF: default of the review date
  Text note;
  bool verified = false;
};

struct Retention {
  int ledger_years = 0;
  int audit_years = 0;
  int payload_days_after_retrieval = 0;  // the sealed payload on the exchange
  Text agency_copy;
  Text provider_record;
  Text note;
  bool verified = false;
};

class Catalogue {
 public:
  [[nodiscard]] static Result<Catalogue> parse(std::string_view toml);
  [[nodiscard]] static Result<Catalogue> load(const std::filesystem::path& path);
  // The catalogue compiled into the program, and its text. A build whose own text is refused aborts at first use.
  [[nodiscard]] static const Catalogue& built_in();
  [[nodiscard]] static std::string_view built_in_text();

  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] const Text& title() const { return title_; }
  [[nodiscard]] const Text& disclaimer() const { return disclaimer_; }

  [[nodiscard]] const InstrumentEntry& instrument(Instrument code) const;
  [[nodiscard]] const CategoryEntry& category(Category code) const;
  [[nodiscard]] const Text& outcome_name(Outcome code) const;
  [[nodiscard]] const Text& lane_name(Lane code) const;
  [[nodiscard]] const ReasonEntry& reason(ReasonCode code) const;
  [[nodiscard]] const FormEntry& form(FormKind code) const;
  [[nodiscard]] const RecipientEntry& recipient(RecipientClass code) const;
  [[nodiscard]] const Deadlines& deadlines() const { return deadlines_; }
  [[nodiscard]] const Retention& retention() const { return retention_; }

  // The rule of a cell; the default rule where none is written.
  [[nodiscard]] const Rule& rule(Category category, Instrument instrument) const;
  [[nodiscard]] const Rule& default_rule() const { return default_rule_; }
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  // Any rule by its id (table, default or special); nullptr when there is none.
  [[nodiscard]] const Rule* find_rule(std::string_view id) const;
  [[nodiscard]] const Reclassification& reclassification() const { return reclassification_; }
  // 登録時IPアドレス, sensitive kinds of K8, an instrument before its entry into force, a foreign authority asking directly.
  [[nodiscard]] const Rule& registration_address_rule() const { return registration_address_; }
  [[nodiscard]] const Rule& sensitive_kind_rule() const { return sensitive_kind_; }
  [[nodiscard]] const Rule& not_in_force_rule() const { return not_in_force_; }
  [[nodiscard]] const Rule& foreign_direct_rule() const { return foreign_direct_; }

 private:
  friend class CatalogueReader;
  static constexpr std::size_t kInstruments = enum_count<Instrument>();
  static constexpr std::size_t kCategories = enum_count<Category>();

  std::string version_;
  Text title_, disclaimer_;
  std::vector<InstrumentEntry> instruments_;  // these lists are in the order of their enumeration
  std::vector<CategoryEntry> categories_;
  std::vector<Text> outcome_names_, lane_names_;
  std::vector<ReasonEntry> reasons_;
  std::vector<FormEntry> forms_;
  std::vector<RecipientEntry> recipients_;
  std::vector<Rule> rules_;
  std::array<std::array<int, kInstruments>, kCategories> cells_{};  // index into rules_, -1 = default
  Rule default_rule_, registration_address_, sensitive_kind_, not_in_force_, foreign_direct_;
  Reclassification reclassification_;
  Deadlines deadlines_;
  Retention retention_;
};

}  // namespace warifu::law
