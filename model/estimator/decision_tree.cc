#include "model/estimator/decision_tree.h"

namespace ebb {

void DecisionTree::Score(const RowMatrix& rows, std::span<double> scores) const {
  for (size_t r = 0; r < rows.rows(); ++r) {
    const std::span<const double> row = rows.Row(r);
    const TreeNode* node = &nodes.front();
    while (node->left >= 0) node = &nodes[row[node->column] <= node->threshold ? node->left : node->right];
    scores[r] = node->value;
  }
}

}  // namespace ebb
