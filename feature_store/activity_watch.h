#pragma once

#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/feature_store_engine.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

// Keeps the activity index of the last week for whoever asks often, as Prometheus does: computing it reads the whole
// history. RunOnce is the step of a Worker; Last is thread-safe. Borrows the engine.
class ActivityWatch {
 public:
  // Only late events move a week that is over.
  static constexpr absl::Duration kInterval = absl::Hours(6);
  static constexpr absl::Duration kRetry = absl::Minutes(1);

  explicit ActivityWatch(const FeatureStoreEngine* engine) : engine_(engine) {}

  // Reads the history; returns how long to wait before the next call.
  absl::Duration RunOnce();
  // Empty before the first reading.
  v1::ActivityIndex Last() const;

 private:
  const FeatureStoreEngine* const engine_;
  mutable Mutex mutex_;
  v1::ActivityIndex last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::feature_store
