#pragma once
// What a person can ask of the desk: one struct per thing, as it comes from the browser, the command line or a file. Everything in them is
// still as typed; the desk turns it into checked values or refuses it with the field.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "inquiry/bodies.h"
#include "party/profile.h"

namespace warifu::desk {

struct PeriodInput {
  std::string from, until;  // RFC 3339 with zone
};

struct DraftItem {
  static constexpr bool kDefaultsAllowed = true;
  text::SelectorInput selector;
  std::optional<PeriodInput> period;
  std::vector<law::Category> categories;
  std::string purpose;    // the provider reads it
  std::string necessity;  // stays inside
  bool asks_registration_address = false;
};

struct ConfidentialityInput {
  std::string reason;
  std::optional<Date> review;  // default: the law's
};

struct DraftCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::optional<MatterId> matter;  // absent: a new inquiry; present: another draft of it, or the instrument that follows an oral inquiry
  CaseId case_id;
  party::OrganisationId to;
  law::FormKind form = law::FormKind::A;
  std::vector<DraftItem> items;
  law::Urgency urgency = law::Urgency::NORMAL;
  std::optional<Date> due;  // default: the law's deadline for the urgency
  std::string answer_how;
  std::optional<inquiry::Officer> officer;  // default: the drafter
  std::optional<ConfidentialityInput> confidentiality;
  bool withhold_offence = false;
  bool with_cover_request = true;
  std::vector<std::string> related;
  bool ready = false;  // hand it to the supervisor now
};

struct OralCommand {
  CaseId case_id;
  party::OrganisationId to;
  std::string summary;
  std::string asked_at;  // RFC 3339
};

struct StatementCommand {
  party::OrganisationId agency;
  std::string month;  // 2026-11
};

struct CommentCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::string comment;
};

struct ReasonCommand {
  std::string reason;
};

struct MessageCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::string message;
};

// What an authenticator answered to navigator.credentials.get, whose challenge was SHA-256 of the text (docs/formats.md, "Assertions").
struct AssertionCommand {
  Bytes credential;  // which passkey
  Bytes authenticator_data;
  Bytes client_data;  // clientDataJSON
  Bytes signature;
};

// What the person's device signed: exactly the text and the body that `prepare` gave out, with the signature line.
struct SignedCommand {
  std::string text;       // warifu-act/v1
  std::string body;       // canonical JSON, byte for byte
  std::string signature;  // "— <org>/person/<id> <base64>"; empty when a passkey signed
  std::optional<AssertionCommand> assertion = {};
};

struct RegisterCommand {
  std::optional<std::string> document_number;  // default: made from the office's prefix, the year and the serial
};

struct ReleaseReference {
  static constexpr bool kDefaultsAllowed = true;
  Sha256 of;  // the release
  std::string message;
};

struct OpenCommand {
  Sha256 of;
  std::string reason;
};

struct ViewCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::string reason;
  std::vector<std::string> reveal;
};

struct FeedbackCommand {
  inquiry::Outcome outcome = inquiry::Outcome::STILL_INVESTIGATING;
  std::string message;
};

struct HandOverCommand {
  PersonId to;
  std::string reason;
};

struct DecisionsCommand {  // triage, legal
  std::vector<inquiry::ItemDecision> decisions;
};

struct AcceptCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::string message;
};

struct ReturnCommand {
  law::ReasonCode reason = law::ReasonCode::INCOMPLETE;
  std::string message;
};

struct AssignCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::vector<PersonId> persons;
  std::string comment;
};

struct LookupCommand {
  int no = 1;
  std::string source;
};

struct CollectCommand {
  inquiry::Answer answer;
  bool ready = false;
};

struct AnswerCheckCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::vector<inquiry::RowCount> row_counts;
  std::string comment;
};

struct JudgeItem {
  static constexpr bool kDefaultsAllowed = true;
  text::SelectorInput selector;
  std::optional<PeriodInput> period;
  std::vector<law::Category> categories;
  bool asks_registration_address = false;
};

struct JudgeCommand {  // live judgement while typing
  static constexpr bool kDefaultsAllowed = true;
  std::optional<party::OrganisationId> to;
  law::Instrument instrument = law::Instrument::INQ;
  law::FormKind form = law::FormKind::A;
  std::vector<JudgeItem> items;
};

struct FindingCommand {
  std::string rule, text;
};

struct CaseCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::optional<CaseId> id;  // absent: open a new one
  std::string number, title, offence;
  std::optional<UnitId> unit;
  bool is_open = true;
};

struct PersonCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::optional<PersonId> id;
  std::string login, name;
  std::optional<std::string> kana, romaji;
  std::string post;
  std::optional<UnitId> unit;
  std::vector<party::Role> roles;
  bool is_unit_head = false;
  std::string mail, telephone, extension;
  bool is_active = true;
};

struct UnitCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::optional<UnitId> id;
  std::string name_ja, name_en;
  bool is_register_office = false;
  std::optional<UnitId> register_office;
  std::string document_prefix;
  bool is_active = true;
};

struct DelegationCommand {
  PersonId delegator, delegate;
  UnitId unit;
  std::string from, until;  // RFC 3339
};

// A delegation that stands in the books: the one of these people for this unit that began then.
struct DelegationReference {
  PersonId delegator, delegate;
  UnitId unit;
  std::string from;  // RFC 3339
};

struct TemplateCommand {
  static constexpr bool kDefaultsAllowed = true;
  std::optional<TemplateId> id;
  std::string name;
  DraftCommand draft;
  bool is_active = true;
};

struct HouseRuleInput {
  law::Instrument instrument = law::Instrument::INQ;
  law::Category category = law::Category::K1;
  law::Outcome outcome = law::Outcome::LEGAL_REVIEW;
  std::string ja, en;
};

struct HouseRulesCommand {
  std::vector<HouseRuleInput> rules;
};

BOOST_DESCRIBE_STRUCT(PeriodInput, (), (from, until))
BOOST_DESCRIBE_STRUCT(DraftItem, (), (selector, period, categories, purpose, necessity, asks_registration_address))
BOOST_DESCRIBE_STRUCT(ConfidentialityInput, (), (reason, review))
BOOST_DESCRIBE_STRUCT(DraftCommand, (),
                      (matter, case_id, to, form, items, urgency, due, answer_how, officer, confidentiality, withhold_offence, with_cover_request,
                       related, ready))
BOOST_DESCRIBE_STRUCT(OralCommand, (), (case_id, to, summary, asked_at))
BOOST_DESCRIBE_STRUCT(StatementCommand, (), (agency, month))
BOOST_DESCRIBE_STRUCT(CommentCommand, (), (comment))
BOOST_DESCRIBE_STRUCT(ReasonCommand, (), (reason))
BOOST_DESCRIBE_STRUCT(MessageCommand, (), (message))
BOOST_DESCRIBE_STRUCT(AssertionCommand, (), (credential, authenticator_data, client_data, signature))
BOOST_DESCRIBE_STRUCT(SignedCommand, (), (text, body, signature, assertion))
BOOST_DESCRIBE_STRUCT(RegisterCommand, (), (document_number))
BOOST_DESCRIBE_STRUCT(ReleaseReference, (), (of, message))
BOOST_DESCRIBE_STRUCT(OpenCommand, (), (of, reason))
BOOST_DESCRIBE_STRUCT(ViewCommand, (), (reason, reveal))
BOOST_DESCRIBE_STRUCT(FeedbackCommand, (), (outcome, message))
BOOST_DESCRIBE_STRUCT(HandOverCommand, (), (to, reason))
BOOST_DESCRIBE_STRUCT(DecisionsCommand, (), (decisions))
BOOST_DESCRIBE_STRUCT(AcceptCommand, (), (message))
BOOST_DESCRIBE_STRUCT(ReturnCommand, (), (reason, message))
BOOST_DESCRIBE_STRUCT(AssignCommand, (), (persons, comment))
BOOST_DESCRIBE_STRUCT(LookupCommand, (), (no, source))
BOOST_DESCRIBE_STRUCT(CollectCommand, (), (answer, ready))
BOOST_DESCRIBE_STRUCT(AnswerCheckCommand, (), (row_counts, comment))
BOOST_DESCRIBE_STRUCT(JudgeItem, (), (selector, period, categories, asks_registration_address))
BOOST_DESCRIBE_STRUCT(JudgeCommand, (), (to, instrument, form, items))
BOOST_DESCRIBE_STRUCT(FindingCommand, (), (rule, text))
BOOST_DESCRIBE_STRUCT(CaseCommand, (), (id, number, title, offence, unit, is_open))
BOOST_DESCRIBE_STRUCT(PersonCommand, (), (id, login, name, kana, romaji, post, unit, roles, is_unit_head, mail, telephone, extension, is_active))
BOOST_DESCRIBE_STRUCT(UnitCommand, (), (id, name_ja, name_en, is_register_office, register_office, document_prefix, is_active))
BOOST_DESCRIBE_STRUCT(DelegationCommand, (), (delegator, delegate, unit, from, until))
BOOST_DESCRIBE_STRUCT(DelegationReference, (), (delegator, delegate, unit, from))
BOOST_DESCRIBE_STRUCT(TemplateCommand, (), (id, name, draft, is_active))
BOOST_DESCRIBE_STRUCT(HouseRuleInput, (), (instrument, category, outcome, ja, en))
BOOST_DESCRIBE_STRUCT(HouseRulesCommand, (), (rules))

}  // namespace warifu::desk
