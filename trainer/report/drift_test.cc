#include "trainer/report/drift.h"

#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "trainer/fit/random_stream.h"
#include "trainer/report/feature_report.h"

namespace ebb::trainer {
namespace {

TEST(StabilityIndex, KnowsTheTextbookCase) {
  const std::vector<int64_t> before = {50, 50}, now = {75, 25}, same = {500, 500};
  EXPECT_NEAR(StabilityIndex(before, now), 0.25 * std::log(1.5) + 0.25 * std::log(2.0), 1e-12);
  EXPECT_DOUBLE_EQ(StabilityIndex(before, same), 0);
}

TEST(StabilityIndex, SurvivesEmptyBinsAndEmptyTables) {
  EXPECT_GT(StabilityIndex(std::vector<int64_t>{100, 0}, std::vector<int64_t>{0, 100}), 5);
  EXPECT_EQ(StabilityIndex(std::vector<int64_t>{100, 0}, std::vector<int64_t>{100, 0}), 0);
  EXPECT_EQ(StabilityIndex(std::vector<int64_t>{0, 0}, std::vector<int64_t>{1, 1}), 0);
}

struct Shop {
  double minutes_from = 0;  // of time on site, evenly over ten minutes
  double premium = 0.3;     // share of a tier
  double missing = 0;       // share without minutes
};

Dataset Draw(const Shop& shop, uint64_t seed) {
  FeatureSpec minutes, tier;
  minutes.name = "minutes";
  tier.name = "tier";
  tier.kind = FeatureKind::kCategory;
  DatasetBuilder builder(FeatureSchema({minutes, tier}));
  RandomStream random(seed, 0);
  for (int i = 0; i < 2000; ++i) {
    const bool known = random.Share() >= shop.missing;
    const double value = shop.minutes_from + random.Share() * 10;
    EXPECT_TRUE(builder
                    .AddRow(absl::StrCat("c", i), 0,
                            {known ? FeatureValue::Number(value) : FeatureValue{},
                             FeatureValue::Category(random.Share() < shop.premium ? "premium" : "standard")},
                            random.Share() < 0.4)
                    .ok());
  }
  return *std::move(builder).Build(0);
}

v1::ModelReport ReportOn(const Dataset& dataset, const std::vector<double>& probabilities) {
  v1::ModelReport report;
  for (const v1::FeatureDescription& feature : DescribeFeatures(dataset, {})) *report.add_features() = feature;
  for (const v1::HistogramBin& bin : DescribeProbabilities(probabilities, dataset.labels())) {
    *report.add_probabilities() = bin;
  }
  return report;
}

std::vector<double> Probabilities(double from, uint64_t seed) {
  RandomStream random(seed, 1);
  std::vector<double> probabilities;
  for (int i = 0; i < 2000; ++i) probabilities.push_back(from + random.Share() * (1 - from));
  return probabilities;
}

double IndexOf(const std::string& of, const std::vector<Drift>& drifts) {
  for (const Drift& drift : drifts) {
    if (drift.of == of) return drift.stability_index;
  }
  ADD_FAILURE() << "no drift of " << of;
  return 0;
}

TEST(MeasureDrift, IsSmallWhereNothingHasMoved) {
  const v1::ModelReport report = ReportOn(Draw({}, 1), Probabilities(0, 1));
  for (const Drift& drift : MeasureDrift(report, Draw({}, 2), Probabilities(0, 2))) {
    EXPECT_LT(drift.stability_index, 0.05) << drift.of;
  }
}

TEST(MeasureDrift, NamesWhatHasMovedTheGreatestFirst) {
  const v1::ModelReport report = ReportOn(Draw({}, 1), Probabilities(0, 1));
  const auto moved = MeasureDrift(report, Draw({.minutes_from = 5}, 2), Probabilities(0, 2));
  EXPECT_EQ(moved.front().of, "minutes");
  EXPECT_GT(moved.front().stability_index, 1);
  EXPECT_LT(IndexOf("tier", moved), 0.05);
  EXPECT_GT(IndexOf("tier", MeasureDrift(report, Draw({.premium = 0.7}, 2), Probabilities(0, 2))), 0.25);
  EXPECT_GT(IndexOf("minutes", MeasureDrift(report, Draw({.missing = 0.2}, 2), Probabilities(0, 2))), 0.25);
  EXPECT_GT(IndexOf("probability", MeasureDrift(report, Draw({}, 2), Probabilities(0.5, 2))), 1);
}

TEST(MeasureDrift, LeavesOutWhatTheTableHasNot) {
  const v1::ModelReport report = ReportOn(Draw({}, 1), Probabilities(0, 1));
  const auto drifts = MeasureDrift(report, Draw({}, 2).Without({"tier"}), Probabilities(0, 2));
  EXPECT_EQ(drifts.size(), 2u);
}

}  // namespace
}  // namespace ebb::trainer
