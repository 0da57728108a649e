// The office's own books: people, units, delegations, cases, templates, house rules, the answer profile. Every change is an act
// (office.changed) whose matter is the entry, so that who changed what and when is proven like everything else.

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "crypto/hash.h"
#include "desk/impl.h"
#include "text/domain_name.h"

namespace warifu::desk {

using party::Role;
using party::Side;

namespace {

constexpr Duration kDelegationMax = days(366);
constexpr Duration kClockTolerance = minutes(5);
constexpr std::size_t kLoginMin = 2, kLoginMax = 40;
constexpr std::size_t kMailBytesMax = 254;  // RFC 5321 section 4.5.3.1.3, without the brackets
constexpr std::size_t kTemplateItemsMax = 100;
constexpr int kProfileDaysMax = 36'600;

template <class IdType>
MatterId matter_of(const IdType& id) {
  return MatterId{id.bytes};
}

// Books with one entry, and entries that are told apart by what they say, have an id made from that.
MatterId named_id(std::string_view name) {
  MatterId id;
  std::copy_n(crypto::sha256(name).bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

tl::unexpected<Error> bad_value(std::string message, std::string where, std::string expected) {
  return fail(Code::BAD_VALUE, std::move(message), std::move(where), {{"expected", std::move(expected)}});
}

tl::unexpected<Error> role_missing(Role role) {
  return fail(Code::ROLE_MISSING, "that role does not write this book", {}, {{"role", std::string(enum_text(role))}});
}

Status need_role(const Caller& caller, std::initializer_list<Role> roles) {
  return std::ranges::find(roles, caller.role) != roles.end() ? Status{} : role_missing(*roles.begin());
}

// An entry as it will stand.
struct Entry {
  std::string book;
  MatterId id;
  std::string key;
  json::Value value;
};

Plan plan_for(const Entry& entry, Time now) {
  Plan plan = plan_of(Kind::OFFICE_CHANGED, inquiry::OfficeChangedBody{{}, entry.book, entry.value});
  plan.books.push_back({entry.book, entry.id, json::canonical(entry.value), entry.key, now});
  return plan;
}

// A new entry must not meet acts of something else, an old one must be of this book.
Status check_place(const Office::Impl& impl, const Entry& entry) {
  const Loaded loaded = TRY(impl.load_or_blank(entry.id));
  if (loaded.acts.empty()) return {};
  if (loaded.acts.front().act.kind != Kind::OFFICE_CHANGED) return fail(Code::NOT_FOUND, "no such entry", "/id");
  const auto body = body_of<inquiry::OfficeChangedBody>(loaded.acts.front());
  if (body && body->book != entry.book) return fail(Code::NOT_FOUND, "no such entry in this book", "/id");
  return {};
}

Status check_key(const Office::Impl& impl, const Entry& entry, const char* where) {
  if (entry.key.empty()) return {};
  const std::optional<BookEntry> other = TRY(impl.parts.store->book_entry_by_key(entry.book, entry.key));
  if (other && other->id != entry.id) return fail(Code::CONFLICT, "another entry has this key", where);
  return {};
}

// `answer`: what the command answers with.
Status write_entry(Office::Impl& impl, const Caller& caller, const Entry& entry, const json::Value& answer) {
  TRY(check_place(impl, entry));
  TRY(impl.write(
      caller, entry.id, [&](const Scene& scene) -> Result<Plan> { return plan_for(entry, scene.now); }, true,
      [&](const Loaded&, const Commit&) -> Result<json::Value> { return answer; }));
  impl.forget_books();
  return {};
}

template <class T>
Result<std::optional<T>> present(const Office::Impl& impl, std::string_view book, const MatterId& id) {
  const std::optional<BookEntry> entry = TRY(impl.parts.store->book_entry(book, id));
  if (!entry) return std::optional<T>{};
  return std::optional<T>(TRY(json::decode_text<T>(entry->value)));
}

// ── what an entry may say ──

Status check_login(const std::string& login) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
  if (login.size() < kLoginMin || login.size() > kLoginMax || !std::ranges::all_of(login, allowed))
    return bad_value("a login has 2 to 40 of these characters", "/login", "a-z 0-9 . _ -");
  return {};
}

// Good enough to write to: a dot-atom (RFC 5322 section 3.2.3) at a domain name.
Result<std::string> checked_mail(const std::string& mail) {
  if (mail.empty()) return mail;
  const auto bad = [] { return bad_value("not a mail address", "/mail", "name@example.jp"); };
  const std::size_t at = mail.rfind('@');
  if (at == std::string::npos || at == 0 || at > 64 || mail.size() > kMailBytesMax) return bad();
  const std::string local = mail.substr(0, at);
  const auto is_atom = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(local, is_atom) || local.front() == '.' || local.back() == '.' || local.find("..") != std::string::npos) return bad();
  const Result<std::string> domain = text::domain_to_ascii(mail.substr(at + 1));
  if (!domain) return bad();
  return local + "@" + *domain;
}

Result<std::string> checked_telephone(const std::string& telephone, const char* where) {
  const std::string clean = TRY(line(telephone, where, true));
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == ' ' || c == '(' || c == ')'; };
  if (clean.size() > 40 || !std::ranges::all_of(clean, allowed)) return bad_value("not a telephone number", where, "+ - ( ) 0-9");
  return clean;
}

Result<std::optional<std::string>> optional_line(const std::optional<std::string>& text, const char* where) {
  if (!text || text->empty()) return std::optional<std::string>{};
  return std::optional<std::string>(TRY(line(*text, where)));
}

Result<party::Person> checked(const Office::Impl& impl, party::Person person) {
  TRY(check_login(person.login));
  person.name = TRY(line(person.name, "/name"));
  person.kana = TRY(optional_line(person.kana, "/kana"));
  person.romaji = TRY(optional_line(person.romaji, "/romaji"));
  person.post = TRY(line(person.post, "/post", true));
  person.mail = TRY(checked_mail(person.mail));
  person.telephone = TRY(checked_telephone(person.telephone, "/telephone"));
  person.extension = TRY(checked_telephone(person.extension, "/extension"));
  if (person.roles.empty()) return fail(Code::EMPTY_FIELD, "a person holds a role", "/roles");
  std::set<Role> seen;
  for (std::size_t i = 0; i < person.roles.size(); ++i) {
    const std::string where = "/roles/" + std::to_string(i);
    if (person.roles[i] == Role::NODE || !party::role_belongs_to(person.roles[i], impl.side()))
      return bad_value("not a role of a person on this side", where, std::string(enum_text(impl.side())));
    if (!seen.insert(person.roles[i]).second) return fail(Code::DUPLICATE_FIELD, "the same role twice", where);
  }
  if (person.unit) {
    const std::optional<party::Unit> unit = TRY(impl.unit(*person.unit));
    if (!unit || (!unit->is_active && person.is_active)) return fail(Code::NOT_FOUND, "no such unit", "/unit");
  }
  if (person.is_unit_head && (!person.unit || impl.side() != Side::AGENCY || !person.has(Role::APPROVER)))
    return bad_value("the head of a unit is an approver of an agency's unit", "/is_unit_head", "approver");
  return person;
}

Result<party::Unit> checked(const Office::Impl& impl, party::Unit unit) {
  unit.name_ja = TRY(line(unit.name_ja, "/name_ja"));
  unit.name_en = TRY(line(unit.name_en, "/name_en", true));
  unit.document_prefix = TRY(line(unit.document_prefix, "/document_prefix", true));
  if (unit.is_register_office && unit.register_office) return bad_value("a register office keeps its own registers", "/register_office", "-");
  if (unit.register_office) {
    const std::optional<party::Unit> office = TRY(impl.unit(*unit.register_office));
    if (!office || !office->is_register_office || office->id == unit.id) return fail(Code::NOT_FOUND, "no such register office", "/register_office");
  }
  return unit;
}

Result<party::Case> checked(const Office::Impl& impl, party::Case value) {
  if (impl.side() != Side::AGENCY) return fail(Code::FORBIDDEN, "an agency's book");
  value.number = TRY(line(value.number, "/number"));
  value.title = TRY(line(value.title, "/title"));
  value.offence = TRY(line(value.offence, "/offence"));
  if (!TRY(impl.unit(value.unit))) return fail(Code::NOT_FOUND, "no such unit", "/unit");
  return value;
}

// What an inquiry of a kind has in common with the next one. A template is everybody's and is never purged: whom one inquiry was about, its case, and
// why it was necessary (examined for each one anew) stay with that inquiry.
DraftCommand pattern_of(DraftCommand draft) {
  draft.matter.reset();
  draft.case_id = {};
  draft.due.reset();
  draft.related.clear();
  draft.ready = false;
  for (DraftItem& item : draft.items) {
    item.selector = {item.selector.type, {}, item.selector.service};
    item.period.reset();
    item.necessity.clear();
  }
  return draft;
}

Result<TemplateCommand> checked(const Office::Impl& impl, TemplateCommand value) {
  if (impl.side() != Side::AGENCY) return fail(Code::FORBIDDEN, "an agency's book");
  value.name = TRY(line(value.name, "/name"));
  value.draft = pattern_of(std::move(value.draft));
  DraftCommand& draft = value.draft;
  if (!TRY(impl.parts.directory->organisation(draft.to))) return fail(Code::ADDRESSEE_UNKNOWN, "no such provider", "/draft/to");
  if (draft.items.size() > kTemplateItemsMax)
    return fail(Code::TOO_MANY, "a template is not for lists", "/draft/items", {{"max", std::to_string(kTemplateItemsMax)}});
  draft.answer_how = TRY(paragraph(draft.answer_how, "/draft/answer_how", true));
  for (std::size_t i = 0; i < draft.items.size(); ++i) {
    const std::string where = "/draft/items/" + std::to_string(i);
    draft.items[i].purpose = TRY(paragraph(draft.items[i].purpose, where + "/purpose", true));
    if (draft.items[i].selector.service)
      draft.items[i].selector.service = TRY(line(*draft.items[i].selector.service, where + "/selector/service", true));
  }
  return value;
}

Result<HouseRulesCommand> checked(const Office::Impl& impl, HouseRulesCommand value) {
  if (impl.side() != Side::PROVIDER) return fail(Code::FORBIDDEN, "a provider's book");
  std::vector<law::HouseRule> rules;
  for (std::size_t i = 0; i < value.rules.size(); ++i) {
    HouseRuleInput& rule = value.rules[i];
    const std::string where = "/rules/" + std::to_string(i);
    rule.ja = TRY(paragraph(rule.ja, where + "/ja"));
    rule.en = TRY(paragraph(rule.en, where + "/en"));
    rules.push_back({rule.instrument, rule.category, rule.outcome, rule.ja, rule.en});
  }
  if (const auto made = law::HouseRules::create(*impl.parts.law, std::move(rules)); !made)
    return tl::unexpected<Error>(Error(made.error()).at("/rules"));
  return value;
}

bool is_same_but_version(const party::AnswerProfile& a, const party::AnswerProfile& b) {
  json::Object one = json::encode(a).as_object(), other = json::encode(b).as_object();
  one.erase("version");
  other.erase("version");
  return one == other;
}

Status check_days(const std::optional<int>& days, const std::string& where) {
  if (days && (*days < 1 || *days > kProfileDaysMax))
    return fail(Code::OUT_OF_RANGE, "a number of days", where, {{"min", "1"}, {"max", std::to_string(kProfileDaysMax)}});
  return {};
}

bool is_media_type(const std::string& text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-' || c == '.' || c == '+'; };
  return std::ranges::all_of(text, allowed) && std::ranges::count(text, '/') == 1 && text.front() != '/' && text.back() != '/' && text.size() <= 100;
}

Result<party::AnswerProfile> checked(const Office::Impl& impl, party::AnswerProfile profile) {
  if (impl.side() != Side::PROVIDER) return fail(Code::FORBIDDEN, "a provider's book");
  if (profile.organisation != impl.parts.self.id) return bad_value("the profile of another organisation", "/organisation", impl.parts.self.id.text());
  if (profile.entries.empty()) return fail(Code::EMPTY_FIELD, "a profile says what can be asked", "/entries");
  std::set<text::SelectorType> seen;
  for (std::size_t i = 0; i < profile.entries.size(); ++i) {
    party::ProfileEntry& entry = profile.entries[i];
    const std::string where = "/entries/" + std::to_string(i);
    if (!seen.insert(entry.selector).second) return fail(Code::DUPLICATE_FIELD, "one entry per kind of selector", where + "/selector");
    if (entry.categories.empty()) return fail(Code::EMPTY_FIELD, "what can be answered", where + "/categories");
    TRY(check_days(entry.period_days_max, where + "/period_days_max"));
    TRY(check_days(entry.history_days, where + "/history_days"));
    for (std::size_t j = 0; j < entry.services.size(); ++j)
      entry.services[j] = TRY(line(entry.services[j], where + "/services/" + std::to_string(j)));
    entry.note_ja = TRY(paragraph(entry.note_ja, where + "/note_ja", true));
    entry.note_en = TRY(paragraph(entry.note_en, where + "/note_en", true));
  }
  for (std::size_t i = 0; i < profile.media.size(); ++i)
    if (profile.media[i].empty() || !is_media_type(profile.media[i]))
      return fail(Code::BAD_MEDIA_TYPE, "not a media type", "/media/" + std::to_string(i));
  profile.contact_ja = TRY(paragraph(profile.contact_ja, "/contact_ja", true));
  profile.contact_en = TRY(paragraph(profile.contact_en, "/contact_en", true));
  TRY(check_days(profile.usual_days, "/usual_days"));
  const auto before = TRY(present<party::AnswerProfile>(impl, "profile", named_id("profile")));
  profile.version = before ? before->version + 1 : 1;
  return profile;
}

// 代決: the head of a unit is stood in for by somebody who may approve at all, for a time that has an end.
Result<party::Delegation> checked(const Office::Impl& impl, party::Delegation delegation) {
  if (impl.side() != Side::AGENCY) return fail(Code::FORBIDDEN, "an agency's book");
  if (delegation.until <= delegation.from) return fail(Code::PERIOD_REVERSED, "the period ends before it begins", "/until");
  if (delegation.until - delegation.from > kDelegationMax)
    return fail(Code::OUT_OF_RANGE, "too long a delegation", "/until", {{"min", "1"}, {"max", "366"}});
  if (delegation.delegator == delegation.delegate) return fail(Code::SEPARATION_OF_DUTIES, "nobody stands in for himself", "/delegate");
  const std::optional<party::Person> head = TRY(impl.person(delegation.delegator));
  if (!head || !head->is_active || !head->is_unit_head || head->unit != delegation.unit)
    return bad_value("not the head of this unit", "/delegator", "unit head");
  const std::optional<party::Person> other = TRY(impl.person(delegation.delegate));
  if (!other || !other->is_active) return fail(Code::NOT_FOUND, "no such person", "/delegate");
  if (!other->has(Role::APPROVER))
    return fail(Code::ROLE_MISSING, "a delegate is an approver", "/delegate", {{"role", std::string(enum_text(Role::APPROVER))}});
  return delegation;
}

MatterId id_of(const party::Delegation& d) {
  return named_id("delegation " + d.delegator.hex() + " " + d.delegate.hex() + " " + d.unit.hex() + " " + std::to_string(d.from.us));
}

// ── rules about people ──

Status check_admins(const Office::Impl& impl, const Caller& caller, const party::Person& next, const std::optional<party::Person>& before) {
  if (next.id == caller.person && before &&
      (next.roles != before->roles || next.is_unit_head != before->is_unit_head || next.unit != before->unit || next.is_active != before->is_active))
    return fail(Code::SEPARATION_OF_DUTIES, "an administrator does not change his own roles or place", "/roles");
  const bool stays_admin = next.is_active && next.has(Role::ADMIN);
  if (!before || !before->is_active || !before->has(Role::ADMIN) || stays_admin) return {};
  for (const party::Person& other : TRY(impl.people()))
    if (other.id != next.id && other.is_active && other.has(Role::ADMIN)) return {};
  return fail(Code::CONFLICT, "the last administrator stays", "/roles");
}

Result<party::Delegation> checked_delegation(const Office::Impl& impl, const Caller& caller, const DelegationCommand& command) {
  TRY(impl.person_of(caller));
  TRY(need_role(caller, {Role::APPROVER, Role::ADMIN}));
  if (caller.role == Role::APPROVER && caller.person != command.delegator)
    return fail(Code::FORBIDDEN, "the head of a unit delegates for himself", "/delegator");
  if (caller.role == Role::ADMIN && (caller.person == command.delegate || caller.person == command.delegator))
    return fail(Code::SEPARATION_OF_DUTIES, "an administrator does not enter a delegation of his own", "/delegate");
  party::Delegation delegation{command.delegator, command.delegate, command.unit, {}, {}};
  const auto read = [](const std::string& text, const char* where) -> Result<Time> {
    const Result<Time> at = parse_rfc3339(text);
    if (!at) return tl::unexpected<Error>(Error(at.error()).at(where));
    return Time::from_seconds(at->seconds());
  };
  delegation.from = TRY(read(command.from, "/from"));
  delegation.until = TRY(read(command.until, "/until"));
  delegation = TRY(checked(impl, delegation));
  // Nobody becomes a delegate afterwards; ending an existing delegation early is another matter.
  if (!TRY(impl.parts.store->book_entry("delegation", id_of(delegation))) && delegation.from < impl.now() - kClockTolerance)
    return fail(Code::TIME_TOO_OLD, "a delegation begins now or later", "/from");
  return delegation;
}

// Which of the books' delegations is meant.
Result<party::Delegation> found_delegation(const Office::Impl& impl, const DelegationReference& reference) {
  const Result<Time> from = parse_rfc3339(reference.from);
  if (!from) return tl::unexpected<Error>(Error(from.error()).at("/from"));
  for (const party::Delegation& one : TRY(impl.delegations()))
    if (one.delegator == reference.delegator && one.delegate == reference.delegate && one.unit == reference.unit && one.from == *from) return one;
  return fail(Code::NOT_FOUND, "no such delegation", "/delegation");
}

template <class T>
Result<Entry> node_entry(const Office::Impl& impl, const std::string& book, const MatterId& id, const json::Value& value) {
  const T entry = TRY(checked(impl, TRY(json::decode<T>(value))));
  std::string key;
  if constexpr (std::is_same_v<T, party::Person>) key = entry.login;
  if constexpr (std::is_same_v<T, party::Case>) key = entry.number;
  return Entry{book, id, std::move(key), json::encode(entry)};
}

Result<Entry> entry_as_node(const Office::Impl& impl, const std::string& book, const MatterId& id, const json::Value& value) {
  if (book == "person") return node_entry<party::Person>(impl, book, id, value);
  if (book == "unit") return node_entry<party::Unit>(impl, book, id, value);
  if (book == "case") return node_entry<party::Case>(impl, book, id, value);
  if (book == "template") return node_entry<TemplateCommand>(impl, book, id, value);
  if (book == "delegation") return node_entry<party::Delegation>(impl, book, id_of(TRY(json::decode<party::Delegation>(value))), value);
  if (book == "house_rules") return node_entry<HouseRulesCommand>(impl, book, named_id(book), value);
  if (book == "profile") return node_entry<party::AnswerProfile>(impl, book, named_id(book), value);
  return bad_value("no such book", "/book", "person, unit, delegation, case, template, house_rules, profile");
}

// Of books whose entries say their id, the id must be the place they stand at.
Status check_own_id(const Entry& entry) {
  const json::Object& object = entry.value.as_object();
  const auto* id = object.if_contains("id");
  if (id == nullptr || id->is_null()) return {};
  return id->is_string() && json::view(id->as_string()) == entry.id.hex() ? Status{} : bad_value("the entry names another id", "/id", entry.id.hex());
}

}  // namespace

Result<party::Person> Office::put_person(const Caller& caller, const PersonCommand& command) {
  TRY(impl_->person_of(caller));
  TRY(need_role(caller, {Role::ADMIN}));
  std::optional<party::Person> before;
  if (command.id) {
    before = TRY(present<party::Person>(*impl_, "person", matter_of(*command.id)));
    if (!before) return fail(Code::NOT_FOUND, "no such person", "/id");
  }
  party::Person next{command.id.value_or(PersonId::random()),
                     command.login,
                     command.name,
                     command.kana,
                     command.romaji,
                     command.post,
                     command.unit,
                     command.roles,
                     command.is_unit_head,
                     command.mail,
                     command.telephone,
                     command.extension,
                     command.is_active};
  next = TRY(checked(*impl_, std::move(next)));
  TRY(check_admins(*impl_, caller, next, before));
  const Entry entry{"person", matter_of(next.id), next.login, json::encode(next)};
  TRY(check_key(*impl_, entry, "/login"));
  // Whoever is switched off or loses a role is no longer logged in as what he was. Before the act: once that stands, a repetition does nothing.
  if (before && (!next.is_active || next.roles != before->roles)) TRY(impl_->parts.store->drop_sessions_of(next.id));
  TRY(write_entry(*impl_, caller, entry, entry.value));
  return next;
}

Result<party::Unit> Office::put_unit(const Caller& caller, const UnitCommand& command) {
  TRY(impl_->person_of(caller));
  TRY(need_role(caller, {Role::ADMIN}));
  if (command.id && !TRY(impl_->unit(*command.id))) return fail(Code::NOT_FOUND, "no such unit", "/id");
  party::Unit next{command.id.value_or(UnitId::random()),
                   command.name_ja,
                   command.name_en,
                   command.is_register_office,
                   command.register_office,
                   command.document_prefix,
                   command.is_active};
  next = TRY(checked(*impl_, std::move(next)));
  if (command.id && !next.is_active)
    for (const party::Person& person : TRY(impl_->people()))
      if (person.is_active && person.unit == next.id) return fail(Code::CONFLICT, "people belong to this unit", "/is_active");
  TRY(write_entry(*impl_, caller, {"unit", matter_of(next.id), {}, json::encode(next)}, json::encode(next)));
  return next;
}

Status Office::check_delegation(const Caller& caller, const DelegationCommand& command) const {
  TRY(checked_delegation(*impl_, caller, command));
  return {};
}

Result<party::Delegation> Office::put_delegation(const Caller& caller, const DelegationCommand& command) {
  const party::Delegation delegation = TRY(checked_delegation(*impl_, caller, command));
  TRY(write_entry(*impl_, caller, {"delegation", id_of(delegation), {}, json::encode(delegation)}, json::encode(delegation)));
  return delegation;
}

Result<party::Delegation> Office::check_delegation_end(const Caller& caller, const DelegationReference& reference) const {
  const party::Person person = TRY(impl_->person_of(caller));
  TRY(need_role(caller, {Role::APPROVER, Role::ADMIN}));
  if (impl_->side() != Side::AGENCY) return fail(Code::FORBIDDEN, "an agency's book");
  if (caller.person == reference.delegate) return fail(Code::SEPARATION_OF_DUTIES, "somebody else ends a delegation", "/delegate");
  const party::Delegation delegation = TRY(found_delegation(*impl_, reference));
  const bool is_head = person.is_unit_head && person.unit == delegation.unit;
  if (caller.role == Role::APPROVER && caller.person != delegation.delegator && !is_head)
    return fail(Code::FORBIDDEN, "for whoever delegated, and the head of the unit", "/delegator");
  return delegation;
}

Result<party::Delegation> Office::end_delegation(const Caller& caller, const DelegationReference& reference, Time until) {
  party::Delegation delegation = TRY(check_delegation_end(caller, reference));
  delegation.until = std::max(delegation.from, std::min(delegation.until, until));
  const json::Value value = json::encode(delegation);
  TRY(write_entry(*impl_, caller, {"delegation", id_of(delegation), {}, value}, value));
  return delegation;
}

Result<party::Case> Office::put_case(const Caller& caller, const CaseCommand& command) {
  const party::Person person = TRY(impl_->person_of(caller));
  TRY(need_role(caller, {Role::INVESTIGATOR, Role::SUPERVISOR}));
  std::optional<party::Case> before;
  if (command.id) {
    before = TRY(impl_->case_of(*command.id));
    if (!before || before->unit != person.unit) return fail(Code::NOT_FOUND, "no such case of this unit", "/id");
  }
  const std::optional<UnitId> unit = command.unit ? command.unit : person.unit;
  if (!unit) return fail(Code::MISSING_FIELD, "a case belongs to a unit", "/unit");
  if (unit != person.unit) return fail(Code::FORBIDDEN, "a case of another unit", "/unit");
  party::Case next{command.id.value_or(CaseId::random()), command.number, command.title, command.offence, *unit, command.is_open, {}, {}};
  next.opened = before ? before->opened : impl_->now();
  if (!next.is_open) next.closed = before && !before->is_open ? before->closed : impl_->now();
  next = TRY(checked(*impl_, std::move(next)));
  const Entry entry{"case", matter_of(next.id), next.number, json::encode(next)};
  TRY(check_key(*impl_, entry, "/number"));
  json::Value told = entry.value;  // as the interface tells a case (api::CaseView): the book keeps the epoch while it is open
  if (next.is_open) told.as_object().erase("closed");
  TRY(write_entry(*impl_, caller, entry, told));
  return next;
}

Result<TemplateSaved> Office::put_template(const Caller& caller, const TemplateCommand& command) {
  TRY(impl_->person_of(caller));
  TRY(need_role(caller, {Role::INVESTIGATOR}));
  if (command.id && !TRY(present<TemplateCommand>(*impl_, "template", matter_of(*command.id))))
    return fail(Code::NOT_FOUND, "no such template", "/id");
  TemplateCommand next = TRY(checked(*impl_, command));
  next.id = command.id.value_or(TemplateId::random());
  const TemplateSaved saved{*next.id};
  TRY(write_entry(*impl_, caller, {"template", matter_of(*next.id), {}, json::encode(next)}, json::encode(saved)));
  return saved;
}

Result<HouseRulesCommand> Office::put_house_rules(const Caller& caller, const HouseRulesCommand& command) {
  TRY(impl_->person_of(caller));
  TRY(need_role(caller, {Role::LEGAL}));
  HouseRulesCommand next = TRY(checked(*impl_, command));
  TRY(write_entry(*impl_, caller, {"house_rules", named_id("house_rules"), {}, json::encode(next)}, json::encode(next)));
  return next;
}

Status Office::put_profile(const Caller& caller, const party::AnswerProfile& profile) {
  TRY(impl_->person_of(caller));
  TRY(need_role(caller, {Role::LEGAL, Role::ADMIN}));
  const party::AnswerProfile next = TRY(checked(*impl_, profile));
  // Published behind the act, in another store. Whatever breaks between the two, a repetition finds its act and only publishes: the answer to
  // its key is kept when both are done, not with the act.
  const auto before = TRY(present<party::AnswerProfile>(*impl_, "profile", named_id("profile")));
  if (before && is_same_but_version(*before, next)) return impl_->parts.directory->publish_profile(*before);
  TRY(write_entry(*impl_, {caller.person, caller.role}, {"profile", named_id("profile"), {}, json::encode(next)}, {}));
  return impl_->parts.directory->publish_profile(next);
}

Result<Written> Office::put_entry_as_node(const std::string& book, const MatterId& id, const std::string& key, const json::Value& value) {
  const Entry entry = TRY(entry_as_node(*impl_, book, id, value));
  TRY(check_own_id(entry));
  if (entry.key != key) return bad_value("not the key of this entry", "/key", entry.key);
  TRY(check_place(*impl_, entry));
  TRY(check_key(*impl_, entry, "/key"));
  Loaded loaded = TRY(impl_->load_or_blank(entry.id));
  Written written = TRY(impl_->write_node(loaded, {plan_for(entry, impl_->now())}));
  impl_->forget_books();
  if (book == "profile") TRY(impl_->parts.directory->publish_profile(TRY(json::decode<party::AnswerProfile>(entry.value))));
  return written;
}

Result<std::vector<party::Case>> Office::cases(const Caller& caller) const {
  const party::Person person = TRY(impl_->person_of(caller));
  std::set<UnitId> units;
  if (person.unit) units.insert(*person.unit);
  if (caller.role == Role::APPROVER)
    for (const party::Delegation& delegation : TRY(impl_->delegations()))
      if (delegation.delegate == person.id && delegation.covers(impl_->now())) units.insert(delegation.unit);
  if (caller.role == Role::REGISTRAR)
    for (const party::Unit& unit : TRY(impl_->books())->units)
      if (person.unit && unit.register_office == person.unit) units.insert(unit.id);
  std::vector<party::Case> out;
  if (caller.role == Role::ADMIN || impl_->side() != Side::AGENCY) return out;  // titles of cases are for those who work on them
  for (const BookEntry& entry : TRY(impl_->parts.store->book("case"))) {
    party::Case value = TRY(json::decode_text<party::Case>(entry.value));
    if (caller.role == Role::AUDITOR || units.contains(value.unit)) out.push_back(std::move(value));
  }
  return out;
}

Result<std::vector<TemplateCommand>> Office::templates(const Caller& caller) const {
  TRY(impl_->person_of(caller));
  std::vector<TemplateCommand> out;
  if (caller.role == Role::ADMIN) return out;
  for (const BookEntry& entry : TRY(impl_->parts.store->book("template"))) {
    TemplateCommand value = TRY(json::decode_text<TemplateCommand>(entry.value));
    value.draft = pattern_of(std::move(value.draft));  // an earlier version kept all of it
    if (value.is_active) out.push_back(std::move(value));
  }
  return out;
}

}  // namespace warifu::desk
