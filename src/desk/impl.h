#pragma once
// The spine that every writing function of the desk goes through. Internal to the room.

#include <mutex>
#include <unordered_map>

#include "desk/loaded.h"
#include "desk/office.h"
#include "exchange/key_log.h"
#include "inquiry/bodies.h"
#include "json/write.h"

namespace warifu::desk {

using inquiry::Kind;

// The body of an act as its struct; PURGED when it is gone.
template <class Body>
[[nodiscard]] Result<Body> body_of(const SignedAct& act) {
  if (!act.body) return fail(Code::PURGED, "the text of this act has been purged");
  return json::decode_text<Body>(*act.body);
}

// What is going to be written: one act and what goes with it in the same transaction.
struct Plan {
  Kind kind = Kind::VIEWED;
  json::Value body;  // salt and basis are filled in by the spine
  std::vector<RegisterRow> register_rows;
  std::vector<BookEntry> books;
  std::vector<Sha256> purge_bodies;
  bool purge_files = false;
  std::vector<Plan> first, then;  // written before and after it, in the same transaction and by the same hand
};

template <class Body>
[[nodiscard]] Plan plan_of(Kind kind, const Body& body) {
  return Plan{kind, json::encode(body), {}, {}, {}, false, {}, {}};
}

// Everything a planning function may look at. It is called again when the matter changed meanwhile, so it has no side effects.
struct Scene {
  const party::Person& person;  // who acts; for the node's own acts an empty person
  const Loaded& loaded;
  Time now;
};
using Planner = std::function<Result<Plan>(const Scene&)>;
// What the command answers with, when that is not Written; known before the commit, since it is committed with it.
using Answering = std::function<Result<json::Value>(const Loaded& after, const Commit&)>;

struct Office::Impl {
  explicit Impl(OfficeParts given) : parts(std::move(given)) {}

  OfficeParts parts;
  mutable std::mutex numbering;  // one serial at a time; the store's unique index is the backstop

  // The books that every command reads, kept for a moment: other processes of the same node may change them.
  struct Books {
    Time read;
    std::vector<party::Person> people;
    std::vector<party::Unit> units;
    std::vector<party::Delegation> delegations;
    std::unordered_map<PersonId, std::size_t> place_of;  // in `people`
    [[nodiscard]] const party::Person* person(const PersonId& id) const;
  };
  [[nodiscard]] Result<std::shared_ptr<const Books>> books() const;
  void forget_books() const;
  mutable std::mutex books_mutex;
  mutable std::shared_ptr<const Books> books_cache;

  // The log of keys as a stranger reads it, verified once for each size; `size`: how many entries it has.
  [[nodiscard]] Result<std::shared_ptr<const exchange::KeyLog>> key_log(std::size_t& size) const;
  mutable std::mutex key_log_mutex;
  mutable std::shared_ptr<const exchange::KeyLog> key_log_cache;
  mutable std::size_t key_log_size = 0;

  [[nodiscard]] Time now() const { return parts.clock(); }
  [[nodiscard]] party::Side side() const { return parts.self.side; }

  // ── reading ──
  // The matter as the store has it now, from memory when that is what was last seen of it. NOT_FOUND.
  [[nodiscard]] Result<std::shared_ptr<const Loaded>> current(const MatterId& matter) const;
  [[nodiscard]] Result<std::shared_ptr<const Loaded>> current_or_blank(const MatterId& matter) const;
  // The same, the stamp having just been read: nothing yet when it says that there are no acts.
  [[nodiscard]] Result<std::shared_ptr<const Loaded>> current_at(const MatterId& matter, const Stamp& stamp) const;
  [[nodiscard]] Result<Loaded> load(const MatterId& matter) const;  // the same, to be written on
  [[nodiscard]] Result<Loaded> load_or_blank(const MatterId& matter) const;
  // Commits, and keeps what that leaves of the matter for whoever comes next; after a purge nothing of it.
  [[nodiscard]] Status commit_and_keep(Commit commit, Loaded after) const;
  void keep(Loaded after, const Stamp& stamp, bool has_purged) const;
  mutable MatterCache matters;
  [[nodiscard]] Result<party::Person> person_of(const Caller& caller) const;  // active and holding the role: FORBIDDEN, ROLE_MISSING
  // Need to know: units on the agency's side, assignment on the provider's; auditors all, administrators none. NOT_FOUND, so that nobody
  // learns what exists.
  [[nodiscard]] Status may_see(const Caller& caller, const party::Person& person, const Loaded& loaded) const;
  [[nodiscard]] Result<std::vector<party::Person>> people() const;
  [[nodiscard]] Result<std::optional<party::Person>> person(const PersonId& id) const;
  [[nodiscard]] Result<std::optional<party::Unit>> unit(const UnitId& id) const;
  [[nodiscard]] Result<std::vector<party::Delegation>> delegations() const;
  [[nodiscard]] Result<std::optional<party::Case>> case_of(const CaseId& id) const;
  [[nodiscard]] Result<law::HouseRules> house_rules() const;
  // Head of that unit, or a delegate whose period covers the instant; FORBIDDEN, DELEGATION_OUT_OF_PERIOD.
  [[nodiscard]] Status may_approve(const party::Person& person, const std::optional<UnitId>& unit, Time at) const;
  [[nodiscard]] Status may_take_evidence(const Caller& caller, const party::Person& person, const Loaded& loaded) const;
  [[nodiscard]] Status may_purge(const Loaded& loaded, Time at) const;  // RETENTION_RUNNING, ILLEGAL_TRANSITION
  // Of a provider: the last day on which what was answered has to be kept, from the receipt of the last answer. Absent when none was received or
  // the inquiry was withdrawn: then nothing has to be kept any longer.
  [[nodiscard]] std::optional<Date> answer_kept_until(const Loaded& loaded) const;
  // Texts are destroyed when nothing of the matter waits in the outbox any more: an act crosses with its text or not at all.
  [[nodiscard]] Result<bool> is_on_its_way(const MatterId& matter) const;
  [[nodiscard]] bool has_overridden_answer(const Loaded& loaded) const;                  // of this provider, not purged yet
  [[nodiscard]] Result<Plan> retention_plan(const Loaded& loaded) const;                 // ILLEGAL_TRANSITION unless closed
  [[nodiscard]] Plan erasure_plan(const Loaded& loaded) const;                           // every text and file that is still there
  [[nodiscard]] Plan purge_plan(const Loaded& loaded, const std::string& reason) const;  // with the erasure before it
  [[nodiscard]] Result<RowView> row_view(const Caller& caller, const party::Person& me, const inquiry::MatterRow& row) const;
  [[nodiscard]] Result<MatterView> view_of_matter(const Caller& caller, const party::Person& person, const Loaded& loaded) const;

  // ── figures and inspection ──
  [[nodiscard]] Status may_read_figures(const Caller& caller) const;
  [[nodiscard]] Result<BookEntry> statement_entry(const SignedAct& act) const;  // as the office's book keeps an issued or received statement
  [[nodiscard]] Result<std::vector<StatementHead>> statement_heads() const;
  [[nodiscard]] Result<StatementRow> statement_row(StatementHead head) const;
  [[nodiscard]] Result<std::vector<Notice>> alarms(const Caller& caller) const;
  [[nodiscard]] Result<std::vector<Notice>> exchange_alarms(const Caller& caller) const;  // incidents nobody has looked at

  // ── the spine ──
  struct Decided {
    Commit commit;
    Loaded after;
    Written made;
  };
  using Decide = std::function<Result<Decided>(std::shared_ptr<const Loaded> before)>;
  // Decides on the matter and commits, once more when another act came between. The first time on what is in memory, without asking the store whether
  // it is still so: the commit compares. What was refused so is decided again on what the store has, so that nobody is refused by the past.
  Result<Written> decide_and_commit(const Caller& caller, const MatterId& matter, bool is_new, const Decide& decide);
  // `is_new`: the matter must not exist yet. Retried when another act came between. The answer to the caller's Idempotency-Key is part of the
  // commit.
  Result<Written> write(const Caller& caller, const MatterId& matter, const Planner& planner, bool is_new = false, const Answering& answering = {});
  Result<Prepared> prepare(const Caller& caller, const MatterId& matter, const Planner& planner) const;
  Result<Written> write_signed(const Caller& caller, const MatterId& matter, const SignedCommand& command, const Planner& planner);
  struct OwnHand {  // one of them
    std::optional<note::SignatureLine> line;
    std::vector<note::Assertion> assertions;
  };
  [[nodiscard]] Result<OwnHand> own_hand(const Caller& caller, const inquiry::Act& act, const SignedCommand& command) const;
  // The same, asking first whether that role writes such acts at all: who asks comes before what is asked, so that a refusal tells nobody
  // the state of a matter or what is wrong with a form he may not fill in.
  [[nodiscard]] Status may_begin(const Caller& caller, Kind kind) const;
  // Whether what is known of the others' keys is recent enough for such an act (trust: 15 minutes for what orders something, 24 hours for
  // all). CHECKPOINT_OLD.
  [[nodiscard]] Status check_directory_age(Kind kind) const;
  Result<Written> write(const Caller& caller, const MatterId& matter, Kind kind, const Planner& planner, bool is_new = false) {
    TRY(may_begin(caller, kind));
    return write(caller, matter, planner, is_new);
  }
  Result<Prepared> prepare(const Caller& caller, const MatterId& matter, Kind kind, const Planner& planner) const {
    TRY(may_begin(caller, kind));
    return prepare(caller, matter, planner);
  }
  Result<Written> write_signed(const Caller& caller, const MatterId& matter, Kind kind, const SignedCommand& command, const Planner& planner) {
    TRY(may_begin(caller, kind));
    return write_signed(caller, matter, command, planner);
  }
  // Signs the plans in their order onto `loaded` and gives the new acts; nothing is stored.
  Result<std::vector<SignedAct>> add_acts(Loaded& loaded, const std::vector<Plan>& plans, party::Role role, std::optional<PersonId> person) const;
  // Acts of the system itself, one after the other in one transaction, on an already loaded matter, which is used up when they stand.
  Result<Written> write_node(Loaded& loaded, const std::vector<Plan>& plans);

  [[nodiscard]] Result<inquiry::Act> act_for(const Loaded& loaded, const Plan& plan, party::Role role, std::optional<PersonId> person,
                                             std::string& body) const;
  [[nodiscard]] Result<SignedAct> sign(const inquiry::Act& act, std::string body, std::optional<note::SignatureLine> own) const;
  // Projection, outbox and everything else of the transaction.
  [[nodiscard]] Result<Commit> commit_for(Basis before, Loaded& after, std::vector<SignedAct> acts, const std::vector<Plan>& plans) const;
  [[nodiscard]] Status keep_answer(const Caller& caller, const Loaded& after, const Written& written, const Answering& answering,
                                   Commit& commit) const;
  [[nodiscard]] Written written(const Loaded& loaded) const;
  [[nodiscard]] Written written(const Loaded& loaded, const Commit& commit) const;  // the same, without projecting once more
  // To whom this act crosses, if it does.
  [[nodiscard]] std::optional<party::OrganisationId> counterparty(const Loaded& loaded) const;
};

// The answer of one of the person's passkeys as it is kept; KEY_UNKNOWN when no passkey of the books has this credential.
[[nodiscard]] Result<note::Assertion> assertion_of(const Store& store, const PersonId& person, const AssertionCommand& command);

[[nodiscard]] std::string new_salt();

// Text that people typed, cleaned; `where` is set on errors.
[[nodiscard]] Result<std::string> line(std::string_view text, std::string_view where, bool may_be_empty = false);
[[nodiscard]] Result<std::string> paragraph(std::string_view text, std::string_view where, bool may_be_empty = false);
[[nodiscard]] Notice notice_of(const Error& error);

}  // namespace warifu::desk
