#pragma once

#include <vector>

namespace ebb {

// Maps an estimator's score to a probability: straight lines between knots. Beyond the outer knots, where nothing was
// seen, curves go half of the rest of the way to 0 and 1 at most. Strictly increasing, so a calibrated value ranks as
// its score does.
struct Calibration {
  struct Knot {
    double score = 0;
    double probability = 0;  // strictly between 0 and 1
  };
  std::vector<Knot> knots;  // both members strictly increasing; at least one
  double tail_scale = 1;    // > 0, in units of the score: how fast those curves go (half of their way in this distance)

  double Probability(double score) const;
};

}  // namespace ebb
