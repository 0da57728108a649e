#pragma once
// What the desk shows: values made for people and programs that read, never stored. Lists carry masked selectors only; the full text of a
// matter is shown on its page, to those who may see it, and every such view is an act.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "inquiry/bodies.h"
#include "inquiry/projection.h"
#include "law/judge.h"
#include "party/profile.h"
#include "report/audit.h"
#include "report/statement.h"
#include "report/statistics.h"

namespace warifu::desk {

struct PersonName {
  PersonId id;
  std::string name, post, unit;
  std::string unit_en = {};  // empty where the office gave none
};

// A sentence in both languages, with its code.
struct Notice {
  std::string code, where, ja, en;
};

struct Written {  // the answer to every command that wrote an act
  MatterId matter;
  Sha256 act;
  inquiry::State state = inquiry::State::NONE;
  inquiry::ProviderState provider_state = inquiry::ProviderState::NONE;
  std::string number;
};

struct TemplateSaved {
  TemplateId id;
};

struct Prepared {  // what a person's device is asked to sign
  MatterId matter;
  std::string kind;
  std::string text, body;  // sign `text`; SHA-256(body) stands in it
  std::string signer;      // <org>/person/<id>: the name of the signature line
};

struct RowView {
  MatterId matter;
  inquiry::State state = inquiry::State::NONE;
  inquiry::ProviderState provider_state = inquiry::ProviderState::NONE;
  inquiry::Turn turn = inquiry::Turn::NONE;
  bool is_my_turn = false, is_overdue = false, is_open = true;
  std::string number, case_number, counterparty, counterparty_name_ja, counterparty_name_en, subject;
  std::optional<std::string> drafter, in_charge;  // names
  std::vector<std::string> turn_names;
  std::optional<Date> due;
  law::Urgency urgency = law::Urgency::NORMAL;
  Time created, updated;
  std::optional<Time> dispatched, answered;
  int items = 0, version = 0;
  std::vector<law::Category> categories;
};

struct ListView {
  std::vector<RowView> rows;
  std::string next;
  int count = 0;
  bool count_is_capped = false;
};

struct JudgementView {
  law::Outcome outcome = law::Outcome::DENY;
  law::Lane lane = law::Lane::RETURN;
  law::Category asked_category = law::Category::K1, effective_category = law::Category::K1;
  std::string rule_id, article_ja, article_en, ja, en, possible_ja, possible_en;
  bool reclassified = false, by_house_rule = false, verified = false;
};

struct ItemCheck {  // live check of one item
  int no = 1;
  std::optional<inquiry::ItemSelector> selector;
  std::vector<Notice> errors, warnings;
  std::optional<JudgementView> judgement;
};

struct JudgeView {
  std::vector<ItemCheck> items;
};

struct ActView {
  Sha256 act;
  std::string kind, name_ja, name_en;
  party::OrganisationId org;
  party::Role role = party::Role::NODE;
  std::optional<PersonName> person;  // of the other side: only what its acts tell
  Time at;
  bool is_shared = false, is_purged = false, has_own_signature = false;
  std::vector<std::string> own_keys;  // <org>/person/<id>+<key id> of the person's signature line or passkey
  inquiry::Effect effect = inquiry::Effect::APPLIED;
  std::string why;                          // when without effect
  std::string note;                         // reason, comment or message in it
  std::optional<law::ReasonCode> reason;    // of a return
  std::optional<inquiry::Outcome> outcome;  // of what an answer led to
};

struct StepEvidence {  // accepted → relayed → delivered → retrieved
  // DISPATCHED, HUB_ACCEPTED, HUB_RELAYED, LOGGED, DELIVERED, ACCEPTED, RELEASED, ANSWER_HUB_ACCEPTED, ANSWER_HUB_RELAYED, ANSWER_DELIVERED,
  // ANSWER_LOGGED, RETRIEVED. Those of the hub and the log stand with whoever sent it, and only in an exchange over a hub.
  std::string step;
  std::optional<Time> at;
  bool is_late = false;
};

// What stands behind an act (証明), as it was checked when it was asked for.
struct ProofSignature {
  std::string name;    // <org>/sign, <org>/person/<id>
  std::string key_id;  // 8 hex digits
  bool is_passkey = false;
  Time valid_from, valid_until;
  std::int64_t entry = 0;  // index in the directory
};
struct ProofCrossing {  // the message that carried it
  std::string message, from;
  std::vector<std::string> to;
  Time created, promised;
  std::string log;
  std::int64_t index = 0;
  std::optional<std::int64_t> log_size;  // none: promised and not in the log yet
  std::vector<std::string> cosigned_by;
  bool is_text_checked = true;  // false: a text it carried has been purged
};
struct ProofView {
  Sha256 act;
  std::string note;  // exactly what was signed, with the signature lines
  std::string directory;
  std::int64_t directory_size = 0;
  std::vector<ProofSignature> signatures;
  std::optional<ProofCrossing> crossing;
};

struct VersionView {
  int version = 1;
  inquiry::InquiryText text;
  std::optional<inquiry::Numbering> numbering;
  std::optional<Date> date;  // of issue
  std::optional<Time> approved_at, dispatched_at;
  std::string approver_name, approver_post;
  bool by_delegate = false, is_superseded = false;
};

struct ReleaseView {
  Sha256 act;
  int version = 1;
  Time at;
  bool is_overridden = false, is_retrieved = false, is_open = false, is_purged = false;  // is_open: this reader may see the content now
  std::vector<inquiry::ResultFact> results;
  std::optional<inquiry::Answer> answer;
  std::string releaser_name, releaser_post;
};

struct LookupView {
  Sha256 act;
  int no = 1;
  inquiry::Provenance provenance;
  inquiry::Table table;
  bool truncated = false;
};

struct Action {  // what this person can do now, in the order of likelihood; refused ones with their reason
  std::string name;
  bool is_allowed = false, is_primary = false, needs_signature = false;
  std::optional<Notice> why;
};

struct ItemView {
  inquiry::Item item;
  std::optional<std::string> necessity;
  std::optional<JudgementView> judgement;
  std::optional<inquiry::ItemDecision> decision;
  std::optional<inquiry::ItemResult> result;
};

struct MatterView {
  RowView row;
  std::optional<VersionView> current;   // dispatched, newest
  std::optional<VersionView> working;   // in the making
  std::optional<VersionView> previous;  // to mark differences against
  std::vector<ItemView> items;          // of the version that is worked on
  std::optional<inquiry::Internal> internal;
  std::vector<StepEvidence> evidence;
  std::vector<ReleaseView> releases;
  std::vector<LookupView> lookups;           // provider, assigned people only
  std::optional<inquiry::Answer> collected;  // the answer in hand
  std::vector<inquiry::VerificationStep> verification;
  std::vector<PersonName> assigned;
  std::optional<inquiry::OralBody> oral;
  std::vector<ActView> timeline;
  std::vector<Action> actions;
  std::vector<Notice> warnings;  // late delivery, peer down, stale …
};

struct DeskGroup {
  inquiry::Turn turn = inquiry::Turn::NONE;
  std::vector<RowView> rows;
  int count = 0;
};

// What has been kept as long as it must be, and may be purged now.
struct Ended {
  RowView row;
  std::optional<Date> until;  // the last day it had to be kept; absent for what a provider answered nothing to
};
struct RetentionView {
  std::vector<Ended> rows;  // the first of them
  int count = 0;
  // The law's period: an agency keeps for so many years after the closing, a provider for so many days after the answer was received.
  std::optional<int> years, days;
  std::string note_ja, note_en;
};

struct DeskView {
  int my_turn = 0, overdue = 0, due_this_week = 0;
  std::vector<DeskGroup> groups;
  // Overdue, and the next step is somebody else's: in the charge of an investigator, of the units of a supervisor or approver.
  std::vector<RowView> late;
  int late_count = 0;
  std::optional<RetentionView> retention;  // of whoever purges: registrar of an agency, releaser of a provider; absent when there is none
  std::vector<Notice> alarms;              // registrar and auditor of an agency: statements that name unknown inquiries; `where`: its id
};

struct RegisterLine {
  inquiry::Numbering numbering;
  MatterId matter;
  std::string state, reason;  // ISSUED, SPOILED, SUPERSEDED
  std::string case_number, addressee, addressee_en, items, approver, answer;
  std::optional<std::string> issued_to;  // the officer
  std::optional<Time> approved, dispatched, delivered, answered, purged, inspected;
  std::optional<Date> due, kept_until;
  std::string inspector;          // who wrote the last finding of the audit
  std::optional<Sha256> receipt;  // act of the purge
};

struct RegisterView {
  UnitId office;
  std::string office_name, office_name_en;
  law::FormKind form = law::FormKind::A;
  int year = 2000;
  std::vector<RegisterLine> lines;
  std::vector<int> gaps;  // must be empty
};

// ── figures and inspection ──

struct OrganisationLabel {
  party::OrganisationId id;
  std::string name_ja, name_en;
};
struct FiguresView {
  report::Statistics figures;
  std::vector<OrganisationLabel> organisations;  // of figures.by_party
};

// A statement as lists show it; also how it stands in the office's books.
struct StatementHead {
  MatterId id;
  party::OrganisationId provider, agency;
  std::string month;
  Sha256 act;
  Time issued;
  bool is_provisional = false;  // made before the month was over
  int lines = 0;
  int unknown = 0;               // inquiries that this agency does not know
  std::optional<Time> examined;  // an auditor has written a finding on it
};
struct StatementRow {
  StatementHead head;
  std::string counterparty_name_ja, counterparty_name_en;
};
struct StatementList {
  std::vector<StatementRow> statements;  // newest month first
};
struct StatementView {
  StatementRow statement;
  std::vector<inquiry::StatementLine> lines;
  int items = 0, minutes = 0, yen = 0;
};
struct ReconciliationView {
  StatementRow statement;
  report::Reconciliation result;
};

struct AuditFindingView {
  report::AuditRule rule = report::AuditRule::SAME_TARGET;
  std::string ja, en;
  std::optional<PersonName> person;
  std::vector<RowView> matters;
  std::optional<MatterId> statement;
};
struct AuditView {
  std::string month;
  int matters = 0;  // dispatched in the month
  std::vector<AuditFindingView> findings;
  std::vector<RowView> sample;
};

// An act that an auditor looked for by its hash, or by the verification code that stands on paper.
struct ActFound {
  Sha256 act;
  MatterId matter;
  std::string kind, name_ja, name_en;
  party::OrganisationId org;
  std::optional<PersonName> person;
  Time at;
  std::optional<RowView> row;  // absent for acts of the office's books and for statements
};
struct ActsFound {
  std::vector<ActFound> acts;
};

// Something the exchange did that it must not do, and what proves it.
struct IncidentView {
  std::int64_t id = 0;
  std::string code, about, ja, en, evidence;
  Time at;
  std::optional<Time> examined;
};
struct IncidentList {
  std::vector<IncidentView> incidents;  // newest first
  std::string next;                     // cursor of older ones; empty when there are none
};

struct SourceView {
  std::string name, title_ja, title_en, kind;  // sql, csv, hand
  std::vector<std::string> selectors;
};

struct FileLimit {
  std::string media_type, extension;  // ".csv"
  std::int64_t bytes_max = 0;
};
struct FileLimits {
  std::vector<FileLimit> types;
  std::int64_t bytes_max = 0;         // the largest of them
  std::int64_t answer_bytes_max = 0;  // of all files of one answer together
};

BOOST_DESCRIBE_STRUCT(PersonName, (), (id, name, post, unit, unit_en))
BOOST_DESCRIBE_STRUCT(Notice, (), (code, where, ja, en))
BOOST_DESCRIBE_STRUCT(Written, (), (matter, act, state, provider_state, number))
BOOST_DESCRIBE_STRUCT(TemplateSaved, (), (id))
BOOST_DESCRIBE_STRUCT(Prepared, (), (matter, kind, text, body, signer))
BOOST_DESCRIBE_STRUCT(RowView, (),
                      (matter, state, provider_state, turn, is_my_turn, is_overdue, is_open, number, case_number, counterparty, counterparty_name_ja,
                       counterparty_name_en, subject, drafter, in_charge, turn_names, due, urgency, created, updated, dispatched, answered, items,
                       version, categories))
BOOST_DESCRIBE_STRUCT(ListView, (), (rows, next, count, count_is_capped))
BOOST_DESCRIBE_STRUCT(JudgementView, (),
                      (outcome, lane, asked_category, effective_category, rule_id, article_ja, article_en, ja, en, possible_ja, possible_en,
                       reclassified, by_house_rule, verified))
BOOST_DESCRIBE_STRUCT(ItemCheck, (), (no, selector, errors, warnings, judgement))
BOOST_DESCRIBE_STRUCT(JudgeView, (), (items))
BOOST_DESCRIBE_STRUCT(ActView, (),
                      (act, kind, name_ja, name_en, org, role, person, at, is_shared, is_purged, has_own_signature, own_keys, effect, why, note,
                       reason, outcome))
BOOST_DESCRIBE_STRUCT(StepEvidence, (), (step, at, is_late))
BOOST_DESCRIBE_STRUCT(ProofSignature, (), (name, key_id, is_passkey, valid_from, valid_until, entry))
BOOST_DESCRIBE_STRUCT(ProofCrossing, (), (message, from, to, created, promised, log, index, log_size, cosigned_by, is_text_checked))
BOOST_DESCRIBE_STRUCT(ProofView, (), (act, note, directory, directory_size, signatures, crossing))
BOOST_DESCRIBE_STRUCT(VersionView, (),
                      (version, text, numbering, date, approved_at, dispatched_at, approver_name, approver_post, by_delegate, is_superseded))
BOOST_DESCRIBE_STRUCT(ReleaseView, (),
                      (act, version, at, is_overridden, is_retrieved, is_open, is_purged, results, answer, releaser_name, releaser_post))
BOOST_DESCRIBE_STRUCT(LookupView, (), (act, no, provenance, table, truncated))
BOOST_DESCRIBE_STRUCT(Action, (), (name, is_allowed, is_primary, needs_signature, why))
BOOST_DESCRIBE_STRUCT(ItemView, (), (item, necessity, judgement, decision, result))
BOOST_DESCRIBE_STRUCT(MatterView, (),
                      (row, current, working, previous, items, internal, evidence, releases, lookups, collected, verification, assigned, oral,
                       timeline, actions, warnings))
BOOST_DESCRIBE_STRUCT(DeskGroup, (), (turn, rows, count))
BOOST_DESCRIBE_STRUCT(Ended, (), (row, until))
BOOST_DESCRIBE_STRUCT(RetentionView, (), (rows, count, years, days, note_ja, note_en))
BOOST_DESCRIBE_STRUCT(DeskView, (), (my_turn, overdue, due_this_week, groups, late, late_count, retention, alarms))
BOOST_DESCRIBE_STRUCT(RegisterLine, (),
                      (numbering, matter, state, reason, case_number, addressee, addressee_en, items, approver, answer, issued_to, approved,
                       dispatched, delivered, answered, purged, inspected, due, kept_until, inspector, receipt))
BOOST_DESCRIBE_STRUCT(RegisterView, (), (office, office_name, office_name_en, form, year, lines, gaps))
BOOST_DESCRIBE_STRUCT(OrganisationLabel, (), (id, name_ja, name_en))
BOOST_DESCRIBE_STRUCT(FiguresView, (), (figures, organisations))
BOOST_DESCRIBE_STRUCT(StatementHead, (), (id, provider, agency, month, act, issued, is_provisional, lines, unknown, examined))
BOOST_DESCRIBE_STRUCT(StatementRow, (), (head, counterparty_name_ja, counterparty_name_en))
BOOST_DESCRIBE_STRUCT(StatementList, (), (statements))
BOOST_DESCRIBE_STRUCT(StatementView, (), (statement, lines, items, minutes, yen))
BOOST_DESCRIBE_STRUCT(ReconciliationView, (), (statement, result))
BOOST_DESCRIBE_STRUCT(AuditFindingView, (), (rule, ja, en, person, matters, statement))
BOOST_DESCRIBE_STRUCT(AuditView, (), (month, matters, findings, sample))
BOOST_DESCRIBE_STRUCT(ActFound, (), (act, matter, kind, name_ja, name_en, org, person, at, row))
BOOST_DESCRIBE_STRUCT(ActsFound, (), (acts))
BOOST_DESCRIBE_STRUCT(IncidentView, (), (id, code, about, ja, en, evidence, at, examined))
BOOST_DESCRIBE_STRUCT(IncidentList, (), (incidents, next))
BOOST_DESCRIBE_STRUCT(SourceView, (), (name, title_ja, title_en, kind, selectors))
BOOST_DESCRIBE_STRUCT(FileLimit, (), (media_type, extension, bytes_max))
BOOST_DESCRIBE_STRUCT(FileLimits, (), (types, bytes_max, answer_bytes_max))

}  // namespace warifu::desk
