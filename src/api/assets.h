#pragma once
// The files of the browser's interface that were built into this executable (ui/dist, packed); empty when it was built without them.

#include <span>

#include "net/static_files.h"

namespace warifu::api {

[[nodiscard]] std::span<const net::Asset> embedded_ui();

}  // namespace warifu::api
