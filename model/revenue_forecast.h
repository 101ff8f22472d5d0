#pragma once

#include <span>
#include <vector>

#include "model/estimator/tree_ensemble.h"
#include "model/feature_vector.h"
#include "model/preprocessing.h"
#include "model/row_matrix.h"

namespace ebb {

// Trees that tell a number. Immutable once filled, so threads may share one.
struct Regressor {
  double base = 0;        // answered where there are no trees; else what their leaves are added to
  bool averages = false;  // the leaves of the trees; else it adds them up
  TreeEnsemble trees;

  void Predict(const RowMatrix& rows, std::span<double> answers) const;
};

// Tells an amount, never below 0: next month's revenue from what came before. Immutable once filled, so threads may
// share one. The same vector and the same file give the same bits on every x86-64 CPU.
struct RevenueForecast {
  Preprocessing preprocessing;
  bool logarithm = false;             // the regressors tell that of the amount
  std::vector<Regressor> regressors;  // at least one; the mean of their answers counts

  // `vectors` are in the order of the schema that the preprocessing refers to; both spans have the same size.
  void Tell(std::span<const FeatureVector> vectors, std::span<double> amounts) const;
  // The same of rows that are preprocessed already.
  void TellRows(const RowMatrix& rows, std::span<double> amounts) const;

  // No shop earns more of a customer in a month; what a damaged fit makes beyond it, infinities among it, is this.
  static constexpr double kMost = 1e15;
};

}  // namespace ebb
