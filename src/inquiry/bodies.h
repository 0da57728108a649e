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

struct PurgedBody {
  std::string salt;
  std::vector<Sha256> basis;
  std::vector<Sha256> bodies;             // hashes of the acts whose bodies are gone
  std::vector<Sha256> files;
  std::map<std::string, Facts> residue;   // what the registers and figures go on needing, by act hash; nothing personal
  std::string reason;
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
BOOST_DESCRIBE_STRUCT(PurgedBody, (), (salt, basis, bodies, files, residue, reason))

// Strict check at the border: the body decodes as the kind demands, its salt is 32 bytes, its numbers agree with each other.
[[nodiscard]] Status check_body(Kind kind, const json::Value& body);

}  // namespace warifu::inquiry
