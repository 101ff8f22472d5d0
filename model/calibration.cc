#include "model/calibration.h"

#include <algorithm>
#include <limits>

namespace ebb {

double Calibration::Probability(double score) const {
  const Knot& first = knots.front();
  const Knot& last = knots.back();
  constexpr double kLeast = std::numeric_limits<double>::min();
  constexpr double kGreatest = 1 - std::numeric_limits<double>::epsilon() / 2;
  if (score <= first.score) {
    return std::max(kLeast, first.probability * (tail_scale / (tail_scale + (first.score - score))));
  }
  if (score >= last.score) {
    const double rest = (1 - last.probability) * (tail_scale / (tail_scale + (score - last.score)));
    return std::min(kGreatest, 1 - rest);
  }
  const auto above = std::upper_bound(knots.begin(), knots.end(), score,
                                      [](double value, const Knot& knot) { return value < knot.score; });
  const Knot& a = *(above - 1);
  const Knot& b = *above;
  const double share = (score - a.score) / (b.score - a.score);
  return std::clamp(a.probability + (b.probability - a.probability) * share, a.probability, b.probability);
}

}  // namespace ebb
