#pragma once
// The answer profile a provider publishes (M-A2): what it can be asked at all, so that nobody asks what cannot be answered,
// and in which form it answers. The form of the agency follows it; the provider's gate repeats the check.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "json/codec.h"
#include "law/types.h"
#include "party/organisation.h"
#include "text/selector.h"

namespace warifu::party {

struct ProfileEntry {
  text::SelectorType selector = text::SelectorType::ACCOUNT_ID;
  std::vector<std::string> services;      // for account, order, auction and contract numbers; empty: one unnamed service
  std::vector<law::Category> categories;  // what can be answered from this selector
  bool needs_period = false;
  std::optional<int> period_days_max;  // longest period one item may ask for
  std::optional<int> history_days;     // how far back the source reaches
  std::string note_ja, note_en;
};

struct AnswerProfile {
  OrganisationId organisation;
  int version = 1;
  std::vector<ProfileEntry> entries;
  std::vector<std::string> media;      // media types of attached answers
  std::string contact_ja, contact_en;  // opening hours, questions
  int usual_days = 7;                  // what an agency may expect
};

struct ProfileFinding {
  Code code = Code::NOT_IN_PROFILE;
  std::string where;   // relative to the item: /selector/type, /categories/1, /period
  std::string detail;  // the bound that was passed: "90", a service's id
};

// Everything the profile refuses about one item; empty when it can be answered. `asked_days` is absent without a period,
// `age_days` is how long ago the period begins.
[[nodiscard]] std::vector<ProfileFinding> check_item(const AnswerProfile& profile, text::SelectorType selector,
                                                     const std::optional<std::string>& service, const std::vector<law::Category>& categories,
                                                     std::optional<int> asked_days, std::optional<int> age_days);

BOOST_DESCRIBE_STRUCT(ProfileEntry, (), (selector, services, categories, needs_period, period_days_max, history_days, note_ja, note_en))
BOOST_DESCRIBE_STRUCT(AnswerProfile, (), (organisation, version, entries, media, contact_ja, contact_en, usual_days))

}  // namespace warifu::party
