#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "ebb/v1/segment.pb.h"
#include "model/segments.h"

// When a customer is at risk. Pure functions.
namespace ebb::scorer {

// The bounds in force.
struct RiskRule {
  double threshold = 0.7;     // a published probability above it is at risk
  double leave_below = 0.65;  // a customer held at risk leaves when the probability falls below it; <= threshold
  absl::Duration least_stay;  // a held band stays at least this long
};

// `threshold` 0: the declared one, or else the model's own.
RiskRule RiskRuleOf(const v1::RiskBands& declared, double threshold, double threshold_of_model);

// The band that streams go by.
struct HeldBand {
  RiskBand band = RiskBand::kStable;
  uint32_t since_seconds = 0;  // since the Unix epoch, when it began

  friend bool operator==(const HeldBand&, const HeldBand&) = default;
};

// The held band after another score. `last` absent: this is the first score.
HeldBand NextHeldBand(const std::optional<HeldBand>& last, double probability, const RiskRule& rule,
                      uint32_t now_seconds);

}  // namespace ebb::scorer
