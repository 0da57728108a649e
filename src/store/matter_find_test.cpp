#include "store/matter_find.h"

#include <doctest/doctest.h>

#include <set>

#include "store/testing_office.h"

namespace warifu::store {
namespace {

using desk::MatterQuery;
using desk::Sort;

desk::MatterPage find(const OfficeStore& office, const MatterQuery& query, FindBounds bounds) {
  return office.engine()
      .read([&](Database& database) -> Result<desk::MatterPage> {
        const TermHasher hasher = TRY(TermHasher::load_or_create(database));
        return MatterFinder(database, hasher, bounds).page(query);
      })
      .value();
}

Time at(int i) { return Time::from_seconds(1'800'000'000 + i); }

TEST_CASE("a page ends where as many rows were looked at as it may, also without a row, and the next one goes on from there") {
  for_both_offices([](TestOffice& office) {
    for (int i = 0; i < 30; ++i) {
      auto projection = make_projection(MatterId::random());
      projection.row.updated = at(i);
      projection.row.state = i == 3 ? inquiry::State::CLOSED : inquiry::State::DRAFT;
      put_matter(*office, projection);
    }
    auto query = query_of([](auto& q) { q.states = {inquiry::State::CLOSED}; });
    const FindBounds bounds{.few = 0, .count_effort = 5, .walked_max = 10};
    std::vector<std::size_t> rows;
    do {
      const auto page = find(*office, query, bounds);
      rows.push_back(page.rows.size());
      CHECK(page.is_count_least);
      query.cursor = page.next;
    } while (!query.cursor.empty());
    CHECK(rows == std::vector<std::size_t>{0, 0, 1});
    // At the bound and one short of it.
    query.cursor.clear();
    CHECK(find(*office, query, {.few = 0, .walked_max = 27}).rows.size() == 1);
    CHECK(find(*office, query, {.few = 0, .walked_max = 26}).rows.empty());
    // What finds few is gathered, wherever it stands.
    CHECK(find(*office, query, {.few = 2, .count_effort = 5, .walked_max = 1}).rows.size() == 1);
    // Of a start of middling size neither is lost: the walk gives up, and what the start finds is gathered.
    query.states = {inquiry::State::DRAFT};
    query.updated_until = at(4);
    query.sort = Sort::NUMBER;
    CHECK(find(*office, query, {.few = 20, .count_effort = 1, .walked_max = 1}).rows.size() == 3);
  });
}

TEST_CASE("units are walked one beside the other, in one order") {
  for_both_offices([](TestOffice& office) {
    std::vector<UnitId> units;
    for (int i = 0; i < 70; ++i) units.push_back(UnitId::random());
    for (int i = 0; i < 210; ++i) {
      auto projection = make_projection(MatterId::random());
      projection.row.unit = units[static_cast<std::size_t>(i) % units.size()];
      projection.row.number = "第" + std::to_string(i + 1) + "号";
      projection.row.updated = at(i);
      projection.row.due = Date{2026, 1, 1}.plus_days(i);
      projection.row.is_open = i % 2 == 0;
      put_matter(*office, projection);
    }
    for (const std::size_t few : {std::size_t{0}, std::size_t{1'000}}) {
      for (const std::size_t count : {2U, 64U, 65U, 70U}) {  // above a bound the whole order is walked
        MatterQuery query;
        query.units.assign(units.begin(), units.begin() + static_cast<std::ptrdiff_t>(count));
        query.limit = 50;
        for (const Sort sort : {Sort::NUMBER, Sort::NEWEST, Sort::DUE}) {
          query.sort = sort;
          query.cursor.clear();
          std::vector<Time> order;
          do {
            const auto page = find(*office, query, {.few = few});
            CHECK(page.count == count * 3);
            for (const auto& row : page.rows) order.push_back(row.updated);
            query.cursor = page.next;
          } while (!query.cursor.empty());
          CHECK(order.size() == count * 3);
          CHECK((sort == Sort::NEWEST ? std::ranges::is_sorted(order, std::ranges::greater{}, &Time::us)
                                      : std::ranges::is_sorted(order, std::ranges::less{}, &Time::us)));
        }
      }
    }
  });
}

TEST_CASE("numbers are looked for by four characters in a row, once every matter is entered so") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  put_matter(*office, make_projection(MatterId::random(), {"口座 rei0123456 の件", "ab-12"}));
  const auto parts = [&](std::string_view text) {
    return office->engine()
        .read([&](Database& database) -> Result<std::size_t> {
          return TRY(TRY(TermHasher::load_or_create(database)).query_of(text)).words[0].part_terms.size();
        })
        .value();
  };
  CHECK(parts("rei01") == 6);  // two runs, four pairs
  CHECK(parts("ab-12") == 4);  // no run
  CHECK(parts("花子") == 1);
  for (const char* text : {"rei0123456", "3456", "i0123", "ab-12", "口座"})
    CHECK(office->count(query_of([&](auto& q) { q.text = text; })).value() == 1);
  for (const char* text : {"01234567", "rei01", "6543"}) CHECK(office->count(query_of([&](auto& q) { q.text = text; })).value() == (text[0] == 'r'));
  // As an older program left it: nothing is wrong with that, and a rebuild makes up for it.
  REQUIRE(office->engine().write([&](Database& database) -> Status {
    const std::int64_t run = TRY(TermHasher::load_or_create(database)).query_of("3456").value().words[0].part_terms[0];
    TRY(database.run("DELETE FROM term WHERE term = $1", run));
    TRY(database.run("DELETE FROM meta WHERE name = 'search parts'"));
    return {};
  }));
  office.reopen();
  CHECK(parts("rei01") == 4);
  CHECK(office->count(query_of([](auto& q) { q.text = "3456"; })).value() == 1);
  const auto keep = [&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> { return TRY(office->projection(matter)); };
  REQUIRE(office->replace_projections(keep, true));
  CHECK(parts("rei01") == 4);  // looking changes nothing
  REQUIRE(office->replace_projections(keep, false));
  CHECK(parts("rei01") == 6);
  office.reopen();
  CHECK(office->count(query_of([](auto& q) { q.text = "3456"; })).value() == 1);
  CHECK(office->replace_projections(keep, true).value() == 0);
}

TEST_CASE("what an older program entered of a matter's words counts as right until everything is entered anew") {
  const inquiry::SearchTerms words{{}, {"rei0123456"}};
  const Bytes key(32, 7);
  const TermHasher now(key), before(key, false);
  const auto all = now.terms_of(words);
  std::vector<std::int64_t> old = all;
  const auto query = now.query_of("rei0123456").value();
  for (const std::int64_t part : query.words[0].part_terms)
    if (old.size() > all.size() - 7) std::erase(old, part);  // the runs come first
  REQUIRE(old.size() == all.size() - 7);
  CHECK(before.is_entered(old, words));
  CHECK(before.is_entered(all, words));
  CHECK(!now.is_entered(old, words));
  CHECK(now.is_entered(all, words));
  CHECK(!before.complete().is_entered(old, words));
  old.pop_back();
  CHECK(!before.is_entered(old, words));
}

}  // namespace
}  // namespace warifu::store
