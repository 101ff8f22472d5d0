#pragma once

#include <span>

#include "trainer/fit/preprocessing.h"

namespace ebb::trainer {

// Beyond three interquartile ranges outside the quartiles: "far out" (J. Tukey, "Exploratory Data Analysis", 1977).
struct Fences {
  double lower = 0;
  double upper = 0;
  bool Outside(double value) const { return value < lower || value > upper; }
};

// `sorted` must not be empty.
inline Fences FencesOf(std::span<const double> sorted) {
  const double lower = Quantile(sorted, 0.25), upper = Quantile(sorted, 0.75), range = upper - lower;
  // Where the middle half is a single value, any other would be an outlier.
  if (range == 0) return {sorted.front(), sorted.back()};
  return {lower - 3 * range, upper + 3 * range};
}

}  // namespace ebb::trainer
