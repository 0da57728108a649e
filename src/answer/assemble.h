#pragma once
// An answer held against what was asked and what was decided about each item. Pure: which files and lookups exist is checked by the desk.
// Nothing leaves for an item that needs a warrant, was returned or is to be narrowed: such an item carries its result and its reason only.

#include <vector>

#include "inquiry/bodies.h"
#include "law/catalogue.h"

namespace warifu::answer {

struct ItemStatus {
  int no = 1;
  inquiry::Disposition disposition = inquiry::Disposition::ACCEPT;
  bool is_released = false;            // an answer that went out before gave its result
  bool is_narrowing_declined = false;  // the agency did not take the proposal
};

// Texts cleaned, amounts in range. Errors: `where` = /answer/….
[[nodiscard]] Result<inquiry::Answer> clean_answer(inquiry::Answer answer);

// ITEM_UNKNOWN, RESULT_MISSING (`ready`: every item not released before has its result), NOT_ALLOWED_BY_LAW (data for an item that needs a
// warrant), REASON_REQUIRED, MISSING_FIELD, BAD_VALUE, TOO_MANY; `where` = /answer/items/<i>….
[[nodiscard]] Status check_answer(const law::Catalogue& law, const std::vector<ItemStatus>& items, const inquiry::Answer& answer, bool ready);

// The second person counts the rows of each item: every item of the answer once. ROW_COUNT_DIFFERS; it does not say how many there are.
[[nodiscard]] Status check_row_counts(const inquiry::Answer& answer, const std::vector<inquiry::RowCount>& counts);

}  // namespace warifu::answer
