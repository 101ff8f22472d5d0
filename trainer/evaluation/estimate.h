#pragma once

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
Estimate NormalEstimate(double value, double standard_error);

// The 97.5 percent point of Student's distribution, to 0.001 from five degrees of freedom on (M. Abramowitz,
// I. Stegun, "Handbook of Mathematical Functions", 1964, 26.7.5).
double StudentQuantile(double degrees);

// The mean of a figure over repeated splits of the same rows. Their training parts overlap, so the plain standard error
// is too small; this one is corrected for it (C. Nadeau, Y. Bengio, "Inference for the Generalization Error", 2003).
// `test_to_training`: rows of a test part to rows of a training part. Of one split the interval is the value alone.
Estimate RepeatedSplitsEstimate(std::span<const double> values, double test_to_training);

// The corrected standard error that it is made of: the root of (1 / splits + test_to_training) times the values'
// variance as a sample. 0 of one split.
double RepeatedSplitsError(std::span<const double> values, double test_to_training);

// One figure of two models on the same repeated splits, paired split by split.
struct PairedDifference {
  Estimate difference;  // the second's mean less the first's, with the interval of RepeatedSplitsEstimate
  double standard_error = 0;

  // Its mean is at least minus one standard error: two equal models change places now and then, and one that is truly
  // worse by several errors hardly ever takes the better's.
  bool SecondIsNotWorse() const { return difference.value >= -standard_error; }
  // 0 where the standard error is.
  double T() const { return standard_error > 0 ? difference.value / standard_error : 0; }
};

// `first` and `second` are of equal size, at least 1.
PairedDifference ComparePaired(std::span<const double> first, std::span<const double> second, double test_to_training);

// From draws of the figure: their 2.5 and 97.5 percent points. Undefined draws (NaN) are left out; without draws the
// interval is the value alone.
Estimate PercentileEstimate(double value, std::vector<double> draws);

}  // namespace ebb::trainer
