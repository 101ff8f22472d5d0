#include "trainer/model_monitor.h"

#include <algorithm>
#include <string>
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "runtime/log.h"

namespace ebb::trainer {

ModelMonitor::ModelMonitor(absl::Duration interval, const Registry* registry, const Clock* clock, Look look)
    : interval_(interval), registry_(registry), clock_(clock), look_(std::move(look)) {}

absl::Duration ModelMonitor::RunOnce() {
  const std::optional<int64_t> champion = registry_->Champion();
  if (!champion.has_value()) return kLongestWait;
  const absl::Time now = clock_->Now();
  // A clock that was set back does not put the next look off.
  next_look_ = std::min(next_look_, now + interval_);
  if (champion == looked_at_ && now < next_look_) return std::min(next_look_ - now, kLongestWait);
  looked_at_ = champion;
  absl::StatusOr<v1::ModelHealth> health = look_();
  next_look_ = now + (health.ok() ? interval_ : std::min(interval_, kLongestWait));
  Keep(std::move(health), now);
  return std::min(interval_, kLongestWait);
}

void ModelMonitor::Keep(absl::StatusOr<v1::ModelHealth> health, absl::Time now) {
  MutexLock lock(&mutex_);
  if (!health.ok()) {
    if (health_.problem().empty()) {  // one line when it begins
      Log(Level::kWarning, "monitor", "the champion's health cannot be told", {{"reason", health.status().ToString()}});
    }
    health_.set_problem(std::string(health.status().message()));
    return;
  }
  *health->mutable_look_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(now));
  health_ = *std::move(health);
  Log(Level::kInfo, "monitor", "looked at the champion",
      {{"model_version", health_.model_version()},
       {"greatest_drift", health_.drifts().empty() ? 0.0 : health_.drifts(0).stability_index()},
       {"drift_of", health_.drifts().empty() ? std::string() : health_.drifts(0).name()},
       {"matured_rows", health_.matured_rows()},
       {"roc_auc", health_.quality().roc_auc()}});
}

v1::ModelHealth ModelMonitor::health() const {
  MutexLock lock(&mutex_);
  return health_;
}

}  // namespace ebb::trainer
