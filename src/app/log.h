#pragma once
// The node's log: one JSON object per line on the standard error output, for journald or whatever collects it. What attackers can trigger
// is limited in rate. Only named fields are written; personal data has no way in (api::LogEvent carries none).

#include <string_view>

#include "api/options.h"

namespace warifu::app {

void start_log(bool is_quiet);
void log_request(const api::LogEvent& event);
void log_line(std::string_view event, std::string_view detail);

}  // namespace warifu::app
