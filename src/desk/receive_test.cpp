#include <doctest/doctest.h>

#include "desk/test_office.h"

namespace warifu::desk {
namespace {

// An inquiry that was dispatched and is still in the agency's outbox.
struct OnItsWay {
  OnItsWay() {
    world.courier.cut(true);
    matter = world.dispatched({world.item("reiji-00001")});
    const std::vector<Gathered> gathered = must(world.agency().gather(must(world.agency_office().store->outbox_of(matter))));
    REQUIRE(gathered.size() == 1);
    whole = gathered.front().parcel;
    REQUIRE(whole.acts.size() == 2);
  }
  [[nodiscard]] exchange::Parcel only(std::size_t act) const {
    exchange::Parcel out = whole;
    out.acts = {whole.acts[act]};
    return out;
  }
  TestWorld world;
  MatterId matter;
  exchange::Parcel whole;
};

TEST_CASE("what waits in the outbox crosses as one parcel for each matter and addressee") {
  TestWorld world;
  world.courier.cut(true);
  const MatterId one = world.dispatched({world.item("reiji-00001")}), two = world.dispatched({world.item("reiji-00002")});
  std::vector<OutboxRow> rows = must(world.agency_office().store->outbox_of(one));
  for (OutboxRow& row : must(world.agency_office().store->outbox_of(two))) rows.push_back(std::move(row));
  const std::vector<Gathered> gathered = must(world.agency().gather(rows));
  REQUIRE(gathered.size() == 2);
  CHECK(gathered[0].parcel.matter == one);
  CHECK(gathered[0].rows.size() == 2);
  CHECK(gathered[0].parcel.acts[0].act.kind == inquiry::Kind::APPROVED);
  CHECK(gathered[0].parcel.acts[1].act.kind == inquiry::Kind::DISPATCHED);
  CHECK(gathered[1].parcel.matter == two);
  CHECK(gathered[1].parcel.to == world.provider().self().id);
}

TEST_CASE("acts that come before their parents wait, and are judged when those have come") {
  OnItsWay way;
  Office& provider = way.world.provider();
  const Office::Received early = must(provider.receive(way.only(1)));
  CHECK(early.applied == 0);
  CHECK(early.held == 1);
  CHECK(provider.store().acts(way.matter).error().code == Code::NOT_FOUND);
  CHECK(must(provider.store().held_acts(way.matter)).size() == 1);
  // The same again changes nothing.
  CHECK(must(provider.receive(way.only(1))).held == 0);

  const Office::Received late = must(provider.receive(way.only(0)));
  CHECK(late.applied == 2);
  CHECK(must(provider.store().held_acts(way.matter)).empty());
  const std::vector<SignedAct> acts = must(provider.store().acts(way.matter));
  REQUIRE(acts.size() == 4);  // with what the node writes about a dispatch: received, verified
  CHECK(acts[0].act.kind == inquiry::Kind::APPROVED);
  CHECK(acts[1].act.kind == inquiry::Kind::DISPATCHED);
  CHECK(acts[2].act.kind == inquiry::Kind::RECEIVED);
  CHECK(acts[3].act.kind == inquiry::Kind::VERIFIED);
}

// As a message brings it that the hub took at that time.
Carried promised_at(Time at) {
  Carried carried;
  MessageIn in;
  in.id = exchange::MessageId::random();
  in.promised = in.at = at;
  carried.received.push_back(std::move(in));
  return carried;
}

TEST_CASE("a key revoked before the hub took the message vouches for nothing, whatever date the act bears") {
  struct Case {
    const char* what;
    bool is_revoked, is_before;
    inquiry::ProviderState expected;
  };
  const Case cases[] = {
      {"nobody revoked", false, false, inquiry::ProviderState::VERIFIED},
      {"revoked after the promise", true, false, inquiry::ProviderState::VERIFIED},
      {"revoked before the promise", true, true, inquiry::ProviderState::SUSPECT},
  };
  for (const Case& one : cases)
    for (const bool is_approver : {true, false}) {
      CAPTURE(one.what);
      CAPTURE(is_approver);
      OnItsWay way;
      TestWorld& world = way.world;
      const Time revoked = world.clock.now() + minutes(10);
      if (one.is_revoked) world.directory().revoke_person(is_approver ? world.approver.person : world.registrar.person, revoked);
      world.clock.advance(hours(1));
      must(world.provider().receive(way.whole, promised_at(one.is_before ? revoked + minutes(1) : revoked - minutes(1))));
      CHECK(must(world.provider().store().row(way.matter)).provider_state == one.expected);
    }
}

TEST_CASE("an agency that gives one number to two inquiries is not taken at its word") {
  TestWorld world;
  const MatterId first = world.dispatched({world.item("reiji-00001")});
  dynamic_cast<FakeStore&>(*world.agency_office().store).lose(first);
  const MatterId second = world.dispatched({world.item("reiji-00002")});
  const auto row = [&](const MatterId& matter) { return must(world.provider().store().row(matter)); };
  REQUIRE(row(first).number == row(second).number);
  CHECK(row(first).provider_state == inquiry::ProviderState::VERIFIED);
  CHECK(row(second).provider_state == inquiry::ProviderState::SUSPECT);
  const MatterView view = must(world.provider().peek(world.intake, second));
  const auto step = std::ranges::find(view.verification, std::string("number"), &inquiry::VerificationStep::name);
  REQUIRE(step != view.verification.end());
  CHECK_FALSE(step->ok);
  CHECK(step->detail.find(first.hex()) != std::string::npos);
}

TEST_CASE("order of arrival makes no difference") {
  OnItsWay way;
  TestWorld& world = way.world;
  exchange::Parcel turned = way.whole;
  std::swap(turned.acts[0], turned.acts[1]);
  CHECK(must(world.provider().receive(turned)).applied == 2);
  CHECK(must(world.provider().store().row(way.matter)).provider_state == inquiry::ProviderState::VERIFIED);
}

TEST_CASE("of a parcel with one bad act nothing is taken") {
  OnItsWay way;
  Office& provider = way.world.provider();
  exchange::Parcel broken = way.whole;
  broken.acts[1].note.signatures.erase(broken.acts[1].note.signatures.begin());  // the organisation's
  CHECK(provider.receive(broken).error().code == Code::SIGNATURE_MISSING);
  broken = way.whole;
  broken.from = must(party::OrganisationId::parse("mihon-police.example"));
  CHECK(provider.receive(broken).error().code == Code::FORBIDDEN);
  broken = way.whole;
  broken.matter = MatterId::random();
  CHECK(provider.receive(broken).error().code == Code::FORBIDDEN);
  broken = way.whole;
  broken.acts[1].body.reset();
  CHECK(provider.receive(broken).error().code == Code::TEXT_DIFFERS);
  CHECK(provider.store().acts(way.matter).error().code == Code::NOT_FOUND);
  CHECK(must(provider.store().held_acts(way.matter)).empty());
  CHECK(must(provider.receive(way.whole)).applied == 2);
}

TEST_CASE("a node that has not heard of the directory for a quarter of an hour orders nothing, after a day it writes and takes nothing") {
  OnItsWay way;
  TestWorld& world = way.world;
  const MatterId drafted = must(world.agency().draft(world.investigator, world.draft_of({world.item("reiji-00003")}))).matter;
  world.step();
  must(world.agency().check(world.supervisor, drafted, {}));
  const Time heard = world.clock.now();
  world.directory().verify_as_of(heard);

  world.clock.advance(minutes(15));
  CHECK(world.agency().prepare_approval(world.approver, drafted));
  world.clock.advance(seconds(1));
  const auto refused = world.agency().prepare_approval(world.approver, drafted);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::CHECKPOINT_OLD);
  CHECK(refused.error().args.at("age") == "15");
  CHECK(world.provider().receive(way.whole).error().code == Code::CHECKPOINT_OLD);
  // What orders nothing goes on for a day.
  CHECK(world.agency().draft(world.investigator, world.draft_of({world.item("reiji-00004")})));
  world.clock.advance({hours(24).us - minutes(15).us - seconds(1).us});
  CHECK(world.agency().draft(world.investigator, world.draft_of({world.item("reiji-00005")})));
  world.clock.advance(seconds(1));
  CHECK(world.agency().draft(world.investigator, world.draft_of({world.item("reiji-00006")})).error().code == Code::CHECKPOINT_OLD);
  // Looking is not writing.
  CHECK(world.agency().peek(world.investigator, drafted));
  world.directory().verify_as_of(world.clock.now());
  CHECK(world.agency().prepare_approval(world.approver, drafted));
  CHECK(must(world.provider().receive(way.whole)).applied == 2);
}

TEST_CASE("the time before the next try doubles up to ten minutes") {
  CHECK(retry_after(0) == seconds(2));
  CHECK(retry_after(3) == seconds(16));
  CHECK(retry_after(9) == seconds(600));
  CHECK(retry_after(1'000'000) == seconds(600));
}

}  // namespace
}  // namespace warifu::desk
