#pragma once

#include <cstdint>
#include <span>

#include "model/estimator/logistic_regression.h"
#include "model/row_matrix.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// Minimises c × (sum of row weight × log loss) + |w|₁ or ½ |w|², the intercept free of penalty (as scikit-learn's lbfgs
// and saga solvers, and unlike LIBLINEAR, which penalises it too), by Newton's method: exact steps for L2, coordinate
// descent on the quadratic model for L1. `start` may be the fit for a neighbouring c, or null. Dense: its cost is rows
// × columns² / 2 a step, of which 4 to 10 are needed.
LogisticRegression FitLogisticRegression(const RowMatrix& rows, std::span<const uint8_t> labels,
                                         std::span<const double> row_weights, Penalty penalty, double c,
                                         const LogisticRegression* start);

}  // namespace ebb::trainer
