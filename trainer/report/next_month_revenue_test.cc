#include "trainer/report/next_month_revenue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "absl/strings/str_cat.h"
#include "trainer/fit/random_stream.h"
#include "trainer/testing/small_regressors.h"

namespace ebb::trainer {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
const std::function<bool()> kNever = [] { return false; };

FeatureSpec NumberSpec(const std::string& name, FeatureRole role) {
  FeatureSpec spec;
  spec.name = name;
  spec.role = role;
  return spec;
}

// Next month's revenue follows from the visits; `told` is what stands in the table of a row's true one.
Dataset VisitingShop(int rows, const std::function<double(int row, double revenue)>& told) {
  DatasetBuilder builder(
      FeatureSchema({NumberSpec("visits", FeatureRole::kInput), NumberSpec("luck", FeatureRole::kInput),
                     NumberSpec("profit", FeatureRole::kSegment)}));
  RandomStream random(11, 0);
  for (int i = 0; i < rows; ++i) {
    const double visits = 20 * random.Share(), revenue = 500 + 100 * visits;
    EXPECT_TRUE(
        builder
            .AddRow(absl::StrCat("c", i), 0,
                    {FeatureValue::Number(visits), FeatureValue::Number(random.Share()), FeatureValue::Number(revenue)},
                    random.Share() < 0.4, told(i, revenue))
            .ok());
  }
  return *std::move(builder).Build(1);
}

absl::StatusOr<NextMonthRevenue> Tell(const Dataset& dataset, bool told_by_store = true,
                                      const std::function<bool()>& cancelled = kNever, int threads = 1) {
  const HoldoutSplit split = *StratifiedHoldout(dataset, 0.25);
  return TellNextMonthRevenue({.dataset = dataset,
                               .split = split,
                               .told_by_store = told_by_store,
                               .folds = 3,
                               .settings = SmallRegressors(),
                               .threads = threads,
                               .cancelled = cancelled});
}

double Told(const RevenueForecast& forecast, double visits) {
  const FeatureVector vector = {FeatureValue::Number(visits), FeatureValue::Number(0.5), FeatureValue{}};
  double amount;
  forecast.Tell({&vector, 1}, {&amount, 1});
  return amount;
}

TEST(NextMonthRevenue, IsToldByTheBestOfTheFamilies) {
  const Dataset shop = VisitingShop(400, [](int, double revenue) { return revenue; });
  const NextMonthRevenue told = *Tell(shop);
  EXPECT_EQ(told.absent, "");
  EXPECT_EQ(told.report.target(), "next_month_revenue");
  EXPECT_EQ(told.report.rows(), 400);
  ASSERT_EQ(told.report.candidates_size(), 4);
  EXPECT_EQ(told.report.candidates(3).family(), "median") << "all learn";
  EXPECT_LT(told.report.smape().value(), told.report.candidates(3).cv_smape_mean() / 4);
  ASSERT_TRUE(told.forecast.has_value());
  EXPECT_TRUE(told.forecast->logarithm);
  EXPECT_NEAR(Told(*told.forecast, 5), 1'000, 100);
  EXPECT_NEAR(Told(*told.forecast, 15), 2'000, 200);
  const NextMonthRevenue again = *Tell(shop, true, kNever, 3);
  EXPECT_EQ(again.report.SerializeAsString(), told.report.SerializeAsString()) << "on any number of threads";
  EXPECT_EQ(Told(*again.forecast, 5), Told(*told.forecast, 5));
}

TEST(NextMonthRevenue, MayBeNothing) {
  const NextMonthRevenue told =
      *Tell(VisitingShop(400, [](int, double revenue) { return revenue < 1'500 ? 0 : revenue; }));
  ASSERT_TRUE(told.forecast.has_value());
  EXPECT_FALSE(told.forecast->logarithm);
  EXPECT_LT(Told(*told.forecast, 4), 200);
  EXPECT_GE(Told(*told.forecast, 4), 0);
}

TEST(NextMonthRevenue, IsAbsentWhereItIsNotKnownOfEnoughRows) {
  const auto known_of = [](int every, int of) {
    return [every, of](int row, double revenue) { return row % of < every ? revenue : kUnknown; };
  };
  const struct {
    int rows;
    std::function<double(int, double)> told;
    bool by_store;
    const char* want;
  } kCases[] = {
      {400, known_of(1, 1), false, "The feature store does not tell"},
      {400, known_of(0, 1), true, "is not known of any row"},
      {199, known_of(1, 1), true, "is known of 199 of 199 rows; at least 200 and half"},
      {600, known_of(2, 5), true, "is known of 240 of 600 rows"},
      {200, known_of(1, 1), true, ""},
      {400, known_of(1, 2), true, ""},
  };
  for (const auto& one : kCases) {
    const NextMonthRevenue told = *Tell(VisitingShop(one.rows, one.told), one.by_store);
    EXPECT_EQ(told.absent.empty(), told.forecast.has_value());
    EXPECT_EQ(told.absent.empty(), *one.want == 0) << told.absent;
    EXPECT_THAT(told.absent, ::testing::HasSubstr(one.want));
  }
}

TEST(NextMonthRevenue, TakesASampleOfManyRows) {
  EXPECT_EQ(Tell(VisitingShop(6'000, [](int, double) { return 7; }))->report.rows(), 5'000);
}

TEST(NextMonthRevenue, EndsOnRequest) {
  const Dataset shop = VisitingShop(300, [](int, double revenue) { return revenue; });
  EXPECT_EQ(Tell(shop, true, [] { return true; }).status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace ebb::trainer
