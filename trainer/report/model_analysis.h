#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/model.pb.h"
#include "ebb/v1/model_report.pb.h"
#include "trainer/data_check.h"
#include "trainer/evaluation/folds.h"
#include "trainer/fit/regressor.h"
#include "trainer/report/repeated_splits.h"
#include "trainer/search/dataset.h"
#include "trainer/search/training.h"

namespace ebb::trainer {

// What an analysis is made of. Borrows everything.
struct AnalysisInput {
  const Dataset& dataset;     // as read, inputs that are left out among the features
  const Dataset& seen;        // what the models saw: the same rows without those
  const HoldoutSplit& split;  // of either
  const std::vector<LeftOutInput>& left_out;
  const TrainingOutcome& outcome;
  const std::vector<RegressorSetting>& regressors;  // what revenue is told by
  const v1::TrainingOptions& options;               // no field unset
  int threads = 1;                                  // the result does not depend on it
  std::function<bool()> cancelled;                  // may be empty
  // Parts done of all; called on the caller's thread. May be empty.
  std::function<void(int done, int total)> progress;
};

struct ModelAnalysis {
  v1::ModelReport report;  // `model` is left absent
  RepeatedSplits splits;   // of the outcome's recipe; none where a class has too few rows to be split so
};

// Everything that is reported of a model beside its TrainingReport: the data described, what decides and what does not,
// curves, whether the criteria hold. CANCELLED.
absl::StatusOr<ModelAnalysis> AnalyseModel(const AnalysisInput& input);

}  // namespace ebb::trainer
