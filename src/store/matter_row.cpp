#include "store/matter_row.h"

#include <algorithm>
#include <iterator>

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

constexpr std::string_view kUpsert =
    "INSERT INTO matter (matter, state, provider_state, turn, turn_role, is_named, unit, in_charge, drafter, case_id, case_number, number, "
    "number_key, "
    "counterparty, due_us, due_key, updated_us, dispatched_us, is_open) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) "
    "ON CONFLICT (matter) DO UPDATE SET state = excluded.state, provider_state = excluded.provider_state, turn = excluded.turn, "
    "turn_role = excluded.turn_role, is_named = excluded.is_named, unit = excluded.unit, in_charge = excluded.in_charge, drafter = excluded.drafter, "
    "case_id = excluded.case_id, case_number = excluded.case_number, number = excluded.number, number_key = excluded.number_key, "
    "counterparty = excluded.counterparty, due_us = excluded.due_us, due_key = excluded.due_key, updated_us = excluded.updated_us, "
    "dispatched_us = excluded.dispatched_us, is_open = excluded.is_open RETURNING id";

constexpr std::string_view kLastCharacter = "\xF4\x8F\xBF\xBF";  // U+10FFFF

std::string words_place(const MatterId& matter) { return "words " + matter.hex(); }

Result<std::int64_t> put_columns(Database& database, const MatterId& matter, const inquiry::MatterRow& row) {
  const std::string key = number_key(row.number);
  const std::optional<std::string_view> role = row.turn_role ? std::optional(enum_text(*row.turn_role)) : std::nullopt;
  const bool is_named = !row.turn_persons.empty();
  const std::int64_t due = row.due_at ? row.due_at->us : kNeverDue;
  const std::int64_t due_key = row.due ? tokyo_midnight(*row.due).us : kNeverDue;
  return one_value<std::int64_t>(database, kUpsert, matter, enum_text(row.state), enum_text(row.provider_state), enum_text(row.turn), role, is_named,
                                 row.unit, row.in_charge, row.drafter, row.case_id, row.case_number, row.number, key, row.counterparty.text(), due,
                                 due_key, row.updated, row.dispatched, row.is_open);
}

Status put_persons(Database& database, std::int64_t id, const inquiry::MatterRow& row) {
  TRY(database.run("DELETE FROM matter_person WHERE id = $1", id));
  const auto put = [&](const PersonId& person, bool is_turn) -> Status {
    TRY(database.run("INSERT INTO matter_person (person, id, is_turn) VALUES ($1, $2, $3) ON CONFLICT (person, id) DO NOTHING", person, id, is_turn));
    return {};
  };
  for (const auto& person : row.turn_persons) TRY(put(person, true));
  if (row.drafter) TRY(put(*row.drafter, false));
  if (row.in_charge) TRY(put(*row.in_charge, false));
  for (const auto& person : row.assigned) TRY(put(person, false));
  return {};
}

Result<std::vector<std::int64_t>> present_terms(Database& database, std::int64_t id) {
  const auto row = TRY(first_row<Bytes>(database, "SELECT terms FROM matter_doc WHERE id = $1", id));
  if (!row) return std::vector<std::int64_t>{};
  return unpack_terms(std::get<0>(*row));
}

Status change_terms(Database& database, std::int64_t id, const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after) {
  std::vector<std::int64_t> gone, come;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(come));
  const auto rows_of = [id](const std::vector<std::int64_t>& terms) {
    std::vector<std::vector<Value>> rows;
    for (const std::int64_t term : terms) rows.push_back({term, id});
    return rows;
  };
  TRY(database.run_each("DELETE FROM term WHERE term = $1 AND id = $2", rows_of(gone)));
  TRY(database.run_each("INSERT INTO term (term, id) VALUES ($1, $2) ON CONFLICT (term, id) DO NOTHING", rows_of(come)));
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

Status put_projection(Database& database, const TermHasher& hasher, const MatterId& matter, const inquiry::Projection& projection) {
  const std::int64_t id = TRY(put_columns(database, matter, projection.row));
  TRY(put_persons(database, id, projection.row));
  const auto before = TRY(present_terms(database, id));
  const auto after = hasher.terms_of(projection.terms);
  TRY(change_terms(database, id, before, after));
  const MatterSeal seal = TRY(MatterSeal::load_or_create(database, matter));
  const std::string doc = encode_row(projection.row);
  const Bytes words = seal_terms(seal, matter, projection.terms);
  const Bytes packed = pack_terms(after);
  TRY(
      database.run("INSERT INTO matter_doc (id, doc, words, terms) VALUES ($1, $2, $3, $4) "
                   "ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, words = excluded.words, terms = excluded.terms",
                   id, doc, words, packed));
  return {};
}

Status drop_terms(Database& database, const MatterId& matter) {
  const auto id = TRY(id_of(database, matter));
  if (!id) return {};
  TRY(change_terms(database, *id, TRY(present_terms(database, *id)), {}));
  const MatterSeal seal = TRY(MatterSeal::load_or_create(database, matter));
  const Bytes words = seal_terms(seal, matter, {});
  TRY(database.run("UPDATE matter_doc SET words = $2, terms = $3 WHERE id = $1", *id, words, ByteView{}));
  return {};
}

Status drop_projection(Database& database, const MatterId& matter) {
  const auto id = TRY(id_of(database, matter));
  if (!id) return {};
  TRY(change_terms(database, *id, TRY(present_terms(database, *id)), {}));
  TRY(database.run("DELETE FROM matter WHERE id = $1", *id));  // and with it matter_doc and matter_person
  return {};
}

Result<inquiry::Projection> get_projection(Database& database, const MatterId& matter) {
  const auto row = TRY(
      first_row<std::string, Bytes>(database, "SELECT d.doc, d.words FROM matter m JOIN matter_doc d ON d.id = m.id WHERE m.matter = $1", matter));
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
