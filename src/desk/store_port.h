#pragma once
// What the desk needs kept for one organisation. Implemented by the store room on SQLite and PostgreSQL, with one conformance suite.
// Everything a command does is one Commit: acts, projection, books, outbox, register and the answer to its Idempotency-Key stand or fall
// together. Reads see committed data only. Errors: STORE_UNAVAILABLE, DISK_FULL, STORE_CORRUPT, CONFLICT, STALE, NOT_FOUND.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "desk/mailbox.h"
#include "inquiry/act.h"
#include "inquiry/projection.h"

namespace warifu::desk {

using inquiry::SignedAct;

// An entry of the office's books as it now is (the value of its latest office.changed act).
struct BookEntry {
  std::string book;  // person, unit, delegation, case, template, profile, house_rules, organisation
  MatterId id;
  std::string value;  // canonical JSON
  std::string key;    // what it is found by: login, case number …; unique per book when not empty
  Time updated;
};

// One line of a register (交付簿).
struct RegisterRow {
  inquiry::Numbering numbering;
  MatterId matter;
  std::string state;   // ISSUED, SPOILED, SUPERSEDED
  std::string reason;  // why it was spoiled
  Time at;
};

struct OutboxRow {
  std::int64_t seq = 0;  // given by the store
  party::OrganisationId to;
  MatterId matter;
  Sha256 act;
  int attempts = 0;
  Time next_try;
  std::string last_error;  // code only
  std::optional<Time> delivered;
};

struct IdempotencyRecord {
  PersonId person;
  std::string key;
  Sha256 request;  // digest of method, path and body
  int status = 200;
  std::string response;
  Time at;
};

// Which acts of a matter are there, and which of their texts: acts are only ever added, and a purge changes the key. Two equal stamps of one matter
// of one store mean the same acts with the same texts. To be compared, nothing else.
struct Stamp {
  std::int64_t acts = 0;  // how many
  std::int64_t last = 0;  // the place of the last one among all of the store
  Sha256 key;             // tells keys of the matter apart, and nothing about them
  bool operator==(const Stamp&) const = default;
};
struct StampedActs {
  std::vector<SignedAct> acts;
  Stamp stamp;
};

struct Commit {
  MatterId matter;
  std::vector<Sha256> expected_acts;  // hashes of all acts the matter had when this was decided, sorted; others now: STALE
  std::optional<Stamp> expected;      // the stamp that came with those acts: while it still holds, the hashes need not be compared one by one
  std::vector<SignedAct> acts;        // a repeated act (same hash) is skipped, not an error
  std::optional<inquiry::Projection> projection;
  std::vector<RegisterRow> register_rows;  // insert or, for the same number, update; another matter on the number: SERIAL_TAKEN
  std::vector<BookEntry> books;
  std::vector<OutboxRow> outbox;
  std::optional<IdempotencyRecord> idempotency;
  std::vector<Sha256> purge_bodies;  // acts whose bodies are destroyed, with the search terms, beyond recovery from the files
  bool purge_files = false;          // and every file of the matter
  bool held = false;                 // acts whose parents are missing are kept apart until those come
  Carried carried;                   // the message that brought this, and the receipt for it; also when all its acts were here before
};

enum class Sort { NEWEST, DUE, NUMBER };

struct MatterQuery {
  std::vector<inquiry::State> states;
  std::vector<inquiry::ProviderState> provider_states;
  std::vector<inquiry::Turn> turns;
  std::optional<PersonId> turn_person;  // named in turn_persons, or nobody is named and the role below is right
  std::optional<party::Role> turn_role;
  std::vector<UnitId> units;  // of the drafter; empty: any
  std::optional<PersonId> in_charge, drafter;
  std::optional<CaseId> case_id;
  std::string case_number, number;  // prefix
  std::optional<party::OrganisationId> counterparty;
  std::optional<Time> due_before, updated_from, updated_until, dispatched_from, dispatched_until;
  std::optional<bool> is_open;
  std::string text;                    // searched in words and selectors
  std::optional<PersonId> visible_to;  // only matters where this person drafted, is in charge or is named (operators)
  Sort sort = Sort::NEWEST;
  std::size_t limit = 50;
  std::string cursor;  // opaque; of the page before
};

struct MatterPage {
  std::vector<inquiry::MatterRow> rows;
  std::string next;             // empty at the end; a search that compared its share of words may go on after a page that is not full
  std::size_t count = 0;        // capped at limits::kCountCap + 1
  bool is_count_least = false;  // counting on would have looked at too many rows: so many at least
};

// Where an act stands.
struct ActPlace {
  MatterId matter;
  Sha256 hash;
};

struct LoginRow {
  PersonId person;
  std::string login;
  std::string password;  // Argon2id string; empty while not set
  int failures = 0;
  std::optional<Time> locked_until;
  std::string invitation;  // SHA-256 hex of the code; empty when used
  std::optional<Time> invitation_until;
};

struct PersonKeyRow {
  PersonId person;
  std::string vkey;  // as note::PersonKey spells it, name <org>/person/<id>
  std::string device;
  Time from, until;
  bool is_revoked = false;
  Bytes credential = {};  // of a passkey: its id in the authenticator
};

struct SessionRow {
  Sha256 token;  // digest of the cookie's value
  PersonId person;
  std::string csrf;
  bool is_complete = false;  // second factor done
  std::string challenge;     // of the second factor
  std::string role;          // the role in use
  Time created, last_seen, until;
};

// How a file comes into the store. MOVE: whoever has it needs it no longer, so that it is renamed where both places are of one file system and
// copied otherwise; it may be gone afterwards, also after a failure.
enum class Handover { COPY, MOVE };

class Store {
 public:
  virtual ~Store() = default;

  virtual Result<Stamp> commit(Commit commit) = 0;  // the stamp as this commit left it

  virtual Result<std::vector<SignedAct>> acts(const MatterId& matter) const = 0;  // in order of arrival; NOT_FOUND when there are none
  virtual Result<StampedActs> stamped_acts(const MatterId& matter) const = 0;     // the same, with the stamp of that moment
  virtual Result<Stamp> stamp(const MatterId& matter) const = 0;                  // without reading them; NOT_FOUND
  // Those that wait for others, in order of arrival, with the stamp of those that are in at that moment; of no acts when none are.
  virtual Result<StampedActs> stamped_held(const MatterId& matter) const = 0;
  Result<std::vector<SignedAct>> held_acts(const MatterId& matter) const { return std::move(TRY(stamped_held(matter)).acts); }
  virtual Result<inquiry::MatterRow> row(const MatterId& matter) const = 0;
  virtual Result<MatterPage> find(const MatterQuery& query) const = 0;
  virtual Result<std::size_t> count(const MatterQuery& query) const = 0;  // capped at limits::kCountCap + 1
  virtual Result<std::optional<MatterId>> matter_by_number(std::string_view document_number) const = 0;
  // Of this counterparty, under exactly this number, the oldest first; at most as many.
  virtual Result<std::vector<MatterId>> matters_numbered(const party::OrganisationId& counterparty, std::string_view number,
                                                         std::size_t limit) const = 0;
  // Acts whose hashes lie between these, both included, in their order.
  virtual Result<std::vector<ActPlace>> acts_between(const Sha256& first, const Sha256& last, std::size_t limit) const = 0;
  // Every matter once, in a stable order, for rebuild, statistics and backup.
  virtual Status each_matter(const std::function<Status(const MatterId&)>& visit) const = 0;
  virtual Status each_row(const MatterQuery& query, const std::function<Status(const inquiry::MatterRow&)>& visit) const = 0;
  // Counts the matters of which anything that lists, searches and pages read is not what `compute` says, and unless `check_only` writes it anew.
  // What belongs to no matter counts as one more. `compute` is called by several threads at once.
  virtual Result<std::size_t> replace_projections(const std::function<Result<std::optional<inquiry::Projection>>(const MatterId&)>& compute,
                                                  bool check_only) = 0;
  virtual Result<inquiry::Projection> projection(const MatterId& matter) const = 0;

  virtual Result<std::optional<BookEntry>> book_entry(std::string_view book, const MatterId& id) const = 0;
  virtual Result<std::optional<BookEntry>> book_entry_by_key(std::string_view book, std::string_view key) const = 0;
  virtual Result<std::vector<BookEntry>> book(std::string_view book, std::size_t limit = 10'000) const = 0;

  // Highest serial used in (office, form, year); 0 when none.
  virtual Result<int> last_serial(const UnitId& office, law::FormKind form, int year) const = 0;
  virtual Result<std::vector<RegisterRow>> register_rows(const UnitId& office, law::FormKind form, int year) const = 0;

  virtual Result<std::vector<OutboxRow>> outbox_due(Time now, std::size_t limit) const = 0;
  virtual Result<std::vector<OutboxRow>> outbox_of(const MatterId& matter) const = 0;
  virtual Status outbox_done(std::int64_t seq, Time at) = 0;
  virtual Status outbox_failed(std::int64_t seq, std::string_view error, Time next_try) = 0;

  virtual Result<std::optional<IdempotencyRecord>> idempotency(const PersonId& person, std::string_view key) const = 0;
  virtual Status remember(const IdempotencyRecord& record) = 0;  // for commands that wrote no act

  virtual Result<std::optional<LoginRow>> login(std::string_view login) const = 0;
  virtual Result<std::optional<LoginRow>> login_of(const PersonId& person) const = 0;
  virtual Status put_login(const LoginRow& row) = 0;
  virtual Result<std::vector<PersonKeyRow>> person_keys(const PersonId& person) const = 0;
  virtual Status put_person_key(const PersonKeyRow& row) = 0;
  virtual Result<std::optional<SessionRow>> session(const Sha256& token) const = 0;
  virtual Status put_session(const SessionRow& row) = 0;
  virtual Status drop_session(const Sha256& token) = 0;
  virtual Status drop_sessions_of(const PersonId& person) = 0;

  // When this person last viewed this matter (one act per person and matter in 15 minutes).
  virtual Result<std::optional<Time>> last_view(const MatterId& matter, const PersonId& person) const = 0;

  // Files lie under their matter, never shared between matters. TOO_LARGE beyond limits::kFileBytesCeiling, DISK_FULL before anything is written.
  virtual Result<inquiry::FileRef> put_file(const MatterId& matter, std::string_view name, std::string_view media_type, const std::string& path,
                                            Handover how = Handover::COPY) = 0;
  virtual Result<std::string> file_path(const MatterId& matter, const Sha256& sha256) const = 0;  // NOT_FOUND
  // TEXT_DIFFERS when it is another file. One that lies in the matter's place already is only checked.
  virtual Status copy_file(const MatterId& matter, const Sha256& sha256, const std::string& from_path, Handover how = Handover::COPY) = 0;

  virtual Status check() const = 0;  // healthz: can it be read
};

}  // namespace warifu::desk
