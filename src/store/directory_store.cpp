#include "store/directory_store.h"

#include <algorithm>
#include <array>
#include <set>

#include "crypto/hash.h"
#include "crypto/plain_text.h"
#include "exchange/departure.h"
#include "json/codec.h"
#include "json/write.h"
#include "note/directory_entry.h"
#include "store/directory_log.h"

namespace warifu::store {

using note::KeyEntry;
using note::PersonEntry;

namespace {

// The word of an admission; nothing for a hub or a witness.
std::optional<party::Side> side_named(std::string_view word) {
  if (word == "agency") return party::Side::AGENCY;
  if (word == "provider") return party::Side::PROVIDER;
  return std::nullopt;
}

template <class T>
Result<std::vector<T>> decode_column(Database& database, std::string_view sql) {
  std::vector<T> out;
  Statement rows = TRY(database.query(sql));
  while (TRY(rows.step())) out.push_back(TRY(json::decode_text<T>(rows.column_text(0))));
  return out;
}

template <class T>
Result<std::optional<T>> decode_one(Database& database, std::string_view sql, const std::string& org) {
  const auto row = TRY(first_row<std::string>(database, sql, org));
  if (!row) return std::optional<T>{};
  return std::optional<T>(TRY(json::decode_text<T>(std::get<0>(*row))));
}

}  // namespace

DirectoryStore::DirectoryStore(Key, std::unique_ptr<Engine> engine, DirectoryOptions options)
    : engine_(std::move(engine)), options_(std::move(options)), log_(std::make_shared<Log>()) {}

Result<std::shared_ptr<DirectoryStore>> DirectoryStore::create(Engine::Open open, DirectoryOptions options) {
  Engine::Options engine_options;
  const Time now = options.clock();
  engine_options.prepare = [now](Database& database) -> Status {
    TRY(migrate(database, embedded_directory_migrations(database.engine()), now));
    return {};
  };
  std::unique_ptr<Engine> engine = TRY(Engine::create(std::move(open), std::move(engine_options)));
  auto store = std::make_shared<DirectoryStore>(Key{}, std::move(engine), std::move(options));
  TRY(store->engine_->read([&](Database& database) -> Status { return store->refresh(database); }));
  return store;
}

// Entries that were committed since the last look. A reading connection only: what a writer has not committed yet must not be remembered.
Status DirectoryStore::refresh(Database& database) const {
  const std::scoped_lock lock(mutex_);
  const auto known = static_cast<std::int64_t>(log_->items.size());
  if (TRY(one_value<std::int64_t>(database, "SELECT coalesce(max(seq), 0) FROM entry")) <= known) return {};
  auto fresh = std::make_shared<Log>(*log_);
  Statement rows = TRY(database.query("SELECT seq, note FROM entry WHERE seq > $1 ORDER BY seq", known));
  while (TRY(rows.step())) {
    if (rows.column_int64(0) != static_cast<std::int64_t>(fresh->items.size()) + 1) return Log::corrupt(rows.column_int64(0));
    TRY(fresh->add(std::string(rows.column_text(1))));
  }
  log_ = std::move(fresh);
  return {};
}

DirectoryStore::Look DirectoryStore::begin_look() const {
  const std::scoped_lock lock(mutex_);
  return {std::chrono::steady_clock::now(), written_};
}

bool DirectoryStore::is_fresh() const {
  return looked_ && looked_->written == written_ && std::chrono::steady_clock::now() - looked_->at < options_.look_every;
}

std::shared_ptr<const DirectoryStore::Log> DirectoryStore::fresh_log() const {
  const std::scoped_lock lock(mutex_);
  return is_fresh() ? log_ : nullptr;
}

void DirectoryStore::end_look(const Look& look) const {
  const std::scoped_lock lock(mutex_);
  if (looked_ && looked_->at > look.at) return;
  looked_ = look;
  organisations_.clear();
}

// ── roots and published documents ──

Status DirectoryStore::trust_root(const note::VerifierKey& root) {
  constexpr std::string_view kEnd = "/root";
  if (!root.name.ends_with(kEnd) || root.type != note::KeyType::ed25519) return fail(Code::BAD_KEY, "not the name of a root key", "vkey");
  const std::string org = root.name.substr(0, root.name.size() - kEnd.size());
  if (!crypto::is_org_name(org)) return fail(Code::BAD_KEY, "not the name of an organisation", "vkey");
  const std::string vkey = root.text();
  return write([&](Database& database) -> Status {
    const Log log = TRY(log_of(database));
    const std::optional<note::VerifierKey> present = TRY(root_of(database, log, org));
    if (present && *present == root) return {};
    if (present) return fail(Code::CONFLICT, "this organisation has another root key", org);
    TRY(database.run("INSERT INTO root (org, vkey) VALUES ($1, $2)", org, vkey));
    return {};
  });
}

// What an admission in the log says comes first: every reader of the log sees the same.
Result<std::optional<note::VerifierKey>> DirectoryStore::root_of(Database& database, const Log& log, const std::string& org) const {
  if (const note::MemberEntry* member = log.member(org)) return std::optional<note::VerifierKey>(member->root);
  const auto row = TRY(first_row<std::string>(database, "SELECT vkey FROM root WHERE org = $1", org));
  if (!row) return std::optional<note::VerifierKey>{};
  return std::optional<note::VerifierKey>(TRY(note::VerifierKey::parse(std::get<0>(*row))));
}

Result<std::vector<note::VerifierKey>> DirectoryStore::roots() const {
  return engine_->read([this](Database& database) -> Result<std::vector<note::VerifierKey>> {
    TRY(refresh(database));
    std::map<std::string, note::VerifierKey> roots;
    const std::shared_ptr<const Log> log = present_log();
    for (const auto& [org, at] : log->members) roots.emplace(org, log->items[at].member->root);
    Statement rows = TRY(database.query("SELECT org, vkey FROM root"));
    while (TRY(rows.step())) roots.emplace(rows.column_text(0), TRY(note::VerifierKey::parse(rows.column_text(1))));
    std::vector<note::VerifierKey> out;
    for (auto& [org, root] : roots) out.push_back(std::move(root));
    return out;
  });
}

Result<std::vector<party::Organisation>> DirectoryStore::organisations() const {
  return engine_->read(
      [](Database& database) { return decode_column<party::Organisation>(database, "SELECT value FROM organisation ORDER BY org"); });
}

Result<std::optional<party::Organisation>> DirectoryStore::organisation(const party::OrganisationId& org) const {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = organisations_.find(org); known != organisations_.end() && is_fresh()) return known->second;
  }
  const Look look = begin_look();
  return engine_->read([&](Database& database) -> Result<std::optional<party::Organisation>> {
    TRY(refresh(database));
    end_look(look);
    auto found = TRY(decode_one<party::Organisation>(database, "SELECT value FROM organisation WHERE org = $1", org.text()));
    const std::scoped_lock lock(mutex_);
    if (looked_ == look) organisations_.insert_or_assign(org, found);
    return found;
  });
}

Result<std::optional<party::AnswerProfile>> DirectoryStore::profile(const party::OrganisationId& org) const {
  return engine_->read(
      [&](Database& database) { return decode_one<party::AnswerProfile>(database, "SELECT value FROM profile WHERE org = $1", org.text()); });
}

Status DirectoryStore::put_organisation(Database& database, const Log& log, const party::Organisation& organisation) const {
  // The side decides which acts are believed: it does not change once it is known.
  const auto side = TRY(side_of(database, log, organisation.id.text()));
  const bool is_other = side ? *side != organisation.side : log.member(organisation.id.text()) != nullptr;
  if (is_other) return fail(Code::CONFLICT, "an organisation does not change sides", "/side");
  TRY(database.run("INSERT INTO organisation (org, value) VALUES ($1, $2) ON CONFLICT (org) DO UPDATE SET value = excluded.value",
                   organisation.id.text(), json::encode_canonical(organisation)));
  return {};
}

Status DirectoryStore::put_profile(Database& database, const party::AnswerProfile& profile) const {
  const auto organisation =
      TRY(decode_one<party::Organisation>(database, "SELECT value FROM organisation WHERE org = $1", profile.organisation.text()));
  if (!organisation || organisation->side != party::Side::PROVIDER)
    return fail(Code::ADDRESSEE_UNKNOWN, "not a provider of this directory", "/organisation");
  TRY(database.run("INSERT INTO profile (org, value) VALUES ($1, $2) ON CONFLICT (org) DO UPDATE SET value = excluded.value",
                   profile.organisation.text(), json::encode_canonical(profile)));
  return {};
}

Status DirectoryStore::publish_organisation(const party::Organisation& organisation) {
  return write([&](Database& database) -> Status { return put_organisation(database, TRY(log_of(database)), organisation); });
}

Status DirectoryStore::publish_profile(const party::AnswerProfile& profile) {
  return write([&](Database& database) -> Status { return put_profile(database, profile); });
}

// ── the log ──

Result<std::vector<note::VerifierKey>> DirectoryStore::organisation_keys(const party::OrganisationId& org, Time at) const {
  return with_log([&](const Log& log) -> Result<std::vector<note::VerifierKey>> { return log.sign_keys(org.text(), at); });
}

Result<std::vector<desk::PublishedPerson>> DirectoryStore::person(const party::OrganisationId& org, const PersonId& person, Time at) const {
  return with_log([&](const Log& log) -> Result<std::vector<desk::PublishedPerson>> {
    std::vector<desk::PublishedPerson> out;
    const auto found = log.people.find({org.text(), person});
    if (found == log.people.end()) return out;
    for (const std::size_t i : found->second) {
      const PersonEntry& entry = *log.items[i].person;
      if (!log.person_in_force(i, at)) continue;
      const Result<party::Role> role = enum_parse<party::Role>(entry.role);
      if (!role) continue;  // a role of a later version: no act of ours is written in it
      out.push_back({org, person, *role, entry.unit, entry.delegator, TRY(log.person_key(i)), entry.valid.from, entry.valid.until,
                     !log.may_vouch(i, &Log::Item::person)});
    }
    return out;
  });
}

Result<std::vector<note::RelyingParty>> DirectoryStore::relying_parties(const party::OrganisationId& org, Time at) const {
  return with_log([&](const Log& log) -> Result<std::vector<note::RelyingParty>> {
    std::vector<note::RelyingParty> out;
    const auto found = log.keys.find(org.text());
    if (found == log.keys.end()) return out;
    for (const std::size_t i : found->second)
      if (std::optional<note::RelyingParty> party = log.items[i].key->relying_party(); party && log.key_in_force(i, at))
        out.push_back(std::move(*party));
    return out;
  });
}

Result<std::vector<note::KeyEntry>> DirectoryStore::organisation_keys_for(const party::OrganisationId& org, note::KeyPurpose purpose, Time at) const {
  return with_log([&](const Log& log) -> Result<std::vector<note::KeyEntry>> {
    std::vector<note::KeyEntry> out;
    const auto found = log.keys.find(org.text());
    if (found == log.keys.end()) return out;
    for (const std::size_t i : found->second)
      if (log.items[i].key->purpose == purpose && log.key_in_force(i, at)) out.push_back(*log.items[i].key);
    return out;
  });
}

Result<std::vector<note::MemberEntry>> DirectoryStore::members() const {
  return with_log([](const Log& log) -> Result<std::vector<note::MemberEntry>> {
    std::vector<note::MemberEntry> out;
    for (const auto& [org, at] : log.members) out.push_back(*log.items[at].member);
    return out;
  });
}

Result<std::optional<note::MemberEntry>> DirectoryStore::member(const party::OrganisationId& org) const {
  return with_log([&](const Log& log) -> Result<std::optional<note::MemberEntry>> {
    const note::MemberEntry* found = log.member(org.text());
    return found == nullptr ? std::optional<note::MemberEntry>{} : std::optional<note::MemberEntry>(*found);
  });
}

Result<std::optional<Sha256>> DirectoryStore::admission_leaf(const party::OrganisationId& org) const {
  return with_log([&](const Log& log) -> Result<std::optional<Sha256>> {
    const auto found = log.members.find(org.text());
    return found == log.members.end() ? std::optional<Sha256>{} : std::optional<Sha256>(log.items[found->second].leaf);
  });
}

Result<std::optional<note::MemberEnd>> DirectoryStore::member_end(const party::OrganisationId& org) const {
  return with_log([&](const Log& log) -> Result<std::optional<note::MemberEnd>> {
    const note::MemberEnd* found = log.end(org.text());
    return found == nullptr ? std::optional<note::MemberEnd>{} : std::optional<note::MemberEnd>(*found);
  });
}

Result<std::vector<std::string>> DirectoryStore::entries() const { return entries_from(0); }

Result<std::vector<std::string>> DirectoryStore::entries_from(std::size_t first) const {
  return with_log([first](const Log& log) -> Result<std::vector<std::string>> {
    std::vector<std::string> out;
    for (std::size_t i = first; i < log.items.size(); ++i) out.push_back(log.items[i].serialised);
    return out;
  });
}

Result<std::size_t> DirectoryStore::size() const {
  return with_log([](const Log& log) -> Result<std::size_t> { return log.items.size(); });
}

Result<bool> DirectoryStore::has_entry(const Sha256& leaf) const {
  return with_log([&](const Log& log) -> Result<bool> { return log.by_leaf.contains(leaf); });
}

namespace {

constexpr std::array<std::string_view, 4> kMemberSides = {"agency", "provider", "hub", "witness"};

tl::unexpected<Error> conflict(const char* why, const char* where) { return fail(Code::CONFLICT, why, where); }

// Whoever wrote an entry down and whoever reads it in the log do not have the same clock.
constexpr Duration kClocksDiffer = minutes(5);

// One successor; after it only a revocation, so that a key that was rotated and then lost can still be ended.
template <class Entry>
Status check_only_successor(const Entry& previous, bool has_successor, const Entry& next, Time ended_by) {
  if (!has_successor || (next.key == previous.key && next.valid.until <= ended_by)) return {};
  return conflict("the predecessor has a successor already", "prev");
}

// An end that has come already is a revocation, and looks like one to whoever reads the log later: from the same beginning, or never in force.
template <class Entry>
Status check_revocation(const Entry& previous, const Entry& next, Time now) {
  if (next.valid.until > now || !note::is_same_key(previous, next) || note::revokes(previous, next)) return {};
  return conflict("a revocation begins when its predecessor begins", "valid");
}

bool overlaps(const note::Validity& a, const note::Validity& b) { return a.from < b.until && b.from < a.until; }

}  // namespace

// As the admission says, or the organisation itself where there is none.
Result<std::optional<party::Side>> DirectoryStore::side_of(Database& database, const Log& log, const std::string& org) const {
  if (const note::MemberEntry* member = log.member(org)) return side_named(member->side);
  const auto organisation = TRY(decode_one<party::Organisation>(database, "SELECT value FROM organisation WHERE org = $1", org));
  return organisation ? std::optional<party::Side>(organisation->side) : std::nullopt;
}

Status DirectoryStore::check_member(Database& database, const Log& log, const note::Note& note, const note::MemberEntry& entry) const {
  if (entry.origin != options_.key.name) return fail(Code::BAD_NOTE, "an entry of another log", "origin");
  if (std::ranges::find(kMemberSides, entry.side) == kMemberSides.end())
    return fail(Code::BAD_VALUE, "not a side of the exchange", "side", {{"expected", "side"}});
  TRY(note::check_signatures(note, entry, options_.admitters));
  const auto person = log.people.lower_bound({entry.org, PersonId{}});
  if (log.member(entry.org) != nullptr || log.keys.contains(entry.org) || (person != log.people.end() && person->first.first == entry.org))
    return conflict("an organisation is admitted once, before anything else of it", "org");
  const std::optional<note::VerifierKey> root = TRY(root_of(database, log, entry.org));
  if (root && *root != entry.root) return conflict("another root key of this organisation is known", "root");
  return {};
}

Status DirectoryStore::check_end(const Log& log, const note::Note& note, const note::MemberEnd& end, const Moment& moment) const {
  if (end.origin != options_.key.name) return fail(Code::BAD_NOTE, "an entry of another log", "origin");
  TRY(note::check_signatures(note, end, options_.admitters));
  const auto admission = log.members.find(end.org);
  if (admission == log.members.end() || log.items[admission->second].leaf != end.admission)
    return conflict("the end of no admission in the directory", "prev");
  if (log.end(end.org) != nullptr) return conflict("an admission ends once", "org");
  if (end.ended > moment.now + kClocksDiffer) return fail(Code::TIME_IN_FUTURE, "an admission ends when it is said to", "ended");
  // A signature that its admitter took back cannot be called in: it is worth something for so long, whoever still has it.
  if (!moment.is_replay && end.ended + exchange::kEndSignedWithin < moment.now)
    return fail(Code::STALE, "this end was begun too long ago: it is to be begun anew", "ended");
  return {};
}

Status DirectoryStore::check_new(Database& database, const Log& log, const std::string& serialised, const Moment& moment) const {
  const note::Note note = TRY(note::Note::parse(serialised));
  const std::string& origin = options_.key.name;
  const Time now = moment.now, ended_by = moment.is_replay ? now + kClocksDiffer : now;
  // With another line under it the same entry is another leaf: a key that was revoked would be in force again, and nobody had signed that.
  if (log.texts.contains(crypto::sha256(note.text))) return conflict("this entry is in the directory already", "");
  const auto has_left = [&log](const std::string& org) -> Status {
    return log.end(org) == nullptr ? Status{} : conflict("of an organisation that is no member any more", "org");
  };
  const auto item_of = [&](const Sha256& leaf) -> const Log::Item* {
    const auto found = log.by_leaf.find(leaf);
    return found == log.by_leaf.end() ? nullptr : &log.items[found->second];
  };

  if (const Result<note::MemberEntry> member = note::MemberEntry::parse(note.text)) return check_member(database, log, note, *member);
  if (const Result<note::MemberEnd> end = note::MemberEnd::parse(note.text)) return check_end(log, note, *end, moment);
  if (const Result<KeyEntry> key = KeyEntry::parse(note.text)) {
    if (key->origin != origin) return fail(Code::BAD_NOTE, "an entry of another log", "origin");
    TRY(has_left(key->org));
    const std::optional<note::VerifierKey> root = TRY(root_of(database, log, key->org));
    if (!root) return fail(Code::KEY_UNKNOWN, "the root key of this organisation is not known", "org", {{"signer", note::root_name(key->org)}});
    const auto present = log.keys.find(key->org);
    const bool is_new = present == log.keys.end() && log.member(key->org) == nullptr;
    TRY(note::check_signatures(note, *key, {*root, options_.admitters, is_new}));
    TRY(log.check_apart(*key, root));
    if (key->previous) {
      const Log::Item* previous = item_of(*key->previous);
      if (previous == nullptr || !previous->key) return conflict("the predecessor is not in the directory", "prev");
      TRY(check_only_successor(*previous->key, !previous->next.empty(), *key, ended_by));
      if (!moment.is_replay) TRY(check_revocation(*previous->key, *key, now));
      return note::check_successor(*previous->key, previous->leaf, *key);
    }
    if (present == log.keys.end() || moment.is_replay) return {};
    for (const std::size_t i : present->second)
      if (log.items[i].key->purpose == key->purpose && log.key_in_force(i, now))
        return conflict("a key in force is followed by its successor only", "prev");
    return {};
  }

  const PersonEntry person = TRY(PersonEntry::parse(note.text));
  if (person.origin != origin) return fail(Code::BAD_NOTE, "an entry of another log", "origin");
  TRY(has_left(person.org));
  const Result<party::Role> role = enum_parse<party::Role>(person.role);
  if (!role || *role == party::Role::NODE) return fail(Code::BAD_VALUE, "not a role of a person", "role", {{"expected", "role"}});
  if (const auto side = TRY(side_of(database, log, person.org)); side && !party::role_belongs_to(*role, *side))
    return fail(Code::BAD_VALUE, "not a role of that side", "role", {{"expected", "role"}});

  // Who vouches is in force when an entry is added. An entry in the log bears no time: there it is whom nothing before it has revoked.
  note::PersonEntryAuthorities authorities;
  authorities.sign = TRY(log.vouching_keys(person.org, moment.is_replay ? std::nullopt : std::optional<Time>(now)));
  authorities.root = TRY(root_of(database, log, person.org));
  std::set<PersonId> known;
  for (auto entry = log.people.lower_bound({person.org, PersonId{}}); entry != log.people.end() && entry->first.first == person.org; ++entry) {
    known.insert(entry->first.second);
    for (const std::size_t i : entry->second) {
      const PersonEntry& other = *log.items[i].person;
      if (!moment.is_replay && !log.person_in_force(i, now)) continue;
      if (other.algorithm == note::PersonKeyAlgorithm::ed25519 && log.may_vouch(i, &Log::Item::person)) {  // a passkey signs no entries
        note::VerifierKey key = TRY(other.verifier());
        if (std::ranges::find(authorities.people, key) == authorities.people.end()) authorities.people.push_back(std::move(key));
      }
      // One key serves one person: else a signature would not say whose hand it was.
      if (other.key == person.key && other.person != person.person && !moment.is_replay) return conflict("somebody else signs with this key", "key");
    }
  }
  authorities.people_known = known.size();
  TRY(note::check_signatures(note, person, authorities));
  TRY(log.check_apart(person));

  if (person.previous) {
    const Log::Item* previous = item_of(*person.previous);
    if (previous == nullptr || !previous->person) return conflict("the predecessor is not in the directory", "prev");
    TRY(check_only_successor(*previous->person, !previous->next.empty(), person, ended_by));
    if (!moment.is_replay) TRY(check_revocation(*previous->person, person, now));
    return note::check_successor(*previous->person, previous->leaf, person);
  }
  const auto own = log.people.find({person.org, person.person});
  if (own == log.people.end() || moment.is_replay) return {};
  for (const std::size_t i : own->second) {
    const PersonEntry& other = *log.items[i].person;
    const bool is_same = other.role == person.role && other.key == person.key && other.delegator == person.delegator && other.unit == person.unit;
    if (is_same && log.items[i].next.empty() && overlaps(other.valid, person.valid)) return conflict("such an entry is there already", "valid");
  }
  return {};
}

// Every entry there is, those of this transaction included; a copy, because these may yet be undone.
Result<DirectoryStore::Log> DirectoryStore::log_of(Database& database) const {
  Log log = *present_log();
  Statement rows = TRY(database.query("SELECT note FROM entry WHERE seq > $1 ORDER BY seq", static_cast<std::int64_t>(log.items.size())));
  while (TRY(rows.step())) TRY(log.add(std::string(rows.column_text(0))));
  return log;
}

Status DirectoryStore::append(Database& database, Log& log, const std::string& serialised) {
  TRY(log.add(serialised));
  TRY(database.run("INSERT INTO entry (seq, leaf, note) VALUES ($1, $2, $3)", static_cast<std::int64_t>(log.items.size()), log.items.back().leaf,
                   serialised));
  return {};
}

Status DirectoryStore::add_entry(const std::string& serialised) { return add_entries(std::span(&serialised, 1)); }

Status DirectoryStore::add_entries(std::span<const std::string> notes) {
  const Time now = options_.clock();
  return write([&](Database& database) -> Status {
    Log log = TRY(log_of(database));
    for (const std::string& serialised : notes) {
      TRY(check_new(database, log, serialised, {now, false}));
      TRY(append(database, log, serialised));
    }
    return {};
  });
}

}  // namespace warifu::store
