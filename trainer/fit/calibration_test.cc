#include "trainer/fit/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "model/arithmetic/exp_log.h"

namespace ebb::trainer {
namespace {

TEST(FitIsotonic, PoolsWhatDoesNotRiseAndKeepsOffTheEnds) {
  const std::vector<double> scores = {1, 2, 3, 4, 5, 6, 7};
  const std::vector<uint8_t> labels = {0, 0, 1, 0, 1, 1, 1};
  const Calibration calibration = FitIsotonic(scores, labels);
  ASSERT_EQ(calibration.knots.size(), 3u);
  EXPECT_EQ(calibration.knots[0].score, 1.5);
  EXPECT_EQ(calibration.knots[0].probability, 0.5 / 8);
  EXPECT_EQ(calibration.knots[1].score, 3.5);
  EXPECT_EQ(calibration.knots[1].probability, 0.5);
  EXPECT_EQ(calibration.knots[2].score, 6);
  EXPECT_EQ(calibration.knots[2].probability, 1 - 0.5 / 8);
}

TEST(FitIsotonic, KeepsRankingWithoutTies) {
  std::vector<double> scores;
  std::vector<uint8_t> labels;
  for (int i = 0; i < 500; ++i) {
    scores.push_back(i * 0.01);
    labels.push_back((i * 7919) % 500 < i);
  }
  const Calibration calibration = FitIsotonic(scores, labels);
  for (int i = 1; i < 500; ++i) {
    EXPECT_GT(calibration.Probability(scores[i]), calibration.Probability(scores[i - 1])) << i;
  }
}

// A row at each of 200 scores whose labels follow a sigmoid as evenly as 0 and 1 can.
struct SigmoidRows {
  std::vector<double> scores;
  std::vector<uint8_t> labels;
};
SigmoidRows AlongASigmoid(double slope, double intercept) {
  SigmoidRows rows;
  double owed = 0.5;
  for (int i = 0; i < 4000; ++i) {
    const double score = 0.01 * (i / 20) - 1;
    owed += Sigmoid(slope * score + intercept);
    rows.scores.push_back(score);
    rows.labels.push_back(owed >= 1);
    owed -= rows.labels.back();
  }
  return rows;
}

TEST(FitSigmoid, FindsTheSigmoidThatLabelsFollow) {
  const SigmoidRows rows = AlongASigmoid(3, -0.5);
  const std::optional<Calibration> calibration = FitSigmoid(rows.scores, rows.labels);
  ASSERT_TRUE(calibration.has_value());
  EXPECT_TRUE(calibration->knots.empty());
  EXPECT_NEAR(calibration->sigmoid->slope, 3, 0.05);
  EXPECT_NEAR(calibration->sigmoid->intercept, -0.5, 0.02);
}

// Where the gradient is zero: the mean probability is that of Platt's targets.
TEST(FitSigmoid, TakesPlattsTargets) {
  const std::vector<double> scores = {-2, -1, 0.5, 1, 3};
  const std::vector<uint8_t> labels = {0, 0, 1, 0, 1};
  const std::optional<Calibration> calibration = FitSigmoid(scores, labels);
  ASSERT_TRUE(calibration.has_value());
  double error = 0, moment = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    const double target = labels[i] != 0 ? 3.0 / 4 : 1.0 / 5;
    error += calibration->Probability(scores[i]) - target;
    moment += (calibration->Probability(scores[i]) - target) * scores[i];
  }
  EXPECT_NEAR(error, 0, 1e-7);
  EXPECT_NEAR(moment, 0, 1e-7);
}

TEST(FitSigmoid, DoesNotDependOnTheUnitOfTheScore) {
  const SigmoidRows rows = AlongASigmoid(3, -0.5);
  const Calibration plain = FitSigmoid(rows.scores, rows.labels).value();
  for (const double unit : {1e-12, 1e12}) {
    std::vector<double> scores = rows.scores;
    for (double& score : scores) score *= unit;
    const Calibration calibration = FitSigmoid(scores, rows.labels).value();
    EXPECT_NEAR(calibration.sigmoid->slope * unit, plain.sigmoid->slope, 1e-9) << unit;
    EXPECT_NEAR(calibration.sigmoid->intercept, plain.sigmoid->intercept, 1e-9) << unit;
  }
}

// Without the targets the slope would have no bound.
TEST(FitSigmoid, StaysFiniteWhereClassesAreApart) {
  const Calibration calibration =
      FitSigmoid(std::vector<double>{-3, -2, 2, 3}, std::vector<uint8_t>{0, 0, 1, 1}).value();
  EXPECT_NEAR(calibration.Probability(-2.5), 0.25, 0.05);
  EXPECT_NEAR(calibration.Probability(2.5), 0.75, 0.05);
}

TEST(FitSigmoid, HasNothingForScoresThatRankBackwardsOrNotAtAll) {
  const std::vector<uint8_t> labels = {1, 1, 0, 1, 0, 0};
  EXPECT_FALSE(FitSigmoid(std::vector<double>{1, 2, 3, 4, 5, 6}, labels).has_value());
  EXPECT_FALSE(FitSigmoid(std::vector<double>{2, 2, 2, 2, 2, 2}, labels).has_value());
}

}  // namespace
}  // namespace ebb::trainer
