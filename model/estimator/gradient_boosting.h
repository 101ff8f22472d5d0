#pragma once

#include <algorithm>
#include <span>

#include "model/estimator/tree_ensemble.h"
#include "model/row_matrix.h"

namespace ebb {

// Trees that were grown one after the other, each on what those before it leave (Chen and Guestrin 2016, "XGBoost: a
// scalable tree boosting system"). Scores are log-odds of the positive class: base_score + the leaves that the row
// falls into, tree after tree.
struct GradientBoosting {
  TreeEnsemble trees;  // leaves hold log-odds; inner nodes 0
  double base_score = 0;

  void Score(const RowMatrix& rows, std::span<double> scores) const {
    std::fill(scores.begin(), scores.end(), base_score);
    trees.AddSums(rows, 0, trees.roots.size(), scores);
  }
};

}  // namespace ebb
