#pragma once
// What is asked of a session without touching it: whether it stands, for what is decided before a long body is taken; and whether a second person has
// admitted who sits there.

#include <string_view>

#include "desk/office.h"

namespace warifu::desk {

// What Logins::current() would say of token and form's token: NOT_LOGGED_IN, SESSION_EXPIRED, CSRF. Only reads, and does not look at the person.
[[nodiscard]] Status look_at_session(const Office& office, std::string_view token, std::string_view csrf);

// Whether the directory has a key of this person in the role in use: two people stand behind each of its entries. An administrator alone can write
// anybody into the books, with any role, and invite him; what he has made up so looks at nothing before a second person has signed for it.
[[nodiscard]] Result<bool> is_admitted(const Office& office, const Caller& caller);

}  // namespace warifu::desk
