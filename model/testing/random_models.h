#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/explain/tree_shapley.h"
#include "model/trained_model.h"

// Small random models and vectors for tests: numbers first, then categories of three known values.
namespace ebb::random_models {

class RandomModels {
 public:
  RandomModels(unsigned seed, size_t numbers, size_t categories)
      : random_(seed), numbers_(numbers), categories_(categories) {}

  size_t features() const { return numbers_ + categories_; }
  size_t columns() const { return numbers_ + 3 * categories_; }

  FeatureSchema Schema() const {
    std::vector<FeatureSpec> specs;
    for (size_t i = 0; i < features(); ++i) {
      specs.push_back({.name = "f" + std::to_string(i),
                       .kind = i < numbers_ ? FeatureKind::kNumber : FeatureKind::kCategory,
                       .group = "site",
                       .description = {}});
    }
    return FeatureSchema(std::move(specs));
  }

  // Missing values and, of categories, unseen ones are among them.
  FeatureVector Vector() {
    static const char* const kValues[] = {"a", "b", "c", "unseen", ""};
    FeatureVector vector;
    for (size_t i = 0; i < numbers_; ++i) {
      vector.push_back(Whole(8) == 0 ? FeatureValue{} : FeatureValue::Number(Real()));
    }
    for (size_t i = 0; i < categories_; ++i) vector.push_back(FeatureValue::Category(kValues[Whole(5)]));
    return vector;
  }
  std::vector<FeatureVector> Vectors(size_t count) {
    std::vector<FeatureVector> vectors;
    for (size_t i = 0; i < count; ++i) vectors.push_back(Vector());
    return vectors;
  }

  Pipeline PipelineWith(Estimator estimator) {
    Pipeline pipeline{.preprocessing = {.scaling = Scaling::kStandard, .numbers = {}, .categories = {}},
                      .estimator = std::move(estimator)};
    for (size_t i = 0; i < numbers_; ++i) {
      pipeline.preprocessing.numbers.push_back({.feature = i, .median = Real(), .center = Real(), .scale = 1.5});
    }
    for (size_t i = 0; i < categories_; ++i) {
      pipeline.preprocessing.categories.push_back(
          {.feature = numbers_ + i, .most_frequent = "b", .values = {"a", "b", "c"}});
    }
    return pipeline;
  }
  TrainedModel ModelOf(std::vector<Estimator> estimators) {
    TrainedModel model;
    model.schema = Schema();
    model.calibration = {.knots = {{-1, 0.2}, {0.5, 0.4}, {2, 0.9}}, .tail_scale = 1};
    if (estimators.size() > 1) model.intercept = Real();
    for (Estimator& estimator : estimators) {
      model.members.push_back(
          {.weight = 1.0 / static_cast<double>(estimators.size()), .pipeline = PipelineWith(std::move(estimator))});
    }
    return model;
  }

  LogisticRegression Logistic() { return {.weights = Reals(columns()), .intercept = Real()}; }
  TreeEnsemble Trees(int count, int depth) {
    TreeEnsemble trees;
    for (int i = 0; i < count; ++i) trees.Add(Tree(depth).nodes);
    return trees;
  }
  GradientBoosting Boosting(int count, int depth) {
    GradientBoosting boosting{.trees = {}, .base_score = Real()};
    for (int i = 0; i < count; ++i) boosting.trees.Add(TreeNodes(depth));
    return boosting;
  }
  SupportVectorClassifier SupportVectors(KernelKind kind) {
    return {.kernel = {.kind = kind, .gamma = 0.3, .offset = 0.5, .degree = 3},
            .vectors = Matrix(21),
            .coefficients = Reals(21),
            .rho = Real()};
  }
  KNearestNeighbours Neighbours() {
    KNearestNeighbours fitted{.k = 4, .weighting = Weighting::kDistance, .rows = Matrix(30), .labels = {}};
    for (size_t i = 0; i < 30; ++i) fitted.labels.push_back(static_cast<uint8_t>(Whole(2)));
    return fitted;
  }
  DecisionTree Tree(int depth) {
    DecisionTree tree{TreeNodes(depth)};
    for (TreeNode& node : tree.nodes) node.value = 0.5 + node.value / 8;
    return tree;
  }
  // Splits over all columns, some of a column more than once on a path.
  std::vector<TreeNode> TreeNodes(int depth) {
    std::vector<TreeNode> nodes;
    Grow(depth, nodes);
    return nodes;
  }

  size_t Whole(size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random_); }
  double Real() { return std::uniform_real_distribution<double>(-2, 2)(random_); }

 private:
  std::vector<double> Reals(size_t count) {
    std::vector<double> reals(count);
    for (double& real : reals) real = Real();
    return reals;
  }
  ColumnMatrix Matrix(size_t rows) {
    RowMatrix matrix(rows, columns());
    for (size_t r = 0; r < rows; ++r) std::ranges::copy(Reals(columns()), matrix.Row(r).begin());
    return ColumnMatrix(matrix);
  }
  int32_t Grow(int depth, std::vector<TreeNode>& nodes) {
    const auto at = static_cast<int32_t>(nodes.size());
    nodes.push_back({.value = Real()});
    if (depth == 0 || Whole(8) == 0) return at;
    nodes[at].column = static_cast<int32_t>(Whole(columns()));
    nodes[at].threshold = static_cast<size_t>(nodes[at].column) < numbers_ ? 0.6 * Real() : 0.5;
    const int32_t left = Grow(depth - 1, nodes), right = Grow(depth - 1, nodes);
    nodes[at].left = left;
    nodes[at].right = right;
    return at;
  }

  std::mt19937 random_;
  const size_t numbers_;
  const size_t categories_;
};

}  // namespace ebb::random_models
