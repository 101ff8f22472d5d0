#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/evaluation/folds.h"
#include "trainer/fit/regressor.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// A number that is told from the other inputs of the same rows. Immutable, so threads may share one.
struct RegressionTask {
  Dataset inputs;               // the same rows without the target
  std::vector<double> targets;  // by row; NaN: not known, or an outlier
  size_t rows = 0;              // that have one

  RegressionTask Select(std::span<const uint32_t> chosen) const;  // in the order given
};

// Outliers are above ten times the upper of the fences (fences.h) of all rows, where that is above 0: typing errors,
// not large customers. Nothing where the target is not there, is a category, is known of less than half of the rows or
// is the only input.
std::optional<RegressionTask> MakeRegressionTask(const Dataset& dataset, const std::string& target);

// The same of Dataset::next_month_revenue, told from all inputs.
std::optional<RegressionTask> NextMonthRevenueTask(const Dataset& dataset);

// A regressor fitted to those of some rows that have a target; nothing where none has. Categories are one-hot encoded
// and gaps filled as for a model. Where all targets are above 0 the logarithm is fitted: what counts is the error as a
// share of the value.
std::optional<RevenueForecast> FitForecast(const RegressionTask& task, const RegressorSetting& setting,
                                           std::span<const uint32_t> rows, const std::function<bool()>& cancelled = {});

// A regressor fitted to some rows, asked about others; rows without a target are in neither. As the fitted
// forecast is served: never below 0.
struct RegressionForecast {
  std::vector<uint32_t> rows;
  std::vector<double> actual;
  std::vector<double> forecast;
};

// Without rows where the training rows have no target.
RegressionForecast FitAndForecast(const RegressionTask& task, const RegressorSetting& setting,
                                  std::span<const uint32_t> training, std::span<const uint32_t> test,
                                  const std::function<bool()>& cancelled = {});

// One of each family, on purpose: what is measured is how much the data tells.
std::vector<RegressorSetting> PlainRegressorSettings();

// One of each family, small enough to be served beside a model: some thousand leaves.
std::vector<RegressorSetting> ServedRegressorSettings();

// One setting over the folds.
struct MeasuredRegressor {
  RegressorSetting setting;
  double smape_mean = 0;
  double smape_stddev = 0;  // of the folds
  double mean_absolute_error = 0;
};

// The best setting of each family by mean SMAPE over the folds, the best first; of equals in the order of the settings.
// Folds without a row to learn from or to be measured on are left out; where all are, nothing is answered. The same on
// any number of threads. CANCELLED.
absl::StatusOr<std::vector<MeasuredRegressor>> SearchRegressors(const RegressionTask& task, const FoldAssignment& folds,
                                                                const std::vector<RegressorSetting>& settings,
                                                                int threads, const std::function<bool()>& cancelled);

}  // namespace ebb::trainer
