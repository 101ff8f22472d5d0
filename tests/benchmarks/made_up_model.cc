#include "tests/benchmarks/made_up_model.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ebb::benchmarks {
namespace {

class Maker {
 public:
  Maker(const FeatureSchema& schema, uint64_t seed) : schema_(schema), random_(seed) {
    for (size_t f = 0; f < schema.size(); ++f) {
      if (!IsInput(schema[f].role)) continue;
      if (schema[f].kind == FeatureKind::kNumber) {
        preprocessing_.numbers.push_back({.feature = f, .median = 0, .center = 0, .scale = 100});
      } else {
        preprocessing_.categories.push_back(
            {.feature = f, .most_frequent = "standard", .values = {"premium", "standard"}});
      }
    }
    preprocessing_.scaling = Scaling::kStandard;
  }

  Pipeline Of(Estimator estimator) const {
    return {.preprocessing = preprocessing_, .estimator = std::move(estimator)};
  }
  LogisticRegression Logistic() {
    LogisticRegression logistic;
    for (size_t c = 0; c < columns(); ++c) logistic.weights.push_back(0.01 + 0.02 * Uniform());
    logistic.intercept = Uniform();
    return logistic;
  }
  TreeEnsemble Trees(int count, int depth) {
    TreeEnsemble trees;
    for (int i = 0; i < count; ++i) {
      std::vector<TreeNode> nodes;
      Grow(depth, nodes);
      trees.Add(nodes);
    }
    return trees;
  }
  ColumnMatrix Rows(size_t count) {
    RowMatrix rows(count, columns());
    for (size_t r = 0; r < count; ++r) std::ranges::generate(rows.Row(r), [this] { return Uniform(); });
    return ColumnMatrix(rows);
  }
  SupportVectorClassifier Kernel(size_t vectors) {
    SupportVectorClassifier kernel{
        .kernel = {.kind = KernelKind::kRbf, .gamma = 0.05}, .vectors = Rows(vectors), .coefficients = {}, .rho = 0};
    for (size_t i = 0; i < vectors; ++i) kernel.coefficients.push_back(Uniform() - 0.5);
    return kernel;
  }
  KNearestNeighbours Neighbours(size_t rows) {
    KNearestNeighbours neighbours{.k = 25, .rows = Rows(rows), .labels = {}};
    for (size_t i = 0; i < rows; ++i) neighbours.labels.push_back(Uniform() < 0.4);
    return neighbours;
  }
  double Uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

 private:
  size_t columns() const { return preprocessing_.width(); }

  int32_t Grow(int depth, std::vector<TreeNode>& nodes) {
    const auto at = static_cast<int32_t>(nodes.size());
    nodes.push_back({.value = Uniform()});
    if (depth == 0) return at;
    const auto column = static_cast<int32_t>(Uniform() * static_cast<double>(columns()));
    const double threshold = Uniform();
    const int32_t left = Grow(depth - 1, nodes), right = Grow(depth - 1, nodes);
    nodes[static_cast<size_t>(at)] = {.left = left, .right = right, .column = column, .threshold = threshold};
    return at;
  }

  const FeatureSchema& schema_;
  std::mt19937_64 random_;
  Preprocessing preprocessing_;
};

}  // namespace

TrainedModel MadeUpModel(const FeatureSchema& schema, MadeUpKind kind, uint64_t seed) {
  Maker maker(schema, seed);
  std::vector<Estimator> estimators = {maker.Logistic()};
  if (kind != MadeUpKind::kLogistic) {
    estimators.emplace_back(GradientBoosting{.trees = maker.Trees(200, 6), .base_score = 0});
  }
  if (kind == MadeUpKind::kStack) {
    estimators.emplace_back(RandomForest{maker.Trees(300, 8)});
    estimators.emplace_back(maker.Kernel(600));
    estimators.emplace_back(maker.Neighbours(1'296));
  }
  TrainedModel model;
  model.schema = schema;
  for (Estimator& estimator : estimators) {
    model.members.push_back({.weight = 1, .pipeline = maker.Of(std::move(estimator))});
  }
  model.intercept = estimators.size() > 1 ? -0.5 : 0;
  model.calibration.sigmoid = {.slope = 0.01, .intercept = -0.5 + maker.Uniform()};
  model.background.resize(schema.size(), {.median = 0, .most_frequent = "standard"});
  model.lineage.data_sha256 = std::string(64, '0');
  model.lineage.training_rows = 1'296;
  return model;
}

}  // namespace ebb::benchmarks
