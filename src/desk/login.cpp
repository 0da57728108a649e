#include "desk/login.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/plain_text.h"
#include "crypto/random.h"
#include "desk/enrolment.h"
#include "desk/impl.h"
#include "desk/session_look.h"
#include "note/directory_entry.h"

namespace warifu::desk {

namespace {

constexpr int kFailuresFree = 4;  // the fifth failure locks
constexpr int kLockMinutesMax = 60;
constexpr std::size_t kUnknownMax = 4096;  // lock-outs of logins that do not exist, kept at a time
constexpr Duration kChallengeLife = minutes(5);
constexpr Duration kSessionIdle = minutes(30);
constexpr Duration kSessionLife = hours(12);
constexpr Duration kTouchEvery = minutes(1);  // a session in use is written at most this often
constexpr Duration kInvitationLife = days(7);
constexpr Duration kDeviceLife = days(365);
constexpr std::size_t kPasswordCharactersMin = 12;
constexpr std::size_t kCodeCharacters = 20;
// Crockford's base 32: without I, L, O, U, which are mistaken for others.
constexpr std::string_view kCodeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string new_token() { return to_base64url(crypto::random_bytes(32)); }

std::string new_code() {
  std::string code;
  for (const std::uint8_t byte : crypto::random_array<kCodeCharacters>()) {
    if (!code.empty() && (code.size() + 1) % 6 == 0) code += '-';
    code += kCodeAlphabet[byte % kCodeAlphabet.size()];  // 256 is a multiple of 32: no character is likelier
  }
  return code;
}

// As typed: lower case, spaces and hyphens do not matter, O is 0, I and L are 1.
std::string digest_of_code(std::string_view code) {
  std::string plain;
  for (const char typed : code) {
    const char c = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
    if (c == '-' || c == ' ') continue;
    plain += c == 'O' ? '0' : (c == 'I' || c == 'L') ? '1' : c;
  }
  return crypto::sha256(plain).hex();
}

bool same_text(std::string_view a, std::string_view b) { return crypto::equal_constant_time(bytes_of(a), bytes_of(b)); }

std::string nonce_of(const SessionRow& row) { return crypto::sha256(row.csrf).hex(); }

tl::unexpected<Error> wrong_login() { return fail(Code::WRONG_LOGIN, "no such login or another password"); }
tl::unexpected<Error> not_logged_in() { return fail(Code::NOT_LOGGED_IN, "no session"); }
tl::unexpected<Error> bad_invitation() { return fail(Code::INVITATION_INVALID, "no such invitation, or used, or too old"); }

tl::unexpected<Error> locked(Time until, Time now) {
  const std::int64_t wait = std::max<std::int64_t>(1, (until.us - now.us + 999'999) / 1'000'000);
  return fail(Code::LOCKED_OUT, "too many failures", {}, {{"retry_after", std::to_string(wait)}});
}

// One more failure; from the fifth on a lock of 1, 2, 4 … minutes.
void count_failure(int& failures, std::optional<Time>& locked_until, Time now) {
  ++failures;
  if (failures <= kFailuresFree) return;
  const int doublings = std::min(failures - kFailuresFree - 1, 6);
  locked_until = now + minutes(std::min(kLockMinutesMax, 1 << doublings));
}

Status check_password(const std::string& password, const std::string& login) {
  const Result<std::size_t> length = crypto::count_code_points(password);
  if (!length) return fail(Code::BAD_UTF8, "not UTF-8", "/password");
  if (*length < kPasswordCharactersMin)
    return fail(Code::BAD_VALUE, "the password is too short", "/password", {{"expected", std::to_string(kPasswordCharactersMin) + "+"}});
  if (password.find(login) != std::string::npos) return fail(Code::BAD_VALUE, "the password contains the login", "/password", {{"expected", "-"}});
  return {};
}

}  // namespace

std::string login_text(std::string_view origin, const party::OrganisationId& org, const PersonId& person, std::string_view challenge) {
  return "warifu-login/v1\n" + std::string(origin) + "\n" + org.text() + "\n" + person.hex() + "\n" + std::string(challenge) + "\n";
}

std::string enrolment_text(std::string_view origin, const party::OrganisationId& org, const PersonId& person, std::string_view key,
                           std::string_view nonce) {
  return "warifu-enrol/v1\n" + std::string(origin) + "\n" + org.text() + "\n" + person.hex() + "\n" + std::string(key) + "\n" + std::string(nonce) +
         "\n";
}

std::string passkey_text(std::string_view origin, const party::OrganisationId& org, const PersonId& person, std::string_view nonce) {
  return "warifu-passkey/v1\n" + std::string(origin) + "\n" + org.text() + "\n" + person.hex() + "\n" + std::string(nonce) + "\n";
}

Logins::Logins(Office& office, LoginOptions options) : office_(office), options_(std::move(options)) {
  CHECK_THAT(!options_.origin.empty());
  CHECK_THAT(options_.require_factor || office_.self().id.is_demo());  // only a demo may do without
  dummy_ = crypto::hash_password(Sensitive<std::string>(new_token()), options_.password_cost).value();
}

// ── people and their rows ──

Result<std::optional<party::Person>> Logins::person_by_login(std::string_view login) const {
  const std::optional<BookEntry> entry = TRY(office_.store().book_entry_by_key("person", login));
  if (!entry) return std::optional<party::Person>{};
  party::Person person = TRY(json::decode_text<party::Person>(entry->value));
  if (!person.is_active || person.login != login) return std::optional<party::Person>{};
  return std::optional<party::Person>(std::move(person));
}

Result<party::Person> Logins::active_person(const PersonId& id) const {
  std::optional<party::Person> person = TRY(office_.person(id));
  if (!person || !person->is_active) return fail(Code::NOT_FOUND, "no such person", "/person");
  return std::move(*person);
}

Result<LoginRow> Logins::login_row(const party::Person& person) const {
  if (std::optional<LoginRow> row = TRY(office_.store().login_of(person.id))) {
    row->login = person.login;
    return std::move(*row);
  }
  LoginRow row;
  row.person = person.id;
  row.login = person.login;
  return row;
}

// ── failures ──

Status Logins::reserve_attempt(const std::optional<party::Person>& person, const std::string& login) {
  const std::scoped_lock lock(mutex_);
  if (!person) return reserve_unknown(login);
  LoginRow row = TRY(login_row(*person));
  const Time now = office_.now();
  if (row.locked_until && *row.locked_until > now) return locked(*row.locked_until, now);
  count_failure(row.failures, row.locked_until, now);
  return office_.store().put_login(row);
}

Status Logins::reserve_unknown(const std::string& login) {
  const Time now = office_.now();
  if (unknown_.size() >= kUnknownMax && !unknown_.contains(login)) {
    std::erase_if(unknown_, [&](const auto& entry) { return !entry.second.locked_until || *entry.second.locked_until <= now; });
    if (unknown_.size() >= kUnknownMax) unknown_.clear();
  }
  Failures& failures = unknown_[login.substr(0, limits::kLineCharactersMax)];
  if (failures.locked_until && *failures.locked_until > now) return locked(*failures.locked_until, now);
  count_failure(failures.count, failures.locked_until, now);
  return {};
}

Status Logins::clear_failures(const party::Person& person) {
  const std::scoped_lock lock(mutex_);
  LoginRow row = TRY(login_row(person));
  row.failures = 0;
  row.locked_until.reset();
  return office_.store().put_login(row);
}

Status Logins::set_password(const party::Person& person, const std::string& password) {
  TRY(check_password(password, person.login));
  std::string hash = TRY(crypto::hash_password(Sensitive<std::string>(password), options_.password_cost));
  const std::scoped_lock lock(mutex_);
  LoginRow row = TRY(login_row(person));
  row.password = std::move(hash);
  row.failures = 0;
  row.locked_until.reset();
  row.invitation.clear();
  row.invitation_until.reset();
  return office_.store().put_login(row);
}

// ── sessions ──

Result<std::vector<PersonKeyRow>> Logins::keys_in_use(const PersonId& person) const {
  const Time now = office_.now();
  std::vector<PersonKeyRow> rows = TRY(office_.store().person_keys(person));
  std::erase_if(rows, [&](const PersonKeyRow& row) { return row.is_revoked || now < row.from || row.until <= now; });
  return rows;
}

Result<std::vector<note::RelyingParty>> Logins::relying_parties() const {
  std::vector<note::RelyingParty> places = TRY(office_.directory().relying_parties(office_.self().id, office_.now()));
  std::erase_if(places, [&](const note::RelyingParty& place) { return place.origin != options_.origin; });
  return places;
}

SessionView Logins::view_of(const SessionRow& row, const party::Person& person) const {
  SessionView view;
  view.csrf = row.csrf;
  view.person = person.id;
  view.name = person.name;
  view.post = person.post;
  view.organisation = office_.self().id;
  view.side = office_.self().side;
  view.roles = person.roles;
  view.role = enum_parse<party::Role>(row.role).value_or(party::Role::NODE);
  view.signer = note::person_name(office_.self().id.text(), person.id);
  view.until = std::min(row.until, row.last_seen + kSessionIdle);
  if (row.is_complete) {
    view.device_nonce = nonce_of(row);
  } else {
    view.factor_needed = true;
    view.challenge_text = login_text(options_.origin, office_.self().id, person.id, row.challenge);
  }
  return view;
}

Result<SessionView> Logins::begin_session(const party::Person& person, Half half, std::optional<party::Role> role) {
  if (person.roles.empty()) return fail(Code::ROLE_MISSING, "the person holds no role", {}, {{"role", "-"}});
  const std::string token = new_token();
  SessionRow row;
  row.token = crypto::sha256(token);
  row.person = person.id;
  row.csrf = new_token();
  row.is_complete = half == Half::NO;
  if (half == Half::YES) row.challenge = to_base64(crypto::random_bytes(32));
  row.role = std::string(enum_text(role && person.has(*role) ? *role : person.roles.front()));
  row.created = row.last_seen = office_.now();
  row.until = row.created + (half == Half::YES ? kChallengeLife : kSessionLife);
  TRY(office_.store().put_session(row));
  SessionView view = view_of(row, person);
  view.token = token;
  return view;
}

Result<SessionRow> Logins::session_row(std::string_view token, Half half, Duration underway) {
  if (token.empty() || token.size() > limits::kLineCharactersMax) return not_logged_in();
  const Sha256 digest = crypto::sha256(token);
  std::optional<SessionRow> row = TRY(office_.store().session(digest));
  if (!row) return not_logged_in();
  const Time now = office_.now() - underway;
  if (now >= row->until || now - row->last_seen >= kSessionIdle) {
    TRY(office_.store().drop_session(digest));
    return fail(Code::SESSION_EXPIRED, "the session has ended");
  }
  if (row->is_complete != (half == Half::NO)) return not_logged_in();
  return std::move(*row);
}

Status look_at_session(const Office& office, std::string_view token, std::string_view csrf) {
  if (token.empty() || token.size() > limits::kLineCharactersMax) return not_logged_in();
  const std::optional<SessionRow> row = TRY(office.store().session(crypto::sha256(token)));
  if (!row || !row->is_complete) return not_logged_in();
  const Time now = office.now();
  if (now >= row->until || now - row->last_seen >= kSessionIdle) return fail(Code::SESSION_EXPIRED, "the session has ended");
  if (!same_text(row->csrf, csrf)) return fail(Code::CSRF, "the form's token is not the session's");
  return {};
}

Result<bool> is_admitted(const Office& office, const Caller& caller) {
  const std::vector<PublishedPerson> entries = TRY(office.directory().person(office.self().id, caller.person, office.now()));
  return std::ranges::find(entries, caller.role, &PublishedPerson::role) != entries.end();
}

Result<SessionView> Logins::log_in(const LoginCommand& command) {
  const Sensitive<std::string> password(command.password);
  const std::optional<party::Person> person = TRY(person_by_login(command.login));
  TRY(reserve_attempt(person, command.login));
  const std::string stored = person ? TRY(login_row(*person)).password : std::string();
  // A login that does not exist, or has no password yet, takes as long as one that has.
  const bool is_right = crypto::verify_password(stored.empty() ? dummy_ : stored, password);
  if (!is_right || stored.empty()) return wrong_login();
  TRY(clear_failures(*person));
  if (crypto::password_needs_rehash(stored, options_.password_cost)) {
    std::string hash = TRY(crypto::hash_password(password, options_.password_cost));
    const std::scoped_lock lock(mutex_);
    LoginRow row = TRY(login_row(*person));
    if (row.password == stored) row.password = std::move(hash);  // unless it was changed meanwhile
    TRY(office_.store().put_login(row));
  }
  const bool has_passkey = std::ranges::any_of(TRY(keys_in_use(person->id)), [](const PersonKeyRow& key) { return !key.credential.empty(); });
  return begin_session(*person, options_.require_factor || has_passkey ? Half::YES : Half::NO, std::nullopt);
}

Status Logins::check_factor(const PersonId& person, const std::string& text, const FactorCommand& command) const {
  const auto wrong = [](std::string why) { return fail(Code::WRONG_FACTOR, std::move(why), "/signature"); };
  if (command.assertion) {
    if (!command.signature.empty()) return wrong("two answers to one challenge");
    const Result<note::Assertion> assertion = assertion_of(office_.store(), person, *command.assertion);
    if (!assertion) return wrong("not a passkey of this person");
    for (const PersonKeyRow& row : TRY(keys_in_use(person))) {
      if (row.vkey != assertion->key) continue;
      const Status done = note::check_assertion(*assertion, text, TRY(relying_parties()), TRY(note::PersonKey::parse(row.vkey)));
      // What the person can mend is said; everything else is one answer.
      if (!done && done.error().code != Code::PASSKEY_ORIGIN && done.error().code != Code::PASSKEY_UNVERIFIED) return wrong(done.error().message);
      return done;
    }
    return wrong("a passkey that is not in use");
  }
  const Result<note::SignatureLine> line = note::SignatureLine::parse(command.signature);
  if (!line) return wrong("not a signature line");
  std::vector<note::VerifierKey> keys;
  for (const PersonKeyRow& row : TRY(keys_in_use(person)))
    if (row.credential.empty()) keys.push_back(TRY(note::VerifierKey::parse(row.vkey)));
  if (!note::verify(note::Note{text, {*line}}, keys)) return wrong("not signed by a key of an enrolled device");
  return {};
}

Result<SessionView> Logins::answer_factor(std::string_view token, const FactorCommand& command) {
  const SessionRow row = TRY(session_row(token, Half::YES));
  TRY(office_.store().drop_session(row.token));  // a challenge is answered once
  const Result<party::Person> person = active_person(row.person);
  if (!person) return not_logged_in();
  TRY(reserve_attempt(*person, person->login));
  TRY(check_factor(row.person, login_text(options_.origin, office_.self().id, row.person, row.challenge), command));
  TRY(clear_failures(*person));
  return begin_session(*person, Half::NO, std::nullopt);
}

Result<SessionView> Logins::current(std::string_view token, Duration underway) {
  SessionRow row = TRY(session_row(token, Half::NO, underway));
  const std::optional<party::Person> person = TRY(office_.person(row.person));
  if (!person || !person->is_active || person->roles.empty()) {
    TRY(office_.store().drop_sessions_of(row.person));
    return not_logged_in();
  }
  const Result<party::Role> role = enum_parse<party::Role>(row.role);
  const bool lost_role = !role || !person->has(*role);
  if (lost_role) row.role = std::string(enum_text(person->roles.front()));
  if (lost_role || office_.now() - row.last_seen >= kTouchEvery) {
    row.last_seen = office_.now();
    TRY(office_.store().put_session(row));
  }
  return view_of(row, *person);
}

Result<SessionView> Logins::current(std::string_view token, std::string_view csrf, Duration underway) {
  SessionView view = TRY(current(token, underway));
  if (!same_text(view.csrf, csrf)) return fail(Code::CSRF, "the form's token is not the session's");
  return view;
}

Result<SessionView> Logins::set_role(std::string_view token, const RoleCommand& command) {
  SessionRow row = TRY(session_row(token, Half::NO));
  const party::Person person = TRY(active_person(row.person));
  if (!person.has(command.role))
    return fail(Code::ROLE_MISSING, "the person does not hold this role", "/role", {{"role", std::string(enum_text(command.role))}});
  row.role = std::string(enum_text(command.role));
  row.last_seen = office_.now();
  TRY(office_.store().put_session(row));
  return view_of(row, person);
}

Status Logins::log_out(std::string_view token) { return office_.store().drop_session(crypto::sha256(token)); }

Status Logins::log_out_everywhere(std::string_view token) { return office_.store().drop_sessions_of(TRY(session_row(token, Half::NO)).person); }

Result<SessionView> Logins::change_password(std::string_view token, const PasswordCommand& command) {
  const SessionRow session = TRY(session_row(token, Half::NO));
  const party::Person person = TRY(active_person(session.person));
  TRY(reserve_attempt(person, person.login));
  const std::string stored = TRY(login_row(person)).password;
  if (!crypto::verify_password(stored, Sensitive<std::string>(command.old_password)))
    return fail(Code::WRONG_LOGIN, "not the present password", "/old_password");
  TRY(clear_failures(person));
  if (Status set = set_password(person, command.new_password); !set) {
    Error error = std::move(set).error();
    if (error.where == "/password") error.where = "/new_password";
    return tl::unexpected<Error>(std::move(error));
  }
  TRY(office_.store().drop_sessions_of(person.id));
  return begin_session(person, Half::NO, TRY(enum_parse<party::Role>(session.role)));
}

// ── invitations ──

Result<InvitationCode> Logins::make_invitation(const party::Person& person) {
  const std::string code = new_code();
  const std::scoped_lock lock(mutex_);
  LoginRow row = TRY(login_row(person));
  row.invitation = digest_of_code(code);
  row.invitation_until = office_.now() + kInvitationLife;
  TRY(office_.store().put_login(row));
  return InvitationCode{person.id, person.login, code, *row.invitation_until};
}

Status Logins::may_manage(const Caller& caller, const PersonId& person) const {
  const Result<party::Person> self = active_person(caller.person);
  if (!self) return fail(Code::FORBIDDEN, "not a member of this office");
  if (!self->has(caller.role))
    return fail(Code::ROLE_MISSING, "the person does not hold this role", {}, {{"role", std::string(enum_text(caller.role))}});
  if (caller.person != person && caller.role != party::Role::ADMIN) return fail(Code::FORBIDDEN, "for administrators");
  if (!TRY(office_.person(person))) return fail(Code::NOT_FOUND, "no such person in this office", "/person");
  return {};
}

Result<InvitationCode> Logins::invite(const Caller& caller, const PersonId& person) {
  TRY(may_manage(caller, person));
  if (caller.role != party::Role::ADMIN) return fail(Code::FORBIDDEN, "for administrators");
  if (caller.person == person) return fail(Code::SEPARATION_OF_DUTIES, "an administrator does not invite himself");
  return make_invitation(TRY(active_person(person)));
}

Result<InvitationCode> Logins::invite_as_node(const PersonId& person) { return make_invitation(TRY(active_person(person))); }

Result<party::Person> Logins::invited(std::string_view login, std::string_view code) const {
  const std::string digest = digest_of_code(code);
  const std::optional<party::Person> person = TRY(person_by_login(login));
  if (!person) return bad_invitation();
  const LoginRow row = TRY(login_row(*person));
  if (row.invitation.empty() || !row.invitation_until || *row.invitation_until <= office_.now() || !same_text(row.invitation, digest))
    return bad_invitation();
  return *person;
}

Result<InvitationView> Logins::look_at(const InvitationQuery& query) const {
  const party::Person person = TRY(invited(query.login, query.code));
  const LoginRow row = TRY(login_row(person));
  return InvitationView{person.id,
                        office_.self().id,
                        person.name,
                        options_.origin,
                        row.invitation,
                        note::person_name(office_.self().id.text(), person.id),
                        *row.invitation_until};
}

Result<SessionView> Logins::redeem(const InvitationCommand& command) {
  const party::Person person = TRY(invited(command.login, command.code));
  const std::string nonce = digest_of_code(command.code);
  std::optional<note::VerifierKey> key;
  if (command.device) {
    Result<note::VerifierKey> checked = check_device(person.id, *command.device, nonce);
    if (!checked) return tl::unexpected<Error>(std::move(checked).error().at("/device"));
    key = *checked;
  } else if (options_.require_factor) {
    return fail(Code::MISSING_FIELD, "a device is needed for the second factor", "/device");
  }
  TRY(check_password(command.password, person.login));
  std::string hash = TRY(crypto::hash_password(Sensitive<std::string>(command.password), options_.password_cost));
  {
    const std::scoped_lock lock(mutex_);
    LoginRow row = TRY(login_row(person));
    if (!same_text(row.invitation, nonce)) return bad_invitation();  // used meanwhile
    row.password = std::move(hash);
    row.failures = 0;
    row.locked_until.reset();
    row.invitation.clear();
    row.invitation_until.reset();
    TRY(office_.store().put_login(row));
  }
  TRY(office_.store().drop_sessions_of(person.id));
  if (!key) return begin_session(person, Half::NO, std::nullopt);
  // The first device counts at once. One more for somebody who has or had one waits for a second person: else an administrator could
  // invite himself into a colleague's place and read what he may not.
  if (!TRY(office_.store().person_keys(person.id)).empty()) {
    TRY(put_pending(person.id, *key, command.device->device));
    return begin_session(person, options_.require_factor ? Half::YES : Half::NO, std::nullopt);
  }
  TRY(enrol_as_node(person.id, *key, command.device->device));
  return begin_session(person, Half::NO, std::nullopt);
}

// ── devices ──

Result<note::VerifierKey> Logins::check_device(const PersonId& person, const DeviceCommand& command, std::string_view nonce) const {
  note::VerifierKey key = TRY(note::VerifierKey::parse(command.vkey));
  const std::string name = note::person_name(office_.self().id.text(), person);
  if (key.name != name || key.type != note::KeyType::ed25519) return fail(Code::BAD_KEY, "a key of another name", "/vkey");
  const Result<note::SignatureLine> parsed = note::SignatureLine::parse(command.signature);
  if (!parsed) return tl::unexpected<Error>(Error(parsed.error()).at("/signature"));
  const note::SignatureLine& line = *parsed;
  const note::Note note{enrolment_text(options_.origin, office_.self().id, person, key.key.base64(), nonce), {line}};
  if (!note::require(note, key))
    return fail(Code::SIGNATURE_INVALID, "the device did not prove that it has the key", "/signature", {{"signer", name}});
  return key;
}

Status Logins::enrol_as_node(const PersonId& person, const note::VerifierKey& key, const std::string& device) {
  if (key.name != note::person_name(office_.self().id.text(), person)) return fail(Code::BAD_KEY, "a key of another name", "/vkey");
  const Time now = office_.now();
  return office_.store().put_person_key({person, key.text(), TRY(line(device, "/device")), now, now + kDeviceLife, false});
}

Status Logins::put_pending(const PersonId& person, const note::PersonKey& key, const std::string& device, Bytes credential) {
  for (const PersonKeyRow& row : TRY(office_.store().person_keys(person)))
    if (row.vkey == key.text()) return fail(Code::CONFLICT, "this key is enrolled already", "/vkey");
  const Time now = office_.now();
  return office_.store().put_person_key(
      {person, key.text(), TRY(line(device, "/device")), now, now, false, std::move(credential)});  // an empty period
}

Status Logins::set_password_as_node(const PersonId& person, const std::string& password) {
  TRY(set_password(TRY(active_person(person)), password));
  return office_.store().drop_sessions_of(person);
}

namespace {

DeviceView view_of_key(const PersonKeyRow& row, std::vector<party::Role> waits_in, Time now) {
  const bool is_pending = !row.is_revoked && row.until <= row.from;
  return {row.vkey,
          row.device,
          row.from,
          row.until,
          is_pending,
          row.is_revoked,
          !row.is_revoked && row.from <= now && now < row.until,
          !row.credential.empty(),
          std::move(waits_in)};
}

Result<std::vector<DeviceView>> views_of_keys(const Office& office, const PersonId& id) {
  std::vector<DeviceView> out;
  const std::optional<party::Person> person = TRY(office.person(id));
  const std::vector<PublishedPerson> published = TRY(office.directory().person(office.self().id, id, office.now()));
  for (const PersonKeyRow& row : TRY(office.store().person_keys(id)))
    out.push_back(view_of_key(row, person ? roles_waiting(row, *person, published) : std::vector<party::Role>(), office.now()));
  return out;
}

Result<DeviceView> view_of_own(const Office& office, const PersonId& person, std::string_view vkey) {
  for (DeviceView& view : TRY(views_of_keys(office, person)))
    if (view.vkey == vkey) return std::move(view);
  return fail(Code::NOT_FOUND, "no such device", "/vkey");
}

}  // namespace

Result<std::vector<DeviceView>> Logins::devices(const Caller& caller, const PersonId& person) const {
  TRY(may_manage(caller, person));
  return views_of_keys(office_, person);
}

Result<DeviceView> Logins::add_device(std::string_view token, const DeviceCommand& command) {
  const SessionRow session = TRY(session_row(token, Half::NO));
  TRY(active_person(session.person));
  const note::VerifierKey key = TRY(check_device(session.person, command, nonce_of(session)));
  TRY(put_pending(session.person, key, command.device));
  return view_of_own(office_, session.person, key.text());
}

Result<PasskeysView> Logins::passkeys(const PersonId& person) const {
  PasskeysView view;
  const std::vector<note::RelyingParty> places = TRY(relying_parties());
  if (places.empty()) return view;
  view.rp_id = places.front().id;
  for (PersonKeyRow& key : TRY(keys_in_use(person)))
    if (!key.credential.empty()) view.passkeys.push_back({std::move(key.credential), std::move(key.vkey), std::move(key.device)});
  return view;
}

Result<DeviceView> Logins::add_passkey(std::string_view token, const PasskeyCommand& command) {
  const SessionRow session = TRY(session_row(token, Half::NO));
  TRY(active_person(session.person));
  const party::OrganisationId& org = office_.self().id;
  const std::string text = passkey_text(options_.origin, org, session.person, nonce_of(session));
  Result<note::NewPasskey> read = note::read_registration(command.attestation, command.client_data, text, TRY(relying_parties()));
  if (!read) return tl::unexpected<Error>(std::move(read).error().at("/"));
  note::NewPasskey& made = *read;
  const note::PersonKey key = TRY(note::PersonKey::create(note::person_name(org.text(), session.person), made.algorithm, std::move(made.key)));
  for (const PersonKeyRow& row : TRY(office_.store().person_keys(session.person)))
    if (row.credential == made.credential) return fail(Code::CONFLICT, "this passkey is enrolled already", "/attestation");
  TRY(put_pending(session.person, key, command.device, std::move(made.credential)));
  return view_of_own(office_, session.person, key.text());
}

Status Logins::revoke_device(const Caller& caller, const PersonId& person, std::string_view vkey) {
  TRY(may_manage(caller, person));
  for (PersonKeyRow row : TRY(office_.store().person_keys(person))) {
    if (row.vkey != vkey) continue;
    row.is_revoked = true;
    TRY(office_.store().put_person_key(row));
    return office_.store().drop_sessions_of(person);
  }
  return fail(Code::NOT_FOUND, "no such device", "/vkey");
}

}  // namespace warifu::desk
