#include "trainer/evaluation/regression_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace ebb::trainer {
namespace {

TEST(RegressionMetrics, KnowTheTextbookCases) {
  struct Case {
    const char* name;
    double actual, forecast, error;
  };
  for (const Case& c :
       {Case{"right", 7, 7, 0}, Case{"above", 100, 150, 40}, Case{"the other way round", 150, 100, 40},
        Case{"both 0", 0, 0, 0}, Case{"nothing came", 0, 5, 200}, Case{"nothing was foretold", 5, 0, 200},
        Case{"of other signs", 5, -5, 200}, Case{"refunds", -100, -150, 40}}) {
    EXPECT_DOUBLE_EQ(SymmetricPercentageError(c.actual, c.forecast), c.error) << c.name;
  }
  const std::vector<double> actual = {100, 0, 0, 7}, forecast = {150, 0, 3, 7};
  EXPECT_DOUBLE_EQ(Smape(actual, forecast), (40.0 + 0 + 200 + 0) / 4);
  EXPECT_DOUBLE_EQ(MeanAbsoluteError(actual, forecast), (50.0 + 0 + 3 + 0) / 4);
  EXPECT_TRUE(std::isnan(Smape({}, {})));
  EXPECT_TRUE(std::isnan(MeanAbsoluteError({}, {})));
}

TEST(RegressionMetrics, PutAnIntervalAroundThem) {
  std::vector<double> actual, forecast;
  std::vector<uint8_t> labels;
  for (int row = 0; row < 200; ++row) {
    actual.push_back(100);
    forecast.push_back(100 + row % 20);
    labels.push_back(row % 3 == 0);
  }
  const RegressionEstimates estimates = EstimateErrors(actual, forecast, labels);
  EXPECT_EQ(estimates.smape.value, Smape(actual, forecast));
  EXPECT_EQ(estimates.mean_absolute_error.value, 9.5);
  // The standard error of a mean of 200 such rows is 0.41.
  EXPECT_NEAR(estimates.mean_absolute_error.lower, 9.5 - 1.96 * 0.41, 0.1);
  EXPECT_NEAR(estimates.mean_absolute_error.upper, 9.5 + 1.96 * 0.41, 0.1);
  EXPECT_LT(estimates.smape.lower, estimates.smape.value);
  EXPECT_GT(estimates.smape.upper, estimates.smape.value);
}

}  // namespace
}  // namespace ebb::trainer
