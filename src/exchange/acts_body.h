#pragma once
// What a message of type `acts` carries (its second part, docs/formats.md "Sealed messages"): shared acts in an order their receiver can apply,
// as canonical JSON {"acts": [{"assertions": […] when there are any, "body": {…}, "note": "…"}]}. One list of acts has one spelling, so that
// evidence can rebuild it and compare its digest with the one the signed manifest names.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inquiry/act.h"

namespace warifu::exchange {

inline constexpr std::size_t kActsPerMessageMax = 64;

// PURGED when the body of one is gone, FORBIDDEN for an internal act, EMPTY_FIELD or TOO_MANY for none or too many.
[[nodiscard]] Result<std::string> spell_acts(std::span<const inquiry::SignedAct> acts);
// Refused unless it is exactly what spell_acts would write; each body is the one its note names. Signatures are checked elsewhere.
[[nodiscard]] Result<std::vector<inquiry::SignedAct>> parse_acts(std::string_view text);

}  // namespace warifu::exchange
