#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "model/calibration.h"

namespace ebb::trainer {

enum class CalibrationMethod { kIsotonic, kSigmoid };

// `isotonic` or `sigmoid`.
const char* CalibrationMethodName(CalibrationMethod method);

// `scores` must not be empty; of the same scores in the same order the same bits on every machine.

// Isotonic regression of the labels on out-of-fold scores, made strictly increasing: each of its level stretches
// becomes one knot at the stretch's mean score. Values are kept 1 / (2 (n + 1)) away from 0 and 1.
Calibration FitIsotonic(std::span<const double> scores, std::span<const uint8_t> labels);

// Logistic regression of the labels on out-of-fold scores, where a label counts as slightly less certain than it is
// (J. Platt, "Probabilistic outputs for support vector machines", 1999), by Newton's method with backtracking (H.-T.
// Lin, C.-J. Lin, R. Weng, "A note on Platt's probabilistic outputs for support vector machines", 2007). Nothing where
// the scores do not rank the positives higher: its slope would not be above 0.
std::optional<Calibration> FitSigmoid(std::span<const double> scores, std::span<const uint8_t> labels);

}  // namespace ebb::trainer
