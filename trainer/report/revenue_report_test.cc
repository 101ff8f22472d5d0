#include "trainer/report/revenue_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "trainer/fit/random_stream.h"
#include "trainer/search/regression.h"
#include "trainer/testing/small_regressors.h"

namespace ebb::trainer {
namespace {

constexpr int kRevenueRows = 400;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

FeatureSpec Spec(const std::string& name, FeatureKind kind = FeatureKind::kNumber,
                 FeatureRole role = FeatureRole::kInput) {
  FeatureSpec spec;
  spec.name = name;
  spec.kind = kind;
  spec.role = role;
  return spec;
}

// Revenue follows from visits and tier; its copy is for segments only, so no regressor may look at it.
// `revenue_of`: what stands in the table of a row's true revenue.
Dataset RevenueShop(
    int rows = kRevenueRows, const std::function<double(int, double)>& revenue_of = [](int, double r) { return r; }) {
  DatasetBuilder builder(FeatureSchema({Spec("visits"), Spec("revenue"), Spec("tier", FeatureKind::kCategory),
                                        Spec("luck"), Spec("copy", FeatureKind::kNumber, FeatureRole::kSegment)}));
  RandomStream random(5, 0);
  for (int i = 0; i < rows; ++i) {
    const double visits = std::floor(random.Share() * 20);
    const bool premium = random.Share() < 0.3;
    const double revenue = 1000 + 100 * visits + (premium ? 500 : 0) + 20 * random.Share();
    EXPECT_TRUE(builder
                    .AddRow(absl::StrCat("c", i), 0,
                            {i % 40 == 0 ? FeatureValue{} : FeatureValue::Number(visits),
                             FeatureValue::Number(revenue_of(i, revenue)),
                             FeatureValue::Category(premium ? "premium" : "standard"),
                             FeatureValue::Number(random.Share()), FeatureValue::Number(revenue)},
                            random.Share() < 0.4)
                    .ok());
  }
  return *std::move(builder).Build(1);
}

absl::StatusOr<std::optional<RevenueReport>> Describe(const Dataset& dataset, const std::string& target = "revenue",
                                                      int threads = 1,
                                                      const std::function<bool()>& cancelled = nullptr) {
  const HoldoutSplit split = *StratifiedHoldout(dataset, 0.25);
  return DescribeRevenue({.dataset = dataset,
                          .split = split,
                          .target = target,
                          .folds = 3,
                          .acceptance_smape = 15,
                          .settings = SmallRegressors(),
                          .threads = threads,
                          .cancelled = cancelled});
}

TEST(RevenueReport, TellsWhatTheOtherInputsTell) {
  const RevenueReport report = **Describe(RevenueShop());
  EXPECT_EQ(report.regression.target(), "revenue");
  EXPECT_EQ(report.regression.rows(), kRevenueRows);
  ASSERT_EQ(report.regression.candidates_size(), 4);
  EXPECT_EQ(report.regression.candidates(3).family(), "median") << "all learn";
  EXPECT_EQ(report.regression.candidates(3).parameters(), "");
  double last = 0;
  for (const v1::RegressionCandidate& candidate : report.regression.candidates()) {
    EXPECT_GE(candidate.cv_smape_mean(), last) << "the best first";
    EXPECT_GT(candidate.cv_smape_stddev(), 0);
    EXPECT_GT(candidate.cv_mean_absolute_error(), 0);
    last = candidate.cv_smape_mean();
  }
  EXPECT_LT(report.regression.candidates(0).cv_smape_mean(), last / 5);
  EXPECT_LT(report.regression.smape().value(), 5);
  EXPECT_LT(report.regression.smape().lower(), report.regression.smape().value());
  EXPECT_GT(report.regression.smape().upper(), report.regression.smape().value());
  EXPECT_LT(report.regression.mean_absolute_error().value(), 100);
}

TEST(RevenueReport, SaysWhetherTheCriterionHolds) {
  const v1::Criterion criterion = (**Describe(RevenueShop())).criterion;
  EXPECT_EQ(criterion.metric(), "holdout_revenue_smape");
  EXPECT_FALSE(criterion.above());
  EXPECT_EQ(criterion.bound(), 15);
  EXPECT_TRUE(criterion.met());
  EXPECT_EQ(criterion.splits(), 8);
  EXPECT_EQ(criterion.splits_met(), 8);
  EXPECT_LT(criterion.repeated_splits().lower(), criterion.repeated_splits().value());
  EXPECT_GT(criterion.repeated_splits().upper(), criterion.repeated_splits().value());
}

TEST(RevenueReport, IsTheSameOnAnyNumberOfThreads) {
  const Dataset shop = RevenueShop();
  const RevenueReport one = **Describe(shop, "revenue", 1);
  for (const int threads : {2, 3}) {
    const RevenueReport other = **Describe(shop, "revenue", threads);
    EXPECT_EQ(other.regression.SerializeAsString(), one.regression.SerializeAsString());
    EXPECT_EQ(other.criterion.SerializeAsString(), one.criterion.SerializeAsString());
  }
}

TEST(RevenueReport, EndsOnRequest) {
  EXPECT_EQ(Describe(RevenueShop(), "revenue", 2, [] { return true; }).status().code(), absl::StatusCode::kCancelled);
}

TEST(RevenueReport, IsAbsentWhereThereIsNoRevenue) {
  const Dataset shop = RevenueShop();
  EXPECT_EQ(*Describe(shop, "profit"), std::nullopt) << "no such feature";
  EXPECT_EQ(*Describe(shop, "tier"), std::nullopt) << "no number";
  EXPECT_EQ(*Describe(shop.Without({"visits", "tier", "luck"})), std::nullopt) << "nothing to tell it from";
  EXPECT_EQ(*Describe(RevenueShop(kRevenueRows, [](int, double) { return kNone; })), std::nullopt);
  EXPECT_EQ(*Describe(RevenueShop(kRevenueRows, [](int i, double r) { return i % 3 == 0 ? r : kNone; })), std::nullopt)
      << "mostly missing";
}

TEST(RevenueReport, LeavesOutRowsWithoutAValue) {
  const RevenueReport report =
      **Describe(RevenueShop(kRevenueRows, [](int i, double r) { return i % 4 == 0 ? kNone : r; }));
  EXPECT_EQ(report.regression.rows(), kRevenueRows * 3 / 4);
  EXPECT_LT(report.regression.smape().value(), 5);
}

TEST(RevenueReport, LeavesOutTypingErrorsButNotLargeCustomers) {
  // The quartiles are about 1,600 and 2,650, so the upper fence is near 5,800.
  const RevenueReport report = **Describe(RevenueShop(kRevenueRows, [](int i, double r) {
    return i == 7 ? 100'000 : i == 8 ? 20'000 : r;
  }));
  EXPECT_EQ(report.regression.rows(), kRevenueRows - 1);
}

TEST(RevenueReport, ZeroToldAsZeroIsNoError) {
  const RevenueReport report = **Describe(RevenueShop(kRevenueRows, [](int, double) { return 0; }));
  EXPECT_EQ(report.regression.smape().value(), 0);
  EXPECT_EQ(report.regression.smape().upper(), 0);
  EXPECT_EQ(report.regression.candidates(0).family(), "median") << "of equals the simplest";
  EXPECT_TRUE(report.criterion.met());
}

TEST(RevenueReport, TakesASampleOfManyRows) {
  const RevenueReport report = **Describe(RevenueShop(6'000, [](int, double) { return 0; }));
  EXPECT_EQ(report.regression.rows(), 5'000);
}

TEST(RegressionTask, LeavesTheTargetOutOfTheInputs) {
  const Dataset shop = RevenueShop();
  const RegressionTask task = *MakeRegressionTask(shop, "revenue");
  for (size_t f = 0; f < task.inputs.schema().size(); ++f) EXPECT_NE(task.inputs.schema()[f].name, "revenue");
  EXPECT_EQ(task.targets, shop.Numbers(1));
  EXPECT_EQ(task.inputs.rows(), shop.rows());
  // The copy is no input: without visits and tier nothing is told.
  const Dataset luck = shop.Without({"visits", "tier"});
  const RevenueReport report = **Describe(luck);
  EXPECT_GT(report.regression.smape().value(), 15);
}

}  // namespace
}  // namespace ebb::trainer
