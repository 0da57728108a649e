// The stamp of a matter: by it those who keep a matter in memory know that it is still so.

#include <doctest/doctest.h>

#include "store/testing_office.h"

namespace warifu::store {
namespace {

using desk::Commit;
using desk::Stamp;

TEST_CASE("a stamp stays what it is while nothing happens, and is another after every act") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random(), other = MatterId::random();
    CHECK(office->stamp(matter).error().code == Code::NOT_FOUND);
    const Stamp first = office->commit(next_commit(*office, matter)).value();
    CHECK(office->stamp(matter).value() == first);
    CHECK(office->stamped_acts(matter).value().stamp == first);
    REQUIRE(office->commit(next_commit(*office, other)));
    CHECK(office->stamp(matter).value() == first);
    const auto commit = next_commit(*office, matter);
    const Stamp second = office->commit(commit).value();
    CHECK(second != first);
    CHECK(office->commit(commit).value() == second);  // repeated
    office.reopen();
    CHECK(office->stamp(matter).value() == second);
    const auto read = office->stamped_acts(matter).value();
    CHECK(read.stamp == second);
    CHECK(read.acts.size() == 2);
  });
}

TEST_CASE("a commit whose stamp still holds stands; one whose stamp is of the past is STALE unless its acts are the ones") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    Commit first = next_commit(*office, matter);
    first.expected = Stamp{};
    const Stamp stamp = office->commit(first).value();
    CHECK(office->commit(first).value() == stamp);  // its answer was lost
    Commit second = next_commit(*office, matter), third = next_commit(*office, matter);
    second.expected = third.expected = stamp;
    const Stamp later = office->commit(second).value();
    CHECK(office->commit(third).error().code == Code::STALE);
    CHECK(office->commit(second).value() == later);
    third.expected_acts = hashes_of(office->acts(matter).value());
    CHECK(office->commit(third).has_value());
    CHECK(office->acts(matter).value().size() == 3);
  });
}

TEST_CASE("a stamp that holds skips no act that is here already") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    const Commit first = next_commit(*office, matter);
    const Stamp stamp = office->commit(first).value();
    Commit both = next_commit(*office, matter);
    both.acts.insert(both.acts.begin(), first.acts[0]);
    both.expected = stamp;
    const Stamp after = office->commit(both).value();
    CHECK(after.acts == 2);
    CHECK(office->stamp(matter).value() == after);
    CHECK(office->acts(matter).value().size() == 2);
  });
}

TEST_CASE("a purge changes the stamp, with and without an act of its own") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    const Commit first = next_commit(*office, matter);
    const Stamp before = office->commit(first).value();
    Commit purge;
    purge.matter = matter;
    purge.expected_acts = hashes_of(first.acts);
    purge.expected = before;
    purge.purge_bodies = {first.acts[0].hash};
    const Stamp after = office->commit(purge).value();
    CHECK(after.acts == before.acts);
    CHECK(after != before);
    CHECK(office->stamp(matter).value() == after);
    CHECK(office->stamped_acts(matter).value().stamp == after);
    // Decided on a text that is gone: the acts are the same, so it may stand.
    Commit late = next_commit(*office, matter);
    late.expected = before;
    const Stamp last = office->commit(late).value();
    CHECK(last.acts == 2);
    CHECK(office->stamp(matter).value() == last);
  });
}

TEST_CASE("acts that wait for theirs are not in the stamp") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    Commit held = next_commit(*office, matter);
    held.held = true;
    CHECK(office->commit(held).value().acts == 0);
    CHECK(office->stamp(matter).error().code == Code::NOT_FOUND);
    Commit first = next_commit(*office, matter);
    first.expected = Stamp{};  // read before anything was sealed for the matter
    const Stamp stamp = office->commit(first).value();
    CHECK(stamp.acts == 1);
    CHECK(office->stamp(matter).value() == stamp);
  });
}

}  // namespace
}  // namespace warifu::store
