#pragma once

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "runtime/clock.h"
#include "trainer/registry.h"
#include "trainer/training_slot.h"
#include "trainer/training_trigger.h"

namespace ebb::trainer {

// How long from `now` until the next training is due. The interval counts from the end of the last training, however it
// ended; without one it is due at once. An end in the future (the clock was set back) counts as now.
absl::Duration UntilDue(absl::Time now, std::optional<absl::Time> last_end, absl::Duration interval);

// Starts a training whenever the interval has passed, or the training set has changed so much as the triggers say.
// Until there is a model it waits for the store to have labelled rows enough, so that a new shop does not collect
// failed trainings. RunOnce is the step of a Worker; not for several threads at once.
class TrainingSchedule {
 public:
  // OK when the store has labelled rows enough; else why not.
  using CheckReady = std::function<absl::Status()>;
  // Against the newest model.
  using MeasureChange = std::function<absl::StatusOr<TrainingSetChange>()>;

  // Asked at least this often, since a wall clock may jump and rows may come at any time.
  static constexpr absl::Duration kLongestWait = absl::Minutes(1);

  // `registry`, `clock` and `slot` outlive it.
  TrainingSchedule(const TrainingTriggers& triggers, const Registry* registry, const Clock* clock, TrainingSlot* slot,
                   CheckReady check_ready, MeasureChange measure_change);

  // Starts a training where one is due; returns how long to wait before the next call.
  absl::Duration RunOnce();

 private:
  // How long to wait before the next step, by the interval and by what has changed; a training may have been started.
  absl::Duration StepByTime();
  absl::Duration StepByChange();
  void Start(const std::string& trigger);
  absl::StatusOr<std::optional<absl::Time>> LastEnd() const;

  const TrainingTriggers triggers_;
  const Registry* const registry_;
  const Clock* const clock_;
  TrainingSlot* const slot_;
  const CheckReady check_ready_;
  const MeasureChange measure_change_;
  absl::Time next_look_;  // at what has changed; at once after a start
  bool waiting_was_logged_ = false;
};

}  // namespace ebb::trainer
