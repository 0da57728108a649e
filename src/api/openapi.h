#pragma once
// The interface described by itself: OpenAPI 3.1, printed from the same table that routes requests. Stable order, so that a change of the
// interface is a readable difference of api/openapi.json.

#include <string>

#include "api/router.h"

namespace warifu::api {

[[nodiscard]] json::Value openapi(const Router& routes);
// Of all_routes(); ends with a line feed.
[[nodiscard]] std::string openapi_text();

}  // namespace warifu::api
