#include "answer/assemble.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "text/unicode.h"

namespace warifu::answer {

namespace {

using inquiry::Answer;
using inquiry::Disposition;
using inquiry::ItemAnswer;
using inquiry::ItemResult;
using law::ReasonUse;

constexpr int kMinutesMax = 100'000;
constexpr int kYenMax = 100'000'000;
constexpr std::size_t kTablesMax = 100;
constexpr std::size_t kColumnsMax = 200;

Status clean(std::string& text, std::string_view where, bool one_line) {
  if (text.empty()) return {};
  Result<std::string> out = one_line ? text::clean_line(text, limits::kLineCharactersMax) : text::clean_text(text, limits::kTextCharactersMax);
  if (!out) return tl::unexpected<Error>(std::move(out).error().at(where));
  text = std::move(*out);
  return {};
}

Status in_range(int value, int max, std::string_view where) {
  if (value < 0 || value > max) return fail(Code::OUT_OF_RANGE, "out of range", std::string(where), {{"min", "0"}, {"max", std::to_string(max)}});
  return {};
}

std::vector<ItemResult> results_for(const ItemStatus& item) {
  switch (item.disposition) {
    case Disposition::ACCEPT: return {ItemResult::ANSWERED, ItemResult::PARTLY_ANSWERED, ItemResult::NONE_HELD, ItemResult::REFUSED};
    case Disposition::NEEDS_WARRANT: return {ItemResult::NEEDS_WARRANT};
    case Disposition::RETURN: return {ItemResult::REFUSED};
    case Disposition::NARROW:
      // A proposal that was declined is followed by an answer to the part that was offered, or by a refusal.
      if (item.is_narrowing_declined) return {ItemResult::PARTLY_ANSWERED, ItemResult::NONE_HELD, ItemResult::REFUSED};
      return {ItemResult::NARROWING_PROPOSED};
    case Disposition::LEGAL_REVIEW: return {};
  }
  return {};
}

// That a source was searched and held nothing is worth telling, and no data.
bool carries_data(const ItemAnswer& item) {
  return !item.files.empty() || std::ranges::any_of(item.provenance, [](const inquiry::Provenance& p) { return p.rows != 0; }) ||
         std::ranges::any_of(item.tables, [](const inquiry::Table& table) { return !table.rows.empty(); });
}

bool may_carry_data(ItemResult result) { return result == ItemResult::ANSWERED || result == ItemResult::PARTLY_ANSWERED; }

// Uses of the reason codes that fit a result.
std::vector<ReasonUse> uses_for(ItemResult result, Disposition disposition) {
  switch (result) {
    case ItemResult::ANSWERED: return {};
    case ItemResult::PARTLY_ANSWERED: return {ReasonUse::NONE_HELD, ReasonUse::REFUSE, ReasonUse::NARROW};
    case ItemResult::NONE_HELD: return {ReasonUse::NONE_HELD};
    case ItemResult::REFUSED:
      if (disposition == Disposition::NARROW) return {ReasonUse::REFUSE, ReasonUse::RETURN, ReasonUse::NARROW};
      return {ReasonUse::REFUSE, ReasonUse::RETURN};
    case ItemResult::NEEDS_WARRANT: return {ReasonUse::NEEDS_WARRANT};
    case ItemResult::NARROWING_PROPOSED: return {ReasonUse::NARROW};
  }
  return {};
}

template <NamedEnum E>
std::string names(const std::vector<E>& values) {
  std::string out;
  for (const E value : values) out += (out.empty() ? "" : ", ") + std::string(enum_text(value));
  return out.empty() ? "-" : out;
}

// What needs a warrant was asked for by an inquiry: that is the basis on which it cannot be had.
tl::unexpected<Error> needs_warrant(const law::Catalogue& law, std::string why, std::string_view where) {
  const law::Text& name = law.instrument(law::Instrument::INQ).name;
  return fail(Code::NOT_ALLOWED_BY_LAW, std::move(why), std::string(where), {{"basis", name.ja}, {"basis_en", name.en}});
}

Status check_data(const law::Catalogue& law, const ItemAnswer& item) {
  if (!may_carry_data(item.result) && carries_data(item)) {
    if (item.result == ItemResult::NEEDS_WARRANT) return needs_warrant(law, "nothing is disclosed for an item that needs a warrant", "/tables");
    return fail(Code::BAD_VALUE, "this result carries neither rows nor files", "/tables", {{"expected", "-"}});
  }
  if (item.result == ItemResult::ANSWERED && !carries_data(item) && item.message.empty())
    return fail(Code::EMPTY_FIELD, "an answer says something: rows, a file or a message", "/tables");
  if (item.tables.size() > kTablesMax) return fail(Code::TOO_MANY, "too many tables", "/tables", {{"max", std::to_string(kTablesMax)}});
  for (std::size_t t = 0; t < item.tables.size(); ++t) {
    const std::string where = "/tables/" + std::to_string(t);
    const inquiry::Table& table = item.tables[t];
    if (table.columns.empty() || table.columns.size() > kColumnsMax)
      return fail(Code::TOO_MANY, "a table has between one and so many columns", where + "/columns", {{"max", std::to_string(kColumnsMax)}});
    for (std::size_t r = 0; r < table.rows.size(); ++r)
      if (table.rows[r].size() != table.columns.size())
        return fail(Code::BAD_VALUE, "a row is longer or shorter than its head", where + "/rows/" + std::to_string(r),
                    {{"expected", std::to_string(table.columns.size())}});
  }
  return {};
}

Status check_item(const law::Catalogue& law, const ItemStatus& status, const ItemAnswer& item) {
  const std::vector<ItemResult> results = results_for(status);
  if (std::ranges::find(results, item.result) == results.end()) {
    if (status.disposition == Disposition::NEEDS_WARRANT && may_carry_data(item.result))
      return needs_warrant(law, "this item needs a warrant", "/result");
    return fail(Code::BAD_VALUE, "not a result for what was decided about this item", "/result", {{"expected", names(results)}});
  }
  const std::vector<ReasonUse> uses = uses_for(item.result, status.disposition);
  if (item.result == ItemResult::REFUSED && !item.reason) return fail(Code::REASON_REQUIRED, "a refusal has a reason code", "/reason");
  if (item.reason && std::ranges::find(uses, law.reason(*item.reason).use) == uses.end())
    return fail(Code::BAD_VALUE, "that reason does not fit the result", "/reason", {{"expected", names(uses)}});
  const bool proposes = item.result == ItemResult::NARROWING_PROPOSED;
  if (proposes && (!item.narrowing || (!item.narrowing->period && item.narrowing->categories.empty())))
    return fail(Code::MISSING_FIELD, "a proposal says what is proposed", "/narrowing");
  if (!proposes && item.narrowing) return fail(Code::BAD_VALUE, "only a proposal narrows", "/narrowing", {{"expected", "-"}});
  if (item.reaches_back && !item.reaches_back->is_valid()) return fail(Code::BAD_TIME, "that day does not exist", "/reaches_back");
  return check_data(law, item);
}

}  // namespace

Result<Answer> clean_answer(Answer answer) {
  TRY(clean(answer.reference, "/answer/reference", true));
  TRY(clean(answer.preparer, "/answer/preparer", true));
  TRY(clean(answer.completeness, "/answer/completeness", false));
  TRY(in_range(answer.minutes, kMinutesMax, "/answer/minutes"));
  TRY(in_range(answer.yen, kYenMax, "/answer/yen"));
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    const std::string where = "/answer/items/" + std::to_string(i);
    TRY(clean(answer.items[i].message, where + "/message", false));
    if (answer.items[i].narrowing) TRY(clean(answer.items[i].narrowing->message, where + "/narrowing/message", false));
  }
  return answer;
}

Status check_answer(const law::Catalogue& law, const std::vector<ItemStatus>& items, const Answer& answer, bool ready) {
  if (answer.items.empty()) return fail(Code::EMPTY_FIELD, "an answer has at least one result", "/answer/items");
  std::set<int> seen;
  std::size_t files = 0;
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    const ItemAnswer& item = answer.items[i];
    const std::string where = "/answer/items/" + std::to_string(i);
    const auto status = std::ranges::find(items, item.no, &ItemStatus::no);
    if (status == items.end()) return fail(Code::ITEM_UNKNOWN, "the inquiry has no such item", where + "/no");
    if (!seen.insert(item.no).second) return fail(Code::BAD_VALUE, "two results for one item", where + "/no", {{"expected", "each item once"}});
    if (Status checked = check_item(law, *status, item); !checked) return tl::unexpected<Error>(std::move(checked).error().at(where));
    files += item.files.size();
  }
  if (files > limits::kFilesPerAnswerMax)
    return fail(Code::TOO_MANY, "too many files", "/answer/items", {{"max", std::to_string(limits::kFilesPerAnswerMax)}});
  if (!ready) return {};
  for (const ItemStatus& item : items)
    if (!item.is_released && !seen.contains(item.no))
      return fail(Code::RESULT_MISSING, "an item has no result yet", "/answer/items", {{"no", std::to_string(item.no)}});
  return {};
}

Status check_row_counts(const Answer& answer, const std::vector<inquiry::RowCount>& counts) {
  std::set<int> counted;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string where = "/row_counts/" + std::to_string(i);
    const auto item = std::ranges::find(answer.items, counts[i].no, &ItemAnswer::no);
    if (item == answer.items.end()) return fail(Code::ITEM_UNKNOWN, "the answer has no such item", where + "/no");
    if (!counted.insert(counts[i].no).second)
      return fail(Code::BAD_VALUE, "an item is counted twice", where + "/no", {{"expected", "each item once"}});
    // The true number is not given away: the second person counts again.
    if (item->row_count() != counts[i].rows)
      return fail(Code::ROW_COUNT_DIFFERS, "the rows counted are not the rows there", where,
                  {{"expected", std::to_string(counts[i].rows)}, {"actual", "?"}});
  }
  for (const ItemAnswer& item : answer.items)
    if (!counted.contains(item.no))
      return fail(Code::ROW_COUNT_DIFFERS, "an item was not counted", "/row_counts",
                  {{"expected", "-"}, {"actual", "?"}, {"no", std::to_string(item.no)}});
  return {};
}

}  // namespace warifu::answer
