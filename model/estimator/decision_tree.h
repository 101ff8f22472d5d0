#pragma once

#include <span>
#include <vector>

#include "model/estimator/tree_node.h"
#include "model/row_matrix.h"

namespace ebb {

// Scores are the (weighted) share of positives in the leaf that the row falls into.
struct DecisionTree {
  // The root is first. Values are the shares of positives among the training rows that came there, also of inner nodes.
  std::vector<TreeNode> nodes;

  void Score(const RowMatrix& rows, std::span<double> scores) const;
};

}  // namespace ebb
