#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/row_matrix.h"

namespace ebb {

// Trees in one block, scored together. Immutable once filled, so threads may share one.
struct TreeEnsemble {
  struct Node {
    int32_t left = -1;  // -1: a leaf. Indices are into `nodes`; children stand after their parent, within its tree.
    int32_t right = -1;
    int32_t column = 0;
    double threshold = 0;  // row[column] <= threshold goes left
    double value = 0;      // of a leaf
  };
  std::vector<Node> nodes;      // tree after tree
  std::vector<uint32_t> roots;  // where each tree begins, ascending; the first is 0

  // Adds to each row's sum the values of its leaves, tree after tree: the same bits for a row alone as among others.
  void AddSums(const RowMatrix& rows, std::span<double> sums) const;
  // The same with trees [begin, end) alone.
  void AddSums(const RowMatrix& rows, size_t begin, size_t end, std::span<double> sums) const;
};

}  // namespace ebb
