#include "model/estimator/tree_ensemble.h"

namespace ebb {

void TreeEnsemble::AddSums(const RowMatrix& rows, std::span<double> sums) const {
  AddSums(rows, 0, roots.size(), sums);
}

// Tree by tree over all rows, so that a tree stays in the caches while many rows walk it; each row's sum still grows in
// the order of the trees.
void TreeEnsemble::AddSums(const RowMatrix& rows, size_t begin, size_t end, std::span<double> sums) const {
  for (size_t tree = begin; tree < end; ++tree) {
    const Node* const root = &nodes[roots[tree]];
    for (size_t r = 0; r < rows.rows(); ++r) {
      const double* const row = rows.Row(r).data();
      const Node* node = root;
      while (node->left >= 0) node = &nodes[row[node->column] <= node->threshold ? node->left : node->right];
      sums[r] += node->value;
    }
  }
}

}  // namespace ebb
