#include "trainer/report/learning_curve.h"

#include <algorithm>
#include <span>

#include "trainer/evaluation/metrics.h"
#include "trainer/fit/pipeline.h"
#include "trainer/parallel_for.h"

namespace ebb::trainer {
namespace {

constexpr size_t kSizes = 5;
constexpr int64_t kLeastOfAClass = 10;

bool HasBothClasses(std::span<const uint8_t> labels) {
  const auto declined = std::count(labels.begin(), labels.end(), 1);
  return declined >= kLeastOfAClass && static_cast<int64_t>(labels.size()) - declined >= kLeastOfAClass;
}

}  // namespace

std::vector<v1::LearningPoint> DrawLearningCurve(const Dataset& dataset, const HoldoutSplit& split,
                                                 const Recipe& recipe, const Stack& stack, int threads,
                                                 const std::function<bool()>& cancelled) {
  std::vector<v1::LearningPoint> points(kSizes);
  const std::vector<uint8_t> holdout_labels = LabelsOf(dataset, split.holdout);
  // The largest first, so that threads end together.
  ParallelFor(kSizes, threads, [&](size_t i) {
    const size_t size = kSizes - 1 - i;
    const std::span<const uint32_t> rows(split.training.data(), split.training.size() * (size + 1) / kSizes);
    const std::vector<uint8_t> labels = LabelsOf(dataset, rows);
    if (!HasBothClasses(labels)) return;
    std::vector<double> of_training(rows.size()), of_holdout(split.holdout.size());
    for (size_t m = 0; m < recipe.size(); ++m) {
      if (stack.weights[m] == 0) continue;
      if (cancelled && cancelled()) return;
      const Pipeline pipeline = FitPipeline(dataset, rows, recipe[m], cancelled);
      const auto add = [&](std::span<const uint32_t> scored, std::vector<double>& sums) {
        const std::vector<double> scores = ScoreRows(pipeline, dataset, scored);
        for (size_t row = 0; row < sums.size(); ++row) sums[row] += stack.weights[m] * scores[row];
      };
      add(rows, of_training);
      add(split.holdout, of_holdout);
    }
    points[size].set_rows(static_cast<int64_t>(rows.size()));
    points[size].set_training_roc_auc(RocAuc(of_training, labels));
    points[size].set_holdout_roc_auc(RocAuc(of_holdout, holdout_labels));
  });
  if (cancelled && cancelled()) return {};
  std::erase_if(points, [](const v1::LearningPoint& point) { return point.rows() == 0; });
  return points;
}

}  // namespace ebb::trainer
