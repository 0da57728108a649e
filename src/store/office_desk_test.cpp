// What the desk decides on what arrives, on the real stores: the texts of acts that come after an end, or with it, go in the transaction that
// brings them.
#include <doctest/doctest.h>

#include "desk/test_office.h"
#include "store/testing_office.h"

namespace warifu::desk {
namespace {

using inquiry::Kind;

std::shared_ptr<Store> borrowed(store::TestOffice& office) {
  return {&*office, [](Store*) {}};
}

// One inquiry with its answer, between an agency and a provider that keep their acts in databases.
struct Houses {
  store::TestOffice agency_store, provider_store;
  TestWorld world;
  Office& agency = world.agency();
  Office& provider = world.provider();

  explicit Houses(store::TestStore& engines)
      : agency_store(engines), provider_store(engines), world({}, borrowed(agency_store), borrowed(provider_store)) {}

  // Released, and still in the provider's outbox.
  MatterId answered() {
    const MatterId matter = world.dispatched({world.item("ex-1001")});
    world.assigned(matter);
    inquiry::ItemAnswer item;
    item.no = 1;
    item.result = inquiry::ItemResult::ANSWERED;
    item.tables = {{{"氏名"}, {{"例示 花子"}}}};
    CollectCommand command;
    command.answer.items = {item};
    command.answer.completeness = "保有する記録のすべてです。";
    command.ready = true;
    must(provider.collect(world.op, matter, command), "collect");
    world.step();
    must(provider.check_answer(world.releaser, matter, {{{1, 1}}, "数えました"}), "check_answer");
    world.step();
    const Prepared prepared = must(provider.prepare_release(world.releaser, matter), "prepare_release");
    must(provider.release(world.releaser, matter, world.provider_office().sign(prepared, world.releaser.person)), "release");
    world.step();
    return matter;
  }
};

// The kinds whose text is there, apart from the receipts of an erasure.
std::vector<Kind> with_text(const Office& office, const MatterId& matter) {
  std::vector<Kind> out;
  for (const inquiry::SignedAct& act : must(office.store().acts(matter)))
    if (act.body && act.act.kind != Kind::PURGED && act.act.kind != Kind::TEXT_ERASED) out.push_back(act.act.kind);
  return out;
}

TEST_CASE("a withdrawal that meets a delivered answer is taken, and its own text goes with the answer") {
  store::for_both_engines([](store::TestStore& engines) {
    Houses houses(engines);
    const MatterId matter = houses.answered();
    must(houses.agency.withdraw(houses.world.investigator, matter, {"解決したため"}));  // it crosses the answer
    houses.world.step();
    must(houses.provider.post(houses.world.courier));
    houses.world.exchange();
    CHECK(must(houses.provider.store().row(matter)).provider_state == inquiry::ProviderState::ERASED);
    CHECK(with_text(houses.provider, matter).empty());
    CHECK(must(houses.provider.store().held_acts(matter)).empty());
    CHECK(must(houses.provider.rebuild(true)) == 0);
    CHECK(must(houses.agency.rebuild(true)) == 0);
  });
}

TEST_CASE("an answer that meets the agency's purge is taken without its text") {
  store::for_both_engines([](store::TestStore& engines) {
    Houses houses(engines);
    TestWorld& world = houses.world;
    const MatterId matter = houses.answered();
    must(houses.agency.withdraw(world.investigator, matter, {"解決したため"}));
    world.step();
    must(houses.agency.close(world.investigator, matter, {}));
    must(houses.agency.retain(world.registrar, matter));
    world.clock.advance(days(365 * 12));
    REQUIRE(must(houses.agency.post(world.courier)) == 1);
    must(houses.agency.purge(world.registrar, matter, {"保存期間の満了"}));
    world.step();
    world.exchange();
    bool has_release = false;
    for (const inquiry::SignedAct& act : must(houses.agency.store().acts(matter))) has_release = has_release || act.act.kind == Kind::RELEASED;
    CHECK(has_release);
    CHECK(with_text(houses.agency, matter).empty());
    CHECK(with_text(houses.provider, matter).empty());
    CHECK(must(houses.agency.rebuild(true)) == 0);
    CHECK(must(houses.provider.rebuild(true)) == 0);
  });
}

}  // namespace
}  // namespace warifu::desk

namespace warifu::store {
namespace {

TEST_CASE("an act whose text is destroyed by the commit that brings it is kept without it, also when it had waited") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    REQUIRE(office->commit(next_commit(*office, matter, {.text = "stays"})));
    auto early = next_commit(*office, matter, {.text = "waited"});
    early.held = true;
    REQUIRE(office->commit(early));
    auto commit = next_commit(*office, matter, {.kind = inquiry::Kind::TEXT_ERASED, .text = "receipt"});
    const auto late = make_act(matter, {.text = "came"});
    commit.acts.insert(commit.acts.begin(), {early.acts[0], late});
    commit.purge_bodies = {early.acts[0].hash, late.hash};
    commit.projection = make_projection(matter);
    REQUIRE(office->commit(commit));
    const auto acts = office->acts(matter).value();
    REQUIRE(acts.size() == 4);
    for (const auto& act : acts) CHECK(act.body.has_value() == (act.hash != early.acts[0].hash && act.hash != late.hash));
    CHECK(office->held_acts(matter).value().empty());
    auto stranger = commit;
    stranger.acts = {make_act(matter, {.text = "other"})};
    stranger.expected_acts = hashes_of(acts);
    stranger.purge_bodies = {Sha256{}};
    const auto refused = office->commit(stranger);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::NOT_FOUND);
  });
}

}  // namespace
}  // namespace warifu::store
