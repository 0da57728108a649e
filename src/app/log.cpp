#include "app/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "json/codec.h"

namespace warifu::app {

namespace {

constexpr int kRefusalsPerSecondMax = 50;

// Refused requests are cheap to send: beyond this many a second they are counted, not written.
bool is_within_rate() {
  static std::atomic<std::int64_t> second{0};
  static std::atomic<int> count{0};
  const std::int64_t now = now_utc().seconds();
  if (second.exchange(now) != now) count = 0;
  return ++count <= kRefusalsPerSecondMax;
}

std::shared_ptr<spdlog::logger> logger() { return spdlog::get("warifu"); }

}  // namespace

void start_log(LogLevel level) {
  if (logger()) return;
  const auto made = spdlog::stderr_logger_mt("warifu");
  made->set_pattern("%v");
  switch (level) {
    case LogLevel::FAILURES: made->set_level(spdlog::level::err); break;
    case LogLevel::WARNINGS: made->set_level(spdlog::level::warn); break;
    case LogLevel::EVERYTHING: made->set_level(spdlog::level::info); break;
  }
}

void log_request(const api::LogEvent& event) {
  const auto out = logger();
  if (!out || (event.status >= 400 && !is_within_rate())) return;
  json::Object line{{"at", to_rfc3339(now_utc())}, {"event", "request"},     {"request", event.request}, {"method", event.method},
                    {"route", event.route},        {"status", event.status}, {"us", event.took_us}};
  if (!event.organisation.empty()) line["organisation"] = event.organisation;
  if (!event.code.empty()) {
    line["code"] = event.code;
    line["where"] = event.where;
    line["message"] = event.message;
  }
  out->log(event.status >= 500 ? spdlog::level::err : spdlog::level::info, json::compact(line));
}

void log_line(std::string_view event, std::string_view detail) {
  if (const auto out = logger()) out->info(json::compact(json::Object{{"at", to_rfc3339(now_utc())}, {"event", event}, {"detail", detail}}));
}

void FailureLog::tell(std::string_view event, const std::string& organisation, const Error& error, Time now) {
  constexpr Duration kQuiet = minutes(1);
  const std::string code(sentence(error.code).name);
  int repeated = 0;
  {
    const std::scoped_lock lock(mutex_);
    Told& told = told_[{std::string(event), organisation + " " + code}];
    if (told.at.us != 0 && now - told.at < kQuiet) {
      ++told.repeated;
      return;
    }
    repeated = std::exchange(told.repeated, 0);
    told.at = now;
  }
  const auto out = logger();
  if (!out) return;
  json::Object line{{"at", to_rfc3339(now)}, {"event", event}, {"organisation", organisation}, {"code", code}, {"message", error.message}};
  if (repeated > 0) line["repeated"] = repeated;
  out->warn(json::compact(line));
}

}  // namespace warifu::app
