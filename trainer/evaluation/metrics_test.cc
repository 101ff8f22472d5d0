#include "trainer/evaluation/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "trainer/fit/decision_tree.h"

namespace ebb::trainer {
namespace {

// The worked example of scikit-learn's documentation, and ties.
TEST(Metrics, KnowTheTextbookCases) {
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8};
  const std::vector<uint8_t> labels = {0, 0, 1, 1};
  EXPECT_DOUBLE_EQ(RocAuc(scores, labels), 0.75);
  EXPECT_DOUBLE_EQ(AveragePrecision(scores, labels), 0.5 * 1 + 0.5 * 2 / 3);
  EXPECT_NEAR(LogLoss(scores, labels), -(std::log(0.9) + std::log(0.6) + std::log(0.35) + std::log(0.8)) / 4, 1e-15);
  EXPECT_DOUBLE_EQ(BrierScore(scores, labels), (0.01 + 0.16 + 0.4225 + 0.04) / 4);
  EXPECT_DOUBLE_EQ(RocAuc(std::vector<double>{1, 1, 1, 0}, std::vector<uint8_t>{1, 0, 1, 0}), 0.75);
  EXPECT_TRUE(std::isnan(RocAuc(scores, std::vector<uint8_t>{1, 1, 1, 1})));
}

TEST(Metrics, CountAboveTheThresholdAsPositive) {
  const std::vector<double> probabilities = {0.7, 0.71, 0.2, 0.9, 0.1};
  const std::vector<uint8_t> labels = {1, 1, 0, 0, 1};
  const ConfusionMatrix matrix = ConfusionAt(0.7, probabilities, labels);
  EXPECT_EQ(matrix.true_positives, 1u);
  EXPECT_EQ(matrix.false_positives, 1u);
  EXPECT_EQ(matrix.true_negatives, 1u);
  EXPECT_EQ(matrix.false_negatives, 2u);
  EXPECT_DOUBLE_EQ(matrix.Precision(), 0.5);
  EXPECT_DOUBLE_EQ(matrix.Recall(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(matrix.F1(), 0.4);
  EXPECT_DOUBLE_EQ(matrix.Accuracy(), 0.4);
  EXPECT_EQ(ConfusionMatrix{}.Precision(), 0);
}

TEST(Metrics, WeighHowFarProbabilitiesAreOffInTenBins) {
  // Bins of 0.1: two rows at 0.15 on average of whom half declined, one at 0.95 who did, one at exactly 1 who did not.
  const std::vector<double> probabilities = {0.12, 0.18, 0.95, 1.0};
  EXPECT_NEAR(ExpectedCalibrationError(probabilities, std::vector<uint8_t>{1, 0, 1, 1}), (0.7 + 0.05) / 4, 1e-15);
  EXPECT_NEAR(ExpectedCalibrationError(probabilities, std::vector<uint8_t>{1, 0, 1, 0}), (0.7 + 0.95) / 4, 1e-15);
  EXPECT_TRUE(std::isnan(ExpectedCalibrationError({}, {})));
}

TEST(FitDecisionTree, FindsAnExclusiveOrAndCutsBackToItsTop) {
  RowMatrix rows(8, 2);
  std::vector<uint8_t> labels(8);
  for (size_t r = 0; r < 8; ++r) {
    rows.Row(r)[0] = static_cast<double>(r % 2);
    rows.Row(r)[1] = static_cast<double>(r / 4);
    labels[r] = (r % 2) != (r / 4);
  }
  const std::vector<double> weights(8, 1.0);
  for (const Criterion criterion : {Criterion::kGini, Criterion::kEntropy}) {
    const DecisionTree tree = FitDecisionTree(rows, labels, weights, {.max_depth = 3, .criterion = criterion});
    EXPECT_EQ(tree.nodes.size(), 7u);
    std::vector<double> scores(8);
    tree.Score(rows, scores);
    EXPECT_EQ(RocAuc(scores, labels), 1);
    EXPECT_EQ(tree.nodes[0].threshold, 0.5);
    EXPECT_EQ(CutAtDepth(tree, 1).nodes.size(), 3u);
    EXPECT_EQ(FitDecisionTree(rows, labels, weights, {.max_depth = 1, .criterion = criterion}).nodes.size(), 3u);
    EXPECT_EQ(FitDecisionTree(rows, labels, weights, {.max_depth = 3, .min_leaf = 5}).nodes.size(), 1u);
  }
}

}  // namespace
}  // namespace ebb::trainer
