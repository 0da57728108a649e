#pragma once
// Numbers about the running process, in the text format Prometheus reads (the /metrics page). Thread-safe.
// A metric is declared once with its help text, then counted by name and labels; the number of label combinations per metric is
// bounded, so that outside input used as a label cannot fill the memory: what is beyond is counted in warifu_metrics_dropped_total.

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace warifu::net {

using Labels = std::map<std::string, std::string>;
inline constexpr std::size_t kSeriesPerMetricMax = 512;

class Metrics {
 public:
  Metrics();
  Metrics(Metrics&&) noexcept;
  Metrics& operator=(Metrics&&) noexcept;
  ~Metrics();

  // Names: [a-zA-Z_:][a-zA-Z0-9_:]*. Fails with BAD_VALUE on a bad name, CONFLICT when it is declared already.
  Status declare_counter(const std::string& name, const std::string& help);
  Status declare_gauge(const std::string& name, const std::string& help);
  Status declare_histogram(const std::string& name, const std::string& help, std::vector<double> upper_bounds);

  // An undeclared name or one of another kind is a programmer's error and aborts.
  void count(const std::string& name, const Labels& labels = {}, double by = 1);
  void set(const std::string& name, double value, const Labels& labels = {});
  void observe(const std::string& name, double value, const Labels& labels = {});

  [[nodiscard]] std::string render() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace warifu::net
