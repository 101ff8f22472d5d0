#include "model/revenue_forecast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/testing/models.h"

namespace ebb {
namespace {

using namespace testing_models;

double Told(const RevenueForecast& forecast, const FeatureVector& vector) {
  double amount;
  forecast.Tell({&vector, 1}, {&amount, 1});
  return amount;
}

// One regressor over the columns of PipelineWith.
RevenueForecast ForecastOf(Regressor regressor, bool logarithm = false) {
  return {.preprocessing = PipelineWith(Logistic()).preprocessing,
          .logarithm = logarithm,
          .regressors = {std::move(regressor)}};
}

TEST(RevenueForecast, AveragesOrAddsUpTheLeaves) {
  // Column 0 is (visits - 1) / 2, column 1 revenue. Leaves of TwoTrees: 0.25 up to a revenue of 10, 0.75 above; 1 up to
  // a scaled 1, 0.5 above.
  const FeatureVector few = Vector(2, 10, "premium"), many = Vector(4, 11, "premium");
  EXPECT_EQ(Told(ForecastOf({.trees = TwoTrees()}), few), 1.25);
  EXPECT_EQ(Told(ForecastOf({.base = 3, .trees = TwoTrees()}), many), 4.25);
  EXPECT_EQ(Told(ForecastOf({.averages = true, .trees = TwoTrees()}), few), 0.625);
  EXPECT_EQ(Told(ForecastOf({.base = 7, .trees = {}}), many), 7);
}

TEST(RevenueForecast, TheMeanOfItsRegressorsCounts) {
  RevenueForecast forecast = ForecastOf({.base = 3, .trees = {}});
  forecast.regressors.push_back({.averages = true, .trees = TwoTrees()});
  EXPECT_EQ(Told(forecast, Vector(2, 10, "premium")), (3 + 0.625) / 2);
}

TEST(RevenueForecast, TakesTheLogarithmBack) {
  EXPECT_NEAR(Told(ForecastOf({.base = 2, .trees = {}}, true), Vector(1, 1, "")), std::exp(2.0), 1e-12);
  EXPECT_NEAR(Told(ForecastOf({.base = -2, .trees = {}}, true), Vector(1, 1, "")), std::exp(-2.0), 1e-12);
}

TEST(RevenueForecast, IsNeverBelowZeroNorInfinite) {
  const FeatureVector vector = Vector(1, 1, "");
  EXPECT_EQ(Told(ForecastOf({.base = -5, .trees = {}}), vector), 0);
  EXPECT_EQ(Told(ForecastOf({.base = 1e300, .trees = {}}), vector), RevenueForecast::kMost);
  EXPECT_EQ(Told(ForecastOf({.base = 1e5, .trees = {}}, true), vector), RevenueForecast::kMost);
  EXPECT_EQ(Told(ForecastOf({.base = std::numeric_limits<double>::quiet_NaN(), .trees = {}}), vector), 0);
}

TEST(RevenueForecast, GivesTheSameBitsInBatchesAsOneByOne) {
  RevenueForecast forecast = ForecastOf({.base = 0.1, .trees = TwoTrees()}, true);
  forecast.regressors.push_back({.averages = true, .trees = TwoTrees()});
  std::vector<FeatureVector> vectors;
  for (int i = 0; i < 200; ++i) vectors.push_back(Vector(i % 7, i % 23, i % 2 == 0 ? "premium" : "standard"));
  std::vector<double> amounts(vectors.size());
  forecast.Tell(vectors, amounts);
  for (size_t i = 0; i < vectors.size(); ++i) EXPECT_EQ(amounts[i], Told(forecast, vectors[i])) << i;
}

}  // namespace
}  // namespace ebb
