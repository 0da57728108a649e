// Who sits there: log-in, second factor, role in use, password, invitations, devices. The token travels in the cookie only.

#include <algorithm>

#include "api/routes.h"
#include "desk/session_look.h"

namespace warifu::api {

namespace {

// The token moves from the view into the cookie.
Result<SessionInfo> session_info(Call& call, desk::SessionView view) {
  if (view.token) call.new_cookie = view.organisation.text() + "." + *view.token;
  SessionInfo info;
  info.csrf = std::move(view.csrf);
  info.person = view.person;
  info.name = std::move(view.name);
  info.post = std::move(view.post);
  info.organisation = view.organisation;
  const party::Organisation& self = call.here().office.self();
  info.organisation_name_ja = self.name_ja;
  info.organisation_name_en = self.name_en;
  info.side = view.side;
  info.roles = std::move(view.roles);
  info.role = view.role;
  info.factor_needed = view.factor_needed;
  info.challenge_text = std::move(view.challenge_text);
  info.signer = std::move(view.signer);
  info.device_nonce = std::move(view.device_nonce);
  info.until = view.until;
  info.is_demo = call.options.is_demo;
  desk::PasskeysView passkeys = TRY(call.here().logins.passkeys(info.person));
  info.rp_id = std::move(passkeys.rp_id);
  info.passkeys = std::move(passkeys.passkeys);
  info.is_admitted = TRY(desk::is_admitted(call.here().office, {info.person, info.role}));
  return info;
}

Result<None> end_session(Call& call, Status done) {
  call.new_cookie = "";
  // Whoever is out already has what was asked for.
  if (!done && done.error().code != Code::NOT_LOGGED_IN && done.error().code != Code::SESSION_EXPIRED) return tl::unexpected<Error>(done.error());
  return None{};
}

void add_log_in(Router& routes) {
  routes.add<LogInRequest, SessionInfo>({"POST", "/api/session", "session", "ログインします。第二要素が要るときは factor_needed が真になります。",
                                         "Logs in. When a second factor is needed, factor_needed is true.", Access::PUBLIC},
                                        [](Call& call, const LogInRequest& body) -> Result<SessionInfo> {
                                          call.host = TRY(host_of(call.offices, body.organisation, Code::WRONG_LOGIN));
                                          return session_info(call, TRY(call.here().logins.log_in({body.login, body.password})));
                                        });
  routes.add<desk::FactorCommand, SessionInfo>(
      {"POST", "/api/session/factor", "session", "端末の鍵の署名か、パスキーの応答により、ログインを完了します。",
       "Completes the log-in with the answer signed by the device's key or given by a passkey.", Access::COOKIE},
      [](Call& call, const desk::FactorCommand& body) -> Result<SessionInfo> {
        return session_info(call, TRY(call.here().logins.answer_factor(call.token, body)));
      });
  routes.add<None, SessionInfo>({"GET", "/api/session", "session", "今のログインの内容です。", "The present session."},
                                [](Call& call) { return session_info(call, call.session); });
  routes.add<desk::RoleCommand, SessionInfo>(
      {"PUT", "/api/session/role", "session", "使う役割を切り替えます。", "Switches the role in use.", Access::SESSION, Write::UNKEPT},
      [](Call& call, const desk::RoleCommand& body) -> Result<SessionInfo> {
        return session_info(call, TRY(call.here().logins.set_role(call.token, body)));
      });
  routes.add<None, None>({"DELETE", "/api/session", "session", "ログアウトします。", "Logs out.", Access::COOKIE, Write::NO, 204},
                         [](Call& call) { return end_session(call, call.here().logins.log_out(call.token)); });
  routes.add<None, None>(
      {"DELETE", "/api/sessions", "session", "すべての端末からログアウトします。", "Logs out everywhere.", Access::SESSION, Write::UNKEPT, 204},
      [](Call& call) { return end_session(call, call.here().logins.log_out_everywhere(call.token)); });
  routes.add<desk::PasswordCommand, SessionInfo>({"PUT", "/api/me/password", "session", "パスワードを変えます。他の端末のログインは終わります。",
                                                  "Changes the password; all other sessions end.", Access::SESSION, Write::UNKEPT},
                                                 [](Call& call, const desk::PasswordCommand& body) -> Result<SessionInfo> {
                                                   return session_info(call, TRY(call.here().logins.change_password(call.token, body)));
                                                 });
}

void add_invitations(Router& routes) {
  routes.add<InvitationLook, desk::InvitationView>(
      {"POST", "/api/invitations/look", "session", "招待の内容を見ます。端末の鍵を登録する文を作るために使います。",
       "Looks at an invitation: what a device needs to make the enrolment text.", Access::PUBLIC},
      [](Call& call, const InvitationLook& body) -> Result<desk::InvitationView> {
        call.host = TRY(host_of(call.offices, body.organisation, Code::INVITATION_INVALID));
        return call.here().logins.look_at({body.login, body.code});
      });
  routes.add<InvitationRedeem, SessionInfo>(
      {"POST", "/api/invitations/redeem", "session", "招待を使い、パスワードと端末の鍵を登録してログインします。",
       "Uses an invitation: sets the password, enrols the device, logs in.", Access::PUBLIC},
      [](Call& call, const InvitationRedeem& body) -> Result<SessionInfo> {
        call.host = TRY(host_of(call.offices, body.organisation, Code::INVITATION_INVALID));
        return session_info(call, TRY(call.here().logins.redeem({body.login, body.code, body.password, body.device})));
      });
  routes.add<None, desk::InvitationCode>(
      {"POST", "/api/people/{person}/invitation", "session", "新しい招待コードを出します。コードはこの応答に一度だけ現れます。",
       "Makes a new invitation code; it is shown in this answer only.", Access::SESSION, Write::UNKEPT, 201},
      [](Call& call) -> Result<desk::InvitationCode> { return call.here().logins.invite(call.caller, TRY(call.id<PersonId>("person"))); });
}

void add_devices(Router& routes) {
  routes.add<None, Devices>({"GET", "/api/me/devices", "session", "自分の端末の鍵の一覧です。", "The keys of one's own devices."},
                            [](Call& call) -> Result<Devices> { return Devices{TRY(call.here().logins.devices(call.caller, call.caller.person))}; });
  routes.add<None, Devices>(
      {"GET", "/api/people/{person}/devices", "session", "ある人の端末の鍵の一覧です(管理者)。", "The keys of a person's devices (administrator)."},
      [](Call& call) -> Result<Devices> { return Devices{TRY(call.here().logins.devices(call.caller, TRY(call.id<PersonId>("person"))))}; });
  routes.add<desk::DeviceCommand, desk::DeviceView>(
      {"POST", "/api/me/devices", "session", "自分の端末を追加します。別の人が認めるまでは使えません。",
       "Adds a device of one's own; it counts once a second person has admitted its key.", Access::SESSION, Write::KEPT, 201},
      [](Call& call, const desk::DeviceCommand& body) { return call.here().logins.add_device(call.token, body); });
  routes.add<desk::PasskeyCommand, desk::DeviceView>(
      {"POST", "/api/me/passkeys", "session", "自分のパスキーを追加します。別の人が認めるまでは使えません。",
       "Adds a passkey of one's own; it counts once a second person has admitted its key.", Access::SESSION, Write::KEPT, 201},
      [](Call& call, const desk::PasskeyCommand& body) { return call.here().logins.add_passkey(call.token, body); });
  routes.add<DeviceRevocation, None>(
      {"POST", "/api/people/{person}/devices/revoke", "session", "端末の鍵を無効にします。その人のログインは終わります。",
       "Revokes a device's key; the person's sessions end.", Access::SESSION, Write::KEPT, 204},
      [](Call& call, const DeviceRevocation& body) -> Result<None> {
        TRY(call.here().logins.revoke_device(call.caller, TRY(call.id<PersonId>("person")), body.vkey));
        return None{};
      });
  routes.add<None, KeyfileView>({"GET", "/api/me/keyfile", "session", "デモだけ:自分の、暗証番号で封じた鍵ファイルと端末の秘密です。",
                                 "Demo only: one's own key file, sealed by a PIN, and the device secret."},
                                [](Call& call) -> Result<KeyfileView> {
                                  if (!call.options.is_demo || !call.here().keyfile || !call.here().office.self().id.is_demo())
                                    return fail(Code::NOT_FOUND, "not a demo");
                                  return call.here().keyfile(call.caller.person);
                                });
}

}  // namespace

Result<Host*> host_of(Offices& offices, const party::OrganisationId& organisation, Code otherwise) {
  const auto found = offices.find(organisation);
  if (found == offices.end()) return fail(otherwise, "no such organisation on this node");
  return &found->second;
}

void add_session_routes(Router& routes) {
  add_log_in(routes);
  add_invitations(routes);
  add_devices(routes);
}

}  // namespace warifu::api
