#pragma once
// What the fold, the registers and the figures need of a body: no name, no selector, no free text. Facts are read from the body while it
// is there and from the residue in the erasure record afterwards, so that state, register and statistics are the same before and after a purge.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "inquiry/content.h"
#include "inquiry/kinds.h"

namespace warifu::inquiry {

// The number an inquiry leaves under: the agency's document number and the form's serial in its register.
struct Numbering {
  UnitId office;  // whose register
  law::FormKind form = law::FormKind::A;
  int year = 2000;              // calendar year in Japan
  int serial = 1;               // 1 … 99999, without gaps in (office, form, year)
  std::string document_number;  // 架空警刑一発第123号
  bool operator==(const Numbering&) const = default;
};

struct ItemFact {
  int no = 1;
  text::SelectorType type = text::SelectorType::ACCOUNT_ID;
  std::vector<law::Category> categories;
  bool is_communication = false;
  bool operator==(const ItemFact&) const = default;
};

struct ResultFact {
  int no = 1;
  ItemResult result = ItemResult::ANSWERED;
  std::optional<law::ReasonCode> reason;
  int rows = 0;
  int files = 0;
  bool operator==(const ResultFact&) const = default;
};

struct DispositionFact {
  int no = 1;
  Disposition disposition = Disposition::ACCEPT;
  bool operator==(const DispositionFact&) const = default;
};

struct Facts {
  static constexpr bool kDefaultsAllowed = true;
  std::vector<Sha256> basis;
  std::optional<Sha256> of;
  std::optional<int> version;
  std::optional<bool> ready;
  std::optional<law::Instrument> instrument;
  std::optional<law::FormKind> form;
  std::optional<party::OrganisationId> to;
  std::optional<CaseId> case_id;
  std::optional<UnitId> unit;
  std::vector<ItemFact> items;
  std::vector<ResultFact> results;
  std::vector<DispositionFact> dispositions;
  std::optional<Numbering> number;
  std::optional<Date> due;
  std::optional<law::Urgency> urgency;
  std::optional<law::ReasonCode> reason;
  std::vector<PersonId> persons;
  std::optional<PersonId> delegator;
  std::optional<int> minutes, yen;
  std::optional<Outcome> outcome;
  std::optional<Time> follow_by;
  std::vector<Sha256> purged;  // acts whose bodies a purge destroyed
  bool operator==(const Facts&) const = default;
};

BOOST_DESCRIBE_STRUCT(Numbering, (), (office, form, year, serial, document_number))
BOOST_DESCRIBE_STRUCT(ItemFact, (), (no, type, categories, is_communication))
BOOST_DESCRIBE_STRUCT(ResultFact, (), (no, result, reason, rows, files))
BOOST_DESCRIBE_STRUCT(DispositionFact, (), (no, disposition))
BOOST_DESCRIBE_STRUCT(Facts, (),
                      (basis, of, version, ready, instrument, form, to, case_id, unit, items, results, dispositions, number, due, urgency, reason,
                       persons, delegator, minutes, yen, outcome, follow_by, purged))

// Reads a body's facts. Total: what is not there or not of the expected shape is left out (bodies are checked when they come in).
[[nodiscard]] Facts facts_of(Kind kind, const json::Value& body);

}  // namespace warifu::inquiry
