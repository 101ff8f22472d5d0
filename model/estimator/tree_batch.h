#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/estimator/tree_node.h"
#include "model/row_matrix.h"

namespace ebb {

// Many rows on their way down trees, one tree after the other. The rows lie in groups of eight that walk abreast, so
// that while one waits for memory the others go on, and a tree is laid out anew for the walk: 16 bytes a node, the
// right child behind the left one, a leaf its own child. That is worth it from kLeastRows on. One thread at a time.
class TreeBatch {
 public:
  static constexpr size_t kLeastRows = 128;

  // Copies the rows.
  explicit TreeBatch(const RowMatrix& rows);

  // Adds to each row's sum the value of the leaf that it falls into; `nodes` holds the tree whose root that is.
  void AddLeaves(std::span<const TreeNode> nodes, uint32_t root, std::span<double> sums);

 private:
  static constexpr size_t kAbreast = 8;

  struct Node {
    double threshold = 0;  // of a leaf: its value
    uint32_t child = 0;    // the left one; of a leaf: itself
    uint32_t values = 0;   // where a group holds those of its column
  };
  class Walk;

  // Levels below the root.
  uint32_t LayOut(std::span<const TreeNode> nodes, uint32_t root);

  const size_t rows_;
  const size_t group_;  // numbers in a group: eight of each column, then eight that are below every leaf's value
  std::vector<double> groups_;  // the last one is filled up with zeros
  std::vector<Node> tree_;
  std::vector<uint32_t> order_;  // which of the tree's nodes stands where in tree_
};

}  // namespace ebb
