#pragma once
// The body of each kind of act. Every body begins with a random salt of 32 bytes: what has been purged must not be guessable from its
// hash. Shared bodies carry `basis`: the hashes of the writer's own internal heads, which order the act for its writer and mean nothing
// to anybody else.

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "inquiry/content.h"
#include "inquiry/facts.h"
#include "inquiry/fold.h"

namespace warifu::inquiry {

struct OralBody {
  std::string salt;
  party::OrganisationId to;
  Internal internal;
  std::string summary;
  Time asked_at, follow_by;
};

struct DraftedBody {
  std::string salt;
  int version = 1;
  bool ready = false;  // handed to the supervisor
  InquiryText text;
  Internal internal;
};

struct CheckedBody {
  std::string salt;
  Sha256 of;  // the draft
  std::string comment;
};

struct ReasonBody {  // SENT_BACK, VOIDED, ANSWER_SENT_BACK
  std::string salt;
  std::optional<Sha256> of;
  std::string reason;
};

struct ApprovedBody {
  std::string salt;
  std::vector<Sha256> basis;
  int version = 1;
  InquiryText text;
  std::string approver_post, approver_name;
  std::optional<PersonId> delegator;  // set when a delegate signs (代決)
};

struct RegisteredBody {
  std::string salt;
  Sha256 of;  // the approval
  Numbering number;
};

struct DispatchedBody {
  std::string salt;
  std::vector<Sha256> basis;
  Sha256 of;  // the approval
  int version = 1;
  Numbering number;
  Date date;  // of issue, in Japan
};

struct MessageBody {  // WITHDRAWN, REMINDED
  std::string salt;
  std::vector<Sha256> basis;
  std::string message;
};

struct OpenedBody {
  std::string salt;
  Sha256 of;  // the release
  std::string reason;
};

struct ViewedBody {
  std::string salt;
  std::string reason;
  std::vector<std::string> revealed;  // fields whose mask was lifted
};

struct ClosedBody {
  std::string salt;
  std::string comment;
};

struct RetainedBody {
  std::string salt;
  Date until;
};

struct HandedOverBody {
  std::string salt;
  PersonId to;
  std::string reason;
};

struct FeedbackBody {
  std::string salt;
  std::vector<Sha256> basis;
  Outcome outcome = Outcome::STILL_INVESTIGATING;
  std::string message;
};

struct VerificationStep {
  std::string name;  // organisation_signature, approver_signature, approver_role, registrar_signature, text
  bool ok = false;
  std::string detail;
};

struct VerifiedBody {  // VERIFIED, SUSPECTED
  std::string salt;
  Sha256 of;  // the dispatch
  std::vector<VerificationStep> steps;
};

struct DecisionsBody {  // TRIAGED, LEGAL_DECIDED
  std::string salt;
  Sha256 of;  // the dispatch judged
  std::vector<ItemDecision> decisions;
};

struct AssignedBody {
  std::string salt;
  std::vector<PersonId> persons;
  std::string comment;
};

struct LookedUpBody {
  std::string salt;
  int no = 1;
  Provenance provenance;
  Table table;
  bool truncated = false;
  std::int64_t took_us = 0;
};

struct CollectedBody {
  std::string salt;
  Sha256 of;  // the dispatch answered
  int version = 1;
  bool ready = false;  // handed to the second person
  Answer answer;
};

struct RowCount {
  int no = 1;
  int rows = 0;
};

struct AnswerCheckedBody {
  std::string salt;
  Sha256 of;  // the collected answer
  std::vector<RowCount> row_counts;
  std::string comment;
};

struct StepBody {  // RECEIVED, ACCEPTED, BEGUN, RETRIEVED, NARROWING_DECLINED
  std::string salt;
  std::vector<Sha256> basis;
  Sha256 of;  // the dispatch, or the release
  int version = 1;
  std::string message;
};

struct ReturnedBody {
  std::string salt;
  std::vector<Sha256> basis;
  Sha256 of;
  int version = 1;
  law::ReasonCode reason = law::ReasonCode::INCOMPLETE;
  std::string message;
};

struct ReleasedBody {
  std::string salt;
  std::vector<Sha256> basis;
  Sha256 of;  // the dispatch answered
  int version = 1;
  Answer answer;
  std::string releaser_post, releaser_name;
};

struct FindingBody {
  std::string salt;
  std::string rule;
  std::string text;
};

// The whole new value of an entry of the office's books; the latest act of an entry is its present value.
struct OfficeChangedBody {
  std::string salt;
  std::string book;  // person, unit, delegation, case, template, profile, house_rules, organisation
  json::Value value;
};

// One inquiry in a provider's statement. Nothing of what was asked or answered, only that it was, when, and how it ended.
struct StatementCount {
  ItemResult result = ItemResult::ANSWERED;
  int items = 0;
  bool operator==(const StatementCount&) const = default;
};
struct StatementLine {
  MatterId matter;
  std::string number;  // document number, as received
  std::string office;  // who sent it, as on the paper; empty after a purge
  law::FormKind form = law::FormKind::A;
  int serial = 1;
  Time dispatched, received;
  State state = State::NONE;  // what both sides agree on
  bool is_suspect = false;    // its signatures could not be confirmed; nobody has worked on it
  std::optional<Time> answered;
  int items = 0;
  std::vector<StatementCount> results;  // of the newest version, per item
  std::string reference;                // the provider's own number
  int minutes = 0, yen = 0;
  bool operator==(const StatementLine&) const = default;
};

// Every inquiry that one agency sent and the provider received in one month (domain rule 8 of approval). A later one of the same month
// takes the place of the earlier.
struct StatementBody {
  std::string salt;
  std::vector<Sha256> basis;
  party::OrganisationId agency;
  std::string month;  // 2026-11, in Japan
  std::vector<StatementLine> lines;
};

// The receipt that crosses. It names only acts that both sides hold: what a side did among its own people is not the other's to count.
struct PurgedBody {
  std::string salt;
  std::vector<Sha256> basis;
  std::vector<Sha256> bodies;  // hashes of the shared acts whose bodies are gone
  std::vector<Sha256> files;
  std::string reason;
};

// The same for the house: everything that was destroyed, and what the fold, the registers and the figures go on needing of it.
struct TextErasedBody {
  std::string salt;
  std::vector<Sha256> bodies;  // hashes of all acts whose bodies are gone
  std::vector<Sha256> files;
  std::map<std::string, Facts> residue;  // by act hash; nothing personal
};

BOOST_DESCRIBE_STRUCT(OralBody, (), (salt, to, internal, summary, asked_at, follow_by))
BOOST_DESCRIBE_STRUCT(DraftedBody, (), (salt, version, ready, text, internal))
BOOST_DESCRIBE_STRUCT(CheckedBody, (), (salt, of, comment))
BOOST_DESCRIBE_STRUCT(ReasonBody, (), (salt, of, reason))
BOOST_DESCRIBE_STRUCT(ApprovedBody, (), (salt, basis, version, text, approver_post, approver_name, delegator))
BOOST_DESCRIBE_STRUCT(RegisteredBody, (), (salt, of, number))
BOOST_DESCRIBE_STRUCT(DispatchedBody, (), (salt, basis, of, version, number, date))
BOOST_DESCRIBE_STRUCT(MessageBody, (), (salt, basis, message))
BOOST_DESCRIBE_STRUCT(OpenedBody, (), (salt, of, reason))
BOOST_DESCRIBE_STRUCT(ViewedBody, (), (salt, reason, revealed))
BOOST_DESCRIBE_STRUCT(ClosedBody, (), (salt, comment))
BOOST_DESCRIBE_STRUCT(RetainedBody, (), (salt, until))
BOOST_DESCRIBE_STRUCT(HandedOverBody, (), (salt, to, reason))
BOOST_DESCRIBE_STRUCT(FeedbackBody, (), (salt, basis, outcome, message))
BOOST_DESCRIBE_STRUCT(VerificationStep, (), (name, ok, detail))
BOOST_DESCRIBE_STRUCT(VerifiedBody, (), (salt, of, steps))
BOOST_DESCRIBE_STRUCT(DecisionsBody, (), (salt, of, decisions))
BOOST_DESCRIBE_STRUCT(AssignedBody, (), (salt, persons, comment))
BOOST_DESCRIBE_STRUCT(LookedUpBody, (), (salt, no, provenance, table, truncated, took_us))
BOOST_DESCRIBE_STRUCT(CollectedBody, (), (salt, of, version, ready, answer))
BOOST_DESCRIBE_STRUCT(RowCount, (), (no, rows))
BOOST_DESCRIBE_STRUCT(AnswerCheckedBody, (), (salt, of, row_counts, comment))
BOOST_DESCRIBE_STRUCT(StepBody, (), (salt, basis, of, version, message))
BOOST_DESCRIBE_STRUCT(ReturnedBody, (), (salt, basis, of, version, reason, message))
BOOST_DESCRIBE_STRUCT(ReleasedBody, (), (salt, basis, of, version, answer, releaser_post, releaser_name))
BOOST_DESCRIBE_STRUCT(FindingBody, (), (salt, rule, text))
BOOST_DESCRIBE_STRUCT(OfficeChangedBody, (), (salt, book, value))
BOOST_DESCRIBE_STRUCT(StatementCount, (), (result, items))
BOOST_DESCRIBE_STRUCT(StatementLine, (),
                      (matter, number, office, form, serial, dispatched, received, state, is_suspect, answered, items, results, reference, minutes,
                       yen))
BOOST_DESCRIBE_STRUCT(StatementBody, (), (salt, basis, agency, month, lines))
BOOST_DESCRIBE_STRUCT(PurgedBody, (), (salt, basis, bodies, files, reason))
BOOST_DESCRIBE_STRUCT(TextErasedBody, (), (salt, bodies, files, residue))

// The matter that a statement is: both sides compute it, so nobody can put a statement where something else belongs.
[[nodiscard]] MatterId statement_matter(const party::OrganisationId& provider, const party::OrganisationId& agency, std::string_view month);

// Strict check at the border: the body decodes as the kind demands, its salt is 32 bytes, its numbers agree with each other.
[[nodiscard]] Status check_body(Kind kind, const json::Value& body);

}  // namespace warifu::inquiry
