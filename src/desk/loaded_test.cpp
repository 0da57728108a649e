// What is kept of matters between commands, by itself and behind an office.

#include "desk/loaded.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "desk/impl.h"
#include "desk/test_office.h"

namespace warifu::desk {
namespace {

using inquiry::Kind;

SignedAct act_with(std::size_t body_bytes) {
  SignedAct act;
  act.act.kind = Kind::DRAFTED;
  act.body = std::string(body_bytes, 'x');
  return act;
}

std::shared_ptr<const Loaded> matter_with(const MatterId& matter, const Stamp& stamp, std::size_t body_bytes = 10) {
  Loaded loaded;
  loaded.matter = matter;
  loaded.acts.push_back(act_with(body_bytes));
  loaded.stamp = stamp;
  return kept(std::move(loaded));
}

constexpr Sha256 kOtherKey{{1}};

// A matter that was just drafted, and what its store saw.
struct Drafted {
  TestWorld world;
  Office& desk = world.agency();
  FakeStore& store = dynamic_cast<FakeStore&>(*world.agency_office().store);
  MatterId matter = must(desk.draft(world.investigator, world.draft_of({world.item("ex-1001")})), "draft").matter;

  Drafted() { world.step(); }
  Result<Written> void_it() { return desk.void_inquiry(world.investigator, matter, {"解決したため"}); }
  // An act of another writer on the same store: an office of its own on it.
  void checked_elsewhere() {
    elsewhere([this](Office& other) { must(other.check(world.supervisor, matter, {}), "check by another writer"); });
  }
  void elsewhere(const std::function<void(Office&)>& write) {
    OfficeParts parts;
    parts.self = desk.self();
    parts.store = world.agency_office().store;
    parts.directory = world.agency_office().directory;
    parts.law = std::shared_ptr<const law::Catalogue>(std::shared_ptr<const law::Catalogue>{}, &law::Catalogue::built_in());
    parts.signer = world.agency_office().signer;
    parts.clock = [this] { return world.clock.now(); };
    Office other(std::move(parts));
    write(other);
  }
};

}  // namespace

TEST_CASE("a matter is found under the stamp it was kept under, and under no other") {
  MatterCache cache;
  const MatterId matter = MatterId::random(), other = MatterId::random();
  CHECK(!cache.may_have(matter));
  cache.put(matter_with(matter, {1, 7, {}}));
  CHECK(cache.may_have(matter));
  CHECK(!cache.may_have(other));
  REQUIRE(cache.find(matter, {1, 7, {}}) != nullptr);
  CHECK(cache.find(matter, {1, 7, {}})->matter == matter);
  CHECK(cache.find(other, {1, 7, {}}) == nullptr);
  for (const Stamp& differs : {Stamp{2, 8, {}}, Stamp{1, 8, {}}, Stamp{1, 7, kOtherKey}}) {
    cache.put(matter_with(matter, {1, 7, {}}));
    CHECK(cache.find(matter, differs) == nullptr);
    CHECK(cache.find(matter, {1, 7, {}}) == nullptr);  // it was of the past
    CHECK(cache.bytes() == 0);
  }
}

TEST_CASE("an older reading that comes late replaces nothing, and a stamp that was read before a write drops nothing") {
  MatterCache cache;
  const MatterId matter = MatterId::random();
  cache.put(matter_with(matter, {3, 9, {}}));
  cache.put(matter_with(matter, {2, 8, {}}));
  CHECK(cache.find(matter, {2, 8, {}}) == nullptr);
  CHECK(cache.find(matter, {3, 9, {}}) != nullptr);
}

TEST_CASE("what was purged is forgotten and does not come back with a reading from before") {
  MatterCache cache;
  const MatterId matter = MatterId::random();
  const std::shared_ptr<const Loaded> before = matter_with(matter, {2, 8, {}});
  cache.put(before);
  cache.forget(matter, {3, 9, kOtherKey});
  CHECK(!cache.may_have(matter));
  CHECK(cache.bytes() == 0);
  cache.put(before);
  CHECK(!cache.may_have(matter));
  cache.put(matter_with(matter, {3, 9, {}}));  // as many acts, under the key from before
  CHECK(!cache.may_have(matter));
  cache.put(matter_with(matter, {3, 9, kOtherKey}));
  CHECK(cache.find(matter, {3, 9, kOtherKey}) != nullptr);
  cache.forget(matter, {3, 9, kOtherKey});
  cache.put(matter_with(matter, {4, 10, kOtherKey}));
  CHECK(cache.find(matter, {4, 10, kOtherKey}) != nullptr);
  cache.forget(matter, {3, 9, kOtherKey});  // told late: what is here was read after it
  CHECK(cache.find(matter, {4, 10, kOtherKey}) != nullptr);
}

TEST_CASE("the cache holds as many bytes as it may, and what was used longest ago goes first") {
  const std::size_t body = 10'000;
  MatterCache probe;
  probe.put(matter_with(MatterId::random(), {1, 1, {}}, body));
  const std::size_t each = probe.bytes();
  MatterCache cache(3 * each);
  const std::array<MatterId, 4> matters = {MatterId::random(), MatterId::random(), MatterId::random(), MatterId::random()};
  for (std::size_t i = 0; i < 3; ++i) cache.put(matter_with(matters[i], {1, 1, {}}, body));
  CHECK(cache.bytes() == 3 * each);
  CHECK(cache.find(matters[0], {1, 1, {}}) != nullptr);
  cache.put(matter_with(matters[3], {1, 1, {}}, body));
  CHECK(cache.bytes() == 3 * each);
  CHECK(cache.may_have(matters[0]));
  CHECK(!cache.may_have(matters[1]));
  cache.put(matter_with(matters[1], {1, 1, {}}, 4 * each));  // larger than all of it: not kept, and nothing goes for it
  CHECK(!cache.may_have(matters[1]));
  CHECK(cache.bytes() == 3 * each);
  for (std::size_t i = 0; i < MatterCache::kMattersMax + 1; ++i) cache.forget(MatterId::random(), {1, 1, {}});
  CHECK(cache.bytes() == 0);
}

TEST_CASE("an act that is added folds as if all had been read together") {
  TestWorld world;
  const MatterId matter = world.dispatched({world.item("ex-1001")});
  world.assigned(matter);
  for (Office* office : {&world.agency(), &world.provider()}) {
    Loaded grown;
    grown.matter = matter;
    StampedActs all = must(office->store().stamped_acts(matter));
    for (const SignedAct& act : all.acts) grown.add(act);
    const Loaded whole = folded(matter, std::move(all));
    CHECK(grown.state == whole.state);
    CHECK(grown.inputs.size() == whole.inputs.size());
    CHECK(whole.stamp.has_value());
    CHECK(!grown.stamp.has_value());
  }
}

TEST_CASE("what is taken to be written on is no longer kept, and whoever still reads it goes on reading the same") {
  MatterCache cache;
  const MatterId matter = MatterId::random();
  cache.put(matter_with(matter, {1, 7, {}}));
  std::shared_ptr<const Loaded> reader = cache.find(matter, {1, 7, {}});
  const std::string* const body = &*reader->acts.front().body;
  Loaded copied = cache.take(cache.find(matter, {1, 7, {}}));
  CHECK(!cache.may_have(matter));
  CHECK(cache.bytes() == 0);
  copied.acts.front().body = "another";
  CHECK(*reader->acts.front().body == std::string(10, 'x'));
  cache.put(reader);
  reader.reset();
  const Loaded moved = cache.take(cache.find(matter, {1, 7, {}}));
  CHECK(&*moved.acts.front().body == body);  // not copied
  CHECK(moved.acts.size() == 1);
  CHECK(!cache.may_have(matter));
}

TEST_CASE("a projection that goes on from act to act is the one that reads everything anew") {
  TestWorld world;
  std::vector<MatterId> matters;
  // Dispatched, amended and withdrawn; told by telephone first; drafted twice and given up: whatever changes which text counts.
  matters.push_back(world.dispatched({world.item("ex-1001"), world.item("ex-1002")}));
  world.assigned(matters.back());
  world.exchange();
  DraftCommand amendment = world.draft_of({world.item("ex-1001")});
  amendment.matter = matters.back();
  CHECK(world.dispatched(amendment) == matters.back());
  must(world.agency().withdraw(world.investigator, matters.back(), {"解決したため"}), "withdraw");
  world.exchange();
  const OralCommand oral{world.open_case, world.provider().self().id, "至急の照会", to_rfc3339(world.clock.now())};
  matters.push_back(must(world.agency().record_oral(world.investigator, oral), "record_oral").matter);
  world.step();
  DraftCommand instrument = world.draft_of({world.item("ex-1005")});
  instrument.matter = matters.back();
  world.dispatched(instrument);
  matters.push_back(must(world.agency().draft(world.investigator, world.draft_of({world.item("ex-1003")})), "draft").matter);
  world.step();
  DraftCommand again = world.draft_of({world.item("ex-1004")});
  again.matter = matters.back();
  must(world.agency().draft(world.investigator, again), "another draft");
  world.step();
  must(world.agency().void_inquiry(world.investigator, matters.back(), {"解決したため"}), "void");
  std::size_t steps = 0;
  for (Office* office : {&world.agency(), &world.provider()})
    for (const MatterId& matter : matters) {
      const Result<std::vector<SignedAct>> acts = office->store().acts(matter);
      if (!acts) continue;  // it never crossed
      std::optional<inquiry::TextsRead> texts;
      std::vector<SignedAct> sofar;
      for (const SignedAct& act : *acts) {
        sofar.push_back(act);
        const inquiry::MatterState state = inquiry::fold(sofar);
        CHECK(inquiry::project(office->self().id, office->self().side, sofar, state, texts) ==
              inquiry::project(office->self().id, office->self().side, sofar, state));
        ++steps;
      }
    }
  CHECK(steps > 30);
}

TEST_CASE("who goes on with a matter reads its acts once") {
  Drafted d;
  const int before = d.store.readings();
  must(d.desk.peek(d.world.investigator, d.matter), "peek");
  must(d.void_it(), "void");
  must(d.desk.peek(d.world.investigator, d.matter), "peek");
  CHECK(d.store.readings() == before);
  CHECK(must(d.desk.rebuild(true)) == 0);
}

TEST_CASE("what another writer did meanwhile is seen by the next look and by the next command") {
  Drafted d;
  d.checked_elsewhere();
  CHECK(must(d.desk.peek(d.world.investigator, d.matter)).row.state == inquiry::State::CHECKED);
  d.world.step();
  MatterId& matter = d.matter;
  matter = must(d.desk.draft(d.world.investigator, d.world.draft_of({d.world.item("ex-1002")})), "draft").matter;
  d.world.step();
  d.checked_elsewhere();
  d.world.step();
  must(d.void_it(), "void");
  const std::vector<SignedAct> acts = must(d.desk.store().acts(matter));
  CHECK(std::ranges::count_if(acts, [](const SignedAct& act) { return act.act.kind == Kind::CHECKED; }) == 1);
  CHECK(must(d.desk.rebuild(true)) == 0);
}

TEST_CASE("a command on what is in memory asks the store for nothing before it commits") {
  Drafted d;
  must(d.desk.peek(d.world.investigator, d.matter), "peek");
  const int readings = d.store.readings(), stamps = d.store.stamps_read();
  must(d.void_it(), "void");
  CHECK(d.store.readings() == readings);
  CHECK(d.store.stamps_read() == stamps);
}

TEST_CASE("nobody is refused, or let through, by what is in memory and no longer so") {
  Drafted d;
  d.elsewhere([&](Office& other) { must(other.void_inquiry(d.world.investigator, d.matter, {"解決したため"}), "void by another writer"); });
  d.world.step();
  must(d.desk.purge(d.world.registrar, d.matter, {"書き損じ"}), "purge of what another writer has voided");
  Drafted e;
  e.checked_elsewhere();
  e.world.step();
  const Result<Written> twice = e.desk.check(e.world.supervisor, e.matter, {});
  REQUIRE(!twice);
  CHECK(twice.error().code == Code::ILLEGAL_TRANSITION);
  CHECK(must(e.desk.store().acts(e.matter)).size() == 2);
}

TEST_CASE("an act that comes between reading and committing is decided on before the command stands") {
  Drafted d;
  d.store.before_next_commit([&] { d.checked_elsewhere(); });
  must(d.void_it(), "void");
  const std::vector<SignedAct> acts = must(d.desk.store().acts(d.matter));
  const auto checked = std::ranges::find(acts, Kind::CHECKED, [](const SignedAct& act) { return act.act.kind; });
  REQUIRE(checked != acts.end());
  const auto& after = acts.back().act.after;
  CHECK(std::ranges::find(after, checked->hash) != after.end());
}

TEST_CASE("a commit that failed leaves nothing behind, and one whose answer was lost is found") {
  Drafted d;
  d.store.break_next_commit(Code::DISK_FULL);
  CHECK(d.void_it().error().code == Code::DISK_FULL);
  CHECK(must(d.desk.peek(d.world.investigator, d.matter)).row.state == inquiry::State::DRAFT);
  d.store.lose_next_answer();
  CHECK(d.void_it().error().code == Code::STORE_UNAVAILABLE);
  CHECK(must(d.desk.peek(d.world.investigator, d.matter)).row.state == inquiry::State::VOIDED);
}

TEST_CASE("a purge leaves nothing of a text in memory") {
  Drafted d;
  must(d.void_it(), "void");
  d.world.step();
  must(d.desk.peek(d.world.investigator, d.matter), "peek");
  const int before = d.store.readings();
  must(d.desk.purge(d.world.registrar, d.matter, {"書き損じ"}), "purge");
  CHECK(d.store.readings() == before);
  const MatterView view = must(d.desk.peek(d.world.agency_auditor, d.matter));
  CHECK(d.store.readings() == before + 1);
  CHECK(view.row.state == inquiry::State::PURGED);
  for (const ActView& act : view.timeline)
    if (act.kind == "DRAFTED") CHECK(act.note.empty());
}

}  // namespace warifu::desk
