#include "net/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>
#include <variant>

namespace warifu::net {
namespace {

constexpr const char* kDropped = "warifu_metrics_dropped_total";

bool is_metric_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

struct HistogramFamily {
  prometheus::Family<prometheus::Histogram>* family;
  std::vector<double> upper_bounds;
};

struct Metric {
  std::variant<prometheus::Family<prometheus::Counter>*, prometheus::Family<prometheus::Gauge>*, HistogramFamily> family;
  std::set<Labels> seen;
};

}  // namespace

class Metrics::Impl {
 public:
  Impl() { dropped_ = &prometheus::BuildCounter().Name(kDropped).Help("Series beyond the limit per metric").Register(registry_).Add({}); }

  template <class Build>
  Status declare(const std::string& name, Build build) {
    const std::lock_guard lock(mutex_);
    if (!is_metric_name(name)) return fail(Code::BAD_VALUE, "not a metric's name", name);
    if (name == kDropped || metrics_.contains(name)) return fail(Code::CONFLICT, "the metric is declared already", name);
    metrics_.emplace(name, Metric{build(registry_), {}});
    return {};
  }

  // Runs `act` on the metric's family, unless the labels would be one series too many.
  template <class Family, class Act>
  void on(const std::string& name, const Labels& labels, Act act) {
    const std::lock_guard lock(mutex_);
    const auto found = metrics_.find(name);
    CHECK_THAT(found != metrics_.end());
    auto* family = std::get_if<Family>(&found->second.family);
    CHECK_THAT(family != nullptr);
    auto& seen = found->second.seen;
    if (!seen.contains(labels)) {
      if (seen.size() >= kSeriesPerMetricMax) return dropped_->Increment();
      seen.insert(labels);
    }
    act(*family);
  }

  [[nodiscard]] std::string render() const {
    const std::lock_guard lock(mutex_);
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

 private:
  mutable std::mutex mutex_;  // guards everything here; the library would lock again, at no cost
  prometheus::Registry registry_;
  prometheus::Counter* dropped_;
  std::map<std::string, Metric> metrics_;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::Metrics(Metrics&&) noexcept = default;
Metrics& Metrics::operator=(Metrics&&) noexcept = default;
Metrics::~Metrics() = default;

Status Metrics::declare_counter(const std::string& name, const std::string& help) {
  return impl_->declare(name, [&](prometheus::Registry& registry) { return &prometheus::BuildCounter().Name(name).Help(help).Register(registry); });
}

Status Metrics::declare_gauge(const std::string& name, const std::string& help) {
  return impl_->declare(name, [&](prometheus::Registry& registry) { return &prometheus::BuildGauge().Name(name).Help(help).Register(registry); });
}

Status Metrics::declare_histogram(const std::string& name, const std::string& help, std::vector<double> upper_bounds) {
  if (upper_bounds.empty() || std::adjacent_find(upper_bounds.begin(), upper_bounds.end(), std::greater_equal<>()) != upper_bounds.end())
    return fail(Code::BAD_VALUE, "the bounds of a histogram rise", name);
  return impl_->declare(name, [&](prometheus::Registry& registry) {
    return HistogramFamily{&prometheus::BuildHistogram().Name(name).Help(help).Register(registry), std::move(upper_bounds)};
  });
}

void Metrics::count(const std::string& name, const Labels& labels, double by) {
  impl_->on<prometheus::Family<prometheus::Counter>*>(name, labels, [&](auto* family) { family->Add(labels).Increment(by); });
}

void Metrics::set(const std::string& name, double value, const Labels& labels) {
  impl_->on<prometheus::Family<prometheus::Gauge>*>(name, labels, [&](auto* family) { family->Add(labels).Set(value); });
}

void Metrics::observe(const std::string& name, double value, const Labels& labels) {
  impl_->on<HistogramFamily>(name, labels, [&](HistogramFamily& histogram) {
    histogram.family->Add(labels, prometheus::Histogram::BucketBoundaries(histogram.upper_bounds.begin(), histogram.upper_bounds.end()))
        .Observe(value);
  });
}

std::string Metrics::render() const { return impl_->render(); }

}  // namespace warifu::net
