#include "answer/source.h"

#include <algorithm>

namespace warifu::answer {

const SourceQuery* query_for(const SourceInfo& info, const inquiry::Item& item) {
  const text::SelectorInput& selector = item.selector.input;
  for (const SourceQuery& query : info.queries) {
    if (query.selector != selector.type) continue;
    const bool fits_service =
        query.services.empty() || (selector.service && std::ranges::find(query.services, *selector.service) != query.services.end());
    if (!fits_service) continue;
    const bool answers_some = std::ranges::any_of(
        item.categories, [&](law::Category category) { return std::ranges::find(query.categories, category) != query.categories.end(); });
    if (answers_some) return &query;
  }
  return nullptr;
}

}  // namespace warifu::answer
