#include "store/matter_filter.h"

#include <algorithm>

#include "base/limits.h"
#include "store/matter_row.h"

namespace warifu::store {
namespace {

using desk::MatterQuery;

constexpr std::int64_t kTermRowsMax = 2'000;  // a part of a word that stands in more matters is nothing to start from

template <class P>
Filter equals(std::string_view column, P value, std::string_view index) {
  return {.condition = SqlText("m." + std::string(column) + " = ?", value), .column = column, .values = {std::move(value)}, .index = index};
}

// One of several; P is the type of the column's values. Nothing given: no filter.
template <class P>
void add_any(std::vector<Filter>& filters, std::string_view column, std::vector<P> values, std::string_view index, const SqlText& scope = {}) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.empty()) return;
  Filter filter;
  if (values.size() == 1) {
    filter = equals(column, values[0], index);
  } else {
    filter.condition.add("m." + std::string(column) + " IN ").add_list(values);
    filter.column = column;
    filter.values.assign(values.begin(), values.end());
    filter.index = index;
  }
  filter.scope = scope;
  filters.push_back(std::move(filter));
}

template <class E>
std::vector<std::string> names_of(const std::vector<E>& values) {
  std::vector<std::string> names;
  for (const E value : values) names.emplace_back(enum_text(value));
  return names;
}

SqlText matters_of_person(const Bytes& person) { return SqlText("SELECT id FROM matter_person WHERE person = ?", person); }

// Who is in charge of a matter or drafted it stands among its persons, too.
void add_person(std::vector<Filter>& filters, std::string_view column, const std::optional<PersonId>& person) {
  if (!person) return;
  Filter filter = equals(column, param_of(*person), {});
  filter.finder = matters_of_person(param_of(*person));
  filters.push_back(std::move(filter));
}

void add_prefix(std::vector<Filter>& filters, std::string_view column, const std::string& prefix, std::string_view index) {
  if (prefix.empty()) return;
  const std::string c(column);
  filters.push_back({.condition = SqlText("m." + c + " >= ? AND m." + c + " <= ?", prefix, prefix_end(prefix)), .index = index});
}

void add_instants(std::vector<Filter>& filters, std::string_view column, std::optional<Time> from, std::optional<Time> until, std::string_view index,
                  const SqlText& scope = {}) {
  if (!from && !until) return;
  const std::string m = "m." + std::string(column);
  Filter filter;  // one for both ends: a week of a long life is few
  if (from) filter.condition.add(m + " >= ?", from->us);
  if (from && until) filter.condition.add(" AND ");
  if (until) filter.condition.add(m + " < ?", until->us);
  filter.column = column;
  filter.index = index;
  filter.scope = scope;
  filters.push_back(std::move(filter));
}

// What is never due does not stand in the indexes; the condition is said as they say it, so that both engines may use them.
void add_due(std::vector<Filter>& filters, std::optional<Time> before, const SqlText& scope) {
  if (!before) return;
  filters.push_back({.condition = SqlText("m.due_us < ? AND m.due_us <> " + std::to_string(kNeverDue), before->us),
                     .index = scope.is_empty() ? "matter_by_due" : "matter_by_unit_due",
                     .scope = scope});
}

// Likewise: an agency's matters have no state at a provider.
void add_provider_states(std::vector<Filter>& filters, const MatterQuery& query) {
  if (query.provider_states.empty()) return;
  const bool is_any_none = std::ranges::find(query.provider_states, inquiry::ProviderState::NONE) != query.provider_states.end();
  add_any(filters, "provider_state", names_of(query.provider_states), is_any_none ? "" : "matter_by_provider_state");
  if (!is_any_none) filters.back().condition.add(" AND m.provider_state <> 'NONE'");
}

// Named, or nobody is named and the role, if one is given, is right.
void add_turn(std::vector<Filter>& filters, const MatterQuery& query, const SqlText& scope) {
  if (!query.turn_person) {
    if (query.turn_role) add_any(filters, "turn_role", std::vector{std::string(enum_text(*query.turn_role))}, "matter_by_turn_role", scope);
    return;
  }
  const Bytes person = param_of(*query.turn_person);
  Filter filter;
  filter.condition.add("(EXISTS (SELECT 1 FROM matter_person p WHERE p.person = ? AND p.id = m.id AND p.is_turn = 1 LIMIT 1 OFFSET 0)", person);
  if (query.turn_role) {
    const std::string role(enum_text(*query.turn_role));
    filter.condition.add(" OR (m.is_named = 0 AND m.turn_role = ?)", role);
    filter.finder = matters_of_person(person).add(" AND is_turn = 1");
    filter.finder.add(" UNION ALL SELECT m.id FROM matter m WHERE m.turn_role = ? AND m.is_named = 0", role).add(scope);
  } else {
    filter.condition.add(" OR m.is_named = 0");  // most matters: nothing to start from
  }
  filter.condition.add(")");
  filters.push_back(std::move(filter));
}

// The limit, here and with persons, keeps PostgreSQL from reading all matters of a common term into a table, to look at a few of them.
SqlText has_term(std::int64_t term, std::string_view id) {
  return SqlText("EXISTS (SELECT 1 FROM term t WHERE t.term = ? AND t.id = " + std::string(id) + " LIMIT 1 OFFSET 0)", term);
}

SqlText with_term(std::int64_t term) { return SqlText("SELECT id FROM term WHERE term = ?", term); }

Result<std::vector<std::int64_t>> ids_of(Database& database, const SqlText& candidates) {
  Statement rows = TRY(candidates.prepare(database));
  return all_rows<std::int64_t>(rows, [](const Statement& row) { return row.column<std::int64_t>(0); });
}

// A word of the query, and what the index says about it.
struct FoundWord {
  std::vector<std::int64_t> parts;  // rarest first, not more than are worth asking for: the words themselves decide in the end
  std::vector<std::int64_t> exact;  // selectors it could be and that are there at all
  std::int64_t rarest = kTermRowsMax;
};

Result<std::vector<std::int64_t>> terms_in_use(Database& database, const std::vector<std::int64_t>& terms) {
  std::vector<std::int64_t> used;
  for (const std::int64_t term : terms)
    if (TRY(size_of(database, with_term(term), 1)) > 0) used.push_back(term);
  return used;
}

// Whether one part is rarer than those before is all that is asked, so that counting stops there.
Result<FoundWord> look_up(Database& database, const SearchWord& word) {
  FoundWord found;
  found.exact = TRY(terms_in_use(database, word.exact_terms));
  std::vector<std::pair<std::int64_t, std::int64_t>> counted;
  for (const std::int64_t term : word.part_terms) {
    counted.emplace_back(TRY(size_of(database, with_term(term), found.rarest + 1)), term);
    found.rarest = std::min(found.rarest, counted.back().first);
  }
  std::ranges::stable_sort(counted, {}, &std::pair<std::int64_t, std::int64_t>::first);
  for (std::size_t i = 0; i < std::min(counted.size(), limits::kSearchPairsMax); ++i) found.parts.push_back(counted[i].second);
  return found;
}

// Matters that have the rarest part of the word and the others, too.
SqlText word_finder(const FoundWord& word) {
  SqlText sql("SELECT c.id FROM term c WHERE c.term = ?", word.parts[0]);
  for (std::size_t i = 1; i < word.parts.size(); ++i) sql.add(" AND ").add(has_term(word.parts[i], "c.id"));
  return sql;
}

SqlText word_condition(const FoundWord& word) {
  SqlText sql("((");
  for (std::size_t i = 0; i < word.parts.size(); ++i) sql.add(i == 0 ? "" : " AND ").add(has_term(word.parts[i], "m.id"));
  sql.add(")");
  for (const std::int64_t term : word.exact) sql.add(" OR ").add(has_term(term, "m.id"));
  return sql.add(")");
}

}  // namespace

Result<std::int64_t> number_in(Database& database, const SqlText& sql) {
  Statement statement = TRY(sql.prepare(database));
  if (!TRY(statement.step())) return fail(Code::INTERNAL, "a count without a row");
  return statement.column<std::int64_t>(0);
}

Result<std::int64_t> size_of(Database& database, const SqlText& candidates, std::int64_t max) {
  SqlText sql("SELECT count(*) FROM (");
  sql.add(candidates).add(" LIMIT ?) c", max);
  return number_in(database, sql);
}

std::vector<Filter> filters_of(const MatterQuery& query) {
  std::vector<Filter> filters;
  std::vector<Bytes> units;
  for (const auto& unit : query.units) units.push_back(param_of(unit));
  // Matters of other units need not be gathered. The condition on the unit stands beside it in any case.
  SqlText scope;
  if (!units.empty()) scope.add(" AND m.unit IN ").add_list(units);
  if (query.case_id) filters.push_back(equals("case_id", param_of(*query.case_id), "matter_by_case"));
  add_person(filters, "in_charge", query.in_charge);
  add_person(filters, "drafter", query.drafter);
  add_turn(filters, query, scope);
  if (query.visible_to) {
    const Bytes person = param_of(*query.visible_to);
    filters.push_back({.condition = SqlText("EXISTS (SELECT 1 FROM matter_person v WHERE v.person = ? AND v.id = m.id)", person),
                       .finder = matters_of_person(person)});
  }
  add_any(filters, "turn", names_of(query.turns), "matter_by_turn", scope);
  add_any(filters, "state", names_of(query.states), "matter_by_state", scope);
  add_provider_states(filters, query);
  add_any(filters, "unit", std::move(units), "matter_by_unit");
  if (query.counterparty) filters.push_back(equals("counterparty", param_of(query.counterparty->text()), "matter_by_counterparty"));
  add_prefix(filters, "case_number", query.case_number, "matter_by_case_number");
  add_prefix(filters, "number", query.number, "matter_by_number");
  add_due(filters, query.due_before, scope);
  add_instants(filters, "updated_us", query.updated_from, query.updated_until, scope.is_empty() ? "matter_by_updated" : "matter_by_unit", scope);
  add_instants(filters, "dispatched_us", query.dispatched_from, query.dispatched_until, "matter_by_dispatched");
  if (query.is_open) filters.push_back(equals("is_open", std::int64_t{*query.is_open}, "matter_by_open_due"));
  return filters;
}

Result<Filter> search_filter(Database& database, const SearchQuery& search) {
  const auto whole = TRY(terms_in_use(database, search.exact_terms));
  std::vector<FoundWord> words;
  for (const auto& word : search.words) words.push_back(TRY(look_up(database, word)));
  CHECK_THAT(!words.empty());
  Filter filter;
  filter.condition.add("((");
  for (std::size_t i = 0; i < words.size(); ++i) filter.condition.add(i == 0 ? "" : " AND ").add(word_condition(words[i]));
  filter.condition.add(")");
  for (const std::int64_t term : whole) filter.condition.add(" OR ").add(has_term(term, "m.id"));
  filter.condition.add(")");
  const FoundWord& start = *std::ranges::min_element(words, {}, &FoundWord::rarest);
  if (start.rarest >= kTermRowsMax) return filter;
  std::vector<std::int64_t> ids = TRY(ids_of(database, word_finder(start)));
  for (const auto* exact : {&whole, &start.exact}) {
    for (const std::int64_t term : *exact) {
      const auto more = TRY(ids_of(database, with_term(term).add(" LIMIT ?", kTermRowsMax)));
      if (static_cast<std::int64_t>(more.size()) == kTermRowsMax) return filter;
      ids.insert(ids.end(), more.begin(), more.end());
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  filter.ids = std::move(ids);
  return filter;
}

}  // namespace warifu::store
