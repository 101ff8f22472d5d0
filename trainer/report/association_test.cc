#include "trainer/report/association.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "trainer/fit/random_stream.h"

namespace ebb::trainer {
namespace {

TEST(PearsonCorrelation, KnowsStraightLinesAndSkipsWhatIsMissing) {
  const std::vector<double> x = {1, 2, NAN, 4}, up = {2, 4, 100, 8}, down = {-1, -2, 3, -4}, flat = {5, 5, 5, 5};
  EXPECT_DOUBLE_EQ(PearsonCorrelation(x, up), 1);
  EXPECT_DOUBLE_EQ(PearsonCorrelation(x, down), -1);
  EXPECT_TRUE(std::isnan(PearsonCorrelation(x, flat)));
}

TEST(PearsonCorrelation, SurvivesLargeMeans) {
  std::vector<double> x, y;
  for (int i = 0; i < 100; ++i) {
    x.push_back(1e9 + i % 7);
    y.push_back(1e9 - i % 7);
  }
  EXPECT_NEAR(PearsonCorrelation(x, y), -1, 1e-9);
}

TEST(CramersV, IsOneForTheSameAndNearNothingForIndependentCategories) {
  std::vector<int32_t> a, same, other;
  RandomStream random(1, 0);
  for (int i = 0; i < 2000; ++i) {
    a.push_back(static_cast<int32_t>(random.Below(4)));
    same.push_back(3 - a.back());
    other.push_back(static_cast<int32_t>(random.Below(3)));
  }
  EXPECT_NEAR(CramersV({a, 4}, {same, 4}), 1, 1e-9);
  EXPECT_LT(CramersV({a, 4}, {other, 3}), 0.06);
  const std::vector<int32_t> constant(2000, 0);
  EXPECT_TRUE(std::isnan(CramersV({a, 4}, {constant, 1})));
}

// [[10, 20], [20, 10]]: chi² = 20/3, n = 60, so phi² = 1/9; corrected phi² = 1/9 - 1/59, sides 2 - 1/59.
TEST(CramersV, TakesOffTheBias) {
  std::vector<int32_t> a, b;
  const auto add = [&](int32_t x, int32_t y, int times) {
    a.insert(a.end(), static_cast<size_t>(times), x);
    b.insert(b.end(), static_cast<size_t>(times), y);
  };
  add(0, 0, 10), add(0, 1, 20), add(1, 0, 20), add(1, 1, 10), add(-1, 1, 500);
  EXPECT_NEAR(CramersV({a, 2}, {b, 2}), std::sqrt((1.0 / 9 - 1.0 / 59) / (1 - 1.0 / 59)), 1e-12);
}

TEST(CorrelationRatio, IsTheShareOfVarianceBetweenMeans) {
  const std::vector<int32_t> category = {0, 0, 1, 1, -1};
  const std::vector<double> number = {1, 3, 5, 7, 1000};
  // Means 2 and 6 around 4: between 16, within 4.
  EXPECT_DOUBLE_EQ(CorrelationRatio({category, 2}, number), std::sqrt(16.0 / 20));
}

}  // namespace
}  // namespace ebb::trainer
