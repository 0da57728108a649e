#include "party/profile.h"

#include <algorithm>

namespace warifu::party {

std::vector<ProfileFinding> check_item(const AnswerProfile& profile, text::SelectorType selector, const std::optional<std::string>& service,
                                       const std::vector<law::Category>& categories, std::optional<int> asked_days, std::optional<int> age_days) {
  const ProfileEntry* entry = nullptr;
  bool type_known = false;
  for (const ProfileEntry& candidate : profile.entries) {
    if (candidate.selector != selector) continue;
    type_known = true;
    if (candidate.services.empty() || (service && std::ranges::find(candidate.services, *service) != candidate.services.end())) {
      entry = &candidate;
      break;
    }
  }
  if (!type_known) return {{Code::NOT_IN_PROFILE, "/selector/type", std::string(enum_text(selector))}};
  if (entry == nullptr) return {{Code::NOT_IN_PROFILE, "/selector/service", service.value_or("")}};

  std::vector<ProfileFinding> findings;
  for (std::size_t i = 0; i < categories.size(); ++i)
    if (std::ranges::find(entry->categories, categories[i]) == entry->categories.end())
      findings.push_back({Code::NOT_IN_PROFILE, "/categories/" + std::to_string(i), std::string(enum_text(categories[i]))});
  if (entry->needs_period && !asked_days) findings.push_back({Code::MISSING_FIELD, "/period", {}});
  if (asked_days && entry->period_days_max && *asked_days > *entry->period_days_max)
    findings.push_back({Code::OUT_OF_RANGE, "/period", std::to_string(*entry->period_days_max)});
  if (age_days && entry->history_days && *age_days > *entry->history_days)
    findings.push_back({Code::TIME_TOO_OLD, "/period/from", std::to_string(*entry->history_days)});
  return findings;
}

}  // namespace warifu::party
