#include "inquiry/facts.h"

#include <algorithm>

namespace warifu::inquiry {

namespace {

using json::Value;

const Value* find(const Value& value, std::string_view key) {
  if (!value.is_object()) return nullptr;
  return value.get_object().if_contains(key);
}

const Value* find(const Value& value, std::string_view outer, std::string_view key) {
  const Value* inner = find(value, outer);
  return inner == nullptr ? nullptr : find(*inner, key);
}

const Value* find_in(const Value& value, std::string_view outer, std::string_view middle, std::string_view key) {
  const Value* inner = find(value, outer, middle);
  return inner == nullptr ? nullptr : find(*inner, key);
}

template <class T>
std::optional<T> read(const Value* value) {
  if (value == nullptr || value->is_null()) return std::nullopt;
  Result<T> decoded = json::decode<T>(*value);
  if (!decoded) return std::nullopt;
  return std::move(*decoded);
}

template <class T>
std::vector<T> read_list(const Value* value) {
  std::vector<T> out;
  if (value == nullptr || !value->is_array()) return out;
  for (const Value& element : value->get_array())
    if (std::optional<T> one = read<T>(&element)) out.push_back(std::move(*one));
  return out;
}

std::vector<ItemFact> read_items(const Value* items) {
  std::vector<ItemFact> out;
  if (items == nullptr || !items->is_array()) return out;
  for (const Value& item : items->get_array()) {
    const auto no = read<int>(find(item, "no"));
    const auto type = read<text::SelectorType>(find_in(item, "selector", "input", "type"));
    if (!no || !type) continue;
    out.push_back(
        {*no, *type, read_list<law::Category>(find(item, "categories")), read<bool>(find(item, "selector", "is_communication")).value_or(false)});
  }
  return out;
}

std::vector<ResultFact> read_results(const Value* items) {
  std::vector<ResultFact> out;
  if (items == nullptr || !items->is_array()) return out;
  for (const Value& item : items->get_array()) {
    const auto no = read<int>(find(item, "no"));
    const auto result = read<ItemResult>(find(item, "result"));
    if (!no || !result) continue;
    ResultFact fact{*no, *result, read<law::ReasonCode>(find(item, "reason")), 0, 0};
    if (const Value* tables = find(item, "tables"); tables != nullptr && tables->is_array())
      for (const Value& table : tables->get_array())
        if (const Value* rows = find(table, "rows"); rows != nullptr && rows->is_array()) fact.rows += static_cast<int>(rows->get_array().size());
    if (const Value* files = find(item, "files"); files != nullptr && files->is_array()) fact.files = static_cast<int>(files->get_array().size());
    out.push_back(std::move(fact));
  }
  return out;
}

}  // namespace

Facts facts_of(Kind kind, const Value& body) {
  Facts facts;
  facts.basis = read_list<Sha256>(find(body, "basis"));
  facts.of = read<Sha256>(find(body, "of"));
  facts.version = read<int>(find(body, "version"));
  facts.ready = read<bool>(find(body, "ready"));
  facts.number = read<Numbering>(find(body, "number"));
  facts.reason = read<law::ReasonCode>(find(body, "reason"));
  switch (kind) {
    case Kind::ORAL:
      facts.to = read<party::OrganisationId>(find(body, "to"));
      facts.case_id = read<CaseId>(find(body, "internal", "case_id"));
      facts.unit = read<UnitId>(find(body, "internal", "unit"));
      facts.follow_by = read<Time>(find(body, "follow_by"));
      break;
    case Kind::DRAFTED:
    case Kind::APPROVED:
      facts.instrument = read<law::Instrument>(find(body, "text", "instrument"));
      facts.form = read<law::FormKind>(find(body, "text", "form"));
      facts.to = read<party::OrganisationId>(find(body, "text", "to"));
      facts.due = read<Date>(find(body, "text", "due"));
      facts.urgency = read<law::Urgency>(find(body, "text", "urgency"));
      facts.items = read_items(find(body, "text", "items"));
      facts.case_id = read<CaseId>(find(body, "internal", "case_id"));
      facts.unit = read<UnitId>(find(body, "internal", "unit"));
      facts.delegator = read<PersonId>(find(body, "delegator"));
      break;
    case Kind::TRIAGED:
    case Kind::LEGAL_DECIDED:
      if (const Value* decisions = find(body, "decisions"); decisions != nullptr && decisions->is_array())
        for (const Value& decision : decisions->get_array()) {
          const auto no = read<int>(find(decision, "no"));
          const auto disposition = read<Disposition>(find(decision, "disposition"));
          if (no && disposition) facts.dispositions.push_back({*no, *disposition});
        }
      break;
    case Kind::ASSIGNED: facts.persons = read_list<PersonId>(find(body, "persons")); break;
    case Kind::HANDED_OVER:
      if (auto person = read<PersonId>(find(body, "to"))) facts.persons.push_back(*person);
      break;
    case Kind::COLLECTED:
    case Kind::RELEASED:
      facts.results = read_results(find(body, "answer", "items"));
      facts.minutes = read<int>(find(body, "answer", "minutes"));
      facts.yen = read<int>(find(body, "answer", "yen"));
      break;
    case Kind::FEEDBACK: facts.outcome = read<Outcome>(find(body, "outcome")); break;
    case Kind::PURGED:
    case Kind::TEXT_ERASED: facts.purged = read_list<Sha256>(find(body, "bodies")); break;
    case Kind::CHECKED:
    case Kind::SENT_BACK:
    case Kind::REGISTERED:
    case Kind::VOIDED:
    case Kind::OPENED:
    case Kind::CLOSED:
    case Kind::RETAINED:
    case Kind::DISPATCHED:
    case Kind::WITHDRAWN:
    case Kind::REMINDED:
    case Kind::RETRIEVED:
    case Kind::NARROWING_DECLINED:
    case Kind::VERIFIED:
    case Kind::SUSPECTED:
    case Kind::LOOKED_UP:
    case Kind::ANSWER_CHECKED:
    case Kind::ANSWER_SENT_BACK:
    case Kind::RECEIVED:
    case Kind::ACCEPTED:
    case Kind::RETURNED:
    case Kind::BEGUN:
    case Kind::VIEWED:
    case Kind::FINDING:
    case Kind::OFFICE_CHANGED:
    case Kind::STATEMENT: break;
  }
  return facts;
}

}  // namespace warifu::inquiry
