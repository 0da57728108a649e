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

void start_log(bool is_quiet) {
  if (logger()) return;
  const auto made = spdlog::stderr_logger_mt("warifu");
  made->set_pattern("%v");
  made->set_level(is_quiet ? spdlog::level::warn : spdlog::level::info);
}

void log_request(const api::LogEvent& event) {
  const auto out = logger();
  if (!out || (event.status >= 400 && !is_within_rate())) return;
  json::Object line{{"at", to_rfc3339(now_utc())}, {"event", "request"}, {"request", event.request}, {"method", event.method}, {"route", event.route},
                    {"status", event.status}, {"us", event.took_us}};
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

}  // namespace warifu::app
