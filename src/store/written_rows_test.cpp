#include "store/written_rows.h"

#include <doctest/doctest.h>

#include <random>

#include "store/testing_office.h"

namespace warifu::store {
namespace {

desk::Stamp stamp(std::int64_t acts) { return {acts, acts, Sha256{}}; }

WrittenRow row_of(std::int64_t id) {
  WrittenRow out;
  out.id = id;
  return out;
}

TEST_CASE("what was written is known under its stamp alone, and from the beginning of the next commit not at all") {
  WrittenRows rows;
  const auto matter = MatterId::random();
  const auto first = rows.begin(matter, stamp(0));
  CHECK(first.before == nullptr);
  rows.keep(matter, stamp(1), first.order, row_of(7));
  CHECK(rows.begin(MatterId::random(), stamp(1)).before == nullptr);
  const auto other = rows.begin(matter, stamp(2));
  CHECK(other.before == nullptr);
  rows.keep(matter, stamp(3), other.order, row_of(8));
  const auto second = rows.begin(matter, stamp(3));
  REQUIRE(second.before != nullptr);
  CHECK(second.before->id == 8);
  CHECK(rows.begin(matter, stamp(3)).before == nullptr);  // somebody has begun
}

TEST_CASE("of two commits that were begun only the later one's row is kept, whoever comes first to keep it") {
  for (const bool later_first : {true, false}) {
    WrittenRows rows;
    const auto matter = MatterId::random();
    const auto first = rows.begin(matter, stamp(0)), second = rows.begin(matter, stamp(0));
    if (later_first) rows.keep(matter, stamp(1), second.order, row_of(2));
    rows.keep(matter, stamp(1), first.order, row_of(1));
    if (!later_first) {
      CHECK(rows.begin(matter, stamp(1)).before == nullptr);
      continue;
    }
    const auto third = rows.begin(matter, stamp(1));
    REQUIRE(third.before != nullptr);
    CHECK(third.before->id == 2);
  }
}

TEST_CASE("what was forgotten, or went because of many others, does not come back with a commit that began before") {
  WrittenRows rows;
  const auto matter = MatterId::random();
  auto begun = rows.begin(matter, stamp(0));
  rows.clear();
  rows.keep(matter, stamp(1), begun.order, row_of(1));
  begun = rows.begin(matter, stamp(1));
  CHECK(begun.before == nullptr);
  for (std::size_t i = 0; i < WrittenRows::kMattersMax; ++i) static_cast<void>(rows.begin(MatterId::random(), stamp(0)));
  const auto again = rows.begin(matter, stamp(1));
  rows.keep(matter, stamp(2), begun.order, row_of(1));
  CHECK(rows.begin(matter, stamp(2)).before == nullptr);
  CHECK(again.order > begun.order);
}

TEST_CASE("the digest of words tells apart what is divided or placed otherwise") {
  const inquiry::SearchTerms terms[] = {{{}, {}},     {{"a"}, {}},      {{}, {"a"}},    {{"a", "b"}, {}},
                                        {{"ab"}, {}}, {{"b", "a"}, {}}, {{}, {"1\na"}}, {{""}, {}}};
  for (std::size_t i = 0; i < std::size(terms); ++i)
    for (std::size_t k = 0; k < std::size(terms); ++k) CHECK((words_digest(terms[i]) == words_digest(terms[k])) == (i == k));
}

// A row and words of one of few values each, so that what is the same as before and what is another come in every mixture.
inquiry::Projection any_projection(const MatterId& matter, std::mt19937& random, const std::vector<PersonId>& persons) {
  const auto chance = [&](unsigned of) { return random() % of; };
  const auto someone = [&]() -> std::optional<PersonId> { return chance(3) == 0 ? std::nullopt : std::optional(persons[chance(3)]); };
  auto out = make_projection(matter, chance(2) == 0 ? std::vector<std::string>{"一つ目の題"} : std::vector<std::string>{"別の題", "二つ目"},
                             chance(2) == 0 ? std::vector<std::string>{} : std::vector<std::string>{"EMAIL:someone@example.test"});
  out.row.state = chance(2) == 0 ? inquiry::State::DRAFT : inquiry::State::CLOSED;
  out.row.number = chance(2) == 0 ? "" : "架空捜第12号";
  out.row.drafter = someone();
  out.row.in_charge = someone();
  if (chance(2) == 0) out.row.turn_persons = {persons[chance(3)]};
  if (chance(2) == 0) out.row.due_at = Time{static_cast<std::int64_t>(chance(2)) * 1'000'000};
  out.row.is_open = chance(2) == 0;
  out.row.updated = Time{static_cast<std::int64_t>(chance(4))};
  return out;
}

TEST_CASE("whoever wrote before, and whatever, the tables hold the last projection") {
  for_both_offices([](TestOffice& office) {
    std::mt19937 random(30);
    auto other = OfficeStore::open(office.options());  // a second program on the same store
    REQUIRE(other.has_value());
    const std::vector<PersonId> persons = {PersonId::random(), PersonId::random(), PersonId::random()};
    std::map<MatterId, inquiry::Projection> all;
    std::vector<MatterId> matters;
    for (int i = 0; i < 4; ++i) matters.push_back(MatterId::random());
    for (int step = 0; step < 150; ++step) {
      const auto matter = matters[random() % matters.size()];
      const auto projection = any_projection(matter, random, persons);
      OfficeStore& store = random() % 5 == 0 ? **other : *office;
      desk::Commit commit = next_commit(store, matter);
      if (random() % 4 == 0 && all.contains(matter)) commit.acts.clear();  // a projection without an act: the stamp stays
      if (random() % 8 == 0 && !commit.acts.empty() && !commit.expected_acts.empty()) commit.purge_bodies = {commit.expected_acts.front()};
      commit.projection = projection;
      if (random() % 6 == 0) {
        desk::Commit refused = commit;
        refused.expected_acts = {Sha256{}};
        refused.acts = {make_act(matter)};
        CHECK(store.commit(std::move(refused)).error().code == Code::STALE);
      }
      const auto done = store.commit(std::move(commit));
      if (!done) FAIL(done.error().message);
      all[matter] = projection;
      CHECK(office->projection(matter).value() == projection);
    }
    const auto compute = [&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> { return all.at(matter); };
    CHECK(office->replace_projections(compute, true).value() == 0);  // columns, persons and the index of words as well
  });
}

}  // namespace
}  // namespace warifu::store
