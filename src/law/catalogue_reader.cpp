// Reads law/jp.toml into a Catalogue and refuses whatever is missing, unknown, doubled, out of range or at odds with a principle the
// data may not change: the default denies, special rules only tighten, the secrecy of communications prevails over an inquiry.
#include <toml++/toml.h>
#include <algorithm>
#include <exception>
#include <set>

#include "base/limits.h"
#include "law/catalogue.h"

namespace warifu::law {

namespace {

tl::unexpected<Error> refuse(std::string message, std::string where) { return fail(Code::LAW_DATA, std::move(message), std::move(where)); }

// A table that remembers which of its keys were read, so that finish() can name one nobody knows.
class Reader {
 public:
  Reader(const toml::table& table, std::string path) : table_(&table), path_(std::move(path)) {}

  [[nodiscard]] std::string at(std::string_view key) const { return path_ + "/" + std::string(key); }
  [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }

  Result<std::string> line(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) return refuse("missing", at(key));
    const auto* value = node->as_string();
    if (value == nullptr) return refuse("a string is expected", at(key));
    const std::string& text = value->get();
    if (text.find_first_not_of(' ') == std::string::npos) return refuse("empty", at(key));
    if (text.size() > limits::kTextCharactersMax) return refuse("too long", at(key));
    const bool control = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (control) return refuse("a control character", at(key));
    return text;
  }

  Result<int> integer(std::string_view key, int min, int max) {
    const toml::node* node = take(key);
    if (node == nullptr) return refuse("missing", at(key));
    const auto* value = node->as_integer();
    if (value == nullptr) return refuse("an integer is expected", at(key));
    if (value->get() < min || value->get() > max)
      return refuse("out of range, " + std::to_string(min) + " to " + std::to_string(max) + " is expected", at(key));
    return static_cast<int>(value->get());
  }

  Result<int> integer_or(std::string_view key, int absent, int min, int max) { return has(key) ? integer(key, min, max) : Result<int>(absent); }

  Result<bool> boolean(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) return refuse("missing", at(key));
    const auto* value = node->as_boolean();
    if (value == nullptr) return refuse("true or false is expected", at(key));
    return value->get();
  }

  Result<bool> boolean_or(std::string_view key, bool absent) { return has(key) ? boolean(key) : Result<bool>(absent); }

  Result<std::optional<Date>> date(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) return std::optional<Date>{};
    const auto* value = node->as_date();
    if (value == nullptr) return refuse("a date is expected", at(key));
    return std::optional<Date>(Date{value->get().year, value->get().month, value->get().day});
  }

  Result<Reader> table(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) return refuse("missing", at(key));
    if (node->as_table() == nullptr) return refuse("a table is expected", at(key));
    return Reader(*node->as_table(), at(key));
  }

  Result<std::vector<Reader>> tables(std::string_view key) {
    const toml::array* array = TRY(list(key));
    std::vector<Reader> readers;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const std::string where = at(key) + "/" + std::to_string(i);
      const toml::table* element = array->get(i)->as_table();
      if (element == nullptr) return refuse("a table is expected", where);
      readers.emplace_back(*element, where);
    }
    return readers;
  }

  template <NamedEnum E>
  Result<E> code(std::string_view key) {
    const std::string name = TRY(line(key));
    const Result<E> value = enum_parse<E>(name);
    if (!value) return refuse("unknown name", at(key));
    return *value;
  }

  template <NamedEnum E>
  Result<std::vector<E>> codes(std::string_view key) {
    const toml::array* array = TRY(list(key));
    std::vector<E> values;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const std::string where = at(key) + "/" + std::to_string(i);
      const auto* name = array->get(i)->as_string();
      const Result<E> value = enum_parse<E>(name == nullptr ? std::string_view{} : std::string_view{name->get()});
      if (!value) return refuse("unknown name", where);
      if (std::find(values.begin(), values.end(), *value) != values.end()) return refuse("named twice", where);
      values.push_back(*value);
    }
    return values;
  }

  Result<Text> text(std::string_view key) {
    Reader both = TRY(table(key));
    return both.text_here();
  }

  Result<Text> text_here() {
    Text result;
    result.ja = TRY(line("ja"));
    result.en = TRY(line("en"));
    TRY(finish());
    return result;
  }

  [[nodiscard]] Status finish() const {
    for (const auto& [key, value] : *table_)
      if (!used_.contains(std::string(key.str()))) return refuse("unknown key", at(key.str()));
    return {};
  }

 private:
  const toml::node* take(std::string_view key) {
    used_.emplace(key);
    return table_->get(key);
  }

  Result<const toml::array*> list(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) return refuse("missing", at(key));
    if (node->as_array() == nullptr) return refuse("a list is expected", at(key));
    if (node->as_array()->empty()) return refuse("an empty list", at(key));
    return node->as_array();
  }

  const toml::table* table_;
  std::string path_;
  std::set<std::string, std::less<>> used_;
};

Result<InstrumentLimits> read_limits(Reader& outer) {
  InstrumentLimits result;
  if (!outer.has("limits")) return result;
  Reader in = TRY(outer.table("limits"));
  result.days = TRY(in.integer_or("days", 0, 1, 366));
  result.total_days = TRY(in.integer_or("total_days", 0, 1, 366));
  result.valid_days = TRY(in.integer_or("valid_days", 0, 1, 366));
  result.years = TRY(in.integer_or("years", 0, 1, 10));
  TRY(in.finish());
  return result;
}

// The periods a date computation will ask for must be there.
Status check_limits(const InstrumentEntry& entry, const std::string& where) {
  const InstrumentLimits& periods = entry.limits;
  const bool preserves = entry.code == Instrument::PRS || entry.code == Instrument::PRX;
  const bool executes = entry.code == Instrument::WSZ || entry.code == Instrument::EPO || entry.code == Instrument::EWR;
  if (preserves && (periods.days == 0 || periods.total_days == 0)) return refuse("days and total_days are needed", where);
  if (periods.total_days != 0 && periods.total_days < periods.days) return refuse("total_days below days", where + "/total_days");
  if (executes && periods.valid_days == 0) return refuse("valid_days is needed", where);
  if (entry.code == Instrument::SEC && periods.years == 0) return refuse("years is needed", where);
  return {};
}

Result<InstrumentEntry> read_entry(Reader& in, const InstrumentEntry*) {
  InstrumentEntry entry;
  entry.code = TRY(in.code<Instrument>("code"));
  entry.name = TRY(in.text("name"));
  entry.article = TRY(in.text("article"));
  entry.issuers = TRY(in.codes<Issuer>("issuers"));
  entry.issued_by = TRY(in.text("issued_by"));
  entry.effect = TRY(in.text("effect"));
  entry.note = TRY(in.text("note"));
  entry.limits = TRY(read_limits(in));
  if (in.has("attaches_to")) entry.attaches_to = TRY(in.codes<Instrument>("attaches_to"));
  entry.in_force_from = TRY(in.date("in_force_from"));
  entry.compulsory = TRY(in.boolean_or("compulsory", false));
  entry.paper_original_follows = TRY(in.boolean_or("paper_original_follows", false));
  entry.verified = TRY(in.boolean("verified"));
  if (std::find(entry.attaches_to.begin(), entry.attaches_to.end(), entry.code) != entry.attaches_to.end())
    return refuse("attached to itself", in.at("attaches_to"));
  TRY(check_limits(entry, in.at("limits")));
  return entry;
}

Result<CategoryEntry> read_entry(Reader& in, const CategoryEntry*) {
  CategoryEntry entry;
  entry.code = TRY(in.code<Category>("code"));
  entry.name = TRY(in.text("name"));
  entry.description = TRY(in.text("description"));
  std::vector<Reader> examples = TRY(in.tables("examples"));
  for (Reader& example : examples) entry.examples.push_back(TRY(example.text_here()));
  entry.secrecy = TRY(in.boolean("secrecy"));
  entry.overlap = TRY(in.boolean("overlap"));
  entry.verified = TRY(in.boolean("verified"));
  if (entry.secrecy && entry.overlap) return refuse("what is under the secrecy of communications is never matched", in.at("overlap"));
  return entry;
}

Result<ReasonEntry> read_entry(Reader& in, const ReasonEntry*) {
  ReasonEntry entry;
  entry.code = TRY(in.code<ReasonCode>("code"));
  entry.use = TRY(in.code<ReasonUse>("use"));
  entry.name = TRY(in.text("name"));
  entry.sentence = TRY(in.text("sentence"));
  return entry;
}

Result<FormEntry> read_entry(Reader& in, const FormEntry*) {
  FormEntry entry;
  entry.code = TRY(in.code<FormKind>("code"));
  entry.name = TRY(in.text("name"));
  entry.article = TRY(in.text("article"));
  entry.fixed_sentence = TRY(in.text("fixed_sentence"));
  entry.categories = TRY(in.codes<Category>("categories"));
  entry.serial_digits = TRY(in.integer("serial_digits", 3, 9));
  entry.verified = TRY(in.boolean("verified"));
  return entry;
}

Result<RecipientEntry> read_entry(Reader& in, const RecipientEntry*) {
  RecipientEntry entry;
  entry.code = TRY(in.code<RecipientClass>("code"));
  entry.name = TRY(in.text("name"));
  entry.article = TRY(in.text("article"));
  entry.cover_title = TRY(in.text("cover_title"));
  entry.cover_text = TRY(in.text("cover_text"));
  entry.verified = TRY(in.boolean("verified"));
  return entry;
}

// A list with exactly one entry per enumerator of E, put into the order of the enumeration.
template <class T, NamedEnum E>
Result<std::vector<T>> read_list(Reader& root, std::string_view key, E) {
  std::vector<std::optional<T>> found(enum_count<E>());
  std::vector<Reader> readers = TRY(root.tables(key));
  for (Reader& in : readers) {
    T entry = TRY(read_entry(in, static_cast<const T*>(nullptr)));
    TRY(in.finish());
    std::optional<T>& place = found[static_cast<std::size_t>(entry.code)];
    if (place) return refuse("named twice", in.at("code"));
    place = std::move(entry);
  }
  std::vector<T> ordered;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) return refuse("no entry for " + std::string(enum_text(static_cast<E>(i))), root.at(key));
    ordered.push_back(*std::move(found[i]));
  }
  return ordered;
}

template <NamedEnum E>
Result<std::vector<Text>> read_names(Reader& root, std::string_view key, E) {
  Reader in = TRY(root.table(key));
  std::vector<Text> names;
  for (std::size_t i = 0; i < enum_count<E>(); ++i) names.push_back(TRY(in.text(enum_text(static_cast<E>(i)))));
  TRY(in.finish());
  return names;
}

Result<std::string> read_id(Reader& in, std::set<std::string>& ids) {
  std::string id = TRY(in.line("id"));
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!plain || id.size() > 40) return refuse("a rule id is of A-Z, 0-9 and - only", in.at("id"));
  if (!ids.insert(id).second) return refuse("the rule id is taken", in.at("id"));
  return id;
}

Result<Rule> read_rule(Reader& in, std::set<std::string>& ids, bool with_cells) {
  Rule rule;
  rule.id = TRY(read_id(in, ids));
  if (with_cells) {
    rule.categories = TRY(in.codes<Category>("categories"));
    rule.instruments = TRY(in.codes<Instrument>("instruments"));
  }
  rule.outcome = TRY(in.code<Outcome>("outcome"));
  rule.article = TRY(in.text("article"));
  rule.why = TRY(in.text("why"));
  rule.possible = TRY(in.text("possible"));
  rule.verified = TRY(in.boolean("verified"));
  TRY(in.finish());
  return rule;
}

Result<Rule> read_special(Reader& special, std::string_view key, std::set<std::string>& ids) {
  Reader in = TRY(special.table(key));
  Rule rule = TRY(read_rule(in, ids, true));
  const bool tightens = rule.outcome == Outcome::LEGAL_REVIEW || rule.outcome == Outcome::NEEDS_WARRANT || rule.outcome == Outcome::DENY;
  if (!tightens) return refuse("a special rule only tightens", in.at("outcome"));
  return rule;
}

Result<Reclassification> read_reclassification(Reader& root, std::set<std::string>& ids) {
  Reader in = TRY(root.table("reclassification"));
  Reclassification result;
  result.id = TRY(read_id(in, ids));
  result.from = TRY(in.code<Category>("from"));
  result.to = TRY(in.code<Category>("to"));
  result.article = TRY(in.text("article"));
  result.why = TRY(in.text("why"));
  result.possible = TRY(in.text("possible"));
  result.verified = TRY(in.boolean("verified"));
  TRY(in.finish());
  if (result.from == result.to) return refuse("from and to are the same", in.at("to"));
  return result;
}

Result<Deadlines> read_deadlines(Reader& root) {
  Reader in = TRY(root.table("deadlines"));
  Deadlines result;
  result.due_days_normal = TRY(in.integer("due_days_normal", 1, 366));
  result.due_days_urgent = TRY(in.integer("due_days_urgent", 1, result.due_days_normal));
  result.oral_follow_up_days = TRY(in.integer("oral_follow_up_days", 1, 60));
  result.emergency_papers_hours = TRY(in.integer("emergency_papers_hours", 1, 24 * 14));
  result.reminder_before_days = TRY(in.integer("reminder_before_days", 1, 60));
  result.reminder_every_days = TRY(in.integer("reminder_every_days", 1, 60));
  result.delivered_warn_hours = TRY(in.integer("delivered_warn_hours", 1, 24 * 60));
  result.retrieved_warn_hours = TRY(in.integer("retrieved_warn_hours", 1, 24 * 60));
  result.confidentiality_review_days = TRY(in.integer("confidentiality_review_days", 1, 3660));
  result.note = TRY(in.text("note"));
  result.verified = TRY(in.boolean("verified"));
  TRY(in.finish());
  return result;
}

Result<Retention> read_retention(Reader& root) {
  Reader in = TRY(root.table("retention"));
  Retention result;
  result.ledger_years = TRY(in.integer("ledger_years", 5, 100));
  result.audit_years = TRY(in.integer("audit_years", 7, 100));
  result.payload_days_after_retrieval = TRY(in.integer("payload_days_after_retrieval", 1, 366));
  result.agency_copy = TRY(in.text("agency_copy"));
  result.provider_record = TRY(in.text("provider_record"));
  result.note = TRY(in.text("note"));
  result.verified = TRY(in.boolean("verified"));
  TRY(in.finish());
  return result;
}

std::string cell_name(Category category, Instrument instrument) {
  return std::string(enum_text(instrument)) + "/" + std::string(enum_text(category));
}

// What no edit of the data may bring about.
Status check_cell(const Rule& rule, Category category, Instrument instrument, bool secrecy, const std::string& where) {
  const std::string cell = cell_name(category, instrument);
  if (instrument == Instrument::INQ && secrecy && rule.outcome == Outcome::ALLOW)
    return refuse("the secrecy of communications prevails over an inquiry: " + cell, where + "/outcome");
  const bool preserves = instrument == Instrument::PRS || instrument == Instrument::PRX;
  if (rule.outcome == Outcome::PRESERVE && !preserves) return refuse("only a preservation request preserves: " + cell, where + "/outcome");
  if (rule.outcome == Outcome::ALLOW && preserves) return refuse("a preservation request discloses nothing: " + cell, where + "/outcome");
  return {};
}

}  // namespace

// Fills the private parts of a Catalogue; nothing else may.
class CatalogueReader {
 public:
  static Result<Catalogue> read(const toml::table& table) {
    Reader root(table, "");
    Catalogue catalogue;
    catalogue.version_ = TRY(root.line("version"));
    catalogue.title_ = TRY(root.text("title"));
    catalogue.disclaimer_ = TRY(root.text("disclaimer"));
    catalogue.instruments_ = TRY(read_list<InstrumentEntry>(root, "instrument", Instrument{}));
    catalogue.categories_ = TRY(read_list<CategoryEntry>(root, "category", Category{}));
    catalogue.outcome_names_ = TRY(read_names(root, "outcome", Outcome{}));
    catalogue.lane_names_ = TRY(read_names(root, "lane", Lane{}));
    catalogue.forms_ = TRY(read_list<FormEntry>(root, "form", FormKind{}));
    catalogue.recipients_ = TRY(read_list<RecipientEntry>(root, "recipient", RecipientClass{}));
    catalogue.reasons_ = TRY(read_list<ReasonEntry>(root, "reason", ReasonCode{}));
    catalogue.deadlines_ = TRY(read_deadlines(root));
    catalogue.retention_ = TRY(read_retention(root));
    TRY(read_rules(root, catalogue));
    TRY(root.finish());
    return catalogue;
  }

 private:
  static Status read_rules(Reader& root, Catalogue& catalogue) {
    std::set<std::string> ids;
    Reader fallback = TRY(root.table("default"));
    catalogue.default_rule_ = TRY(read_rule(fallback, ids, false));
    if (catalogue.default_rule_.outcome != Outcome::DENY) return refuse("the default denies", fallback.at("outcome"));
    for (auto& row : catalogue.cells_) row.fill(-1);
    std::vector<Reader> readers = TRY(root.tables("rule"));
    for (Reader& in : readers) {
      Rule rule = TRY(read_rule(in, ids, true));
      TRY(place(catalogue, rule, in.at("")));
      catalogue.rules_.push_back(std::move(rule));
    }
    catalogue.reclassification_ = TRY(read_reclassification(root, ids));
    if (!catalogue.category(catalogue.reclassification_.to).secrecy)
      return refuse("a communication leads to a category under its secrecy", "/reclassification/to");
    Reader special = TRY(root.table("special"));
    catalogue.registration_address_ = TRY(read_special(special, "registration_address", ids));
    catalogue.sensitive_kind_ = TRY(read_special(special, "sensitive_kind", ids));
    catalogue.not_in_force_ = TRY(read_special(special, "not_in_force", ids));
    catalogue.foreign_direct_ = TRY(read_special(special, "foreign_direct", ids));
    TRY(special.finish());
    return {};
  }

  static Status place(Catalogue& catalogue, const Rule& rule, std::string where) {
    where.pop_back();  // the slash of at("")
    for (const Category category : rule.categories) {
      for (const Instrument instrument : rule.instruments) {
        int& cell = catalogue.cells_[static_cast<std::size_t>(category)][static_cast<std::size_t>(instrument)];
        if (cell >= 0) return refuse("the cell " + cell_name(category, instrument) + " is decided twice", where);
        TRY(check_cell(rule, category, instrument, catalogue.category(category).secrecy, where));
        cell = static_cast<int>(catalogue.rules_.size());
      }
    }
    return {};
  }
};

Result<Catalogue> Catalogue::parse(std::string_view text) {
  if (text.size() > limits::kLawBytesMax) return refuse("larger than " + std::to_string(limits::kLawBytesMax) + " bytes", "/");
  try {
    const toml::table table = toml::parse(text);
    return CatalogueReader::read(table);
  } catch (const toml::parse_error& error) {
    return refuse("not TOML: " + std::string(error.description()), "/line/" + std::to_string(error.source().begin.line));
  } catch (const std::exception& error) {  // a library says what it documents; this is the border for anything else
    return refuse(std::string("not TOML: ") + error.what(), "/");
  }
}

}  // namespace warifu::law
