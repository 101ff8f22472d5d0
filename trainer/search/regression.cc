#include "trainer/search/regression.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/arithmetic/exp_log.h"
#include "trainer/evaluation/fences.h"
#include "trainer/evaluation/regression_metrics.h"
#include "trainer/fit/moments.h"
#include "trainer/fit/preprocessing.h"
#include "trainer/parallel_for.h"

namespace ebb::trainer {
namespace {

constexpr double kTimesTheFence = 10;

std::vector<double> KnownOf(const std::vector<double>& values) {
  std::vector<double> known = values;
  std::erase_if(known, [](double value) { return std::isnan(value); });
  return known;
}

// Above it a value is a typing error.
double GreatestPlausible(std::vector<double> known) {
  std::sort(known.begin(), known.end());
  const double fence = FencesOf(known).upper;
  return fence > 0 ? kTimesTheFence * fence : std::numeric_limits<double>::infinity();
}

bool HasInputs(const FeatureSchema& schema) {
  for (size_t f = 0; f < schema.size(); ++f) {
    if (IsInput(schema[f].role)) return true;
  }
  return false;
}

std::vector<uint32_t> WithTarget(const RegressionTask& task, std::span<const uint32_t> rows) {
  std::vector<uint32_t> known;
  for (const uint32_t row : rows) {
    if (!std::isnan(task.targets[row])) known.push_back(row);
  }
  return known;
}

std::vector<double> TargetsOf(const RegressionTask& task, std::span<const uint32_t> rows) {
  std::vector<double> targets;
  targets.reserve(rows.size());
  for (const uint32_t row : rows) targets.push_back(task.targets[row]);
  return targets;
}

std::optional<RegressionTask> MakeTask(Dataset inputs, const std::vector<double>& targets) {
  const std::vector<double> known = KnownOf(targets);
  if (known.empty() || known.size() * 2 < targets.size() || !HasInputs(inputs.schema())) return std::nullopt;
  RegressionTask task{.inputs = std::move(inputs), .targets = targets};
  const double greatest = GreatestPlausible(known);
  for (double& value : task.targets) {
    if (value > greatest) value = std::numeric_limits<double>::quiet_NaN();
  }
  task.rows = KnownOf(task.targets).size();
  return task;
}

struct FoldErrors {
  double smape = 0;
  double mean_absolute_error = 0;
};

std::optional<MeasuredRegressor> Summarise(const RegressorSetting& setting, std::span<const FoldErrors> folds) {
  MeasuredRegressor measured{.setting = setting};
  std::vector<double> smapes, errors;
  for (const FoldErrors& fold : folds) {
    if (std::isnan(fold.smape)) continue;
    smapes.push_back(fold.smape);
    errors.push_back(fold.mean_absolute_error);
  }
  if (smapes.empty()) return std::nullopt;
  const Moments moments = MomentsOf(smapes);
  measured.smape_mean = moments.mean;
  measured.smape_stddev = moments.deviation;
  measured.mean_absolute_error = MomentsOf(errors).mean;
  return measured;
}

}  // namespace

std::optional<RegressionTask> MakeRegressionTask(const Dataset& dataset, const std::string& target) {
  const FeatureSchema& schema = dataset.schema();
  for (size_t f = 0; f < schema.size(); ++f) {
    if (schema[f].name != target || schema[f].kind != FeatureKind::kNumber) continue;
    return MakeTask(dataset.Without({target}), dataset.Numbers(f));
  }
  return std::nullopt;
}

std::optional<RegressionTask> NextMonthRevenueTask(const Dataset& dataset) {
  return MakeTask(dataset, dataset.next_month_revenue());
}

RegressionTask RegressionTask::Select(std::span<const uint32_t> chosen) const {
  return {
      .inputs = inputs.Select(chosen), .targets = TargetsOf(*this, chosen), .rows = WithTarget(*this, chosen).size()};
}

std::optional<RevenueForecast> FitForecast(const RegressionTask& task, const RegressorSetting& setting,
                                           std::span<const uint32_t> rows, const std::function<bool()>& cancelled) {
  const std::vector<uint32_t> learnt = WithTarget(task, rows);
  if (learnt.empty()) return std::nullopt;
  RevenueForecast fitted{.preprocessing = FitPreprocessing(task.inputs, learnt, Scaling::kNone), .regressors = {}};
  std::vector<double> targets = TargetsOf(task, learnt);
  // Errors that are measured as shares of the value are differences of logarithms.
  fitted.logarithm = *std::min_element(targets.begin(), targets.end()) > 0;
  if (fitted.logarithm) std::transform(targets.begin(), targets.end(), targets.begin(), Log);
  fitted.regressors =
      FitRegressors(setting, TransformRows(fitted.preprocessing, task.inputs, learnt), targets, cancelled);
  return fitted;
}

RegressionForecast FitAndForecast(const RegressionTask& task, const RegressorSetting& setting,
                                  std::span<const uint32_t> training, std::span<const uint32_t> test,
                                  const std::function<bool()>& cancelled) {
  RegressionForecast result;
  const std::optional<RevenueForecast> fitted = FitForecast(task, setting, training, cancelled);
  if (!fitted) return result;
  result.rows = WithTarget(task, test);
  result.actual = TargetsOf(task, result.rows);
  result.forecast.resize(result.rows.size());
  fitted->TellRows(TransformRows(fitted->preprocessing, task.inputs, result.rows), result.forecast);
  return result;
}

std::vector<RegressorSetting> ServedRegressorSettings() {
  const BoostedMediansSetting boosting{.trees = 200, .max_depth = 4};
  const ExtraTreesRegressorSetting extra_trees{.trees = 100, .min_leaf = 5};
  return {MedianSetting{}, boosting, extra_trees, AverageSetting{boosting, extra_trees}};
}

std::vector<RegressorSetting> PlainRegressorSettings() {
  const BoostedMediansSetting boosting{.max_depth = 5};
  const ExtraTreesRegressorSetting extra_trees{.trees = 100};
  return {MedianSetting{}, boosting, extra_trees, AverageSetting{boosting, extra_trees}};
}

absl::StatusOr<std::vector<MeasuredRegressor>> SearchRegressors(const RegressionTask& task, const FoldAssignment& folds,
                                                                const std::vector<RegressorSetting>& settings,
                                                                int threads, const std::function<bool()>& cancelled) {
  const auto count = static_cast<size_t>(folds.count);
  std::vector<FoldErrors> errors(settings.size() * count);
  ParallelFor(errors.size(), threads, [&](size_t i) {
    if (cancelled && cancelled()) return;
    const int fold = static_cast<int>(i % count);
    const RegressionForecast told =
        FitAndForecast(task, settings[i / count], folds.TrainingRows(fold), folds.TestRows(fold), cancelled);
    errors[i] = {Smape(told.actual, told.forecast), MeanAbsoluteError(told.actual, told.forecast)};
  });
  if (cancelled && cancelled()) return absl::CancelledError("the training was cancelled");
  std::vector<MeasuredRegressor> best;
  for (size_t s = 0; s < settings.size(); ++s) {
    const std::optional<MeasuredRegressor> measured =
        Summarise(settings[s], std::span(errors).subspan(s * count, count));
    if (!measured) continue;
    const auto rival = std::find_if(best.begin(), best.end(), [&](const MeasuredRegressor& other) {
      return other.setting.index() == measured->setting.index();
    });
    if (rival == best.end()) {
      best.push_back(*measured);
    } else if (measured->smape_mean < rival->smape_mean) {
      *rival = *measured;
    }
  }
  std::stable_sort(best.begin(), best.end(), [](const auto& a, const auto& b) { return a.smape_mean < b.smape_mean; });
  return best;
}

}  // namespace ebb::trainer
