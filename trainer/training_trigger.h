#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "trainer/report/drift.h"

namespace ebb::trainer {

// When the trainer starts a training by itself.
struct TrainingTriggers {
  absl::Duration interval = absl::ZeroDuration();  // after the end of the last training; zero: not by time
  int64_t new_labels = 0;                          // labelled rows more than the newest model had; 0: not by labels
  double drift = 0;                                // stability index of an input or of the probability; 0: not by drift
  absl::Duration check_interval = absl::Hours(1);  // between two looks at labels and drift; each reads the training set

  bool ByTime() const { return interval > absl::ZeroDuration(); }
  bool ByChange() const { return new_labels > 0 || drift > 0; }
};

// What has changed in the training set since the newest model was made.
struct TrainingSetChange {
  int64_t new_labels = 0;
  std::vector<Drift> drifts;  // the greatest first
};

// Why a training should start, as Training.trigger says it (`labels: 120 more`, `drift: minutes 0.31`). Nothing where
// it should not.
std::optional<std::string> TriggerOf(const TrainingSetChange& change, const TrainingTriggers& triggers);

}  // namespace ebb::trainer
