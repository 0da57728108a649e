#include "store/matter_find.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <unordered_map>

#include "store/matter_filter.h"
#include "store/matter_row.h"

namespace warifu::store {
namespace {

using desk::MatterQuery;
using desk::Sort;

constexpr std::size_t kIdsAtOnce = 64;  // ids of one statement that reads rows
constexpr std::size_t kVerifiedAtOnce = 256;
constexpr std::size_t kWalksMax = 64;  // merged; of more units the whole order is walked

// An index to walk along: columns that are equal to one value, then the order's key and the id. What else stands in it spares reading the rows.
struct WalkIndex {
  std::string_view name;
  Sort sort;
  std::array<std::string_view, 2> columns;
};
constexpr std::array<WalkIndex, 6> kWalkIndexes = {{{"matter_by_updated", Sort::NEWEST, {}},
                                                    {"matter_by_unit", Sort::NEWEST, {"unit"}},
                                                    {"matter_by_open_due", Sort::DUE, {"is_open"}},
                                                    {"matter_by_unit_open_due", Sort::DUE, {"unit", "is_open"}},
                                                    {"matter_by_number_key", Sort::NUMBER, {}},
                                                    {"matter_by_unit_number", Sort::NUMBER, {"unit"}}}};

struct Order {
  std::string_view column;
  bool is_descending, is_number;
};

Order order_of(Sort sort) {
  switch (sort) {
    case Sort::NEWEST: return {"updated_us", true, true};
    case Sort::DUE: return {"due_key", false, true};
    case Sort::NUMBER: return {"number_key", false, false};
  }
  CHECK_THAT(false);
}

// Ids as one value of a statement, and the statement's part that takes them apart again.
SqlText table_of(EngineKind engine, const std::vector<std::int64_t>& ids) {
  std::string list;
  for (const std::int64_t id : ids) list += (list.empty() ? "" : ",") + std::to_string(id);
  if (engine == EngineKind::SQLITE) return SqlText("SELECT value AS id FROM json_each(?)", "[" + list + "]");
  return SqlText("SELECT unnest(CAST(? AS BIGINT[])) AS id", "{" + list + "}");
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

// Of a key that was made from a number, or passed parse_cursor().
std::int64_t number_of(std::string_view key) { return parse_number(key).value_or(0); }

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

// Of a column with a known few values every value can be walked, where the query asks for none of them.
std::vector<SqlText::Param> every_value(std::string_view column) {
  if (column == "is_open") return {std::int64_t{0}, std::int64_t{1}};
  return {};
}

SqlText matter_table(EngineKind engine, std::string_view index) {
  SqlText sql(" FROM matter m");
  // Not for SQLite to choose.
  if (engine == EngineKind::SQLITE) sql.add(" INDEXED BY " + std::string(index));
  return sql;
}

}  // namespace

struct MatterFinder::Plan {
  Sort sort = Sort::NEWEST;
  Order order;
  EngineKind engine = EngineKind::SQLITE;
  std::vector<Filter> filters;
  SearchQuery search;
  // What is walked along: an index, once for each of the conditions.
  std::string_view walk_index;
  std::vector<SqlText> walks;
  SqlText residual;  // what these walks leave to be asked of every row; empty: nothing
  // Or what finds fewest, and what it found, in order.
  std::optional<std::size_t> start;  // of the filters
  std::optional<std::vector<Hit>> gathered;

  [[nodiscard]] std::string key() const { return "m." + std::string(order.column); }
  [[nodiscard]] std::string direction() const { return order.is_descending ? " DESC" : ""; }
  // "… ORDER BY key, id", of statements that give the id and then the key.
  [[nodiscard]] std::string in_order() const { return " ORDER BY 2" + direction() + ", 1" + direction(); }

  // What the start finds, all conditions met. The index gives the rows at once; ids lead to them one by one.
  [[nodiscard]] SqlText from_start() const {
    const Filter& first = filters[*start];
    SqlText sql;
    if (!first.ids && first.finder.is_empty()) {
      sql = matter_table(engine, first.index).add(" WHERE 1 = 1").add(first.scope);
    } else {
      sql.add(" FROM (").add(first.ids ? table_of(engine, *first.ids) : first.finder);
      sql.add(") c CROSS JOIN matter m WHERE m.id = c.id");
    }
    for (const Filter& filter : filters) sql.add(" AND ").add(filter.condition);
    return sql;
  }
  // `select` of every walk. SQLite merges walks that are each in order by itself; PostgreSQL when each of them is asked for in order.
  [[nodiscard]] SqlText walk(const SqlText& select, const SqlText& further = {}, bool is_in_order = false) const {
    const bool is_merged = is_in_order && walks.size() > 1 && engine == EngineKind::POSTGRES;
    SqlText sql;
    for (const SqlText& condition : walks) {
      sql.add(sql.is_empty() ? "" : " UNION ALL ").add(is_merged ? "(" : "").add(select).add(matter_table(engine, walk_index));
      sql.add(" WHERE 1 = 1").add(condition).add(further);
      if (is_merged) sql.add(in_order()).add(")");
    }
    return sql;
  }
  // Id, key and whether it fits.
  [[nodiscard]] SqlText walk_fitting(const SqlText& further) const {
    SqlText select("SELECT m.id AS id, " + key() + " AS sort_key, (");
    return walk(select.add(residual).add(") AS fits"), further, true);
  }
  [[nodiscard]] SqlText walk_any(const SqlText& further) const {
    return walk(SqlText("SELECT m.id AS id, " + key() + " AS sort_key"), further, true);
  }
  [[nodiscard]] bool is_after(const Hit& hit, const Hit& place) const;
  [[nodiscard]] SqlText beyond(const std::optional<Hit>& place) const {
    SqlText sql;
    if (!place) return sql;
    sql.add(" AND (" + key() + ", m.id) " + (order.is_descending ? "<" : ">") + " (?, ?)");
    return order.is_number ? sql.add("", number_of(place->key), place->id) : sql.add("", place->key, place->id);
  }
};

bool MatterFinder::Plan::is_after(const Hit& hit, const Hit& place) const {
  const auto comes_later = [&](const auto& a, const auto& b) { return order.is_descending ? a < b : a > b; };
  if (hit.key == place.key) return comes_later(hit.id, place.id);
  if (!order.is_number) return comes_later(hit.key, place.key);
  return comes_later(number_of(hit.key), number_of(place.key));
}

// PostgreSQL makes one plan for all values after five uses of a statement. For what is asked by key that is right; here values differ too much.
Status MatterFinder::want_own_plans() {
  return database_.engine() == EngineKind::POSTGRES ? database_.post("SET LOCAL plan_cache_mode = force_custom_plan") : Status{};
}

Result<MatterFinder::Plan> MatterFinder::plan(const MatterQuery& query) {
  TRY(want_own_plans());
  Plan plan;
  plan.sort = query.sort;
  plan.order = order_of(query.sort);
  plan.engine = database_.engine();
  plan.filters = filters_of(query);
  plan.search = TRY(hasher_.query_of(query.text));
  if (!plan.search.is_empty()) plan.filters.push_back(TRY(search_filter(database_, plan.search)));
  TRY(choose_start(plan));
  // Words are compared in portions: what is found is gathered once.
  if (plan.start && !plan.gathered && plan.search.needs_text()) TRY(gather(plan));
  return plan;
}

namespace {

// A way to walk: its conditions, and which of the filters they stand for.
struct Way {
  std::vector<SqlText> walks = {SqlText()};
  std::vector<bool> is_walked;
};

// Every combination of values of the index's columns; nothing when a column has none, or there are too many combinations.
std::optional<Way> way_along(const WalkIndex& index, const std::vector<Filter>& filters) {
  Way way;
  way.is_walked.assign(filters.size(), false);
  for (const std::string_view column : index.columns) {
    if (column.empty()) continue;
    std::vector<SqlText::Param> values = every_value(column);
    for (std::size_t i = 0; i < filters.size(); ++i) {
      if (filters[i].column != column || filters[i].values.empty()) continue;
      values = filters[i].values;
      way.is_walked[i] = true;
    }
    if (values.empty() || way.walks.size() * values.size() > kWalksMax) return std::nullopt;
    std::vector<SqlText> combined;
    for (const SqlText& walk : way.walks)
      for (const SqlText::Param& value : values) combined.push_back(SqlText(walk).add(" AND m." + std::string(column) + " = ?", value));
    way.walks = std::move(combined);
  }
  return way;
}

}  // namespace

Status MatterFinder::choose_start(Plan& plan) {
  std::optional<Way> best;
  std::ptrdiff_t most = -1;
  for (const WalkIndex& index : kWalkIndexes) {
    if (index.sort != plan.sort) continue;
    auto way = way_along(index, plan.filters);
    const std::ptrdiff_t settled = way ? std::ranges::count(way->is_walked, true) : -1;
    if (settled <= most) continue;
    most = settled;
    best = std::move(way);
    plan.walk_index = index.name;
  }
  CHECK_THAT(best);
  plan.walks = std::move(best->walks);
  std::int64_t least = static_cast<std::int64_t>(bounds_.few);
  for (std::size_t i = 0; i < plan.filters.size(); ++i) {
    const Filter& filter = plan.filters[i];
    if (best->is_walked[i]) continue;
    // Bounds of the key are bounds of the walk.
    if (filter.column == plan.order.column) {
      for (SqlText& walk : plan.walks) walk.add(" AND ").add(filter.condition);
      continue;
    }
    plan.residual.add(plan.residual.is_empty() ? "" : " AND ").add(filter.condition);
  }
  if (plan.residual.is_empty()) return {};
  for (std::size_t i = 0; i < plan.filters.size(); ++i) {
    const Filter& filter = plan.filters[i];
    if (best->is_walked[i] || (!filter.ids && filter.finder.is_empty() && filter.index.empty())) continue;
    std::int64_t size = 0;
    if (filter.ids) {
      size = static_cast<std::int64_t>(filter.ids->size());
    } else if (!filter.finder.is_empty()) {
      size = TRY(size_of(database_, filter.finder, least));
    } else {
      SqlText found("SELECT 1");
      size =
          TRY(size_of(database_, found.add(matter_table(plan.engine, filter.index)).add(" WHERE ").add(filter.condition).add(filter.scope), least));
    }
    if (size >= least) continue;
    least = size;
    plan.start = i;
  }
  return plan.start && least <= static_cast<std::int64_t>(bounds_.count_effort) ? gather(plan) : Status{};
}

Result<std::vector<Hit>> MatterFinder::hits_of(const SqlText& sql, const Plan& plan) {
  Statement rows = TRY(sql.prepare(database_));
  const bool is_number = plan.order.is_number;
  return all_rows<Hit>(rows, [is_number](const Statement& row) -> Result<Hit> {
    return Hit{row.column_int64(0), is_number ? std::to_string(row.column_int64(1)) : std::string(row.column_text(1))};
  });
}

// PostgreSQL expects a walk to go on to its bound, and would rather read and sort everything than be done after a page: it is not to sort here.
template <class F>
auto MatterFinder::in_order(const F& action) -> std::invoke_result_t<const F&> {
  if (database_.engine() != EngineKind::POSTGRES) return action();
  TRY(database_.exec("SET LOCAL enable_sort = off"));
  auto answer = action();
  if (!answer) return answer;  // with its own code: the transaction takes no more statements
  TRY(database_.exec("SET LOCAL enable_sort = on"));
  return answer;
}

Status MatterFinder::gather(Plan& plan) {
  SqlText sql("SELECT m.id, " + plan.key());
  plan.gathered = TRY(hits_of(sql.add(plan.from_start()).add(plan.in_order()), plan));
  return {};
}

Result<MatterFinder::Found> MatterFinder::walked(const Plan& plan, const std::optional<Hit>& after, Reach reach) {
  Found found;
  const SqlText beyond = plan.beyond(after);
  if (plan.residual.is_empty()) {
    found.hits = TRY(hits_of(plan.walk_any(beyond).add(plan.in_order()).add(" LIMIT ?", static_cast<std::int64_t>(reach.hits)), plan));
    if (found.hits.size() == reach.hits && !found.hits.empty()) found.last = found.hits.back();
    return found;
  }
  SqlText sql("SELECT id, sort_key FROM (");
  sql.add(plan.walk_fitting(beyond)).add(plan.in_order());
  // With a limit the walk stops as soon as the page is full, and its order is kept.
  sql.add(" LIMIT ?", reach.rows > 0 ? static_cast<std::int64_t>(reach.rows) : std::numeric_limits<std::int64_t>::max());
  sql.add(") w WHERE fits LIMIT ?", static_cast<std::int64_t>(reach.hits));
  found.hits = TRY(in_order([&] { return hits_of(sql, plan); }));
  if (found.hits.size() == reach.hits && !found.hits.empty()) {
    found.last = found.hits.back();
  } else if (reach.rows > 0) {
    // The last row looked at, if there is one beyond it.
    const auto skipped = static_cast<std::int64_t>(reach.rows - 1);
    const auto last = TRY(hits_of(plan.walk_any(beyond).add(plan.in_order()).add(" LIMIT 2 OFFSET ?", skipped), plan));
    if (last.size() == 2) found.last = last.front();
  }
  return found;
}

Result<MatterFinder::Found> MatterFinder::candidates(const Plan& plan, const std::optional<Hit>& after, Reach reach) {
  if (!plan.gathered) return walked(plan, after, reach);
  Found found;
  auto from = plan.gathered->begin();
  if (after) from = std::ranges::partition_point(*plan.gathered, [&](const Hit& hit) { return !plan.is_after(hit, *after); });
  const auto taken = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(reach.hits), plan.gathered->end() - from);
  found.hits.assign(from, from + taken);
  if (from + taken != plan.gathered->end()) found.last = found.hits.back();
  return found;
}

Result<std::vector<Hit>> MatterFinder::verified(const Plan& plan, const std::vector<Hit>& found) {
  std::vector<std::int64_t> ids;
  for (const auto& hit : found) ids.push_back(hit.id);
  std::unordered_map<std::int64_t, bool> is_match;
  for (std::size_t first = 0; first < ids.size(); first += kIdsAtOnce) {
    const SqlText sql = by_ids(
        "SELECT m.id, m.matter, w.words, (SELECT k.key FROM matter_key k WHERE k.matter = m.matter) FROM matter m "
        "JOIN matter_words w ON w.id = m.id WHERE m.id IN ",
        ids, first);
    Statement rows = TRY(sql.prepare(database_));
    while (TRY(rows.step())) {
      if (rows.column_is_null(3)) continue;
      const MatterSeal seal = TRY(MatterSeal::from_key(rows.column_blob(3)));
      is_match[rows.column_int64(0)] = plan.search.matches(TRY(open_terms(seal, TRY(rows.column<MatterId>(1)), rows.column_blob(2))));
    }
  }
  std::vector<Hit> out;
  for (const auto& hit : found)
    if (is_match[hit.id]) out.push_back(hit);
  return out;
}

Result<MatterFinder::Found> MatterFinder::compared(const Plan& plan, const std::optional<Hit>& after, std::size_t max, bool is_bounded) {
  Found out;
  out.last = after;
  const std::size_t at_once = is_bounded ? std::min(kVerifiedAtOnce, bounds_.compared_max) : kVerifiedAtOnce;
  for (std::size_t looked_at = 0; !is_bounded || looked_at < bounds_.compared_max;) {
    const Found found = TRY(candidates(plan, out.last, {at_once, is_bounded ? bounds_.walked_max : 0}));
    looked_at += found.hits.size();
    for (auto& hit : TRY(verified(plan, found.hits))) {
      out.last = hit;
      out.hits.push_back(std::move(hit));
      if (out.hits.size() == max) return out;
    }
    out.last = found.last;
    // The end, or as far along the order as one page may go.
    if (!found.last || (is_bounded && found.hits.size() < at_once)) return out;
  }
  return out;
}

// Of a start of middling size it is not known whether it or the walk is done first: a short walk is tried, since gathering ends no page early.
Result<MatterFinder::Found> MatterFinder::first_hits(Plan& plan, const std::optional<Hit>& after, std::size_t max) {
  if (plan.start && !plan.gathered) {
    Found found = TRY(walked(plan, after, {max, 2 * bounds_.count_effort}));
    if (found.hits.size() == max || !found.last) return found;
    TRY(gather(plan));
  }
  return candidates(plan, after, {max, bounds_.walked_max});
}

Result<Counted> MatterFinder::count(const Plan& plan, bool is_bounded) {
  constexpr std::size_t kMax = limits::kCountCap + 1;
  if (plan.search.needs_text()) {
    const Found found = TRY(compared(plan, std::nullopt, kMax, is_bounded));
    return Counted{found.hits.size(), found.last.has_value() && found.hits.size() < kMax};
  }
  if (plan.gathered) return Counted{std::min(plan.gathered->size(), kMax), false};
  const auto max = static_cast<std::int64_t>(kMax), effort = static_cast<std::int64_t>(bounds_.count_effort);
  SqlText sql("SELECT count(*) FROM (");
  if (plan.start || plan.residual.is_empty()) {
    if (plan.start)
      sql.add("SELECT 1").add(plan.from_start());
    else
      sql.add(plan.walk(SqlText("SELECT 1")));
    sql.add(" LIMIT ?) n", max);
    return Counted{static_cast<std::size_t>(TRY(number_in(database_, sql))), false};
  }
  // Of what neither an index settles nor a start finds a bounded part is looked at: the newest, or those due first.
  sql.add("SELECT 1 FROM (").add(plan.walk_fitting({}));
  if (is_bounded) sql.add(plan.in_order()).add(" LIMIT ?", effort);
  sql.add(") w WHERE fits LIMIT ?) n", max);
  const auto found = static_cast<std::size_t>(TRY(is_bounded ? in_order([&] { return number_in(database_, sql); }) : number_in(database_, sql)));
  if (found == kMax || !is_bounded) return Counted{found, false};
  return Counted{found, TRY(size_of(database_, plan.walk(SqlText("SELECT 1")), effort + 1)) > effort};
}

Result<std::size_t> MatterFinder::count(const MatterQuery& query) { return TRY(count(TRY(plan(query)), false)).count; }

Result<desk::MatterPage> MatterFinder::page(const MatterQuery& query) {
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, limits::kPageRowsMax);
  const auto after = TRY(parse_cursor(query.sort, query.cursor));
  Plan plan = TRY(this->plan(query));
  desk::MatterPage page;
  // Words are compared up to the bound even when the page is full: what is compared is counted.
  const bool is_compared = plan.search.needs_text();
  Found found = is_compared ? TRY(compared(plan, after, limits::kCountCap + 1, true)) : TRY(first_hits(plan, after, limit + 1));
  if (is_compared) {
    page.count = found.hits.size();
    page.is_count_least = found.last.has_value() && found.hits.size() <= limits::kCountCap;
  }
  if (found.hits.size() > limit) {
    found.hits.resize(limit);
    page.next = cursor_of(query.sort, found.hits.back());
  } else if (found.last) {
    page.next = cursor_of(query.sort, *found.last);
  }
  std::vector<std::int64_t> ids;
  for (const auto& hit : found.hits) ids.push_back(hit.id);
  page.rows = TRY(rows(ids));
  if (!after && page.next.empty()) {
    page.count = page.rows.size();
  } else if (after || !is_compared) {
    const Counted counted = TRY(count(plan, true));
    page.count = std::max(counted.count, page.rows.size());
    page.is_count_least = counted.is_least;
  }
  return page;
}

Result<std::vector<std::int64_t>> MatterFinder::every_id(const MatterQuery& query) {
  constexpr std::size_t kAtOnce = 1000;
  Plan plan = TRY(this->plan(query));
  if (plan.start && !plan.gathered) TRY(gather(plan));
  std::vector<std::int64_t> ids;
  std::optional<Hit> from;
  do {
    const Found found = plan.search.needs_text() ? TRY(compared(plan, from, kAtOnce, false)) : TRY(candidates(plan, from, {kAtOnce, 0}));
    for (const auto& hit : found.hits) ids.push_back(hit.id);
    from = found.last;
  } while (from);
  return ids;
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
