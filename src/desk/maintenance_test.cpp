// The end of a matter: retention, purge on both sides, and what comes in afterwards.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "desk/notices.h"
#include "desk/test_office.h"
#include "law/deadlines.h"

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

TEST_CASE("a retention that has ended stands on the desk of whoever purges, with the law's period, until it is purged") {
  Ending e;
  const MatterId matter = e.closed();
  const Date closed_on = tokyo_date(e.world.clock.now());  // the day of the receipt, too
  must(e.agency.retain(e.world.registrar, matter), "retain");
  const Date until = law::ledger_kept_through(e.agency.law(), tokyo_date(e.world.clock.now()));
  const auto shown = [&](Office& office, const Caller& who) { return must(office.desk(who)).retention; };

  e.world.clock.set(tokyo_midnight(until.plus_days(1)) - seconds(1));
  CHECK(!shown(e.agency, e.world.registrar));
  e.world.clock.set(tokyo_midnight(until.plus_days(1)));
  const auto agency = shown(e.agency, e.world.registrar);
  REQUIRE(agency.has_value());
  CHECK(agency->count == 1);
  REQUIRE(agency->rows.size() == 1);
  CHECK(agency->rows[0].row.matter == matter);
  CHECK(agency->rows[0].until == until);
  CHECK(!agency->rows[0].row.is_overdue);
  CHECK(agency->years == e.agency.law().retention().ledger_years);
  CHECK(!agency->days);
  CHECK(!agency->note_en.empty());
  // It is over, and not due: no other desk, list or figure takes it for late.
  CHECK(!shown(e.agency, e.world.investigator));
  CHECK(!shown(e.agency, e.world.agency_auditor));
  CHECK(must(e.agency.desk(e.world.registrar)).overdue == 0);
  CHECK(must(e.agency.desk(e.world.investigator)).overdue == 0);
  CHECK(must(e.agency.statistics(e.world.registrar, {2026, 1, 1}, {2026, 12, 31})).figures.overdue == 0);
  CHECK(must(e.agency.rebuild(true)) == 0);

  const auto provider = shown(e.provider, e.world.releaser);
  REQUIRE(provider.has_value());
  CHECK(provider->rows.at(0).row.matter == matter);
  CHECK(provider->rows.at(0).until == law::payload_kept_through(e.provider.law(), closed_on));
  CHECK(provider->days == e.provider.law().retention().payload_days_after_retrieval);
  CHECK(!shown(e.provider, e.world.op));

  // By mail as a count, once a week.
  const auto waiting = [&] { return must(waiting_for(e.agency, *must(e.agency.person(e.world.registrar.person)))); };
  CHECK(waiting().ended == 1);

  must(e.agency.purge(e.world.registrar, matter, {"保存期間の満了"}), "purge");
  must(e.provider.purge(e.world.releaser, matter, {"保存期間の満了"}), "purge");
  CHECK(!shown(e.agency, e.world.registrar));
  CHECK(!shown(e.provider, e.world.releaser));
  CHECK(waiting().ended == 0);
}

TEST_CASE("a provider is told of what it may purge thirty days after the answer was received, and not of what is open") {
  Ending e;
  const MatterId matter = e.closed();
  const Date received = tokyo_date(e.world.clock.now());
  const MatterId open = e.world.dispatched({e.world.item("ex-1002")});
  e.world.clock.advance(days(e.provider.law().retention().payload_days_after_retrieval));
  CHECK(!must(e.provider.desk(e.world.releaser)).retention);
  e.world.clock.advance(days(1));
  const auto ended = must(e.provider.desk(e.world.releaser)).retention;
  REQUIRE(ended.has_value());
  REQUIRE(ended->rows.size() == 1);
  CHECK(ended->rows[0].row.matter == matter);
  CHECK(ended->rows[0].row.matter != open);
  CHECK(ended->rows[0].until == received.plus_days(e.provider.law().retention().payload_days_after_retrieval));
  must(e.provider.purge(e.world.releaser, matter, {"保存期間の満了"}), "purge");
}

TEST_CASE("what an answer led to is told by whoever has received it") {
  Ending e;
  const MatterId matter = e.world.dispatched({e.world.item("ex-1001")});
  const FeedbackCommand command{inquiry::Outcome::SUSPECT_IDENTIFIED, {}};
  const auto action = [&] {
    const std::vector<Action> all = must(e.agency.peek(e.world.investigator, matter)).actions;
    return *std::ranges::find(all, "feedback", &Action::name);
  };
  CHECK(code_of(e.agency.feedback(e.world.investigator, matter, command)) == Code::ILLEGAL_TRANSITION);
  e.answered(matter);
  e.world.exchange();
  CHECK(code_of(e.agency.feedback(e.world.investigator, matter, command)) == Code::ILLEGAL_TRANSITION);
  CHECK(!action().is_allowed);
  const Sha256 release = must(e.agency.peek(e.world.investigator, matter)).releases.at(0).act;
  must(e.agency.retrieve(e.world.investigator, matter, {release, {}}), "retrieve");
  e.world.step();
  CHECK(action().is_allowed);
  must(e.agency.feedback(e.world.investigator, matter, command), "feedback");
}

TEST_CASE("an auditor finds an act by its hash, by the code of a paper and by the text of its symbol") {
  Ending e;
  const MatterId matter = e.world.dispatched({e.world.item("ex-1001")});
  const SignedAct act = must(e.agency.store().acts(matter)).at(2);
  const std::string hex = act.hash.hex();
  std::string code;
  for (std::size_t i = 0; i < 16; ++i) code += (i != 0 && i % 4 == 0 ? "-" : "") + std::string(1, static_cast<char>(std::toupper(hex[i])));
  for (const std::string& text : {hex, hex.substr(0, 16), hex.substr(0, 17), code, "warifu:act:" + hex}) {
    const ActsFound found = must(e.agency.find_acts(e.world.agency_auditor, text));
    REQUIRE_MESSAGE(found.acts.size() == 1, text);
    CHECK(found.acts[0].act == act.hash);
    CHECK(found.acts[0].matter == matter);
    CHECK(found.acts[0].kind == enum_text(act.act.kind));
    REQUIRE(found.acts[0].row.has_value());
    CHECK(found.acts[0].row->matter == matter);
    REQUIRE(found.acts[0].person.has_value());
    CHECK(found.acts[0].person->id == act.act.person);
  }
  // What crossed has the same hash on the other side, whose people are not told there by name.
  const Sha256 approval = must(e.agency.store().acts(matter)).at(2).hash;
  const ActsFound there = must(e.provider.find_acts(e.world.provider_auditor, approval.hex()));
  REQUIRE(there.acts.size() == 1);
  CHECK(there.acts[0].org == e.agency.self().id);
  CHECK(!there.acts[0].person);
  // An entry of the office's books is found too, and has no row.
  PersonCommand person;
  person.login = "shinjin";
  person.name = "架空 十郎";
  person.roles = {party::Role::AUDITOR};
  const PersonId id = must(e.agency.put_person(e.world.agency_admin, person)).id;
  const SignedAct entry = must(e.agency.store().acts(MatterId{id.bytes})).at(0);
  CHECK(!must(e.agency.find_acts(e.world.agency_auditor, entry.hash.hex())).acts.at(0).row);

  CHECK(must(e.agency.find_acts(e.world.agency_auditor, std::string(64, '0'))).acts.empty());
  for (const std::string& bad : {std::string(), hex.substr(0, 15), hex + "0", std::string(16, 'x'), std::string("架空警刑一発令8第A1号")})
    CHECK(code_of(e.agency.find_acts(e.world.agency_auditor, bad)) == Code::BAD_VALUE);
  CHECK(code_of(e.agency.find_acts(e.world.approver, hex)) == Code::ROLE_MISSING);
}

TEST_CASE("the evidence of a matter is taken by whoever answers for it and has said why") {
  Ending e;
  const Office::DrawPaper draw = [](const std::vector<SignedAct>& acts, const inquiry::MatterState&) -> Result<std::optional<std::string>> {
    return std::optional("%PDF-1.7 of " + std::to_string(acts.size()));
  };
  const MatterId draft = must(e.agency.draft(e.world.investigator, e.world.draft_of({e.world.item("ex-1002")})), "draft").matter;
  CHECK(code_of(e.agency.evidence(e.world.approver, draft, draw)) == Code::ILLEGAL_TRANSITION);
  const MatterId matter = e.closed();
  const ViewCommand why{"公判に提出するため", {std::string(Office::kEvidence)}};

  for (const Caller& who : {e.world.investigator, e.world.supervisor, e.world.registrar}) {
    must(e.agency.view(who, matter, why));
    CHECK(code_of(e.agency.evidence(who, matter, draw)) == Code::FORBIDDEN);
  }
  CHECK(code_of(e.agency.evidence(e.world.stranger, matter, draw)) == Code::NOT_FOUND);
  CHECK(code_of(e.agency.evidence(e.world.agency_admin, matter, draw)) == Code::NOT_FOUND);
  must(e.provider.view(e.world.op, matter, why));
  CHECK(code_of(e.provider.evidence(e.world.op, matter, draw)) == Code::FORBIDDEN);

  struct Taker {
    Office& office;
    Caller who;
  };
  for (const Taker& taker : {Taker{e.agency, e.world.approver}, Taker{e.agency, e.world.agency_auditor}, Taker{e.provider, e.world.legal},
                             Taker{e.provider, e.world.provider_auditor}}) {
    must(taker.office.view(taker.who, matter, {"経過を確かめるため", {}}));
    CHECK(code_of(taker.office.evidence(taker.who, matter, draw)) == Code::REASON_REQUIRED);
    e.world.clock.advance(hours(1));
    must(taker.office.view(taker.who, matter, why));
    const std::string bundle = must(taker.office.evidence(taker.who, matter, draw)).archive;
    // Byte for byte what the node's owner gets from the command line, the taking itself included.
    CHECK(bundle == must(taker.office.evidence(matter, must(taker.office.store().row(matter)).number, draw)).archive);
    CHECK(bundle.find("公判に提出するため") != std::string::npos);
    e.world.clock.advance(minutes(61));
    CHECK(code_of(taker.office.evidence(taker.who, matter, draw)) == Code::REASON_REQUIRED);
  }
  // Behind what those have cosigned whom the house wants, nobody can believe its key: not given out, with the age of what is known.
  FakeDirectory& directory = e.world.directory();
  directory.hold_checkpoint(true);
  note::KeyEntry entry;
  entry.origin = "directory.example/test";
  entry.org = e.agency.self().id.text();
  const note::VerifierKey key = must(note::Signer::create(note::sign_name(entry.org), crypto::Ed25519Secret::generate())).verifier();
  entry.key.assign(key.key.bytes.begin(), key.key.bytes.end());
  entry.valid = {Time::from_seconds(e.world.clock.now().seconds()), Time::from_seconds(e.world.clock.now().seconds()) + days(30)};
  const std::vector<note::Signer> root{directory.root_signer()};
  must(directory.add_entry(must(note::sign_note(must(entry.text()), root)).serialise()));
  must(e.agency.view(e.world.approver, matter, why));
  const auto refused = e.agency.evidence(e.world.approver, matter, draw);
  CHECK(code_of(refused) == Code::CHECKPOINT_OLD);
  CHECK(refused.error().where == "checkpoint");
  CHECK(refused.error().args.contains("age"));
  directory.hold_checkpoint(false);
  CHECK(must(e.agency.evidence(e.world.approver, matter, draw)).unproven.empty());

  const auto offered = [&](const Caller& who) {
    const std::vector<Action> all = must(e.agency.peek(who, matter)).actions;
    return std::ranges::any_of(all, [](const Action& one) { return one.name == Office::kEvidence && one.is_allowed; });
  };
  CHECK(offered(e.world.approver));
  CHECK(offered(e.world.delegate));
  CHECK(!offered(e.world.investigator));
}

TEST_CASE("an oral inquiry shows the day by which its instrument follows") {
  Ending e;
  const Time asked = e.world.clock.now();
  const OralCommand command{e.world.open_case, e.provider.self().id, "契約者の確認を電話で依頼", to_rfc3339(asked)};
  const MatterId matter = must(e.agency.record_oral(e.world.investigator, command), "oral").matter;
  const Date day = law::oral_follow_up_due(e.agency.law(), asked);
  const auto row = [&] { return must(e.agency.peek(e.world.investigator, matter)).row; };
  CHECK(row().due == day);
  CHECK(!row().is_overdue);
  e.world.clock.set(tokyo_midnight(day.plus_days(1)) + seconds(1));
  CHECK(row().is_overdue);
  // Told of every day, since nothing but the instrument ends it.
  for (int late = 1; late <= 3; ++late) {
    CHECK(must(waiting_for(e.agency, *must(e.agency.person(e.world.supervisor.person)))).late == 1);
    e.world.clock.advance(days(1));
  }
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

TEST_CASE("what was purged does not come back, neither text nor file, when the same answer is sent once more") {
  Ending e;
  const MatterId matter = e.closed();
  std::vector<SignedAct> answers = must(e.provider.store().acts(matter));
  std::erase_if(answers, [](const SignedAct& act) { return act.act.kind != Kind::RELEASED; });
  REQUIRE(answers.size() == 1);
  e.purged_by_agency(matter);
  const std::string path = (std::filesystem::temp_directory_path() / ("warifu-again-" + to_hex(random_id_bytes()))).string();
  must(write_file_durably(path, bytes_of("氏名\n例示 花子\n"), 0600));
  const Sha256 file = must(crypto::sha256_file(path));
  // In a message of its own, which is a new one; an exchange keeps it, with its number.
  Carried carried;
  carried.received.emplace_back();
  const auto received = e.agency.receive({e.provider.self().id, e.agency.self().id, matter, answers, {{file, path, "text/csv"}}}, carried);
  CHECK(received.has_value());
  CHECK(!e.agency.store().file_path(matter, file));
  for (const SignedAct& act : Ending::with_text(e.agency, matter)) CHECK((act.act.kind == Kind::PURGED || act.act.kind == Kind::TEXT_ERASED));
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
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

TEST_CASE("what books and registers say is what acts say, and a rebuild mends what differs") {
  Ending e;
  const MatterId matter = e.closed();
  CaseCommand command;
  command.number = "令和8年架空刑二第77号";
  command.title = "架空事件";
  command.offence = "詐欺";
  const party::Case kept = must(e.agency.put_case(e.world.investigator, command));
  e.world.step();
  CHECK(must(e.agency.rebuild(true)) == 0);
  Store& store = e.agency.store();
  const auto changed = [&](const MatterId& id, const std::function<void(Commit&)>& change) {
    Commit commit;
    commit.matter = id;
    for (const SignedAct& act : must(store.acts(id))) commit.expected_acts.push_back(act.hash);
    std::ranges::sort(commit.expected_acts);
    change(commit);
    must(store.commit(std::move(commit)), "a change that no act says");
  };
  const MatterId entry{kept.id.bytes};
  const auto value = [&] { return must(store.book_entry("case", entry))->value; };
  const std::string right = value();

  party::Case other = kept;
  other.is_open = false;
  changed(entry,
          [&](Commit& commit) { commit.books.push_back({"case", entry, json::canonical(json::encode(other)), other.number, e.world.clock.now()}); });
  CHECK(must(e.agency.rebuild(true)) == 1);
  CHECK(value() != right);
  CHECK(must(e.agency.rebuild(false)) == 1);
  CHECK(value() == right);
  CHECK(must(store.book_entry_by_key("case", kept.number))->id == entry);
  CHECK(must(e.agency.rebuild(true)) == 0);

  const auto row = [&] { return must(store.register_rows(e.world.register_office, law::FormKind::A, 2026)).at(0); };
  const RegisterRow issued = row();
  CHECK(issued.state == "ISSUED");
  RegisterRow spoiled = issued;
  spoiled.state = "SPOILED";
  changed(matter, [&](Commit& commit) { commit.register_rows.push_back(spoiled); });
  CHECK(must(e.agency.rebuild(true)) == 1);
  CHECK(must(e.agency.rebuild(false)) == 1);
  CHECK(row().state == "ISSUED");
  CHECK(must(e.agency.rebuild(true)) == 0);

  // A number that nobody gave is told, and stays for people to look at.
  RegisterRow invented = issued;
  invented.numbering.serial = 9;
  invented.numbering.document_number = "架空第9号";
  changed(matter, [&](Commit& commit) { commit.register_rows.push_back(invented); });
  CHECK(must(e.agency.rebuild(true)) == 1);
  CHECK(must(e.agency.rebuild(false)) == 1);
  CHECK(must(e.agency.rebuild(true)) == 1);
}

}  // namespace warifu::desk
