#pragma once

#include <string>
#include <vector>

#include "ebb/v1/model_report.pb.h"
#include "trainer/evaluation/folds.h"
#include "trainer/evaluation/regression_metrics.h"
#include "trainer/search/dataset.h"
#include "trainer/search/regression.h"

namespace ebb::trainer {

// Regressors are fitted to so many rows at the most: more tell little more and cost time and memory.
inline constexpr size_t kMostRegressionRows = 5'000;

// Rows of a dataset, and where those of its split came to lie.
struct RegressionSample {
  Dataset dataset;
  HoldoutSplit split;
};

// All rows, or kMostRegressionRows of them, evenly spaced along the canonical order.
RegressionSample SampleForRegression(const Dataset& dataset, const HoldoutSplit& split);

// `candidates`: the best first; `holdout`: the errors of that one.
v1::RegressionReport RegressionMessage(const std::string& target, size_t rows,
                                       const std::vector<MeasuredRegressor>& candidates,
                                       const RegressionEstimates& holdout);

}  // namespace ebb::trainer
