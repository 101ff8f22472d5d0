#include "model/estimator/tree_ensemble.h"

#include <algorithm>

namespace ebb {

void TreeEnsemble::Add(std::span<const TreeNode> tree) {
  const auto root = static_cast<int32_t>(nodes.size());
  roots.push_back(static_cast<uint32_t>(root));
  for (TreeNode node : tree) {
    if (node.left >= 0) {
      node.left += root;
      node.right += root;
    }
    nodes.push_back(node);
  }
}

// Tree by tree over all rows, so that a tree stays in the caches while many rows walk it; each row's sum still grows in
// the order of the trees.
void TreeEnsemble::AddSums(const RowMatrix& rows, size_t begin, size_t end, std::span<double> sums) const {
  for (size_t tree = begin; tree < end; ++tree) {
    const TreeNode* const root = &nodes[roots[tree]];
    for (size_t r = 0; r < rows.rows(); ++r) {
      const double* const row = rows.Row(r).data();
      const TreeNode* node = root;
      while (node->left >= 0) node = &nodes[row[node->column] <= node->threshold ? node->left : node->right];
      sums[r] += node->value;
    }
  }
}

void TreeEnsemble::Average(const RowMatrix& rows, std::span<double> means) const {
  std::fill(means.begin(), means.end(), 0);
  AddSums(rows, 0, roots.size(), means);
  for (double& mean : means) mean /= static_cast<double>(roots.size());
}

}  // namespace ebb
