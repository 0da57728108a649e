#include "api/test_api.h"
#include "note/test_authenticator.h"

namespace warifu::api {
namespace {

TEST_CASE("session: log-in sets a strict cookie and never shows the token") {
  TestApi node;
  Browser browser(node.api);
  const Reply reply = browser.post("/api/session", node.log_in_body(node.world.investigator));
  CHECK(reply.status() == 200);
  const std::string cookie(reply.response.header("Set-Cookie").value_or(""));
  CHECK(cookie.starts_with("warifu_session=kakuu-police.example."));
  for (const char* part : {"; HttpOnly", "; SameSite=Strict", "; Path=/", "; Secure"}) CHECK(cookie.find(part) != std::string::npos);
  CHECK_FALSE(reply.json.as_object().contains("token"));
  CHECK(std::string(reply.response.text()).find(browser.cookie.substr(browser.cookie.rfind('.') + 1)) == std::string::npos);
  CHECK(reply.text("organisation_name_ja") == "架空県警察");
  CHECK(reply.response.header("Cache-Control") == "no-store");
  CHECK(reply.response.header("Content-Security-Policy").has_value());
  CHECK(node.log_in(node.world.investigator).get("/api/session").as<SessionInfo>().person == node.world.investigator.person);

  Options loopback;
  loopback.is_https = false;
  TestApi local({}, loopback);
  const Reply plain = Browser(local.api).post("/api/session", local.log_in_body(local.world.investigator));
  CHECK(plain.response.header("Set-Cookie")->find("Secure") == std::string_view::npos);
  CHECK_FALSE(plain.response.header("Strict-Transport-Security").has_value());
}

TEST_CASE("session: a wrong password, a wrong login and an unknown organisation read alike; the lock-out says when") {
  TestApi node;
  Browser browser(node.api);
  const std::string right = node.log_in_body(node.world.investigator);
  std::vector<std::string> codes;
  for (const auto& [org, login] : {std::pair("kakuu-police.example", "sousa1"), {"kakuu-police.example", "nobody"}, {"nowhere.example", "sousa1"}}) {
    const Reply reply =
        browser.post("/api/session", std::string("{\"organisation\":\"") + org + "\",\"login\":\"" + login + "\",\"password\":\"wrong wrong\"}");
    CHECK(reply.status() == 401);
    codes.push_back(reply.code());
  }
  CHECK(codes == std::vector<std::string>(3, "WRONG_LOGIN"));
  Reply locked;
  for (int i = 0; i < 20 && locked.status() != 429; ++i)
    locked = browser.post("/api/session", "{\"organisation\":\"kakuu-police.example\",\"login\":\"sousa1\",\"password\":\"wrong wrong\"}");
  CHECK(locked.code() == "LOCKED_OUT");
  CHECK(std::stoi(std::string(locked.response.header("Retry-After").value_or("0"))) > 0);
  CHECK(browser.post("/api/session", right).status() == 429);
}

TEST_CASE("session: the second factor completes a half session, which is good for nothing else") {
  TestApi node;
  const desk::Caller& who = node.world.investigator;
  Browser browser(node.api);
  const std::string body = node.log_in_body(who);
  const SessionInfo half = browser.post("/api/session", body).as<SessionInfo>();
  REQUIRE(half.factor_needed);
  CHECK(browser.get("/api/desk").code() == "NOT_LOGGED_IN");
  const std::string before = browser.cookie;
  const Reply done = browser.post_as("/api/session/factor", desk::FactorCommand{node.sign(who, half.challenge_text)});
  CHECK(done.status() == 200);
  CHECK_FALSE(done.as<SessionInfo>().factor_needed);
  CHECK(browser.cookie != before);
  CHECK(browser.get("/api/desk").status() == 200);

  Browser wrong(node.api);
  const SessionInfo other = wrong.post("/api/session", body).as<SessionInfo>();
  CHECK(wrong.post_as("/api/session/factor", desk::FactorCommand{node.sign(node.world.supervisor, other.challenge_text)}).code() == "WRONG_FACTOR");
  CHECK(wrong.post_as("/api/session/factor", desk::FactorCommand{node.sign(who, other.challenge_text)}).code() == "NOT_LOGGED_IN");
}

TEST_CASE("session: writes need the token of the form and come from this page") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const std::string body = json::compact(json::encode(node.world.draft_of({node.world.item("ex-1")})));
  net::Request request = browser.request("POST", "/api/inquiries", body);
  for (net::Header& header : request.headers)
    if (header.name == "x-csrf-token") header.value = "guess";
  CHECK(browser.send(request).code() == "CSRF");
  std::erase_if(request.headers, [](const net::Header& header) { return header.name == "x-csrf-token"; });
  CHECK(browser.send(request).code() == "CSRF");
  for (const net::Header& foreign :
       {net::Header{"sec-fetch-site", "cross-site"}, {"sec-fetch-site", "same-site"}, {"origin", "https://elsewhere.example"}, {"origin", "null"}}) {
    net::Request from = browser.request("POST", "/api/inquiries", body);
    from.headers.push_back(foreign);
    const Reply reply = browser.send(from);
    CHECK(reply.status() == 403);
    CHECK(reply.code() == "CSRF");
    net::Request log_in = make_request("POST", "/api/session", node.log_in_body(node.world.investigator));
    log_in.headers.push_back(foreign);
    CHECK(send(node.api, log_in).code() == "CSRF");
  }
  net::Request own = browser.request("POST", "/api/inquiries", body);
  own.headers.push_back({"origin", std::string(kTestOrigin)});
  own.headers.push_back({"sec-fetch-site", "same-origin"});
  CHECK(browser.send(own).status() == 201);
}

TEST_CASE("session: role, password, log-out here and everywhere") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  CHECK(browser.put("/api/session/role", R"({"role":"approver"})").code() == "ROLE_MISSING");
  CHECK(browser.put("/api/session/role", R"({"role":"investigator"})").status() == 200);

  Browser second = node.log_in(node.world.investigator);
  const std::string change = std::string(R"({"old_password":")") + std::string(kTestPassword) + R"(","new_password":"another long sentence"})";
  CHECK(browser.put("/api/me/password", R"({"old_password":"no no no no","new_password":"another long sentence"})").status() >= 400);
  const Reply changed = browser.put("/api/me/password", change);
  CHECK(changed.status() == 200);
  CHECK(second.get("/api/session").status() == 401);
  CHECK(browser.get("/api/session").status() == 200);

  Browser third(node.api);
  third.cookie = browser.cookie;
  CHECK(browser.del("/api/sessions").status() == 204);
  CHECK(third.get("/api/session").status() == 401);

  Browser last = node.log_in(node.world.supervisor);
  const Reply out = last.del("/api/session");
  CHECK(out.status() == 204);
  CHECK(out.response.header("Set-Cookie")->find("Max-Age=0") != std::string_view::npos);
}

TEST_CASE("session: an expired session and damaged cookies are no session") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  const std::string good = browser.cookie;
  for (const std::string& bad : std::vector<std::string>{std::string("x"), std::string(".."), std::string("kakuu-police.example."),
                                                         "nowhere.example." + good.substr(good.rfind('.') + 1),
                                                         "reiji-auction.example." + good.substr(good.rfind('.') + 1), good + "A"}) {
    browser.cookie = bad;
    CHECK(browser.get("/api/desk").code() == "NOT_LOGGED_IN");
  }
  browser.cookie = good;
  CHECK(browser.get("/api/desk").status() == 200);
  node.world.clock.advance(days(2));
  CHECK(browser.get("/api/desk").status() == 401);
}

TEST_CASE("session: an invitation sets the password and logs in; its code is in one answer only") {
  TestApi node;
  Browser admin = node.log_in(node.world.agency_admin);
  const std::string address = "/api/people/" + node.world.stranger.person.hex() + "/invitation";
  const Reply made = admin.post(address);
  CHECK(made.status() == 201);
  const std::string code = made.text("code");
  CHECK(code.size() >= 20);
  Browser guest(node.api);
  const std::string who = R"("organisation":"kakuu-police.example","login":"sousa3","code":")" + code + '"';
  CHECK(guest.post("/api/invitations/look", "{" + who + "}").text("name") == "架空 三郎");
  CHECK(
      guest.post("/api/invitations/look", R"({"organisation":"kakuu-police.example","login":"sousa3","code":"AAAAA-AAAAA-AAAAA-AAAAA"})").status() ==
      403);
  CHECK(guest.post("/api/invitations/redeem", "{" + who + R"(,"password":"a quite long sentence"})").status() == 422);
  const auto view = guest.post("/api/invitations/look", "{" + who + "}").as<desk::InvitationView>();
  const note::Signer key = desk::must(note::Signer::create(view.signer, crypto::Ed25519Secret::generate()));
  InvitationRedeem redeem{node.world.agency().self().id, "sousa3", code, "a quite long sentence",
                          desk::DeviceCommand{key.verifier().text(), "机のPC", ""}};
  const std::string text = desk::enrolment_text(view.origin, view.organisation, view.person, to_base64(key.verifier().key.bytes), view.nonce);
  redeem.device->signature = desk::must(key.sign(text)).text();
  const Reply redeemed = guest.post_as("/api/invitations/redeem", redeem);
  CHECK_MESSAGE(redeemed.status() == 200, std::string(redeemed.response.text()));
  CHECK(guest.get("/api/session").status() == 200);
  CHECK(guest.post_as("/api/invitations/redeem", redeem).code() == "INVITATION_INVALID");
  for (const LogEvent& event : node.log) CHECK(event.message.find(code) == std::string::npos);
}

TEST_CASE("session: who holds a role that no second person has admitted looks at nothing in it") {
  TestApi node;
  desk::TestWorld& world = node.world;
  desk::DraftCommand command = world.draft_of({world.item("ex-1")});
  const MatterId matter = desk::must(world.agency().draft(world.investigator, command), "draft").matter;
  const std::string view_at = "/api/matters/" + matter.hex() + "/view";
  const auto check_closed = [&](Browser& browser) {
    const SessionInfo session = browser.get("/api/session").as<SessionInfo>();
    CHECK_FALSE(session.is_admitted);
    const int before = node.writes();
    for (const char* at : {"/api/desk", "/api/matters", "/api/audit", "/api/audit/acts?q=0123456789abcdef", "/api/figures", "/api/statements",
                           "/api/cases", "/api/templates", "/api/people"}) {
      CAPTURE(at);
      const Reply reply = browser.get(at);
      CHECK(reply.status() == 422);
      CHECK(reply.code() == "KEY_UNKNOWN");
      CHECK(reply.text("where") == "/session/role");
      CHECK(reply.text("ja").find(session.signer) != std::string::npos);
    }
    CHECK(browser.post_as(view_at, desk::ViewCommand{"確認", {}}).code() == "KEY_UNKNOWN");
    CHECK(node.writes() == before);
    // One's own devices and password, and leaving, are nobody else's business.
    CHECK(browser.get("/api/me/devices").status() == 200);
  };

  SUBCASE("a colleague whom an administrator has made up, with a device of his own") {
    Browser admin = node.log_in(world.agency_admin);
    desk::PersonCommand made_up;
    made_up.login = "kansatsu9";
    made_up.name = "架空 監察";
    made_up.roles = {party::Role::AUDITOR};
    const PersonId person = admin.post_as("/api/people", made_up).as<party::Person>().id;
    const std::string code = admin.post("/api/people/" + person.hex() + "/invitation").text("code");
    const note::Signer key =
        desk::must(note::Signer::create(note::person_name(world.agency().self().id.text(), person), crypto::Ed25519Secret::generate()));
    Browser guest(node.api);
    const auto view = guest.post("/api/invitations/look", R"({"organisation":"kakuu-police.example","login":"kansatsu9","code":")" + code + "\"}")
                          .as<desk::InvitationView>();
    const std::string text = desk::enrolment_text(view.origin, view.organisation, view.person, to_base64(key.verifier().key.bytes), view.nonce);
    CHECK(guest
              .post_as("/api/invitations/redeem",
                       InvitationRedeem{world.agency().self().id, "kansatsu9", code, "a quite long sentence",
                                        desk::DeviceCommand{key.verifier().text(), "机のPC", desk::must(key.sign(text)).text()}})
              .status() == 200);
    check_closed(guest);
    const Time now = world.clock.now();
    world.directory().put_person({world.agency().self().id, person, party::Role::AUDITOR, {}, {}, key.verifier(), now, now + days(1)});
    CHECK(guest.get("/api/matters").status() == 200);
    CHECK(guest.get("/api/session").as<SessionInfo>().is_admitted);
    world.clock.advance(minutes(20));
    CHECK(guest.get("/api/matters").status() == 200);
  }
  SUBCASE("a further role") {
    party::Person person = *desk::must(world.agency().person(world.investigator.person));
    person.roles.push_back(party::Role::AUDITOR);
    Browser admin = node.log_in(world.agency_admin);
    REQUIRE(admin.post_as("/api/people", person).status() == 200);
    Browser browser = node.log_in(world.investigator);
    CHECK(browser.get("/api/matters").status() == 200);
    REQUIRE(browser.put("/api/session/role", R"({"role":"auditor"})").status() == 200);
    check_closed(browser);
    REQUIRE(browser.put("/api/session/role", R"({"role":"investigator"})").status() == 200);
    CHECK(browser.get("/api/matters").status() == 200);
  }
  SUBCASE("a key that was ended") {
    Browser browser = node.log_in(world.investigator);
    world.directory().revoke_person(world.investigator.person, world.clock.now());
    check_closed(browser);
  }
  SUBCASE("an administrator, who reads no matter, makes the first books alone") {
    world.directory().revoke_person(world.agency_admin.person, world.clock.now());
    Browser admin = node.log_in(world.agency_admin);
    CHECK(admin.get("/api/people").status() == 200);
    CHECK_FALSE(admin.get("/api/session").as<SessionInfo>().is_admitted);
  }
}

TEST_CASE("session: devices are listed, added and revoked") {
  TestApi node;
  const desk::Caller& who = node.world.investigator;
  Browser browser = node.log_in(who);
  const Devices devices = browser.get("/api/me/devices").as<Devices>();
  REQUIRE(devices.devices.size() == 1);
  CHECK(devices.devices[0].device == "机のPC");
  Browser admin = node.log_in(node.world.agency_admin);
  CHECK(admin.get("/api/people/" + who.person.hex() + "/devices").as<Devices>().devices.size() == 1);
  CHECK(node.log_in(node.world.supervisor).get("/api/people/" + who.person.hex() + "/devices").status() == 403);
  CHECK(admin.post_as("/api/people/" + who.person.hex() + "/devices/revoke", DeviceRevocation{devices.devices[0].vkey}).status() == 204);
  CHECK(browser.get("/api/session").status() == 401);
}

TEST_CASE("session: a passkey is added, admitted by a second person, logs in and approves") {
  TestApi node;
  const desk::Caller& who = node.world.approver;
  const note::RelyingParty here{std::string(kTestOrigin), "desk.example"};
  const note::TestAuthenticator device(here);
  Browser browser = node.log_in(who);
  const auto add = [&](const note::TestAuthenticator::Change& change = {}) {
    const SessionInfo session = browser.get("/api/session").as<SessionInfo>();
    const auto made = device.create(desk::passkey_text(kTestOrigin, session.organisation, session.person, session.device_nonce), change);
    return browser.post_as("/api/me/passkeys", desk::PasskeyCommand{"鍵束", made.attestation, made.client_data});
  };
  CHECK(browser.get("/api/session").as<SessionInfo>().rp_id.empty());
  CHECK(add().code() == "PASSKEY_ORIGIN");  // no address of the organisation in the directory yet
  const Time now = node.world.clock.now();
  node.world.directory().put_web(node.world.agency().self().id, here, now, now + days(30));
  CHECK(browser.get("/api/session").as<SessionInfo>().rp_id == here.id);
  const Reply unverified = add([](auto& bend) { bend.flags = 0x41; });
  CHECK(unverified.status() == 422);
  CHECK(unverified.code() == "PASSKEY_UNVERIFIED");
  CHECK(browser.post("/api/me/passkeys", R"({"device":"x","attestation":"oA==","client_data":"e30="})").code() == "BAD_PASSKEY");
  CHECK(browser.post("/api/me/passkeys", R"({"device":"x","attestation":"?","client_data":"e30="})").status() == 422);
  const Reply made = add();
  REQUIRE_MESSAGE(made.status() == 201, std::string(made.response.text()));
  CHECK(made.as<desk::DeviceView>().is_pending);
  CHECK(browser.get("/api/session").as<SessionInfo>().passkeys.empty());

  Browser admin = node.log_in(node.world.agency_admin);
  const desk::AdmissionCommand admission{who.person, party::Role::APPROVER, made.text("vkey")};
  const auto prepared = admin.post_as("/api/keys/admission/prepare", admission).as<desk::PreparedEntry>();
  CHECK(admin.post_as("/api/keys/admission", desk::SignedEntry{prepared.text, node.sign(node.world.agency_admin, prepared.text)}).status() == 204);
  const auto usable = browser.get("/api/session").as<SessionInfo>().passkeys;
  REQUIRE(usable.size() == 1);
  CHECK(usable[0].credential == device.credential());

  const auto said = [&](const std::string& text) {
    auto answer = device.get(text);
    return desk::AssertionCommand{device.credential(), answer.authenticator_data, answer.client_data, answer.signature};
  };
  Browser second(node.api);
  const Reply half = second.post("/api/session", node.log_in_body(who));
  CHECK(half.as<SessionInfo>().passkeys.size() == 1);
  CHECK(second.post_as("/api/session/factor", desk::FactorCommand{"", said(half.text("challenge_text") + "x")}).code() == "WRONG_FACTOR");
  const Reply again = second.post("/api/session", node.log_in_body(who));
  CHECK(second.post_as("/api/session/factor", desk::FactorCommand{"", said(again.text("challenge_text"))}).status() == 200);

  const MatterId matter = desk::must(node.world.agency().draft(node.world.investigator, node.world.draft_of({node.world.item("ex-1")}))).matter;
  node.world.step();
  desk::must(node.world.agency().check(node.world.supervisor, matter, {}));
  node.world.step();
  const std::string address = "/api/matters/" + matter.hex() + "/approval";
  const auto text = second.post(address + "/prepare").as<desk::Prepared>();
  CHECK(second.post_as(address, desk::SignedCommand{text.text, text.body, "", said(text.text + "x")}).code() == "SIGNATURE_INVALID");
  const Reply approved = second.post_as(address, desk::SignedCommand{text.text, text.body, "", said(text.text)});
  CHECK_MESSAGE(approved.status() == 200, std::string(approved.response.text()));
  const auto timeline = second.post_as("/api/matters/" + matter.hex() + "/view", desk::ViewCommand{}).as<desk::MatterView>().timeline;
  const auto act = std::ranges::find(timeline, std::string("inquiry.approved"), &desk::ActView::kind);
  REQUIRE(act != timeline.end());
  const note::PersonKey key = device.person_key(note::person_name(node.world.agency().self().id.text(), who.person));
  CHECK(act->has_own_signature);
  CHECK(act->own_keys == std::vector{key.name + "+" + to_hex(key.id)});
}

}  // namespace
}  // namespace warifu::api
