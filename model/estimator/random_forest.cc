#include "model/estimator/random_forest.h"

#include <algorithm>

namespace ebb {

void RandomForest::Score(const RowMatrix& rows, std::span<double> scores) const {
  std::fill(scores.begin(), scores.end(), 0);
  trees.AddSums(rows, scores);
  for (double& score : scores) score /= static_cast<double>(trees.roots.size());
}

}  // namespace ebb
