#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/estimator/tree_node.h"
#include "model/row_matrix.h"

namespace ebb {

// Trees in one block, scored together. Immutable once filled, so threads may share one.
struct TreeEnsemble {
  std::vector<TreeNode> nodes;  // tree after tree; children are indices into them
  std::vector<uint32_t> roots;  // where each tree begins, ascending; the first is 0

  // Puts a tree behind the others; its nodes name each other from its root on.
  void Add(std::span<const TreeNode> tree);

  // Adds to each row's sum the values of its leaves in trees [begin, end), tree after tree: the same bits for a row
  // alone as among others.
  void AddSums(const RowMatrix& rows, size_t begin, size_t end, std::span<double> sums) const;
  // What a forest answers: the mean of each row's leaves.
  void Average(const RowMatrix& rows, std::span<double> means) const;
};

}  // namespace ebb
