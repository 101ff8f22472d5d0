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

TrainingSchedule::TrainingSchedule(const TrainingTriggers& triggers, const Registry* registry, const Clock* clock,
                                   TrainingSlot* slot, CheckReady check_ready, MeasureChange measure_change)
    : triggers_(triggers),
      registry_(registry),
      clock_(clock),
      slot_(slot),
      check_ready_(std::move(check_ready)),
      measure_change_(std::move(measure_change)),
      next_look_(absl::InfinitePast()) {}

absl::Duration TrainingSchedule::RunOnce() {
  if (slot_->busy()) return triggers_.ByTime() ? std::min(triggers_.interval, kLongestWait) : kLongestWait;
  absl::Duration wait = kLongestWait;
  if (triggers_.ByTime()) wait = std::min(wait, StepByTime());
  if (triggers_.ByChange() && !slot_->busy()) wait = std::min(wait, StepByChange());
  return wait;
}

absl::Duration TrainingSchedule::StepByTime() {
  const absl::Duration retry = std::min(triggers_.interval, kLongestWait);
  absl::StatusOr<std::optional<absl::Time>> last_end = LastEnd();
  if (!last_end.ok()) {
    Log(Level::kError, "schedule", "the last training cannot be read", {{"reason", last_end.status().ToString()}});
    return retry;
  }
  const absl::Duration wait = UntilDue(clock_->Now(), *last_end, triggers_.interval);
  if (wait > absl::ZeroDuration()) return wait;

  if (!registry_->Champion()) {
    if (absl::Status ready = check_ready_(); !ready.ok()) {
      if (!std::exchange(waiting_was_logged_, true)) {
        Log(Level::kInfo, "schedule", "waiting before the first training", {{"reason", ready.ToString()}});
      }
      return retry;
    }
  }
  Start("schedule");
  return retry;
}

absl::Duration TrainingSchedule::StepByChange() {
  const absl::Time now = clock_->Now();
  // A clock that was set back does not put the next look off.
  next_look_ = std::min(next_look_, now + triggers_.check_interval);
  if (now < next_look_) return next_look_ - now;
  next_look_ = now + triggers_.check_interval;
  if (!registry_->Champion()) {
    // All labels are new where there is no model; its first training waits for enough of them.
    if (check_ready_().ok()) Start("labels: the first model");
    return triggers_.check_interval;
  }
  const absl::StatusOr<TrainingSetChange> change = measure_change_();
  if (!change.ok()) {
    Log(Level::kWarning, "schedule", "what has changed in the training set cannot be told",
        {{"reason", change.status().ToString()}});
    return triggers_.check_interval;
  }
  Log(Level::kInfo, "schedule", "looked at the training set",
      {{"new_labels", change->new_labels},
       {"greatest_drift", change->drifts.empty() ? 0.0 : change->drifts.front().stability_index},
       {"drift_of", change->drifts.empty() ? std::string() : change->drifts.front().of}});
  if (const std::optional<std::string> trigger = TriggerOf(*change, triggers_)) Start(*trigger);
  return triggers_.check_interval;
}

void TrainingSchedule::Start(const std::string& trigger) {
  absl::StatusOr<v1::Training> started = slot_->Start(DefaultTrainingOptions(), trigger);
  if (started.ok()) return;
  Log(Level::kWarning, "schedule", "a training that is due was not started",
      {{"trigger", trigger}, {"reason", started.status().ToString()}});
}

absl::StatusOr<std::optional<absl::Time>> TrainingSchedule::LastEnd() const {
  absl::StatusOr<Page<v1::Training>> newest = registry_->ListTrainings(0, 1);
  if (!newest.ok()) return newest.status();
  if (newest->items.empty()) return std::nullopt;
  return absl::FromUnixMicros(
      google::protobuf::util::TimeUtil::TimestampToMicroseconds(newest->items.front().end_time()));
}

}  // namespace ebb::trainer
