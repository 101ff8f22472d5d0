#include "model/calibration.h"

#include <algorithm>

namespace ebb {

double Calibration::Probability(double score) const {
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
