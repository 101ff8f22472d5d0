#pragma once

#include <cstddef>

#include "model/arithmetic/exp_log.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// Weights of the rows of each class that came to a node.
struct ClassSums {
  double positive = 0;
  double negative = 0;
  double all() const { return positive + negative; }
};

// Impurity times weight, up to what is the same for all splits of a node: smaller is better.
inline double WeightedImpurity(Criterion criterion, const ClassSums& sums) {
  const double all = sums.all();
  if (criterion == Criterion::kGini) {
    return -(sums.positive * sums.positive + sums.negative * sums.negative) / all;
  }
  const auto x_log_x = [](double x) { return x > 0 ? x * Log(x) : 0; };
  return x_log_x(all) - x_log_x(sums.positive) - x_log_x(sums.negative);
}

}  // namespace ebb::trainer
