#pragma once
// `warifu demo --separate`: the demo's cases over a hub and one node per organisation, each its own process with its own folder; nothing is
// shared but the network (docs/decisions, "The separate demo"). Internal to the demo.

#include "app/commands.h"
#include "app/demo.h"

namespace warifu::app {

// Plays once and ends everything it started.
[[nodiscard]] Result<std::vector<DemoMatter>> play_separately(const DemoCommand& command);

}  // namespace warifu::app
