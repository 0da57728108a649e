#include "desk/enrolment.h"

#include <doctest/doctest.h>

#include "desk/login.h"
#include "desk/test_office.h"

namespace warifu::desk {
namespace {

using party::Role;

// A new investigator whose device is enrolled and waits, and whoever may admit it.
struct Newcomer {
  TestWorld world;
  Enrolment enrolment{{world.agency(), world.agency_office().directory, world.agency_office().signer}};
  Logins logins{world.agency(), {"https://desk.example", true, crypto::kPasswordCostForTests}};
  party::Person person;
  std::optional<note::Signer> device;
  AdmissionCommand command;

  Newcomer() {
    PersonCommand entry;
    entry.login = "shinjin";
    entry.name = "架空 十郎";
    entry.roles = {Role::INVESTIGATOR, Role::SUPERVISOR};
    entry.unit = world.section;
    person = must(world.agency().put_person(world.agency_admin, entry));
    device = must(note::Signer::create(note::person_name(world.agency().self().id.text(), person.id), crypto::Ed25519Secret::generate()));
    must(logins.enrol_as_node(person.id, device->verifier(), "端末"));
    command = {person.id, Role::INVESTIGATOR, device->verifier().text()};
  }
  SignedEntry sign(const PreparedEntry& prepared, const Caller& by) {
    return {prepared.text, must(world.agency_office().person_signers.at(by.person).sign(prepared.text)).text()};
  }
  std::vector<PublishedPerson> published() { return must(world.directory().person(world.agency().self().id, person.id, world.clock.now())); }
};

template <class T>
Code code_of(const T& result) {
  REQUIRE(!result);
  return result.error().code;
}

TEST_CASE("a key is admitted by the organisation and a second person's hand") {
  Newcomer n;
  CHECK(n.published().empty());
  const auto waits = [&](Role role) {
    const auto waiting = must(n.enrolment.waiting(n.world.approver));
    return std::ranges::any_of(waiting, [&](const WaitingKey& key) { return key.person == n.person.id && key.role == role; });
  };
  // What the person himself is told of the device is what the second person sees in the list of those that wait.
  const auto told = [&] { return must(n.logins.devices({n.person.id, Role::INVESTIGATOR}, n.person.id)).at(0).waits_in; };
  CHECK(waits(Role::INVESTIGATOR));
  CHECK(told() == std::vector{Role::INVESTIGATOR, Role::SUPERVISOR});
  const PreparedEntry prepared = must(n.enrolment.prepare_admission(n.world.approver, n.command));
  CHECK(prepared.signer == note::person_name(n.world.agency().self().id.text(), n.world.approver.person));
  must(n.enrolment.admit(n.world.approver, n.sign(prepared, n.world.approver)));
  REQUIRE(n.published().size() == 1);
  CHECK(n.published()[0].role == Role::INVESTIGATOR);
  CHECK(n.published()[0].unit == n.world.section);
  CHECK(n.published()[0].until - n.published()[0].from == kKeyPeriod);
  CHECK(!waits(Role::INVESTIGATOR));
  CHECK(waits(Role::SUPERVISOR));
  CHECK(told() == std::vector{Role::SUPERVISOR});
  const note::Note note = must(note::Note::parse(must(n.world.directory().entries()).back()));
  REQUIRE(note.signatures.size() == 2);
  CHECK(note.signatures[0].name == "kakuu-police.example/sign");
  CHECK(note.signatures[1].name == prepared.signer);
  // The second factor follows the entry.
  CHECK(must(n.world.agency().store().person_keys(n.person.id)).at(0).until == n.published()[0].until);
}

TEST_CASE("who may be the second person") {
  Newcomer n;
  // Whoever wrote the person into the books, the person himself, somebody without the right.
  CHECK(code_of(n.enrolment.prepare_admission(n.world.agency_admin, n.command)) == Code::SEPARATION_OF_DUTIES);
  AdmissionCommand own{n.world.approver.person, Role::APPROVER, n.world.agency_office().person_signers.at(n.world.approver.person).verifier().text()};
  CHECK(code_of(n.enrolment.prepare_admission(n.world.approver, own)) == Code::SEPARATION_OF_DUTIES);
  CHECK(code_of(n.enrolment.prepare_admission(n.world.supervisor, n.command)) == Code::FORBIDDEN);
  CHECK(code_of(n.enrolment.prepare_admission(n.world.delegate, n.command)) == Code::FORBIDDEN);
  CHECK(code_of(n.enrolment.prepare_admission({n.world.supervisor.person, Role::ADMIN}, n.command)) == Code::ROLE_MISSING);
  CHECK(code_of(n.enrolment.waiting(n.world.investigator)) == Code::FORBIDDEN);

  // A change of the telephone by another hand does not make the author a stranger; a change of the roles does.
  PersonCommand entry{n.person.id, "shinjin", n.person.name, {}, {}, {}, n.person.unit, n.person.roles, false, {}, {}, {}, true};
  PersonCommand second;
  second.login = "kanri2";
  second.name = "架空 管理";
  second.roles = {Role::ADMIN};
  const Caller other{must(n.world.agency().put_person(n.world.agency_admin, second)).id, Role::ADMIN};
  entry.telephone = "000-000-0002";
  n.world.step();
  must(n.world.agency().put_person(other, entry));
  CHECK(code_of(n.enrolment.prepare_admission(n.world.agency_admin, n.command)) == Code::SEPARATION_OF_DUTIES);
  CHECK(n.enrolment.prepare_admission(other, n.command));
  entry.roles = {Role::INVESTIGATOR};
  n.world.step();
  must(n.world.agency().put_person(other, entry));
  CHECK(n.enrolment.prepare_admission(n.world.agency_admin, n.command));
  CHECK(code_of(n.enrolment.prepare_admission(other, n.command)) == Code::SEPARATION_OF_DUTIES);
}

TEST_CASE("an admission is exactly what was prepared, signed by whoever hands it in") {
  Newcomer n;
  const PreparedEntry prepared = must(n.enrolment.prepare_admission(n.world.approver, n.command));
  const SignedEntry good = n.sign(prepared, n.world.approver);
  CHECK(code_of(n.enrolment.admit(n.world.approver, {good.text, n.sign(prepared, n.world.supervisor).signature})) == Code::SIGNATURE_INVALID);
  CHECK(code_of(n.enrolment.admit(n.world.agency_admin, good)) == Code::SEPARATION_OF_DUTIES);

  note::PersonEntry entry = must(note::PersonEntry::parse(prepared.text));
  const auto changed = [&](const std::function<void(note::PersonEntry&)>& change) {
    note::PersonEntry other = entry;
    change(other);
    const PreparedEntry text{must(other.text()), prepared.signer};
    return code_of(n.enrolment.admit(n.world.approver, n.sign(text, n.world.approver)));
  };
  CHECK(changed([](auto& e) { e.role = "approver"; }) == Code::ROLE_MISSING);
  CHECK(changed([](auto& e) { e.role = "king"; }) == Code::TEXT_DIFFERS);
  CHECK(changed([](auto& e) { e.valid.until = e.valid.until + days(1); }) == Code::TEXT_DIFFERS);
  CHECK(changed([&](auto& e) { e.unit = n.world.other_section; }) == Code::TEXT_DIFFERS);
  CHECK(changed([&](auto& e) { e.delegator = n.world.approver.person; }) == Code::TEXT_DIFFERS);
  CHECK(changed([](auto& e) { e.origin = "log.example/other"; }) == Code::TEXT_DIFFERS);
  CHECK(changed([](auto& e) { e.valid.from = e.valid.from - days(1); }) == Code::STALE);
  CHECK(n.published().empty());

  n.world.clock.advance(minutes(31));
  CHECK(code_of(n.enrolment.admit(n.world.approver, good)) == Code::STALE);
  AdmissionCommand unknown = n.command;
  unknown.vkey = must(note::Signer::create(prepared.signer, crypto::Ed25519Secret::generate())).verifier().text();
  CHECK(code_of(n.enrolment.prepare_admission(n.world.approver, unknown)) == Code::KEY_UNKNOWN);
  must(n.logins.revoke_device({n.person.id, Role::INVESTIGATOR}, n.person.id, n.command.vkey));
  CHECK(code_of(n.enrolment.prepare_admission(n.world.approver, n.command)) == Code::KEY_UNKNOWN);
}

TEST_CASE("a pending device becomes a second factor when it is admitted") {
  Newcomer n;
  must(n.logins.set_password_as_node(n.person.id, "kirin-no-kubi-42"));
  const auto log_in = [&](const note::Signer& device) {
    const SessionView half = must(n.logins.log_in({"shinjin", "kirin-no-kubi-42"}));
    return n.logins.answer_factor(*half.token, {must(device.sign(half.challenge_text)).text()});
  };
  const SessionView session = must(log_in(*n.device));
  const note::Signer second = must(note::Signer::create(session.signer, crypto::Ed25519Secret::generate()));
  const std::string text =
      enrolment_text("https://desk.example", session.organisation, n.person.id, second.verifier().key.base64(), session.device_nonce);
  must(n.logins.add_device(*session.token, {second.verifier().text(), "携帯", must(second.sign(text)).text()}));
  CHECK(code_of(log_in(second)) == Code::WRONG_FACTOR);
  const PreparedEntry prepared = must(n.enrolment.prepare_admission(n.world.approver, {n.person.id, Role::INVESTIGATOR, second.verifier().text()}));
  must(n.enrolment.admit(n.world.approver, n.sign(prepared, n.world.approver)));
  CHECK(must(log_in(second)).person == n.person.id);
}

TEST_CASE("a delegation stands in the directory and in the books, signed by the head of the unit") {
  Newcomer n;
  TestWorld& world = n.world;
  const DelegationCommand command{world.approver.person, world.delegate.person, world.section, "2026-12-01T09:00:00+09:00",
                                  "2026-12-05T18:00:00+09:00"};
  const PreparedEntry prepared = must(n.enrolment.prepare_delegation(world.approver, command));
  CHECK(code_of(n.enrolment.prepare_delegation(world.delegate, command)) == Code::SEPARATION_OF_DUTIES);
  CHECK(code_of(n.enrolment.prepare_delegation(world.agency_admin, command)) == Code::SEPARATION_OF_DUTIES);
  DelegationCommand longer = command;
  longer.until = "2026-12-06T18:00:00+09:00";
  CHECK(code_of(n.enrolment.delegate(world.approver, {longer, n.sign(prepared, world.approver)})) == Code::TEXT_DIFFERS);
  CHECK(code_of(n.enrolment.delegate(world.approver, {command, n.sign(prepared, world.delegate)})) == Code::SIGNATURE_INVALID);
  CHECK(must(world.agency().delegations()).size() == 1);

  const party::Delegation made = must(n.enrolment.delegate(world.approver, {command, n.sign(prepared, world.approver)}));
  CHECK(must(world.agency().delegations()).size() == 2);
  const auto count = [&](Time at) {
    const auto entries = must(world.directory().person(world.agency().self().id, world.delegate.person, at));
    return std::ranges::count_if(entries, [&](const PublishedPerson& entry) {
      return entry.delegator == world.approver.person && entry.role == Role::APPROVER && entry.unit == world.section && entry.from == made.from;
    });
  };
  CHECK(count(made.from - seconds(1)) == 0);
  CHECK(count(made.from) == 1);
  CHECK(count(made.until - seconds(1)) == 1);
  CHECK(count(made.until) == 0);
}

// A delegation as its head made it, and what ends it.
struct Delegated : Newcomer {
  DelegationCommand command;
  DelegationReference reference;
  party::Delegation made;

  explicit Delegated(Duration begins = {}) {
    const Time from = Time::from_seconds((world.clock.now() + begins).seconds());
    command = {world.approver.person, world.delegate.person, world.section, to_rfc3339(from), to_rfc3339(from + days(30))};
    const PreparedEntry prepared = must(enrolment.prepare_delegation(world.approver, command));
    made = must(enrolment.delegate(world.approver, {command, sign(prepared, world.approver)}));
    reference = {command.delegator, command.delegate, command.unit, command.from};
  }
  // How many entries stand in the directory for it at that instant.
  long in_directory(Time at) {
    const auto entries = must(world.directory().person(world.agency().self().id, world.delegate.person, at));
    return std::ranges::count_if(entries, [&](const PublishedPerson& entry) {
      return entry.delegator == made.delegator && entry.unit == made.unit && entry.from == made.from;
    });
  }
  MatterId checked() {
    const MatterId matter = must(world.agency().draft(world.investigator, world.draft_of({world.item("ex-1001")})), "draft").matter;
    world.step();
    must(world.agency().check(world.supervisor, matter, {}), "check");
    world.step();
    return matter;
  }
  Result<Written> approve_as_delegate(const MatterId& matter) {
    const Prepared prepared = TRY(world.agency().prepare_approval(world.delegate, matter));
    return world.agency().approve(world.delegate, matter, world.agency_office().sign(prepared, world.delegate.person));
  }
  std::optional<party::Delegation> in_books() {
    for (const party::Delegation& one : must(world.agency().delegations()))
      if (one.delegate == made.delegate && one.from == made.from) return one;
    return std::nullopt;
  }
};

TEST_CASE("a delegation is ended at once by the head of the unit, and what was approved before stands") {
  Delegated d;
  TestWorld& world = d.world;
  // The one of the world itself, which stands in the books only, does not help out.
  world.clock.advance(days(8));
  const MatterId before = d.checked(), after = d.checked();
  must(d.approve_as_delegate(before), "approve");

  CHECK(d.in_directory(world.clock.now()) == 1);
  world.step();
  const PreparedEntry prepared = must(d.enrolment.prepare_delegation_end(world.approver, d.reference));
  CHECK(prepared.signer == note::person_name(world.agency().self().id.text(), world.approver.person));
  const DelegationEndSigned command{d.reference, d.sign(prepared, world.approver)};
  const party::Delegation ended = must(d.enrolment.end_delegation(world.approver, command));
  CHECK(ended.until <= world.clock.now());
  CHECK(ended.from == d.made.from);
  REQUIRE(d.in_books());
  CHECK(d.in_books()->until == ended.until);
  CHECK(d.in_directory(ended.until - seconds(1)) == 1);
  CHECK(d.in_directory(ended.until) == 0);

  CHECK(code_of(d.approve_as_delegate(after)) == Code::DELEGATION_OUT_OF_PERIOD);
  CHECK(must(world.agency().peek(world.registrar, before)).row.state == inquiry::State::APPROVED);
  must(world.agency().number(world.registrar, before, {}), "number");

  // The same again changes nothing; another end finds nothing to end.
  CHECK(must(d.enrolment.end_delegation(world.approver, command)).until == ended.until);
  CHECK(code_of(d.enrolment.prepare_delegation_end(world.approver, d.reference)) == Code::CONFLICT);

  // And the head may delegate to the same person anew.
  DelegationCommand anew = d.command;
  anew.from = to_rfc3339(Time::from_seconds(world.clock.now().seconds() + 1));
  const PreparedEntry next = must(d.enrolment.prepare_delegation(world.approver, anew));
  must(d.enrolment.delegate(world.approver, {anew, d.sign(next, world.approver)}));
}

TEST_CASE("a delegation that has not begun never does when it is ended") {
  Delegated d(days(10));
  const PreparedEntry prepared = must(d.enrolment.prepare_delegation_end(d.world.approver, d.reference));
  const party::Delegation ended = must(d.enrolment.end_delegation(d.world.approver, {d.reference, d.sign(prepared, d.world.approver)}));
  CHECK(ended.from == d.made.from);
  CHECK(ended.until == d.made.from);
  CHECK(!ended.covers(d.made.from));
  CHECK(d.in_directory(d.made.from) == 0);
}

TEST_CASE("who ends a delegation, and by which text") {
  Delegated d;
  TestWorld& world = d.world;
  world.clock.advance(hours(1));
  CHECK(code_of(d.enrolment.prepare_delegation_end(world.delegate, d.reference)) == Code::SEPARATION_OF_DUTIES);
  CHECK(code_of(d.enrolment.prepare_delegation_end(world.supervisor, d.reference)) == Code::ROLE_MISSING);
  DelegationReference unknown = d.reference;
  unknown.from = to_rfc3339(d.made.from + seconds(1));
  CHECK(code_of(d.enrolment.prepare_delegation_end(world.approver, unknown)) == Code::NOT_FOUND);
  unknown.from = "gestern";
  CHECK(d.enrolment.prepare_delegation_end(world.approver, unknown).error().where == "/from");

  // An administrator, when the head is away.
  const PreparedEntry prepared = must(d.enrolment.prepare_delegation_end(world.agency_admin, d.reference));
  const auto refused = [&](const std::string& text) {
    return code_of(d.enrolment.end_delegation(world.agency_admin, {d.reference, d.sign({text, prepared.signer}, world.agency_admin)}));
  };
  note::PersonEntry entry = must(note::PersonEntry::parse(prepared.text));
  const auto with = [&](const std::function<void(note::PersonEntry&)>& change) {
    note::PersonEntry other = entry;
    change(other);
    return must(other.text());
  };
  CHECK(refused(with([](auto& e) { e.valid.until = e.valid.until + days(1); })) == Code::STALE);
  CHECK(refused(with([](auto& e) { e.valid.until = e.valid.until + minutes(2); })) == Code::TEXT_DIFFERS);
  CHECK(refused(with([](auto& e) { e.valid.until = e.valid.until - minutes(40); })) == Code::STALE);
  // Never begun, it would say: what the delegate has done since the beginning would lose its worth.
  CHECK(refused(with([](auto& e) { e.valid.until = e.valid.from; })) == Code::STALE);
  CHECK(refused(with([](auto& e) { e.previous.reset(); })) == Code::TEXT_DIFFERS);
  CHECK(refused(with([&](auto& e) { e.unit = world.other_section; })) == Code::TEXT_DIFFERS);
  CHECK(refused(with([&](auto& e) { e.delegator = world.supervisor.person; })) == Code::TEXT_DIFFERS);
  CHECK(code_of(d.enrolment.end_delegation(world.agency_admin, {d.reference, d.sign(prepared, world.approver)})) == Code::SIGNATURE_INVALID);
  CHECK(d.in_directory(world.clock.now()) == 1);
  CHECK(d.in_books()->until == d.made.until);
  must(d.enrolment.end_delegation(world.agency_admin, {d.reference, d.sign(prepared, world.agency_admin)}));
  CHECK(d.in_directory(world.clock.now()) == 0);
}

TEST_CASE("a delegate approves with the device that was delegated to, and with no other") {
  Delegated d;
  TestWorld& world = d.world;
  world.clock.advance(days(8));  // past the world's own delegation
  const MatterId matter = d.checked();
  // Another device of the delegate, admitted for the delegate's own right of approval only.
  const note::Signer other =
      must(note::Signer::create(note::person_name(world.agency().self().id.text(), world.delegate.person), crypto::Ed25519Secret::generate()));
  world.directory().put_person({world.agency().self().id, world.delegate.person, Role::APPROVER, world.section, std::nullopt, other.verifier(),
                                world.clock.now() - days(1), world.clock.now() + days(1)});
  const Prepared prepared = must(world.agency().prepare_approval(world.delegate, matter));
  const SignedCommand wrong{prepared.text, prepared.body, must(other.sign(prepared.text)).text()};
  CHECK(code_of(world.agency().approve(world.delegate, matter, wrong)) == Code::KEY_UNKNOWN);
  must(world.agency().approve(world.delegate, matter, world.agency_office().sign(prepared, world.delegate.person)), "approve");
}

TEST_CASE("a lost key is ended also where it stands in for somebody") {
  Delegated d;
  TestWorld& world = d.world;
  world.clock.advance(hours(1));
  const AdmissionCommand lost{world.delegate.person, Role::APPROVER,
                              world.agency_office().person_signers.at(world.delegate.person).verifier().text()};
  const auto listed = [&] {
    const std::vector<AdmittedKey> all = must(d.enrolment.admitted(world.approver));
    return std::ranges::count_if(all, [&](const AdmittedKey& key) { return key.person == lost.person && key.vkey == lost.vkey; });
  };
  CHECK(listed() == 1);  // the own role stands for the key, until it is ended
  CHECK(code_of(d.enrolment.admitted(world.investigator)) == Code::FORBIDDEN);
  int ended = 0;
  for (; ended < 5; ++ended) {
    const Result<PreparedEntry> prepared = d.enrolment.prepare_revocation(world.approver, lost);
    if (!prepared) break;
    must(d.enrolment.revoke(world.approver, d.sign(*prepared, world.approver)));
  }
  CHECK(ended >= 1);
  CHECK(d.in_directory(world.clock.now()) == 0);
}

TEST_CASE("a delegation that was ended does not come back by the same words") {
  Delegated d(days(10));
  TestWorld& world = d.world;
  // The same command again, before its end, is the same delegation.
  CHECK(d.enrolment.prepare_delegation(world.approver, d.command));
  const PreparedEntry prepared = must(d.enrolment.prepare_delegation_end(world.approver, d.reference));
  must(d.enrolment.end_delegation(world.approver, {d.reference, d.sign(prepared, world.approver)}));
  CHECK(code_of(d.enrolment.prepare_delegation_end(world.approver, d.reference)) == Code::CONFLICT);

  const Result<PreparedEntry> same = d.enrolment.prepare_delegation(world.approver, d.command);
  REQUIRE(!same);
  CHECK(same.error().code == Code::CONFLICT);
  CHECK(same.error().where == "/from");
  CHECK(d.in_books()->until == d.made.from);

  DelegationCommand other = d.command;
  other.from = to_rfc3339(d.made.from + seconds(1));
  const PreparedEntry next = must(d.enrolment.prepare_delegation(world.approver, other));
  must(d.enrolment.delegate(world.approver, {other, d.sign(next, world.approver)}));
}

TEST_CASE("one beginning of a delegation has one key") {
  Delegated d(days(10));
  TestWorld& world = d.world;
  const note::Signer device =
      must(note::Signer::create(note::person_name(world.agency().self().id.text(), world.delegate.person), crypto::Ed25519Secret::generate()));
  world.directory().put_person({world.agency().self().id, world.delegate.person, Role::APPROVER, world.section, std::nullopt, device.verifier(),
                                world.clock.now(), world.clock.now() + days(365)});
  CHECK(code_of(d.enrolment.prepare_delegation(world.approver, d.command)) == Code::CONFLICT);
  // Ended first, or from another beginning.
  DelegationCommand other = d.command;
  other.from = to_rfc3339(d.made.from + seconds(1));
  CHECK(d.enrolment.prepare_delegation(world.approver, other));
}

TEST_CASE("a lost key is ended also where it is to stand in for somebody later") {
  Delegated d(days(10));
  TestWorld& world = d.world;
  // Another delegation of the same key, made after it and in force before it.
  DelegationCommand soon = d.command;
  soon.from = to_rfc3339(Time::from_seconds(world.clock.now().seconds()));
  soon.until = to_rfc3339(d.made.from - days(1));
  must(d.enrolment.delegate(world.approver, {soon, d.sign(must(d.enrolment.prepare_delegation(world.approver, soon)), world.approver)}));
  world.clock.advance(hours(1));
  const AdmissionCommand lost{world.delegate.person, Role::APPROVER,
                              world.agency_office().person_signers.at(world.delegate.person).verifier().text()};
  const auto listed = [&] {
    std::vector<AdmittedKey> all = must(d.enrolment.admitted(world.approver));
    std::erase_if(all, [&](const AdmittedKey& key) { return key.person != lost.person || key.vkey != lost.vkey; });
    return all;
  };
  const auto revoke = [&] {
    must(d.enrolment.revoke(world.approver, d.sign(must(d.enrolment.prepare_revocation(world.approver, lost)), world.approver)));
  };
  REQUIRE(listed().size() == 1);
  CHECK(listed()[0].from < world.clock.now());
  revoke();
  REQUIRE(listed().size() == 1);
  CHECK(listed()[0].from == d.made.from);
  revoke();
  CHECK(listed().empty());
  CHECK(d.in_directory(d.made.from) == 0);
  CHECK(d.in_books()->until == d.made.from);
  CHECK(code_of(d.enrolment.prepare_revocation(world.approver, lost)) == Code::NOT_FOUND);
}

TEST_CASE("the end of a lost key is not put back to the beginning of what it stood in for") {
  Delegated d;
  TestWorld& world = d.world;
  world.clock.advance(hours(1));
  const AdmissionCommand lost{world.delegate.person, Role::APPROVER,
                              world.agency_office().person_signers.at(world.delegate.person).verifier().text()};
  const PreparedEntry prepared = must(d.enrolment.prepare_revocation(world.approver, lost));
  note::PersonEntry entry = must(note::PersonEntry::parse(prepared.text));
  entry.valid.until = entry.valid.from;
  CHECK(code_of(d.enrolment.revoke(world.approver, d.sign({must(entry.text()), prepared.signer}, world.approver))) == Code::STALE);
  CHECK(d.in_directory(world.clock.now()) == 1);
}

TEST_CASE("the books' delegation ends when its key is ended") {
  Delegated d;
  TestWorld& world = d.world;
  world.clock.advance(days(8));  // past the world's own delegation
  const AdmissionCommand lost{world.delegate.person, Role::APPROVER,
                              world.agency_office().person_signers.at(world.delegate.person).verifier().text()};
  const Time at = Time::from_seconds(world.clock.now().seconds());
  SUBCASE("at once, by somebody who may end the delegation") {
    const PreparedEntry prepared = must(d.enrolment.prepare_revocation(world.agency_admin, lost));
    must(d.enrolment.revoke(world.agency_admin, d.sign(prepared, world.agency_admin)));
    CHECK(d.in_books()->until == at);
  }
  SUBCASE("by the head who delegated, when the head of another unit ended the key") {
    PersonCommand command;
    command.login = "betsuka";
    command.name = "架空 別課長";
    command.roles = {Role::APPROVER};
    command.unit = world.other_section;
    command.is_unit_head = true;
    const Caller other{must(world.agency().put_person(world.agency_admin, command)).id, Role::APPROVER};
    const note::Signer device =
        must(note::Signer::create(note::person_name(world.agency().self().id.text(), other.person), crypto::Ed25519Secret::generate()));
    world.directory().put_person({world.agency().self().id, other.person, Role::APPROVER, world.other_section, std::nullopt, device.verifier(),
                                  world.clock.now() - days(1), world.clock.now() + days(365)});
    const PreparedEntry prepared = must(d.enrolment.prepare_revocation(other, lost));
    must(d.enrolment.revoke(other, {prepared.text, must(device.sign(prepared.text)).text()}));
    CHECK(d.in_books()->until == d.made.until);
    world.clock.advance(hours(1));
    const PreparedEntry end = must(d.enrolment.prepare_delegation_end(world.approver, d.reference));
    CHECK(end.text == prepared.text);
    CHECK(must(d.enrolment.end_delegation(world.approver, {d.reference, d.sign(end, world.approver)})).until == at);
  }
  CHECK(d.in_books()->until == at);
  CHECK(code_of(d.enrolment.prepare_delegation_end(world.approver, d.reference)) == Code::CONFLICT);
  const MatterId matter = d.checked();
  CHECK(code_of(d.approve_as_delegate(matter)) == Code::DELEGATION_OUT_OF_PERIOD);
}

TEST_CASE("an end of a delegation that broke off before the books is finished, however late") {
  Delegated d;
  TestWorld& world = d.world;
  world.clock.advance(hours(1));
  const Time at = Time::from_seconds(world.clock.now().seconds());
  const PreparedEntry prepared = must(d.enrolment.prepare_delegation_end(world.approver, d.reference));
  const std::vector<note::Signer> signers{*world.agency_office().signer, world.agency_office().person_signers.at(world.approver.person)};
  must(world.directory().add_entry(must(note::sign_note(prepared.text, signers)).serialise()));
  CHECK(d.in_books()->until == d.made.until);
  world.clock.advance(hours(2));
  const std::size_t entries = must(world.directory().entries()).size();
  SUBCASE("by the same command") { must(d.enrolment.end_delegation(world.approver, {d.reference, d.sign(prepared, world.approver)})); }
  SUBCASE("by another hand") {
    const PreparedEntry anew = must(d.enrolment.prepare_delegation_end(world.agency_admin, d.reference));
    CHECK(anew.text == prepared.text);
    must(d.enrolment.end_delegation(world.agency_admin, {d.reference, d.sign(anew, world.agency_admin)}));
  }
  CHECK(d.in_books()->until == at);
  CHECK(must(world.directory().entries()).size() == entries);
}

TEST_CASE("of several heads a delegate stands in for the one whose delegation is in the directory") {
  TestWorld world;
  const Time now = world.clock.now();
  // In the books before the others or after them: the order is that of random ids, so there are several.
  for (int i = 0; i < 5; ++i)
    world.agency_office().put("delegation", MatterId::random(),
                              party::Delegation{PersonId::random(), world.delegate.person, world.section, now - days(1), now + days(7)}, {}, now);
  const MatterId matter = must(world.agency().draft(world.investigator, world.draft_of({world.item("ex-1001")})), "draft").matter;
  world.step();
  must(world.agency().check(world.supervisor, matter, {}), "check");
  world.step();
  const Prepared prepared = must(world.agency().prepare_approval(world.delegate, matter));
  must(world.agency().approve(world.delegate, matter, world.agency_office().sign(prepared, world.delegate.person)), "approve");
}

}  // namespace
}  // namespace warifu::desk
