#include "inquiry/projection.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "inquiry/test_support.h"
#include "text/unicode.h"

namespace warifu::inquiry {

namespace {

using party::Role;
using party::Side;
using test::Choice;
using test::TestExchange;
using test::TestOffice;

Projection of(const TestOffice& office) { return project(office.self(), office.side(), office.acts(), office.state()); }

bool has(const std::vector<std::string>& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }
bool has_word(const SearchTerms& terms, std::string_view word) { return has(terms.words, text::search_fold(word)); }

struct Step {
  std::string name;
  std::function<void(TestExchange&)> build;
  Side side;
  Turn turn;
  std::optional<Role> role;
  std::vector<PersonId> persons;
  bool is_open;
};

const PersonId kDrafter = test::person(Role::INVESTIGATOR);
const std::vector<PersonId> kOperators = {test::person(Role::OPERATOR), test::person(Role::OPERATOR, 1)};

void released(TestExchange& x, std::vector<std::pair<int, ItemResult>> results, bool is_retrieved) {
  Choice choice;
  choice.results = std::move(results);
  x.until_begun();
  x.released(choice);
  if (is_retrieved) x.ask(Kind::RETRIEVED);
  x.deliver();
}
void returned(TestExchange& x) {
  x.dispatched(), x.verified();
  x.answer(Kind::TRIAGED), x.answer(Kind::RETURNED);
  x.deliver();
}

std::vector<Step> agency_steps() {
  const auto in_charge = [](const char* name, std::function<void(TestExchange&)> build, Turn turn) {
    return Step{name, std::move(build), Side::AGENCY, turn, Role::INVESTIGATOR, {kDrafter}, true};
  };
  const auto by_role = [](const char* name, std::function<void(TestExchange&)> build, Turn turn, Role role) {
    return Step{name, std::move(build), Side::AGENCY, turn, role, {}, true};
  };
  const auto nobody = [](const char* name, std::function<void(TestExchange&)> build, bool is_open) {
    return Step{name, std::move(build), Side::AGENCY, Turn::NONE, {}, {}, is_open};
  };
  using enum ItemResult;
  return {
      in_charge(
          "oral", [](TestExchange& x) { x.ask(Kind::ORAL); }, Turn::DRAFT),
      in_charge(
          "draft", [](TestExchange& x) { x.ask(Kind::DRAFTED, {.ready = false}); }, Turn::DRAFT),
      by_role(
          "draft handed over", [](TestExchange& x) { x.ask(Kind::DRAFTED); }, Turn::CHECK, Role::SUPERVISOR),
      by_role(
          "checked", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED); }, Turn::APPROVE, Role::APPROVER),
      by_role(
          "approved", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED), x.ask(Kind::APPROVED); }, Turn::NUMBER, Role::REGISTRAR),
      by_role(
          "numbered", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::CHECKED), x.ask(Kind::APPROVED), x.ask(Kind::REGISTERED); },
          Turn::DISPATCH, Role::REGISTRAR),
      in_charge(
          "sent back", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::SENT_BACK); }, Turn::DRAFT),
      nobody(
          "voided", [](TestExchange& x) { x.ask(Kind::DRAFTED), x.ask(Kind::VOIDED); }, false),
      nobody(
          "dispatched", [](TestExchange& x) { x.dispatched(); }, true),
      nobody(
          "in progress", [](TestExchange& x) { x.until_begun(); }, true),
      in_charge("returned", returned, Turn::DECIDE),
      by_role(
          "amendment beside a returned version", [](TestExchange& x) { returned(x), x.ask(Kind::DRAFTED); }, Turn::CHECK, Role::SUPERVISOR),
      in_charge(
          "answered", [](TestExchange& x) { released(x, {{1, ANSWERED}, {2, ANSWERED}}, false); }, Turn::RECEIVE),
      in_charge(
          "answered and received", [](TestExchange& x) { released(x, {{1, ANSWERED}, {2, NONE_HELD}}, true); }, Turn::CLOSE),
      nobody(
          "one item open", [](TestExchange& x) { released(x, {{1, ANSWERED}}, true); }, true),
      in_charge(
          "proposal not received", [](TestExchange& x) { released(x, {{1, NARROWING_PROPOSED}, {2, ANSWERED}}, false); }, Turn::RECEIVE),
      in_charge(
          "proposal", [](TestExchange& x) { released(x, {{1, NARROWING_PROPOSED}, {2, ANSWERED}}, true); }, Turn::DECIDE),
      in_charge(
          "withdrawn", [](TestExchange& x) { x.dispatched(), x.ask(Kind::WITHDRAWN); }, Turn::CLOSE),
      nobody(
          "closed", [](TestExchange& x) { released(x, {{1, ANSWERED}, {2, ANSWERED}}, true), x.ask(Kind::CLOSED); }, false),
  };
}

std::vector<Step> provider_steps() {
  const auto step = [](const char* name, std::function<void(TestExchange&)> build, Turn turn, std::optional<Role> role,
                       std::vector<PersonId> persons = {},
                       bool is_open = true) { return Step{name, std::move(build), Side::PROVIDER, turn, role, std::move(persons), is_open}; };
  using enum ItemResult;
  return {
      step("received", [](TestExchange& x) { x.dispatched(), x.answer(Kind::RECEIVED); }, Turn::NONE, {}),
      step(
          "in doubt", [](TestExchange& x) { x.dispatched(), x.answer(Kind::SUSPECTED); }, Turn::SUSPECT, Role::INTAKE),
      step(
          "verified", [](TestExchange& x) { x.dispatched(), x.verified(); }, Turn::TRIAGE, Role::INTAKE),
      step(
          "legal review", [](TestExchange& x) { x.dispatched(), x.verified(), x.answer(Kind::TRIAGED, {.disposition = Disposition::LEGAL_REVIEW}); },
          Turn::LEGAL, Role::LEGAL),
      step(
          "triaged", [](TestExchange& x) { x.dispatched(), x.verified(), x.answer(Kind::TRIAGED); }, Turn::ACCEPT, Role::INTAKE),
      step(
          "accepted", [](TestExchange& x) { x.dispatched(), x.verified(), x.accepted(); }, Turn::ASSIGN, Role::INTAKE),
      step(
          "assigned", [](TestExchange& x) { x.until_begun(); }, Turn::ANSWER, Role::OPERATOR, kOperators),
      step(
          "prepared", [](TestExchange& x) { x.until_begun(), x.answer(Kind::COLLECTED); }, Turn::SECOND_CHECK, Role::RELEASER),
      step(
          "checked", [](TestExchange& x) { x.until_begun(), x.answer(Kind::COLLECTED), x.answer(Kind::ANSWER_CHECKED); }, Turn::RELEASE,
          Role::RELEASER),
      step("released", [](TestExchange& x) { released(x, {{1, ANSWERED}, {2, ANSWERED}}, false); }, Turn::NONE, {}),
      step(
          "released in part", [](TestExchange& x) { released(x, {{1, ANSWERED}}, false); }, Turn::ANSWER, Role::OPERATOR, kOperators),
      step(
          "released in part, received", [](TestExchange& x) { released(x, {{1, ANSWERED}}, true); }, Turn::ANSWER, Role::OPERATOR, kOperators),
      step("proposal", [](TestExchange& x) { released(x, {{1, NARROWING_PROPOSED}, {2, ANSWERED}}, true); }, Turn::NONE, {}),
      step(
          "proposal declined",
          [](TestExchange& x) {
            released(x, {{1, NARROWING_PROPOSED}, {2, ANSWERED}}, true), x.ask(Kind::NARROWING_DECLINED);
            x.deliver();
          },
          Turn::ANSWER, Role::OPERATOR, kOperators),
      step(
          "answered and received", [](TestExchange& x) { released(x, {{1, ANSWERED}, {2, ANSWERED}}, true); }, Turn::NONE, {}, {}, false),
      step("returned", returned, Turn::NONE, {}, {}, false),
      step(
          "withdrawn",
          [](TestExchange& x) {
            x.until_begun(), x.ask(Kind::WITHDRAWN);
            x.deliver();
          },
          Turn::NONE, {}, {}, false),
      step(
          "erased", [](TestExchange& x) { returned(x), x.answer(Kind::PURGED); }, Turn::NONE, {}, {}, false),
  };
}

}  // namespace

TEST_CASE("whose turn it is, in every situation of both sides") {
  std::vector<Step> steps = agency_steps();
  std::ranges::move(provider_steps(), std::back_inserter(steps));
  for (const Step& step : steps) {
    CAPTURE(step.name);
    TestExchange x;
    step.build(x);
    const MatterRow row = of(step.side == Side::AGENCY ? x.agency : x.provider).row;
    CHECK(enum_text(row.turn) == enum_text(step.turn));
    CHECK(row.turn_role == step.role);
    CHECK(row.turn_persons == step.persons);
    CHECK(row.is_open == step.is_open);
    CHECK(row.side == step.side);
  }
  std::vector<bool> seen(enum_count<Turn>(), false);
  for (const Step& step : steps) seen[static_cast<std::size_t>(step.turn)] = true;
  CHECK(std::ranges::all_of(seen, [](bool is_seen) { return is_seen; }));
}

TEST_CASE("the row of the agency") {
  TestExchange x;
  x.ask(Kind::DRAFTED);
  const MatterRow draft = of(x.agency).row;
  CHECK(draft.state == State::DRAFT);
  CHECK(draft.number.empty());
  CHECK(draft.version == 0);
  CHECK(draft.items == 2);
  CHECK(draft.subject == "rei-… +1");
  CHECK(draft.categories == std::vector{law::Category::K1, law::Category::K7});
  CHECK(draft.due == Date{2026, 12, 5});
  CHECK_FALSE(draft.due_at);  // nobody can be late with what has not been asked
  CHECK(draft.counterparty == test::provider_org());
  CHECK(draft.case_id == test::case_id());
  CHECK(draft.case_number == "2026-例-77");
  CHECK(draft.unit == test::unit());
  CHECK(draft.drafter == kDrafter);
  CHECK(draft.in_charge == kDrafter);

  for (const Kind kind : {Kind::CHECKED, Kind::APPROVED, Kind::REGISTERED}) x.ask(kind);
  const MatterRow numbered = of(x.agency).row;
  CHECK(numbered.number == "架空警刑一発第123号");
  CHECK(numbered.numbering == test::sample_number());
  CHECK(numbered.approver == test::person(Role::APPROVER));
  CHECK_FALSE(numbered.dispatched);

  const SignedAct dispatched = x.ask(Kind::DISPATCHED);
  x.deliver();
  const MatterRow out = of(x.agency).row;
  CHECK(out.state == State::DISPATCHED);
  CHECK(out.dispatched == dispatched.act.at);
  CHECK(out.version == 1);
  CHECK(out.due_at == tokyo_midnight({2026, 12, 6}));  // the instant after the due day
  CHECK(out.created == x.agency.acts().front().act.at);
  CHECK(out.updated == dispatched.act.at);
  CHECK(out.approved.has_value());

  x.verified(), x.accepted(), x.begun(), x.released();
  const MatterRow answered = of(x.agency).row;
  CHECK(answered.state == State::ANSWERED);
  CHECK(answered.delivered.has_value());
  CHECK(answered.answered == x.agency.state().shared.releases.front().mark.at);
  CHECK(answered.minutes == 25);
  CHECK(answered.yen == 300);
  CHECK_FALSE(answered.due_at);
  CHECK(answered.provider_state == ProviderState::NONE);  // how the provider works is its own affair

  x.ask(Kind::RETRIEVED), x.ask(Kind::HANDED_OVER), x.ask(Kind::CLOSED);
  const MatterRow closed = of(x.agency).row;
  CHECK(closed.state == State::CLOSED);
  CHECK(closed.closed == x.agency.acts().back().act.at);
  CHECK(closed.in_charge == test::person(Role::INVESTIGATOR, 1));
  CHECK(closed.drafter == kDrafter);

  const Time before = of(x.agency).row.updated;
  x.ask(Kind::VIEWED);
  CHECK(of(x.agency).row.updated == before);  // looking changes nothing
}

TEST_CASE("the row of the provider") {
  TestExchange x;
  x.dispatched(), x.verified();
  const MatterRow row = of(x.provider).row;
  CHECK(row.state == State::DELIVERED);
  CHECK(row.provider_state == ProviderState::VERIFIED);
  CHECK(row.counterparty == test::agency_org());
  CHECK(row.number == "架空警刑一発第123号");
  CHECK(row.items == 2);
  CHECK(row.subject == "rei-… +1");
  CHECK(row.due_at == tokyo_midnight({2026, 12, 6}));
  // Nothing of the agency's inner affairs.
  CHECK_FALSE(row.case_id);
  CHECK(row.case_number.empty());
  CHECK_FALSE(row.unit);
  CHECK_FALSE(row.drafter);
  CHECK_FALSE(row.in_charge);
  CHECK(row.approver == test::person(Role::APPROVER));  // who signed is on the paper
}

TEST_CASE("an amendment keeps the first number and shows the present version") {
  TestExchange x;
  returned(x);
  const auto amend = [&](int items) {
    for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED, Kind::REGISTERED}) x.ask(kind, {.items = items, .serial = 124});
  };
  amend(1);
  CHECK(of(x.agency).row.items == 2);  // what runs is what is shown
  x.ask(Kind::DISPATCHED);
  x.deliver();
  for (const TestOffice* office : {&x.agency, &x.provider}) {
    const Projection now = of(*office);
    CHECK(now.row.number == "架空警刑一発第123号");
    CHECK(now.row.version == 2);
    CHECK(now.row.items == 1);
    CHECK(now.row.subject == "rei-…");
    // Both numbers and both texts find it.
    CHECK(has_word(now.terms, "架空警刑一発第123号"));
    CHECK(has_word(now.terms, "架空警刑一発第124号"));
    CHECK(has(now.terms.selectors, "ACCOUNT_ID:service.example:rei-1002"));
  }
}

TEST_CASE("an oral inquiry is due when its instrument is") {
  TestExchange x;
  x.ask(Kind::ORAL);
  const Projection oral = of(x.agency);
  CHECK(oral.row.state == State::ORAL);
  CHECK(oral.row.due_at == test::kStart + hours(48));
  CHECK(oral.row.due == tokyo_date(test::kStart + hours(48) - seconds(1)));
  CHECK(oral.row.counterparty == test::provider_org());
  CHECK(oral.row.subject.empty());
  CHECK(has_word(oral.terms, "2026-例-77"));
  x.ask(Kind::DRAFTED);
  CHECK_FALSE(of(x.agency).row.due_at);
}

TEST_CASE("what a search finds a matter by") {
  TestExchange x;
  x.dispatched();
  const SearchTerms agency = of(x.agency).terms, provider = of(x.provider).terms;
  for (const SearchTerms* terms : {&agency, &provider}) {
    CHECK(terms->selectors == std::vector<std::string>{"ACCOUNT_ID:service.example:rei-1001", "ACCOUNT_ID:service.example:rei-1002",
                                                       "service.example:rei-1001", "service.example:rei-1002"});
    for (const char* word : {"架空警刑一発第123号", "123", "00123", "架空通信株式会社", "架空県例示警察署", "架空 次郎", "契約者の特定のため",
                             "service.example:rei-1001"})
      CHECK_MESSAGE(has_word(*terms, word), word);
    CHECK(std::ranges::is_sorted(terms->words));
    CHECK(std::ranges::adjacent_find(terms->words) == terms->words.end());
    for (const std::string& word : terms->words) {
      CHECK_FALSE(word.empty());
      CHECK(word == text::search_fold(word));
    }
  }
  CHECK(has_word(agency, "2026-例-77"));
  CHECK(has_word(agency, "架空通販詐欺事件"));
  // The title of the case never leaves the agency.
  CHECK_FALSE(has_word(provider, "2026-例-77"));
  CHECK_FALSE(has_word(provider, "架空通販詐欺事件"));
}

TEST_CASE("after a purge nothing personal is listed or found, and the line of the register is as before") {
  TestExchange x;
  released(x, {{1, ItemResult::ANSWERED}, {2, ItemResult::ANSWERED}}, true);
  x.ask(Kind::CLOSED);
  for (TestOffice* office : {&x.agency, &x.provider}) {
    const MatterRow before = of(*office).row;
    const SignedAct erasure = office->write(Kind::TEXT_ERASED);
    const SignedAct receipt = office->write(Kind::PURGED);
    std::vector<SignedAct> acts = office->acts();
    for (SignedAct& act : acts)
      if (act.hash != receipt.hash && act.hash != erasure.hash) act.body.reset();
    const Projection after = project(office->self(), office->side(), acts, fold(acts));
    CHECK(after.terms == SearchTerms{});
    CHECK(after.row.subject.empty());
    CHECK(after.row.case_number.empty());
    CHECK_FALSE(after.row.is_open);
    CHECK(after.row.purged == receipt.act.at);
    MatterRow expected = before;
    expected.subject.clear(), expected.case_number.clear();
    expected.is_open = false, expected.turn = Turn::NONE, expected.turn_role.reset(), expected.turn_persons.clear();
    expected.purged = receipt.act.at, expected.updated = std::max(before.updated, receipt.act.at);
    expected.state = after.row.state, expected.provider_state = after.row.provider_state;
    CHECK(after.row == expected);
    // The same already while the bodies still lie there.
    CHECK(of(*office) == after);
  }
  CHECK(of(x.agency).row.state == State::PURGED);
  CHECK(of(x.provider).row.provider_state == ProviderState::ERASED);
}

TEST_CASE("a projection does not depend on the order of the acts") {
  TestExchange x;
  released(x, {{1, ItemResult::ANSWERED}, {2, ItemResult::REFUSED}}, true);
  std::mt19937_64 random(3);
  for (const TestOffice* office : {&x.agency, &x.provider}) {
    std::vector<SignedAct> acts = office->acts();
    for (int i = 0; i < 10; ++i) {
      std::ranges::shuffle(acts, random);
      CHECK(project(office->self(), office->side(), acts, fold(acts)) == of(*office));
    }
  }
}

TEST_CASE("an answer that comes after the matter was closed still wants to be received") {
  TestExchange x;
  released(x, {{1, ItemResult::ANSWERED}, {2, ItemResult::ANSWERED}}, true);
  x.ask(Kind::CLOSED);
  x.answer(Kind::ASSIGNED), x.released();
  const MatterRow row = of(x.agency).row;
  CHECK(row.state == State::CLOSED);
  CHECK_FALSE(row.is_open);
  CHECK(row.turn == Turn::RECEIVE);
  x.ask(Kind::RETRIEVED);
  CHECK(of(x.agency).row.turn == Turn::NONE);
}

TEST_CASE("a projection of nothing is empty") {
  const Projection nothing = project(test::agency_org(), Side::AGENCY, {}, MatterState{});
  CHECK(nothing.row.number.empty());
  CHECK(nothing.row.turn == Turn::NONE);
  CHECK(nothing.terms == SearchTerms{});
}

}  // namespace warifu::inquiry
