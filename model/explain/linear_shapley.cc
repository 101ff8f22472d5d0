#include "model/explain/linear_shapley.h"

#include <utility>

namespace ebb {

LinearShapley::LinearShapley(std::vector<double> weights, const Players& players, const RowMatrix& background)
    : weights_(std::move(weights)), means_(players.columns()) {
  for (size_t r = 0; r < background.rows(); ++r) {
    for (size_t c = 0; c < means_.size(); ++c) means_[c] += background.At(r, c);
  }
  for (double& mean : means_) mean /= static_cast<double>(background.rows());
}

void LinearShapley::Explain(std::span<const double> row, const Players& players,
                            std::span<double> contributions) const {
  for (size_t c = 0; c < means_.size(); ++c) contributions[players.OfColumn(c)] += weights_[c] * (row[c] - means_[c]);
}

}  // namespace ebb
