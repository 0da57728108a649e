#include "store/directory_store.h"

#include <algorithm>
#include <set>

#include "crypto/plain_text.h"
#include "json/codec.h"
#include "json/write.h"
#include "ledger/merkle.h"
#include "note/directory_entry.h"
#include "note/entry_tree.h"

namespace warifu::store {

using note::KeyEntry;
using note::PersonEntry;

namespace {

tl::unexpected<Error> corrupt(std::int64_t seq) {
  return fail(Code::STORE_CORRUPT, "an entry of the directory cannot be read", {}, {{"entry", std::to_string(seq)}});
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

// What was read, parsed once. Entries are never changed, so that a later log is this one and more.
struct DirectoryStore::Log {
  struct Item {
    std::string serialised;
    Sha256 leaf;
    std::optional<KeyEntry> key;  // exactly one of these two
    std::optional<PersonEntry> person;
    std::vector<std::size_t> next;  // its successors: one, and revocations of it that came later
  };
  std::vector<Item> items;
  std::map<Sha256, std::size_t> by_leaf;
  std::map<std::string, std::vector<std::size_t>> keys;                         // of an organisation
  std::map<std::pair<std::string, PersonId>, std::vector<std::size_t>> people;  // of a person

  Status add(std::string serialised);

  template <class Entry>
  [[nodiscard]] bool in_force(std::size_t at, std::optional<Entry> Item::* member, Time t) const {
    return note::in_force_from(
        at, t, [&](std::size_t i) -> const Entry& { return *(items[i].*member); },
        [&](std::size_t i) -> const std::vector<std::size_t>& { return items[i].next; });
  }
  [[nodiscard]] bool key_in_force(std::size_t at, Time t) const { return in_force(at, &Item::key, t); }
  [[nodiscard]] bool person_in_force(std::size_t at, Time t) const { return in_force(at, &Item::person, t); }

  [[nodiscard]] Result<std::vector<note::VerifierKey>> sign_keys(const std::string& org, Time t) const {
    std::vector<note::VerifierKey> out;
    const auto found = keys.find(org);
    if (found == keys.end()) return out;
    for (const std::size_t i : found->second)
      if (items[i].key->purpose == note::KeyPurpose::sign && key_in_force(i, t)) {
        note::VerifierKey key = TRY(items[i].key->verifier());
        if (std::ranges::find(out, key) == out.end()) out.push_back(std::move(key));
      }
    return out;
  }
};

Status DirectoryStore::Log::add(std::string serialised) {
  const auto seq = static_cast<std::int64_t>(items.size()) + 1;
  const Result<note::Note> parsed = note::Note::parse(serialised);
  if (!parsed) return corrupt(seq);
  Item item;
  item.leaf = note::leaf_hash(*parsed);
  item.serialised = std::move(serialised);
  std::optional<Sha256> previous;
  if (Result<KeyEntry> key = KeyEntry::parse(parsed->text)) {
    previous = key->previous;
    item.key = std::move(*key);
  } else if (Result<PersonEntry> person = PersonEntry::parse(parsed->text)) {
    previous = person->previous;
    item.person = std::move(*person);
  } else {
    return corrupt(seq);
  }
  const std::size_t index = items.size();
  if (previous) {
    const auto found = by_leaf.find(*previous);
    if (found == by_leaf.end() || items[found->second].key.has_value() != item.key.has_value()) return corrupt(seq);
    items[found->second].next.push_back(index);
  }
  if (!by_leaf.emplace(item.leaf, index).second) return corrupt(seq);
  if (item.key) keys[item.key->org].push_back(index);
  if (item.person) people[{item.person->org, item.person->person}].push_back(index);
  items.push_back(std::move(item));
  return {};
}

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
    if (rows.column_int64(0) != static_cast<std::int64_t>(fresh->items.size()) + 1) return corrupt(rows.column_int64(0));
    TRY(fresh->add(std::string(rows.column_text(1))));
  }
  log_ = std::move(fresh);
  return {};
}

template <class F>
auto DirectoryStore::with_log(F&& action) const {
  return engine_->read([&](Database& database) -> std::invoke_result_t<F&, const Log&> {
    TRY(refresh(database));
    std::shared_ptr<const Log> log;
    {
      const std::scoped_lock lock(mutex_);
      log = log_;
    }
    return action(*log);
  });
}

// ── roots and published documents ──

Status DirectoryStore::trust_root(const note::VerifierKey& root) {
  constexpr std::string_view kEnd = "/root";
  if (!root.name.ends_with(kEnd) || root.type != note::KeyType::ed25519) return fail(Code::BAD_KEY, "not the name of a root key", "vkey");
  const std::string org = root.name.substr(0, root.name.size() - kEnd.size());
  if (!crypto::is_org_name(org)) return fail(Code::BAD_KEY, "not the name of an organisation", "vkey");
  const std::string vkey = root.text();
  return engine_->write([&](Database& database) -> Status {
    const std::optional<note::VerifierKey> present = TRY(root_of(database, org));
    if (present && *present == root) return {};
    if (present) return fail(Code::CONFLICT, "this organisation has another root key", org);
    TRY(database.run("INSERT INTO root (org, vkey) VALUES ($1, $2)", org, vkey));
    return {};
  });
}

Result<std::optional<note::VerifierKey>> DirectoryStore::root_of(Database& database, const std::string& org) const {
  const auto row = TRY(first_row<std::string>(database, "SELECT vkey FROM root WHERE org = $1", org));
  if (!row) return std::optional<note::VerifierKey>{};
  return std::optional<note::VerifierKey>(TRY(note::VerifierKey::parse(std::get<0>(*row))));
}

Result<std::vector<note::VerifierKey>> DirectoryStore::roots() const {
  return engine_->read([](Database& database) -> Result<std::vector<note::VerifierKey>> {
    std::vector<note::VerifierKey> out;
    Statement rows = TRY(database.query("SELECT vkey FROM root ORDER BY org"));
    while (TRY(rows.step())) out.push_back(TRY(note::VerifierKey::parse(rows.column_text(0))));
    return out;
  });
}

Result<std::vector<party::Organisation>> DirectoryStore::organisations() const {
  return engine_->read(
      [](Database& database) { return decode_column<party::Organisation>(database, "SELECT value FROM organisation ORDER BY org"); });
}

Result<std::optional<party::Organisation>> DirectoryStore::organisation(const party::OrganisationId& org) const {
  return engine_->read(
      [&](Database& database) { return decode_one<party::Organisation>(database, "SELECT value FROM organisation WHERE org = $1", org.text()); });
}

Result<std::optional<party::AnswerProfile>> DirectoryStore::profile(const party::OrganisationId& org) const {
  return engine_->read(
      [&](Database& database) { return decode_one<party::AnswerProfile>(database, "SELECT value FROM profile WHERE org = $1", org.text()); });
}

Status DirectoryStore::publish_organisation(const party::Organisation& organisation) {
  const std::string value = json::encode_canonical(organisation);
  return engine_->write([&](Database& database) -> Status {
    // The side decides which acts are believed: it does not change once it is known.
    const auto present = TRY(decode_one<party::Organisation>(database, "SELECT value FROM organisation WHERE org = $1", organisation.id.text()));
    if (present && present->side != organisation.side) return fail(Code::CONFLICT, "an organisation does not change sides", "/side");
    TRY(database.run("INSERT INTO organisation (org, value) VALUES ($1, $2) ON CONFLICT (org) DO UPDATE SET value = excluded.value",
                     organisation.id.text(), value));
    return {};
  });
}

Status DirectoryStore::publish_profile(const party::AnswerProfile& profile) {
  const std::string value = json::encode_canonical(profile);
  return engine_->write([&](Database& database) -> Status {
    const auto organisation =
        TRY(decode_one<party::Organisation>(database, "SELECT value FROM organisation WHERE org = $1", profile.organisation.text()));
    if (!organisation || organisation->side != party::Side::PROVIDER)
      return fail(Code::ADDRESSEE_UNKNOWN, "not a provider of this directory", "/organisation");
    TRY(database.run("INSERT INTO profile (org, value) VALUES ($1, $2) ON CONFLICT (org) DO UPDATE SET value = excluded.value",
                     profile.organisation.text(), value));
    return {};
  });
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
      if (entry.algorithm != note::PersonKeyAlgorithm::ed25519 || !log.person_in_force(i, at)) continue;
      const Result<party::Role> role = enum_parse<party::Role>(entry.role);
      if (!role) continue;  // a role of a later version: no act of ours is written in it
      out.push_back({org, person, *role, entry.unit, entry.delegator, TRY(entry.verifier()), entry.valid.from, entry.valid.until});
    }
    return out;
  });
}

Result<std::vector<std::string>> DirectoryStore::entries() const {
  return with_log([](const Log& log) -> Result<std::vector<std::string>> {
    std::vector<std::string> out;
    out.reserve(log.items.size());
    for (const Log::Item& item : log.items) out.push_back(item.serialised);
    return out;
  });
}

Result<std::string> DirectoryStore::checkpoint(Time now) const {
  static_cast<void>(now);  // a checkpoint carries no time; witnesses add theirs
  return with_log([&](const Log& log) -> Result<std::string> {
    std::vector<Sha256> leaves;
    leaves.reserve(log.items.size());
    for (const Log::Item& item : log.items) leaves.push_back(item.leaf);
    const std::string text =
        options_.key.verifier().name + "\n" + std::to_string(leaves.size()) + "\n" + to_base64(ledger::tree_root(leaves).bytes) + "\n";
    return TRY(note::sign_note(text, std::span(&options_.key, 1))).serialise();
  });
}

namespace {

tl::unexpected<Error> conflict(const char* why, const char* where) { return fail(Code::CONFLICT, why, where); }

// One successor; after it only a revocation, so that a key that was rotated and then lost can still be ended.
template <class Entry>
Status check_only_successor(const Entry& previous, bool has_successor, const Entry& next, Time now) {
  if (!has_successor || (next.key == previous.key && next.valid.until <= now)) return {};
  return conflict("the predecessor has a successor already", "prev");
}

bool overlaps(const note::Validity& a, const note::Validity& b) { return a.from < b.until && b.from < a.until; }

}  // namespace

Status DirectoryStore::check_new(Database& database, const Log& log, const std::string& serialised, Time now) const {
  const note::Note note = TRY(note::Note::parse(serialised));
  const std::string& origin = options_.key.verifier().name;
  if (log.by_leaf.contains(note::leaf_hash(note))) return conflict("this entry is in the directory already", "");
  const auto item_of = [&](const Sha256& leaf) -> const Log::Item* {
    const auto found = log.by_leaf.find(leaf);
    return found == log.by_leaf.end() ? nullptr : &log.items[found->second];
  };

  if (const Result<KeyEntry> key = KeyEntry::parse(note.text)) {
    if (key->origin != origin) return fail(Code::BAD_NOTE, "an entry of another log", "origin");
    const std::optional<note::VerifierKey> root = TRY(root_of(database, key->org));
    if (!root) return fail(Code::KEY_UNKNOWN, "the root key of this organisation is not known", "org", {{"signer", note::root_name(key->org)}});
    const auto present = log.keys.find(key->org);
    TRY(note::check_signatures(note, *key, {*root, options_.admitters, present == log.keys.end()}));
    if (key->previous) {
      const Log::Item* previous = item_of(*key->previous);
      if (previous == nullptr || !previous->key) return conflict("the predecessor is not in the directory", "prev");
      TRY(check_only_successor(*previous->key, !previous->next.empty(), *key, now));
      return note::check_successor(*previous->key, previous->leaf, *key);
    }
    if (present == log.keys.end()) return {};
    for (const std::size_t i : present->second)
      if (log.items[i].key->purpose == key->purpose && log.key_in_force(i, now))
        return conflict("a key in force is followed by its successor only", "prev");
    return {};
  }

  const PersonEntry person = TRY(PersonEntry::parse(note.text));
  if (person.origin != origin) return fail(Code::BAD_NOTE, "an entry of another log", "origin");
  const Result<party::Role> role = enum_parse<party::Role>(person.role);
  if (!role || *role == party::Role::NODE) return fail(Code::BAD_VALUE, "not a role of a person", "role", {{"expected", "role"}});
  const auto organisation = TRY(decode_one<party::Organisation>(database, "SELECT value FROM organisation WHERE org = $1", person.org));
  if (organisation && !party::role_belongs_to(*role, organisation->side))
    return fail(Code::BAD_VALUE, "not a role of that side", "role", {{"expected", "role"}});

  note::PersonEntryAuthorities authorities;
  authorities.sign = TRY(log.sign_keys(person.org, now));
  authorities.root = TRY(root_of(database, person.org));
  std::set<PersonId> known;
  for (auto entry = log.people.lower_bound({person.org, PersonId{}}); entry != log.people.end() && entry->first.first == person.org; ++entry) {
    known.insert(entry->first.second);
    for (const std::size_t i : entry->second) {
      const PersonEntry& other = *log.items[i].person;
      if (other.algorithm != note::PersonKeyAlgorithm::ed25519 || !log.person_in_force(i, now)) continue;
      note::VerifierKey key = TRY(other.verifier());
      if (std::ranges::find(authorities.people, key) == authorities.people.end()) authorities.people.push_back(std::move(key));
      // One key serves one person: else a signature would not say whose hand it was.
      if (other.key == person.key && other.person != person.person) return conflict("somebody else signs with this key", "key");
    }
  }
  authorities.people_known = known.size();
  TRY(note::check_signatures(note, person, authorities));

  if (person.previous) {
    const Log::Item* previous = item_of(*person.previous);
    if (previous == nullptr || !previous->person) return conflict("the predecessor is not in the directory", "prev");
    TRY(check_only_successor(*previous->person, !previous->next.empty(), person, now));
    return note::check_successor(*previous->person, previous->leaf, person);
  }
  const auto own = log.people.find({person.org, person.person});
  if (own == log.people.end()) return {};
  for (const std::size_t i : own->second) {
    const PersonEntry& other = *log.items[i].person;
    const bool is_same = other.role == person.role && other.key == person.key && other.delegator == person.delegator && other.unit == person.unit;
    if (is_same && log.items[i].next.empty() && overlaps(other.valid, person.valid)) return conflict("such an entry is there already", "valid");
  }
  return {};
}

Status DirectoryStore::add_entry(const std::string& serialised) {
  const Time now = options_.clock();
  return engine_->write([&](Database& database) -> Status {
    // On a copy: entries of this transaction may yet be undone.
    Log log;
    {
      const std::scoped_lock lock(mutex_);
      log = *log_;
    }
    Statement rows = TRY(database.query("SELECT note FROM entry WHERE seq > $1 ORDER BY seq", static_cast<std::int64_t>(log.items.size())));
    while (TRY(rows.step())) TRY(log.add(std::string(rows.column_text(0))));
    TRY(check_new(database, log, serialised, now));
    TRY(log.add(serialised));
    TRY(database.run("INSERT INTO entry (seq, leaf, note) VALUES ($1, $2, $3)", static_cast<std::int64_t>(log.items.size()), log.items.back().leaf,
                     serialised));
    return {};
  });
}

}  // namespace warifu::store
