#pragma once
// The provider's gate (M-A4): what may be decided about an item, and what the law, the house rules and the provider's own answer profile
// suggest. Pure: the same inquiry gives the same suggestion and the same refusal.
//
// An item the law allows may be accepted, or treated more strictly with a reason. An item the law leaves open goes to the legal desk at
// intake; only the legal desk decides it, with a recorded reason. What the law or a house rule closes (a warrant is needed, or it is not to
// be asked at all) is accepted by nobody; it can be narrowed to the part that is allowed.

#include <optional>
#include <vector>

#include "inquiry/content.h"
#include "law/judge.h"
#include "party/profile.h"

namespace warifu::answer {

enum class Desk { INTAKE, LEGAL };

struct Gate {
  const law::Catalogue& law;
  const law::HouseRules& house;
  law::Instrument instrument = law::Instrument::INQ;
  law::FormKind form = law::FormKind::A;
};

// How an item stands before the law with all the categories it asks for; the worst of them counts. In the order of strictness.
enum class Standing { ALLOWED, WRONG_FORM, OPEN, WARRANT, DENIED };

struct Stand {
  Standing standing = Standing::DENIED;
  law::Judgement judgement;  // the one that gave the standing
};
[[nodiscard]] Stand stand_of(const Gate& gate, const inquiry::Item& item, const std::vector<law::Category>& categories);

// One decision: texts cleaned, the reason filled in where the disposition implies one, the rule's id recorded. Errors are relative to the
// decision: "" NOT_ALLOWED_BY_LAW, "/reason" REASON_REQUIRED or BAD_VALUE, "/narrowing", "/comment".
[[nodiscard]] Result<inquiry::ItemDecision> check_decision(const Gate& gate, Desk desk, const inquiry::Item& item, inquiry::ItemDecision decision);

// Decisions about items of one inquiry: every one of `wanted` exactly once and no other. ITEM_UNKNOWN, RESULT_MISSING; `where` = /decisions/<i>….
[[nodiscard]] Result<std::vector<inquiry::ItemDecision>> check_decisions(const Gate& gate, Desk desk, const std::vector<inquiry::Item>& items,
                                                                         const std::vector<int>& wanted,
                                                                         std::vector<inquiry::ItemDecision> decisions);

// A suggestion that check_decision admits at intake; a person decides.
[[nodiscard]] inquiry::ItemDecision suggest(const Gate& gate, const party::AnswerProfile* profile, const inquiry::Item& item, Time now);

// Whether a reason code fits a disposition, or a result of an answer.
[[nodiscard]] bool fits_return(const law::Catalogue& law, law::ReasonCode reason);

}  // namespace warifu::answer
