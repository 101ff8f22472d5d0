#pragma once

#include <array>
#include <span>
#include <string_view>
#include <variant>

#include "model/estimator/decision_tree.h"
#include "model/estimator/extra_trees.h"
#include "model/estimator/gradient_boosting.h"
#include "model/estimator/k_nearest_neighbours.h"
#include "model/estimator/logistic_regression.h"
#include "model/estimator/random_forest.h"
#include "model/estimator/support_vector.h"
#include "model/feature_vector.h"
#include "model/preprocessing.h"

namespace ebb {

using Estimator = std::variant<LogisticRegression, KNearestNeighbours, DecisionTree, SupportVectorClassifier,
                               RandomForest, ExtraTrees, GradientBoosting>;

// Names of metrics, reports and files, in the order of Estimator: "logistic_regression", "k_nearest_neighbours",
// "decision_tree", "support_vector", "random_forest", "extra_trees", "gradient_boosting".
const std::array<std::string_view, std::variant_size_v<Estimator>>& EstimatorNames();
std::string_view EstimatorName(const Estimator& estimator);

// One member of a model: what is done to a feature vector until a score comes out. Immutable once filled, so threads
// may share one.
struct Pipeline {
  Preprocessing preprocessing;
  Estimator estimator;

  // The estimator's own scores: log-odds, share or decision value. Both spans have the same size.
  void Score(std::span<const FeatureVector> vectors, std::span<double> scores) const;
};

}  // namespace ebb
