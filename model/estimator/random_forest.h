#pragma once

#include <span>

#include "model/estimator/tree_ensemble.h"
#include "model/row_matrix.h"

namespace ebb {

// A forest of trees that were each grown on a bootstrap sample of the rows, the best of a few drawn columns at each
// split. Scores are the mean, over the trees, of the (weighted) share of positives in the leaf that the row falls into.
struct RandomForest {
  TreeEnsemble trees;  // leaves hold shares

  void Score(const RowMatrix& rows, std::span<double> scores) const { trees.Average(rows, scores); }
};

}  // namespace ebb
