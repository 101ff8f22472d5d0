#pragma once

#include <span>
#include <vector>

#include "model/explain/players.h"
#include "model/row_matrix.h"

namespace ebb {

// Exact values of intercept + weights · row: a player adds its columns' weights × (its value - the background's mean).
class LinearShapley {
 public:
  LinearShapley(std::vector<double> weights, const Players& players, const RowMatrix& background);

  void Explain(std::span<const double> row, const Players& players, std::span<double> contributions) const;

 private:
  std::vector<double> weights_;
  std::vector<double> means_;  // of the background, by column
};

}  // namespace ebb
