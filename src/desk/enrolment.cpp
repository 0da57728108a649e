#include "desk/enrolment.h"

#include <algorithm>

#include "desk/impl.h"

namespace warifu::desk {

using note::PersonEntry;

namespace {

constexpr Duration kPreparedAge = minutes(30);  // how long a prepared entry may lie before it is handed in
constexpr Duration kClockTolerance = minutes(5);

Time whole_seconds(Time t) { return Time::from_seconds(t.seconds()); }

Status check_fresh(Time at, Time now, const char* where) {
  if (at > now + kClockTolerance || at < now - kPreparedAge) return fail(Code::STALE, "the entry was prepared too long ago", where);
  return {};
}

tl::unexpected<Error> text_differs() { return fail(Code::TEXT_DIFFERS, "not the entry that was prepared", "/text"); }

// An end says when: now. That of an entry which has not begun bears no time of its own, since the entry is never in force.
Status check_ends_now(const PersonEntry& end, Time now) {
  if (end.valid.until == end.valid.from && end.valid.from > now) return {};
  TRY(check_fresh(end.valid.until, now, "/text"));
  if (end.valid.until > now) return text_differs();
  return {};
}

// The role a person has himself is ended before what the key stands in for, and what is in force before what is still to come.
bool is_ended_before(const PersonEntry& a, const PersonEntry& b) {
  return std::pair(a.delegator.has_value(), a.valid.from) < std::pair(b.delegator.has_value(), b.valid.from);
}

bool is_of(const PersonEntry& entry, const party::Delegation& delegation) {
  return entry.role == enum_text(party::Role::APPROVER) && entry.person == delegation.delegate && entry.delegator == delegation.delegator &&
         entry.unit == delegation.unit && entry.valid.from == delegation.from;
}

// Who last gave this person the name, place and roles that stand in the books; nobody when the node itself did.
Result<std::optional<PersonId>> author_of(const Office& office, const PersonId& subject) {
  std::optional<PersonId> author;
  std::optional<party::Person> before;
  const Result<std::vector<SignedAct>> history = office.store().acts(MatterId{subject.bytes});
  if (!history && history.error().code != Code::NOT_FOUND) return tl::unexpected<Error>(history.error());
  if (!history) return author;
  for (const SignedAct& act : *history) {
    const auto body = TRY(body_of<inquiry::OfficeChangedBody>(act));
    party::Person now = TRY(json::decode<party::Person>(body.value));
    const bool is_same = before && before->name == now.name && before->login == now.login && before->unit == now.unit && before->roles == now.roles &&
                         before->is_unit_head == now.is_unit_head;
    if (!is_same) author = act.act.person;
    before = std::move(now);
  }
  return author;
}

// The successor that ends an entry at that instant; one that had not begun is never in force.
PersonEntry ended(PersonEntry entry, const Sha256& leaf, Time until) {
  entry.valid.until = std::max(entry.valid.from, until);
  entry.previous = leaf;
  return entry;
}

Result<party::Person> active(const Office& office, const PersonId& id, const char* where) {
  std::optional<party::Person> person = TRY(office.person(id));
  if (!person || !person->is_active) return fail(Code::NOT_FOUND, "no such person", where);
  return std::move(*person);
}

}  // namespace

Result<std::string> first_organisation_entry(std::string_view origin, const party::OrganisationId& org, const note::VerifierKey& sign,
                                             note::Validity valid, const note::Signer& root, std::span<const note::Signer> admitters) {
  if (sign.name != note::sign_name(org.text()) || root.verifier().name != note::root_name(org.text()))
    return fail(Code::BAD_KEY, "keys of another organisation", "org");
  note::KeyEntry entry;
  entry.origin = std::string(origin);
  entry.org = org.text();
  entry.key.assign(sign.key.bytes.begin(), sign.key.bytes.end());
  entry.valid = {whole_seconds(valid.from), whole_seconds(valid.until)};
  std::vector<note::Signer> signers{root};
  signers.insert(signers.end(), admitters.begin(), admitters.end());
  return TRY(note::sign_note(TRY(entry.text()), signers)).serialise();
}

Result<std::string> web_entry(std::string_view origin, const party::OrganisationId& org, const note::RelyingParty& party, note::Validity valid,
                              std::optional<Sha256> previous, const note::Signer& root) {
  note::KeyEntry entry;
  entry.origin = std::string(origin);
  entry.org = org.text();
  entry.purpose = note::KeyPurpose::web;
  entry.algorithm = note::OrgKeyAlgorithm::web;
  entry.web_origin = party.origin;
  entry.rp_id = party.id;
  entry.valid = {whole_seconds(valid.from), whole_seconds(valid.until)};
  entry.previous = previous;
  return TRY(note::sign_note(TRY(entry.text()), {&root, 1})).serialise();
}

Result<std::string> person_entry(const PersonEntry& entry, const note::Signer& sign, const note::Signer& second) {
  const std::vector<note::Signer> signers{sign, second};
  return TRY(note::sign_note(TRY(entry.text()), signers)).serialise();
}

Result<PersonEntry> new_person_entry(std::string_view origin, const party::OrganisationId& org, const PersonId& person, party::Role role,
                                     std::optional<UnitId> unit, const note::PersonKey& key, Time from, Time until) {
  if (key.name != note::person_name(org.text(), person)) return fail(Code::BAD_KEY, "a key of another name", "/vkey");
  PersonEntry entry;
  entry.origin = std::string(origin);
  entry.org = org.text();
  entry.person = person;
  entry.role = std::string(enum_text(role));
  entry.unit = unit;
  entry.algorithm = key.algorithm;
  entry.key = key.key;
  entry.valid = {whole_seconds(from), whole_seconds(until)};
  return entry;
}

Result<std::vector<Enrolment::Standing>> Enrolment::standing(const std::optional<PersonId>& person, Time at) const {
  // The whole log is read: enrolments are rare, and the leaf of the newest entry is what a successor names.
  std::vector<Standing> entries;
  std::vector<bool> has_successor;
  for (const std::string& serialised : TRY(parts_.directory->entries())) {
    const note::Note note = TRY(note::Note::parse(serialised));
    Result<PersonEntry> entry = PersonEntry::parse(note.text);
    if (!entry || entry->org != parts_.office.self().id.text() || (person && entry->person != *person)) continue;
    if (entry->previous)
      for (std::size_t i = 0; i < entries.size(); ++i)
        if (entries[i].leaf == *entry->previous) has_successor[i] = true;
    entries.push_back({std::move(*entry), note::leaf_hash(note)});
    has_successor.push_back(false);
  }
  std::vector<Standing> out;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const note::Validity& valid = entries[i].entry.valid;  // an end before the beginning leaves no period
    if (!has_successor[i] && valid.from < valid.until && at < valid.until) out.push_back(std::move(entries[i]));
  }
  std::ranges::stable_sort(out, is_ended_before, &Standing::entry);
  return out;
}

Result<std::vector<Enrolment::Standing>> Enrolment::standing_of(const party::Delegation& delegation, Time at) const {
  std::vector<Standing> out = TRY(standing(delegation.delegate, at));
  std::erase_if(out, [&](const Standing& found) { return !is_of(found.entry, delegation); });
  return out;
}

Result<std::optional<PersonEntry>> Enrolment::said_end(const party::Delegation& delegation) const {
  std::optional<PersonEntry> last;
  for (const std::string& serialised : TRY(parts_.directory->entries())) {
    Result<PersonEntry> entry = PersonEntry::parse(TRY(note::Note::parse(serialised)).text);
    if (entry && entry->org == parts_.office.self().id.text() && is_of(*entry, delegation)) last = std::move(*entry);
  }
  if (last && !last->previous) last.reset();
  return last;
}

// The second person's own right; that he is not the first is the rule that makes two of them.
Status Enrolment::may_admit(const Caller& caller, const PersonId& subject) const {
  const Office& office = parts_.office;
  const Result<party::Person> self = active(office, caller.person, "");
  if (!self) return fail(Code::FORBIDDEN, "not a member of this office");
  if (!self->has(caller.role))
    return fail(Code::ROLE_MISSING, "the person does not hold this role", {}, {{"role", std::string(enum_text(caller.role))}});
  const bool may =
      caller.role == party::Role::ADMIN || (caller.role == party::Role::APPROVER && self->is_unit_head) || caller.role == party::Role::LEGAL;
  if (!may) return fail(Code::FORBIDDEN, "for administrators, heads of units and legal staff");
  if (caller.person == subject) return fail(Code::SEPARATION_OF_DUTIES, "nobody admits his own key");
  return {};
}

Result<PersonEntry> Enrolment::admission(const AdmissionCommand& command, Time from) const {
  const party::Person person = TRY(active(parts_.office, command.person, "/person"));
  if (!person.has(command.role))
    return fail(Code::ROLE_MISSING, "the person does not hold this role", "/role", {{"role", std::string(enum_text(command.role))}});
  const std::vector<PersonKeyRow> keys = TRY(parts_.office.store().person_keys(command.person));
  const auto row = std::ranges::find(keys, command.vkey, &PersonKeyRow::vkey);
  if (row == keys.end() || row->is_revoked) return fail(Code::KEY_UNKNOWN, "no such device of this person", "/vkey");
  return new_person_entry(parts_.directory->root().name, parts_.office.self().id, command.person, command.role, person.unit,
                          TRY(note::PersonKey::parse(command.vkey)), from, from + kKeyPeriod);
}

std::vector<party::Role> roles_waiting(const PersonKeyRow& key, const party::Person& person, const std::vector<PublishedPerson>& published) {
  std::vector<party::Role> out;
  if (key.is_revoked || !person.is_active) return out;
  for (const party::Role role : person.roles) {
    const bool is_in = std::ranges::any_of(
        published, [&](const PublishedPerson& entry) { return entry.role == role && !entry.delegator && entry.key.text() == key.vkey; });
    if (!is_in) out.push_back(role);
  }
  return out;
}

Result<std::vector<WaitingKey>> Enrolment::waiting(const Caller& caller) const {
  TRY(may_admit(caller, PersonId{}));
  const Office& office = parts_.office;
  std::vector<WaitingKey> out;
  for (const party::Person& person : TRY(office.people())) {
    const std::vector<PublishedPerson> published = TRY(parts_.directory->person(office.self().id, person.id, office.now()));
    for (const PersonKeyRow& row : TRY(office.store().person_keys(person.id)))
      for (const party::Role role : roles_waiting(row, person, published))
        out.push_back({person.id, person.name, person.post, row.device, row.vkey, role});
  }
  return out;
}

Result<std::vector<AdmittedKey>> Enrolment::admitted(const Caller& caller) const {
  TRY(may_admit(caller, PersonId{}));
  const Office& office = parts_.office;
  const std::vector<Standing> entries = TRY(standing(std::nullopt, whole_seconds(office.now())));
  std::vector<AdmittedKey> out;
  for (const party::Person& person : TRY(office.people())) {
    const std::vector<PersonKeyRow> devices = TRY(office.store().person_keys(person.id));
    const std::size_t first = out.size();
    for (const Standing& found : entries) {
      const PersonEntry& entry = found.entry;
      if (entry.person != person.id) continue;
      const party::Role role = TRY(enum_parse<party::Role>(entry.role));
      const std::string vkey = TRY(entry.person_key()).text();
      const auto is_same = [&](const AdmittedKey& other) { return other.role == role && other.vkey == vkey; };
      if (std::any_of(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), is_same)) continue;
      const auto device = std::ranges::find(devices, vkey, &PersonKeyRow::vkey);
      out.push_back({person.id, person.name, person.post, device == devices.end() ? std::string() : device->device, vkey, role, entry.delegator,
                     entry.valid.from, entry.valid.until});
    }
  }
  return out;
}

Result<PreparedEntry> Enrolment::prepare_admission(const Caller& caller, const AdmissionCommand& command) const {
  TRY(may_admit(caller, command.person));
  // Whoever wrote the person into the books last does not also admit the key: else one administrator could make up a colleague.
  if (TRY(author_of(parts_.office, command.person)) == caller.person)
    return fail(Code::SEPARATION_OF_DUTIES, "whoever entered the person in the books does not admit the key");
  const PersonEntry entry = TRY(admission(command, whole_seconds(parts_.office.now())));
  return PreparedEntry{TRY(entry.text()), note::person_name(parts_.office.self().id.text(), caller.person)};
}

Status Enrolment::hand_in(const Caller& caller, const PersonEntry& entry, const SignedEntry& given) {
  const std::string name = note::person_name(parts_.office.self().id.text(), caller.person);
  if (given.signature.empty()) return fail(Code::SIGNATURE_MISSING, "an entry without a signature", "/signature", {{"signer", name}});
  const Result<note::SignatureLine> parsed = note::SignatureLine::parse(given.signature);
  if (!parsed) return tl::unexpected<Error>(Error(parsed.error()).at("/signature"));
  const note::SignatureLine& second = *parsed;
  if (second.name != name) return fail(Code::SIGNATURE_INVALID, "somebody else's signature", "/signature", {{"signer", name}});
  std::vector<note::VerifierKey> keys;
  for (const PublishedPerson& published : TRY(parts_.directory->person(parts_.office.self().id, caller.person, parts_.office.now())))
    if (const Result<note::VerifierKey> key = published.key.verifier(); key && std::ranges::find(keys, *key) == keys.end()) keys.push_back(*key);
  note::Note note{TRY(entry.text()), {second}};
  if (keys.empty())
    return fail(Code::KEY_UNKNOWN, "the directory has no key of this person that signs entries", "/signature", {{"signer", name}, {"key", name}});
  if (!note::verify(note, keys)) return fail(Code::SIGNATURE_INVALID, "the signature does not fit the text", "/signature", {{"signer", name}});
  note.signatures.insert(note.signatures.begin(), TRY(parts_.sign->sign(note.text)));
  return parts_.directory->add_entry(note.serialise());
}

Status Enrolment::admit(const Caller& caller, const SignedEntry& given) {
  const PersonEntry entry = TRY(PersonEntry::parse(given.text));
  const Result<party::Role> role = enum_parse<party::Role>(entry.role);
  if (!role) return text_differs();
  TRY(check_fresh(entry.valid.from, parts_.office.now(), "/text"));
  const std::string vkey = TRY(entry.person_key()).text();
  const AdmissionCommand command{entry.person, *role, vkey};
  TRY(prepare_admission(caller, command));
  if (TRY(admission(command, entry.valid.from)) != entry) return text_differs();
  TRY(hand_in(caller, entry, given));
  // The key serves as second factor from now on, too.
  for (PersonKeyRow row : TRY(parts_.office.store().person_keys(entry.person))) {
    if (row.vkey != vkey) continue;
    row.from = std::min(entry.valid.from, parts_.office.now());
    row.until = entry.valid.until;
    return parts_.office.store().put_person_key(row);
  }
  return {};
}

Result<PersonEntry> Enrolment::revocation(const AdmissionCommand& command, Time until) const {
  const note::PersonKey key = TRY(note::PersonKey::parse(command.vkey));
  for (const Standing& found : TRY(standing(command.person, until)))
    if (found.entry.role == enum_text(command.role) && TRY(found.entry.person_key()) == key) return ended(found.entry, found.leaf, until);
  return fail(Code::NOT_FOUND, "the directory has no such entry in force", "/vkey");
}

Result<PreparedEntry> Enrolment::prepare_revocation(const Caller& caller, const AdmissionCommand& command) const {
  TRY(may_admit(caller, command.person));
  const PersonEntry entry = TRY(revocation(command, whole_seconds(parts_.office.now())));
  return PreparedEntry{TRY(entry.text()), note::person_name(parts_.office.self().id.text(), caller.person)};
}

Status Enrolment::revoke(const Caller& caller, const SignedEntry& given) {
  const PersonEntry entry = TRY(PersonEntry::parse(given.text));
  const Result<party::Role> role = enum_parse<party::Role>(entry.role);
  if (!role) return text_differs();
  TRY(may_admit(caller, entry.person));
  const Time now = parts_.office.now();
  TRY(check_ends_now(entry, now));
  const std::string vkey = TRY(entry.person_key()).text();
  if (TRY(revocation({entry.person, *role, vkey}, std::min(entry.valid.until, whole_seconds(now)))) != entry) return text_differs();
  TRY(hand_in(caller, entry, given));
  TRY(parts_.office.store().drop_sessions_of(entry.person));
  if (!entry.delegator || !entry.unit) return {};
  // The books follow. Where this caller may not write there, whoever may ends the delegation later: the directory's word is found then.
  const DelegationReference reference{*entry.delegator, entry.person, *entry.unit, to_rfc3339(entry.valid.from)};
  const Result<party::Delegation> delegation = parts_.office.check_delegation_end(caller, reference);
  if (!delegation || !TRY(standing_of(*delegation, now)).empty()) return {};
  TRY(parts_.office.end_delegation(caller, reference, entry.valid.until));
  return {};
}

Result<PersonEntry> Enrolment::delegation(const DelegationCommand& command) const {
  const Office& office = parts_.office;
  Result<Time> from = parse_rfc3339(command.from), until = parse_rfc3339(command.until);
  if (!from) return tl::unexpected<Error>(std::move(from).error().at("/from"));
  if (!until) return tl::unexpected<Error>(std::move(until).error().at("/until"));
  // The delegate signs with a key that is in the directory already.
  std::optional<PublishedPerson> newest;
  for (const PublishedPerson& entry : TRY(parts_.directory->person(office.self().id, command.delegate, office.now())))
    if (!newest || entry.from > newest->from || (entry.from == newest->from && entry.key.text() < newest->key.text())) newest = entry;
  if (!newest) return fail(Code::KEY_UNKNOWN, "the delegate has no key in the directory", "/delegate");
  PersonEntry entry = TRY(new_person_entry(parts_.directory->root().name, office.self().id, command.delegate, party::Role::APPROVER, command.unit,
                                           newest->key, *from, *until));
  entry.delegator = command.delegator;
  return entry;
}

Result<PreparedEntry> Enrolment::prepare_delegation(const Caller& caller, const DelegationCommand& command) const {
  if (caller.person != command.delegator) return fail(Code::SEPARATION_OF_DUTIES, "the head of the unit delegates himself", "/delegator");
  TRY(parts_.office.check_delegation(caller, command));
  const PersonEntry entry = TRY(delegation(command));
  // An entry that was ended does not come back by the same words, and one beginning has one key: else the books would say what the directory
  // does not, or an end would leave the other key in force.
  const std::vector<Standing> same =
      TRY(standing_of({command.delegator, command.delegate, command.unit, entry.valid.from, entry.valid.until}, entry.valid.from));
  const bool stands = std::ranges::any_of(same, [&](const Standing& found) { return found.entry == entry; });
  if (!stands && (!same.empty() || TRY(is_in_directory(TRY(entry.text())))))
    return fail(Code::CONFLICT, "ended already, or there with another key or end: end it first, or choose another beginning", "/from");
  return PreparedEntry{TRY(entry.text()), note::person_name(parts_.office.self().id.text(), caller.person)};
}

Result<party::Delegation> Enrolment::delegate(const Caller& caller, const DelegationSigned& command) {
  TRY(prepare_delegation(caller, command.delegation));
  const PersonEntry entry = TRY(delegation(command.delegation));
  if (TRY(entry.text()) != command.entry.text) return text_differs();
  const Status handed = hand_in(caller, entry, command.entry);
  // The directory is another store than the office's: the book's act behind this entry may have broken off, and the command comes again.
  if (!handed && (handed.error().code != Code::CONFLICT || !TRY(is_in_directory(command.entry.text)))) return tl::unexpected<Error>(handed.error());
  return parts_.office.put_delegation(caller, command.delegation);
}

Result<bool> Enrolment::is_in_directory(const std::string& text) const {
  const std::vector<std::string> entries = TRY(parts_.directory->entries());
  return std::ranges::any_of(entries, [&](const std::string& other) { return other.starts_with(text); });
}

Result<PersonEntry> Enrolment::delegation_end(const party::Delegation& delegation, Time until) const {
  const std::vector<Standing> found = TRY(standing_of(delegation, until));
  if (!found.empty()) return ended(found.front().entry, found.front().leaf, until);
  std::optional<PersonEntry> said = TRY(said_end(delegation));
  if (said && said->valid.until < delegation.until) return std::move(*said);
  return fail(Code::CONFLICT, "this delegation has ended", "/delegation");
}

Result<PreparedEntry> Enrolment::prepare_delegation_end(const Caller& caller, const DelegationReference& reference) const {
  const party::Delegation delegation = TRY(parts_.office.check_delegation_end(caller, reference));
  const PersonEntry entry = TRY(delegation_end(delegation, whole_seconds(parts_.office.now())));
  return PreparedEntry{TRY(entry.text()), note::person_name(parts_.office.self().id.text(), caller.person)};
}

Result<party::Delegation> Enrolment::end_delegation(const Caller& caller, const DelegationEndSigned& command) {
  const party::Delegation delegation = TRY(parts_.office.check_delegation_end(caller, command.delegation));
  const PersonEntry entry = TRY(PersonEntry::parse(command.entry.text));
  const Time now = parts_.office.now();
  // The directory is another store than the office's: what it says already, however long ago, has only its act still to come.
  if (TRY(is_in_directory(command.entry.text))) {
    if (TRY(said_end(delegation)) != entry || !TRY(standing_of(delegation, now)).empty()) return text_differs();
  } else {
    TRY(check_ends_now(entry, now));
    if (TRY(delegation_end(delegation, std::min(entry.valid.until, whole_seconds(now)))) != entry) return text_differs();
    TRY(hand_in(caller, entry, command.entry));
  }
  return parts_.office.end_delegation(caller, command.delegation, entry.valid.until);
}

}  // namespace warifu::desk
