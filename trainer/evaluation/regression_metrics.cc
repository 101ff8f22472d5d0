#include "trainer/evaluation/regression_metrics.h"

#include <cmath>
#include <limits>
#include <utility>

#include "trainer/evaluation/stratified_bootstrap.h"

namespace ebb::trainer {
namespace {

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(values.size());
}

// The mean of each row's error, and of resamples of the rows.
Estimate EstimateMean(const std::vector<double>& errors, const StratifiedBootstrap& bootstrap) {
  std::vector<double> draws;
  for (int draw = 0; draw < bootstrap.draws(); ++draw) {
    const std::vector<uint32_t> counts = bootstrap.Counts(draw);
    double sum = 0;
    for (size_t row = 0; row < errors.size(); ++row) sum += counts[row] * errors[row];
    draws.push_back(sum / static_cast<double>(errors.size()));
  }
  return PercentileEstimate(Mean(errors), std::move(draws));
}

template <typename Error>
std::vector<double> ErrorsOf(std::span<const double> actual, std::span<const double> forecast, Error error) {
  std::vector<double> errors;
  errors.reserve(actual.size());
  for (size_t row = 0; row < actual.size(); ++row) errors.push_back(error(actual[row], forecast[row]));
  return errors;
}

double AbsoluteError(double actual, double forecast) { return std::abs(actual - forecast); }

}  // namespace

double SymmetricPercentageError(double actual, double forecast) {
  const double size = std::abs(actual) + std::abs(forecast);
  return size > 0 ? 200 * std::abs(actual - forecast) / size : 0;
}

double Smape(std::span<const double> actual, std::span<const double> forecast) {
  return Mean(ErrorsOf(actual, forecast, SymmetricPercentageError));
}

double MeanAbsoluteError(std::span<const double> actual, std::span<const double> forecast) {
  return Mean(ErrorsOf(actual, forecast, AbsoluteError));
}

RegressionEstimates EstimateErrors(std::span<const double> actual, std::span<const double> forecast,
                                   std::span<const uint8_t> labels) {
  const StratifiedBootstrap bootstrap(labels, 0);
  return {.smape = EstimateMean(ErrorsOf(actual, forecast, SymmetricPercentageError), bootstrap),
          .mean_absolute_error = EstimateMean(ErrorsOf(actual, forecast, AbsoluteError), bootstrap)};
}

}  // namespace ebb::trainer
