#include "trainer/training_schedule.h"

#include <algorithm>
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "runtime/log.h"
#include "trainer/training_options.h"

namespace ebb::trainer {

absl::Duration UntilDue(absl::Time now, std::optional<absl::Time> last_end, absl::Duration interval) {
  if (!last_end) return absl::ZeroDuration();
  const absl::Time due = std::min(*last_end, now) + interval;
  return std::max(due - now, absl::ZeroDuration());
}

TrainingSchedule::TrainingSchedule(absl::Duration interval, const Registry* registry, const Clock* clock,
                                   TrainingSlot* slot, CheckReady check_ready)
    : interval_(interval), registry_(registry), clock_(clock), slot_(slot), check_ready_(std::move(check_ready)) {}

absl::Duration TrainingSchedule::RunOnce() {
  const absl::Duration retry = std::min(interval_, kLongestWait);
  if (slot_->busy()) return retry;
  absl::StatusOr<std::optional<absl::Time>> last_end = LastEnd();
  if (!last_end.ok()) {
    Log(Level::kError, "schedule", "the last training cannot be read", {{"reason", last_end.status().ToString()}});
    return retry;
  }
  const absl::Duration wait = UntilDue(clock_->Now(), *last_end, interval_);
  if (wait > absl::ZeroDuration()) return std::min(wait, kLongestWait);

  if (!registry_->Champion()) {
    if (absl::Status ready = check_ready_(); !ready.ok()) {
      if (!std::exchange(waiting_was_logged_, true)) {
        Log(Level::kInfo, "schedule", "waiting before the first training", {{"reason", ready.ToString()}});
      }
      return retry;
    }
  }
  absl::StatusOr<v1::Training> started = slot_->Start(DefaultTrainingOptions(), "schedule");
  if (!started.ok()) {
    Log(Level::kWarning, "schedule", "a training that is due was not started",
        {{"reason", started.status().ToString()}});
  }
  return retry;
}

absl::StatusOr<std::optional<absl::Time>> TrainingSchedule::LastEnd() const {
  absl::StatusOr<Page<v1::Training>> newest = registry_->ListTrainings(0, 1);
  if (!newest.ok()) return newest.status();
  if (newest->items.empty()) return std::nullopt;
  return absl::FromUnixMicros(
      google::protobuf::util::TimeUtil::TimestampToMicroseconds(newest->items.front().end_time()));
}

}  // namespace ebb::trainer
