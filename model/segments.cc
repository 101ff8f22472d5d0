#include "model/segments.h"

namespace ebb {
namespace {

constexpr std::array<std::string_view, kSegments> kNames = {
    "low_profit/stable",  "low_profit/at_risk",  "middle_profit/stable",  "middle_profit/at_risk",
    "high_profit/stable", "high_profit/at_risk", "unknown_profit/stable", "unknown_profit/at_risk",
};

}  // namespace

std::string_view SegmentName(Segment segment) { return kNames[SegmentIndex(segment)]; }

std::optional<Segment> ParseSegment(std::string_view name) {
  for (size_t i = 0; i < kSegments; ++i) {
    if (kNames[i] == name) return SegmentAt(i);
  }
  return std::nullopt;
}

ProfitTier TierOf(std::optional<double> profit, const SegmentBounds& bounds) {
  if (!profit.has_value() || bounds.feature.empty()) return ProfitTier::kUnknown;
  if (*profit < bounds.lower) return ProfitTier::kLow;
  return *profit > bounds.upper ? ProfitTier::kHigh : ProfitTier::kMiddle;
}

RiskBand BandOf(double probability, double threshold) {
  return probability > threshold ? RiskBand::kAtRisk : RiskBand::kStable;
}

std::optional<double> ValueAtRisk(double probability, std::optional<double> monthly_profit) {
  if (!monthly_profit.has_value()) return std::nullopt;
  return probability * *monthly_profit;
}

}  // namespace ebb
