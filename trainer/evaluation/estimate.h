#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace ebb::trainer {

// A figure and what it might as well have been: 95 of 100 such intervals hold the true figure.
struct Estimate {
  double value = 0;
  double lower = 0;
  double upper = 0;
};

inline constexpr double kNormalQuantile = 1.959963984540054;  // 97.5 percent point

// From a normal distribution of the error.
inline Estimate NormalEstimate(double value, double standard_error) {
  return {value, value - kNormalQuantile * standard_error, value + kNormalQuantile * standard_error};
}

// The 97.5 percent point of Student's distribution, to 0.001 from five degrees of freedom on (M. Abramowitz,
// I. Stegun, "Handbook of Mathematical Functions", 1964, 26.7.5).
inline double StudentQuantile(double degrees) {
  constexpr double z = kNormalQuantile, z2 = z * z;
  return z + z * (z2 + 1) / (4 * degrees) + z * ((5 * z2 + 16) * z2 + 3) / (96 * degrees * degrees) +
         z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * degrees * degrees * degrees);
}

// The mean of a figure over repeated splits of the same rows. Their training parts overlap, so the plain standard error
// is too small; this one is corrected for it (C. Nadeau, Y. Bengio, "Inference for the Generalization Error", 2003).
// `test_to_training`: rows of a test part to rows of a training part. Of one split the interval is the value alone.
inline Estimate RepeatedSplitsEstimate(std::span<const double> values, double test_to_training) {
  const auto count = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  if (values.size() < 2) return {mean, mean, mean};
  const double error = std::sqrt((1 / count + test_to_training) * squares / (count - 1));
  const double half = StudentQuantile(count - 1) * error;
  return {mean, mean - half, mean + half};
}

// From draws of the figure: their 2.5 and 97.5 percent points. Undefined draws (NaN) are left out; without draws the
// interval is the value alone.
inline Estimate PercentileEstimate(double value, std::vector<double> draws) {
  std::erase_if(draws, [](double draw) { return std::isnan(draw); });
  if (draws.empty()) return {value, value, value};
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(draws.size() - 1);
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, draws.size() - 1);
    return draws[below] + (draws[above] - draws[below]) * (place - static_cast<double>(below));
  };
  return {value, at(0.025), at(0.975)};
}

}  // namespace ebb::trainer
