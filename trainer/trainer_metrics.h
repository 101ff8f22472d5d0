// The trainer's figures under the names that Prometheus reads them by.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "ebb/v1/model.pb.h"
#include "ebb/v1/model_health.pb.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"
#include "trainer/registry.h"

namespace ebb::trainer {

// How the trainings that the registry keeps have ended.
struct TrainingTotals {
  std::array<int64_t, v1::Training::State_ARRAYSIZE> ended{};  // by outcome
  std::optional<v1::Training> last;                            // of them, the newest
};

// Counts them. One training runs at a time, so what has ended is counted once and only the new ones are read again: a
// reading of the metrics costs a page of the registry at most. Thread-safe; borrows the registry.
class TrainingTally {
 public:
  explicit TrainingTally(const Registry* registry) : registry_(registry) {}

  // Where the registry cannot be read, what was counted before.
  TrainingTotals Read() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Status Count() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Registry* const registry_;
  Mutex mutex_;
  TrainingTotals totals_ ABSL_GUARDED_BY(mutex_);
  int64_t counted_to_ ABSL_GUARDED_BY(mutex_) = 0;  // id of the last one counted
};

// Of one moment.
struct TrainerState {
  TrainingTotals trainings;
  bool running = false;
  std::optional<v1::Model> champion;  // with its report
  v1::ModelHealth health;
};

// A test pins the names: dashboards and alerts are built on them. docs/monitoring.md lists them. What is not known,
// such as the quality on labels before enough have matured, has no sample.
void AddTrainerMetrics(const TrainerState& state, MetricPage* page);

}  // namespace ebb::trainer
