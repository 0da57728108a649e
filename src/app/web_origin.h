#pragma once
// The address at which an organisation's people open this node, in the directory (`purpose web`): what passkeys are made for, and what whoever checks
// an assertion compares it with.

#include <optional>
#include <string_view>

#include "app/node.h"
#include "note/passkey.h"

namespace warifu::app {

// Origin and relying party (its host). Nothing for an address at which passkeys would prove little: plain http anywhere but on this machine, and
// there only in a demo.
[[nodiscard]] std::optional<note::RelyingParty> relying_party_of(std::string_view origin, bool is_demo);

// Every hosted organisation's entry says the node's origin: an entry that says another is ended, a missing one is added. Signed by the root key,
// which must be at hand for that and only for that: NOT_FOUND when it lies elsewhere. The number of entries written.
Result<int> publish_origin(Node& node);

}  // namespace warifu::app
