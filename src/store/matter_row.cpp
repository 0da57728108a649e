#include "store/matter_row.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "json/codec.h"

namespace warifu::inquiry {

BOOST_DESCRIBE_STRUCT(MatterRow, (),
                      (matter, side, state, provider_state, shared_state, turn, turn_role, turn_persons, number, numbering, case_id, case_number,
                       counterparty, unit, drafter, in_charge, assigned, approver, due, urgency, due_at, created, updated, approved, dispatched,
                       delivered, accepted, answered, closed, purged, version, items, subject, categories, is_open, minutes, yen))
BOOST_DESCRIBE_STRUCT(SearchTerms, (), (selectors, words))

}  // namespace warifu::inquiry

namespace warifu::store {
namespace {

constexpr std::array<std::string_view, 18> kColumns = {"state",        "provider_state", "turn",    "turn_role",   "is_named",      "unit",
                                                       "in_charge",    "drafter",        "case_id", "case_number", "number",        "number_key",
                                                       "counterparty", "due_us",         "due_key", "updated_us",  "dispatched_us", "is_open"};

std::string joined_columns() {
  std::string out;
  for (const std::string_view column : kColumns) out += (out.empty() ? "" : ", ") + std::string(column);
  return out;
}

constexpr std::string_view kLastCharacter = "\xF4\x8F\xBF\xBF";  // U+10FFFF

std::string words_place(const MatterId& matter) { return "words " + matter.hex(); }

bool holds(const Statement& row, int column, const Value& value) {
  if (row.column_is_null(column)) return std::holds_alternative<std::monostate>(value);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return row.column_int64(column) == *number;
  if (const auto* text = std::get_if<std::string_view>(&value)) return row.column_text(column) == *text;
  if (const auto* bytes = std::get_if<ByteView>(&value)) return std::ranges::equal(row.column_blob(column), *bytes);
  return false;
}

bool is_same(const Value& a, const Value& b) {
  const auto* bytes = std::get_if<ByteView>(&a);
  const auto* others = std::get_if<ByteView>(&b);
  if (bytes != nullptr || others != nullptr) return bytes != nullptr && others != nullptr && std::ranges::equal(*bytes, *others);
  if (const auto* number = std::get_if<std::int64_t>(&a)) return b.index() == a.index() && *number == std::get<std::int64_t>(b);
  if (const auto* text = std::get_if<std::string_view>(&a)) return b.index() == a.index() && *text == std::get<std::string_view>(b);
  return std::holds_alternative<std::monostate>(a) && std::holds_alternative<std::monostate>(b);
}

using ColumnValues = std::span<const Value, kColumns.size()>;

Result<std::int64_t> insert_columns(Database& database, const MatterId& matter, ColumnValues values) {
  static const std::string kInsert = [] {
    std::string places = "$1";
    for (std::size_t i = 0; i < kColumns.size(); ++i) places += ", $" + std::to_string(i + 2);
    return "INSERT INTO matter (matter, " + joined_columns() + ") VALUES (" + places + ") RETURNING id";
  }();
  Statement inserted = TRY(database.query(kInsert, matter));
  for (std::size_t i = 0; i < values.size(); ++i) inserted.bind_value(static_cast<int>(i) + 2, values[i]);
  if (!TRY(inserted.step())) return fail(Code::INTERNAL, "an inserted row has no id");
  const std::int64_t id = inserted.column_int64(0);
  while (TRY(inserted.step())) {}
  return id;
}

// Only what differs: an index is written when one of its columns is named, whether the value is another or not.
Status update_columns(Database& database, std::int64_t id, ColumnValues values, const std::vector<std::size_t>& changed) {
  std::string sql = "UPDATE matter SET ";
  for (std::size_t i = 0; i < changed.size(); ++i) sql += (i == 0 ? "" : ", ") + std::string(kColumns[changed[i]]) + " = $" + std::to_string(i + 2);
  sql += " WHERE id = $1";
  std::vector<Value> arguments = {to_value(id)};
  for (const std::size_t column : changed) arguments.push_back(values[column]);
  return database.post_values(sql, arguments);
}

// The values of the columns; they refer to the row and to what stands here.
class Columns {
 public:
  explicit Columns(const inquiry::MatterRow& row)
      : key_(number_key(row.number)),
        role_(row.turn_role ? std::optional(enum_text(*row.turn_role)) : std::nullopt),
        is_named_(!row.turn_persons.empty()),
        due_(row.due_at ? row.due_at->us : kNeverDue),
        due_key_(row.due ? tokyo_midnight(*row.due).us : kNeverDue),
        values_{to_value(enum_text(row.state)),
                to_value(enum_text(row.provider_state)),
                to_value(enum_text(row.turn)),
                to_value(role_),
                to_value(is_named_),
                to_value(row.unit),
                to_value(row.in_charge),
                to_value(row.drafter),
                to_value(row.case_id),
                to_value(row.case_number),
                to_value(row.number),
                to_value(key_),
                to_value(row.counterparty.text()),
                to_value(due_),
                to_value(due_key_),
                to_value(row.updated),
                to_value(row.dispatched),
                to_value(row.is_open)} {}
  Columns(const Columns&) = delete;
  Columns& operator=(const Columns&) = delete;

  [[nodiscard]] ColumnValues values() const { return values_; }
  // `row` holds the columns from `first` on.
  [[nodiscard]] std::vector<std::size_t> changed(const Statement& row, int first) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (!holds(row, static_cast<int>(i) + first, values_[i])) out.push_back(i);
    return out;
  }
  [[nodiscard]] std::vector<std::size_t> changed(const Columns& before) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (!is_same(values_[i], before.values_[i])) out.push_back(i);
    return out;
  }

 private:
  std::string key_;
  std::optional<std::string_view> role_;
  bool is_named_;
  std::int64_t due_, due_key_;
  std::array<Value, kColumns.size()> values_;
};

std::string qualified_columns() {
  std::string out;
  for (const std::string_view column : kColumns) out += ", m." + std::string(column);
  return out;
}

// Who drafted it, is in charge of it or is named for the next step, as text to compare: the id and whether it is their turn, in the order of ids.
std::string spell_persons(const std::map<PersonId, bool>& persons) {
  std::string out;
  for (const auto& [person, is_turn] : persons) out += person.hex() + (is_turn ? "1" : "0");
  return out;
}

std::map<PersonId, bool> persons_of(const inquiry::MatterRow& row) {
  std::map<PersonId, bool> out;
  for (const auto& person : row.turn_persons) out[person] = true;
  if (row.drafter) out.emplace(*row.drafter, false);
  if (row.in_charge) out.emplace(*row.in_charge, false);
  for (const auto& person : row.assigned) out.emplace(person, false);
  return out;
}

// What stands in the tables of a matter's row, as far as it decides what is written over it.
struct Present {
  std::optional<std::int64_t> id;
  std::vector<std::size_t> changed;  // columns that are to have another value
  std::string persons;               // as spelled above
  bool has_words = false;
};

// One statement: with PostgreSQL each is a round trip of the only writer.
Result<Present> present_of(Database& database, const MatterId& matter, const Columns& columns, const std::function<bool(ByteView)>& holds_words) {
  static const auto select = [](std::string_view persons) {
    return "SELECT m.id, w.words, (SELECT " + std::string(persons) + ")" + qualified_columns() +
           " FROM matter m LEFT JOIN matter_words w ON w.id = m.id WHERE m.matter = $1";
  };
  static const std::string kSqlite = select(
      "group_concat(lower(hex(o.person)) || o.is_turn, '') FROM (SELECT p.person, p.is_turn FROM matter_person p WHERE p.id = m.id ORDER BY "
      "p.person) o");
  static const std::string kPostgres =
      select("string_agg(encode(p.person, 'hex') || p.is_turn, '' ORDER BY p.person) FROM matter_person p WHERE p.id = m.id");
  Present out;
  Statement row = TRY(database.query(database.engine() == EngineKind::SQLITE ? kSqlite : kPostgres, matter));
  if (!TRY(row.step())) return out;
  out.id = row.column_int64(0);
  out.has_words = !row.column_is_null(1) && holds_words(row.column_blob(1));
  out.persons = row.column_text(2);
  out.changed = columns.changed(row, 3);
  return out;
}

// The same of what this program wrote itself, without asking the tables.
Present present_in(const WrittenRow& written, const Columns& columns, const Sha256& words) {
  return {written.id, columns.changed(Columns(written.row)), spell_persons(persons_of(written.row)), written.words == words};
}

Status put_persons(Database& database, std::int64_t id, const std::string& present, const std::map<PersonId, bool>& wanted) {
  if (present == spell_persons(wanted)) return {};
  TRY(database.post("DELETE FROM matter_person WHERE id = $1", id));
  for (const auto& [person, is_turn] : wanted)
    TRY(database.post("INSERT INTO matter_person (person, id, is_turn) VALUES ($1, $2, $3)", person, id, is_turn));
  return {};
}

Result<std::vector<std::int64_t>> present_terms(Database& database, std::int64_t id) {
  const auto row = TRY(first_row<Bytes>(database, "SELECT terms FROM matter_words WHERE id = $1", id));
  if (!row) return std::vector<std::int64_t>{};
  return unpack_terms(std::get<0>(*row));
}

// What comes is added to `later`.
Status change_terms(Database& database, std::int64_t id, const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after,
                    TermRows& later) {
  std::vector<std::int64_t> gone, come;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(come));
  const auto rows_of = [id](const std::vector<std::int64_t>& terms) {
    std::vector<std::vector<Value>> rows;
    for (const std::int64_t term : terms) rows.push_back({term, id});
    return rows;
  };
  TRY(database.run_each("DELETE FROM term WHERE term = $1 AND id = $2", rows_of(gone)));
  for (const std::int64_t term : come) later.push_back({term, id});
  return {};
}

Result<std::optional<std::int64_t>> id_of(Database& database, const MatterId& matter) {
  const auto row = TRY(first_row<std::int64_t>(database, "SELECT id FROM matter WHERE matter = $1", matter));
  return row ? std::optional(std::get<0>(*row)) : std::nullopt;
}

}  // namespace

std::string encode_row(const inquiry::MatterRow& row) { return json::encode_canonical(row); }

Result<inquiry::MatterRow> decode_row(std::string_view json) {
  auto row = json::decode_text<inquiry::MatterRow>(json);
  if (!row) return fail(Code::STORE_CORRUPT, "a matter's row is not of this program's form, rebuild: " + row.error().message, row.error().where);
  return std::move(*row);
}

std::string number_key(std::string_view number) {
  constexpr std::size_t kDigits = 10;
  if (number.empty()) return std::string(kLastCharacter);
  std::string out;
  for (std::size_t i = 0; i < number.size();) {
    std::size_t end = i;
    while (end < number.size() && number[end] >= '0' && number[end] <= '9') ++end;
    if (end == i) {
      out.push_back(number[i++]);
      continue;
    }
    if (end - i < kDigits) out.append(kDigits - (end - i), '0');
    out.append(number.substr(i, end - i));
    i = end;
  }
  return out;
}

std::string prefix_end(std::string_view prefix) { return std::string(prefix) + std::string(kLastCharacter); }

Bytes seal_terms(const MatterSeal& seal, const MatterId& matter, const inquiry::SearchTerms& terms) {
  return seal.seal(words_place(matter), json::encode_canonical(terms));
}

Result<inquiry::SearchTerms> open_terms(const MatterSeal& seal, const MatterId& matter, ByteView sealed) {
  auto terms = json::decode_text<inquiry::SearchTerms>(TRY(seal.open(words_place(matter), sealed)));
  if (!terms) return fail(Code::STORE_CORRUPT, "a matter's words are not of this program's form, rebuild");
  return std::move(*terms);
}

// Whether `sealed` opens with the present key and holds these words.
static bool holds_words(const MatterSeal& seal, const MatterId& matter, ByteView sealed, const inquiry::SearchTerms& terms) {
  const Result<std::string> present = seal.open(words_place(matter), sealed);
  return present && *present == json::encode_canonical(terms);
}

namespace {

// `present` is what stands in the tables; gives the id of the matter's row.
Result<std::int64_t> put_over(Database& database, const Present& present, const Columns& columns, const MatterId& matter, const MatterSeal& seal,
                              const inquiry::Projection& projection, const std::function<std::vector<std::int64_t>()>& terms, TermRows& later) {
  const std::int64_t id = present.id ? *present.id : TRY(insert_columns(database, matter, columns.values()));
  if (!present.changed.empty()) TRY(update_columns(database, id, columns.values(), present.changed));
  TRY(put_persons(database, id, present.persons, persons_of(projection.row)));
  const std::string doc = encode_row(projection.row);
  TRY(database.post("INSERT INTO matter_doc (id, doc) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc", id, doc));
  // Most acts change nothing of what a matter is found by.
  if (present.has_words) return id;
  const auto after = terms();
  TRY(change_terms(database, id, present.id ? TRY(present_terms(database, id)) : std::vector<std::int64_t>{}, after, later));
  const Bytes words = seal_terms(seal, matter, projection.terms);
  const Bytes packed = pack_terms(after);
  TRY(
      database.post("INSERT INTO matter_words (id, words, terms) VALUES ($1, $2, $3) "
                    "ON CONFLICT (id) DO UPDATE SET words = excluded.words, terms = excluded.terms",
                    id, words, packed));
  return id;
}

}  // namespace

Result<WrittenRow> put_projection(Database& database, const TermHasher& hasher, const MatterId& matter, const MatterSeal& seal,
                                  const inquiry::Projection& projection, const WrittenRow* before) {
  const Columns columns(projection.row);
  const Sha256 digest = words_digest(projection.terms);
  const Present present = before != nullptr ? present_in(*before, columns, digest) : TRY(present_of(database, matter, columns, [&](ByteView words) {
    return holds_words(seal, matter, words, projection.terms);
  }));
  TermRows later;
  const std::int64_t id =
      TRY(put_over(database, present, columns, matter, seal, projection, [&] { return hasher.terms_of(projection.terms); }, later));
  TRY(put_terms(database, std::move(later)));
  return WrittenRow{id, projection.row, digest};
}

Status put_projection(Database& database, const MatterId& matter, const inquiry::Projection& projection,
                      const std::function<std::vector<std::int64_t>()>& terms, TermRows& later) {
  const MatterSeal seal = TRY(MatterSeal::load_or_create(database, matter));
  const Columns columns(projection.row);
  const Present present =
      TRY(present_of(database, matter, columns, [&](ByteView words) { return holds_words(seal, matter, words, projection.terms); }));
  TRY(put_over(database, present, columns, matter, seal, projection, terms, later));
  return {};
}

namespace {

// As PostgreSQL writes an array.
std::string array_text(std::span<const std::int64_t> numbers) {
  std::string out = "{";
  for (const std::int64_t number : numbers) out += (out.size() == 1 ? "" : ",") + std::to_string(number);
  return out + "}";
}

}  // namespace

Result<Held> held(Database& database, const TermHasher& hasher, const MatterId& matter, const inquiry::Projection& projection) {
  Held out;
  const Result<MatterSeal> seal = MatterSeal::load(database, matter);
  const Present present = TRY(present_of(database, matter, Columns(projection.row),
                                         [&](ByteView words) { return seal && holds_words(*seal, matter, words, projection.terms); }));
  if (!present.id) return out;
  const std::int64_t id = *present.id;
  const auto doc = TRY(first_row<std::string>(database, "SELECT doc FROM matter_doc WHERE id = $1", id));
  out.row = present.changed.empty() && doc && std::get<0>(*doc) == encode_row(projection.row) &&
            present.persons == spell_persons(persons_of(projection.row));
  if (!present.has_words) return out;
  const Result<std::vector<std::int64_t>> packed = present_terms(database, id);
  out.terms = packed && hasher.is_entered(*packed, projection.terms);
  return out;
}

// In the order of the table, so that neighbours are written together.
Status put_terms(Database& database, TermRows rows) {
  std::sort(rows.begin(), rows.end());
  if (database.engine() == EngineKind::SQLITE) {
    std::vector<std::vector<Value>> values;
    values.reserve(rows.size());
    for (const auto& [term, id] : rows) values.push_back({term, id});
    TRY(database.run_each("INSERT INTO term (term, id) VALUES ($1, $2) ON CONFLICT (term, id) DO NOTHING", values));
    return {};
  }
  constexpr std::size_t kAtOnce = 10'000;
  std::vector<std::int64_t> terms, ids;
  for (std::size_t first = 0; first < rows.size(); first += kAtOnce) {
    terms.clear();
    ids.clear();
    for (std::size_t i = first; i < std::min(first + kAtOnce, rows.size()); ++i) {
      terms.push_back(rows[i][0]);
      ids.push_back(rows[i][1]);
    }
    TRY(
        database.post("INSERT INTO term (term, id) SELECT unnest(CAST($1 AS BIGINT[])), unnest(CAST($2 AS BIGINT[])) "
                      "ON CONFLICT (term, id) DO NOTHING",
                      array_text(terms), array_text(ids)));
  }
  return {};
}

Status drop_terms(Database& database, const MatterId& matter) {
  const auto id = TRY(id_of(database, matter));
  if (!id) return {};
  TermRows none;
  TRY(change_terms(database, *id, TRY(present_terms(database, *id)), {}, none));
  const MatterSeal seal = TRY(MatterSeal::load_or_create(database, matter));
  const Bytes words = seal_terms(seal, matter, {});
  TRY(database.post("UPDATE matter_words SET words = $2, terms = $3 WHERE id = $1", *id, words, ByteView{}));
  return {};
}

Status forget_terms(Database& database, const MatterId& matter) {
  const auto id = TRY(id_of(database, matter));
  if (!id) return {};
  if (const Result<std::vector<std::int64_t>> packed = present_terms(database, *id)) {
    TermRows none;
    TRY(change_terms(database, *id, *packed, {}, none));
  }
  TRY(database.post("UPDATE matter_words SET words = $2, terms = $2 WHERE id = $1", *id, ByteView{}));
  return {};
}

Status drop_projection(Database& database, const MatterId& matter) {
  const auto id = TRY(id_of(database, matter));
  if (!id) return {};
  TermRows none;
  TRY(change_terms(database, *id, TRY(present_terms(database, *id)), {}, none));
  TRY(database.post("DELETE FROM matter WHERE id = $1", *id));  // and with it matter_doc, matter_words and matter_person
  return {};
}

Result<inquiry::Projection> get_projection(Database& database, const MatterId& matter) {
  const auto row =
      TRY(first_row<std::string, Bytes>(database,
                                        "SELECT d.doc, w.words FROM matter m JOIN matter_doc d ON d.id = m.id JOIN matter_words w ON w.id = m.id "
                                        "WHERE m.matter = $1",
                                        matter));
  if (!row) return fail(Code::NOT_FOUND, "no such matter");
  const MatterSeal seal = TRY(MatterSeal::load(database, matter));
  return inquiry::Projection{TRY(decode_row(std::get<0>(*row))), TRY(open_terms(seal, matter, std::get<1>(*row)))};
}

Result<inquiry::MatterRow> get_row(Database& database, std::int64_t id) {
  const auto row = TRY(first_row<std::string>(database, "SELECT doc FROM matter_doc WHERE id = $1", id));
  if (!row) return fail(Code::NOT_FOUND, "no such matter");
  return decode_row(std::get<0>(*row));
}

}  // namespace warifu::store
