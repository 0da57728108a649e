#include <doctest/doctest.h>

#include <algorithm>

#include "desk/test_office.h"

namespace warifu::desk {
namespace {

using inquiry::ItemResult;
using inquiry::State;

template <class T>
Code code_of(const Result<T>& result) {
  REQUIRE(!result);
  return result.error().code;
}

struct Scene2 {
  TestWorld world;
  Office& desk = world.agency();

  MatterId drafted(const DraftCommand& command) {
    const MatterId matter = must(desk.draft(world.investigator, command), "draft").matter;
    world.step();
    return matter;
  }
  MatterId drafted() { return drafted(world.draft_of({world.item("ex-1001")})); }
  void checked(const MatterId& matter) {
    must(desk.check(world.supervisor, matter, {}), "check");
    world.step();
  }
  SignedCommand approval(const MatterId& matter, const Caller& who) {
    return world.agency_office().sign(must(desk.prepare_approval(who, matter), "prepare_approval"), who.person);
  }
  MatterId approved() {
    const MatterId matter = drafted();
    checked(matter);
    must(desk.approve(world.approver, matter, approval(matter, world.approver)), "approve");
    world.step();
    return matter;
  }
  MatterId numbered() {
    const MatterId matter = approved();
    must(desk.number(world.registrar, matter, {}), "number");
    world.step();
    return matter;
  }
  // One person more in an office, with more roles than anybody should have.
  Caller all_rounder(party::Role acting) {
    party::Person person;
    person.id = PersonId::random();
    person.login = "all";
    person.name = "架空 万能";
    person.post = "警部";
    person.unit = world.section;
    person.roles = {party::Role::INVESTIGATOR, party::Role::SUPERVISOR, party::Role::APPROVER, party::Role::REGISTRAR};
    world.agency_office().put_person(person, world.clock.now());
    const party::Delegation delegation{world.approver.person, person.id, world.section, world.clock.now() - days(1), world.clock.now() + days(7)};
    world.agency_office().put("delegation", MatterId::random(), delegation, {}, world.clock.now());
    for (PublishedPerson entry : must(world.directory().person(desk.self().id, person.id, world.clock.now())))
      if (entry.role == party::Role::APPROVER) entry.delegator = world.approver.person, world.directory().put_person(entry);
    return {person.id, acting};
  }
  inquiry::Numbering number_of(const MatterId& matter) {
    return must(body_of_last<inquiry::RegisteredBody>(matter, inquiry::Kind::REGISTERED)).number;
  }
  template <class Body>
  Result<Body> body_of_last(const MatterId& matter, inquiry::Kind kind) {
    std::optional<Body> out;
    for (const SignedAct& act : must(desk.store().acts(matter)))
      if (act.act.kind == kind && act.body) out = must(json::decode_text<Body>(*act.body));
    if (!out) return fail(Code::NOT_FOUND, "no such act");
    return *out;
  }
  State state(const MatterId& matter) { return must(desk.store().row(matter)).state; }
  std::size_t acts(const MatterId& matter) { return must(desk.store().acts(matter)).size(); }
};

MatterQuery overdue_query(Time now) {
  MatterQuery query;
  query.due_before = now;
  query.is_open = true;
  return query;
}

}  // namespace

TEST_CASE("from the draft to the dispatch") {
  Scene2 s;
  const MatterId matter = s.drafted();
  CHECK(s.state(matter) == State::DRAFT);
  s.checked(matter);
  CHECK(s.state(matter) == State::CHECKED);
  CHECK(must(s.desk.approve(s.world.approver, matter, s.approval(matter, s.world.approver))).state == State::APPROVED);
  s.world.step();
  const Written numbered = must(s.desk.number(s.world.registrar, matter, {}));
  CHECK(numbered.state == State::REGISTERED);
  CHECK(numbered.number == "架空警刑一発令8第A1号");
  s.world.step();
  const Prepared prepared = must(s.desk.prepare_dispatch(s.world.registrar, matter));
  CHECK(must(s.desk.dispatch(s.world.registrar, matter, s.world.agency_office().sign(prepared, s.world.registrar.person))).state ==
        State::DISPATCHED);
  s.world.exchange();
  CHECK(s.state(matter) == State::DELIVERED);
  // What the provider holds is the approval, the dispatch and its own: nothing internal of the agency.
  for (const SignedAct& act : must(s.world.provider().store().acts(matter)))
    if (act.act.org == s.desk.self().id) CHECK(act.is_shared());
}

TEST_CASE("an inquiry is refused with the field that is wrong, and nothing is kept") {
  Scene2 s;
  const auto refused = [&](const std::function<void(DraftCommand&)>& spoil) {
    DraftCommand command = s.world.draft_of({s.world.item("ex-1001"), s.world.item("ex-1002")});
    spoil(command);
    const Result<Written> result = s.desk.draft(s.world.investigator, command);
    REQUIRE(!result);
    return result.error();
  };
  CHECK(refused([](DraftCommand& c) { c.case_id = CaseId::random(); }).code == Code::CASE_UNKNOWN);
  CHECK(refused([&](DraftCommand& c) { c.case_id = s.world.closed_case; }).code == Code::CASE_CLOSED);
  CHECK(refused([&](DraftCommand& c) { c.to = s.desk.self().id; }).code == Code::ADDRESSEE_UNKNOWN);
  CHECK(refused([](DraftCommand& c) { c.items.clear(); }).where == "/items");
  CHECK(refused([](DraftCommand& c) { c.items[1].purpose = ""; }).where == "/items/1/purpose");
  CHECK(refused([](DraftCommand& c) { c.items[1].necessity = " "; }).where == "/items/1/necessity");
  CHECK(refused([](DraftCommand& c) {
          c.items[1].purpose =
              "a\xe2\x80\xae"
              "b";
        }).code == Code::BIDI_CHARACTER);
  CHECK(refused([](DraftCommand& c) { c.items[0].selector.value = ""; }).where == "/items/0/selector/value");
  CHECK(refused([](DraftCommand& c) { c.items[0].selector.service = ""; }).code == Code::SELECTOR_SERVICE_MISSING);
  CHECK(refused([](DraftCommand& c) { c.items[0].selector.service = "elsewhere.example"; }).code == Code::NOT_IN_PROFILE);
  CHECK(refused([](DraftCommand& c) { c.due = Date{2026, 2, 30}; }).code == Code::BAD_TIME);
  CHECK(refused([](DraftCommand& c) { c.due = Date{2026, 1, 5}; }).where == "/due");
  CHECK(refused([](DraftCommand& c) { c.items.assign(10'001, c.items[0]); }).code == Code::TOO_MANY);
  CHECK(must(s.desk.store().find(MatterQuery{})).rows.empty());
}

TEST_CASE("who drafted neither checks nor approves nor numbers nor dispatches, whatever roles he holds") {
  Scene2 s;
  const auto as = [&](party::Role role) { return Caller{s.all_rounder(role).person, role}; };
  const Caller drafter = as(party::Role::INVESTIGATOR);
  const auto same = [&](party::Role role) { return Caller{drafter.person, role}; };
  const MatterId matter = must(s.desk.draft(drafter, s.world.draft_of({s.world.item("ex-1001")}))).matter;
  s.world.step();
  CHECK(code_of(s.desk.check(same(party::Role::SUPERVISOR), matter, {})) == Code::SEPARATION_OF_DUTIES);
  s.checked(matter);
  CHECK(code_of(s.desk.prepare_approval(same(party::Role::APPROVER), matter)) == Code::SEPARATION_OF_DUTIES);
  must(s.desk.approve(s.world.approver, matter, s.approval(matter, s.world.approver)));
  s.world.step();
  const auto register_unseen = s.desk.number(same(party::Role::REGISTRAR), matter, {});
  CHECK(code_of(register_unseen) == Code::SEPARATION_OF_DUTIES);
  must(s.desk.number(s.world.registrar, matter, {}));
  s.world.step();
  CHECK(code_of(s.desk.prepare_dispatch(same(party::Role::REGISTRAR), matter)) == Code::SEPARATION_OF_DUTIES);
  CHECK(s.state(matter) == State::REGISTERED);
}

TEST_CASE("an administrator sees and does nothing in an inquiry") {
  Scene2 s;
  const MatterId matter = s.numbered();
  const Caller& admin = s.world.agency_admin;
  CHECK(code_of(s.desk.check(admin, matter, {})) == Code::ROLE_MISSING);
  CHECK(code_of(s.desk.prepare_approval(admin, matter)) == Code::ROLE_MISSING);
  CHECK(code_of(s.desk.prepare_dispatch(admin, matter)) == Code::ROLE_MISSING);
  CHECK(code_of(s.desk.peek(admin, matter)) == Code::NOT_FOUND);
  const Result<Written> drafted = s.desk.draft(admin, s.world.draft_of({s.world.item("ex-1001")}));
  CHECK(!drafted);
}

TEST_CASE("an approval is the approver's own signature over exactly this text") {
  Scene2 s;
  const MatterId matter = s.drafted();
  s.checked(matter);
  const SignedCommand good = s.approval(matter, s.world.approver);
  const std::size_t before = s.acts(matter);
  SUBCASE("another text") {
    SignedCommand changed = good;
    changed.body.replace(changed.body.find("ex-1001"), 7, "ex-1002");
    CHECK(code_of(s.desk.approve(s.world.approver, matter, changed)) == Code::TEXT_DIFFERS);
  }
  SUBCASE("somebody else's key") {
    SignedCommand forged = good;
    const Prepared prepared = must(s.desk.prepare_approval(s.world.approver, matter));
    forged = s.world.agency_office().sign(prepared, s.world.registrar.person);
    CHECK(code_of(s.desk.approve(s.world.approver, matter, forged)) == Code::SIGNATURE_INVALID);
  }
  SUBCASE("no signature") {
    SignedCommand bare = good;
    bare.signature.clear();
    CHECK(!s.desk.approve(s.world.approver, matter, bare));
  }
  SUBCASE("a revoked key") {
    s.world.directory().revoke_person(s.world.approver.person, s.world.clock.now());
    CHECK(code_of(s.desk.approve(s.world.approver, matter, good)) == Code::KEY_UNKNOWN);
  }
  SUBCASE("the draft changed while it was being signed") {
    must(s.desk.send_back(s.world.approver, matter, {"期間を直してください"}));
    s.world.step();
    DraftCommand again = s.world.draft_of({s.world.item("ex-1003")});
    again.matter = matter;
    must(s.desk.draft(s.world.investigator, again));
    s.world.step();
    s.checked(matter);
    CHECK(code_of(s.desk.approve(s.world.approver, matter, good)) == Code::STALE);
    CHECK(s.state(matter) == State::CHECKED);
    return;
  }
  SUBCASE("too long after it was prepared") {
    s.world.clock.advance(minutes(31));
    CHECK(code_of(s.desk.approve(s.world.approver, matter, good)) == Code::STALE);
  }
  CHECK(s.acts(matter) == before);
  CHECK(s.state(matter) == State::CHECKED);
}

TEST_CASE("a delegate approves inside the period and not outside") {
  Scene2 s;
  const MatterId matter = s.drafted();
  s.checked(matter);
  // The directory must show the delegation too; the provider checks it there.
  for (PublishedPerson entry : must(s.world.directory().person(s.desk.self().id, s.world.delegate.person, s.world.clock.now())))
    entry.delegator = s.world.approver.person, s.world.directory().put_person(entry);
  SUBCASE("inside") {
    must(s.desk.approve(s.world.delegate, matter, s.approval(matter, s.world.delegate)));
    const auto body = must(s.body_of_last<inquiry::ApprovedBody>(matter, inquiry::Kind::APPROVED));
    CHECK(body.delegator == s.world.approver.person);
    CHECK(body.approver_name == "架空 四郎");
  }
  SUBCASE("after it has ended") {
    s.world.clock.advance(days(8));
    CHECK(code_of(s.desk.prepare_approval(s.world.delegate, matter)) == Code::DELEGATION_OUT_OF_PERIOD);
  }
  SUBCASE("between preparing and signing") {
    s.world.clock.advance(seconds(7 * 86400 - 10));
    const SignedCommand late = s.approval(matter, s.world.delegate);
    s.world.clock.advance(minutes(10));
    // What counts is the moment of the act, which the signature covers.
    CHECK(must(s.desk.approve(s.world.delegate, matter, late)).state == State::APPROVED);
  }
  SUBCASE("nobody else's unit") {
    CHECK(code_of(s.desk.prepare_approval({s.world.stranger.person, party::Role::APPROVER}, matter)) == Code::ROLE_MISSING);
  }
}

TEST_CASE("serials run without gaps, begin anew with the year in Japan, and a spoiled one keeps its line") {
  Scene2 s;
  const MatterId first = s.numbered();
  const MatterId second = s.numbered();
  CHECK(s.number_of(second).serial == s.number_of(first).serial + 1);
  CHECK(s.number_of(first).document_number != s.number_of(second).document_number);
  // Voided before it left: the number is spoiled with its reason, and the next one follows it.
  must(s.desk.void_inquiry(s.world.registrar, second, {"宛先の誤り"}));
  s.world.step();
  const MatterId third = s.numbered();
  CHECK(s.number_of(third).serial == s.number_of(second).serial + 1);
  const RegisterView book = must(s.desk.register_of(s.world.registrar, s.world.register_office, law::FormKind::A, 2026));
  REQUIRE(book.lines.size() == 3);
  CHECK(std::ranges::count(book.lines, "SPOILED", &RegisterLine::state) == 1);
  for (const RegisterLine& line : book.lines)
    if (line.state == "SPOILED") CHECK(line.reason == "宛先の誤り");
  // 2026-12-31 23:59:50 in Japan is 14:59:50 UTC; twenty seconds later it is 2027 there and still 2026 in UTC.
  s.world.clock.set(parse_rfc3339("2026-12-31T23:00:00+09:00").value());
  const MatterId late = s.drafted(s.world.draft_of({s.world.item("ex-1001")}));
  s.checked(late);
  s.world.clock.set(parse_rfc3339("2026-12-31T23:59:50+09:00").value());
  must(s.desk.approve(s.world.approver, late, s.approval(late, s.world.approver)));
  s.world.clock.set(parse_rfc3339("2027-01-01T00:00:05+09:00").value());
  must(s.desk.number(s.world.registrar, late, {}));
  CHECK(s.number_of(late).year == 2027);
  CHECK(s.number_of(late).serial == 1);
  CHECK(s.number_of(late).document_number.find("令9") != std::string::npos);
}

TEST_CASE("a document number of one's own is used once") {
  Scene2 s;
  const MatterId first = s.approved();
  CHECK(must(s.desk.number(s.world.registrar, first, {"架空特第7号"})).number == "架空特第7号");
  const MatterId second = s.approved();
  CHECK(code_of(s.desk.number(s.world.registrar, second, {"架空特第7号"})) == Code::SERIAL_TAKEN);
  CHECK(s.state(second) == State::APPROVED);
  must(s.desk.number(s.world.registrar, second, {}));
}

TEST_CASE("an amendment is a new version with its own approval and serial; the old serial ends as superseded") {
  Scene2 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1001")});
  const inquiry::Numbering first = s.number_of(matter);
  DraftCommand again = s.world.draft_of({s.world.item("ex-1001"), s.world.item("ex-1002")});
  again.matter = matter;
  must(s.desk.draft(s.world.investigator, again));
  s.world.step();
  s.checked(matter);
  must(s.desk.approve(s.world.approver, matter, s.approval(matter, s.world.approver)));
  s.world.step();
  must(s.desk.number(s.world.registrar, matter, {}));
  s.world.step();
  const Prepared prepared = must(s.desk.prepare_dispatch(s.world.registrar, matter));
  must(s.desk.dispatch(s.world.registrar, matter, s.world.agency_office().sign(prepared, s.world.registrar.person)));
  s.world.exchange();
  const MatterView view = must(s.desk.peek(s.world.investigator, matter));
  REQUIRE((view.current && view.previous));
  CHECK(view.current->version == 2);
  CHECK(view.current->text.items.size() == 2);
  CHECK(must(s.desk.store().row(matter)).number == first.document_number);  // the matter keeps its first number
  const RegisterView book = must(s.desk.register_of(s.world.registrar, s.world.register_office, law::FormKind::A, 2026));
  CHECK(std::ranges::count(book.lines, "SUPERSEDED", &RegisterLine::state) == 1);
  // Each number tells of the version that went out under it.
  REQUIRE(book.lines.size() == 2);
  const RegisterLine &one = book.lines[0], &two = book.lines[1];
  CHECK(one.state == "SUPERSEDED");
  CHECK((one.approved && one.dispatched && one.delivered && two.approved && two.dispatched && two.delivered));
  CHECK((*one.approved < *one.dispatched && *one.delivered < *two.approved && *two.approved < *two.dispatched && *two.dispatched <= *two.delivered));
  CHECK((one.due.has_value() && two.due.has_value()));
  CHECK(!one.approver.empty());
  CHECK(one.approver == two.approver);
  CHECK(one.items.find(" +") == std::string::npos);
  CHECK(two.items == one.items + " +1");
  CHECK(must(s.world.provider().store().acts(matter)).size() > 4);
}

TEST_CASE("a withdrawal gives up the version in the making, and its serial ends as spoiled") {
  Scene2 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1001")});
  DraftCommand amended = s.world.draft_of({s.world.item("ex-1001"), s.world.item("ex-1002")});
  amended.matter = matter;
  must(s.desk.draft(s.world.investigator, amended));
  s.world.step();
  must(s.desk.check(s.world.supervisor, matter, {}));
  s.world.step();
  must(s.desk.approve(s.world.approver, matter,
                      s.world.agency_office().sign(must(s.desk.prepare_approval(s.world.approver, matter)), s.world.approver.person)));
  s.world.step();
  must(s.desk.number(s.world.registrar, matter, {}));
  s.world.step();
  must(s.desk.withdraw(s.world.investigator, matter, {"被疑者が判明したため"}));
  const RegisterView book = must(s.desk.register_of(s.world.registrar, s.world.register_office, law::FormKind::A, 2026));
  REQUIRE(book.lines.size() == 2);
  CHECK(book.lines[0].state == "ISSUED");
  CHECK(book.lines[1].state == "SPOILED");
  CHECK(book.lines[1].reason == "被疑者が判明したため");
  CHECK(must(s.desk.rebuild(true)) == 0);
}

TEST_CASE("an oral inquiry is a stub that falls due until the instrument follows") {
  Scene2 s;
  OralCommand oral{s.world.open_case, s.world.provider().self().id, "出品者の連絡先を電話で照会した", "2026-11-21T10:00:00+09:00"};
  const MatterId matter = must(s.desk.record_oral(s.world.investigator, oral)).matter;
  const inquiry::MatterRow row = must(s.desk.store().row(matter));
  CHECK(row.state == State::ORAL);
  REQUIRE(row.due_at.has_value());
  s.world.clock.set(*row.due_at + hours(1));
  for (const Caller& who : {s.world.investigator, s.world.supervisor, s.world.approver}) {
    const ListView overdue = must(s.desk.list(who, overdue_query(s.world.clock.now())));
    CHECK(std::ranges::any_of(overdue.rows, [&](const RowView& r) { return r.matter == matter; }));
  }
  DraftCommand follows = s.world.draft_of({s.world.item("ex-1001")});
  follows.matter = matter;
  must(s.desk.draft(s.world.investigator, follows));
  CHECK(s.state(matter) == State::DRAFT);
  oral.asked_at = "2027-11-21T10:00:00+09:00";
  CHECK(code_of(s.desk.record_oral(s.world.investigator, oral)) == Code::TIME_IN_FUTURE);
  oral.asked_at = "2026-11-21T10:00:00";
  CHECK(code_of(s.desk.record_oral(s.world.investigator, oral)) == Code::TIME_WITHOUT_ZONE);
  oral.asked_at = "2026-09-01T10:00:00+09:00";
  CHECK(code_of(s.desk.record_oral(s.world.investigator, oral)) == Code::TIME_TOO_OLD);
}

TEST_CASE("a reminder, a withdrawal, and a matter that changes hands") {
  Scene2 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1001")});
  must(s.desk.remind(s.world.investigator, matter, {"お急ぎください"}));
  s.world.step();
  CHECK(code_of(s.desk.hand_over(s.world.supervisor, matter, {s.world.stranger.person, "異動"})) == Code::FORBIDDEN);
  must(s.desk.hand_over(s.world.supervisor, matter, {s.world.other_investigator.person, "異動"}));
  s.world.step();
  CHECK(must(s.desk.store().row(matter)).in_charge == s.world.other_investigator.person);
  CHECK(code_of(s.desk.withdraw(s.world.stranger, matter, {"解決"})) == Code::NOT_FOUND);  // another unit's
  CHECK(must(s.desk.withdraw(s.world.other_investigator, matter, {"被疑者が判明したため"})).state == State::WITHDRAWN);
  s.world.exchange();
  CHECK(must(s.world.provider().store().row(matter)).provider_state == inquiry::ProviderState::WITHDRAWN);
  CHECK(code_of(s.desk.remind(s.world.investigator, matter, {})) == Code::ILLEGAL_TRANSITION);
  CHECK(must(s.desk.close(s.world.other_investigator, matter, {})).state == State::CLOSED);
}

}  // namespace warifu::desk
