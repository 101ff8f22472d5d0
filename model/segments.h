#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/trained_model.h"

namespace ebb {

enum class ProfitTier : uint8_t { kLow = 0, kMiddle = 1, kHigh = 2, kUnknown = 3 };
enum class RiskBand : uint8_t { kStable = 0, kAtRisk = 1 };

// One cell of profit tier × risk band. The values are stored: they never change their meaning.
struct Segment {
  ProfitTier tier = ProfitTier::kUnknown;
  RiskBand band = RiskBand::kStable;

  friend bool operator==(const Segment&, const Segment&) = default;
};

inline constexpr size_t kSegments = 8;

// 0 to 7, in the order in which a summary lists them: low tier first, unknown last, stable before at risk.
constexpr size_t SegmentIndex(Segment segment) {
  return static_cast<size_t>(segment.tier) * 2 + static_cast<size_t>(segment.band);
}
constexpr Segment SegmentAt(size_t index) {
  return {.tier = static_cast<ProfitTier>(index / 2), .band = static_cast<RiskBand>(index % 2)};
}

// Such as `high_profit/at_risk`.
std::string_view SegmentName(Segment segment);
// Nothing if there is no such segment.
std::optional<Segment> ParseSegment(std::string_view name);

// At a bound or between them is middle. `profit` absent, or a model that knows no tiers: unknown.
ProfitTier TierOf(std::optional<double> profit, const SegmentBounds& bounds);
// At risk is strictly above the threshold.
RiskBand BandOf(double probability, double threshold);

// What the shop stands to lose in a month, in the profit's own unit. A loss-making customer is worth a negative amount.
// Absent where no profit is known.
std::optional<double> ValueAtRisk(double probability, std::optional<double> monthly_profit);

}  // namespace ebb
