#include "inquiry/fold.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "inquiry/projection.h"
#include "inquiry/test_support.h"

namespace warifu::inquiry {

namespace {

using test::Choice;
using test::TestExchange;
using test::TestOffice;

// ── random matters ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

// Two offices that do what their own fold allows, in random order, with messages that are late, out of order and delivered twice.
class Life {
 public:
  // Some begin blank, others where acts can cross.
  explicit Life(std::uint64_t seed) : exchange(seed), random_(seed) {
    const std::size_t start = pick(5);
    if (start == 1) exchange.dispatched();
    if (start >= 2) exchange.until_begun();
    if (start >= 3) exchange.answer(Kind::COLLECTED), exchange.answer(Kind::ANSWER_CHECKED);
    if (start == 4) exchange.answer(Kind::RELEASED), exchange.ask(Kind::WITHDRAWN);  // both on the way
  }

  TestExchange exchange;

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      switch (pick(5)) {
        case 0:
        case 1: act(exchange.agency); break;
        case 2: act(exchange.provider); break;
        case 3: deliver_one(exchange.to_agency, exchange.agency); break;
        default: deliver_one(exchange.to_provider, exchange.provider);
      }
    }
    while (!exchange.to_agency.empty()) deliver_one(exchange.to_agency, exchange.agency);
    while (!exchange.to_provider.empty()) deliver_one(exchange.to_provider, exchange.provider);
  }

 private:
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  void deliver_one(std::vector<SignedAct>& way, TestOffice& to) {
    if (way.empty()) return;
    const std::size_t i = pick(way.size());
    to.add(way[i]);
    if (pick(8) != 0) way.erase(way.begin() + static_cast<std::ptrdiff_t>(i));  // otherwise it comes again
  }

  Choice choose() {
    Choice choice;
    choice.ready = pick(8) != 0;
    choice.disposition = pick(6) == 0 ? Disposition::LEGAL_REVIEW : Disposition::ACCEPT;
    choice.serial = ++serial_;
    choice.results.clear();
    for (int no = 1; no <= 2; ++no)
      if (pick(3) != 0) choice.results.emplace_back(no, static_cast<ItemResult>(pick(enum_count<ItemResult>())));
    if (choice.results.empty()) choice.results.emplace_back(1, ItemResult::ANSWERED);
    return choice;
  }

  // What ends a matter or sends it back is rarer than what moves it on, or no matter would get far.
  static bool is_rare(Kind kind) {
    switch (kind) {
      case Kind::VOIDED:
      case Kind::WITHDRAWN:
      case Kind::SENT_BACK:
      case Kind::ANSWER_SENT_BACK:
      case Kind::RETURNED:
      case Kind::SUSPECTED:
      case Kind::CLOSED:
      case Kind::PURGED:
      case Kind::TEXT_ERASED:
      case Kind::VIEWED:
      case Kind::FINDING:
      case Kind::ORAL: return true;
      default: return false;
    }
  }

  void act(TestOffice& office) {
    for (int attempt = 0; attempt < 8; ++attempt) {
      const KindRule& rule = all_kinds()[pick(all_kinds().size())];
      const bool is_ours = rule.sides == Sides::BOTH || (rule.sides == Sides::AGENCY) == (office.side() == party::Side::AGENCY);
      if (!is_ours || rule.kind == Kind::OFFICE_CHANGED || enum_text(rule.kind).starts_with("statement.") || (is_rare(rule.kind) && pick(6) != 0))
        continue;
      const SignedAct made = office.make(rule.kind, choose());
      if (!office.may(made)) continue;
      office.add(made);
      exchange.post(office, made);
      return;
    }
  }

  std::mt19937_64 random_;
  int serial_ = 200;
};

std::vector<SignedAct> only(const std::vector<SignedAct>& acts, bool shared) {
  std::vector<SignedAct> out;
  std::ranges::copy_if(acts, std::back_inserter(out), [&](const SignedAct& act) { return act.is_shared() == shared; });
  return out;
}

// An approval that was not dispatched never left the agency.
Shared without_undispatched(Shared shared) {
  std::set<Sha256> dispatched;
  for (const Dispatch& dispatch : shared.dispatches) dispatched.insert(dispatch.approval);
  std::erase_if(shared.approvals, [&](const auto& entry) { return !dispatched.contains(entry.first); });
  return shared;
}

std::string show(const TestOffice& office) {
  std::string out = office.side() == party::Side::AGENCY ? "agency:" : "provider:";
  for (const Sha256& hash : office.state().order) {
    const EffectOf& effect = office.state().effects.at(hash);
    out += "\n  " + std::string(enum_text(office.find(hash).act.kind)) + " by " + office.find(hash).act.org.text() + " " +
           std::string(enum_text(effect.effect)) + " " + effect.why;
  }
  return out;
}

// As after a purge: only its receipts still have a text.
std::vector<SignedAct> without_bodies(std::vector<SignedAct> acts, const std::vector<Sha256>& except) {
  for (SignedAct& act : acts)
    if (std::ranges::find(except, act.hash) == except.end()) act.body.reset();
  return acts;
}

}  // namespace

TEST_CASE("any order of arrival folds to the same state, duplicates included") {
  CHECK(rc::check("permutations", [](std::uint64_t seed) {
    Life life(seed);
    life.run(60);
    std::mt19937_64 random(seed);
    for (const TestOffice* office : {&life.exchange.agency, &life.exchange.provider}) {
      std::vector<SignedAct> acts = office->acts();
      for (int i = 0; i < 3; ++i) {
        std::ranges::shuffle(acts, random);
        RC_ASSERT(fold(acts) == office->state());
      }
      if (!acts.empty()) acts.push_back(acts.front());
      RC_ASSERT(fold(acts) == office->state());
    }
  }));
}

TEST_CASE("both sides agree on what they share, whatever each keeps for itself") {
  std::set<State> reached;
  std::set<ProviderState> provider_reached;
  int amended = 0, overridden = 0;
  CHECK(rc::check("two sides", [&](std::uint64_t seed) {
    Life life(seed);
    life.run(120);
    const TestOffice& agency = life.exchange.agency;
    const TestOffice& provider = life.exchange.provider;
    const Shared expected = without_undispatched(agency.state().shared);
    if (expected.dispatches.empty()) {
      RC_ASSERT(only(provider.acts(), true).empty());  // nothing has left the agency
    } else {
      if (!(provider.state().shared == expected)) RC_LOG(show(agency) + "\n" + show(provider));
      RC_ASSERT(provider.state().shared == expected);
    }
    RC_ASSERT(fold(only(provider.acts(), true)).shared == provider.state().shared);
    RC_ASSERT(fold(only(agency.acts(), true)).shared == agency.state().shared);
    for (const TestOffice* office : {&agency, &provider})
      for (const auto& [hash, effect] : office->state().effects) RC_ASSERT(effect.effect != Effect::HELD);
    reached.insert(agency.state().agency.state);
    provider_reached.insert(provider.state().provider.state);
    amended += agency.state().shared.dispatches.size() > 1 ? 1 : 0;
    for (const Release& release : expected.releases) overridden += release.overridden ? 1 : 0;
  }));
  // Otherwise the generator would prove nothing.
  CHECK(reached.size() >= 6);
  CHECK(provider_reached.size() >= 5);
  CHECK(amended > 0);
  CHECK(overridden > 0);
  MESSAGE("agency states reached: " << reached.size() << ", provider states: " << provider_reached.size() << ", amended: " << amended
                                    << ", answers overridden: " << overridden);
}

TEST_CASE("what a side did internally stays done when the other side's acts come in between") {
  CHECK(rc::check("no act is undone", [](std::uint64_t seed) {
    Life life(seed);
    life.run(120);
    for (const TestOffice* office : {&life.exchange.agency, &life.exchange.provider})
      for (const SignedAct& act : office->acts()) {
        if (act.is_shared()) continue;
        const EffectOf& effect = office->state().effects.at(act.hash);
        if (effect.effect != Effect::APPLIED) RC_LOG(show(*office));
        RC_ASSERT(effect.effect == Effect::APPLIED);
      }
  }));
}

TEST_CASE("each number ends in exactly one state: dispatched, spoiled, or in the making") {
  CHECK(rc::check("numbers", [](std::uint64_t seed) {
    Life life(seed);
    life.run(120);
    const MatterState& state = life.exchange.agency.state();
    std::size_t registered = 0;
    for (const SignedAct& act : life.exchange.agency.acts()) registered += act.act.kind == Kind::REGISTERED ? 1U : 0U;
    RC_ASSERT(state.agency.numbers.size() == registered);
    for (const Numbering& number : state.agency.numbers) {
      std::size_t ends = 0;
      for (const Dispatch& dispatch : state.shared.dispatches) ends += dispatch.number == number ? 1U : 0U;
      ends += static_cast<std::size_t>(std::ranges::count(state.agency.spoiled, number));
      ends += state.agency.working && state.agency.working->number == number ? 1U : 0U;
      if (ends != 1) RC_LOG(show(life.exchange.agency));
      RC_ASSERT(ends == 1U);
    }
  }));
}

// ── crossing, in both orders of the act ids ────────────────────────────────────────────────────────────────────────────────────────────

TEST_CASE("a withdrawal that crosses the answer wins on both sides") {
  std::set<bool> orders;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    TestExchange x(seed);
    x.until_begun();
    x.answer(Kind::COLLECTED), x.answer(Kind::ANSWER_CHECKED);
    const SignedAct released = x.answer(Kind::RELEASED);
    const SignedAct withdrawn = x.ask(Kind::WITHDRAWN);
    orders.insert(released.act.id < withdrawn.act.id);
    x.deliver();
    for (const TestOffice* office : {&x.agency, &x.provider}) {
      const MatterState& state = office->state();
      CHECK(state.shared.state == State::WITHDRAWN);
      REQUIRE(state.shared.releases.size() == 1);
      CHECK(state.shared.releases.front().overridden);
      CHECK(state.effects.at(released.hash).effect == Effect::OVERRIDDEN);
      CHECK(state.effects.at(withdrawn.hash).effect == Effect::APPLIED);
    }
    CHECK(x.agency.state().shared == x.provider.state().shared);
    CHECK(x.agency.state().agency.state == State::WITHDRAWN);
    CHECK(x.provider.state().provider.state == ProviderState::WITHDRAWN);
    // The answer stays unopened.
    CHECK_FALSE(x.agency.may(x.agency.make(Kind::RETRIEVED)));
    CHECK_FALSE(x.agency.may(x.agency.make(Kind::OPENED)));
    CHECK(x.agency.may(x.agency.make(Kind::CLOSED)));
  }
  CHECK(orders.size() == 2);
}

TEST_CASE("an answer seen before the withdrawal makes the withdrawal illegal, on both sides") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TestExchange x(seed);
    x.until_begun();
    x.released();
    SignedAct withdrawn = x.agency.make(Kind::WITHDRAWN);
    const Status refused = x.agency.may(withdrawn);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::ILLEGAL_TRANSITION);
    x.agency.add(withdrawn), x.provider.add(withdrawn);  // somebody signed it all the same
    for (const TestOffice* office : {&x.agency, &x.provider}) {
      CHECK(office->state().effects.at(withdrawn.hash).effect == Effect::ILLEGAL);
      CHECK(office->state().shared.state == State::ANSWERED);
    }
  }
}

TEST_CASE("a release written in sight of the withdrawal has no effect") {
  TestExchange x;
  x.until_begun();
  x.answer(Kind::COLLECTED), x.answer(Kind::ANSWER_CHECKED);
  x.ask(Kind::WITHDRAWN);
  x.deliver();
  const SignedAct released = x.provider.make(Kind::RELEASED);
  CHECK_FALSE(x.provider.may(released));
  x.agency.add(released), x.provider.add(released);
  CHECK(x.agency.state().effects.at(released.hash).effect == Effect::ILLEGAL);
  CHECK(x.agency.state().shared.releases.empty());
  CHECK(x.agency.state().shared == x.provider.state().shared);
}

TEST_CASE("a part that was in sight stays when the rest is withdrawn") {
  TestExchange x;
  Choice first;
  first.results = {{1, ItemResult::ANSWERED}};
  x.until_begun();
  x.released(first);
  x.ask(Kind::WITHDRAWN);
  Choice second;
  second.results = {{2, ItemResult::NONE_HELD}};
  x.answer(Kind::COLLECTED, second), x.answer(Kind::ANSWER_CHECKED), x.answer(Kind::RELEASED);
  x.deliver();
  REQUIRE(x.agency.state().shared.releases.size() == 2);
  CHECK_FALSE(x.agency.state().shared.releases[0].overridden);
  CHECK(x.agency.state().shared.releases[1].overridden);
  CHECK(x.agency.state().shared == x.provider.state().shared);
  CHECK(x.agency.may(x.agency.make(Kind::RETRIEVED)));
}

TEST_CASE("an amendment that crosses the answer to the version before ends alike on both sides") {
  std::set<bool> orders;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    TestExchange x(seed);
    x.until_begun();
    for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED}) x.ask(kind);
    x.ask(Kind::REGISTERED, {.serial = 124});
    const SignedAct amended = x.ask(Kind::DISPATCHED);
    x.answer(Kind::COLLECTED), x.answer(Kind::ANSWER_CHECKED);
    const SignedAct released = x.answer(Kind::RELEASED);
    orders.insert(released.act.id < amended.act.id);
    x.deliver();
    const Shared& shared = x.agency.state().shared;
    CHECK(shared == x.provider.state().shared);
    CHECK(shared.state == State::DISPATCHED);
    REQUIRE(shared.dispatches.size() == 2);
    CHECK(shared.dispatches[0].superseded);
    CHECK(shared.current()->version == 2);
    REQUIRE(shared.releases.size() == 1);
    CHECK_FALSE(shared.releases[0].overridden);
    CHECK(shared.results().empty());  // of version 2 nothing is answered yet
    // The work begins anew on version 2, and the first answer can still be received.
    for (const Kind kind : {Kind::RECEIVED, Kind::VERIFIED, Kind::TRIAGED, Kind::ACCEPTED, Kind::ASSIGNED}) x.answer(kind);
    x.ask(Kind::RETRIEVED);
    x.released();
    CHECK(x.agency.state().agency.state == State::ANSWERED);
    CHECK(x.agency.state().shared == x.provider.state().shared);
    CHECK(x.agency.state().agency.numbers.size() == 2);
  }
  CHECK(orders.size() == 2);
}

TEST_CASE("a new version is accepted only after its own signatures were checked") {
  TestExchange x;
  x.dispatched(), x.verified();
  x.answer(Kind::TRIAGED);
  for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED}) x.ask(kind);
  x.ask(Kind::REGISTERED, {.serial = 124}), x.ask(Kind::DISPATCHED);
  x.deliver();
  for (const Kind kind : {Kind::ACCEPTED, Kind::RETURNED, Kind::BEGUN, Kind::RELEASED}) CHECK_FALSE(x.provider.may(x.provider.make(kind)));
  x.answer(Kind::VERIFIED), x.answer(Kind::TRIAGED);
  CHECK(x.provider.may(x.provider.make(Kind::ACCEPTED)));
}

TEST_CASE("an approval that comes before its dispatch is not in sight") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    TestExchange x(seed);
    x.until_begun();
    for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED}) x.ask(kind);
    x.ask(Kind::REGISTERED, {.serial = 124}), x.ask(Kind::DISPATCHED);
    REQUIRE(x.to_provider.size() == 2);
    x.provider.add(x.to_provider[0]);  // the approval alone
    const SignedAct collected = x.answer(Kind::COLLECTED);
    CHECK(std::ranges::count(collected.act.after, x.to_provider[0].hash) == 0);
    x.answer(Kind::RETURNED);
    x.deliver();
    CHECK(x.provider.state().effects.at(collected.hash).effect == Effect::APPLIED);
    CHECK(x.agency.state().shared == x.provider.state().shared);
  }
}

TEST_CASE("steps on a version that was superseded meanwhile are kept as evidence") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TestExchange x(seed);
    x.dispatched();
    for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED}) x.ask(kind);
    x.ask(Kind::REGISTERED, {.serial = 124}), x.ask(Kind::DISPATCHED);
    x.answer(Kind::RECEIVED), x.answer(Kind::VERIFIED), x.answer(Kind::TRIAGED), x.answer(Kind::RETURNED);
    x.deliver();
    CHECK(x.agency.state().shared == x.provider.state().shared);
    const Dispatch& first = x.agency.state().shared.dispatches[0];
    CHECK(first.received);
    CHECK(first.returned);
    CHECK(first.return_reason == law::ReasonCode::INSUFFICIENT_INFO);
    CHECK(x.agency.state().shared.state == State::DISPATCHED);
  }
}

TEST_CASE("a purge of the provider that crosses an amendment does not end it") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    TestExchange x(seed);
    x.dispatched(), x.verified();
    x.answer(Kind::TRIAGED), x.answer(Kind::RETURNED);
    x.deliver();
    for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED}) x.ask(kind);
    x.ask(Kind::REGISTERED, {.serial = 124}), x.ask(Kind::DISPATCHED);
    x.answer(Kind::PURGED);
    x.deliver();
    CHECK(x.agency.state().shared == x.provider.state().shared);
    CHECK(x.agency.state().shared.state == State::DISPATCHED);
    CHECK_FALSE(x.agency.state().shared.purged_by_provider);
    x.answer(Kind::RECEIVED), x.answer(Kind::VERIFIED);
    CHECK(x.provider.state().provider.state == ProviderState::VERIFIED);
  }
}

TEST_CASE("a reminder written while an approval waits, or after one was sent back, reaches the other side") {
  TestExchange x;
  x.until_begun();
  for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED}) x.ask(kind);
  x.ask(Kind::REMINDED);  // the approval of version 2 has not left
  x.deliver();
  CHECK(x.provider.state().shared.reminders.size() == 1);
  x.ask(Kind::SENT_BACK), x.ask(Kind::VOIDED);  // and never will
  x.ask(Kind::WITHDRAWN);
  x.deliver();
  CHECK(x.provider.state().shared.state == State::WITHDRAWN);
  CHECK(x.agency.state().agency.state == State::WITHDRAWN);
  for (const auto& [hash, effect] : x.agency.state().effects) CHECK(effect.effect == Effect::APPLIED);
}

TEST_CASE("a withdrawal gives up the version in the making and spoils its number") {
  TestExchange x;
  x.dispatched(), x.verified();
  x.answer(Kind::TRIAGED), x.answer(Kind::RETURNED);
  x.deliver();
  for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED}) x.ask(kind);
  x.ask(Kind::REGISTERED, {.serial = 124});
  x.ask(Kind::WITHDRAWN);
  CHECK_FALSE(x.agency.state().agency.working);
  CHECK(x.agency.state().agency.spoiled == std::vector<Numbering>{test::sample_number(124)});
  CHECK(x.agency.may(x.agency.make(Kind::CLOSED)));
}

TEST_CASE("a declined narrowing falls back to the results that are left") {
  TestExchange x;
  x.until_begun();
  Choice proposal;
  proposal.results = {{1, ItemResult::NARROWING_PROPOSED}, {2, ItemResult::NARROWING_PROPOSED}};
  x.released(proposal);
  CHECK(x.agency.state().agency.state == State::NARROWING_PROPOSED);
  x.ask(Kind::RETRIEVED), x.ask(Kind::NARROWING_DECLINED);
  x.deliver();
  CHECK(x.agency.state().agency.state == State::IN_PROGRESS);
  CHECK(x.provider.state().shared == x.agency.state().shared);
  x.released();  // the provider goes on without a new assignment
  CHECK(x.agency.state().agency.state == State::ANSWERED);
}

// domain.md section 6, from items to the matter.
TEST_CASE("all pairs of results give the state of the matter") {
  const auto expected = [](ItemResult a, ItemResult b) {
    if (a == ItemResult::NARROWING_PROPOSED || b == ItemResult::NARROWING_PROPOSED) return State::NARROWING_PROPOSED;
    if (a != b) return State::PARTLY_ANSWERED;
    return enum_parse<State>(enum_text(a)).value();
  };
  for (std::size_t a = 0; a < enum_count<ItemResult>(); ++a)
    for (std::size_t b = 0; b < enum_count<ItemResult>(); ++b) {
      Choice choice;
      choice.results = {{1, static_cast<ItemResult>(a)}, {2, static_cast<ItemResult>(b)}};
      TestExchange x;
      x.until_begun();
      x.released(choice);
      CAPTURE(a);
      CAPTURE(b);
      CHECK(x.agency.state().agency.state == expected(choice.results[0].second, choice.results[1].second));
    }
}

// ── held, forged, foreign ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

TEST_CASE("an act whose parents are not here is held, and applied when they come") {
  TestExchange x;
  x.until_begun();
  x.released();
  std::vector<SignedAct> shared = only(x.agency.acts(), true);
  for (std::size_t missing = 0; missing < shared.size(); ++missing) {
    std::vector<SignedAct> some = shared;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(missing));
    const MatterState state = fold(some);
    const bool is_last =
        std::ranges::none_of(some, [&](const SignedAct& act) { return std::ranges::count(act.act.after, shared[missing].hash) > 0; });
    const bool has_held = std::ranges::any_of(state.effects, [](const auto& entry) { return entry.second.effect == Effect::HELD; });
    CHECK(has_held == !is_last);
    for (const auto& [hash, effect] : state.effects)
      if (effect.effect == Effect::HELD) CHECK(std::ranges::count(state.order, hash) == 0);
    some.push_back(shared[missing]);
    CHECK(fold(some) == fold(shared));
  }
  const SignedAct late = x.agency.make(Kind::RETRIEVED);
  TestOffice empty(party::Side::PROVIDER);
  const Status held = empty.may(late);
  REQUIRE_FALSE(held);
  CHECK(held.error().code == Code::PARENT_MISSING);
}

TEST_CASE("forged cycles and shared acts that name internal ones are held") {
  TestExchange x;
  x.dispatched();
  const auto forged = [&](std::uint8_t n, Kind kind, std::vector<Sha256> after) {
    FoldInput input;
    input.act.id = test::test_id<ActId>(0xee, n);
    input.act.matter = x.agency.acts().front().act.matter;
    input.act.kind = kind;
    input.act.org = test::agency_org();
    input.act.role = party::Role::INVESTIGATOR;
    input.act.person = test::person(party::Role::INVESTIGATOR);
    input.act.after = std::move(after);
    input.hash.bytes.fill(n);
    input.facts = Facts{};
    return input;
  };
  const auto hash = [](std::uint8_t n) {
    Sha256 digest;
    digest.bytes.fill(n);
    return digest;
  };
  const Shared before = x.agency.state().shared;
  for (const Kind kind : {Kind::REMINDED, Kind::VIEWED}) {
    std::vector<FoldInput> acts = x.agency.inputs();
    acts.push_back(forged(1, kind, {hash(2)}));
    acts.push_back(forged(2, kind, {hash(1)}));
    acts.push_back(forged(3, kind, {hash(3)}));
    const MatterState state = fold(acts);
    for (std::uint8_t n = 1; n <= 3; ++n) CHECK(state.effects.at(hash(n)).effect == Effect::HELD);
    CHECK(state.shared == before);
  }
  for (const SignedAct& act : x.agency.acts()) {
    if (act.is_shared()) continue;
    std::vector<FoldInput> acts = x.agency.inputs();
    acts.push_back(forged(4, Kind::REMINDED, {act.hash}));
    acts.push_back(forged(5, Kind::VIEWED, {hash(4)}));
    const MatterState state = fold(acts);
    CHECK(state.effects.at(hash(4)).effect == Effect::HELD);
    CHECK(state.effects.at(hash(5)).effect == Effect::HELD);  // and what follows a held act
    CHECK(state.shared == before);
  }
  // A basis that names what its writer did not write, or what is not there, orders nothing and holds nothing back.
  std::vector<FoldInput> acts = x.agency.inputs();
  FoldInput reminder = forged(6, Kind::REMINDED, x.agency.state().shared_heads);
  reminder.facts->basis = {hash(77)};
  acts.push_back(reminder);
  CHECK(fold(acts).effects.at(hash(6)).effect == Effect::APPLIED);
  // A basis orders no shared act, not even an approval of its writer that has not been dispatched …
  FoldInput approval = forged(8, Kind::APPROVED, {hash(9)}), two = forged(9, Kind::REMINDED, x.agency.state().shared_heads);
  two.facts->basis = {hash(8)};
  acts.push_back(approval), acts.push_back(two);
  CHECK(fold(acts).effects.at(hash(9)).effect == Effect::APPLIED);
  // … and a cycle through one holds its own writer's internal acts only.
  FoldInput looped = forged(10, Kind::APPROVED, x.agency.state().shared_heads);
  looped.facts->basis = {hash(11)};
  acts.push_back(looped), acts.push_back(forged(11, Kind::VIEWED, {hash(10)}));
  CHECK(fold(acts).effects.at(hash(10)).effect == Effect::HELD);
  CHECK(fold(acts).effects.at(hash(11)).effect == Effect::HELD);
  CHECK(fold(acts).effects.at(hash(9)).effect == Effect::APPLIED);
}

TEST_CASE("acts of an organisation that is no party have no effect") {
  TestExchange x;
  x.until_begun();
  const party::OrganisationId stranger = party::OrganisationId::parse("daisansha.example").value();
  for (const Kind kind : {Kind::WITHDRAWN, Kind::REMINDED, Kind::RETURNED, Kind::RELEASED, Kind::PURGED, Kind::VIEWED}) {
    CAPTURE(enum_text(kind));
    TestOffice& office = rule_of(kind).sides == Sides::PROVIDER ? x.provider : x.agency;
    SignedAct act = office.make(kind);
    act.act.org = stranger;
    FoldInput input = fold_input(act);
    std::vector<FoldInput> acts = office.inputs();
    acts.push_back(input);
    const MatterState state = fold(acts);
    CHECK(state.effects.at(input.hash).effect == Effect::ILLEGAL);
    CHECK(state.shared == office.state().shared);
  }
}

TEST_CASE("an amendment stays with its addressee, and an agency does not ask itself") {
  TestExchange x;
  x.dispatched(), x.verified();
  x.answer(Kind::TRIAGED), x.answer(Kind::RETURNED);
  x.deliver();
  x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED);
  json::Value body = x.agency.plausible_body(Kind::APPROVED);
  body.as_object().at("text").as_object().at("to") = "daisansha.example";
  CHECK_FALSE(x.agency.may(x.agency.make(Kind::APPROVED, body, party::Role::APPROVER, test::person(party::Role::APPROVER))));
  body.as_object().at("text").as_object().at("to") = test::agency_org().text();
  CHECK_FALSE(x.agency.may(x.agency.make(Kind::APPROVED, body, party::Role::APPROVER, test::person(party::Role::APPROVER))));
}

// ── who may do what to his own work ────────────────────────────────────────────────────────────────────────────────────────────────────

TEST_CASE("nobody checks, approves, numbers, dispatches or releases his own work") {
  using party::Role;
  const auto refused = [](const TestOffice& office, Kind kind, PersonId by) {
    TestOffice trial = office;
    const Role role = trial.role_for(kind);
    const Status status = trial.may(trial.make(kind, trial.plausible_body(kind), role, by));
    REQUIRE_FALSE(status);
    CHECK(status.error().code == Code::SEPARATION_OF_DUTIES);
    CHECK(trial.may(trial.make(kind, trial.plausible_body(kind), role, test::person(role, 3))));
  };
  TestExchange x;
  const PersonId drafter = test::person(Role::INVESTIGATOR), approver = test::person(Role::APPROVER), preparer = test::person(Role::OPERATOR);
  x.ask(Kind::DRAFTED);
  refused(x.agency, Kind::CHECKED, drafter);
  x.ask(Kind::CHECKED);
  refused(x.agency, Kind::APPROVED, drafter);
  x.ask(Kind::APPROVED);
  refused(x.agency, Kind::REGISTERED, drafter);
  refused(x.agency, Kind::REGISTERED, approver);
  x.ask(Kind::REGISTERED);
  refused(x.agency, Kind::DISPATCHED, drafter);
  refused(x.agency, Kind::DISPATCHED, approver);
  x.ask(Kind::DISPATCHED);
  x.deliver();
  x.verified(), x.accepted(), x.begun();
  x.answer(Kind::COLLECTED);
  refused(x.provider, Kind::ANSWER_CHECKED, preparer);
  x.answer(Kind::ANSWER_CHECKED);
  refused(x.provider, Kind::RELEASED, preparer);
}

TEST_CASE("what is released is what was checked, under the number that was registered") {
  TestExchange x;
  for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED, Kind::REGISTERED}) x.ask(kind);
  json::Value dispatch = x.agency.plausible_body(Kind::DISPATCHED);
  dispatch.as_object().at("number") = json::encode(test::sample_number(777));
  const Status number = x.agency.may(x.agency.make(Kind::DISPATCHED, dispatch, party::Role::REGISTRAR, test::person(party::Role::REGISTRAR)));
  REQUIRE_FALSE(number);
  CHECK(number.error().code == Code::TEXT_DIFFERS);
  x.ask(Kind::DISPATCHED);
  x.deliver();
  x.verified(), x.accepted(), x.begun();
  x.answer(Kind::COLLECTED), x.answer(Kind::ANSWER_CHECKED);
  json::Value release = x.provider.plausible_body(Kind::RELEASED);
  release.as_object().at("answer") = json::encode(test::sample_answer({{1, ItemResult::NONE_HELD}, {2, ItemResult::ANSWERED}}));
  const Status answer = x.provider.may(x.provider.make(Kind::RELEASED, release, party::Role::RELEASER, test::person(party::Role::RELEASER)));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::TEXT_DIFFERS);
}

TEST_CASE("what waits for the legal desk is not accepted past it") {
  TestExchange x;
  x.dispatched(), x.verified();
  x.answer(Kind::TRIAGED, {.disposition = Disposition::LEGAL_REVIEW});
  CHECK_FALSE(x.provider.may(x.provider.make(Kind::ACCEPTED)));
  CHECK_FALSE(x.provider.may(x.provider.make(Kind::TRIAGED)));
  CHECK(x.provider.may(x.provider.make(Kind::TRIAGED, {.disposition = Disposition::RETURN})));
  x.answer(Kind::LEGAL_DECIDED);
  CHECK_FALSE(x.provider.may(x.provider.make(Kind::TRIAGED)));
  CHECK(x.provider.may(x.provider.make(Kind::ACCEPTED)));
}

TEST_CASE("a repeated check of signatures does not wipe the work, and one that was in doubt can be cleared") {
  TestExchange x;
  x.dispatched();
  x.answer(Kind::SUSPECTED);
  CHECK(x.provider.may(x.provider.make(Kind::RETURNED)));
  x.answer(Kind::VERIFIED);
  x.answer(Kind::RECEIVED), x.accepted(), x.begun();
  for (const Kind kind : {Kind::VERIFIED, Kind::SUSPECTED}) {
    const SignedAct again = x.provider.make(kind);
    CHECK_FALSE(x.provider.may(again));
    const Provider before = x.provider.state().provider;
    TestOffice trial = x.provider;
    trial.add(again);
    CHECK(trial.state().provider == before);
  }
}

// ── purge ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

TEST_CASE("a purge changes neither state nor register nor figures") {
  int purged = 0;
  const auto survives = [&](TestOffice& office) {
    const SignedAct erasure = office.make(Kind::TEXT_ERASED);
    if (!office.may(erasure)) return true;
    office.add(erasure);
    const SignedAct receipt = office.make(Kind::PURGED);
    if (!office.may(receipt)) return true;
    ++purged;
    office.add(receipt);
    const std::vector<SignedAct> stripped = without_bodies(office.acts(), {erasure.hash, receipt.hash});
    if (fold(stripped) != office.state()) return false;
    const std::vector<FoldInput> after = fold_inputs(stripped);
    for (std::size_t i = 0; i < after.size(); ++i)
      if (after[i].facts != office.inputs()[i].facts) return false;
    return project(office.self(), office.side(), stripped, fold(stripped)) == project(office.self(), office.side(), office.acts(), office.state());
  };
  CHECK(rc::check("purge", [&](std::uint64_t seed) {
    Life life(seed);
    life.run(120);
    RC_ASSERT(survives(life.exchange.agency));
    RC_ASSERT(survives(life.exchange.provider));
  }));
  TestExchange x;
  x.until_begun();
  x.released();
  x.ask(Kind::RETRIEVED);
  x.deliver();
  x.ask(Kind::CLOSED);
  CHECK(survives(x.agency));
  CHECK(survives(x.provider));
  CHECK(purged >= 2);
}

TEST_CASE("what the other side says it purged does not change what this side reads") {
  TestExchange x;
  x.until_begun();
  x.released();
  x.ask(Kind::RETRIEVED);
  x.deliver();
  // The provider's erasure record lies about the agency's approval and about the answer, and finds its way to the agency.
  json::Value lie = x.provider.plausible_body(Kind::TEXT_ERASED);
  for (auto& entry : lie.as_object().at("residue").as_object()) entry.value().as_object()["items"] = json::Array();
  const SignedAct foreign = x.provider.make(Kind::TEXT_ERASED, lie, party::Role::RELEASER, test::person(party::Role::RELEASER));
  x.provider.add(foreign), x.agency.add(foreign);
  x.ask(Kind::CLOSED);
  const SignedAct own = x.ask(Kind::TEXT_ERASED);
  x.ask(Kind::PURGED);
  std::vector<SignedAct> stripped = without_bodies(x.agency.acts(), {own.hash, foreign.hash});
  CHECK(fold(stripped) == x.agency.state());
  std::ranges::reverse(stripped);
  CHECK(fold(stripped) == x.agency.state());
}

TEST_CASE("the fold is total over purged bodies without residue") {
  CHECK(rc::check("no bodies", [](std::uint64_t seed) {
    Life life(seed);
    life.run(120);
    std::mt19937_64 random(seed);
    for (const TestOffice* office : {&life.exchange.agency, &life.exchange.provider}) {
      std::vector<SignedAct> acts = office->acts();
      for (SignedAct& act : acts)
        if (random() % 3 == 0) act.body.reset();
      const MatterState some = fold(acts);
      RC_ASSERT(some.effects.size() == office->state().effects.size());
      (void)project(office->self(), office->side(), acts, some);
      for (SignedAct& act : acts) act.body = "{\"broken\":";  // and over bodies that are none
      RC_ASSERT(fold(acts).effects.size() == office->state().effects.size());
    }
  }));
}

// ── size ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

TEST_CASE("a matter of 2,000 acts folds") {
  TestExchange x;
  x.until_begun();
  std::vector<FoldInput> acts = x.agency.inputs();
  std::vector<Sha256> heads = x.agency.state().heads, shared_heads = x.agency.state().shared_heads;
  std::mt19937_64 random(1);
  while (acts.size() < 2000) {
    FoldInput input = acts.front();
    input.act.kind = acts.size() % 2 == 0 ? Kind::VIEWED : Kind::REMINDED;
    input.act.role = party::Role::INVESTIGATOR;
    for (std::uint8_t& byte : input.act.id.bytes) byte = static_cast<std::uint8_t>(random());
    for (std::uint8_t& byte : input.hash.bytes) byte = static_cast<std::uint8_t>(random());
    const bool is_shared = input.act.kind == Kind::REMINDED;
    input.act.after = is_shared ? shared_heads : heads;
    input.facts = Facts{};
    heads = {input.hash};
    if (is_shared) shared_heads = {input.hash};
    acts.push_back(std::move(input));
  }
  const MatterState state = fold(acts);
  CHECK(state.effects.size() == 2000);
  CHECK(std::ranges::all_of(state.effects, [](const auto& entry) { return entry.second.effect == Effect::APPLIED; }));
  std::ranges::reverse(acts);
  CHECK(fold(acts) == state);
}

TEST_CASE("a matter holds so many acts and no more") {
  TestExchange x;
  x.dispatched();
  std::vector<FoldInput> acts = x.agency.inputs();
  const FoldInput next = fold_input(x.agency.make(Kind::REMINDED));
  CHECK(check_legal(acts, next));
  FoldInput filler = fold_input(x.agency.make(Kind::VIEWED));
  std::mt19937_64 random(1);
  while (acts.size() < limits::kActsPerMatterMax) {
    for (std::uint8_t& byte : filler.hash.bytes) byte = static_cast<std::uint8_t>(random());
    acts.push_back(filler);
  }
  const Status full = check_legal(acts, next);
  REQUIRE_FALSE(full);
  CHECK(full.error().code == Code::TOO_MANY);
  acts.pop_back();
  CHECK(check_legal(acts, next));
}

}  // namespace warifu::inquiry
