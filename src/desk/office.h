#pragma once
// The desk of one organisation: one function per thing a person can do. Browser, command line, file import and foreign interface all end
// here. Each writing function decides on the present acts, writes one act (or the few that belong together) in one transaction with its
// projection and outbox, and answers what state the matter is in. Nothing here waits for the network: the outbox does (post()).
//
// The spine: plan (what would be written) → act text with the present heads → the fold's own verdict (check_legal) → signatures → commit.
// Acts that need a person's own signature are prepared first and written with what that person's device signed.

#include <functional>
#include <memory>
#include <mutex>

#include "answer/source.h"
#include "base/limits.h"
#include "desk/commands.h"
#include "desk/directory_port.h"
#include "desk/once.h"
#include "desk/store_port.h"
#include "desk/views.h"
#include "exchange/courier.h"
#include "law/catalogue.h"
#include "note/note.h"
#include "note/policy.h"

namespace warifu::desk {

struct Loaded;

struct Caller {
  PersonId person;
  party::Role role = party::Role::INVESTIGATOR;  // the role in use
  Once* once = nullptr;                          // of a command with an Idempotency-Key that was not carried out yet
};

// Rows of the outbox that cross together.
struct Gathered {
  exchange::Parcel parcel;
  std::vector<std::int64_t> rows;
  int attempts = 0;
  std::size_t bytes = 0;
  std::uint64_t file_bytes = 0;
};
// A message of a bundle of evidence that the bundle does not prove yet: the hub's signed promise stands for it.
struct UnprovenMessage {
  std::string entry;  // the folder in the bundle, messages/000002
  exchange::MessageId message;
  bool is_logged = false;  // it stands in the log, and those whom the house wants have not cosigned a checkpoint over it yet
};
struct EvidenceBundle {
  std::string archive;
  std::vector<UnprovenMessage> unproven;  // again in a minute: none, as long as the hub and its witnesses keep their word
};
// Before the next try: 2 s, 4 s … 10 minutes.
[[nodiscard]] Duration retry_after(int attempts);

struct OfficeParts {
  party::Organisation self;
  std::shared_ptr<Store> store;
  std::shared_ptr<Directory> directory;
  std::shared_ptr<const law::Catalogue> law;
  std::shared_ptr<const note::Signer> signer;            // <org>/sign
  std::vector<note::VerifierKey> logs = {};              // of a member of an exchange: the hub's log of messages
  std::optional<note::Policy> policy = {};               // of a member: whom the house wants to have seen both logs (its root.vkey)
  std::shared_ptr<Mailbox> mailbox;                      // of a member of an exchange; null where acts cross in this process
  std::vector<std::shared_ptr<answer::Source>> sources;  // provider only
  std::function<Time()> clock = now_utc;
  std::uint64_t file_bytes_max = limits::kFileBytesMax;  // of a file that is attached here (answers.file_megabytes)
};

class Office {
 public:
  explicit Office(OfficeParts parts);
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  [[nodiscard]] const party::Organisation& self() const;
  [[nodiscard]] Store& store() const;
  [[nodiscard]] const Directory& directory() const;
  [[nodiscard]] const law::Catalogue& law() const;
  [[nodiscard]] Time now() const;

  // ── inquiries, agency ──
  Result<JudgeView> judge(const Caller&, const JudgeCommand&) const;
  Result<Written> draft(const Caller&, const DraftCommand&);
  Result<Written> record_oral(const Caller&, const OralCommand&);
  Result<Written> check(const Caller&, const MatterId&, const CommentCommand&);
  Result<Written> send_back(const Caller&, const MatterId&, const ReasonCommand&);
  Result<Prepared> prepare_approval(const Caller&, const MatterId&) const;
  Result<Written> approve(const Caller&, const MatterId&, const SignedCommand&);
  Result<Written> number(const Caller&, const MatterId&, const RegisterCommand&);
  Result<Prepared> prepare_dispatch(const Caller&, const MatterId&) const;
  Result<Written> dispatch(const Caller&, const MatterId&, const SignedCommand&);
  Result<Written> void_inquiry(const Caller&, const MatterId&, const ReasonCommand&);
  Result<Written> withdraw(const Caller&, const MatterId&, const ReasonCommand&);
  Result<Written> remind(const Caller&, const MatterId&, const MessageCommand&);
  Result<Written> retrieve(const Caller&, const MatterId&, const ReleaseReference&);
  Result<Written> open_answer(const Caller&, const MatterId&, const OpenCommand&);
  Result<Written> decline_narrowing(const Caller&, const MatterId&, const ReleaseReference&);
  Result<Written> feedback(const Caller&, const MatterId&, const FeedbackCommand&);
  Result<Written> close(const Caller&, const MatterId&, const CommentCommand&);
  Result<Written> retain(const Caller&, const MatterId&);
  Result<Written> hand_over(const Caller&, const MatterId&, const HandOverCommand&);

  // ── inquiries, provider ──
  Result<Written> triage(const Caller&, const MatterId&, const DecisionsCommand&);
  Result<std::vector<inquiry::ItemDecision>> suggest_triage(const Caller&, const MatterId&) const;
  Result<Written> decide_legal(const Caller&, const MatterId&, const DecisionsCommand&);
  Result<Written> accept(const Caller&, const MatterId&, const AcceptCommand&);
  Result<Written> return_inquiry(const Caller&, const MatterId&, const ReturnCommand&);
  Result<Written> assign(const Caller&, const MatterId&, const AssignCommand&);
  Result<LookupView> look_up(const Caller&, const MatterId&, const LookupCommand&);
  // What may be attached to an answer of this house, and how large it may be.
  [[nodiscard]] FileLimits file_limits() const;
  Result<inquiry::FileRef> attach(const Caller&, const MatterId&, std::string_view name, std::string_view media_type, const std::string& path,
                                  Handover how = Handover::COPY);
  Result<Written> collect(const Caller&, const MatterId&, const CollectCommand&);
  Result<Written> check_answer(const Caller&, const MatterId&, const AnswerCheckCommand&);
  Result<Written> send_back_answer(const Caller&, const MatterId&, const ReasonCommand&);
  Result<Prepared> prepare_release(const Caller&, const MatterId&) const;
  Result<Written> release(const Caller&, const MatterId&, const SignedCommand&);

  // ── both sides ──
  Result<MatterView> view(const Caller&, const MatterId&, const ViewCommand&);  // writes the view's act
  Result<MatterView> peek(const Caller&, const MatterId&) const;                // the same without an act: command line of the node's owner, tests
  Result<Written> purge(const Caller&, const MatterId&, const ReasonCommand&);
  Result<Written> add_finding(const Caller&, const MatterId&, const FindingCommand&);
  Result<std::string> file_path(const Caller&, const MatterId&, const Sha256& file) const;
  Result<ProofView> prove(const Caller&, const MatterId&, const Sha256& act) const;  // EVIDENCE_INVALID: a signature or a message does not hold
  // Draws the inquiry form as PDF from the acts of its matter: papers are drawn in a room above this one. Nothing when the text is gone.
  using DrawPaper = std::function<Result<std::optional<std::string>>(const std::vector<SignedAct>&, const inquiry::MatterState&)>;
  // 証拠一式: the bundle that proves the whole matter to somebody who has nothing else (docs/formats.md, "Evidence"). It carries every text of the
  // matter, unopened answers and what was looked up included, so that it is for auditors, the head of the unit or a delegate, and a provider's
  // legal staff, within an hour of a view that revealed kEvidence and said why. FORBIDDEN, REASON_REQUIRED, ILLEGAL_TRANSITION without a number;
  // CHECKPOINT_OLD while a key that signed here stands in the log of keys behind the newest checkpoint that the house's quorum has seen.
  // Nobody waits for a proof: a message that is not in the log yet, or under no checkpoint that the house's own policy accepts, goes into the
  // bundle with the hub's promise alone, and is named.
  static constexpr std::string_view kEvidence = "evidence";
  Result<EvidenceBundle> evidence(const Caller&, const MatterId&, const DrawPaper&) const;
  // The same bytes for the node's owner, without an act. `number`: one of the matter's document numbers.
  Result<EvidenceBundle> evidence(const MatterId&, const std::string& number, const DrawPaper&) const;
  Result<ListView> list(const Caller&, MatterQuery) const;
  Result<DeskView> desk(const Caller&) const;
  Result<RegisterView> register_of(const Caller&, const UnitId& office, law::FormKind, int year) const;

  // ── the office's books ──
  Result<party::Person> put_person(const Caller&, const PersonCommand&);
  Result<party::Unit> put_unit(const Caller&, const UnitCommand&);
  Result<party::Delegation> put_delegation(const Caller&, const DelegationCommand&);
  Status check_delegation(const Caller&, const DelegationCommand&) const;  // what put_delegation would refuse
  // The delegation that is meant, when this person may end it: whoever delegated, the present head of the unit, or an administrator (a head
  // may be away), never the delegate. NOT_FOUND, FORBIDDEN, ROLE_MISSING, SEPARATION_OF_DUTIES.
  [[nodiscard]] Result<party::Delegation> check_delegation_end(const Caller&, const DelegationReference&) const;
  // From `until` on it does not hold any more; one that had not begun never will. Never longer than before.
  Result<party::Delegation> end_delegation(const Caller&, const DelegationReference&, Time until);
  Result<party::Case> put_case(const Caller&, const CaseCommand&);
  Result<TemplateSaved> put_template(const Caller&, const TemplateCommand&);
  Result<HouseRulesCommand> put_house_rules(const Caller&, const HouseRulesCommand&);
  Status put_profile(const Caller&, const party::AnswerProfile&);
  [[nodiscard]] Result<std::vector<party::Person>> people() const;
  [[nodiscard]] Result<std::optional<party::Person>> person(const PersonId&) const;
  [[nodiscard]] Result<std::vector<party::Unit>> units() const;
  [[nodiscard]] Result<std::vector<party::Delegation>> delegations() const;
  [[nodiscard]] Result<std::vector<party::Case>> cases(const Caller&) const;
  [[nodiscard]] Result<std::vector<TemplateCommand>> templates(const Caller&) const;
  [[nodiscard]] Result<law::HouseRules> house_rules() const;
  [[nodiscard]] std::vector<SourceView> sources() const;

  // ── figures and inspection ──
  // Counts and times of the whole office, without anything personal: releaser, intake, legal desk and auditor of a provider; approver,
  // registrar and auditor of an agency. Dates are days of dispatch.
  Result<FiguresView> statistics(const Caller&, Date from, Date until) const;
  Result<report::PublicTable> public_statistics(const Caller&, const report::HalfYear&) const;
  // The provider states what it received from an agency in a month; a statement of a month that goes on is provisional. Saying the same again
  // writes nothing.
  Result<StatementView> issue_statement(const Caller&, const StatementCommand&);
  Result<StatementList> statements(const Caller&) const;
  Result<StatementView> statement(const Caller&, const MatterId& id) const;
  Result<ReconciliationView> reconcile(const Caller&, const MatterId& id) const;                     // agency
  Result<StatementRow> examine_statement(const Caller&, const MatterId& id, const FindingCommand&);  // auditor; ends the alarm
  Result<AuditView> audit(const Caller&, const report::Month&) const;                                // auditor
  // Auditor: acts by their hash, by 16 digits of it at least, or by the verification code on a paper. BAD_VALUE; none: an empty list.
  Result<ActsFound> find_acts(const Caller&, std::string_view text) const;

  // ── the exchange ──
  // What the hub or a key did that it must not: administrators and auditors. Empty where acts cross in this process. Without a cursor the newest, and
  // the open ones however old they are; an older page tells everything that lies there, those open ones again. BAD_VALUE for a cursor.
  [[nodiscard]] Result<IncidentList> incidents(const Caller&, const std::string& cursor = {}) const;
  // Auditor: what was found out is an act, and the exchange goes on. NOT_FOUND; CONFLICT when somebody has examined it already.
  Result<IncidentView> examine_incident(const Caller&, std::int64_t incident, const CommentCommand&);

  // ── courier ──
  // A parcel from outside: every signature is checked before anything is shown. A repetition changes nothing; acts whose parents are not here yet
  // are kept apart until those come. What carried it is written in the same transaction.
  struct Received {
    std::size_t applied = 0, held = 0;
  };
  Result<Received> receive(const exchange::Parcel& parcel, const Carried& carried = {});
  // Rows of the outbox as parcels, one for each matter and addressee while it fits. STORE_CORRUPT when an act is gone.
  [[nodiscard]] Result<std::vector<Gathered>> gather(const std::vector<OutboxRow>& rows) const;
  // What has to happen once an act of this matter is out of the house: a text that was waited with is destroyed.
  Status left_house(const MatterId& matter);
  // Sends what the outbox holds and is due; the number of acts delivered. One thread at a time.
  Result<int> post(exchange::Courier& courier);
  // Time passes: what was closed a week ago goes into retention. Called by a timer; the number of acts written. (What is overdue, and to whom it
  // has escalated, is a view of state and clock and writes nothing.)
  Result<int> tick();

  // Set-up (`warifu init`, the demo): an entry of the books written by the node itself, checked like a person's. `value` is the stored form:
  // party::Person, Unit, Delegation, Case, TemplateCommand, HouseRulesCommand, AnswerProfile for book person, unit, delegation, case, template,
  // house_rules, profile. `key`: login, case number; empty for the other books.
  Result<Written> put_entry_as_node(const std::string& book, const MatterId& id, const std::string& key, const json::Value& value);

  // Computes every projection from the acts. With `check_only` nothing is written; the number of rows that differ.
  Result<std::size_t> rebuild(bool check_only);

  struct Impl;  // the spine, seen by the desk's own files only

 private:
  friend class Retelling;
  Status drop_overridden(const MatterId& matter);
  std::unique_ptr<Impl> impl_;
};

}  // namespace warifu::desk
