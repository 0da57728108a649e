#pragma once
// `warifu serve` for a hub and for a witness: the configuration, the server, a clean end.

#include "app/commands.h"
#include "app/config.h"

namespace warifu::app {

// Which part the folder plays, or the setting `role` says: "hub", "witness"; anything else is a node.
[[nodiscard]] bool is_hub_role(const Config& config);
[[nodiscard]] bool is_witness_role(const Config& config);

Status serve_hub(const Config& config, const ServeCommand& command);
Status serve_witness(const Config& config, const ServeCommand& command);

}  // namespace warifu::app
