#include "net/metrics.h"

#include <doctest/doctest.h>

namespace warifu::net {
namespace {

bool has(const std::string& text, std::string_view line) { return text.find(line) != std::string::npos; }

TEST_CASE("declared metrics are counted and rendered") {
  Metrics metrics;
  REQUIRE(metrics.declare_counter("warifu_requests_total", "Requests"));
  REQUIRE(metrics.declare_gauge("warifu_connections", "Open connections"));
  REQUIRE(metrics.declare_histogram("warifu_seconds", "Duration", {0.1, 1}));
  metrics.count("warifu_requests_total", {{"status", "200"}});
  metrics.count("warifu_requests_total", {{"status", "200"}}, 2);
  metrics.count("warifu_requests_total", {{"status", "4\"0\n4"}});
  metrics.set("warifu_connections", 7);
  metrics.observe("warifu_seconds", 0.5);
  metrics.observe("warifu_seconds", 5);
  const std::string text = metrics.render();
  CHECK(has(text, "# HELP warifu_requests_total Requests\n# TYPE warifu_requests_total counter\n"));
  CHECK(has(text, "warifu_requests_total{status=\"200\"} 3\n"));
  CHECK(has(text, "status=\"4\\\"0\\n4\""));
  CHECK(has(text, "warifu_connections 7\n"));
  CHECK(has(text, "warifu_seconds_bucket{le=\"0.1\"} 0\n"));
  CHECK(has(text, "warifu_seconds_bucket{le=\"1\"} 1\n"));
  CHECK(has(text, "warifu_seconds_count 2\n"));
}

TEST_CASE("bad declarations are refused") {
  Metrics metrics;
  CHECK(metrics.declare_counter("1bad", "").error().code == Code::BAD_VALUE);
  CHECK(metrics.declare_counter("bad name", "").error().code == Code::BAD_VALUE);
  CHECK(metrics.declare_histogram("h", "", {1, 1}).error().code == Code::BAD_VALUE);
  CHECK(metrics.declare_histogram("h", "", {}).error().code == Code::BAD_VALUE);
  CHECK(metrics.declare_gauge("twice", ""));
  CHECK(metrics.declare_counter("twice", "").error().code == Code::CONFLICT);
}

TEST_CASE("series are bounded at the limit") {
  Metrics metrics;
  REQUIRE(metrics.declare_counter("c_total", ""));
  for (std::size_t i = 0; i < kSeriesPerMetricMax; ++i) metrics.count("c_total", {{"n", std::to_string(i)}});
  CHECK(has(metrics.render(), "warifu_metrics_dropped_total 0\n"));
  metrics.count("c_total", {{"n", "one more"}});
  metrics.count("c_total", {{"n", "0"}});
  const std::string text = metrics.render();
  CHECK(has(text, "warifu_metrics_dropped_total 1\n"));
  CHECK_FALSE(has(text, "one more"));
  CHECK(has(text, "c_total{n=\"0\"} 2\n"));
}

}  // namespace
}  // namespace warifu::net
