#pragma once

#include <span>
#include <vector>

#include "model/row_matrix.h"

namespace ebb {

// Scores are log-odds of the positive class: intercept + weights · row.
struct LogisticRegression {
  std::vector<double> weights;
  double intercept = 0;

  void Score(const RowMatrix& rows, std::span<double> scores) const;
};

}  // namespace ebb
