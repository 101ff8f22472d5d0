#include "trainer/fit/pipeline.h"

#include "trainer/fit/class_weights.h"
#include "trainer/fit/decision_tree.h"
#include "trainer/fit/extra_trees.h"
#include "trainer/fit/gradient_boosting.h"
#include "trainer/fit/k_nearest_neighbours.h"
#include "trainer/fit/logistic_regression.h"
#include "trainer/fit/preprocessing.h"
#include "trainer/fit/random_forest.h"
#include "trainer/fit/support_vector.h"

namespace ebb::trainer {
namespace {

struct ClassifierFit {
  const RowMatrix& rows;
  std::span<const uint8_t> labels;
  const std::function<bool()>& cancelled;
  const int threads;

  Estimator operator()(const LogisticRegressionSetting& s) const {
    return FitLogisticRegression(rows, labels, RowWeights(labels, s.class_weight), s.penalty, s.c, nullptr);
  }
  Estimator operator()(const KNearestNeighboursSetting& s) const { return FitKNearestNeighbours(rows, labels, s); }
  Estimator operator()(const DecisionTreeSetting& s) const {
    return FitDecisionTree(rows, labels, RowWeights(labels, s.class_weight), s);
  }
  Estimator operator()(const RandomForestSetting& s) const {
    return FitRandomForest(rows, labels, RowWeights(labels, s.forest.class_weight), s, 0, threads);
  }
  Estimator operator()(const ExtraTreesSetting& s) const {
    return FitExtraTrees(rows, labels, RowWeights(labels, s.forest.class_weight), s, 0, threads);
  }
  Estimator operator()(const GradientBoostingSetting& s) const {
    return FitGradientBoosting(rows, labels, RowWeights(labels, s.class_weight), s, 0, threads, cancelled);
  }
  Estimator operator()(const SupportVectorSetting& s) const { return FitSupportVector(rows, labels, s, cancelled); }
};

}  // namespace

Pipeline FitPipeline(const Dataset& dataset, std::span<const uint32_t> all_rows, const Setting& setting,
                     const std::function<bool()>& cancelled, int threads) {
  const std::vector<uint32_t> rows = SampleOf(all_rows, MostTrainingRows(setting.family));
  Pipeline pipeline;
  pipeline.preprocessing = FitPreprocessing(dataset, rows, setting.scaling);
  const RowMatrix matrix = TransformRows(pipeline.preprocessing, dataset, rows);
  const std::vector<uint8_t> labels = LabelsOf(dataset, rows);
  pipeline.estimator = std::visit(ClassifierFit{matrix, labels, cancelled, threads}, setting.family);
  return pipeline;
}

std::vector<double> ScoreRows(const Pipeline& pipeline, const Dataset& dataset, std::span<const uint32_t> rows) {
  std::vector<double> scores(rows.size());
  const RowMatrix matrix = TransformRows(pipeline.preprocessing, dataset, rows);
  std::visit([&](const auto& fitted) { fitted.Score(matrix, scores); }, pipeline.estimator);
  return scores;
}

std::vector<uint8_t> LabelsOf(const Dataset& dataset, std::span<const uint32_t> rows) {
  std::vector<uint8_t> labels;
  labels.reserve(rows.size());
  for (const uint32_t row : rows) labels.push_back(dataset.labels()[row]);
  return labels;
}

}  // namespace ebb::trainer
