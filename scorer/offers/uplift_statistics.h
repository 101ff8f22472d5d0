#pragma once

#include <cstdint>
#include <optional>

// The arithmetic of uplift reports. Pure functions.
namespace ebb::scorer {

// Count, mean and spread of values taken one by one (Welford).
struct UpliftMoments {
  int64_t count = 0;
  int64_t positive = 0;  // of the values: above 0
  double mean = 0;
  double squares = 0;  // sum of squared distances from the mean

  void Add(double value);
};

struct EffectInterval {
  double difference = 0, lower = 0, upper = 0;
};

// Difference of the means, treated less untreated, by Welch's unequal variances. Nothing: fewer than two values on a
// side.
std::optional<EffectInterval> WelchInterval(const UpliftMoments& treated, const UpliftMoments& untreated,
                                            double confidence);

// Difference of the shares of positive values by Newcombe's hybrid of Wilson scores, which holds for shares near 0.
// Nothing: no value on a side.
std::optional<EffectInterval> ShareInterval(const UpliftMoments& treated, const UpliftMoments& untreated,
                                            double confidence);

// How likely sizes at least as far from the expected ones are by chance: chi-squared, one degree of freedom. Nothing:
// nobody is expected on a side.
std::optional<double> SampleRatioP(int64_t treated, int64_t untreated, double expected_untreated);

// Quantiles of the standard normal and of Student's distribution, 0 < p < 1.
double NormalQuantile(double p);
double StudentQuantile(double p, double degrees);

}  // namespace ebb::scorer
