#pragma once
// What the interface says besides the desk's own commands and views: envelopes of lists, the session as the browser sees it, the law and the
// types of selectors as data for forms. Values only.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/options.h"
#include "document/words.h"
#include "law/catalogue.h"
#include "text/selector_catalogue.h"

namespace warifu::api {

// ── the node ──
struct OrganisationName {
  party::OrganisationId id;
  party::Side side = party::Side::AGENCY;
  std::string name_ja, name_en;
};
struct NodeView {
  std::string version;
  bool is_demo = false;
  std::vector<OrganisationName> organisations;  // that log in here
};
struct DemoAccounts {
  std::vector<DemoAccount> accounts;
};

// ── session ──
struct LogInRequest {
  party::OrganisationId organisation;
  std::string login, password;
};
struct InvitationLook {
  party::OrganisationId organisation;
  std::string login, code;
};
struct InvitationRedeem {
  static constexpr bool kDefaultsAllowed = true;
  party::OrganisationId organisation;
  std::string login, code, password;
  std::optional<desk::DeviceCommand> device;
};
struct SessionInfo {
  std::string csrf;  // for the header X-CSRF-Token
  PersonId person;
  std::string name, post;
  party::OrganisationId organisation;
  std::string organisation_name_ja, organisation_name_en;
  party::Side side = party::Side::AGENCY;
  std::vector<party::Role> roles;
  party::Role role = party::Role::INVESTIGATOR;  // in use
  bool factor_needed = false;
  std::string challenge_text;  // to be signed while factor_needed
  std::string signer;          // <org>/person/<id>
  std::string device_nonce;
  Time until;
  bool is_demo = false;
  std::string rp_id;                        // relying party of passkeys here; empty while passkeys cannot be used
  std::vector<desk::PasskeyView> passkeys;  // of this person, usable now
  bool is_admitted = false;                 // a second person has signed for this person in this role; without that nothing is shown but to ADMIN
};
struct Devices {
  std::vector<desk::DeviceView> devices;
};
struct DeviceRevocation {
  std::string vkey;
};

// ── directory ──
struct OrganisationsQuery {
  std::optional<party::Side> side;
};
struct Organisations {
  std::vector<party::Organisation> organisations;
};
struct OrganisationKeys {
  std::vector<std::string> vkeys;  // valid now
};
struct PublishedRole {
  party::Role role = party::Role::NODE;
  std::optional<UnitId> unit;
  std::optional<PersonId> delegator;
  std::string vkey;
  Time from, until;
};
struct PublishedRoles {
  std::vector<PublishedRole> entries;  // valid now
};
struct DirectoryEntries {
  std::string root;        // verifier key of the directory
  std::string checkpoint;  // signed by it, over the entries
  std::vector<std::string> entries;
};

// ── law ──
struct LawText {
  std::string ja, en;
};
struct LawInstrument {
  law::Instrument code = law::Instrument::INQ;
  std::string name_ja, name_en, article_ja, article_en, issued_by_ja, issued_by_en, effect_ja, effect_en, note_ja, note_en;
  bool compulsory = false, verified = false;
};
struct LawCategory {
  law::Category code = law::Category::K1;
  std::string name_ja, name_en, description_ja, description_en;
  std::vector<LawText> examples;
  bool secrecy = false, verified = false;
};
struct LawRule {
  std::string id;
  std::vector<law::Category> categories;
  std::vector<law::Instrument> instruments;
  law::Outcome outcome = law::Outcome::DENY;
  std::string article_ja, article_en, why_ja, why_en, possible_ja, possible_en;
  bool verified = false;
};
struct LawForm {
  law::FormKind code = law::FormKind::A;
  std::string name_ja, name_en, article_ja, article_en, sentence_ja, sentence_en;
  std::vector<law::Category> categories;
};
struct LawReason {
  law::ReasonCode code = law::ReasonCode::INCOMPLETE;
  law::ReasonUse use = law::ReasonUse::RETURN;
  std::string name_ja, name_en, sentence_ja, sentence_en;
};
struct LawOutcome {
  law::Outcome code = law::Outcome::DENY;
  std::string name_ja, name_en;
};
struct LawLane {
  law::Lane code = law::Lane::RETURN;
  std::string name_ja, name_en;
};
struct LawRecipient {
  law::RecipientClass code = law::RecipientClass::BUSINESS_OPERATOR;
  std::string name_ja, name_en, article_ja, article_en, cover_title_ja, cover_title_en, cover_text_ja, cover_text_en;
};
struct LawDeadlines {
  int due_days_normal = 0, due_days_urgent = 0, oral_follow_up_days = 0, reminder_before_days = 0, reminder_every_days = 0, delivered_warn_hours = 0,
      retrieved_warn_hours = 0, confidentiality_review_days = 0;
  Date due_normal, due_urgent;  // of an inquiry that goes out today
  std::string note_ja, note_en;
};
struct LawRetention {
  int ledger_years = 0, audit_years = 0, payload_days_after_retrieval = 0;
  std::string agency_copy_ja, agency_copy_en, provider_record_ja, provider_record_en;
};
struct LawView {
  std::string version, title_ja, title_en, disclaimer_ja, disclaimer_en;
  std::vector<LawInstrument> instruments;
  std::vector<LawCategory> categories;
  std::vector<LawRule> rules;
  LawRule default_rule, registration_address_rule;
  LawRule reclassification;  // K1 asked for by a communication becomes K2
  std::vector<LawForm> forms;
  std::vector<LawReason> reasons;
  std::vector<LawOutcome> outcomes;
  std::vector<LawLane> lanes;
  std::vector<LawRecipient> recipients;
  LawDeadlines deadlines;
  LawRetention retention;
};

// ── selectors ──
struct SelectorFieldNeed {
  text::SelectorField field = text::SelectorField::VALUE;
  text::Need need = text::Need::NONE;
};
struct SelectorTypeView {
  text::SelectorType type = text::SelectorType::ACCOUNT_ID;
  std::string name_ja, name_en, value_ja, value_en, example, help_ja, help_en;
  std::vector<SelectorFieldNeed> fields;  // that it takes
  bool is_personal = false, is_matchable = false;
};
struct SelectorTypes {
  std::vector<SelectorTypeView> types;
};
struct PastedLines {
  static constexpr bool kDefaultsAllowed = true;
  std::optional<text::SelectorType> type;  // absent: guessed for each line
  std::vector<std::string> lines;
};
struct PastedLine {
  std::vector<text::SelectorType> guesses;      // most likely first, when the type was not given
  std::optional<text::SelectorInput> selector;  // of the type given or the likeliest one
  std::optional<desk::Notice> error;
};
struct PastedView {
  std::vector<PastedLine> lines;
};

// ── import ──
struct ImportQuery {
  static constexpr bool kDefaultsAllowed = true;
  std::optional<text::SelectorType> type;  // for files without a column of types
};
struct ImportError {
  int row = 0;  // as a spreadsheet counts: the heading is row 1
  std::string column;
  std::string code, ja, en;
};
struct ImportView {
  int rows = 0;
  std::vector<desk::DraftItem> items;  // empty when there is an error: nothing is imported by halves
  std::vector<ImportError> errors;     // the first thousand
  bool errors_are_capped = false;
};

// ── matters ──
struct MatterFilter {
  static constexpr bool kDefaultsAllowed = true;
  std::vector<inquiry::State> state;
  std::vector<inquiry::ProviderState> provider_state;
  std::vector<inquiry::Turn> turn;
  std::optional<bool> mine;  // waiting for me in my present role
  std::vector<UnitId> unit;
  std::optional<PersonId> in_charge, drafter;
  std::optional<CaseId> case_id;
  std::string case_number, number;  // beginning of
  std::optional<party::OrganisationId> counterparty;
  std::optional<Time> due_before, updated_from, updated_until, dispatched_from, dispatched_until;
  std::optional<bool> open;
  std::optional<bool> overdue;
  std::string q;
  desk::Sort sort = desk::Sort::NEWEST;
  std::size_t limit = limits::kPageRowsDefault;
  std::string cursor;
};
struct RegisterQuery {
  static constexpr bool kDefaultsAllowed = true;
  law::FormKind form = law::FormKind::A;
  std::optional<int> year;  // default: the present one in Japan
};
struct PaperQuery {
  static constexpr bool kDefaultsAllowed = true;
  document::Language language = document::Language::JA;  // EN adds small English labels; the paper stays Japanese
};
struct RegisterPaperQuery {
  static constexpr bool kDefaultsAllowed = true;
  law::FormKind form = law::FormKind::A;
  std::optional<int> year;
  document::Language language = document::Language::JA;
};
struct FiguresQuery {
  static constexpr bool kDefaultsAllowed = true;
  std::optional<Date> from, until;  // days of dispatch; default: this year up to today
};
struct PublicQuery {
  static constexpr bool kDefaultsAllowed = true;
  std::string period;  // 2026-H1; default: the present one
};
struct AuditQuery {
  static constexpr bool kDefaultsAllowed = true;
  std::string month;  // 2026-11; default: the present one
};
struct ActQuery {
  static constexpr bool kDefaultsAllowed = true;
  std::string q;  // 16 to 64 hex digits, or a verification code
};
struct IncidentQuery {
  static constexpr bool kDefaultsAllowed = true;
  std::string cursor;  // `next` of the page before
};
struct Decisions {
  std::vector<inquiry::ItemDecision> decisions;
};
struct UploadQuery {
  std::string name;
};
struct DownloadQuery {
  static constexpr bool kDefaultsAllowed = true;
  std::string name;  // for the Content-Disposition
};

// ── books ──
struct CaseView {
  CaseId id;
  std::string number, title, offence;
  UnitId unit;
  bool is_open = true;
  Time opened;
  std::optional<Time> closed;  // absent while it is open
};
struct Cases {
  std::vector<CaseView> cases;
};
struct People {
  std::vector<party::Person> people;
};
struct Units {
  std::vector<party::Unit> units;
};
struct Delegations {
  std::vector<party::Delegation> delegations;
};
struct Templates {
  std::vector<desk::TemplateCommand> templates;
};
struct HouseRulesView {
  std::vector<desk::HouseRuleInput> rules;
};
struct Sources {
  std::vector<desk::SourceView> sources;
};
struct AdmittedKeys {
  std::vector<desk::AdmittedKey> keys;
};
struct WaitingKeys {
  std::vector<desk::WaitingKey> keys;
};

BOOST_DESCRIBE_STRUCT(OrganisationName, (), (id, side, name_ja, name_en))
BOOST_DESCRIBE_STRUCT(NodeView, (), (version, is_demo, organisations))
BOOST_DESCRIBE_STRUCT(DemoAccounts, (), (accounts))
BOOST_DESCRIBE_STRUCT(LogInRequest, (), (organisation, login, password))
BOOST_DESCRIBE_STRUCT(InvitationLook, (), (organisation, login, code))
BOOST_DESCRIBE_STRUCT(InvitationRedeem, (), (organisation, login, code, password, device))
BOOST_DESCRIBE_STRUCT(SessionInfo, (),
                      (csrf, person, name, post, organisation, organisation_name_ja, organisation_name_en, side, roles, role, factor_needed,
                       challenge_text, signer, device_nonce, until, is_demo, rp_id, passkeys, is_admitted))
BOOST_DESCRIBE_STRUCT(Devices, (), (devices))
BOOST_DESCRIBE_STRUCT(DeviceRevocation, (), (vkey))
BOOST_DESCRIBE_STRUCT(OrganisationsQuery, (), (side))
BOOST_DESCRIBE_STRUCT(Organisations, (), (organisations))
BOOST_DESCRIBE_STRUCT(OrganisationKeys, (), (vkeys))
BOOST_DESCRIBE_STRUCT(PublishedRole, (), (role, unit, delegator, vkey, from, until))
BOOST_DESCRIBE_STRUCT(PublishedRoles, (), (entries))
BOOST_DESCRIBE_STRUCT(DirectoryEntries, (), (root, checkpoint, entries))
BOOST_DESCRIBE_STRUCT(LawText, (), (ja, en))
BOOST_DESCRIBE_STRUCT(LawInstrument, (),
                      (code, name_ja, name_en, article_ja, article_en, issued_by_ja, issued_by_en, effect_ja, effect_en, note_ja, note_en, compulsory,
                       verified))
BOOST_DESCRIBE_STRUCT(LawCategory, (), (code, name_ja, name_en, description_ja, description_en, examples, secrecy, verified))
BOOST_DESCRIBE_STRUCT(LawRule, (), (id, categories, instruments, outcome, article_ja, article_en, why_ja, why_en, possible_ja, possible_en, verified))
BOOST_DESCRIBE_STRUCT(LawForm, (), (code, name_ja, name_en, article_ja, article_en, sentence_ja, sentence_en, categories))
BOOST_DESCRIBE_STRUCT(LawReason, (), (code, use, name_ja, name_en, sentence_ja, sentence_en))
BOOST_DESCRIBE_STRUCT(LawOutcome, (), (code, name_ja, name_en))
BOOST_DESCRIBE_STRUCT(LawLane, (), (code, name_ja, name_en))
BOOST_DESCRIBE_STRUCT(LawRecipient, (),
                      (code, name_ja, name_en, article_ja, article_en, cover_title_ja, cover_title_en, cover_text_ja, cover_text_en))
BOOST_DESCRIBE_STRUCT(LawDeadlines, (),
                      (due_days_normal, due_days_urgent, oral_follow_up_days, reminder_before_days, reminder_every_days, delivered_warn_hours,
                       retrieved_warn_hours, confidentiality_review_days, due_normal, due_urgent, note_ja, note_en))
BOOST_DESCRIBE_STRUCT(LawRetention, (),
                      (ledger_years, audit_years, payload_days_after_retrieval, agency_copy_ja, agency_copy_en, provider_record_ja,
                       provider_record_en))
BOOST_DESCRIBE_STRUCT(LawView, (),
                      (version, title_ja, title_en, disclaimer_ja, disclaimer_en, instruments, categories, rules, default_rule,
                       registration_address_rule, reclassification, forms, reasons, outcomes, lanes, recipients, deadlines, retention))
BOOST_DESCRIBE_STRUCT(SelectorFieldNeed, (), (field, need))
BOOST_DESCRIBE_STRUCT(SelectorTypeView, (),
                      (type, name_ja, name_en, value_ja, value_en, example, help_ja, help_en, fields, is_personal, is_matchable))
BOOST_DESCRIBE_STRUCT(SelectorTypes, (), (types))
BOOST_DESCRIBE_STRUCT(PastedLines, (), (type, lines))
BOOST_DESCRIBE_STRUCT(PastedLine, (), (guesses, selector, error))
BOOST_DESCRIBE_STRUCT(PastedView, (), (lines))
BOOST_DESCRIBE_STRUCT(ImportQuery, (), (type))
BOOST_DESCRIBE_STRUCT(ImportError, (), (row, column, code, ja, en))
BOOST_DESCRIBE_STRUCT(ImportView, (), (rows, items, errors, errors_are_capped))
BOOST_DESCRIBE_STRUCT(MatterFilter, (),
                      (state, provider_state, turn, mine, unit, in_charge, drafter, case_id, case_number, number, counterparty, due_before,
                       updated_from, updated_until, dispatched_from, dispatched_until, open, overdue, q, sort, limit, cursor))
BOOST_DESCRIBE_STRUCT(RegisterQuery, (), (form, year))
BOOST_DESCRIBE_STRUCT(PaperQuery, (), (language))
BOOST_DESCRIBE_STRUCT(RegisterPaperQuery, (), (form, year, language))
BOOST_DESCRIBE_STRUCT(FiguresQuery, (), (from, until))
BOOST_DESCRIBE_STRUCT(PublicQuery, (), (period))
BOOST_DESCRIBE_STRUCT(AuditQuery, (), (month))
BOOST_DESCRIBE_STRUCT(ActQuery, (), (q))
BOOST_DESCRIBE_STRUCT(IncidentQuery, (), (cursor))
BOOST_DESCRIBE_STRUCT(Decisions, (), (decisions))
BOOST_DESCRIBE_STRUCT(UploadQuery, (), (name))
BOOST_DESCRIBE_STRUCT(DownloadQuery, (), (name))
BOOST_DESCRIBE_STRUCT(CaseView, (), (id, number, title, offence, unit, is_open, opened, closed))
BOOST_DESCRIBE_STRUCT(Cases, (), (cases))
BOOST_DESCRIBE_STRUCT(People, (), (people))
BOOST_DESCRIBE_STRUCT(Units, (), (units))
BOOST_DESCRIBE_STRUCT(Delegations, (), (delegations))
BOOST_DESCRIBE_STRUCT(Templates, (), (templates))
BOOST_DESCRIBE_STRUCT(HouseRulesView, (), (rules))
BOOST_DESCRIBE_STRUCT(Sources, (), (sources))
BOOST_DESCRIBE_STRUCT(AdmittedKeys, (), (keys))
BOOST_DESCRIBE_STRUCT(WaitingKeys, (), (keys))

}  // namespace warifu::api

template <>
struct warifu::EnumNames<warifu::document::Language> {
  static constexpr std::array<std::string_view, 2> names = {"JA", "EN"};
};
template <>
struct warifu::EnumNames<warifu::desk::Sort> {
  static constexpr std::array<std::string_view, 3> names = {"NEWEST", "DUE", "NUMBER"};
};
