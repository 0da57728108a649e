#include "store/matter_find.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "store/matter_row.h"
#include "store/sql_text.h"

namespace warifu::store {
namespace {

using desk::MatterQuery;
using desk::Sort;

constexpr std::int64_t kTermCountMax = 2000;  // telling rare pairs from common ones
constexpr std::size_t kIdsAtOnce = 64;        // ids of one statement that reads rows
constexpr std::size_t kVerifiedAtOnce = 256;

struct Filter {
  SqlText condition;                                  // about m
  SqlText candidates;                                 // SELECT id …
  std::string_view column = {};                       // equal to one value
  std::optional<std::vector<std::int64_t>> ids = {};  // its matters, where they had to be found anyway
};

// An index to walk along: columns that are equal to one value, then the order's key.
struct WalkIndex {
  std::string_view name;
  Sort sort;
  std::array<std::string_view, 2> columns;
};
constexpr std::array<WalkIndex, 10> kWalkIndexes = {{{"matter_by_updated", Sort::NEWEST, {}},
                                                     {"matter_by_unit", Sort::NEWEST, {"unit"}},
                                                     {"matter_by_unit_state", Sort::NEWEST, {"unit", "state"}},
                                                     {"matter_by_state", Sort::NEWEST, {"state"}},
                                                     {"matter_by_provider_state", Sort::NEWEST, {"provider_state"}},
                                                     {"matter_by_counterparty", Sort::NEWEST, {"counterparty"}},
                                                     {"matter_by_due_key", Sort::DUE, {}},
                                                     {"matter_by_open_due", Sort::DUE, {"is_open"}},
                                                     {"matter_by_unit_open_due", Sort::DUE, {"unit", "is_open"}},
                                                     {"matter_by_unit_number", Sort::NUMBER, {"unit"}}}};
constexpr std::string_view kNumberIndex = "matter_by_number_key";

struct Order {
  std::string_view key, index;
  bool is_descending, is_number;
};

Order order_of(Sort sort) {
  switch (sort) {
    case Sort::NEWEST: return {"m.updated_us", "matter_by_updated", true, true};
    case Sort::DUE: return {"m.due_key", "matter_by_due_key", false, true};
    case Sort::NUMBER: return {"m.number_key", "matter_by_number_key", false, false};
  }
  CHECK_THAT(false);
}

template <class P>
Filter equals(std::string_view column, P value) {
  const std::string test = std::string(column) + " = ?";
  return {SqlText("m." + test, value), SqlText("SELECT id FROM matter WHERE " + test, value), column};
}

// One of several; P is the type of the column's values. Nothing given: no filter.
template <class P>
void add_any(std::vector<Filter>& filters, std::string_view column, std::vector<P> values, const SqlText& scope = {}) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.empty()) return;
  Filter filter;
  if (values.size() == 1) {
    filter = equals(column, values[0]);
  } else {
    const std::string test = std::string(column) + " IN ";
    filter.condition.add("m." + test).add_list(values);
    filter.candidates.add("SELECT id FROM matter WHERE " + test).add_list(values);
  }
  filter.candidates.add(scope);
  filters.push_back(std::move(filter));
}

template <class E>
void add_names(std::vector<Filter>& filters, std::string_view column, const std::vector<E>& values, const SqlText& scope) {
  std::vector<std::string> names;
  for (const E value : values) names.emplace_back(enum_text(value));
  add_any(filters, column, std::move(names), scope);
}

template <class Tag>
void add_id(std::vector<Filter>& filters, std::string_view column, const std::optional<Id<Tag>>& id) {
  if (id) filters.push_back(equals(column, param_of(*id)));
}

void add_prefix(std::vector<Filter>& filters, std::string_view column, const std::string& prefix) {
  if (prefix.empty()) return;
  const std::string c(column);
  const std::string end = prefix_end(prefix);
  filters.push_back({SqlText("m." + c + " >= ? AND m." + c + " <= ?", prefix, end),
                     SqlText("SELECT id FROM matter WHERE " + c + " >= ? AND " + c + " <= ?", prefix, end)});
}

void add_instants(std::vector<Filter>& filters, std::string_view column, std::optional<Time> from, std::optional<Time> until) {
  if (!from && !until) return;
  Filter filter;  // one for both ends: a week of a long life is few
  const auto add = [&](std::string_view comparison, Time at) {
    const bool is_first = filter.condition.is_empty();
    const std::string test = std::string(column) + std::string(comparison);
    filter.condition.add(is_first ? "m." + test : " AND m." + test, at.us);
    filter.candidates.add(is_first ? "SELECT id FROM matter WHERE " + test : " AND " + test, at.us);
  };
  if (from) add(" >= ?", *from);
  if (until) add(" < ?", *until);
  filters.push_back(std::move(filter));
}

// Named, or nobody is named and the role, if one is given, is right.
void add_turn(std::vector<Filter>& filters, const MatterQuery& query, const SqlText& scope) {
  if (!query.turn_person) {
    if (query.turn_role) add_any(filters, "turn_role", std::vector{std::string(enum_text(*query.turn_role))}, scope);
    return;
  }
  const Bytes person = param_of(*query.turn_person);
  Filter filter;
  filter.condition.add("(EXISTS (SELECT 1 FROM matter_person p WHERE p.person = ? AND p.id = m.id AND p.is_turn = 1)", person);
  filter.candidates.add("SELECT id FROM matter_person WHERE person = ? AND is_turn = 1", person);
  if (query.turn_role) {
    const std::string role(enum_text(*query.turn_role));
    filter.condition.add(" OR (m.is_named = 0 AND m.turn_role = ?)", role);
    filter.candidates.add(" UNION ALL SELECT id FROM matter WHERE turn_role = ? AND is_named = 0", role).add(scope);
  } else {
    filter.condition.add(" OR m.is_named = 0");
    filter.candidates = {};  // most matters: nothing to start from
  }
  filter.condition.add(")");
  filters.push_back(std::move(filter));
}

std::vector<Filter> filters_of(const MatterQuery& query) {
  std::vector<Filter> filters;
  std::vector<Bytes> units;
  for (const auto& unit : query.units) units.push_back(param_of(unit));
  // Matters of other units need not be gathered. The condition on the unit stands beside it in any case.
  SqlText scope;
  if (!units.empty()) scope.add(" AND unit IN ").add_list(units);
  add_id(filters, "case_id", query.case_id);
  add_id(filters, "in_charge", query.in_charge);
  add_id(filters, "drafter", query.drafter);
  add_turn(filters, query, scope);
  if (query.visible_to) {
    const Bytes person = param_of(*query.visible_to);
    filters.push_back({SqlText("EXISTS (SELECT 1 FROM matter_person v WHERE v.person = ? AND v.id = m.id)", person),
                       SqlText("SELECT id FROM matter_person WHERE person = ?", person)});
  }
  add_names(filters, "turn", query.turns, scope);
  add_names(filters, "state", query.states, scope);
  add_names(filters, "provider_state", query.provider_states, {});
  add_any(filters, "unit", std::move(units));
  if (query.counterparty) filters.push_back(equals("counterparty", query.counterparty->text()));
  add_prefix(filters, "case_number", query.case_number);
  add_prefix(filters, "number", query.number);
  add_instants(filters, "due_us", std::nullopt, query.due_before);
  add_instants(filters, "updated_us", query.updated_from, query.updated_until);
  add_instants(filters, "dispatched_us", query.dispatched_from, query.dispatched_until);
  if (query.is_open) filters.push_back(equals("is_open", std::int64_t{*query.is_open}));
  return filters;
}

SqlText has_term(std::int64_t term, std::string_view id) {
  return SqlText("EXISTS (SELECT 1 FROM term t WHERE t.term = ? AND t.id = " + std::string(id) + ")", term);
}

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

Result<std::vector<std::int64_t>> ids_of(Database& database, const SqlText& candidates) {
  Statement rows = TRY(candidates.prepare(database));
  return all_rows<std::int64_t>(rows, [](const Statement& row) { return row.column<std::int64_t>(0); });
}

// A word of the query, and what the index says about it.
struct FoundWord {
  std::vector<std::int64_t> pairs;  // rarest first, not more than are worth asking for: the words themselves decide in the end
  std::vector<std::int64_t> exact;  // selectors it could be and that are there at all
  std::int64_t rarest = 0;
};

Result<std::vector<std::int64_t>> terms_in_use(Database& database, const std::vector<std::int64_t>& terms) {
  std::vector<std::int64_t> used;
  for (const std::int64_t term : terms)
    if (TRY(size_of(database, SqlText("SELECT id FROM term WHERE term = ?", term), 1)) > 0) used.push_back(term);
  return used;
}

Result<FoundWord> look_up(Database& database, const SearchWord& word) {
  FoundWord found;
  found.exact = TRY(terms_in_use(database, word.exact_terms));
  std::vector<std::pair<std::int64_t, std::int64_t>> counted;
  for (const std::int64_t term : word.pair_terms)
    counted.emplace_back(TRY(size_of(database, SqlText("SELECT id FROM term WHERE term = ?", term), kTermCountMax)), term);
  std::sort(counted.begin(), counted.end());
  for (std::size_t i = 0; i < std::min(counted.size(), limits::kSearchPairsMax); ++i) found.pairs.push_back(counted[i].second);
  found.rarest = counted[0].first;
  return found;
}

// Matters that have all pairs of the word, or are named by it. Merged from sorted lists, so that it can stop at the limit.
SqlText word_candidates(const FoundWord& word, std::int64_t max) {
  SqlText sql;
  for (std::size_t i = 0; i < word.pairs.size(); ++i) sql.add(i == 0 ? "" : " INTERSECT ").add("SELECT id FROM term WHERE term = ?", word.pairs[i]);
  return sql.add(" ORDER BY id LIMIT ?", max);
}

SqlText word_condition(const FoundWord& word) {
  SqlText sql("((");
  for (std::size_t i = 0; i < word.pairs.size(); ++i) sql.add(i == 0 ? "" : " AND ").add(has_term(word.pairs[i], "m.id"));
  sql.add(")");
  for (const std::int64_t term : word.exact) sql.add(" OR ").add(has_term(term, "m.id"));
  return sql.add(")");
}

// The matters of a query's rarest word are where the search starts, unless they are too many to be sorted.
Result<Filter> search_filter(Database& database, const SearchQuery& search, std::int64_t few) {
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
  const FoundWord& start = *std::min_element(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.rarest < b.rarest; });
  std::vector<std::int64_t> ids = TRY(ids_of(database, word_candidates(start, few)));
  for (const auto* exact : {&whole, &start.exact}) {
    for (const std::int64_t term : *exact) {
      const auto more = TRY(ids_of(database, SqlText("SELECT id FROM term WHERE term = ? LIMIT ?", term, few)));
      ids.insert(ids.end(), more.begin(), more.end());
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (static_cast<std::int64_t>(ids.size()) < few) filter.ids = std::move(ids);
  return filter;
}

// Ids as one value of a statement, and the statement's part that takes them apart again.
SqlText table_of(EngineKind engine, const std::vector<std::int64_t>& ids) {
  std::string list;
  for (const std::int64_t id : ids) list += (list.empty() ? "" : ",") + std::to_string(id);
  if (engine == EngineKind::SQLITE) return SqlText("(SELECT value AS id FROM json_each(?)) c", "[" + list + "]");
  return SqlText("(SELECT unnest(CAST(? AS BIGINT[])) AS id) c", "{" + list + "}");
}

std::string cursor_of(Sort sort, const Hit& hit) {
  return to_base64url(bytes_of(std::to_string(static_cast<int>(sort)) + "\n" + std::to_string(hit.id) + "\n" + hit.key));
}

Result<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return fail(Code::BAD_VALUE, "not a cursor of this list", "/cursor");
  return value;
}

Result<std::optional<Hit>> parse_cursor(Sort sort, std::string_view cursor) {
  if (cursor.empty()) return std::optional<Hit>{};
  const auto bytes = from_base64url(cursor);
  if (!bytes) return fail(Code::BAD_VALUE, "not a cursor", "/cursor");
  const std::string_view text = text_of(*bytes);
  const std::string head = std::to_string(static_cast<int>(sort)) + "\n";
  const std::size_t end = text.find('\n', head.size());
  if (!text.starts_with(head) || end == std::string_view::npos) return fail(Code::BAD_VALUE, "not a cursor of this list", "/cursor");
  Hit hit{TRY(parse_number(text.substr(head.size(), end - head.size()))), std::string(text.substr(end + 1))};
  if (order_of(sort).is_number) TRY(parse_number(hit.key));
  if (hit.key.find('\0') != std::string::npos) return fail(Code::BAD_VALUE, "not a cursor", "/cursor");
  return std::optional<Hit>(std::move(hit));
}

// "($1, $2, …)" for as many ids as one statement takes; missing ones are -1, which no row has.
SqlText by_ids(std::string_view select, const std::vector<std::int64_t>& ids, std::size_t first) {
  std::vector<std::int64_t> padded(kIdsAtOnce, -1);
  for (std::size_t i = 0; i < kIdsAtOnce && first + i < ids.size(); ++i) padded[i] = ids[first + i];
  SqlText sql(select);
  return sql.add_list(padded);
}

}  // namespace

struct MatterFinder::Plan {
  Sort sort = Sort::NEWEST;
  Order order;
  std::vector<Filter> filters;
  std::optional<std::vector<std::int64_t>> gathered;  // start from these matters
  std::string_view walk_index;                        // or walk along this index
  std::vector<bool> is_walked;                        // per filter: the index stands for it
  SearchQuery search;

  SqlText walk(EngineKind engine) const {
    SqlText sql(" FROM matter m");
    if (engine == EngineKind::SQLITE) sql.add(" INDEXED BY " + std::string(walk_index));
    return sql.add(" WHERE 1 = 1");
  }
  SqlText matters(EngineKind engine) const {
    SqlText sql;
    if (gathered)
      sql.add(" FROM ").add(table_of(engine, *gathered)).add(" CROSS JOIN matter m WHERE m.id = c.id");
    else
      sql = walk(engine);
    for (const auto& filter : filters) sql.add(" AND ").add(filter.condition);
    return sql;
  }
  bool is_wholly_walked() const {
    return std::ranges::all_of(is_walked, [](bool walked) { return walked; });
  }
};

Result<MatterFinder::Plan> MatterFinder::plan(const MatterQuery& query) {
  Plan plan;
  plan.sort = query.sort;
  plan.order = order_of(query.sort);
  plan.filters = filters_of(query);
  plan.search = TRY(hasher_.query_of(query.text));
  if (!plan.search.is_empty()) plan.filters.push_back(TRY(search_filter(database_, plan.search, few_)));
  TRY(choose_start(plan));
  return plan;
}

Status MatterFinder::choose_start(Plan& plan) {
  plan.walk_index = plan.sort == Sort::NUMBER ? kNumberIndex : plan.order.index;
  plan.is_walked.assign(plan.filters.size(), false);
  const auto filter_of = [&](std::string_view column) {
    return std::find_if(plan.filters.begin(), plan.filters.end(), [&](const Filter& filter) { return filter.column == column; });
  };
  std::size_t most = 0;
  for (const WalkIndex& index : kWalkIndexes) {
    std::vector<bool> walked(plan.filters.size(), false);
    std::size_t columns = 0;
    bool fits = index.sort == plan.sort;
    for (const std::string_view column : index.columns) {
      if (column.empty()) continue;
      const auto found = filter_of(column);
      fits = fits && found != plan.filters.end();
      if (!fits) break;
      walked[static_cast<std::size_t>(found - plan.filters.begin())] = true;
      ++columns;
    }
    if (!fits || columns <= most) continue;  // of equals the first
    most = columns;
    plan.walk_index = index.name;
    plan.is_walked = std::move(walked);
  }
  if (plan.is_wholly_walked()) return {};
  std::int64_t least = few_;
  const Filter* best = nullptr;
  for (const auto& filter : plan.filters) {
    if (!filter.ids && filter.candidates.is_empty()) continue;
    const std::int64_t count = filter.ids ? static_cast<std::int64_t>(filter.ids->size()) : TRY(size_of(database_, filter.candidates, least));
    if (count >= least) continue;
    least = count;
    best = &filter;
  }
  if (best != nullptr) plan.gathered = best->ids ? *best->ids : TRY(ids_of(database_, best->candidates));
  return {};
}

Result<std::vector<Hit>> MatterFinder::candidates(const Plan& plan, const std::optional<Hit>& after, std::size_t max) {
  const std::string key(plan.order.key);
  const std::string direction = plan.order.is_descending ? " DESC" : "";
  SqlText sql("SELECT m.id, " + key);
  sql.add(plan.matters(database_.engine()));
  if (after) {
    sql.add(" AND (" + key + ", m.id) " + (plan.order.is_descending ? "<" : ">") + " (?, ?)");
    if (plan.order.is_number)
      sql.add("", TRY(parse_number(after->key)), after->id);
    else
      sql.add("", after->key, after->id);
  }
  sql.add(" ORDER BY " + key + direction + ", m.id" + direction + " LIMIT ?", static_cast<std::int64_t>(max));
  Statement rows = TRY(sql.prepare(database_));
  const bool is_number = plan.order.is_number;
  return all_rows<Hit>(rows, [is_number](const Statement& row) -> Result<Hit> {
    return Hit{row.column_int64(0), is_number ? std::to_string(row.column_int64(1)) : std::string(row.column_text(1))};
  });
}

Result<std::vector<Hit>> MatterFinder::verified(const Plan& plan, const std::vector<Hit>& found) {
  std::vector<std::int64_t> ids;
  for (const auto& hit : found) ids.push_back(hit.id);
  std::unordered_map<std::int64_t, bool> is_match;
  for (std::size_t first = 0; first < ids.size(); first += kIdsAtOnce) {
    const SqlText sql = by_ids(
        "SELECT m.id, m.matter, d.words, k.key FROM matter m JOIN matter_doc d ON d.id = m.id JOIN matter_key k ON k.matter = m.matter "
        "WHERE m.id IN ",
        ids, first);
    Statement rows = TRY(sql.prepare(database_));
    while (TRY(rows.step())) {
      const MatterSeal seal = TRY(MatterSeal::from_key(rows.column_blob(3)));
      is_match[rows.column_int64(0)] = plan.search.matches(TRY(open_terms(seal, TRY(rows.column<MatterId>(1)), rows.column_blob(2))));
    }
  }
  std::vector<Hit> out;
  for (const auto& hit : found)
    if (is_match[hit.id]) out.push_back(hit);
  return out;
}

Result<MatterFinder::Compared> MatterFinder::compared(const Plan& plan, const std::optional<Hit>& after, std::size_t max, bool is_bounded) {
  Compared out;
  out.last = after;
  const std::size_t at_once = is_bounded ? std::min(kVerifiedAtOnce, bounds_.compared_max) : kVerifiedAtOnce;
  for (std::size_t looked_at = 0; !is_bounded || looked_at < bounds_.compared_max;) {
    const auto found = TRY(candidates(plan, out.last, at_once));
    looked_at += found.size();
    for (auto& hit : TRY(verified(plan, found))) {
      out.last = hit;
      out.hits.push_back(std::move(hit));
      if (out.hits.size() == max) return out;
    }
    if (found.size() < at_once) {
      out.last.reset();
      return out;
    }
    out.last = found.back();
  }
  return out;
}

Result<std::vector<Hit>> MatterFinder::hits(const Plan& plan, const std::optional<Hit>& after, std::size_t max) {
  if (!plan.search.needs_text()) return candidates(plan, after, max);
  return TRY(compared(plan, after, max, false)).hits;
}

// Of what the index walked along does not settle, a bounded part is looked at: the newest, or those due first.
Result<Counted> MatterFinder::count(const Plan& plan, bool is_bounded) {
  constexpr std::size_t kMax = limits::kCountCap + 1;
  if (plan.search.needs_text()) {
    const Compared found = TRY(compared(plan, std::nullopt, kMax, is_bounded));
    return Counted{found.hits.size(), found.last.has_value() && found.hits.size() < kMax};
  }
  if (plan.gathered || plan.is_wholly_walked() || !is_bounded) {
    SqlText sql("SELECT count(*) FROM (SELECT 1");
    sql.add(plan.matters(database_.engine())).add(" LIMIT ?) n", static_cast<std::int64_t>(kMax));
    return Counted{static_cast<std::size_t>(TRY(number_in(database_, sql))), false};
  }
  const auto effort = static_cast<std::int64_t>(bounds_.count_effort);
  SqlText walked = plan.walk(database_.engine());
  for (std::size_t i = 0; i < plan.filters.size(); ++i)
    if (plan.is_walked[i]) walked.add(" AND ").add(plan.filters[i].condition);
  SqlText sql("SELECT count(*) FROM (SELECT 1 FROM (SELECT m.*");
  sql.add(walked).add(" ORDER BY " + std::string(plan.order.key) + (plan.order.is_descending ? " DESC" : "") + " LIMIT ?) m WHERE 1 = 1", effort);
  for (std::size_t i = 0; i < plan.filters.size(); ++i)
    if (!plan.is_walked[i]) sql.add(" AND ").add(plan.filters[i].condition);
  sql.add(" LIMIT ?) n", static_cast<std::int64_t>(kMax));
  const auto found = static_cast<std::size_t>(TRY(number_in(database_, sql)));
  if (found == kMax) return Counted{found, false};
  SqlText all("SELECT count(*) FROM (SELECT 1");
  all.add(walked).add(" LIMIT ?) n", effort + 1);
  return Counted{found, TRY(number_in(database_, all)) > effort};
}

Result<std::size_t> MatterFinder::count(const MatterQuery& query) { return TRY(count(TRY(plan(query)), false)).count; }

Result<desk::MatterPage> MatterFinder::page(const MatterQuery& query) {
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, limits::kPageRowsMax);
  const auto after = TRY(parse_cursor(query.sort, query.cursor));
  const Plan plan = TRY(this->plan(query));
  std::vector<Hit> found;
  desk::MatterPage page;
  if (plan.search.needs_text()) {
    // Compared up to the bound even when the page is full: what is compared is counted.
    Compared looked = TRY(compared(plan, after, limits::kCountCap + 1, true));
    found = std::move(looked.hits);
    page.count = found.size();
    page.is_count_least = looked.last.has_value() && found.size() <= limits::kCountCap;
    if (looked.last && found.size() <= limit) page.next = cursor_of(query.sort, *looked.last);
  } else {
    found = TRY(hits(plan, after, limit + 1));
  }
  if (found.size() > limit) {
    found.resize(limit);
    page.next = cursor_of(query.sort, found.back());
  }
  std::vector<std::int64_t> ids;
  for (const auto& hit : found) ids.push_back(hit.id);
  page.rows = TRY(rows(ids));
  if (!after && page.next.empty()) {
    page.count = page.rows.size();
  } else if (after || !plan.search.needs_text()) {
    const Counted counted = TRY(count(plan, true));
    page.count = std::max(counted.count, page.rows.size());
    page.is_count_least = counted.is_least;
  }
  return page;
}

Result<std::vector<std::int64_t>> MatterFinder::every_id(const MatterQuery& query) {
  constexpr std::size_t kAtOnce = 1000;
  const Plan plan = TRY(this->plan(query));
  std::vector<std::int64_t> ids;
  std::optional<Hit> from;
  for (;;) {
    const auto found = TRY(hits(plan, from, kAtOnce));
    for (const auto& hit : found) ids.push_back(hit.id);
    if (found.size() < kAtOnce) return ids;
    from = found.back();
  }
}

Result<std::vector<inquiry::MatterRow>> MatterFinder::rows(const std::vector<std::int64_t>& ids) {
  std::vector<inquiry::MatterRow> out;
  for (std::size_t first = 0; first < ids.size(); first += kIdsAtOnce) {
    const SqlText sql = by_ids("SELECT id, doc FROM matter_doc WHERE id IN ", ids, first);
    Statement found = TRY(sql.prepare(database_));
    std::unordered_map<std::int64_t, inquiry::MatterRow> by_id;
    while (TRY(found.step())) by_id.emplace(found.column_int64(0), TRY(decode_row(found.column_text(1))));
    for (std::size_t i = first; i < std::min(first + kIdsAtOnce, ids.size()); ++i)
      if (const auto row = by_id.find(ids[i]); row != by_id.end()) out.push_back(std::move(row->second));
  }
  return out;
}

}  // namespace warifu::store
