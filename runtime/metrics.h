// What a process tells Prometheus about itself.
//
//   Histogram seconds({0.001, 0.01, 0.1});          // observed where the work is done
//   auto server = MetricsServer::Start(listen, {
//       AddProcessMetrics,
//       [&](MetricPage* page) { page->AddHistogram("ebb_store_commit_seconds", "…", seconds); }});
//
// Names follow the field's conventions: a unit in base units at the end (_seconds, _bytes), _total for what only grows.
// A label never holds what belongs to a person.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/flag_value.h"

namespace ebb {

// How often values fell into which range. Thread-safe; an observation is a few additions without a lock, so that a
// reader may see the count of one before its sum.
class Histogram {
 public:
  // Upper bounds of the ranges, ascending; what is beyond the last is counted in one more.
  explicit Histogram(std::vector<double> bounds);

  void Observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  uint64_t count(size_t range) const { return counts_[range].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<uint64_t>> counts_;  // one more than the bounds
  std::atomic<double> sum_ = 0;
};

// One reading of all figures. Samples of one name are given one after the other. Not thread-safe.
class MetricPage {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  MetricPage();
  ~MetricPage();

  void AddCounter(const std::string& name, const std::string& help, double value, const Labels& labels = {});
  void AddGauge(const std::string& name, const std::string& help, double value, const Labels& labels = {});
  void AddHistogram(const std::string& name, const std::string& help, const Histogram& histogram);

  // As Prometheus reads it.
  std::string Text() const;

 private:
  friend class MetricsServer;
  struct Families;
  const std::unique_ptr<Families> families_;
};

// Adds figures to a page. Called at each reading, by threads of the server's, possibly side by side.
using MetricSource = std::function<void(MetricPage*)>;

// Answers GET /metrics from Start until destruction. Plain HTTP without authorisation: keep it on loopback or a network
// of your own.
class MetricsServer {
 public:
  // FAILED_PRECONDITION: the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(const HostPort& listen,
                                                              std::vector<MetricSource> sources);
  ~MetricsServer();

  int port() const { return port_; }

 private:
  struct Http;
  MetricsServer(std::shared_ptr<Http> http, int port);

  const std::shared_ptr<Http> http_;
  const int port_;
};

}  // namespace ebb
