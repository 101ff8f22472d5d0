#pragma once

#include <span>
#include <vector>

#include "model/estimator/support_vector.h"
#include "model/explain/gauss_legendre.h"
#include "model/explain/players.h"
#include "model/row_matrix.h"

namespace ebb {

// Exact values of a support vector classifier with the RBF kernel, which is a product of one factor a player. The
// Shapley value of a product game is the integral over t in [0, 1] of (a_f - b_f) × the product over the other players
// g of (t a_g + (1 - t) b_g) (Owen 1972, multilinear extensions), a polynomial in t: Gauss-Legendre quadrature gives it
// to rounding. Borrows the estimator. Immutable, so threads may share one.
class ProductShapley {
 public:
  // More players cost too much: their square for each pair of support vector and background row.
  static constexpr size_t kMostPlayers = 64;

  ProductShapley(const SupportVectorClassifier& estimator, const Players& players, const RowMatrix& background);

  void Explain(std::span<const double> row, const Players& players, std::span<double> contributions) const;

  double EstimatedMicroseconds() const;

 private:
  // Each player's factor of the kernel between `row` and every support vector, player after player.
  void FillFactors(std::span<const double> row, const Players& players, std::span<double> factors) const;

  const SupportVectorClassifier& estimator_;
  const RowMatrix background_;
  size_t stride_ = 0;  // support vectors, rounded up to whole blocks
  size_t players_ = 0;
  std::vector<double> coefficients_;   // of the same length
  std::vector<QuadratureNode> nodes_;  // as many as half of the players
  std::vector<double> kept_factors_;   // of all background rows; empty where they would take too much memory
};

}  // namespace ebb
