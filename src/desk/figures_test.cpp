// Figures, statements that cross, reconciliation and inspection, as two offices live them.

#include <doctest/doctest.h>

#include <algorithm>

#include "desk/test_office.h"

namespace warifu::desk {
namespace {

using inquiry::Kind;
using inquiry::State;
using report::AuditRule;
using report::Difference;
using report::Month;

const Month kNovember{2026, 11};

struct Offices {
  TestWorld world;
  Office& agency = world.agency();
  Office& provider = world.provider();
  party::OrganisationId agency_id = world.agency().self().id, provider_id = world.provider().self().id;

  StatementView issue(const std::string& month = "2026-11") {
    StatementView view = must(provider.issue_statement(world.releaser, {agency_id, month}), "issue_statement");
    world.exchange();
    return view;
  }
  MatterId place(const std::string& month = "2026-11") { return inquiry::statement_matter(provider_id, agency_id, month); }
  // The provider prepares, checks and releases an answer that nothing is held.
  void answered(const MatterId& matter) {
    world.assigned(matter);
    CollectCommand collect;
    inquiry::ItemAnswer item;
    item.result = inquiry::ItemResult::NONE_HELD;
    collect.answer.items = {item};
    collect.answer.minutes = 12;
    collect.answer.yen = 300;
    collect.answer.completeness = "保有する記録のすべてです。";
    collect.ready = true;
    must(provider.collect(world.op, matter, collect), "collect");
    world.step();
    must(provider.check_answer(world.releaser, matter, {{{1, 0}}, {}}), "check_answer");
    world.step();
    must(provider.release(
             world.releaser, matter,
             world.provider_office().sign(must(provider.prepare_release(world.releaser, matter), "prepare_release"), world.releaser.person)),
         "release");
    world.exchange();
  }
  // An act of the provider as it would come over the line, written by whoever holds its key.
  inquiry::SignedAct forged(const MatterId& matter, const inquiry::StatementBody& body, const TestOffice& by) {
    json::Object object = json::encode(body).as_object();
    object["salt"] = to_base64(Bytes(32, 7));
    inquiry::SignedAct out;
    out.body = json::canonical(object);
    out.act.id = ActId::random();
    out.act.matter = matter;
    out.act.kind = Kind::STATEMENT;
    out.act.org = by.self.id;
    out.act.role = party::Role::NODE;
    out.act.at = world.clock.now();
    out.act.body = crypto::sha256(*out.body);
    out.act.body_bytes = out.body->size();
    out.note.text = out.act.text();
    out.hash = inquiry::act_hash(out.note.text);
    out.note.signatures = {must(by.signer->sign(out.note.text), "sign")};
    return out;
  }
  Status receive(const inquiry::SignedAct& act) {
    TRY(agency.receive({act.act.org, agency_id, act.act.matter, {act}, {}}));
    return {};
  }
};

TEST_CASE("a statement crosses, is listed on both sides and agrees with the register") {
  Offices o;
  const MatterId open = o.world.dispatched({o.world.item("ex-1001")}), done = o.world.dispatched({o.world.item("ex-1002"), o.world.item("ex-1003")});
  const MatterId asked = o.world.dispatched({o.world.item("ex-1004")});
  o.answered(asked);
  const StatementView issued = o.issue();
  CHECK(issued.statement.head.id == o.place());
  CHECK(issued.statement.head.is_provisional);
  CHECK(issued.statement.counterparty_name_ja == "架空県警察");
  REQUIRE(issued.lines.size() == 3);
  CHECK(issued.items == 4);
  CHECK(issued.minutes == 12);
  CHECK(issued.yen == 300);
  CHECK(issued.lines[0].matter == open);
  CHECK(issued.lines[1].matter == done);
  CHECK(issued.lines[1].items == 2);
  CHECK(issued.lines[2].state == State::NONE_HELD);
  CHECK(issued.lines[2].answered);
  CHECK_FALSE(issued.lines[0].office.empty());

  const StatementList list = must(o.agency.statements(o.world.registrar), "statements");
  REQUIRE(list.statements.size() == 1);
  CHECK(list.statements[0].head.act == issued.statement.head.act);
  CHECK(list.statements[0].counterparty_name_ja == "例示オークション株式会社");
  CHECK(list.statements[0].head.unknown == 0);
  CHECK(must(o.agency.statement(o.world.agency_auditor, o.place()), "statement").lines == issued.lines);
  const ReconciliationView result = must(o.agency.reconcile(o.world.registrar, o.place()), "reconcile");
  CHECK(result.result.agreed == 3);
  CHECK(result.result.lines.empty());
  CHECK(must(o.agency.desk(o.world.registrar), "desk").alarms.empty());
  CHECK(must(o.provider.statements(o.world.intake), "statements").statements.size() == 1);

  // Nothing of it is a matter: no list, no page, nothing for a rebuild to make.
  CHECK(o.agency.peek(o.world.agency_auditor, o.place()).error().code == Code::NOT_FOUND);
  CHECK(must(o.agency.list(o.world.agency_auditor, {}), "list").count == 3);
  CHECK(must(o.agency.rebuild(true), "rebuild") == 0);
  CHECK(must(o.provider.rebuild(false), "rebuild") == 0);
  CHECK(must(o.provider.list(o.world.provider_auditor, {}), "list").count == 3);
}

TEST_CASE("what happens after a statement is no difference to it, and a later one takes its place") {
  Offices o;
  const MatterId matter = o.world.dispatched({o.world.item("ex-1001")});
  const StatementView first = o.issue();
  const int commits = dynamic_cast<FakeStore&>(*o.world.provider_office().store).commits();
  CHECK(o.issue().statement.head.act == first.statement.head.act);  // the same said again
  CHECK(dynamic_cast<FakeStore&>(*o.world.provider_office().store).commits() == commits);
  o.answered(matter);
  CHECK(must(o.agency.reconcile(o.world.registrar, o.place()), "reconcile").result.agreed == 1);
  const StatementView second = o.issue();
  CHECK(second.statement.head.act != first.statement.head.act);
  CHECK(second.lines[0].state == State::NONE_HELD);
  const ReconciliationView again = must(o.agency.reconcile(o.world.registrar, o.place()), "reconcile");
  CHECK(again.statement.head.act == second.statement.head.act);
  CHECK(again.result.agreed == 1);
  CHECK(must(o.agency.statements(o.world.registrar), "statements").statements.size() == 1);
  o.world.clock.set(kNovember.end() + hours(9));
  const StatementView final = o.issue();  // nothing new but that the month is over
  CHECK_FALSE(final.statement.head.is_provisional);
  CHECK_FALSE(must(o.agency.statement(o.world.registrar, o.place()), "statement").statement.head.is_provisional);
}

TEST_CASE("an inquiry that this agency never sent alarms registrar and auditor until the audit has looked at it") {
  Offices o;
  const MatterId known = o.world.dispatched({o.world.item("ex-1001")});
  StatementView view = must(o.provider.issue_statement(o.world.releaser, {o.agency_id, "2026-11"}), "issue_statement");
  REQUIRE(view.lines.size() == 1);
  inquiry::StatementBody body{{}, {}, o.agency_id, "2026-11", view.lines};
  inquiry::StatementLine unknown = view.lines[0];
  unknown.matter = MatterId::random();
  unknown.number = "架空警刑一発第999号";
  body.lines.push_back(unknown);
  REQUIRE(o.receive(o.forged(o.place(), body, o.world.provider_office())));
  for (const Caller& who : {o.world.registrar, o.world.agency_auditor}) {
    const DeskView desk = must(o.agency.desk(who), "desk");
    REQUIRE(desk.alarms.size() == 1);
    CHECK(desk.alarms[0].code == "STATEMENT_UNKNOWN");
    CHECK(desk.alarms[0].where == o.place().hex());
    CHECK(desk.alarms[0].ja.find("1件") != std::string::npos);
  }
  CHECK(must(o.agency.desk(o.world.approver), "desk").alarms.empty());
  const ReconciliationView result = must(o.agency.reconcile(o.world.agency_auditor, o.place()), "reconcile");
  CHECK(result.result.unknown == 1);
  CHECK(result.result.agreed == 1);
  CHECK(result.result.lines.at(0).number == unknown.number);
  const AuditView audit = must(o.agency.audit(o.world.agency_auditor, kNovember), "audit");
  CHECK(std::ranges::count(audit.findings, AuditRule::STATEMENT_UNKNOWN, &AuditFindingView::rule) == 1);

  CHECK(o.agency.examine_statement(o.world.registrar, o.place(), {"STATEMENT_UNKNOWN", "調査済み"}).error().code == Code::ROLE_MISSING);
  CHECK(o.agency.examine_statement(o.world.agency_auditor, MatterId::random(), {"STATEMENT_UNKNOWN", "調査済み"}).error().code == Code::NOT_FOUND);
  o.world.step();
  CHECK(must(o.agency.examine_statement(o.world.agency_auditor, o.place(), {"STATEMENT_UNKNOWN", "偽造と判断し、通報した。"}), "examine")
            .head.examined);
  CHECK(must(o.agency.desk(o.world.registrar), "desk").alarms.empty());
  CHECK(must(o.agency.statement(o.world.registrar, o.place()), "statement").lines.size() == 2);
  CHECK(must(o.agency.reconcile(o.world.agency_auditor, o.place()), "reconcile").result.unknown == 1);
  CHECK(must(o.agency.rebuild(true), "rebuild") == 0);
  // Said again by the provider, the alarm rings again.
  o.world.step();
  REQUIRE(o.receive(o.forged(o.place(), body, o.world.provider_office())));
  CHECK(must(o.agency.desk(o.world.registrar), "desk").alarms.size() == 1);
  CHECK(must(o.agency.peek(o.world.agency_auditor, known), "peek").row.matter == known);
}

TEST_CASE("a statement stands only where it belongs") {
  Offices o;
  const MatterId known = o.world.dispatched({o.world.item("ex-1001")});
  const inquiry::StatementBody good{{}, {}, o.agency_id, "2026-11", {}};
  inquiry::StatementBody other = good, october = good;
  other.agency = party::OrganisationId::parse("mihon-police.example").value();
  october.month = "2026-10";
  const auto refused = [&](const inquiry::SignedAct& act) {
    const Status status = o.receive(act);
    return status ? Code::INTERNAL : status.error().code;
  };
  CHECK(refused(o.forged(MatterId::random(), good, o.world.provider_office())) == Code::FORBIDDEN);
  CHECK(refused(o.forged(o.place(), october, o.world.provider_office())) == Code::FORBIDDEN);
  CHECK(refused(o.forged(o.place(), other, o.world.provider_office())) == Code::FORBIDDEN);
  CHECK(refused(o.forged(known, good, o.world.provider_office())) == Code::FORBIDDEN);   // a running inquiry
  CHECK(refused(o.forged(o.place(), good, o.world.agency_office())) != Code::INTERNAL);  // no provider
  inquiry::SignedAct unsigned_act = o.forged(o.place(), good, o.world.provider_office());
  unsigned_act.note.signatures.clear();
  CHECK(refused(unsigned_act) != Code::INTERNAL);
  CHECK(must(o.agency.statements(o.world.registrar), "statements").statements.empty());
  REQUIRE(o.receive(o.forged(o.place(), good, o.world.provider_office())));
  CHECK(must(o.agency.statements(o.world.registrar), "statements").statements.size() == 1);
  // A provider takes statements from nobody.
  const inquiry::SignedAct act = o.forged(o.place(), good, o.world.provider_office());
  CHECK_FALSE(o.provider.receive({act.act.org, o.provider_id, act.act.matter, {act}, {}}));
}

TEST_CASE("who issues, who reads, and months that cannot be stated") {
  Offices o;
  const auto code = [](const auto& result) { return result ? Code::INTERNAL : result.error().code; };
  CHECK(code(o.provider.issue_statement(o.world.intake, {o.agency_id, "2026-11"})) == Code::ROLE_MISSING);
  CHECK(code(o.provider.issue_statement(o.world.provider_auditor, {o.agency_id, "2026-11"})) == Code::ROLE_MISSING);
  CHECK(code(o.agency.issue_statement(o.world.registrar, {o.agency_id, "2026-11"})) == Code::ROLE_MISSING);
  CHECK(code(o.provider.issue_statement(o.world.releaser, {o.agency_id, "2026-12"})) == Code::TIME_IN_FUTURE);
  CHECK(code(o.provider.issue_statement(o.world.releaser, {o.agency_id, "2026-13"})) == Code::BAD_VALUE);
  CHECK(code(o.provider.issue_statement(o.world.releaser, {o.provider_id, "2026-11"})) == Code::ADDRESSEE_UNKNOWN);
  CHECK(must(o.provider.issue_statement(o.world.releaser, {o.agency_id, "2026-10"}), "empty month").lines.empty());
  for (const Caller& who : {o.world.investigator, o.world.supervisor, o.world.agency_admin}) {
    CHECK(code(o.agency.statements(who)) == Code::ROLE_MISSING);
    CHECK(code(o.agency.statistics(who, {2026, 1, 1}, {2026, 12, 31})) == Code::ROLE_MISSING);
    CHECK(code(o.agency.audit(who, kNovember)) == Code::ROLE_MISSING);
  }
  CHECK(code(o.provider.audit(o.world.releaser, kNovember)) == Code::ROLE_MISSING);
  CHECK(code(o.provider.reconcile(o.world.releaser, o.place("2026-10"))) == Code::FORBIDDEN);
  CHECK(code(o.agency.audit(o.world.agency_auditor, {2026, 12})) == Code::TIME_IN_FUTURE);
  CHECK(code(o.agency.statistics(o.world.registrar, {2026, 2, 1}, {2026, 1, 1})) == Code::PERIOD_REVERSED);
  CHECK(code(o.agency.statistics(o.world.registrar, {2026, 2, 30}, {2026, 3, 1})) == Code::BAD_TIME);
  CHECK(code(o.agency.statistics(o.world.registrar, {2000, 1, 1}, {2026, 1, 1})) == Code::OUT_OF_RANGE);
}

TEST_CASE("figures are the same on both sides and do not change when the agency closes") {
  Offices o;
  const MatterId matter = o.world.dispatched({o.world.item("ex-1001")});
  o.world.dispatched({o.world.item("ex-1002"), o.world.item("ex-1003")});
  o.answered(matter);
  const auto figures = [&](Office& office, const Caller& who) {
    return must(office.statistics(who, {2026, 11, 1}, {2026, 11, 30}), "statistics").figures;
  };
  report::Statistics here = figures(o.agency, o.world.approver), there = figures(o.provider, o.world.legal);
  CHECK(here.inquiries == 2);
  CHECK(here.items == 3);
  CHECK(here.answered == 1);
  CHECK(here.minutes == 12);
  CHECK(here.by_party.at(0).organisation == o.provider_id);
  CHECK(there.by_party.at(0).organisation == o.agency_id);
  here.by_party.clear(), there.by_party.clear();
  CHECK(here == there);

  for (const inquiry::SignedAct& act : must(o.agency.store().acts(matter), "acts"))
    if (act.act.kind == Kind::RELEASED) must(o.agency.retrieve(o.world.investigator, matter, {act.hash, {}}), "retrieve");
  o.world.step();
  must(o.agency.close(o.world.investigator, matter, {}), "close");
  report::Statistics closed = figures(o.agency, o.world.approver);
  closed.by_party.clear();
  CHECK(closed == here);
  const report::PublicTable table = must(o.agency.public_statistics(o.world.agency_auditor, {2026, 2}), "public");
  CHECK(table.period == "2026-H2");
  const auto told = std::ranges::find(table.rows, "none_held", &report::PublicRow::key);
  REQUIRE(told != table.rows.end());
  CHECK(told->shown == "1–9");
}

TEST_CASE("inspection finds what one officer does again and again, and draws the same sample for everybody") {
  Offices o;
  for (int i = 0; i < 3; ++i) o.world.dispatched({o.world.item("ex-7777")});
  o.world.clock.set(o.world.clock.now() + hours(9));  // after 22:00
  const MatterId night = o.world.dispatched({o.world.item("ex-1")});
  const AuditView audit = must(o.agency.audit(o.world.agency_auditor, kNovember), "audit");
  CHECK(audit.matters == 4);
  CHECK(audit.sample.size() == 4);
  const auto same = std::ranges::find(audit.findings, AuditRule::SAME_TARGET, &AuditFindingView::rule);
  REQUIRE(same != audit.findings.end());
  CHECK(same->matters.size() == 3);
  REQUIRE(same->person);
  CHECK(same->person->name == "架空 一郎");
  const auto odd = std::ranges::find(audit.findings, AuditRule::ODD_HOURS, &AuditFindingView::rule);
  REQUIRE(odd != audit.findings.end());
  REQUIRE(odd->matters.size() == 1);
  CHECK(odd->matters[0].matter == night);
  CHECK(json::compact(json::encode(audit)).find("7777") == std::string::npos);  // masked, here as everywhere
  // Auditors and colleagues say why they look; those whose work it is need not.
  for (const Caller& other : {o.world.agency_auditor, o.world.other_investigator}) {
    const Result<MatterView> silent = o.agency.view(other, night, {});
    REQUIRE(!silent);
    CHECK(silent.error().code == Code::MISSING_FIELD);
    CHECK(silent.error().where == "/reason");
    must(o.agency.view(other, night, {"当月の抽出", {}}), "view");
    must(o.agency.view(other, night, {}), "view");  // the view goes on
  }
  must(o.agency.view(o.world.investigator, night, {}), "view");
  const AuditView again = must(o.agency.audit(o.world.agency_auditor, kNovember), "audit");
  CHECK(std::ranges::count(again.findings, AuditRule::VIEW_WITHOUT_REASON, &AuditFindingView::rule) == 0);
  for (std::size_t i = 0; i < audit.sample.size(); ++i) CHECK(again.sample[i].matter == audit.sample[i].matter);
  // The provider's audit sees the agency that asks.
  const AuditView other = must(o.provider.audit(o.world.provider_auditor, kNovember), "audit");
  CHECK(std::ranges::count(other.findings, AuditRule::SAME_TARGET, &AuditFindingView::rule) == 1);
}

}  // namespace
}  // namespace warifu::desk
