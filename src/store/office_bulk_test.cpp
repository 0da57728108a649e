#include "store/office_bulk.h"

#include <doctest/doctest.h>

#include <map>

#include "store/office_copy.h"
#include "store/sqlite.h"
#include "store/testing_office.h"

namespace warifu::store {
namespace {

constexpr std::string_view kObjects = "SELECT count(*) FROM sqlite_master";

// Matters with words of their own and some that they share, and what a bulk is given of them.
struct Many {
  std::map<MatterId, inquiry::Projection> projections;
  std::map<MatterId, inquiry::SignedAct> acts;

  explicit Many(int count) {
    for (int i = 0; i < count; ++i) {
      const auto matter = MatterId::random();
      auto projection =
          make_projection(matter, {"共通の語", "第" + std::to_string(i) + "号"}, {"ACCOUNT_ID:portal.demo/rei" + std::to_string(1000 + i)});
      projection.row.drafter = PersonId::random();
      projection.row.unit = UnitId::random();
      projections.emplace(matter, std::move(projection));
      acts.emplace(matter, make_act(matter, {.kind = inquiry::Kind::VIEWED, .person = PersonId::random()}));
    }
  }
  [[nodiscard]] std::vector<OfficeBulk::Item> items(const OfficeBulk& bulk) const {
    std::vector<OfficeBulk::Item> out;
    for (const auto& [matter, projection] : projections) {
      OfficeBulk::Item item;
      item.commit.matter = matter;
      item.commit.acts = {acts.at(matter)};
      item.commit.projection = projection;
      item.terms = bulk.terms(projection);
      out.push_back(std::move(item));
    }
    return out;
  }
  // How many matters lists and searches would show otherwise.
  [[nodiscard]] std::size_t differing(OfficeStore& office) const {
    return office
        .replace_projections([&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> { return projections.at(matter); }, true)
        .value();
  }
};

std::string file_of(const TestOffice& office) { return office.options().url.substr(std::string_view("sqlite:").size()); }

void fill(TestOffice& office, const Many& many) {
  office.close();
  const std::string scratch = office.folder() / "scratch";
  auto bulk = OfficeBulk::open(file_of(office), scratch).value();
  auto items = many.items(*bulk);
  const auto half = static_cast<std::ptrdiff_t>(items.size() / 2);
  REQUIRE(bulk->add({items.begin(), items.begin() + half}));
  REQUIRE(bulk->add({items.begin() + half, items.end()}));
  REQUIRE(bulk->finish());
  CHECK(!std::filesystem::exists(scratch));
  office.reopen();
}

TEST_CASE("an office filled in bulk is the one that single commits would have made") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  const auto objects = office.number(kObjects);
  const Many many(300);
  fill(office, many);
  CHECK(office.number(kObjects) == objects);  // with every index
  CHECK(many.differing(*office) == 0);
  for (const auto& [matter, act] : many.acts) {
    const auto acts = office->acts(matter).value();
    REQUIRE(acts.size() == 1);
    CHECK(acts[0].hash == act.hash);
    CHECK(acts[0].body == act.body);
    CHECK(office->last_view(matter, *act.act.person).value() == act.act.at);
  }
  CHECK(office->count(query_of([](auto& q) { q.text = "共通の語"; })).value() == 300);
  CHECK(office->find(query_of([](auto& q) { q.text = "portal.demo/rei1042"; })).value().rows.size() == 1);
  CHECK(office->check());
  const auto& [matter, first] = *many.projections.begin();
  REQUIRE(office->commit(next_commit(*office, matter)));
  CHECK(office->acts(matter).value().size() == 2);
}

TEST_CASE("an office with matters in it is not filled in bulk, and a wrong commit is refused as ever") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  put_matter(*office, make_projection(MatterId::random()));
  office.close();
  CHECK(OfficeBulk::open(file_of(office), office.folder() / "scratch").error().code == Code::CONFLICT);
  TestOffice other(engines);
  other.close();
  auto bulk = OfficeBulk::open(file_of(other), other.folder() / "scratch").value();
  auto items = Many(1).items(*bulk);
  items[0].commit.matter = MatterId::random();
  CHECK(bulk->add(std::move(items)).error().code == Code::INTERNAL);
}

TEST_CASE("a filled office is copied to PostgreSQL whole, and goes on there") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  const Many many(50);
  fill(office, many);
  TestStore others(EngineKind::POSTGRES);
  TestOffice copy(others);
  {
    const auto from = open_sqlite({.file = file_of(office), .access = Access::READ}).value();
    const auto to = copy->engine().connect(Access::WRITE).value();
    const auto indexes = copy.number("SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema()");
    const auto done = copy_office(*from, *to);
    CAPTURE((done ? std::string() : done.error().message));
    REQUIRE(done);
    CHECK(copy.number("SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema()") == indexes);
    CHECK(copy.number("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace") > 1);
  }
  copy.reopen();
  CHECK(many.differing(*copy) == 0);
  CHECK(copy.number("SELECT count(*) FROM term") == office.number("SELECT count(*) FROM term"));
  CHECK(copy->find(query_of([](auto& q) { q.text = "portal.demo/rei1042"; })).value().rows.size() == 1);
  for (const auto& [matter, act] : many.acts) CHECK(copy->acts(matter).value()[0].body == act.body);
  put_matter(*copy, make_projection(MatterId::random()));
  CHECK(copy->count({}).value() == 51);
}

}  // namespace
}  // namespace warifu::store
