#pragma once

#include <optional>
#include <vector>

namespace ebb {

// Maps an estimator's score to a probability, strictly between 0 and 1. It rises with the score, so a calibrated value
// ranks as its score does. One of two kinds:
// - a sigmoid, 1 / (1 + exp(-(slope × score + intercept))). It rises strictly as far as doubles can tell values close
//   to 0 and 1 apart; beyond, it stays at the doubles next to them;
// - straight lines between knots. Beyond the outer knots, where nothing was seen, curves go half of the rest of the way
//   to 0 and 1 at most.
struct Calibration {
  struct Knot {
    double score = 0;
    double probability = 0;  // strictly between 0 and 1
  };
  struct Sigmoid {
    double slope = 1;      // > 0, finite
    double intercept = 0;  // finite
  };
  std::vector<Knot> knots;  // both members strictly increasing; at least one, but none beside a sigmoid
  double tail_scale = 1;    // > 0, in units of the score: how fast those curves go (half of their way in this distance)
  std::optional<Sigmoid> sigmoid = std::nullopt;

  double Probability(double score) const;
};

}  // namespace ebb
