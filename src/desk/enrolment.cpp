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

Result<std::vector<Enrolment::Standing>> Enrolment::standing(const PersonId& person, Time at) const {
  // The whole log is read: enrolments are rare, and the leaf of the newest entry is what a successor names.
  std::vector<Standing> entries;
  std::vector<bool> has_successor;
  for (const std::string& serialised : TRY(parts_.directory->entries())) {
    const note::Note note = TRY(note::Note::parse(serialised));
    Result<PersonEntry> entry = PersonEntry::parse(note.text);
    if (!entry || entry->org != parts_.office.self().id.text() || entry->person != person) continue;
    if (entry->previous)
      for (std::size_t i = 0; i < entries.size(); ++i)
        if (entries[i].leaf == *entry->previous) has_successor[i] = true;
    entries.push_back({std::move(*entry), note::leaf_hash(note)});
    has_successor.push_back(false);
  }
  std::vector<Standing> out;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (!has_successor[i] && at < entries[i].entry.valid.until) out.push_back(std::move(entries[i]));
  return out;
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

Result<std::vector<WaitingKey>> Enrolment::waiting(const Caller& caller) const {
  TRY(may_admit(caller, PersonId{}));
  const Office& office = parts_.office;
  std::vector<WaitingKey> out;
  for (const party::Person& person : TRY(office.people())) {
    if (!person.is_active) continue;
    const std::vector<PublishedPerson> published = TRY(parts_.directory->person(office.self().id, person.id, office.now()));
    for (const PersonKeyRow& row : TRY(office.store().person_keys(person.id))) {
      if (row.is_revoked) continue;
      for (const party::Role role : person.roles) {
        const bool is_in = std::ranges::any_of(
            published, [&](const PublishedPerson& entry) { return entry.role == role && !entry.delegator && entry.key.text() == row.vkey; });
        if (!is_in) out.push_back({person.id, person.name, person.post, row.device, row.vkey, role});
      }
    }
  }
  return out;
}

Result<std::vector<AdmittedKey>> Enrolment::admitted(const Caller& caller) const {
  TRY(may_admit(caller, PersonId{}));
  const Office& office = parts_.office;
  std::vector<AdmittedKey> out;
  for (const party::Person& person : TRY(office.people())) {
    const std::vector<PersonKeyRow> devices = TRY(office.store().person_keys(person.id));
    const std::size_t first = out.size();
    std::vector<PublishedPerson> published = TRY(parts_.directory->person(office.self().id, person.id, office.now()));
    // The own role is ended before what the key stands in for (revocation()).
    std::ranges::stable_sort(published, {}, [](const PublishedPerson& entry) { return entry.delegator.has_value(); });
    for (const PublishedPerson& entry : published) {
      const std::string vkey = entry.key.text();
      const auto is_same = [&](const AdmittedKey& other) { return other.role == entry.role && other.vkey == vkey; };
      if (std::any_of(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), is_same)) continue;
      const auto device = std::ranges::find(devices, vkey, &PersonKeyRow::vkey);
      out.push_back({person.id, person.name, person.post, device == devices.end() ? std::string() : device->device, vkey, entry.role, entry.delegator,
                     entry.from, entry.until});
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
  // A lost key signs for whoever it stands in for as well: those entries come after the person's own.
  for (const bool is_delegate : {false, true})
    for (const Standing& found : TRY(standing(command.person, until))) {
      if (found.entry.role != enum_text(command.role) || found.entry.delegator.has_value() != is_delegate) continue;
      if (TRY(found.entry.person_key()) == key) return ended(found.entry, found.leaf, until);
    }
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
  TRY(check_fresh(entry.valid.until, parts_.office.now(), "/text"));
  if (entry.valid.until > parts_.office.now()) return text_differs();
  const std::string vkey = TRY(entry.person_key()).text();
  if (TRY(revocation({entry.person, *role, vkey}, entry.valid.until)) != entry) return text_differs();
  TRY(hand_in(caller, entry, given));
  return parts_.office.store().drop_sessions_of(entry.person);
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
  for (const Standing& found : TRY(standing(delegation.delegate, until))) {
    const PersonEntry& entry = found.entry;
    if (entry.role == enum_text(party::Role::APPROVER) && entry.delegator == delegation.delegator && entry.unit == delegation.unit &&
        entry.valid.from == delegation.from)
      return ended(entry, found.leaf, until);
  }
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
  // An entry that never comes into force bears no time of its own.
  if (entry.valid.until != entry.valid.from) {
    TRY(check_fresh(entry.valid.until, now, "/text"));
    if (entry.valid.until > now) return text_differs();
  }
  // The directory is another store than the office's: what is there already has only its act still to come.
  if (!TRY(is_in_directory(command.entry.text))) {
    if (TRY(delegation_end(delegation, std::min(entry.valid.until, whole_seconds(now)))) != entry) return text_differs();
    TRY(hand_in(caller, entry, command.entry));
  } else if (!entry.previous || entry.person != delegation.delegate || entry.delegator != delegation.delegator || entry.unit != delegation.unit ||
             entry.valid.from != delegation.from) {
    return text_differs();
  }
  return parts_.office.end_delegation(caller, command.delegation, entry.valid.until);
}

}  // namespace warifu::desk
