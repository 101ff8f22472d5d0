#include "trainer/report/regression_report.h"

#include <cstdint>

#include "trainer/fit/regressor.h"
#include "trainer/report/estimate_message.h"

namespace ebb::trainer {

RegressionSample SampleForRegression(const Dataset& dataset, const HoldoutSplit& split) {
  if (dataset.rows() <= kMostRegressionRows) return {.dataset = dataset, .split = split};
  enum class Part : uint8_t { kNone, kTraining, kHoldout };
  std::vector<Part> parts(dataset.rows(), Part::kNone);
  for (const uint32_t row : split.training) parts[row] = Part::kTraining;
  for (const uint32_t row : split.holdout) parts[row] = Part::kHoldout;
  const std::vector<uint32_t> rows = SampleOf(AllRows(dataset), kMostRegressionRows);
  RegressionSample sample{.dataset = dataset.Select(rows), .split = {}};
  for (uint32_t i = 0; i < rows.size(); ++i) {
    if (parts[rows[i]] == Part::kTraining) sample.split.training.push_back(i);
    if (parts[rows[i]] == Part::kHoldout) sample.split.holdout.push_back(i);
  }
  return sample;
}

v1::RegressionReport RegressionMessage(const std::string& target, size_t rows,
                                       const std::vector<MeasuredRegressor>& candidates,
                                       const RegressionEstimates& holdout) {
  v1::RegressionReport report;
  report.set_target(target);
  report.set_rows(static_cast<int64_t>(rows));
  for (const MeasuredRegressor& measured : candidates) {
    v1::RegressionCandidate* candidate = report.add_candidates();
    candidate->set_family(std::string(RegressorFamilyName(measured.setting)));
    candidate->set_parameters(RegressorParametersText(measured.setting));
    candidate->set_cv_smape_mean(measured.smape_mean);
    candidate->set_cv_smape_stddev(measured.smape_stddev);
    candidate->set_cv_mean_absolute_error(measured.mean_absolute_error);
  }
  *report.mutable_smape() = ToMessage(holdout.smape);
  *report.mutable_mean_absolute_error() = ToMessage(holdout.mean_absolute_error);
  return report;
}

}  // namespace ebb::trainer
