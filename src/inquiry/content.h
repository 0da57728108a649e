#pragma once
// What an inquiry says: the paper (捜査関係事項照会書) as data. InquiryText is exactly what is approved, signed and sent;
// Internal stays with the agency (case, necessity). An answer is ItemAnswer per item, with its tables, files and provenance.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "json/codec.h"
#include "law/types.h"
#include "party/organisation.h"
#include "text/selector.h"

namespace warifu::text {
BOOST_DESCRIBE_STRUCT(SelectorInput, (), (type, value, service, at, port, to, kana, romaji, born, bank, branch, kind))
}  // namespace warifu::text

namespace warifu::inquiry {

// What has become of one item (domain.md section 6, from items to the matter).
enum class ItemResult { ANSWERED, PARTLY_ANSWERED, NONE_HELD, REFUSED, NEEDS_WARRANT, NARROWING_PROPOSED };

// What the provider's desk has decided about an item (M-A4); law::Lane is what the law's table suggests.
enum class Disposition { ACCEPT, NEEDS_WARRANT, LEGAL_REVIEW, RETURN, NARROW };

// What an answer led to, as far as it can be told (M-A16).
enum class Outcome { SUSPECT_IDENTIFIED, ARREST, VICTIM_FOUND, DAMAGE_PREVENTED, LEAD_EXCLUDED, STILL_INVESTIGATING, NO_EFFECT };

struct ItemSelector {
  text::SelectorInput input;  // normalised fields
  std::string display;        // as shown on the paper
  std::string canonical;      // one spelling for one thing: searching, matching, lookup
  std::string masked;         // for lists
  bool is_communication = false;
  bool operator==(const ItemSelector&) const = default;
};

struct Period {
  Time from, until;  // both instants included
  bool operator==(const Period&) const = default;
};

struct Item {
  int no = 1;  // 1, 2, 3 … as on the paper
  ItemSelector selector;
  std::optional<Period> period;
  std::vector<law::Category> categories;
  std::string purpose;  // one line the provider reads
  bool asks_registration_address = false;
  bool operator==(const Item&) const = default;
};

struct Officer {
  std::string section, post, name, telephone, extension;
  bool operator==(const Officer&) const = default;
};

struct Sender {
  std::string office, address, head_post, head_name;
  bool operator==(const Sender&) const = default;
};

// 197条5項: a request not to tell, with the day on which its need is looked at again.
struct Confidentiality {
  std::string reason;
  Date review;
  bool operator==(const Confidentiality&) const = default;
};

struct InquiryText {
  int version = 1;
  law::Instrument instrument = law::Instrument::INQ;
  law::FormKind form = law::FormKind::A;
  party::OrganisationId from, to;
  std::string addressee;  // name as written on the paper, without 御中
  Sender sender;
  std::string sentence;  // the fixed sentence of the agency's profile
  std::vector<Item> items;
  std::optional<std::string> offence;
  Date due;
  law::Urgency urgency = law::Urgency::NORMAL;
  std::string answer_how;
  Officer officer;
  std::optional<Confidentiality> confidentiality;
  std::optional<std::string> cover_request;
  std::vector<std::string> related;
  bool operator==(const InquiryText&) const = default;
};

struct Necessity {
  int no = 1;
  std::string text;
  bool operator==(const Necessity&) const = default;
};

struct Internal {
  CaseId case_id;
  UnitId unit;  // of the drafter, when it was drafted: decides whose matter it is
  std::string case_number, case_title;
  std::vector<Necessity> necessity;  // one per item: rule 1 of approval examines each
  bool operator==(const Internal&) const = default;
};

// A file that lies beside an act; its bytes are kept under the matter by their digest.
struct FileRef {
  std::string name, media_type;
  Sha256 sha256;
  std::int64_t bytes = 0;
  bool operator==(const FileRef&) const = default;
};

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  bool operator==(const Table&) const = default;
};

// Where rows of an answer came from: which source, which of its queries, when, by whom.
struct Provenance {
  std::string source, query;
  Time at;
  int rows = 0;
  bool operator==(const Provenance&) const = default;
};

struct Narrowing {
  std::optional<Period> period;
  std::vector<law::Category> categories;
  std::string message;
  bool operator==(const Narrowing&) const = default;
};

struct ItemAnswer {
  int no = 1;
  ItemResult result = ItemResult::ANSWERED;
  std::optional<law::ReasonCode> reason;
  std::string message;
  std::vector<Table> tables;
  std::vector<Provenance> provenance;
  std::vector<FileRef> files;
  std::optional<Date> reaches_back;  // how far back the source goes
  std::optional<Narrowing> narrowing;
  bool operator==(const ItemAnswer&) const = default;
  [[nodiscard]] int row_count() const;
};

// What is prepared by the operator, checked by a second person and released under that person's signature.
struct Answer {
  std::vector<ItemAnswer> items;
  std::string reference;  // the provider's own number
  std::string preparer;
  std::string completeness;  // statement of completeness
  int minutes = 0;           // time spent (M-A15)
  int yen = 0;               // cost, when the provider states one
  bool operator==(const Answer&) const = default;
};

struct ItemDecision {
  int no = 1;
  Disposition disposition = Disposition::ACCEPT;
  std::optional<law::ReasonCode> reason;
  std::string rule_id;  // of the law's table, or of the house rule
  std::string comment;
  std::optional<Narrowing> narrowing;
  bool operator==(const ItemDecision&) const = default;
};

BOOST_DESCRIBE_STRUCT(ItemSelector, (), (input, display, canonical, masked, is_communication))
BOOST_DESCRIBE_STRUCT(Period, (), (from, until))
BOOST_DESCRIBE_STRUCT(Item, (), (no, selector, period, categories, purpose, asks_registration_address))
BOOST_DESCRIBE_STRUCT(Officer, (), (section, post, name, telephone, extension))
BOOST_DESCRIBE_STRUCT(Sender, (), (office, address, head_post, head_name))
BOOST_DESCRIBE_STRUCT(Confidentiality, (), (reason, review))
BOOST_DESCRIBE_STRUCT(InquiryText, (),
                      (version, instrument, form, from, to, addressee, sender, sentence, items, offence, due, urgency, answer_how, officer,
                       confidentiality, cover_request, related))
BOOST_DESCRIBE_STRUCT(Necessity, (), (no, text))
BOOST_DESCRIBE_STRUCT(Internal, (), (case_id, unit, case_number, case_title, necessity))
BOOST_DESCRIBE_STRUCT(FileRef, (), (name, media_type, sha256, bytes))
BOOST_DESCRIBE_STRUCT(Table, (), (columns, rows))
BOOST_DESCRIBE_STRUCT(Provenance, (), (source, query, at, rows))
BOOST_DESCRIBE_STRUCT(Narrowing, (), (period, categories, message))
BOOST_DESCRIBE_STRUCT(ItemAnswer, (), (no, result, reason, message, tables, provenance, files, reaches_back, narrowing))
BOOST_DESCRIBE_STRUCT(Answer, (), (items, reference, preparer, completeness, minutes, yen))
BOOST_DESCRIBE_STRUCT(ItemDecision, (), (no, disposition, reason, rule_id, comment, narrowing))

}  // namespace warifu::inquiry

template <>
struct warifu::EnumNames<warifu::inquiry::ItemResult> {
  static constexpr std::array<std::string_view, 6> names = {"ANSWERED", "PARTLY_ANSWERED", "NONE_HELD",
                                                            "REFUSED",  "NEEDS_WARRANT",   "NARROWING_PROPOSED"};
};
template <>
struct warifu::EnumNames<warifu::inquiry::Disposition> {
  static constexpr std::array<std::string_view, 5> names = {"ACCEPT", "NEEDS_WARRANT", "LEGAL_REVIEW", "RETURN", "NARROW"};
};
template <>
struct warifu::EnumNames<warifu::inquiry::Outcome> {
  static constexpr std::array<std::string_view, 7> names = {"SUSPECT_IDENTIFIED",  "ARREST",   "VICTIM_FOUND", "DAMAGE_PREVENTED", "LEAD_EXCLUDED",
                                                            "STILL_INVESTIGATING", "NO_EFFECT"};
};
