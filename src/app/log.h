#pragma once
// The node's log: one JSON object per line on the standard error output, for journald or whatever collects it. What attackers can trigger
// is limited in rate. Only named fields are written; personal data has no way in (api::LogEvent carries none).

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "api/options.h"

namespace warifu::app {

enum class LogLevel { FAILURES, WARNINGS, EVERYTHING };

void start_log(LogLevel level);
void log_request(const api::LogEvent& event);
void log_line(std::string_view event, std::string_view detail);

// What goes wrong again and again in the background is told once a minute per organisation, event and code, with the number of repetitions.
// Thread-safe.
class FailureLog {
 public:
  void tell(std::string_view event, const std::string& organisation, const Error& error, Time now);

 private:
  struct Told {
    Time at;
    int repeated = 0;
  };
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Told> told_;  // (event, organisation and code)
};

}  // namespace warifu::app

template <>
struct warifu::EnumNames<warifu::app::LogLevel> {
  static constexpr std::array<std::string_view, 3> names = {"error", "warning", "info"};
};
