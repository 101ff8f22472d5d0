#pragma once

#include <vector>

namespace ebb {

// Maps an estimator's score to a probability: straight lines between knots and, beyond the outer knots, curves that
// approach 0 and 1 without reaching them. Strictly increasing, so a calibrated value ranks as its score does.
struct Calibration {
  struct Knot {
    double score = 0;
    double probability = 0;  // strictly between 0 and 1
  };
  std::vector<Knot> knots;  // both members strictly increasing; at least one
  double tail_scale = 1;  // > 0: how far beyond an outer knot half of the way to 0 or 1 is gone, in units of the score

  double Probability(double score) const;
};

}  // namespace ebb
