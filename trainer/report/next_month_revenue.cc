#include "trainer/report/next_month_revenue.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "trainer/evaluation/regression_metrics.h"
#include "trainer/fit/pipeline.h"
#include "trainer/report/regression_report.h"
#include "trainer/search/regression.h"

namespace ebb::trainer {
namespace {

constexpr char kTarget[] = "next_month_revenue";

size_t KnownRows(const Dataset& dataset) {
  return static_cast<size_t>(
      std::ranges::count_if(dataset.next_month_revenue(), [](double value) { return !std::isnan(value); }));
}

// Why it cannot be told; empty where it can.
std::string WhyNot(const NextMonthInput& input) {
  if (!input.told_by_store)
    return "The feature store does not tell next month's revenue: it is older than this trainer.";
  const size_t known = KnownRows(input.dataset), rows = input.dataset.rows();
  if (known == 0) {
    return "Next month's revenue is not known of any row: the month after the as-of time has not passed, or the "
           "store's "
           "purchases do not reach back to it.";
  }
  if (known < kLeastNextMonthRows || known * 2 < rows) {
    return absl::StrCat("Next month's revenue is known of ", known, " of ", rows, " rows; at least ",
                        kLeastNextMonthRows, " and half of all are needed.");
  }
  return "";
}

absl::StatusOr<NextMonthRevenue> Absent(std::string why) {
  return NextMonthRevenue{.report = {}, .forecast = std::nullopt, .absent = std::move(why)};
}

}  // namespace

absl::StatusOr<NextMonthRevenue> TellNextMonthRevenue(const NextMonthInput& input) {
  if (std::string why = WhyNot(input); !why.empty()) return Absent(std::move(why));
  const RegressionSample sample = SampleForRegression(input.dataset, input.split);
  const std::optional<RegressionTask> task = NextMonthRevenueTask(sample.dataset);
  if (!task)
    return Absent("Next month's revenue is known of too few of the rows that are looked at, or has no inputs.");
  const RegressionTask training = task->Select(sample.split.training);
  const absl::StatusOr<FoldAssignment> folds = StratifiedFolds(training.inputs, input.folds);
  if (!folds.ok()) return Absent("A class has too few rows for next month's revenue to be cross-validated.");
  const absl::StatusOr<std::vector<MeasuredRegressor>> candidates =
      SearchRegressors(training, *folds, input.settings, input.threads, input.cancelled);
  if (!candidates.ok()) return candidates.status();
  if (candidates->empty()) return Absent("Next month's revenue is not known of any row of the training part.");
  const RegressorSetting& best = candidates->front().setting;
  const RegressionForecast told =
      FitAndForecast(*task, best, sample.split.training, sample.split.holdout, input.cancelled);
  if (told.rows.empty()) return Absent("Next month's revenue is not known of any row of the hold-out.");
  std::optional<RevenueForecast> forecast = FitForecast(*task, best, AllRows(task->inputs), input.cancelled);
  if (input.cancelled && input.cancelled()) return absl::CancelledError("the training was cancelled");
  const RegressionEstimates holdout = EstimateErrors(told.actual, told.forecast, LabelsOf(task->inputs, told.rows));
  return NextMonthRevenue{.report = RegressionMessage(kTarget, task->rows, *candidates, holdout),
                          .forecast = std::move(forecast),
                          .absent = ""};
}

}  // namespace ebb::trainer
