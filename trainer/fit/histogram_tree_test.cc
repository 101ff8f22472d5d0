#include "trainer/fit/histogram_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "trainer/evaluation/metrics.h"
#include "trainer/fit/class_weights.h"
#include "trainer/fit/decision_tree.h"
#include "trainer/testing/random_rows.h"
#include "trainer/testing/same_nodes.h"

namespace ebb::trainer {
namespace {

TEST(HistogramTree, IsTheExactTreeWhereEachValueHasABin) {
  const DecisionTreeSetting settings[] = {{.max_depth = 0},
                                          {.max_depth = 1},
                                          {.max_depth = 4, .min_leaf = 7},
                                          {.max_depth = 30},
                                          {.max_depth = 6, .min_leaf = 3, .criterion = Criterion::kEntropy}};
  for (const int levels : {2, 20, 200, 0}) {
    const RandomRows rows = DrawRows(1, 2000, levels);
    const BinnedColumns columns(rows.matrix);
    for (const DecisionTreeSetting& setting : settings) {
      EXPECT_TRUE(SameNodes(GrowHistogramTree(columns, rows.labels, rows.weights, setting).nodes,
                            FitDecisionTree(rows.matrix, rows.labels, rows.weights, setting).nodes))
          << levels << " levels, depth " << setting.max_depth;
    }
  }
}

TEST(HistogramTree, LearnsFromManyRowsWhatItLearnsFromFew) {
  const RandomRows few = DrawRows(2, BinnedColumns::kMostExactRows), fresh = DrawRows(4, 20'000);
  const RandomRows many = DrawRows(3, BinnedColumns::kMostExactRows + 1);
  const auto roc_auc = [&](const RandomRows& known) {
    std::vector<double> scores(fresh.labels.size());
    FitDecisionTree(known.matrix, known.labels, known.weights, {.max_depth = 6}).Score(fresh.matrix, scores);
    return RocAuc(scores, fresh.labels);
  };
  EXPECT_NEAR(roc_auc(many), roc_auc(few), 0.005);
  EXPECT_GT(roc_auc(many), 0.88);
}

TEST(HistogramTree, DoesNotDependOnTheOrderOfRows) {
  const RandomRows rows = DrawRows(5, BinnedColumns::kMostExactRows + 1000);
  std::vector<size_t> order(rows.labels.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(6));
  RandomRows shuffled{RowMatrix(order.size(), rows.matrix.columns()), {}, {}};
  for (size_t r = 0; r < order.size(); ++r) {
    std::ranges::copy(rows.matrix.Row(order[r]), shuffled.matrix.Row(r).begin());
    shuffled.labels.push_back(rows.labels[order[r]]);
  }
  for (const ClassWeight weight : {ClassWeight::kNone, ClassWeight::kBalanced}) {
    const auto fit = [&](const RandomRows& known) {
      return FitDecisionTree(known.matrix, known.labels, RowWeights(known.labels, weight), {.max_depth = 8});
    };
    EXPECT_TRUE(SameNodes(fit(rows).nodes, fit(shuffled).nodes));
  }
}

}  // namespace
}  // namespace ebb::trainer
