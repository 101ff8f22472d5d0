#include "scorer/segments/risk_bands.h"

#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

TEST(RiskBandsTest, TheRuleInForceIsTheNearestOne) {
  v1::RiskBands declared;
  EXPECT_EQ(RiskRuleOf(declared, 0, 0.7).threshold, 0.7);
  EXPECT_EQ(RiskRuleOf(declared, 0, 0.7).leave_below, 0.65);
  EXPECT_EQ(RiskRuleOf(declared, 0, 0.5).leave_below, 0.5) << "never above the threshold";
  declared.set_threshold(0.8);
  declared.set_leave_below(0.75);
  declared.mutable_least_stay()->set_seconds(60);
  EXPECT_EQ(RiskRuleOf(declared, 0, 0.7).threshold, 0.8);
  EXPECT_EQ(RiskRuleOf(declared, 0, 0.7).least_stay, absl::Minutes(1));
  EXPECT_EQ(RiskRuleOf(declared, 0.6, 0.7).threshold, 0.6) << "the command line's";
  EXPECT_EQ(RiskRuleOf(declared, 0.6, 0.7).leave_below, 0.6);
}

TEST(RiskBandsTest, AHeldBandMovesLate) {
  const RiskRule rule{.threshold = 0.7, .leave_below = 0.65, .least_stay = absl::Seconds(100)};
  const auto band = [&](RiskBand last, uint32_t since, double probability, uint32_t now) {
    const HeldBand next = NextHeldBand(HeldBand{.band = last, .since_seconds = since}, probability, rule, now);
    EXPECT_EQ(next.since_seconds, next.band == last ? since : now);
    return next.band;
  };
  const RiskBand stable = RiskBand::kStable, at_risk = RiskBand::kAtRisk;
  EXPECT_EQ(NextHeldBand(std::nullopt, 0.71, rule, 5).band, at_risk);
  EXPECT_EQ(NextHeldBand(std::nullopt, 0.7, rule, 5).band, stable) << "above, not at";
  EXPECT_EQ(band(at_risk, 0, 0.66, 1'000), at_risk);
  EXPECT_EQ(band(at_risk, 0, 0.65, 1'000), at_risk) << "below, not at";
  EXPECT_EQ(band(at_risk, 0, 0.64, 1'000), stable);
  EXPECT_EQ(band(at_risk, 950, 0.1, 1'000), at_risk) << "too soon";
  EXPECT_EQ(band(at_risk, 900, 0.1, 1'000), stable);
  EXPECT_EQ(band(stable, 0, 0.7, 1'000), stable);
  EXPECT_EQ(band(stable, 0, 0.71, 1'000), at_risk);
  EXPECT_EQ(band(stable, 950, 0.9, 1'000), stable) << "too soon";
  EXPECT_EQ(band(stable, 2'000, 0.9, 1'000), at_risk) << "a clock that was set back holds nobody";
}

}  // namespace
}  // namespace ebb::scorer
