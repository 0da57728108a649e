#pragma once
// What the legal desk decided before under the same rule of the law's table or of the house: so that like is decided alike. Never chosen by
// the selector and never showing one: an earlier decision is about a rule, not about a person. Looks at the newest matters only, up to a
// limit, and says how many it looked at.
#include "desk/office.h"

namespace warifu::desk {

struct EarlierDecision {
  MatterId matter;
  std::string number, asker_ja, asker_en;
  Time at;
  int no = 1;  // of the item decided
  std::string rule_id;
  inquiry::Disposition disposition = inquiry::Disposition::ACCEPT;
  std::optional<law::ReasonCode> reason;
  std::string comment;
  std::vector<law::Category> categories;  // of the whole inquiry
};

struct EarlierDecisions {
  std::vector<EarlierDecision> decisions;  // newest first
  int looked_at = 0;                       // matters
};

BOOST_DESCRIBE_STRUCT(EarlierDecision, (), (matter, number, asker_ja, asker_en, at, no, rule_id, disposition, reason, comment, categories))
BOOST_DESCRIBE_STRUCT(EarlierDecisions, (), (decisions, looked_at))

// For the legal desk and the auditors of a provider; for everybody else ROLE_MISSING, for a matter they may not see NOT_FOUND.
[[nodiscard]] Result<EarlierDecisions> earlier_decisions(const Office& office, const Caller& caller, const MatterId& matter);

}  // namespace warifu::desk
