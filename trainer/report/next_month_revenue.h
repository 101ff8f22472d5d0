#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/model_report.pb.h"
#include "model/revenue_forecast.h"
#include "trainer/evaluation/folds.h"
#include "trainer/fit/regressor.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Borrows everything.
struct NextMonthInput {
  const Dataset& dataset;                         // what the model sees: the forecast reads the same vectors
  const HoldoutSplit& split;                      // the classifier's
  bool told_by_store = true;                      // false: the store is older and told of nobody
  int folds = 5;                                  // of the training part, cut as the classifier's
  const std::vector<RegressorSetting>& settings;  // at least one
  int threads = 1;                                // the result does not depend on it
  const std::function<bool()>& cancelled;
};

// Either a report and a forecast, or one sentence that says why there are none.
struct NextMonthRevenue {
  v1::RegressionReport report;
  std::optional<RevenueForecast> forecast;  // fitted to all rows, as a published model is
  std::string absent;
};

// Next month's revenue must be known of so many rows, and of half of all: fewer are told too badly, and those of whom
// it is known would not be like the others.
inline constexpr size_t kLeastNextMonthRows = 200;

// What next month's revenue is told by. Families are compared by cross-validated SMAPE over the training part, the best
// is measured on the hold-out and fitted once more to all rows. Of more than 5,000 rows all that is of as many, evenly
// spaced along the canonical order. CANCELLED.
absl::StatusOr<NextMonthRevenue> TellNextMonthRevenue(const NextMonthInput& input);

}  // namespace ebb::trainer
