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
  const std::vector<double> shares = ErrorsOf(actual, forecast, SymmetricPercentageError);
  const std::vector<double> distances = ErrorsOf(actual, forecast, AbsoluteError);
  std::vector<double> smape, mean_absolute_error;
  for (int draw = 0; draw < bootstrap.draws(); ++draw) {
    const std::vector<uint32_t> counts = bootstrap.Counts(draw);
    smape.push_back(ResampledMean(shares, counts));
    mean_absolute_error.push_back(ResampledMean(distances, counts));
  }
  return {.smape = PercentileEstimate(Mean(shares), std::move(smape)),
          .mean_absolute_error = PercentileEstimate(Mean(distances), std::move(mean_absolute_error))};
}

}  // namespace ebb::trainer
