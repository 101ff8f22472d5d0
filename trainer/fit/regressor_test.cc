#include "trainer/fit/regressor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "trainer/evaluation/regression_metrics.h"
#include "trainer/fit/binned_columns.h"
#include "trainer/fit/random_stream.h"
#include "trainer/fit/regression_tree.h"

namespace ebb::trainer {
namespace {

struct Rows {
  RowMatrix matrix;
  std::vector<double> targets;
};

// Two of four columns decide, and not in a straight line; `wild` of the rows are far off.
Rows Draw(uint64_t seed, size_t count, double wild = 0) {
  RandomStream random(seed, 0);
  Rows rows{RowMatrix(count, 4), {}};
  for (size_t r = 0; r < count; ++r) {
    for (double& value : rows.matrix.Row(r)) value = random.Share();
    const double x = rows.matrix.At(r, 1), y = rows.matrix.At(r, 3);
    rows.targets.push_back(100 + 50 * x * x + (y > 0.5 ? 30 : 0) + random.Share());
    if (random.Share() < wild) rows.targets.back() *= 20;
  }
  return rows;
}

std::vector<double> Predict(const RegressorSetting& setting, const Rows& training, const RowMatrix& rows) {
  const RevenueForecast fitted{.preprocessing = {},
                               .regressors = FitRegressors(setting, training.matrix, training.targets)};
  std::vector<double> answers(rows.rows());
  fitted.TellRows(rows, answers);
  return answers;
}

const std::vector<RegressorSetting> kFamilies = {MedianSetting{}, BoostedMediansSetting{.trees = 60},
                                                 ExtraTreesRegressorSetting{.trees = 30}};

TEST(RegressionTree, PartsWhereTheSquaredErrorFallsMost) {
  // The targets of 0 … 7 part between 4 and 5; the other column says nothing.
  RowMatrix matrix(8, 2);
  const std::vector<double> targets = {1, 1, 2, 2, 1, 9, 9, 9};
  for (size_t r = 0; r < 8; ++r) matrix.Row(r)[1] = static_cast<double>(r);
  const RegressionTree tree = GrowRegressionTree(BinnedColumns(matrix), targets, {.max_depth = 1}, RandomStream(0, 0));
  ASSERT_EQ(tree.nodes.size(), 3u);
  EXPECT_EQ(tree.nodes[0].column, 1);
  EXPECT_EQ(tree.nodes[0].threshold, 4.5);
  EXPECT_DOUBLE_EQ(tree.nodes[1].value, 1.4);
  EXPECT_DOUBLE_EQ(tree.nodes[2].value, 9);
  EXPECT_EQ(tree.leaf_of_row, (std::vector<uint32_t>{1, 1, 1, 1, 1, 2, 2, 2}));
}

TEST(RegressionTree, StopsWhereNothingIsToBeGained) {
  const Rows rows = Draw(1, 50);
  const BinnedColumns columns(rows.matrix);
  const std::vector<double> equal(50, 0.1);
  const RegressionTree flat = GrowRegressionTree(columns, equal, {}, RandomStream(0, 0));
  ASSERT_EQ(flat.nodes.size(), 1u);
  EXPECT_EQ(flat.nodes[0].value, 0.1);
  EXPECT_EQ(GrowRegressionTree(columns, rows.targets, {.min_leaf = 26}, RandomStream(0, 0)).nodes.size(), 1u);
  for (const bool random : {false, true}) {
    const RegressionTree tree =
        GrowRegressionTree(columns, rows.targets, {.min_leaf = 6, .random_thresholds = random}, RandomStream(0, 0));
    EXPECT_GT(tree.nodes.size(), 3u);
    for (const uint32_t leaf : tree.leaf_of_row) {
      EXPECT_LT(tree.nodes[leaf].left, 0);
      EXPECT_GE(std::count(tree.leaf_of_row.begin(), tree.leaf_of_row.end(), leaf), 6);
    }
  }
}

TEST(RegressionTree, SendsARowWhereItWasGrown) {
  const Rows rows = Draw(2, 300);
  for (const bool random : {false, true}) {
    const RegressionTree tree =
        GrowRegressionTree(BinnedColumns(rows.matrix), rows.targets, {.random_thresholds = random}, RandomStream(3, 4));
    TreeEnsemble alone;
    alone.Add(tree.nodes);
    std::vector<double> answers(300);
    alone.Average(rows.matrix, answers);
    EXPECT_EQ(answers, rows.targets) << "single-row leaves know each row";
  }
}

TEST(Regressor, AnswersWithTheMedian) {
  const Rows odd{RowMatrix(3, 1), {3, 1, 2}}, even{RowMatrix(4, 1), {4, 1, 2, 100}};
  EXPECT_EQ(Predict(MedianSetting{}, odd, RowMatrix(2, 1)), (std::vector<double>{2, 2}));
  EXPECT_EQ(Predict(MedianSetting{}, even, RowMatrix(1, 1)), (std::vector<double>{3}));
}

TEST(Regressor, LearnsWhatTheColumnsTell) {
  const Rows training = Draw(3, 600), test = Draw(4, 300);
  const auto error = [&](const RegressorSetting& setting) {
    return MeanAbsoluteError(test.targets, Predict(setting, training, test.matrix));
  };
  const double median = error(kFamilies[0]);
  EXPECT_LT(error(kFamilies[1]), median / 5);
  EXPECT_LT(error(kFamilies[2]), median / 5);
}

TEST(Regressor, TheAverageIsTheMeanOfBoth) {
  const Rows rows = Draw(9, 200);
  const BoostedMediansSetting boosting{.trees = 20};
  const ExtraTreesRegressorSetting extra_trees{.trees = 10, .min_leaf = 3};
  const std::vector<double> both = Predict(AverageSetting{boosting, extra_trees}, rows, rows.matrix);
  const std::vector<double> one = Predict(boosting, rows, rows.matrix), other = Predict(extra_trees, rows, rows.matrix);
  for (size_t i = 0; i < both.size(); ++i) EXPECT_EQ(both[i], one[i] / 2 + other[i] / 2) << i;
}

TEST(Regressor, BoostedMediansDoNotFollowOutliers) {
  const Rows training = Draw(5, 600, /*wild=*/0.02), test = Draw(6, 300);
  const auto error = [&](const RegressorSetting& setting) {
    return MeanAbsoluteError(test.targets, Predict(setting, training, test.matrix));
  };
  EXPECT_LT(error(kFamilies[1]), 4);
  EXPECT_GT(error(kFamilies[2]), 8) << "means do";
}

// A single leaf cannot do anything else.
TEST(Regressor, ALeafAnswersWithTheMedianOfWhatIsMissing) {
  Rows rows{RowMatrix(6, 1), {1, 2, 9, 11, 15, 30}};
  for (size_t r = 0; r < 6; ++r) rows.matrix.Row(r)[0] = r < 3 ? 0 : 1;
  const BoostedMediansSetting setting{.trees = 1, .learning_rate = 0.5, .max_depth = 1, .min_leaf = 1};
  // From the median, 10: half way to 2 on the left and to 15 on the right.
  EXPECT_EQ(Predict(setting, rows, rows.matrix), (std::vector<double>{6, 6, 6, 12.5, 12.5, 12.5}));
}

TEST(Regressor, FirstTreesOfALongerRunAreThoseOfAShorterOne) {
  const Rows rows = Draw(7, 200);
  const Regressor longer = FitRegressors(BoostedMediansSetting{.trees = 20}, rows.matrix, rows.targets).front();
  std::vector<double> answers(200, longer.base);
  longer.trees.AddSums(rows.matrix, 0, 10, answers);
  EXPECT_EQ(answers, Predict(BoostedMediansSetting{.trees = 10}, rows, rows.matrix));
}

TEST(Regressor, EndsOnRequest) {
  const Rows rows = Draw(8, 100);
  for (const RegressorSetting& setting : kFamilies) {
    const Regressor regressor = FitRegressors(setting, rows.matrix, rows.targets, [] { return true; }).front();
    EXPECT_TRUE(regressor.trees.roots.empty());
    EXPECT_TRUE(std::isfinite(regressor.base));
  }
}

}  // namespace
}  // namespace ebb::trainer
