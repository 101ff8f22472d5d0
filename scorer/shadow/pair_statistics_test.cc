#include "scorer/shadow/pair_statistics.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

TEST(PairStatistics, AreThoseWorkedOutByHand) {
  // Differences 0.1, -0.1, 0.3, 0.1, 0: mean 0.08, deviations 0.02, -0.18, 0.22, 0.02, -0.08, their squares 0.088.
  const PairStatistics statistics = ComparePairs({{0.2, 0.3}, {0.8, 0.7}, {0.5, 0.8}, {0.75, 0.85}, {0.1, 0.1}}, 0.7);
  EXPECT_EQ(statistics.customers, 5);
  EXPECT_NEAR(statistics.mean_difference, 0.08, 1e-12);
  EXPECT_NEAR(statistics.standard_deviation, std::sqrt(0.088 / 5), 1e-12);
  EXPECT_NEAR(statistics.mean_absolute_difference, 0.12, 1e-12);
  EXPECT_NEAR(statistics.greatest_difference, 0.3, 1e-12);
  EXPECT_EQ(statistics.both_at_risk, 1);
  EXPECT_EQ(statistics.champion_only_at_risk, 1) << "0.7 itself is not above the threshold";
  EXPECT_EQ(statistics.challenger_only_at_risk, 1);
  EXPECT_EQ(statistics.neither_at_risk, 2);
  // Means 0.47 and 0.55: products sum to 0.375, squares to 0.398 and 0.44.
  ASSERT_TRUE(statistics.correlation.has_value());
  EXPECT_NEAR(*statistics.correlation, 0.375 / std::sqrt(0.398 * 0.44), 1e-12);
  // Ranks 2 5 3 4 1 and 2 3 4 5 1: 1 - 6 × (4 + 1 + 1) / (5 × 24).
  ASSERT_TRUE(statistics.rank_correlation.has_value());
  EXPECT_NEAR(*statistics.rank_correlation, 0.7, 1e-12);
}

TEST(PairStatistics, TiesShareTheirMeanRank) {
  // Ranks 1.5 1.5 3 and 1 2 3, about 2: products 0.5 + 0 + 1, squares 1.5 and 2.
  const PairStatistics statistics = ComparePairs({{0.4, 0.1}, {0.4, 0.2}, {0.6, 0.9}}, 0.7);
  ASSERT_TRUE(statistics.rank_correlation.has_value());
  EXPECT_NEAR(*statistics.rank_correlation, 1.5 / std::sqrt(3.0), 1e-12);
}

TEST(PairStatistics, NothingIsSaidWhereThereIsNothingToSay) {
  const PairStatistics none = ComparePairs({}, 0.7);
  EXPECT_EQ(none.customers, 0);
  EXPECT_EQ(none.standard_deviation, 0);
  EXPECT_FALSE(none.correlation.has_value());
  const PairStatistics one = ComparePairs({{0.5, 0.6}}, 0.7);
  EXPECT_EQ(one.neither_at_risk, 1);
  EXPECT_FALSE(one.correlation.has_value());
  const PairStatistics constant = ComparePairs({{0.5, 0.6}, {0.5, 0.7}, {0.5, 0.1}}, 0.7);
  EXPECT_FALSE(constant.correlation.has_value());
  EXPECT_FALSE(constant.rank_correlation.has_value());
}

TEST(PairStatistics, TheOrderOfPairsDoesNotMoveABit) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> probability(0, 1);
  std::vector<ScorePair> pairs(1000);
  for (ScorePair& pair : pairs) pair = {probability(random), probability(random)};
  const PairStatistics first = ComparePairs(pairs, 0.7);
  std::shuffle(pairs.begin(), pairs.end(), random);
  const PairStatistics second = ComparePairs(pairs, 0.7);
  EXPECT_EQ(first.mean_difference, second.mean_difference);
  EXPECT_EQ(first.standard_deviation, second.standard_deviation);
  EXPECT_EQ(first.correlation, second.correlation);
  EXPECT_EQ(first.rank_correlation, second.rank_correlation);
}

}  // namespace
}  // namespace ebb::scorer
