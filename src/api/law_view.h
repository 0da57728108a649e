#pragma once
// The law's catalogue and the types of selectors as the forms of the interface need them: every sentence in both languages.

#include "api/types.h"

namespace warifu::api {

[[nodiscard]] LawView law_view(const law::Catalogue& law, Time now);
[[nodiscard]] SelectorTypes selector_types();

}  // namespace warifu::api
