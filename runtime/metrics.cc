#include "runtime/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <exception>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace ebb {

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

void Histogram::Observe(double value) {
  const auto range = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<size_t>(range)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

struct MetricPage::Families {
  std::vector<prometheus::MetricFamily> all;

  prometheus::ClientMetric& Add(const std::string& name, const std::string& help, prometheus::MetricType type,
                                const Labels& labels) {
    if (all.empty() || all.back().name != name) all.push_back({name, help, type, {}});
    prometheus::ClientMetric& metric = all.back().metric.emplace_back();
    for (const auto& [label, value] : labels) metric.label.push_back({label, value});
    return metric;
  }
};

MetricPage::MetricPage() : families_(std::make_unique<Families>()) {}
MetricPage::~MetricPage() = default;

void MetricPage::AddCounter(const std::string& name, const std::string& help, double value, const Labels& labels) {
  families_->Add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void MetricPage::AddGauge(const std::string& name, const std::string& help, double value, const Labels& labels) {
  families_->Add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void MetricPage::AddHistogram(const std::string& name, const std::string& help, const Histogram& histogram) {
  auto& shown = families_->Add(name, help, prometheus::MetricType::Histogram, {}).histogram;
  shown.sample_sum = histogram.sum();
  for (size_t range = 0; range <= histogram.bounds().size(); ++range) {
    shown.sample_count += histogram.count(range);
    if (range < histogram.bounds().size()) shown.bucket.push_back({shown.sample_count, histogram.bounds()[range]});
  }
}

std::string MetricPage::Text() const { return prometheus::TextSerializer().Serialize(families_->all); }

struct MetricsServer::Http final : prometheus::Collectable {
  explicit Http(std::vector<MetricSource> from) : sources(std::move(from)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    MetricPage page;
    for (const MetricSource& source : sources) source(&page);
    return std::move(page.families_->all);
  }

  const std::vector<MetricSource> sources;
  std::unique_ptr<prometheus::Exposer> exposer;
};

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(const HostPort& listen,
                                                                    std::vector<MetricSource> sources) {
  const std::string address = FormatFlagValue(listen);
  const auto http = std::make_shared<Http>(std::move(sources));
  try {
    http->exposer = std::make_unique<prometheus::Exposer>(address);
    http->exposer->RegisterCollectable(http);  // keeps no more than a weak pointer
    const int port = http->exposer->GetListeningPorts().front();
    return std::unique_ptr<MetricsServer>(new MetricsServer(http, port));
  } catch (const std::exception& error) {
    return absl::FailedPreconditionError(absl::StrCat("cannot serve metrics at ", address, ": ", error.what(),
                                                      "; another process may be listening there: choose another "
                                                      "address"));
  }
}

MetricsServer::MetricsServer(std::shared_ptr<Http> http, int port) : http_(std::move(http)), port_(port) {}
// Its threads call the sources: they end first.
MetricsServer::~MetricsServer() { http_->exposer.reset(); }

}  // namespace ebb
