#pragma once
// Whether a session stands, without touching it: for what is decided before a long body is taken.

#include <string_view>

#include "desk/office.h"

namespace warifu::desk {

// What Logins::current() would say of token and form's token: NOT_LOGGED_IN, SESSION_EXPIRED, CSRF. Only reads, and does not look at the person.
[[nodiscard]] Status look_at_session(const Office& office, std::string_view token, std::string_view csrf);

}  // namespace warifu::desk
