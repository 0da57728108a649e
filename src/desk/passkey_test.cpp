// Passkeys beside the key with the PIN: enrolled, admitted, as second factor, as the hand that approves, dispatches and releases, and at the
// receiver.

#include <doctest/doctest.h>

#include <algorithm>

#include "desk/enrolment.h"
#include "desk/login.h"
#include "desk/test_office.h"
#include "note/test_authenticator.h"

namespace warifu::desk {
namespace {

using inquiry::Kind;
using inquiry::State;
using note::TestAuthenticator;
using party::Role;
using Bend = TestAuthenticator::Bend;

constexpr const char* kPassword = "kirin-no-kubi-42";
const note::RelyingParty kAgencyDesk{"https://desk.kakuu-police.example", "kakuu-police.example"};
const note::RelyingParty kProviderDesk{"https://desk.reiji-auction.example:8443", "desk.reiji-auction.example"};

template <class T>
Code code_of(const T& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

struct Passkeys {
  TestWorld world;
  Logins logins{world.agency(), {kAgencyDesk.origin, true, crypto::kPasswordCostForTests}};
  Enrolment enrolment{{world.agency(), world.agency_office().directory, world.agency_office().signer}};

  Passkeys() {
    for (TestOffice* office : {&world.agency_office(), &world.provider_office()})
      world.directory().put_web(office->self.id, office == &world.agency_office() ? kAgencyDesk : kProviderDesk, world.clock.now() - days(30),
                                world.clock.now() + days(3650));
  }

  [[nodiscard]] std::string name_of(TestOffice& office, const PersonId& person) const { return note::person_name(office.self.id.text(), person); }
  [[nodiscard]] static AssertionCommand said(const TestAuthenticator& device, std::string_view text, const TestAuthenticator::Change& change = {}) {
    TestAuthenticator::Said answer = device.get(text, change);
    return {device.credential(), std::move(answer.authenticator_data), std::move(answer.client_data), std::move(answer.signature)};
  }
  [[nodiscard]] static SignedCommand signed_by(const TestAuthenticator& device, const Prepared& prepared,
                                               const TestAuthenticator::Change& change = {}) {
    return {prepared.text, prepared.body, "", said(device, prepared.text, change)};
  }

  // In the books and in the directory, as after enrolment and admission.
  TestAuthenticator given(TestOffice& office, const Caller& who, note::PersonKeyAlgorithm algorithm = note::PersonKeyAlgorithm::webauthn_es256) {
    TestAuthenticator device(&office == &world.agency_office() ? kAgencyDesk : kProviderDesk, algorithm);
    const note::PersonKey key = device.person_key(name_of(office, who.person));
    const Time now = world.clock.now();
    must(office.store->put_person_key({who.person, key.text(), "パスキー", now - days(1), now + days(365), false, device.credential()}));
    office.directory->put_person({office.self.id, who.person, who.role, world.section, std::nullopt, key, now - days(1), now + days(365)});
    return device;
  }
  MatterId checked() {
    const MatterId matter = must(world.agency().draft(world.investigator, world.draft_of({world.item("ex-1001")}))).matter;
    world.step();
    must(world.agency().check(world.supervisor, matter, {}));
    world.step();
    return matter;
  }
  SignedAct last(Office& office, const MatterId& matter, Kind kind) {
    const std::vector<SignedAct> acts = must(office.store().acts(matter));
    const auto found = std::ranges::find(acts.rbegin(), acts.rend(), kind, [](const SignedAct& act) { return act.act.kind; });
    REQUIRE(found != acts.rend());
    return *found;
  }
};

TEST_CASE("a passkey approves, dispatches and releases; what was signed crosses whole and the receiver verifies it") {
  for (const note::PersonKeyAlgorithm algorithm : {note::PersonKeyAlgorithm::webauthn_es256, note::PersonKeyAlgorithm::webauthn_ed25519}) {
    Passkeys p;
    Office& agency = p.world.agency();
    Office& provider = p.world.provider();
    const TestAuthenticator approver = p.given(p.world.agency_office(), p.world.approver, algorithm);
    const TestAuthenticator registrar = p.given(p.world.agency_office(), p.world.registrar, algorithm);
    const TestAuthenticator releaser = p.given(p.world.provider_office(), p.world.releaser, algorithm);
    const MatterId matter = p.checked();
    must(agency.approve(p.world.approver, matter, Passkeys::signed_by(approver, must(agency.prepare_approval(p.world.approver, matter)))));
    p.world.step();
    must(agency.number(p.world.registrar, matter, {}));
    p.world.step();
    must(agency.dispatch(p.world.registrar, matter, Passkeys::signed_by(registrar, must(agency.prepare_dispatch(p.world.registrar, matter)))));
    p.world.exchange();
    CHECK(must(provider.store().row(matter)).provider_state == inquiry::ProviderState::VERIFIED);
    for (const Kind kind : {Kind::APPROVED, Kind::DISPATCHED}) {
      const SignedAct here = p.last(provider, matter, kind);
      REQUIRE(here.assertions.size() == 1);
      CHECK(here.assertions == p.last(agency, matter, kind).assertions);
      CHECK(here.note.signatures.size() == 1);  // the organisation's
      CHECK(here.assertions[0].key ==
            (kind == Kind::APPROVED ? approver : registrar).person_key(p.name_of(p.world.agency_office(), *here.act.person)).text());
    }

    p.world.assigned(matter);
    inquiry::ItemAnswer item;
    item.no = 1;
    item.result = inquiry::ItemResult::NONE_HELD;
    CollectCommand collected;
    collected.answer.items = {item};
    collected.answer.minutes = 5;
    collected.answer.completeness = "保有する記録のすべてです。";
    collected.ready = true;
    must(provider.collect(p.world.op, matter, collected), "collect");
    p.world.step();
    must(provider.check_answer(p.world.releaser, matter, {{{1, 0}}, {}}), "check_answer");
    p.world.step();
    must(provider.release(p.world.releaser, matter, Passkeys::signed_by(releaser, must(provider.prepare_release(p.world.releaser, matter)))));
    p.world.exchange();
    CHECK(p.last(agency, matter, Kind::RELEASED).assertions.size() == 1);
  }
}

TEST_CASE("an approval by passkey is refused for each thing that is wrong, and leaves nothing") {
  Passkeys p;
  Office& agency = p.world.agency();
  const TestAuthenticator device = p.given(p.world.agency_office(), p.world.approver);
  const TestAuthenticator others = p.given(p.world.agency_office(), p.world.delegate);
  const MatterId matter = p.checked();
  const Prepared prepared = must(agency.prepare_approval(p.world.approver, matter));
  const std::size_t before = must(agency.store().acts(matter)).size();
  const auto refused = [&](const char* what, const SignedCommand& command, Code code, const char* where) {
    INFO(what);
    const auto done = agency.approve(p.world.approver, matter, command);
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code == code);
    CHECK(done.error().where == where);
    CHECK(must(agency.store().acts(matter)).size() == before);
  };
  const SignedCommand good = Passkeys::signed_by(device, prepared);
  refused("neither", {prepared.text, prepared.body, ""}, Code::SIGNATURE_MISSING, "/signature");
  SignedCommand both = good;
  both.signature = p.world.agency_office().sign(prepared, p.world.approver.person).signature;
  refused("both", both, Code::BAD_VALUE, "/assertion");
  refused("a colleague's passkey", Passkeys::signed_by(others, prepared), Code::KEY_UNKNOWN, "/assertion/credential");
  SignedCommand disguised = Passkeys::signed_by(others, prepared);
  disguised.assertion->credential = device.credential();
  refused("a colleague's hand under the own credential", disguised, Code::SIGNATURE_INVALID, "/assertion");
  refused("another text", Passkeys::signed_by(device, Prepared{matter, "", prepared.text + "x", prepared.body, ""}), Code::BAD_NOTE, "/text");
  SignedCommand older = good;
  older.assertion = Passkeys::said(device, "warifu-login/v1\n");
  refused("an answer to another challenge", older, Code::SIGNATURE_INVALID, "/assertion");
  refused("not verified", Passkeys::signed_by(device, prepared, [](Bend& b) { b.flags = 0x01; }), Code::PASSKEY_UNVERIFIED, "/assertion");
  refused("another origin", Passkeys::signed_by(device, prepared, [](Bend& b) { b.client["origin"] = kProviderDesk.origin; }), Code::PASSKEY_ORIGIN,
          "/assertion");
  refused("another relying party", Passkeys::signed_by(device, prepared, [](Bend& b) { b.rp_id = kProviderDesk.id; }), Code::PASSKEY_ORIGIN,
          "/assertion");
  refused("a registration", Passkeys::signed_by(device, prepared, [](Bend& b) { b.client["type"] = "webauthn.create"; }), Code::BAD_PASSKEY,
          "/assertion");
  SignedCommand flipped = good;
  flipped.assertion->signature.back() ^= 1;
  refused("a flipped bit", flipped, Code::SIGNATURE_INVALID, "/assertion");
  p.world.directory().revoke_person(p.world.approver.person, p.world.clock.now());
  refused("revoked in the directory", good, Code::KEY_UNKNOWN, "/assertion");
}

TEST_CASE("a passkey that is in the books and not in the directory, or there in another role, signs nothing") {
  Passkeys p;
  Office& agency = p.world.agency();
  const MatterId matter = p.checked();
  const TestAuthenticator device(kAgencyDesk);
  const note::PersonKey key = device.person_key(p.name_of(p.world.agency_office(), p.world.approver.person));
  const Time now = p.world.clock.now();
  const Prepared prepared = must(agency.prepare_approval(p.world.approver, matter));
  CHECK(code_of(agency.approve(p.world.approver, matter, Passkeys::signed_by(device, prepared))) == Code::KEY_UNKNOWN);
  must(agency.store().put_person_key({p.world.approver.person, key.text(), "", now, now + days(1), false, device.credential()}));
  CHECK(code_of(agency.approve(p.world.approver, matter, Passkeys::signed_by(device, prepared))) == Code::KEY_UNKNOWN);
  p.world.directory().put_person(
      {agency.self().id, p.world.approver.person, Role::SUPERVISOR, p.world.section, std::nullopt, key, now, now + days(1)});
  CHECK(code_of(agency.approve(p.world.approver, matter, Passkeys::signed_by(device, prepared))) == Code::KEY_UNKNOWN);
  p.world.directory().put_person({agency.self().id, p.world.approver.person, Role::APPROVER, p.world.section, std::nullopt, key, now, now + days(1)});
  CHECK(agency.approve(p.world.approver, matter, Passkeys::signed_by(device, prepared)));
}

TEST_CASE("what an agency's node passes on without a right assertion stands in doubt at the provider") {
  const auto altered = [](const char* what, const std::function<void(SignedAct&)>& change, bool is_verified) {
    INFO(what);
    Passkeys p;
    Office& agency = p.world.agency();
    const TestAuthenticator device = p.given(p.world.agency_office(), p.world.approver);
    const MatterId matter = p.checked();
    must(agency.approve(p.world.approver, matter, Passkeys::signed_by(device, must(agency.prepare_approval(p.world.approver, matter)))));
    p.world.step();
    must(agency.number(p.world.registrar, matter, {}));
    p.world.step();
    must(agency.dispatch(p.world.registrar, matter,
                         p.world.agency_office().sign(must(agency.prepare_dispatch(p.world.registrar, matter)), p.world.registrar.person)));
    p.world.step();
    SignedAct approval = p.last(agency, matter, Kind::APPROVED);
    change(approval);
    const SignedAct dispatch = p.last(agency, matter, Kind::DISPATCHED);
    must(p.world.provider().receive({agency.self().id, p.world.provider().self().id, matter, {approval, dispatch}, {}}));
    const auto state = must(p.world.provider().store().row(matter)).provider_state;
    CHECK(state == (is_verified ? inquiry::ProviderState::VERIFIED : inquiry::ProviderState::SUSPECT));
  };
  altered("as it was written", [](SignedAct&) {}, true);
  altered("without the assertion", [](SignedAct& act) { act.assertions.clear(); }, false);
  altered("another signature", [](SignedAct& act) { act.assertions[0].signature[10] ^= 1; }, false);
  altered("another authenticator data", [](SignedAct& act) { act.assertions[0].authenticator_data[36] ^= 1; }, false);
  altered("another client data", [](SignedAct& act) { act.assertions[0].client_data[20] ^= 1; }, false);
  altered("another key", [](SignedAct& act) { act.assertions[0].key.back() ^= 1; }, false);
}

TEST_CASE("an answer without its releaser's own hand is not taken") {
  Passkeys p;
  Office& provider = p.world.provider();
  const TestAuthenticator device = p.given(p.world.provider_office(), p.world.releaser);
  const MatterId matter = p.world.dispatched({p.world.item("ex-1001")});
  p.world.assigned(matter);
  inquiry::ItemAnswer item;
  item.no = 1;
  item.result = inquiry::ItemResult::NONE_HELD;
  CollectCommand collected;
  collected.answer.items = {item};
  collected.answer.completeness = "保有する記録のすべてです。";
  collected.ready = true;
  must(provider.collect(p.world.op, matter, collected), "collect");
  p.world.step();
  must(provider.check_answer(p.world.releaser, matter, {{{1, 0}}, {}}), "check_answer");
  p.world.step();
  p.world.exchange();
  must(provider.release(p.world.releaser, matter, Passkeys::signed_by(device, must(provider.prepare_release(p.world.releaser, matter)))));
  const SignedAct good = p.last(provider, matter, Kind::RELEASED);
  const auto handed = [&](const std::function<void(SignedAct&)>& change) -> Status {
    SignedAct act = good;
    change(act);
    TRY(p.world.agency().receive({provider.self().id, p.world.agency().self().id, matter, {act}, {}}));
    return {};
  };
  CHECK(code_of(handed([](SignedAct& act) { act.assertions.clear(); })) == Code::SIGNATURE_MISSING);
  CHECK(code_of(handed([](SignedAct& act) { act.assertions[0].signature[9] ^= 1; })) == Code::SIGNATURE_INVALID);
  must(handed([](SignedAct&) {}));
  CHECK(p.last(p.world.agency(), matter, Kind::RELEASED).assertions == good.assertions);
}

// ── enrolment and log-in ──

struct Enrolled : Passkeys {
  PersonId person = world.investigator.person;
  note::Signer pin_key = world.agency_office().person_signers.at(person);
  TestAuthenticator device{kAgencyDesk};

  Enrolled() {
    must(logins.set_password_as_node(person, kPassword));
    must(logins.enrol_as_node(person, pin_key.verifier(), "机の端末"));
  }
  SessionView whole() {
    const SessionView half = must(logins.log_in({"sousa1", kPassword}));
    return must(logins.answer_factor(*half.token, {must(pin_key.sign(half.challenge_text)).text()}));
  }
  [[nodiscard]] std::string text_for(const SessionView& session) const {
    return passkey_text(kAgencyDesk.origin, session.organisation, session.person, session.device_nonce);
  }
  Result<DeviceView> add(const SessionView& session, const TestAuthenticator& which, const TestAuthenticator::Change& change = {}) {
    TestAuthenticator::Made made = which.create(text_for(session), change);
    return logins.add_passkey(*session.token, {"鍵束", std::move(made.attestation), std::move(made.client_data)});
  }
  // Admitted by the head of the unit, on the head's own device.
  void admit(const std::string& vkey) {
    const PreparedEntry prepared = must(enrolment.prepare_admission(world.approver, {person, Role::INVESTIGATOR, vkey}));
    must(enrolment.admit(world.approver,
                         {prepared.text, must(world.agency_office().person_signers.at(world.approver.person).sign(prepared.text)).text()}));
  }
};

TEST_CASE("a passkey is a further device: pending until a second person has admitted it, then a second factor") {
  Enrolled e;
  const SessionView session = e.whole();
  CHECK(must(e.logins.passkeys(e.person)).rp_id == kAgencyDesk.id);
  const DeviceView made = must(e.add(session, e.device));
  CHECK(made.is_passkey);
  CHECK(made.is_pending);
  CHECK_FALSE(made.is_valid);
  CHECK(made.vkey == e.device.person_key(e.name_of(e.world.agency_office(), e.person)).text());
  CHECK(must(e.logins.passkeys(e.person)).passkeys.empty());
  CHECK(code_of(e.add(session, e.device)) == Code::CONFLICT);
  {
    const SessionView half = must(e.logins.log_in({"sousa1", kPassword}));
    CHECK(code_of(e.logins.answer_factor(*half.token, {"", Passkeys::said(e.device, half.challenge_text)})) == Code::WRONG_FACTOR);
  }
  CHECK(std::ranges::any_of(must(e.enrolment.waiting(e.world.approver)), [&](const WaitingKey& key) { return key.vkey == made.vkey; }));
  e.admit(made.vkey);
  const PasskeysView usable = must(e.logins.passkeys(e.person));
  REQUIRE(usable.passkeys.size() == 1);
  CHECK(usable.passkeys[0].credential == e.device.credential());
  CHECK(usable.passkeys[0].device == "鍵束");
  const auto published = must(e.world.directory().person(e.world.agency().self().id, e.person, e.world.clock.now()));
  CHECK(std::ranges::any_of(published,
                            [&](const PublishedPerson& entry) { return entry.key.text() == made.vkey && entry.role == Role::INVESTIGATOR; }));

  const SessionView half = must(e.logins.log_in({"sousa1", kPassword}));
  REQUIRE(half.factor_needed);
  const SessionView in = must(e.logins.answer_factor(*half.token, {"", Passkeys::said(e.device, half.challenge_text)}));
  CHECK(must(e.logins.current(*in.token)).person == e.person);
  CHECK(code_of(e.logins.answer_factor(*half.token, {"", Passkeys::said(e.device, half.challenge_text)})) == Code::NOT_LOGGED_IN);

  must(e.logins.revoke_device({e.person, Role::INVESTIGATOR}, e.person, made.vkey));
  const SessionView after = must(e.logins.log_in({"sousa1", kPassword}));
  CHECK(code_of(e.logins.answer_factor(*after.token, {"", Passkeys::said(e.device, after.challenge_text)})) == Code::WRONG_FACTOR);
}

TEST_CASE("a log-in by passkey is refused for each thing that is wrong, and the challenge is used up") {
  Enrolled e;
  e.admit(must(e.add(e.whole(), e.device)).vkey);
  const TestAuthenticator other(kAgencyDesk);
  const auto refused = [&](const char* what, Code code, const std::function<FactorCommand(const std::string&)>& answer) {
    INFO(what);
    e.world.clock.advance(minutes(61));
    const SessionView half = must(e.logins.log_in({"sousa1", kPassword}));
    CHECK(code_of(e.logins.answer_factor(*half.token, answer(half.challenge_text))) == code);
    CHECK(code_of(e.logins.answer_factor(*half.token, {"", Passkeys::said(e.device, half.challenge_text)})) == Code::NOT_LOGGED_IN);
  };
  const auto bent = [&](const TestAuthenticator::Change& change) {
    return [&e, change](const std::string& text) { return FactorCommand{"", Passkeys::said(e.device, text, change)}; };
  };
  refused("another text", Code::WRONG_FACTOR, [&](const std::string& text) { return FactorCommand{"", Passkeys::said(e.device, text + "x")}; });
  refused("another passkey", Code::WRONG_FACTOR, [&](const std::string& text) { return FactorCommand{"", Passkeys::said(other, text)}; });
  refused("another passkey under this credential", Code::WRONG_FACTOR, [&](const std::string& text) {
    FactorCommand command{"", Passkeys::said(other, text)};
    command.assertion->credential = e.device.credential();
    return command;
  });
  refused("both answers", Code::WRONG_FACTOR,
          [&](const std::string& text) { return FactorCommand{must(e.pin_key.sign(text)).text(), Passkeys::said(e.device, text)}; });
  refused("neither", Code::WRONG_FACTOR, [](const std::string&) { return FactorCommand{}; });
  refused("a registration", Code::WRONG_FACTOR, bent([](Bend& b) { b.client["type"] = "webauthn.create"; }));
  refused("not verified", Code::PASSKEY_UNVERIFIED, bent([](Bend& b) { b.flags = 0x01; }));
  refused("another origin", Code::PASSKEY_ORIGIN, bent([](Bend& b) { b.client["origin"] = "https://desk.kakuu-police.example.evil.example"; }));
  refused("another relying party", Code::PASSKEY_ORIGIN, bent([](Bend& b) { b.rp_id = "evil.example"; }));
}

TEST_CASE("a registration is refused for another session, another origin and without verification") {
  Enrolled e;
  const SessionView session = e.whole();
  const SessionView later = e.whole();
  TestAuthenticator::Made made = e.device.create(e.text_for(later));
  CHECK(code_of(e.logins.add_passkey(*session.token, {"鍵", made.attestation, made.client_data})) == Code::SIGNATURE_INVALID);
  CHECK(code_of(e.add(session, e.device, [](Bend& b) { b.client["origin"] = "https://evil.example"; })) == Code::PASSKEY_ORIGIN);
  CHECK(code_of(e.add(session, e.device, [](Bend& b) { b.flags = 0x41; })) == Code::PASSKEY_UNVERIFIED);
  CHECK(code_of(e.add(session, e.device, [](Bend& b) { b.format = "fido-u2f"; })) == Code::BAD_PASSKEY);
  CHECK(code_of(e.logins.add_passkey("no such session", {"鍵", made.attestation, made.client_data})) == Code::NOT_LOGGED_IN);
  const auto nameless = e.logins.add_passkey(*later.token, {"", made.attestation, made.client_data});
  CHECK(code_of(nameless) == Code::EMPTY_FIELD);
  CHECK(nameless.error().where == "/device");
  CHECK(must(e.world.agency().store().person_keys(e.person)).size() == 1);
}

TEST_CASE("without an address in the directory no passkey is made and none counts") {
  Enrolled e;
  e.admit(must(e.add(e.whole(), e.device)).vkey);
  Logins elsewhere(e.world.agency(), {"https://other.kakuu-police.example", true, crypto::kPasswordCostForTests});
  CHECK(must(elsewhere.passkeys(e.person)).rp_id.empty());
  const SessionView half = must(elsewhere.log_in({"sousa1", kPassword}));
  CHECK(code_of(elsewhere.answer_factor(*half.token, {"", Passkeys::said(e.device, half.challenge_text)})) == Code::PASSKEY_ORIGIN);
}

TEST_CASE("a passkey is ended in the directory like any key") {
  Enrolled e;
  const std::string vkey = must(e.add(e.whole(), e.device)).vkey;
  e.admit(vkey);
  e.world.step();
  const PreparedEntry prepared = must(e.enrolment.prepare_revocation(e.world.approver, {e.person, Role::INVESTIGATOR, vkey}));
  CHECK(prepared.text.find("key webauthn-es256 ") != std::string::npos);
  must(e.enrolment.revoke(e.world.approver,
                          {prepared.text, must(e.world.agency_office().person_signers.at(e.world.approver.person).sign(prepared.text)).text()}));
}

}  // namespace
}  // namespace warifu::desk
