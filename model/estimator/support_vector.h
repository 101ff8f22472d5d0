#pragma once

#include <span>
#include <vector>

#include "model/row_matrix.h"

namespace ebb {

enum class KernelKind { kLinear, kRbf, kPolynomial };

// linear: a · b; RBF: exp(-gamma |a - b|^2); polynomial: (gamma a · b + offset)^degree.
struct Kernel {
  KernelKind kind = KernelKind::kRbf;
  double gamma = 1;
  double offset = 0;
  int degree = 3;

  // From the dot products (linear, polynomial) or squared distances (RBF) of one row to many, in place.
  void Apply(std::span<double> values) const;
};

// Scores are decision values: sum of coefficient × kernel(vector, row), minus rho.
struct SupportVectorClassifier {
  Kernel kernel;
  ColumnMatrix vectors;
  std::vector<double> coefficients;  // one a vector, signed
  double rho = 0;

  void Score(const RowMatrix& rows, std::span<double> scores) const;
};

}  // namespace ebb
