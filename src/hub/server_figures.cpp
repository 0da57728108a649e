#include "hub/server_figures.h"

#include <array>
#include <utility>

namespace warifu::hub {

namespace {

constexpr const char* kRefused = "warifu_server_refused_total";
constexpr const char* kFailed = "warifu_server_failures_total";
constexpr const char* kConnections = "warifu_server_connections";

constexpr std::array<std::pair<const char*, std::uint64_t net::ServerCounters::*>, 5> kFailures = {{
    {"handshake", &net::ServerCounters::handshake_failures_total},
    {"connection", &net::ServerCounters::refused_connections_total},
    {"timeout", &net::ServerCounters::timeouts_total},
    {"queue_full", &net::ServerCounters::queue_full_total},
    {"handler", &net::ServerCounters::handler_errors_total},
}};

Code code_of(int status) {
  switch (status) {
    case 405: return Code::METHOD_NOT_ALLOWED;
    case 408: return Code::TIMEOUT;
    case 413: return Code::TOO_LARGE;
    case 431: return Code::HEAD_TOO_LARGE;
    case 503: return Code::QUEUE_FULL;
    default: return status >= 500 ? Code::INTERNAL : Code::BAD_REQUEST;
  }
}

}  // namespace

Status ServerFigures::declare() {
  TRY(metrics_.declare_counter(kRefused, "Requests that the server refused before a handler saw them, by status"));
  TRY(metrics_.declare_counter(kFailed, "Connections and handlers that failed: handshake, connection (too many), timeout, queue_full, handler"));
  TRY(metrics_.declare_gauge(kConnections, "Open connections"));
  for (const auto& [what, count] : kFailures) metrics_.count(kFailed, {{"what", what}}, 0);
  return {};
}

void ServerFigures::watch(std::function<net::ServerCounters()> counters) {
  const std::scoped_lock lock(mutex_);
  counters_ = std::move(counters);
}

std::optional<Error> ServerFigures::answered(const net::Exchange& exchange) {
  if (exchange.routed || exchange.status < 400) return std::nullopt;
  metrics_.count(kRefused, {{"status", std::to_string(exchange.status)}});
  return Error{code_of(exchange.status), "the server refused a request before it was read", {}, {}};
}

void ServerFigures::refresh() {
  const std::scoped_lock lock(mutex_);
  if (!counters_) return;
  const net::ServerCounters now = counters_();
  for (const auto& [what, count] : kFailures)
    metrics_.count(kFailed, {{"what", what}}, static_cast<double>(now.*count - std::exchange(shown_.*count, now.*count)));
  metrics_.set(kConnections, static_cast<double>(now.connections));
}

bool is_from_here(const net::Request& request) { return request.peer == "127.0.0.1" || request.peer == "::1"; }

}  // namespace warifu::hub
