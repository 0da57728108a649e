#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.h"
#include "store/matter_find.h"
#include "store/matter_row.h"
#include "store/testing_office.h"

namespace warifu::store {
namespace {

using desk::MatterQuery;
using desk::Sort;
using inquiry::MatterRow;

template <class E>
E any_name() {
  return static_cast<E>(*rc::gen::inRange<std::size_t>(0, enum_count<E>()));
}

// Few values each, so that filters find something and sort keys repeat.
struct World {
  std::vector<PersonId> people;
  std::vector<UnitId> units;
  std::vector<CaseId> cases;
  std::vector<std::string> numbers = {"", "架空警刑一発第2号", "架空警刑一発第10号", "架空警刑一発第9号", "別警発第1号"};
  std::map<MatterId, MatterRow> rows;
};

template <class T>
T one_of(const std::vector<T>& values) {
  return values[*rc::gen::inRange<std::size_t>(0, values.size())];
}
template <class T>
std::optional<T> maybe_one_of(const std::vector<T>& values) {
  return *rc::gen::inRange(0, 3) == 0 ? std::nullopt : std::optional(one_of(values));
}
Time any_time() { return Time::from_seconds(1'800'000'000 + *rc::gen::inRange(0, 5)); }
std::optional<Time> maybe_time() { return *rc::gen::inRange(0, 2) == 0 ? std::nullopt : std::optional(any_time()); }
bool rarely() { return *rc::gen::inRange(0, 5) == 0; }

inquiry::Projection any_projection(const World& world) {
  auto projection = make_projection(MatterId::random());
  MatterRow& row = projection.row;
  row.state = any_name<inquiry::State>();
  row.provider_state = any_name<inquiry::ProviderState>();
  row.turn = any_name<inquiry::Turn>();
  row.turn_role = maybe_one_of(std::vector<party::Role>{party::Role::APPROVER, party::Role::OPERATOR});
  for (const auto& person : world.people)
    if (rarely()) row.turn_persons.push_back(person);
  row.number = one_of(world.numbers);
  row.case_number = one_of(std::vector<std::string>{"", "R8-1", "R8-10", "R8-2", "R9_%"});
  row.case_id = maybe_one_of(world.cases);
  row.unit = maybe_one_of(world.units);
  row.drafter = maybe_one_of(world.people);
  row.in_charge = maybe_one_of(world.people);
  if (rarely()) row.assigned = {one_of(world.people)};
  row.counterparty = party::OrganisationId::parse(one_of(std::vector<std::string>{"a.demo", "b.demo"})).value();
  row.due_at = maybe_time();
  if (row.due_at || rarely()) row.due = Date{2026, 12, *rc::gen::inRange(1U, 4U)};
  row.updated = any_time();
  row.dispatched = maybe_time();
  row.is_open = *rc::gen::arbitrary<bool>();
  return projection;
}

MatterQuery any_query(const World& world) {
  MatterQuery q;
  if (rarely()) q.states = *rc::gen::container<std::vector<inquiry::State>>(rc::gen::exec(any_name<inquiry::State>));
  if (rarely()) q.provider_states = *rc::gen::container<std::vector<inquiry::ProviderState>>(rc::gen::exec(any_name<inquiry::ProviderState>));
  if (rarely()) q.turns = *rc::gen::container<std::vector<inquiry::Turn>>(rc::gen::exec(any_name<inquiry::Turn>));
  if (rarely()) q.turn_person = one_of(world.people);
  if (rarely()) q.turn_role = party::Role::APPROVER;
  if (rarely()) q.units = {one_of(world.units)};
  if (rarely()) q.units.push_back(one_of(world.units));
  if (rarely()) q.in_charge = one_of(world.people);
  if (rarely()) q.drafter = one_of(world.people);
  if (rarely()) q.case_id = one_of(world.cases);
  if (rarely()) q.case_number = one_of(std::vector<std::string>{"R8-1", "R8", "R9_", "R"});
  if (rarely()) q.number = one_of(std::vector<std::string>{"架空警", "架空警刑一発第1", "別"});
  if (rarely()) q.counterparty = party::OrganisationId::parse("a.demo").value();
  if (rarely()) q.due_before = any_time();
  if (rarely()) q.updated_from = any_time();
  if (rarely()) q.updated_until = any_time();
  if (rarely()) q.dispatched_from = any_time();
  if (rarely()) q.dispatched_until = any_time();
  if (rarely()) q.is_open = *rc::gen::arbitrary<bool>();
  if (rarely()) q.visible_to = one_of(world.people);
  q.sort = *rc::gen::element(Sort::NEWEST, Sort::DUE, Sort::NUMBER);
  q.limit = *rc::gen::inRange<std::size_t>(1, 12);
  return q;
}

template <class T>
bool in(const std::vector<T>& values, const T& value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}
template <class T>
bool same(const std::optional<T>& wanted, const std::optional<T>& value) {
  return !wanted || wanted == value;
}
bool is_named(const MatterRow& row, const PersonId& person) {
  return std::find(row.turn_persons.begin(), row.turn_persons.end(), person) != row.turn_persons.end();
}

// What the query means, said once more and without a database.
bool is_wanted(const MatterQuery& q, const MatterRow& row) {
  const bool right_role = same(q.turn_role, row.turn_role);
  if (q.turn_person ? !is_named(row, *q.turn_person) && !(row.turn_persons.empty() && right_role) : !right_role) return false;
  if (q.visible_to && row.drafter != q.visible_to && row.in_charge != q.visible_to && !is_named(row, *q.visible_to) &&
      std::find(row.assigned.begin(), row.assigned.end(), *q.visible_to) == row.assigned.end())
    return false;
  if (!q.units.empty() && (!row.unit || !in(q.units, *row.unit))) return false;
  if (q.due_before && !(row.due_at && *row.due_at < *q.due_before)) return false;
  if ((q.dispatched_from || q.dispatched_until) && !row.dispatched) return false;
  if (q.dispatched_from && *row.dispatched < *q.dispatched_from) return false;
  if (q.dispatched_until && *row.dispatched >= *q.dispatched_until) return false;
  if (q.updated_from && row.updated < *q.updated_from) return false;
  if (q.updated_until && row.updated >= *q.updated_until) return false;
  return in(q.states, row.state) && in(q.provider_states, row.provider_state) && in(q.turns, row.turn) && same(q.in_charge, row.in_charge) &&
         same(q.drafter, row.drafter) && same(q.case_id, row.case_id) && row.case_number.starts_with(q.case_number) &&
         row.number.starts_with(q.number) && (!q.counterparty || *q.counterparty == row.counterparty) && (!q.is_open || *q.is_open == row.is_open);
}

bool is_in_order(Sort sort, const MatterRow& a, const MatterRow& b) {
  switch (sort) {
    case Sort::NEWEST: return a.updated >= b.updated;
    case Sort::DUE: return a.due && (!b.due || *a.due <= *b.due) ? true : !a.due && !b.due;
    case Sort::NUMBER: return number_key(a.number) <= number_key(b.number);
  }
  return false;
}

// Whether a query starts from a filter or walks along must not be seen: small offices would only ever do the one.
desk::MatterPage find(const OfficeStore& office, const MatterQuery& query, FindBounds bounds) {
  return office.engine()
      .read([&](Database& database) -> Result<desk::MatterPage> {
        const TermHasher hasher = TRY(TermHasher::load_or_create(database));
        return MatterFinder(database, hasher, bounds).page(query);
      })
      .value();
}

// Reads all pages; every wanted row once, in order, with the right count on every page.
void check_pages(const OfficeStore& office, const World& world, MatterQuery query, std::size_t few) {
  std::set<MatterId> wanted;
  for (const auto& [matter, row] : world.rows)
    if (is_wanted(query, row)) wanted.insert(matter);
  std::vector<MatterRow> found;
  for (;;) {
    const auto page = find(office, query, {.few = few});
    RC_ASSERT(!page.is_count_least);
    RC_ASSERT(page.count == wanted.size());
    RC_ASSERT(page.rows.size() <= query.limit);
    RC_ASSERT(page.next.empty() || page.rows.size() == query.limit);
    found.insert(found.end(), page.rows.begin(), page.rows.end());
    if (page.next.empty()) break;
    query.cursor = page.next;
  }
  std::set<MatterId> seen;
  for (const auto& row : found) {
    RC_ASSERT(seen.insert(row.matter).second);
    RC_ASSERT(row == world.rows.at(row.matter));
  }
  RC_ASSERT(seen == wanted);
  for (std::size_t i = 1; i < found.size(); ++i) RC_ASSERT(is_in_order(query.sort, found[i - 1], found[i]));
  query.cursor.clear();
  RC_ASSERT(office.count(query).value() == wanted.size());
  std::vector<MatterId> each;
  RC_ASSERT(office
                .each_row(query,
                          [&](const MatterRow& row) -> Status {
                            each.push_back(row.matter);
                            return {};
                          })
                .has_value());
  RC_ASSERT(std::set<MatterId>(each.begin(), each.end()) == wanted);
  RC_ASSERT(each.size() == wanted.size());
}

// However little may be looked at for one page: all pages together hold every wanted row once, in order; a count says when it is a least one.
void check_bounded(const OfficeStore& office, const World& world, MatterQuery query, FindBounds bounds) {
  std::set<MatterId> wanted, seen;
  for (const auto& [matter, row] : world.rows)
    if (is_wanted(query, row)) wanted.insert(matter);
  std::vector<MatterRow> found;
  for (;;) {
    const auto page = find(office, query, bounds);
    RC_ASSERT(page.rows.size() <= query.limit);
    const bool is_right = page.is_count_least ? page.count <= wanted.size() : page.count == wanted.size();
    RC_ASSERT(is_right);
    RC_ASSERT(page.count >= page.rows.size());
    for (const auto& row : page.rows) RC_ASSERT(seen.insert(row.matter).second);
    found.insert(found.end(), page.rows.begin(), page.rows.end());
    if (page.next.empty()) break;
    query.cursor = page.next;
  }
  RC_ASSERT(seen == wanted);
  for (std::size_t i = 1; i < found.size(); ++i) RC_ASSERT(is_in_order(query.sort, found[i - 1], found[i]));
}

TEST_CASE("every combination of filters finds exactly its matters, page by page without gap or repetition") {
  for_both_offices([](TestOffice& office) {
    World world;
    for (int i = 0; i < 3; ++i) {
      world.people.push_back(PersonId::random());
      world.units.push_back(UnitId::random());
      world.cases.push_back(CaseId::random());
    }
    CHECK(rc::check("lists", [&] {
      while (world.rows.size() < 60) {
        auto projection = any_projection(world);
        put_matter(*office, projection);
        world.rows[projection.row.matter] = projection.row;
      }
      // One of them changes: lists follow.
      auto changed = any_projection(world);
      const auto victim = std::next(world.rows.begin(), static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, world.rows.size())));
      changed.row.matter = victim->first;
      put_matter(*office, changed);
      victim->second = changed.row;
      for (int i = 0; i < 5; ++i) check_pages(*office, world, any_query(world), *rc::gen::element<std::size_t>(0, 3, 20, 20'000));
      for (int i = 0; i < 3; ++i)
        check_bounded(*office, world, any_query(world),
                      {.few = *rc::gen::element<std::size_t>(0, 3, 12, 20'000),
                       .count_effort = *rc::gen::element<std::size_t>(1, 2, 7),
                       .compared_max = *rc::gen::element<std::size_t>(1, 2, 5),
                       .walked_max = *rc::gen::element<std::size_t>(1, 2, 9, 8'000)});
    }));
  });
}

TEST_CASE("numbers sort as people read them") {
  CHECK(number_key("第9号") < number_key("第10号"));
  CHECK(number_key("第10号") < number_key("第123号"));
  CHECK(number_key("A9-2") < number_key("A9-10"));
  CHECK(number_key("99999999999") > number_key("9"));
  CHECK(number_key("別警発第1号") < number_key(""));
}

TEST_CASE("counts stop at the cap") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  for (std::size_t i = 0; i < limits::kCountCap + 5; ++i) {
    auto projection = make_projection(MatterId::random(), {"同じ語"});
    projection.row.is_open = i % 2 == 0;
    put_matter(*office, projection);
  }
  CHECK(office->count({}).value() == limits::kCountCap + 1);
  CHECK(office->count(query_of([](auto& q) { q.text = "同じ語"; })).value() == limits::kCountCap + 1);
  CHECK(office->count(query_of([](auto& q) { q.is_open = true; })).value() == limits::kCountCap / 2 + 3);
  const auto page = office->find(query_of([](auto& q) { q.limit = 100'000; })).value();
  CHECK(page.rows.size() == limits::kPageRowsMax);
  CHECK(page.count == limits::kCountCap + 1);
  CHECK(office->find(query_of([](auto& q) { q.limit = 0; })).value().rows.size() == 1);
}

TEST_CASE("a cursor is of its list or it is refused") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  for (int i = 0; i < 3; ++i) put_matter(*office, make_projection(MatterId::random()));
  auto query = query_of([](auto& q) { q.limit = 1; });
  const auto cursor = office->find(query).value().next;
  REQUIRE(!cursor.empty());
  query.cursor = cursor;
  CHECK(office->find(query).value().rows.size() == 1);
  for (const std::string& wrong : {std::string("?"), std::string("AAAA"), cursor + "AA", cursor.substr(1), to_base64url(bytes_of("0\n1\nx")),
                                   to_base64url(bytes_of("0\n\n1")), to_base64url(bytes_of("0\n1\n99999999999999999999"))}) {
    query.cursor = wrong;
    CHECK(office->find(query).error().code == Code::BAD_VALUE);
  }
  query.cursor = cursor;
  query.sort = Sort::NUMBER;
  CHECK(office->find(query).error().code == Code::BAD_VALUE);
}

std::set<std::string> found_by(const OfficeStore& office, const std::string& text) {
  std::set<std::string> subjects;
  const auto page = office.find(query_of([&](auto& q) { q.text = text; }));
  for (const auto& row : page.value().rows) subjects.insert(row.subject);
  CHECK(office.count(query_of([&](auto& q) { q.text = text; })).value() == subjects.size());
  return subjects;
}

using Names = std::set<std::string>;

TEST_CASE("search finds Japanese words of two characters and more, other spellings, and selectors as people type them") {
  for_both_offices([](TestOffice& office) {
    const auto put = [&](const std::string& subject, std::vector<std::string> words, std::vector<std::string> selectors) {
      auto projection = make_projection(MatterId::random(), std::move(words), std::move(selectors));
      projection.row.subject = subject;
      put_matter(*office, projection);
      return projection;
    };
    put("a", {"例田花子 の件", "架空警刑一発第12号", "サーバー侵入"}, {"TELEPHONE:+819012345678", "+819012345678"});
    put("b", {"花田例子", "架空警刑一発第123号", "林太郎 聴取"}, {"EMAIL:hanako@mail.example", "hanako@mail.example"});
    put("c", {"警察 庁舎", "東京都", "髙橋"}, {"ACCOUNT_ID:service.example/Hanako_1", "service.example/Hanako_1"});
    CHECK(found_by(*office, "警察") == Names{"c"});
    CHECK(found_by(*office, "花子") == Names{"a"});
    CHECK(found_by(*office, "例田花子") == Names{"a"});
    CHECK(found_by(*office, "田花") == Names{"a"});
    CHECK(found_by(*office, "例子花田") == Names{});  // its pairs 例子 and 花田 are both there, the word is not
    CHECK(found_by(*office, "花田例子") == Names{"b"});
    CHECK(found_by(*office, "東京 警察") == Names{"c"});
    CHECK(found_by(*office, "東京 花子") == Names{});
    CHECK(found_by(*office, "高橋") == Names{"c"});      // another form of 髙
    CHECK(found_by(*office, "さーばー") == Names{"a"});  // kana of the other kind
    CHECK(found_by(*office, "林") == Names{"b"});        // one character: words that begin with it
    CHECK(found_by(*office, "郎") == Names{});
    CHECK(found_by(*office, "第12") == (Names{"a", "b"}));
    CHECK(found_by(*office, "第123号") == Names{"b"});
    CHECK(found_by(*office, "090-1234-5678") == Names{"a"});
    CHECK(found_by(*office, "０９０１２３４５６７８") == Names{"a"});
    CHECK(found_by(*office, "+819012345678") == Names{"a"});
    CHECK(found_by(*office, "TELEPHONE:+819012345678") == Names{"a"});
    CHECK(found_by(*office, "090-1234-5679") == Names{});
    CHECK(found_by(*office, "HANAKO@mail.example") == Names{"b"});
    CHECK(found_by(*office, "service.example/hanako_1") == Names{"c"});
    CHECK(found_by(*office, "例田 090-1234-5678") == Names{"a"});
    CHECK(found_by(*office, "花田 090-1234-5678") == Names{});
    CHECK(found_by(*office, "%") == Names{});
    CHECK(found_by(*office, "   ") == (Names{"a", "b", "c"}));
    CHECK(office->find(query_of([](auto& q) { q.text = "a b c d e f g h i"; })).error().code == Code::TOO_MANY);
    CHECK(office->find(query_of([](auto& q) { q.text = std::string(limits::kLineCharactersMax + 1, 'x'); })).error().code == Code::TOO_LONG);
    CHECK(office->find(query_of([](auto& q) { q.text = "a\x01"; })).error().code == Code::CONTROL_CHARACTER);
  });
}

TEST_CASE("search follows changes, filters and pages, and stands together with them") {
  for_both_offices([](TestOffice& office) {
    std::vector<MatterId> with_word;
    for (int i = 0; i < 40; ++i) {
      auto projection = make_projection(MatterId::random(), {i % 2 == 0 ? "特殊詐欺事件" : "窃盗事件"});
      projection.row.is_open = i % 4 == 0;
      projection.row.updated = Time::from_seconds(1'800'000'000 + i);
      put_matter(*office, projection);
      if (i % 2 == 0) with_word.push_back(projection.row.matter);
    }
    std::reverse(with_word.begin(), with_word.end());
    auto query = query_of([](auto& q) {
      q.text = "特殊詐欺";
      q.limit = 7;
    });
    std::vector<MatterId> found;
    do {
      const auto page = office->find(query).value();
      CHECK(page.count == 20);
      for (const auto& matter : matters_of(page)) found.push_back(matter);
      query.cursor = page.next;
    } while (!query.cursor.empty());
    CHECK(found == with_word);
    query.is_open = true;
    CHECK(office->count(query).value() == 10);
    std::size_t seen = 0;
    REQUIRE(office->each_row(query, [&](const MatterRow& row) -> Status {
      ++seen;
      return row.is_open ? Status{} : fail(Code::INTERNAL, "not open");
    }));
    CHECK(seen == 10);
    auto changed = make_projection(with_word[0], {"横領事件"});
    put_matter(*office, changed);
    CHECK(office->count(query_of([](auto& q) { q.text = "特殊詐欺"; })).value() == 19);
    CHECK(office->count(query_of([](auto& q) { q.text = "横領"; })).value() == 1);
    CHECK(office->projection(with_word[0]).value() == changed);
  });
}

TEST_CASE("whatever is in a matter's words is found by any part of it") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  CHECK(rc::check("parts of words", [&] {
    const auto characters = rc::gen::element<std::string>("警", "察", "東", "京", "カ", "ー", "1", "a", "B", "々");
    const auto word = *rc::gen::container<std::vector<std::string>>(characters);
    RC_PRE(word.size() >= 2);
    std::string whole, part;
    for (const auto& character : word) whole += character;
    const auto matter = MatterId::random();
    put_matter(*office, make_projection(matter, {whole}));
    const auto length = *rc::gen::inRange<std::size_t>(2, std::min<std::size_t>(word.size(), 30) + 1);
    const auto from = *rc::gen::inRange<std::size_t>(0, word.size() - length + 1);
    for (std::size_t i = from; i < from + length; ++i) part += word[i];
    bool is_found = false;
    REQUIRE(office->each_row(query_of([&](auto& q) { q.text = part; }), [&](const MatterRow& row) -> Status {
      is_found = is_found || row.matter == matter;
      return {};
    }));
    RC_ASSERT(is_found);
  }));
}

}  // namespace
}  // namespace warifu::store
