#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/model_report.pb.h"
#include "trainer/evaluation/folds.h"
#include "trainer/fit/regressor.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Borrows everything.
struct RevenueInput {
  const Dataset& dataset;
  const HoldoutSplit& split;  // the classifier's
  std::string target;         // a feature, such as "revenue_month_0"
  int folds = 5;              // of the training part, cut as the classifier's
  double acceptance_smape = 15;
  const std::vector<RegressorSetting>& settings;  // at least one; the best of them by cross-validation is measured
  int threads = 1;                                // the result does not depend on it
  const std::function<bool()>& cancelled;
};

struct RevenueReport {
  v1::RegressionReport regression;
  v1::Criterion criterion;  // "holdout_revenue_smape"
};

// A measure of the machinery: how well the target is told from the other inputs of the same rows. Families are compared
// by cross-validated SMAPE over the training part; the best is measured on the hold-out, and over two times four
// shuffled folds of all rows. Of more than 5,000 rows these figures are of as many, evenly spaced along the canonical
// order. Nothing where the target cannot be told (MakeRegressionTask), or one of the parts has no row with it.
// CANCELLED.
absl::StatusOr<std::optional<RevenueReport>> DescribeRevenue(const RevenueInput& input);

}  // namespace ebb::trainer
