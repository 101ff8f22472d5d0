#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/estimator/tree_node.h"
#include "model/explain/players.h"
#include "model/explain/shapley.h"
#include "model/explain/shapley_weights.h"
#include "model/explain/tree_tables.h"
#include "model/explain/tree_walk.h"
#include "model/row_matrix.h"

namespace ebb {

// Exact values of a sum of trees, the interventional value function of TreeSHAP (Lundberg et al. 2020, "From local
// explanations to global understanding with explainable AI for trees"), with the work shared between the background
// rows. For a leaf, let X be the players on its path whose conditions the customer meets, and P those whose conditions
// a background row meets. The leaf counts for the pair exactly where every player of the path is in X or in P. It then
// adds to each of the a players outside P its value × (a - 1)! b! / (a + b)!, and takes off each of the b players
// outside X its value × a! (b - 1)! / (a + b)!.
//   - Small trees: what the leaves of a small subtree add together follows from a few bits, which a table answers that
//     is made once from the background (tree_tables.h; the idea is Nadel and Wettenstein's Woodelf, 2025).
//   - Others: one walk a tree, with the background rows as bit masks (tree_walk.h).
// Immutable, so threads may share one.
class TreeShapley {
 public:
  // Deeper trees are refused by an assertion: the walk goes down by recursion.
  static constexpr size_t kLongestPath = 512;
  // In steps, over all trees in `nodes`.
  static size_t LongestPath(std::span<const TreeNode> nodes);

  // The leaves' values are multiplied by `scale` and summed over the trees.
  TreeShapley(std::span<const TreeNode> nodes, std::span<const uint32_t> roots, double scale, const Players& players,
              const RowMatrix& background);

  void Explain(std::span<const double> row, std::span<double> contributions) const;

  double EstimatedMicroseconds() const;

 private:
  ShapleyWeights weights_;
  TreeTables tables_;
  std::vector<WalkNode> nodes_;       // of all trees
  std::vector<uint32_t> walk_roots_;  // of the trees that are not in tables
  size_t walked_nodes_ = 0;           // of those trees
  RowMask background_;                // all of it
  size_t longest_path_ = 0;           // in nodes
  size_t most_players_ = 0;           // on a path
};

}  // namespace ebb
