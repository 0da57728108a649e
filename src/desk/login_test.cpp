#include "desk/login.h"

#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <thread>

#include "desk/test_office.h"
#include "note/directory_entry.h"

namespace warifu::desk {
namespace {

constexpr const char* kOrigin = "https://desk.example";
constexpr const char* kPassword = "kirin-no-kubi-42";

struct Desk {
  TestWorld world;
  Logins logins{world.agency(), {kOrigin, true, crypto::kPasswordCostForTests}};
  PersonId person = world.investigator.person;
  note::Signer device = new_device(person);

  note::Signer new_device(const PersonId& who) {
    return note::Signer::create(note::person_name(world.agency().self().id.text(), who), crypto::Ed25519Secret::generate()).value();
  }
  DeviceCommand proof(const note::Signer& key, const std::string& nonce, const PersonId& who) {
    const std::string text = enrolment_text(kOrigin, world.agency().self().id, who, key.verifier().key.base64(), nonce);
    return {key.verifier().text(), "机の端末", key.sign(text).value().text()};
  }
  // Invited by the administrator, enrolled and logged in.
  SessionView enrol() {
    const InvitationCode code = logins.invite(world.agency_admin, person).value();
    const InvitationView invitation = logins.look_at({code.login, code.code}).value();
    return logins.redeem({code.login, code.code, kPassword, proof(device, invitation.nonce, person)}).value();
  }
  Result<SessionView> log_in(const std::string& password = kPassword) { return logins.log_in({"sousa1", password}); }
  SessionView whole() {
    const SessionView half = log_in().value();
    return logins.answer_factor(*half.token, {device.sign(half.challenge_text).value().text()}).value();
  }
};

TEST_CASE("an invitation sets the password, enrols the device and is used up") {
  Desk desk;
  const InvitationCode first = desk.logins.invite(desk.world.agency_admin, desk.person).value();
  CHECK(first.code.size() == 23);
  CHECK(first.login == "sousa1");
  const InvitationCode code = desk.logins.invite(desk.world.agency_admin, desk.person).value();
  CHECK(code.code != first.code);
  CHECK(desk.logins.look_at({"sousa1", first.code}).error().code == Code::INVITATION_INVALID);
  CHECK(desk.logins.look_at({"sousa2", code.code}).error().code == Code::INVITATION_INVALID);
  CHECK(desk.logins.look_at({"nobody", code.code}).error().code == Code::INVITATION_INVALID);
  // Only a digest is kept.
  CHECK(desk.world.agency().store().login_of(desk.person).value()->invitation.size() == 64);

  const InvitationView invitation = desk.logins.look_at({"sousa1", code.code}).value();
  CHECK(invitation.name == "架空 一郎");
  const DeviceCommand proof = desk.proof(desk.device, invitation.nonce, desk.person);
  CHECK(desk.logins.redeem({"sousa1", code.code, kPassword, std::nullopt}).error().code == Code::MISSING_FIELD);
  CHECK(desk.logins.redeem({"sousa1", code.code, "short", proof}).error().code == Code::BAD_VALUE);
  CHECK(desk.logins.redeem({"sousa1", code.code, "xx-sousa1-xxxx", proof}).error().code == Code::BAD_VALUE);
  CHECK(desk.logins.redeem({"sousa1", code.code, kPassword, desk.proof(desk.device, "other nonce", desk.person)}).error().code ==
        Code::SIGNATURE_INVALID);
  const note::Signer foreign = desk.new_device(desk.world.stranger.person);
  CHECK(desk.logins.redeem({"sousa1", code.code, kPassword, desk.proof(foreign, invitation.nonce, desk.person)}).error().code == Code::BAD_KEY);

  // As people type it: small letters, blanks, O for 0.
  std::string typed;
  for (const char c : code.code) typed += c == '-' ? ' ' : c == '0' ? 'o' : static_cast<char>(std::tolower(c));
  const SessionView session = desk.logins.redeem({"sousa1", typed, kPassword, proof}).value();
  CHECK(!session.factor_needed);
  CHECK(session.role == party::Role::INVESTIGATOR);
  CHECK(desk.logins.current(*session.token).value().person == desk.person);
  CHECK(desk.logins.redeem({"sousa1", code.code, kPassword, proof}).error().code == Code::INVITATION_INVALID);
  CHECK(desk.world.agency().store().login_of(desk.person).value()->password.starts_with("$argon2id$"));
}

TEST_CASE("invitations are made by administrators for others and end after seven days") {
  Desk desk;
  CHECK(desk.logins.invite(desk.world.approver, desk.person).error().code == Code::FORBIDDEN);
  CHECK(desk.logins.invite({desk.world.approver.person, party::Role::ADMIN}, desk.person).error().code == Code::ROLE_MISSING);
  CHECK(desk.logins.invite(desk.world.agency_admin, desk.world.agency_admin.person).error().code == Code::SEPARATION_OF_DUTIES);
  CHECK(desk.logins.invite(desk.world.agency_admin, PersonId::random()).error().code == Code::NOT_FOUND);
  const InvitationCode code = desk.logins.invite(desk.world.agency_admin, desk.person).value();
  desk.world.clock.advance(seconds(7 * 86'400 - 1));
  CHECK(desk.logins.look_at({"sousa1", code.code}));
  desk.world.clock.advance(seconds(1));
  CHECK(desk.logins.look_at({"sousa1", code.code}).error().code == Code::INVITATION_INVALID);
}

TEST_CASE("log-in takes the password and a challenge signed on the device, once and in time") {
  Desk desk;
  desk.enrol();
  const SessionView half = desk.log_in().value();
  REQUIRE(half.factor_needed);
  CHECK(half.challenge_text.starts_with("warifu-login/v1\nhttps://desk.example\nkakuu-police.example\n" + desk.person.hex() + "\n"));
  CHECK(desk.logins.current(*half.token).error().code == Code::NOT_LOGGED_IN);
  CHECK(desk.logins.set_role(*half.token, {party::Role::INVESTIGATOR}).error().code == Code::NOT_LOGGED_IN);

  const std::string right = desk.device.sign(half.challenge_text).value().text();
  const SessionView whole = desk.logins.answer_factor(*half.token, {right}).value();
  CHECK(*whole.token != *half.token);
  CHECK(desk.logins.current(*whole.token).value().name == "架空 一郎");
  CHECK(desk.logins.answer_factor(*half.token, {right}).error().code == Code::NOT_LOGGED_IN);

  // Another key, another text, no signature; each ends the challenge.
  const note::Signer other = desk.new_device(desk.person);
  for (const bool is_text : {true, false}) {
    const SessionView again = desk.log_in().value();
    const std::string wrong = is_text ? desk.device.sign(half.challenge_text).value().text() : other.sign(again.challenge_text).value().text();
    CHECK(desk.logins.answer_factor(*again.token, {wrong}).error().code == Code::WRONG_FACTOR);
    CHECK(desk.logins.answer_factor(*again.token, {desk.device.sign(again.challenge_text).value().text()}).error().code == Code::NOT_LOGGED_IN);
  }
  const SessionView garbled = desk.log_in().value();
  CHECK(desk.logins.answer_factor(*garbled.token, {"garbage"}).error().code == Code::WRONG_FACTOR);

  const SessionView late = desk.log_in().value();
  desk.world.clock.advance(minutes(5));
  CHECK(desk.logins.answer_factor(*late.token, {desk.device.sign(late.challenge_text).value().text()}).error().code == Code::SESSION_EXPIRED);
}

TEST_CASE("sessions end when unused, when old, on leaving and with the password") {
  Desk desk;
  desk.enrol();
  const SessionView session = desk.whole();
  CHECK(!desk.world.agency().store().session(crypto::sha256("x" + *session.token)).value());
  desk.world.clock.advance(minutes(29));
  CHECK(desk.logins.current(*session.token));
  desk.world.clock.advance(minutes(29));
  CHECK(desk.logins.current(*session.token));  // used meanwhile
  desk.world.clock.advance(minutes(30));
  CHECK(desk.logins.current(*session.token).error().code == Code::SESSION_EXPIRED);
  CHECK(desk.logins.current(*session.token).error().code == Code::NOT_LOGGED_IN);

  const SessionView busy = desk.whole();
  for (int i = 0; i < 12 * 60 / 20 - 1; ++i) {
    desk.world.clock.advance(minutes(20));
    REQUIRE(desk.logins.current(*busy.token));
  }
  desk.world.clock.advance(minutes(20));
  CHECK(desk.logins.current(*busy.token).error().code == Code::SESSION_EXPIRED);

  // A file that takes forty minutes: whoever stood when it began is heard at its end, and the session goes on from there.
  const SessionView sending = desk.whole();
  desk.world.clock.advance(minutes(40));
  CHECK(desk.logins.current(*sending.token, sending.csrf, minutes(40)));
  CHECK(desk.logins.current(*sending.token));
  desk.world.clock.advance(minutes(40));
  CHECK(desk.logins.current(*sending.token, sending.csrf, minutes(9)).error().code == Code::SESSION_EXPIRED);

  const SessionView one = desk.whole(), two = desk.whole();
  CHECK(desk.logins.log_out(*one.token));
  CHECK(desk.logins.current(*one.token).error().code == Code::NOT_LOGGED_IN);
  CHECK(desk.logins.current(*two.token));
  CHECK(desk.logins.change_password(*two.token, {"wrong", "another-long-one"}).error().code == Code::WRONG_LOGIN);
  const auto refused = desk.logins.change_password(*two.token, {kPassword, "short"});
  CHECK(refused.error().where == "/new_password");
  const SessionView three = desk.whole();
  const SessionView changed = desk.logins.change_password(*two.token, {kPassword, "another-long-one"}).value();
  CHECK(desk.logins.current(*two.token).error().code == Code::NOT_LOGGED_IN);
  CHECK(desk.logins.current(*three.token).error().code == Code::NOT_LOGGED_IN);
  CHECK(desk.logins.current(*changed.token));
  CHECK(desk.log_in().error().code == Code::WRONG_LOGIN);
  CHECK(desk.log_in("another-long-one"));
  CHECK(desk.logins.log_out_everywhere(*changed.token));
  CHECK(desk.logins.current(*changed.token).error().code == Code::NOT_LOGGED_IN);
  CHECK(desk.logins.current("").error().code == Code::NOT_LOGGED_IN);
}

TEST_CASE("writing requests carry the session's own token, and a role is used that is held") {
  Desk desk;
  desk.enrol();
  const SessionView one = desk.whole(), two = desk.whole();
  CHECK(desk.logins.current(*one.token, one.csrf));
  CHECK(desk.logins.current(*one.token, two.csrf).error().code == Code::CSRF);
  CHECK(desk.logins.current(*one.token, "").error().code == Code::CSRF);
  CHECK(desk.logins.set_role(*one.token, {party::Role::APPROVER}).error().code == Code::ROLE_MISSING);
  CHECK(desk.logins.set_role(*one.token, {party::Role::INVESTIGATOR}).value().role == party::Role::INVESTIGATOR);
}

TEST_CASE("somebody who is switched off, or loses a role, is no longer logged in as what he was") {
  Desk desk;
  desk.enrol();
  const SessionView session = desk.whole();
  party::Person person = *desk.world.agency().person(desk.person).value();
  PersonCommand command{person.id, person.login, person.name, {}, {}, person.post, person.unit, {party::Role::SUPERVISOR}, false, {}, {}, {}, true};
  REQUIRE(desk.world.agency().put_person(desk.world.agency_admin, command));
  CHECK(desk.logins.current(*session.token).error().code == Code::NOT_LOGGED_IN);
  const SessionView again = desk.whole();
  CHECK(again.role == party::Role::SUPERVISOR);
  command.is_active = false;
  REQUIRE(desk.world.agency().put_person(desk.world.agency_admin, command));
  CHECK(desk.logins.current(*again.token).error().code == Code::NOT_LOGGED_IN);
  CHECK(desk.log_in().error().code == Code::WRONG_LOGIN);
}

std::string retry_after(const Result<SessionView>& result) {
  REQUIRE(!result);
  CHECK(result.error().code == Code::LOCKED_OUT);
  const auto found = result.error().args.find("retry_after");
  return found == result.error().args.end() ? "" : found->second;
}

TEST_CASE("failures lock for 1, 2, 4 … at most 60 minutes, known or unknown login alike") {
  for (const std::string login : {"sousa1", "nobody"}) {
    Desk desk;
    desk.enrol();
    const auto attempt = [&](const std::string& password) { return desk.logins.log_in({login, password}); };
    for (int i = 0; i < 5; ++i) CHECK(attempt("wrong-password").error().code == Code::WRONG_LOGIN);
    for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
      CHECK(retry_after(attempt(kPassword)) == std::to_string(wait * 60));
      desk.world.clock.advance(seconds(wait * 60 - 1));
      CHECK(retry_after(attempt(kPassword)) == "1");
      desk.world.clock.advance(seconds(1));
      CHECK(attempt("wrong-password").error().code == Code::WRONG_LOGIN);
    }
    desk.world.clock.advance(hours(1));
    if (login == "sousa1") {
      CHECK(attempt(kPassword));
      CHECK(attempt("wrong-password").error().code == Code::WRONG_LOGIN);  // counted anew
      CHECK(attempt(kPassword));
    }
  }
}

TEST_CASE("guessing in parallel gains nothing: at most the free attempts are looked at") {
  Desk desk;
  desk.enrol();
  std::atomic<int> looked_at{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 5; ++k)
        if (desk.log_in("wrong-password").error().code == Code::WRONG_LOGIN) ++looked_at;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(looked_at == 5);
}

TEST_CASE("a login that does not exist, or has no password yet, takes as long as one that does") {
  TestWorld world;
  Logins logins(world.agency(), {kOrigin, true, {2, 16u * 1024 * 1024}});
  REQUIRE(logins.set_password_as_node(world.investigator.person, kPassword));
  const auto measure = [&](const std::string& login) {
    std::int64_t best = INT64_MAX;
    for (int i = 0; i < 3; ++i) {
      const auto start = std::chrono::steady_clock::now();
      CHECK(logins.log_in({login, "wrong-password"}).error().code == Code::WRONG_LOGIN);
      best = std::min<std::int64_t>(best, std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
  };
  const std::int64_t known = measure("sousa1"), unknown = measure("nobody"), unset = measure("sousa2");
  // Without the hash each of the two would take well under a tenth.
  CHECK(unknown * 4 > known);
  CHECK(unset * 4 > known);
}

TEST_CASE("a further device is pending until it is admitted, a lost one ends the sessions") {
  Desk desk;
  desk.enrol();
  const SessionView session = desk.whole();
  const note::Signer second = desk.new_device(desk.person);
  CHECK(desk.logins.add_device(*session.token, desk.proof(second, "0", desk.person)).error().code == Code::SIGNATURE_INVALID);
  const DeviceView added = desk.logins.add_device(*session.token, desk.proof(second, session.device_nonce, desk.person)).value();
  CHECK(added.is_pending);
  CHECK(!added.is_valid);
  CHECK(desk.logins.add_device(*session.token, desk.proof(second, session.device_nonce, desk.person)).error().code == Code::CONFLICT);
  const Caller self{desk.person, party::Role::INVESTIGATOR};
  CHECK(desk.logins.devices(self, desk.person).value().size() == 2);
  CHECK(desk.logins.devices(desk.world.agency_admin, desk.person).value().size() == 2);
  CHECK(desk.logins.devices(desk.world.supervisor, desk.person).error().code == Code::FORBIDDEN);

  const SessionView half = desk.log_in().value();
  CHECK(desk.logins.answer_factor(*half.token, {second.sign(half.challenge_text).value().text()}).error().code == Code::WRONG_FACTOR);

  CHECK(desk.logins.revoke_device(desk.world.supervisor, desk.person, added.vkey).error().code == Code::FORBIDDEN);
  CHECK(desk.logins.revoke_device(self, desk.person, "unknown").error().code == Code::NOT_FOUND);
  CHECK(desk.logins.revoke_device(desk.world.agency_admin, desk.person, desk.device.verifier().text()));
  CHECK(desk.logins.current(*session.token).error().code == Code::NOT_LOGGED_IN);
  const SessionView other = desk.log_in().value();
  CHECK(desk.logins.answer_factor(*other.token, {desk.device.sign(other.challenge_text).value().text()}).error().code == Code::WRONG_FACTOR);
}

TEST_CASE("an administrator cannot take a colleague's place by inviting again") {
  Desk desk;
  desk.enrol();
  const SessionView session = desk.whole();
  const InvitationCode code = desk.logins.invite(desk.world.agency_admin, desk.person).value();
  const note::Signer intruder = desk.new_device(desk.person);
  const InvitationView invitation = desk.logins.look_at({"sousa1", code.code}).value();
  const SessionView half =
      desk.logins.redeem({"sousa1", code.code, "intruders-password", desk.proof(intruder, invitation.nonce, desk.person)}).value();
  REQUIRE(half.factor_needed);
  CHECK(desk.logins.answer_factor(*half.token, {intruder.sign(half.challenge_text).value().text()}).error().code == Code::WRONG_FACTOR);
  // And the colleague notices.
  CHECK(desk.logins.current(*session.token).error().code == Code::NOT_LOGGED_IN);
}

TEST_CASE("tokens, codes and challenges do not repeat") {
  Desk desk;
  desk.enrol();
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const SessionView half = desk.log_in().value();
    CHECK(seen.insert(*half.token).second);
    CHECK(seen.insert(half.csrf).second);
    CHECK(seen.insert(half.challenge_text).second);
    CHECK(seen.insert(desk.logins.invite_as_node(desk.person).value().code).second);
  }
}

}  // namespace
}  // namespace warifu::desk
