#include "scorer/segments/risk_bands.h"

#include <algorithm>

namespace ebb::scorer {
namespace {

constexpr double kDefaultLeaveBelow = 0.65;

}  // namespace

RiskRule RiskRuleOf(const v1::RiskBands& declared, double threshold, double threshold_of_model) {
  RiskRule rule;
  rule.threshold = threshold > 0 ? threshold : declared.has_threshold() ? declared.threshold() : threshold_of_model;
  const double leave = declared.has_leave_below() ? declared.leave_below() : kDefaultLeaveBelow;
  // A threshold given on the command line may be below what the file says.
  rule.leave_below = std::min(leave, rule.threshold);
  rule.least_stay = absl::Seconds(declared.least_stay().seconds()) + absl::Nanoseconds(declared.least_stay().nanos());
  return rule;
}

HeldBand NextHeldBand(const std::optional<HeldBand>& last, double probability, const RiskRule& rule,
                      uint32_t now_seconds) {
  const RiskBand plain = BandOf(probability, rule.threshold);
  if (!last.has_value()) return {.band = plain, .since_seconds = now_seconds};
  const bool leaves = last->band == RiskBand::kAtRisk && probability < rule.leave_below;
  const bool enters = last->band == RiskBand::kStable && plain == RiskBand::kAtRisk;
  if (!leaves && !enters) return *last;
  // A clock that was set back does not hold a band for ever.
  const bool stayed =
      now_seconds < last->since_seconds || absl::Seconds(now_seconds - last->since_seconds) >= rule.least_stay;
  return stayed ? HeldBand{.band = leaves ? RiskBand::kStable : RiskBand::kAtRisk, .since_seconds = now_seconds}
                : *last;
}

}  // namespace ebb::scorer
