#include "model/calibration.h"

#include <algorithm>
#include <limits>

#include "model/arithmetic/exp_log.h"

namespace ebb {
namespace {

// What is next to 0 and to 1 and still a normal number.
constexpr double kLeast = std::numeric_limits<double>::min();
constexpr double kMost = 1 - std::numeric_limits<double>::epsilon() / 2;

}  // namespace

double Calibration::Probability(double score) const {
  if (sigmoid) return std::clamp(ebb::Sigmoid(sigmoid->slope * score + sigmoid->intercept), kLeast, kMost);
  const Knot& first = knots.front();
  const Knot& last = knots.back();
  // From 1 at the knot to 1/2 far away.
  const auto fading = [this](double distance) { return 0.5 + 0.5 * (tail_scale / (tail_scale + distance)); };
  if (score <= first.score) return first.probability * fading(first.score - score);
  if (score >= last.score) return 1 - (1 - last.probability) * fading(score - last.score);
  const auto above = std::upper_bound(knots.begin(), knots.end(), score,
                                      [](double value, const Knot& knot) { return value < knot.score; });
  const Knot& a = *(above - 1);
  const Knot& b = *above;
  const double share = (score - a.score) / (b.score - a.score);
  return std::clamp(a.probability + (b.probability - a.probability) * share, a.probability, b.probability);
}

}  // namespace ebb
