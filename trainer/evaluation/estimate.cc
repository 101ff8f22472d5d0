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

double RepeatedSplitsError(std::span<const double> values, double test_to_training) {
  if (values.size() < 2) return 0;
  const auto count = static_cast<double>(values.size());
  const double of_sample = MomentsOf(values).deviation * std::sqrt(count / (count - 1));
  return of_sample * std::sqrt(1 / count + test_to_training);
}

Estimate RepeatedSplitsEstimate(std::span<const double> values, double test_to_training) {
  const double mean = MomentsOf(values).mean;
  if (values.size() < 2) return {mean, mean, mean};
  const double half =
      StudentQuantile(static_cast<double>(values.size() - 1)) * RepeatedSplitsError(values, test_to_training);
  return {mean, mean - half, mean + half};
}

PairedDifference ComparePaired(std::span<const double> first, std::span<const double> second, double test_to_training) {
  std::vector<double> differences;
  for (size_t i = 0; i < first.size(); ++i) differences.push_back(second[i] - first[i]);
  return {.difference = RepeatedSplitsEstimate(differences, test_to_training),
          .standard_error = RepeatedSplitsError(differences, test_to_training)};
}

Estimate PercentileEstimate(double value, std::vector<double> draws) {
  std::erase_if(draws, [](double draw) { return std::isnan(draw); });
  if (draws.empty()) return {value, value, value};
  std::sort(draws.begin(), draws.end());
  return {value, Quantile(draws, 0.025), Quantile(draws, 0.975)};
}

}  // namespace ebb::trainer
