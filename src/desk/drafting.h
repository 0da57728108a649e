#pragma once
// From what was typed to the text that will be signed. Internal to the room.

#include "desk/impl.h"

namespace warifu::desk {

// Checks one item: selector, period, categories. Errors carry the field below the item.
struct CheckedItem {
  inquiry::Item item;
  std::vector<Notice> errors, warnings;
  std::optional<Error> first_error;  // the same as errors.front(), as an Error
  std::optional<law::ItemJudgement> judgement;
  bool selector_ok = false;
};

struct ItemContext {
  const law::Catalogue& law;
  law::Instrument instrument = law::Instrument::INQ;
  law::FormKind form = law::FormKind::A;
  const party::AnswerProfile* profile = nullptr;  // of the addressee, when known
  const law::HouseRules* house = nullptr;         // of the addressee's own gate; the agency does not know them
  Time now;
};

[[nodiscard]] CheckedItem check_item(const ItemContext& context, int no, const text::SelectorInput& selector,
                                     const std::optional<PeriodInput>& period, const std::vector<law::Category>& categories,
                                     bool asks_registration_address);
[[nodiscard]] law::Question question_of(law::Instrument instrument, law::FormKind form, const inquiry::Item& item);
[[nodiscard]] JudgementView view_of(const law::Judgement& judgement);

}  // namespace warifu::desk
