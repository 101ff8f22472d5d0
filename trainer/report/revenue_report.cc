#include "trainer/report/revenue_report.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "trainer/evaluation/regression_metrics.h"
#include "trainer/fit/pipeline.h"
#include "trainer/parallel_for.h"
#include "trainer/report/criterion.h"
#include "trainer/report/estimate_message.h"
#include "trainer/report/regression_report.h"
#include "trainer/search/regression.h"

namespace ebb::trainer {
namespace {

constexpr int kRevenueRepeats = 2;
constexpr int kRepeatFolds = 4;

// How the rows are cut.
struct Plan {
  FoldAssignment folds;                 // of the training part
  std::vector<FoldAssignment> repeats;  // of all rows
};

absl::StatusOr<Plan> PlanFor(const Dataset& all, const Dataset& training, int folds) {
  absl::StatusOr<FoldAssignment> of_training = StratifiedFolds(training, folds);
  if (!of_training.ok()) return of_training.status();
  absl::StatusOr<std::vector<FoldAssignment>> repeats = RepeatedFolds(all, kRepeatFolds, kRevenueRepeats);
  if (!repeats.ok()) return repeats.status();
  return Plan{.folds = *std::move(of_training), .repeats = *std::move(repeats)};
}

// The best setting measured where it was not chosen.
struct Measured {
  RegressionForecast holdout;
  std::vector<double> repeated;  // SMAPE of each split that has rows to measure
};

Measured Measure(const RegressionTask& task, const Plan& plan, const RegressorSetting& setting,
                 const RevenueInput& input) {
  Measured measured;
  std::vector<double> repeated(kRevenueRepeats * kRepeatFolds);
  ParallelFor(repeated.size() + 1, input.threads, [&](size_t i) {
    if (i == repeated.size()) {
      measured.holdout = FitAndForecast(task, setting, input.split.training, input.split.holdout, input.cancelled);
      return;
    }
    const FoldAssignment& folds = plan.repeats[i / kRepeatFolds];
    const int fold = static_cast<int>(i % kRepeatFolds);
    const RegressionForecast told =
        FitAndForecast(task, setting, folds.TrainingRows(fold), folds.TestRows(fold), input.cancelled);
    repeated[i] = Smape(told.actual, told.forecast);
  });
  std::erase_if(repeated, [](double smape) { return std::isnan(smape); });
  measured.repeated = std::move(repeated);
  return measured;
}

}  // namespace

absl::StatusOr<std::optional<RevenueReport>> DescribeRevenue(const RevenueInput& input) {
  if (input.dataset.rows() > kMostRegressionRows) {
    const RegressionSample sample = SampleForRegression(input.dataset, input.split);
    return DescribeRevenue({sample.dataset, sample.split, input.target, input.folds, input.acceptance_smape,
                            input.settings, input.threads, input.cancelled});
  }
  const std::optional<RegressionTask> task = MakeRegressionTask(input.dataset, input.target);
  if (!task) return std::nullopt;
  const RegressionTask training = task->Select(input.split.training);
  const absl::StatusOr<Plan> plan = PlanFor(task->inputs, training.inputs, input.folds);
  if (!plan.ok()) return std::nullopt;  // too few rows of a class to be split so: nothing is said of it
  const absl::StatusOr<std::vector<MeasuredRegressor>> candidates =
      SearchRegressors(training, plan->folds, input.settings, input.threads, input.cancelled);
  if (!candidates.ok()) return candidates.status();
  if (candidates->empty()) return std::nullopt;
  const Measured measured = Measure(*task, *plan, candidates->front().setting, input);
  if (input.cancelled && input.cancelled()) return absl::CancelledError("the training was cancelled");
  if (measured.holdout.rows.empty()) return std::nullopt;
  const RegressionEstimates holdout =
      EstimateErrors(measured.holdout.actual, measured.holdout.forecast, LabelsOf(task->inputs, measured.holdout.rows));
  return RevenueReport{
      .regression = RegressionMessage(input.target, task->rows, *candidates, holdout),
      .criterion = JudgeCriterion({.metric = "holdout_revenue_smape", .above = false, .bound = input.acceptance_smape},
                                  ToMessage(holdout.smape), measured.repeated)};
}

}  // namespace ebb::trainer
