#pragma once

#include "model/trained_model.h"

// Small models for tests: two numbers, a category, and a profit that only segments read.
namespace ebb::testing_models {

inline FeatureSchema Schema() {
  return FeatureSchema({{.name = "visits", .group = "site", .lever = true, .description = "visits a month"},
                        {.name = "revenue", .group = "purchase", .description = ""},
                        {.name = "tier", .kind = FeatureKind::kCategory, .group = "communication", .description = ""},
                        {.name = "profit", .role = FeatureRole::kSegment, .group = "", .description = ""}});
}

// Four columns: two numbers, tiers "premium" and "standard".
inline Pipeline PipelineWith(Estimator estimator) {
  return {
      .preprocessing = {.scaling = Scaling::kStandard,
                        .numbers = {{.feature = 0, .median = 3, .center = 1, .scale = 2},
                                    {.feature = 1, .median = 10, .center = 0, .scale = 1}},
                        .categories = {{.feature = 2, .most_frequent = "standard", .values = {"premium", "standard"}}}},
      .estimator = std::move(estimator)};
}

inline LogisticRegression Logistic() { return {.weights = {1, 0.5, -2, 4}, .intercept = 0.25}; }

inline ColumnMatrix ThreeRows() {
  RowMatrix rows(3, 4);
  for (size_t r = 0; r < 3; ++r) {
    for (size_t c = 0; c < 4; ++c) rows.Row(r)[c] = static_cast<double>(r * c) / 2;
  }
  return ColumnMatrix(rows);
}

inline KNearestNeighbours Neighbours() {
  return {.k = 2,
          .metric = Metric::kManhattan,
          .weighting = Weighting::kDistance,
          .rows = ThreeRows(),
          .labels = {1, 0, 1}};
}

inline DecisionTree Tree() {
  return {
      .nodes = {{.left = 1, .right = 2, .column = 1, .threshold = 10, .value = 0.5}, {.value = 0.25}, {.value = 0.75}}};
}

// Two trees: the one above, and one that splits the first column.
inline TreeEnsemble TwoTrees() {
  return {.nodes = {{.left = 1, .right = 2, .column = 1, .threshold = 10},
                    {.value = 0.25},
                    {.value = 0.75},
                    {.left = 4, .right = 5, .column = 0, .threshold = 1},
                    {.value = 1},
                    {.value = 0.5}},
          .roots = {0, 3}};
}

// The same trees, a leaf of them below 0.
inline GradientBoosting Boosting() {
  GradientBoosting boosting{.trees = TwoTrees(), .base_score = -0.5};
  boosting.trees.nodes[1].value = -3;
  return boosting;
}

inline SupportVectorClassifier SupportVectors() {
  return {.kernel = {.kind = KernelKind::kRbf, .gamma = 0.5},
          .vectors = ThreeRows(),
          .coefficients = {1, -2, 1},
          .rho = 0.125};
}

inline TrainedModel ModelOf(std::vector<Estimator> estimators) {
  TrainedModel model;
  model.schema = Schema();
  for (Estimator& estimator : estimators) {
    model.members.push_back(
        {.weight = 1.0 / static_cast<double>(estimators.size()), .pipeline = PipelineWith(std::move(estimator))});
  }
  model.calibration = {.knots = {{-1, 0.1}, {0, 0.4}, {2, 0.9}}, .tail_scale = 1};
  model.background = {{.median = 3, .most_frequent = ""},
                      {.median = 10, .most_frequent = ""},
                      {.median = 0, .most_frequent = "standard"},
                      {.median = 4, .most_frequent = ""}};
  model.segments = {.feature = "profit", .lower = 3, .upper = 5};
  model.lineage = {
      .seed = 7, .data_sha256 = std::string(64, 'a'), .as_of_micros = {1'700'000'000'000'000}, .training_rows = 3};
  return model;
}

// The mean of trees that are added to a base and of one number for everybody.
inline RevenueForecast Revenue() {
  return {.preprocessing = PipelineWith(Logistic()).preprocessing,
          .regressors = {{.base = 100, .trees = Boosting().trees}, {.base = 50, .trees = {}}}};
}

inline FeatureVector Vector(double visits, double revenue, std::string tier) {
  return {FeatureValue::Number(visits), FeatureValue::Number(revenue), FeatureValue::Category(std::move(tier)),
          FeatureValue::Number(4)};
}

}  // namespace ebb::testing_models
