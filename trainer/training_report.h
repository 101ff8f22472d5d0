#pragma once

#include "absl/time/time.h"
#include "ebb/v1/model.pb.h"
#include "trainer/search/training.h"

namespace ebb::trainer {

// What the search and the fits measured, as people and programs read it. What the outcome does not know (training set,
// comparison with the champion, duration) is left for the caller.
v1::TrainingReport ReportOf(const TrainingOutcome& outcome, const HoldoutSplit& split,
                            const v1::TrainingOptions& options);

// One row of a table of cuts.
v1::ThresholdMetrics ThresholdMessage(double threshold, const ConfusionMatrix& matrix);

}  // namespace ebb::trainer
