// The end of a matter: retention, purge on both sides, and what comes in afterwards.

#include <doctest/doctest.h>

#include <algorithm>

#include "desk/notices.h"
#include "desk/test_office.h"

namespace warifu::desk {
namespace {

using inquiry::ItemResult;
using inquiry::Kind;
using inquiry::ProviderState;
using inquiry::State;

struct Ending {
  TestWorld world;
  Office& agency = world.agency();
  Office& provider = world.provider();

  void answered(const MatterId& matter) {
    world.assigned(matter);
    inquiry::ItemAnswer item;
    item.no = 1;
    item.result = ItemResult::ANSWERED;
    item.tables = {{{"氏名"}, {{"例示 花子"}}}};
    CollectCommand command;
    command.answer.items = {item};
    command.answer.minutes = 5;
    command.answer.completeness = "保有する記録のすべてです。";
    command.ready = true;
    must(provider.collect(world.op, matter, command), "collect");
    world.step();
    must(provider.check_answer(world.releaser, matter, {{{1, 1}}, "数えました"}), "check_answer");
    world.step();
    const Prepared prepared = must(provider.prepare_release(world.releaser, matter), "prepare_release");
    must(provider.release(world.releaser, matter, world.provider_office().sign(prepared, world.releaser.person)), "release");
    world.step();
  }
  MatterId closed() {
    const MatterId matter = world.dispatched({world.item("ex-1001")});
    answered(matter);
    world.exchange();
    const MatterView view = must(agency.peek(world.investigator, matter));
    REQUIRE(view.releases.size() == 1);
    must(agency.retrieve(world.investigator, matter, {view.releases[0].act, {}}), "retrieve");
    world.step();
    must(agency.open_answer(world.investigator, matter, {view.releases[0].act, "出品者の特定のため"}), "open");
    world.step();
    must(agency.feedback(world.investigator, matter, {inquiry::Outcome::SUSPECT_IDENTIFIED, {}}), "feedback");
    world.step();
    must(agency.close(world.investigator, matter, {}), "close");
    world.exchange();
    return matter;
  }
  // The agency purges when the retention has ended.
  void purged_by_agency(const MatterId& matter) {
    must(agency.retain(world.registrar, matter), "retain");
    world.clock.advance(days(365 * 12));
    must(agency.purge(world.registrar, matter, {"保存期間の満了"}), "purge");
    world.step();
  }
  static std::vector<SignedAct> with_text(Office& office, const MatterId& matter) {
    std::vector<SignedAct> out = must(office.store().acts(matter));
    std::erase_if(out, [](const SignedAct& act) { return !act.body.has_value(); });
    return out;
  }
};

template <class T>
Code code_of(const Result<T>& result) {
  REQUIRE(!result);
  return result.error().code;
}

}  // namespace

TEST_CASE("a matter is purged when its retention has ended, and only its receipts keep a text") {
  Ending e;
  const MatterId matter = e.closed();
  CHECK(code_of(e.agency.purge(e.world.registrar, matter, {"早すぎる"})) == Code::ILLEGAL_TRANSITION);
  must(e.agency.retain(e.world.registrar, matter));
  CHECK(code_of(e.agency.purge(e.world.registrar, matter, {"早すぎる"})) == Code::RETENTION_RUNNING);
  CHECK(code_of(e.provider.purge(e.world.releaser, matter, {"早すぎる"})) == Code::RETENTION_RUNNING);
  e.world.clock.advance(days(365 * 12));
  const inquiry::MatterRow before = must(e.agency.store().row(matter));
  CHECK(must(e.agency.purge(e.world.registrar, matter, {"保存期間の満了"})).state == State::PURGED);
  CHECK(must(e.provider.purge(e.world.releaser, matter, {"保存期間の満了"})).provider_state == ProviderState::ERASED);
  for (Office* office : {&e.agency, &e.provider}) {
    for (const SignedAct& act : Ending::with_text(*office, matter)) CHECK((act.act.kind == Kind::PURGED || act.act.kind == Kind::TEXT_ERASED));
    CHECK(must(office->rebuild(true)) == 0);
  }
  CHECK(must(e.agency.store().row(matter)).number == before.number);
  CHECK(code_of(e.agency.purge(e.world.registrar, matter, {"もう一度"})) == Code::ILLEGAL_TRANSITION);
}

TEST_CASE("an inquiry that was given up before its dispatch may be purged at once, and nobody is told of it") {
  Ending e;
  const MatterId matter = must(e.agency.draft(e.world.investigator, e.world.draft_of({e.world.item("ex-1001")})), "draft").matter;
  e.world.step();
  CHECK(code_of(e.agency.purge(e.world.registrar, matter, {"書き損じ"})) == Code::ILLEGAL_TRANSITION);
  must(e.agency.void_inquiry(e.world.investigator, matter, {"解決したため"}), "void");
  e.world.step();
  CHECK(must(e.agency.purge(e.world.registrar, matter, {"書き損じ"})).state == State::PURGED);
  for (const SignedAct& act : Ending::with_text(e.agency, matter)) CHECK((act.act.kind == Kind::PURGED || act.act.kind == Kind::TEXT_ERASED));
  CHECK(must(e.agency.store().outbox_of(matter)).empty());
  CHECK(must(e.agency.rebuild(true)) == 0);
}

TEST_CASE("the register tells how a matter ended: inspected by whom, kept until when, and the receipt of its purge") {
  Ending e;
  const MatterId matter = e.closed();
  must(e.agency.add_finding(e.world.agency_auditor, matter, {"抽出", "手続に問題はない。"}), "finding");
  e.world.step();
  must(e.agency.retain(e.world.registrar, matter), "retain");
  const auto line = [&] {
    const std::vector<inquiry::MatterRow> rows{must(e.agency.store().row(matter))};
    const law::FormKind form = rows.front().numbering ? rows.front().numbering->form : law::FormKind::A;
    const RegisterView view = must(e.agency.register_of(e.world.agency_auditor, e.world.register_office, form, 2026), "register");
    REQUIRE(view.lines.size() == 1);
    return view.lines.front();
  };
  RegisterLine shown = line();
  CHECK(shown.inspected.has_value());
  CHECK(shown.inspector == "架空 六実");
  REQUIRE(shown.kept_until.has_value());
  CHECK(!shown.receipt);
  e.world.clock.advance(days(365 * 12));
  must(e.agency.purge(e.world.registrar, matter, {"保存期間の満了"}), "purge");
  shown = line();
  REQUIRE(shown.receipt.has_value());
  const std::vector<SignedAct> acts = must(e.agency.store().acts(matter));
  CHECK(std::ranges::any_of(acts, [&](const SignedAct& act) { return act.hash == *shown.receipt && act.act.kind == Kind::PURGED; }));
  CHECK(shown.inspector == "架空 六実");
}

TEST_CASE("what an answer led to and why an inquiry came back are told as such, on both sides") {
  Ending e;
  const MatterId matter = e.closed();
  const auto told = [](const MatterView& view, Kind kind) {
    const auto found = std::ranges::find(view.timeline, enum_text(kind), &ActView::kind);
    REQUIRE(found != view.timeline.end());
    return *found;
  };
  for (const MatterView& view : {must(e.agency.peek(e.world.investigator, matter)), must(e.provider.peek(e.world.releaser, matter))}) {
    const ActView feedback = told(view, Kind::FEEDBACK);
    CHECK(feedback.outcome == inquiry::Outcome::SUSPECT_IDENTIFIED);
    CHECK(feedback.note.empty());
  }
  const MatterId back = e.world.dispatched({e.world.item("ex-1002")});
  e.world.triaged(back);
  must(e.provider.return_inquiry(e.world.intake, back, {law::ReasonCode::INSUFFICIENT_INFO, "期間を一月に限ってください。"}), "return");
  e.world.exchange();
  for (const MatterView& view : {must(e.agency.peek(e.world.investigator, back)), must(e.provider.peek(e.world.intake, back))}) {
    const ActView returned = told(view, Kind::RETURNED);
    CHECK(returned.reason == law::ReasonCode::INSUFFICIENT_INFO);
    CHECK(returned.note == "期間を一月に限ってください。");
    CHECK(!returned.outcome);
  }
}

TEST_CASE("what is overdue elsewhere stands on the desks of those who answer for it, and they are written to") {
  Ending e;
  const MatterId matter = e.world.dispatched({e.world.item("ex-1001")});
  CHECK(must(e.agency.desk(e.world.investigator)).late.empty());
  const Date due = must(e.agency.store().row(matter)).due.value();
  e.world.clock.set(tokyo_midnight(due.plus_days(1)) + hours(10));
  for (const Caller& reader : {e.world.investigator, e.world.supervisor, e.world.approver}) {
    const DeskView desk = must(e.agency.desk(reader));
    CHECK(desk.late_count == 1);
    REQUIRE(desk.late.size() == 1);
    CHECK(desk.late[0].matter == matter);
    const party::Person person = must(e.agency.person(reader.person)).value();
    CHECK(must(waiting_for(e.agency, person)).late == 1);
  }
  for (const Caller& other : {e.world.other_investigator, e.world.registrar, e.world.agency_auditor}) CHECK(must(e.agency.desk(other)).late.empty());
  // The second day nobody is told again; a week later everybody is.
  const party::Person officer = must(e.agency.person(e.world.investigator.person)).value();
  e.world.clock.advance(days(1));
  CHECK(must(waiting_for(e.agency, officer)).late == 0);
  e.world.clock.advance(days(5));
  CHECK(must(waiting_for(e.agency, officer)).late == 1);
  Told known;
  CHECK(due_notice(known, must(waiting_for(e.agency, officer)), e.world.clock.now()) == NoticeKind::OVERDUE);
}

TEST_CASE("the receipt that crosses tells nothing of how the other house worked") {
  Ending e;
  const MatterId matter = e.closed();
  e.purged_by_agency(matter);
  must(e.provider.purge(e.world.releaser, matter, {"保存期間の満了"}));
  e.world.exchange();
  const CaseId the_case = e.world.open_case;
  for (Office* office : {&e.agency, &e.provider}) {
    const party::OrganisationId other = office == &e.agency ? e.provider.self().id : e.agency.self().id;
    bool has_receipt = false;
    for (const SignedAct& act : must(office->store().acts(matter))) {
      if (act.act.org != other) continue;
      CHECK(act.act.kind != Kind::TEXT_ERASED);
      if (act.act.kind != Kind::PURGED) continue;
      has_receipt = true;
      REQUIRE(act.body.has_value());
      CHECK(act.body->find(the_case.hex()) == std::string::npos);
      CHECK(act.body->find(e.world.op.person.hex()) == std::string::npos);
      // Every act it names is one that this side holds too.
      const auto body = must(json::decode_text<inquiry::PurgedBody>(*act.body));
      CHECK(!body.bodies.empty());
      for (const Sha256& hash : body.bodies) {
        const std::vector<SignedAct> acts = must(office->store().acts(matter));
        CHECK(std::ranges::find(acts, hash, &SignedAct::hash) != acts.end());
      }
    }
    CHECK(has_receipt);
  }
}

TEST_CASE("an answer that crosses the agency's purge is erased in the transaction that brings it") {
  Ending e;
  const MatterId matter = e.world.dispatched({e.world.item("ex-1001")});
  e.answered(matter);
  // The agency ends the matter while the answer still lies in the provider's outbox; nothing is destroyed before it has been delivered.
  must(e.agency.withdraw(e.world.investigator, matter, {"解決したため"}));
  e.world.step();
  must(e.agency.close(e.world.investigator, matter, {}));
  must(e.agency.retain(e.world.registrar, matter));
  e.world.clock.advance(days(365 * 12));
  CHECK(code_of(e.agency.purge(e.world.registrar, matter, {"保存期間の満了"})) == Code::ILLEGAL_TRANSITION);
  CHECK(must(e.agency.post(e.world.courier)) == 1);
  CHECK(!e.provider.purge(e.world.releaser, matter, {"取下げ"}));
  CHECK(must(e.provider.store().row(matter)).provider_state == ProviderState::WITHDRAWN);
  must(e.agency.purge(e.world.registrar, matter, {"保存期間の満了"}));
  e.world.step();
  e.world.exchange();
  bool has_release = false;
  for (const SignedAct& act : must(e.agency.store().acts(matter))) {
    has_release = has_release || act.act.kind == Kind::RELEASED;
    if (act.act.kind != Kind::PURGED && act.act.kind != Kind::TEXT_ERASED) CHECK_MESSAGE(!act.body.has_value(), enum_text(act.act.kind));
  }
  CHECK(has_release);
  CHECK(must(e.agency.rebuild(true)) == 0);
  // The provider's own copy went with its delivery, without anybody's hand.
  for (const SignedAct& act : Ending::with_text(e.provider, matter)) CHECK((act.act.kind == Kind::PURGED || act.act.kind == Kind::TEXT_ERASED));
  CHECK(must(e.provider.rebuild(true)) == 0);
}

TEST_CASE("a withdrawal that meets a delivered answer takes the provider's copy with it") {
  Ending e;
  const MatterId matter = e.world.dispatched({e.world.item("ex-1001")});
  e.answered(matter);
  must(e.agency.withdraw(e.world.investigator, matter, {"解決したため"}));  // it crosses the answer, which the agency has not seen
  e.world.step();
  must(e.provider.post(e.world.courier));
  CHECK(must(e.provider.store().row(matter)).provider_state == ProviderState::RELEASED);
  e.world.exchange();
  CHECK(must(e.provider.store().row(matter)).provider_state == ProviderState::ERASED);
  for (const SignedAct& act : Ending::with_text(e.provider, matter)) CHECK((act.act.kind == Kind::PURGED || act.act.kind == Kind::TEXT_ERASED));
}

TEST_CASE("a closed matter goes into retention by itself after a week") {
  Ending e;
  const MatterId matter = e.closed();
  CHECK(must(e.agency.tick()) == 0);
  e.world.clock.advance(days(7));
  CHECK(must(e.agency.tick()) == 1);
  CHECK(must(e.agency.tick()) == 0);
  CHECK(must(e.provider.tick()) == 0);
  CHECK(must(e.agency.store().row(matter)).state == State::RETAINED);
}

}  // namespace warifu::desk
