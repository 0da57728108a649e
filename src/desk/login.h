#pragma once
// Log-in to one organisation's desk: password, then a challenge signed by the key of an enrolled device or by a passkey; sessions; invitations;
// devices.
// Guarantees: neither answer nor time tells whether a login exists; a failure is counted before the password is looked at, so that guessing
// in parallel gains nothing; of tokens and invitation codes only digests are kept; whoever is switched off, changes the password or loses a
// device is logged out everywhere. Log-in says who sits there; what that person may do is decided by the desk, per role in use.

#include <boost/describe.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sensitive.h"
#include "crypto/password.h"
#include "desk/office.h"

namespace warifu::desk {

// What a device signs (docs/formats.md, "Log-in and enrolment"). `key` is the base64 of the 32 bytes of the public key.
[[nodiscard]] std::string login_text(std::string_view origin, const party::OrganisationId& org, const PersonId& person, std::string_view challenge);
[[nodiscard]] std::string enrolment_text(std::string_view origin, const party::OrganisationId& org, const PersonId& person, std::string_view key,
                                         std::string_view nonce);
// A passkey is made with SHA-256 of this text as challenge.
[[nodiscard]] std::string passkey_text(std::string_view origin, const party::OrganisationId& org, const PersonId& person, std::string_view nonce);

struct LoginOptions {
  std::string origin;          // of the page people log in at: "https://desk.example"
  bool require_factor = true;  // false in the demo only: there people without a passkey log in by password alone
  crypto::PasswordCost password_cost = crypto::kPasswordCost;
};

struct LoginCommand {
  std::string login, password;
};

struct FactorCommand {
  std::string signature;  // signature line over SessionView.challenge_text; empty when a passkey answers
  std::optional<AssertionCommand> assertion = {};
};

struct DeviceCommand {
  std::string vkey;       // <org>/person/<id>+…, made on the device
  std::string device;     // what the person calls it
  std::string signature;  // signature line of that key over the enrolment text
};

// What an authenticator answered to navigator.credentials.create.
struct PasskeyCommand {
  std::string device;  // what the person calls it
  Bytes attestation;   // attestationObject
  Bytes client_data;   // clientDataJSON
};

struct InvitationCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::string login, code, password;
  std::optional<DeviceCommand> device;  // required unless the second factor is not asked for
};

struct InvitationQuery {
  std::string login, code;
};

struct PasswordCommand {
  std::string old_password, new_password;
};

struct RoleCommand {
  party::Role role = party::Role::INVESTIGATOR;
};

struct PasskeyView {  // one that may be used now
  Bytes credential;
  std::string vkey, device;
};

struct SessionView {
  std::optional<std::string> token;  // in the answers that made a session only; goes into an HttpOnly cookie
  std::string csrf;
  PersonId person;
  std::string name, post;
  party::OrganisationId organisation;
  party::Side side = party::Side::AGENCY;
  std::vector<party::Role> roles;
  party::Role role = party::Role::INVESTIGATOR;  // in use
  bool factor_needed = false;
  std::string challenge_text;  // to be signed while factor_needed
  std::string signer;          // <org>/person/<id>
  std::string device_nonce;    // for the enrolment text of a further device; changes with the session
  Time until;
};

struct PasskeysView {
  std::string rp_id;                  // relying party of passkeys here; empty while the directory has no address of the organisation like this one
  std::vector<PasskeyView> passkeys;  // for the second factor and for signing
};

struct InvitationView {  // what a device needs to know to make the enrolment text
  PersonId person;
  party::OrganisationId organisation;
  std::string name, origin, nonce, signer;
  Time until;
};

struct InvitationCode {
  PersonId person;
  std::string login, code;  // shown once; 20 characters in groups of five
  Time until;
};

struct DeviceView {
  std::string vkey, device;
  Time from, until;
  bool is_pending = false, is_revoked = false, is_valid = false;  // is_valid: answers the second factor now
  bool is_passkey = false;
  std::vector<party::Role> waits_in;  // held by this person, and no second person has admitted this key in them: there it signs nothing
};

class Logins {
 public:
  Logins(Office& office, LoginOptions options);

  // WRONG_LOGIN, LOCKED_OUT {retry_after}. With factor_needed the session is good for answer_factor() only.
  Result<SessionView> log_in(const LoginCommand&);
  // WRONG_FACTOR ends the half session; success gives a new token.
  Result<SessionView> answer_factor(std::string_view token, const FactorCommand&);
  // The complete session of this token, its role still held: NOT_LOGGED_IN, SESSION_EXPIRED. `underway`: how long ago the request began; a session
  // that stood then is good for it, so that a file of hours arrives.
  Result<SessionView> current(std::string_view token, Duration underway = {});
  // For writing requests: the same, and the token of the form. CSRF.
  Result<SessionView> current(std::string_view token, std::string_view csrf, Duration underway = {});
  Result<SessionView> set_role(std::string_view token, const RoleCommand&);  // ROLE_MISSING
  Status log_out(std::string_view token);
  Status log_out_everywhere(std::string_view token);
  Result<SessionView> change_password(std::string_view token, const PasswordCommand&);  // ends all sessions, begins a new one

  // A new code makes older ones worthless; the present password stays good until the code is used. ADMIN, for others only.
  Result<InvitationCode> invite(const Caller&, const PersonId& person);
  Result<InvitationView> look_at(const InvitationQuery&) const;  // INVITATION_INVALID
  // Sets the password, enrols the device and logs in. The device of somebody who has or had one already is pending (see add_device), and the
  // session then waits for the second factor of an older one.
  Result<SessionView> redeem(const InvitationCommand&);

  [[nodiscard]] Result<std::vector<DeviceView>> devices(const Caller&, const PersonId& person) const;  // one's own, or as ADMIN
  [[nodiscard]] Result<PasskeysView> passkeys(const PersonId& person) const;
  // A further device of somebody who is logged in. Pending (no second factor, no acts) until a second person has admitted its key.
  Result<DeviceView> add_device(std::string_view token, const DeviceCommand&);
  // The same with a passkey. PASSKEY_ORIGIN, PASSKEY_UNVERIFIED, BAD_PASSKEY.
  Result<DeviceView> add_passkey(std::string_view token, const PasskeyCommand&);
  Status revoke_device(const Caller&, const PersonId& person, std::string_view vkey);  // one's own, or as ADMIN; ends the person's sessions

  // ── the owner of the node: command line and set-up ──
  Result<InvitationCode> invite_as_node(const PersonId& person);
  Status set_password_as_node(const PersonId& person, const std::string& password);
  Status enrol_as_node(const PersonId& person, const note::VerifierKey& key, const std::string& device);

 private:
  struct Failures {
    int count = 0;
    std::optional<Time> locked_until;
  };
  enum class Half { NO, YES };

  [[nodiscard]] Result<std::optional<party::Person>> person_by_login(std::string_view login) const;
  [[nodiscard]] Result<party::Person> active_person(const PersonId& person) const;
  [[nodiscard]] Result<LoginRow> login_row(const party::Person& person) const;
  // Counts one failure ahead of the check, LOCKED_OUT when it may not be tried now.
  Status reserve_attempt(const std::optional<party::Person>& person, const std::string& login);
  Status reserve_unknown(const std::string& login);
  Status clear_failures(const party::Person& person);
  Status set_password(const party::Person& person, const std::string& password);
  Result<SessionView> begin_session(const party::Person& person, Half half, std::optional<party::Role> role);
  [[nodiscard]] Result<SessionRow> session_row(std::string_view token, Half half, Duration underway = {});
  [[nodiscard]] SessionView view_of(const SessionRow& row, const party::Person& person) const;
  [[nodiscard]] Result<std::vector<PersonKeyRow>> keys_in_use(const PersonId& person) const;
  // Where the directory says that passkeys count, and where this page is: it may be empty.
  [[nodiscard]] Result<std::vector<note::RelyingParty>> relying_parties() const;
  [[nodiscard]] Status check_factor(const PersonId& person, const std::string& text, const FactorCommand& command) const;
  Result<InvitationCode> make_invitation(const party::Person& person);
  [[nodiscard]] Result<party::Person> invited(std::string_view login, std::string_view code) const;
  [[nodiscard]] Result<note::VerifierKey> check_device(const PersonId& person, const DeviceCommand& command, std::string_view nonce) const;
  Status put_pending(const PersonId& person, const note::PersonKey& key, const std::string& device, Bytes credential = {});
  [[nodiscard]] Status may_manage(const Caller& caller, const PersonId& person) const;

  Office& office_;
  LoginOptions options_;
  std::string dummy_;                        // an Argon2id string nobody's password has, verified for logins that do not exist
  std::mutex mutex_;                         // around read-change-write of login rows
  std::map<std::string, Failures> unknown_;  // the same lock-out for logins that do not exist, forgotten at restart
};

BOOST_DESCRIBE_STRUCT(LoginCommand, (), (login, password))
BOOST_DESCRIBE_STRUCT(FactorCommand, (), (signature, assertion))
BOOST_DESCRIBE_STRUCT(PasskeyCommand, (), (device, attestation, client_data))
BOOST_DESCRIBE_STRUCT(PasskeyView, (), (credential, vkey, device))
BOOST_DESCRIBE_STRUCT(DeviceCommand, (), (vkey, device, signature))
BOOST_DESCRIBE_STRUCT(InvitationCommand, (), (login, code, password, device))
BOOST_DESCRIBE_STRUCT(InvitationQuery, (), (login, code))
BOOST_DESCRIBE_STRUCT(PasswordCommand, (), (old_password, new_password))
BOOST_DESCRIBE_STRUCT(RoleCommand, (), (role))
BOOST_DESCRIBE_STRUCT(SessionView, (),
                      (token, csrf, person, name, post, organisation, side, roles, role, factor_needed, challenge_text, signer, device_nonce, until))
BOOST_DESCRIBE_STRUCT(PasskeysView, (), (rp_id, passkeys))
BOOST_DESCRIBE_STRUCT(InvitationView, (), (person, organisation, name, origin, nonce, signer, until))
BOOST_DESCRIBE_STRUCT(InvitationCode, (), (person, login, code, until))
BOOST_DESCRIBE_STRUCT(DeviceView, (), (vkey, device, from, until, is_pending, is_revoked, is_valid, is_passkey, waits_in))

}  // namespace warifu::desk
