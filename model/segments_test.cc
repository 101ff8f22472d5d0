#include "model/segments.h"

#include <optional>

#include "gtest/gtest.h"

namespace ebb {
namespace {

TEST(SegmentsTest, NamesAreTierAndBandAndReadBack) {
  for (size_t i = 0; i < kSegments; ++i) {
    EXPECT_EQ(ParseSegment(SegmentName(SegmentAt(i))), SegmentAt(i)) << SegmentName(SegmentAt(i));
    EXPECT_EQ(SegmentIndex(SegmentAt(i)), i);
  }
  EXPECT_EQ(SegmentName({.tier = ProfitTier::kHigh, .band = RiskBand::kAtRisk}), "high_profit/at_risk");
  EXPECT_EQ(ParseSegment("high_profit"), std::nullopt);
  EXPECT_EQ(ParseSegment(""), std::nullopt);
}

TEST(SegmentsTest, TiersPartBelowAndAboveTheBounds) {
  const SegmentBounds bounds{.feature = "profit", .lower = 10, .upper = 100};
  const struct {
    std::optional<double> profit;
    ProfitTier tier;
  } cases[] = {
      {-5, ProfitTier::kLow},
      {9.99, ProfitTier::kLow},
      {10, ProfitTier::kMiddle},
      {100, ProfitTier::kMiddle},
      {100.01, ProfitTier::kHigh},
      {0, ProfitTier::kLow},
      {std::nullopt, ProfitTier::kUnknown},
  };
  for (const auto& c : cases) EXPECT_EQ(TierOf(c.profit, bounds), c.tier) << c.profit.value_or(-1);
}

TEST(SegmentsTest, AModelWithoutTiersKnowsNoTier) {
  EXPECT_EQ(TierOf(50, {.feature = {}, .lower = 10, .upper = 100}), ProfitTier::kUnknown);
}

TEST(SegmentsTest, AtRiskIsStrictlyAboveTheThreshold) {
  EXPECT_EQ(BandOf(0.7, 0.7), RiskBand::kStable);
  EXPECT_EQ(BandOf(0.7000001, 0.7), RiskBand::kAtRisk);
}

TEST(SegmentsTest, ValueAtRiskIsUnknownWithoutProfitAndNeverZeroInstead) {
  EXPECT_EQ(ValueAtRisk(0.5, 80), 40);
  EXPECT_EQ(ValueAtRisk(0.5, -80), -40);
  EXPECT_EQ(ValueAtRisk(0.5, std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace ebb
