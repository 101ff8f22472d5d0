#include "model/explain/tree_shapley.h"

#include <gtest/gtest.h>

#include "model/estimator/tree_ensemble.h"
#include "model/testing/brute_force_shapley.h"
#include "model/testing/random_models.h"

namespace ebb {
namespace {

using random_models::RandomModels;

struct Ensemble : TreeEnsemble {
  double Value(std::span<const double> row) const {
    double sum = 0;
    for (const uint32_t root : roots) {
      const TreeNode* node = &nodes[root];
      while (node->left >= 0) node = &nodes[row[node->column] <= node->threshold ? node->left : node->right];
      sum += node->value;
    }
    return sum;
  }
};

RowMatrix RandomRows(RandomModels& random, size_t rows) {
  RowMatrix matrix(rows, random.columns());
  for (size_t r = 0; r < rows; ++r) {
    for (double& value : matrix.Row(r)) value = random.Real();
  }
  return matrix;
}

std::vector<double> ByDefinition(const Ensemble& ensemble, const RowMatrix& background, std::span<const double> row) {
  return brute_force::Shapley(row.size(), [&](uint32_t set) {
    double sum = 0;
    for (size_t r = 0; r < background.rows(); ++r) {
      std::vector<double> mixed(background.Row(r).begin(), background.Row(r).end());
      for (size_t f = 0; f < mixed.size(); ++f) {
        if ((set >> f & 1) != 0) mixed[f] = row[f];
      }
      sum += ensemble.Value(mixed);
    }
    return 0.25 * sum / static_cast<double>(background.rows());
  });
}

class TreesOfDepth : public ::testing::TestWithParam<int> {};

// Shallow ones are looked up in tables, deep ones walked.
TEST_P(TreesOfDepth, HaveTheValuesOfTheDefinition) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    RandomModels random(seed, 10, 0);
    const Players players(random.PipelineWith(LogisticRegression{}).preprocessing);
    Ensemble ensemble;
    for (int i = 0; i < 5; ++i) ensemble.Add(random.TreeNodes(GetParam()));
    const RowMatrix background = RandomRows(random, seed % 2 == 0 ? 7 : 70), rows = RandomRows(random, 2);
    const TreeShapley explainer(ensemble.nodes, ensemble.roots, 0.25, players, background);
    for (size_t r = 0; r < rows.rows(); ++r) {
      std::vector<double> values(10);
      explainer.Explain(rows.Row(r), values);
      const std::vector<double> want = ByDefinition(ensemble, background, rows.Row(r));
      for (size_t f = 0; f < want.size(); ++f) EXPECT_NEAR(values[f], want[f], 1e-12) << "feature " << f;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Depths, TreesOfDepth, ::testing::Values(0, 1, 2, 5, 6, 9, 14));

TEST(TreeWalk, GivesTheSameBitsOnEveryProcessor) {
  RandomModels random(3, 12, 0);
  const RowMatrix row = RandomRows(random, 1);
  std::vector<WalkNode> nodes;
  for (const TreeNode& node : random.TreeNodes(14)) {
    nodes.push_back({.left = node.left,
                     .right = node.right,
                     .column = static_cast<uint32_t>(node.column),
                     .player = static_cast<uint32_t>(node.column),
                     .threshold = node.threshold,
                     .value = node.value,
                     .goes_left = {.low = random.Whole(~size_t{0}), .high = random.Whole(~size_t{0})}});
  }
  const ShapleyWeights weights(12);
  std::vector<std::vector<double>> all;
  size_t bodies = 0;
  const TreeWalkFunction* const functions = RunnableTreeWalks(&bodies);
  for (size_t i = 0; i < bodies; ++i) {
    std::vector<double>& contributions = all.emplace_back(12);
    std::vector<TreeWalk::Entry> entries(13);
    std::vector<RowMask> counts(14 * 16);
    functions[i]({.nodes = nodes.data(),
                  .row = row.Row(0).data(),
                  .weights = weights.data(),
                  .weights_width = weights.width(),
                  .contributions = contributions.data(),
                  .entries = entries.data(),
                  .counts = counts.data()},
                 0, {.low = ~0ull, .high = (1ull << 36) - 1});
    EXPECT_EQ(contributions, all.front());
  }
}

TEST(ShapleyWeights, AreQuotientsOfFactorials) {
  const ShapleyWeights weights(6);
  EXPECT_EQ(weights(0, 3), 0);
  EXPECT_DOUBLE_EQ(weights(1, 0), 1);
  EXPECT_DOUBLE_EQ(weights(3, 0), 1.0 / 3);
  EXPECT_DOUBLE_EQ(weights(1, 2), 1.0 / 3);
  EXPECT_DOUBLE_EQ(weights(4, 2), 6.0 * 2 / 720);
}

}  // namespace
}  // namespace ebb
