#include "trainer/evaluation/estimate.h"

#include <algorithm>
#include <cmath>

#include "trainer/fit/moments.h"
#include "trainer/fit/preprocessing.h"

namespace ebb::trainer {

Estimate NormalEstimate(double value, double standard_error) {
  return {value, value - kNormalQuantile * standard_error, value + kNormalQuantile * standard_error};
}

double StudentQuantile(double degrees) {
  constexpr double z = kNormalQuantile, z2 = z * z;
  return z + z * (z2 + 1) / (4 * degrees) + z * ((5 * z2 + 16) * z2 + 3) / (96 * degrees * degrees) +
         z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * degrees * degrees * degrees);
}

Estimate RepeatedSplitsEstimate(std::span<const double> values, double test_to_training) {
  const Moments moments = MomentsOf(values);
  if (values.size() < 2) return {moments.mean, moments.mean, moments.mean};
  const auto count = static_cast<double>(values.size());
  const double of_sample = moments.deviation * std::sqrt(count / (count - 1));
  const double half = StudentQuantile(count - 1) * of_sample * std::sqrt(1 / count + test_to_training);
  return {moments.mean, moments.mean - half, moments.mean + half};
}

Estimate PercentileEstimate(double value, std::vector<double> draws) {
  std::erase_if(draws, [](double draw) { return std::isnan(draw); });
  if (draws.empty()) return {value, value, value};
  std::sort(draws.begin(), draws.end());
  return {value, Quantile(draws, 0.025), Quantile(draws, 0.975)};
}

}  // namespace ebb::trainer
