#pragma once

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/model_health.pb.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "trainer/registry.h"

namespace ebb::trainer {

// Looks at the champion's health when it is new and then regularly, and keeps what the last look said. RunOnce is the
// step of a Worker and not for several threads at once; health() is thread-safe.
class ModelMonitor {
 public:
  // As HealthLook::Look.
  using Look = std::function<absl::StatusOr<v1::ModelHealth>()>;

  // Asked at least this often, since a champion may come at any time; also how soon a look that failed is repeated.
  static constexpr absl::Duration kLongestWait = absl::Minutes(1);

  // `registry` and `clock` outlive it.
  ModelMonitor(absl::Duration interval, const Registry* registry, const Clock* clock, Look look);

  // Looks where it is time; returns how long to wait before the next call.
  absl::Duration RunOnce();

  v1::ModelHealth health() const;

 private:
  void Keep(absl::StatusOr<v1::ModelHealth> health, absl::Time now);

  const absl::Duration interval_;
  const Registry* const registry_;
  const Clock* const clock_;
  const Look look_;
  // Touched by RunOnce alone:
  std::optional<int64_t> looked_at_;  // version
  absl::Time next_look_ = absl::InfinitePast();

  mutable Mutex mutex_;
  v1::ModelHealth health_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::trainer
