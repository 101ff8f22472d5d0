#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/evaluation/estimate.h"

namespace ebb::trainer {

// Figures of forecasts of a number. All functions want spans of equal size and are NaN where there are no rows.

// One row's part of the symmetric mean absolute percentage error, 0 to 200: 100 × |a − f| / ((|a| + |f|) / 2), and 0
// where both are 0 (S. Makridakis, "Accuracy measures: theoretical and practical concerns", 1993).
double SymmetricPercentageError(double actual, double forecast);

double Smape(std::span<const double> actual, std::span<const double> forecast);              // 0 to 200
double MeanAbsoluteError(std::span<const double> actual, std::span<const double> forecast);  // in the target's unit

// Both with intervals by the stratified bootstrap over `labels`, one a row.
struct RegressionEstimates {
  Estimate smape;
  Estimate mean_absolute_error;
};
RegressionEstimates EstimateErrors(std::span<const double> actual, std::span<const double> forecast,
                                   std::span<const uint8_t> labels);

}  // namespace ebb::trainer
