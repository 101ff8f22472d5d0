#include "trainer/search/recipe.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "trainer/evaluation/metrics.h"
#include "trainer/fit/pipeline.h"
#include "trainer/parallel_for.h"

namespace ebb::trainer {
namespace {

OutOfFoldScores Select(const OutOfFoldScores& scores, std::span<const uint32_t> rows) {
  OutOfFoldScores selected(scores.size());
  for (size_t m = 0; m < scores.size(); ++m) {
    for (const uint32_t row : rows) selected[m].push_back(scores[m][row]);
  }
  return selected;
}

Calibration Calibrate(CalibrationMethod method, std::span<const double> scores, std::span<const uint8_t> labels) {
  std::optional<Calibration> sigmoid;
  if (method == CalibrationMethod::kSigmoid) sigmoid = FitSigmoid(scores, labels);
  return sigmoid ? *std::move(sigmoid) : FitIsotonic(scores, labels);
}

CalibrationResult MeasureCalibration(CalibrationMethod method, std::span<const double> probabilities,
                                     std::span<const uint8_t> labels) {
  return {.method = method,
          .brier = BrierScore(probabilities, labels),
          .calibration_error = ExpectedCalibrationError(probabilities, labels),
          .log_loss = LogLoss(probabilities, labels)};
}

}  // namespace

OutOfFoldScores ScoreOutOfFold(const Dataset& dataset, const FoldAssignment& folds, const Recipe& recipe, int threads,
                               const std::function<bool()>& cancelled) {
  OutOfFoldScores scores(recipe.size(), std::vector<double>(dataset.rows()));
  const auto count = static_cast<size_t>(folds.count);
  ParallelFor(recipe.size() * count, threads, [&](size_t task) {
    if (cancelled && cancelled()) return;
    const size_t setting = task / count;
    const int fold = static_cast<int>(task % count);
    const std::vector<uint32_t> test = folds.TestRows(fold);
    const Pipeline pipeline = FitPipeline(dataset, folds.TrainingRows(fold), recipe[setting], cancelled);
    const std::vector<double> of_fold = ScoreRows(pipeline, dataset, test);
    for (size_t i = 0; i < test.size(); ++i) scores[setting][test[i]] = of_fold[i];
  });
  return scores;
}

Stack JoinScores(const OutOfFoldScores& scores, std::span<const uint8_t> labels) {
  return scores.size() == 1 ? Stack{.weights = {1}} : FitStack(scores, labels);
}

Predictions PredictOutOfFold(const OutOfFoldScores& scores, std::span<const uint8_t> labels,
                             const FoldAssignment& folds) {
  std::vector<double> combined(labels.size()), isotonic(labels.size()), sigmoid(labels.size());
  bool every_fold_has_a_sigmoid = true;
  for (int fold = 0; fold < folds.count; ++fold) {
    const std::vector<uint32_t> others = folds.TrainingRows(fold), test = folds.TestRows(fold);
    const OutOfFoldScores known = Select(scores, others);
    std::vector<uint8_t> known_labels;
    for (const uint32_t row : others) known_labels.push_back(labels[row]);
    const Stack stack = JoinScores(known, known_labels);
    const std::vector<double> known_scores = stack.Combine(known), of_fold = stack.Combine(Select(scores, test));
    const Calibration by_knots = FitIsotonic(known_scores, known_labels);
    const std::optional<Calibration> by_sigmoid = FitSigmoid(known_scores, known_labels);
    every_fold_has_a_sigmoid &= by_sigmoid.has_value();
    for (size_t i = 0; i < test.size(); ++i) {
      combined[test[i]] = of_fold[i];
      isotonic[test[i]] = by_knots.Probability(of_fold[i]);
      if (by_sigmoid) sigmoid[test[i]] = by_sigmoid->Probability(of_fold[i]);
    }
  }
  std::vector<CalibrationResult> results = {MeasureCalibration(CalibrationMethod::kIsotonic, isotonic, labels)};
  if (every_fold_has_a_sigmoid) results.push_back(MeasureCalibration(CalibrationMethod::kSigmoid, sigmoid, labels));
  std::stable_sort(results.begin(), results.end(), [](const auto& a, const auto& b) { return a.brier < b.brier; });
  const bool keeps_sigmoid = results.front().method == CalibrationMethod::kSigmoid;
  return {.scores = std::move(combined),
          .probabilities = std::move(keeps_sigmoid ? sigmoid : isotonic),
          .calibrations = std::move(results)};
}

Stack JoinInto(std::vector<Pipeline> pipelines, const OutOfFoldScores& scores, std::span<const uint8_t> labels,
               CalibrationMethod method, TrainedModel* model) {
  const Stack stack = JoinScores(scores, labels);
  model->calibration = Calibrate(method, stack.Combine(scores), labels);
  model->intercept = stack.intercept;
  for (size_t m = 0; m < pipelines.size(); ++m) {
    if (stack.weights[m] == 0) continue;
    model->members.push_back({.weight = stack.weights[m], .pipeline = std::move(pipelines[m])});
  }
  return stack;
}

std::vector<double> RankRows(const TrainedModel& model, const Dataset& dataset, std::span<const uint32_t> rows) {
  std::vector<double> scores(rows.size(), model.intercept);
  for (const TrainedModel::Member& member : model.members) {
    const std::vector<double> own = ScoreRows(member.pipeline, dataset, rows);
    for (size_t i = 0; i < rows.size(); ++i) scores[i] += member.weight * own[i];
  }
  return scores;
}

}  // namespace ebb::trainer
