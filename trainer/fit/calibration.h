#pragma once

#include <cstdint>
#include <span>

#include "model/calibration.h"

namespace ebb::trainer {

// Isotonic regression of the labels on out-of-fold scores, made strictly increasing: each of its level stretches
// becomes one knot at the stretch's mean score. Values are kept 1 / (2 (n + 1)) away from 0 and 1. `scores` must not be
// empty.
Calibration FitCalibration(std::span<const double> scores, std::span<const uint8_t> labels);

}  // namespace ebb::trainer
