#include "scorer/offers/uplift_statistics.h"

#include <vector>

#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

UpliftMoments MomentsOf(const std::vector<double>& values) {
  UpliftMoments moments;
  for (const double value : values) moments.Add(value);
  return moments;
}

// Tables of the distributions.
TEST(UpliftStatisticsTest, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(NormalQuantile(0.025), -1.959963984540054, 1e-12);
  EXPECT_NEAR(NormalQuantile(0.5), 0, 1e-12);
  EXPECT_NEAR(StudentQuantile(0.975, 1), 12.706204736, 1e-6);
  EXPECT_NEAR(StudentQuantile(0.975, 10), 2.228138852, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.95, 2.5), 2.558219, 1e-5);
  EXPECT_NEAR(StudentQuantile(0.975, 1e7), 1.959964, 1e-5);
}

// Welch's example by hand: means 3 and 5.5, variances 2.5 and 3.5.
TEST(UpliftStatisticsTest, WelchFollowsTheFormula) {
  const auto interval = WelchInterval(MomentsOf({1, 2, 3, 4, 5}), MomentsOf({3, 4.5, 5, 6, 7.5, 7}), 0.95);
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->difference, -2.5, 1e-12);
  // se² = 2.5/5 + 2.8/6 = 29/30; degrees = se⁴ / (0.5²/4 + (2.8/6)²/5) = 8.8123.
  const double half =
      StudentQuantile(0.975, (29.0 / 30) * (29.0 / 30) / (0.0625 + (2.8 / 6) * (2.8 / 6) / 5)) * 0.98319208025;
  EXPECT_NEAR(interval->upper - interval->difference, half, 1e-9);
  EXPECT_FALSE(WelchInterval(MomentsOf({1}), MomentsOf({1, 2}), 0.95).has_value());
}

// Newcombe 1998, table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339.
TEST(UpliftStatisticsTest, SharesFollowNewcombe) {
  UpliftMoments a{.count = 70, .positive = 56, .mean = 0, .squares = 0};
  UpliftMoments b{.count = 80, .positive = 48, .mean = 0, .squares = 0};
  const auto interval = ShareInterval(a, b, 0.95);
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->difference, 0.2, 1e-12);
  EXPECT_NEAR(interval->lower, 0.0524, 5e-5);
  EXPECT_NEAR(interval->upper, 0.3339, 5e-5);
}

TEST(UpliftStatisticsTest, SampleRatiosAreJudgedByChiSquared) {
  EXPECT_DOUBLE_EQ(*SampleRatioP(900, 100, 100), 1);
  // chi² = 3.841458820694124 has p = 0.05.
  EXPECT_NEAR(*SampleRatioP(5'000 - 98, 5'000 + 98, 5'000), 0.05, 0.001);
  EXPECT_LT(*SampleRatioP(9'300, 700, 1'000), 1e-9);
  EXPECT_FALSE(SampleRatioP(10, 0, 0).has_value());
}

}  // namespace
}  // namespace ebb::scorer
