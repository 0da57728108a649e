// Health, figures and the log line of a request.

#include "api/problem.h"
#include "api/server_api.h"
#include "json/write.h"

namespace warifu::api {

namespace {

constexpr std::size_t kOutboxCountMax = 1000;  // beyond it the figure stays there: an alarm either way
constexpr Time kEver{9'000'000'000'000'000};   // later than any try

std::string route_label(const net::Request& request, const Route* route) {
  if (route != nullptr) return route->method + " " + route->path;
  if (request.path == "/healthz" || request.path == "/metrics") return "GET " + request.path;
  return !request.segments.empty() && request.segments.front() == "api" ? "unknown" : "ui";
}

}  // namespace

void Api::declare_figures() {
  const auto declared = [](const Status& status) { CHECK_THAT(status.has_value()); };
  declared(metrics_.declare_counter("warifu_http_requests_total", "Answered requests by route and status."));
  declared(metrics_.declare_histogram("warifu_http_request_seconds", "Time in the handler by route.",
                                      {0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}));
  declared(metrics_.declare_gauge("warifu_outbox", "Parcels not yet delivered, by organisation."));
  declared(metrics_.declare_gauge("warifu_writer_queue", "Commits waiting for the writer."));
  declared(metrics_.declare_gauge("warifu_store_up", "1 when the organisation's store can be read."));
}

net::Response Api::health() const {
  json::Object out;
  bool is_fine = true;
  for (const auto& [id, host] : offices_) {
    const Status checked = host.office.store().check();
    is_fine = is_fine && checked.has_value();
    if (!checked) out["code"] = sentence(checked.error().code).name;
  }
  out["status"] = is_fine ? "ok" : "failing";
  return net::text_response(is_fine ? 200 : 503, "application/json", json::compact(out));
}

net::Response Api::figures() {
  const std::scoped_lock lock(metrics_mutex_);
  for (const auto& [id, host] : offices_) {
    const net::Labels organisation{{"organisation", id.text()}};
    metrics_.set("warifu_store_up", host.office.store().check() ? 1 : 0, organisation);
    if (const auto waiting = host.office.store().outbox_due(kEver, kOutboxCountMax))
      metrics_.set("warifu_outbox", static_cast<double>(waiting->size()), organisation);
  }
  if (options_.writer_queue) metrics_.set("warifu_writer_queue", static_cast<double>(options_.writer_queue()));
  return net::text_response(200, std::string(net::Metrics::kContentType), metrics_.render());
}

void Api::report(const net::Request& request, const Outcome& outcome, std::int64_t took_us) {
  constexpr double kMicrosPerSecond = 1e6;
  const std::string route = route_label(request, outcome.route);
  metrics_.count("warifu_http_requests_total", {{"route", route}, {"status", std::to_string(outcome.response.status)}});
  metrics_.observe("warifu_http_request_seconds", static_cast<double>(took_us) / kMicrosPerSecond, {{"route", route}});
  if (!options_.log) return;
  LogEvent event;
  event.request = request.request_id;
  event.method = request.method;
  event.route = route;
  event.status = outcome.response.status;
  event.organisation = outcome.organisation;
  event.took_us = took_us;
  if (outcome.error) {
    event.code = sentence(outcome.error->code).name;
    event.message = outcome.error->message;
    // The place in a body; what a caller invents (names of unknown fields and parameters, paths) stays out.
    const bool is_named_by_caller =
        outcome.error->code == Code::UNKNOWN_FIELD || outcome.error->code == Code::DUPLICATE_FIELD || outcome.error->code == Code::METHOD_NOT_ALLOWED;
    if (!is_named_by_caller) event.where = outcome.error->where;
  }
  options_.log(event);
}

}  // namespace warifu::api
