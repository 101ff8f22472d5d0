#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ebb::trainer {

// How the scores of several estimators become one: intercept + sum of weight × score.
struct Stack {
  std::vector<double> weights;  // one a member, in units of its score; not negative, and not all zero
  double intercept = 0;

  // Of each row, from one list of scores a member: log-odds.
  std::vector<double> Combine(std::span<const std::vector<double>> scores) const;
};

// Logistic regression of the labels on out-of-fold scores, one list a member, each standardised, with weights that
// cannot be negative and a weak L2 penalty that keeps members that say the same alike. That weights may not be negative
// is what makes stacks generalise (L. Breiman, "Stacked regressions", Machine Learning 24, 1996). Newton's method, each
// step's bounded quadratic by coordinate descent. Where no weight helps the first member counts alone. Both classes and
// at least one member must be there. The same bits on every machine.
Stack FitStack(std::span<const std::vector<double>> scores, std::span<const uint8_t> labels);

}  // namespace ebb::trainer
