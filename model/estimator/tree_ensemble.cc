#include "model/estimator/tree_ensemble.h"

#include <algorithm>
#include <cstddef>

#include "model/estimator/tree_batch.h"

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

namespace {

// One row's way down a tree.
struct Descent {
  const TreeNode* at;
  const double* row;

  // To the child that the row goes to; a leaf is its own child. Below 0: it is one. Written in bits: compilers make a
  // jump of a choice, and every second one would be foretold wrongly.
  inline __attribute__((always_inline)) int32_t Step(const TreeNode* nodes) {
    const int32_t left = at->left, right = at->right;
    const int32_t goes_left = -static_cast<int32_t>(row[at->column] <= at->threshold);
    const int32_t child = right ^ ((left ^ right) & goes_left);
    const int32_t is_leaf = left >> 31, self = static_cast<int32_t>(at - nodes);
    at = nodes + ((child & ~is_leaf) | (self & is_leaf));
    return left;
  }
};

// Ways of a row down several trees at once: while one waits for memory, the others go on. Written out: as a loop over
// an array they would stay in memory.
struct DescentsAbreast {
  static constexpr size_t kCount = 8;
  Descent a, b, c, d, e, f, g, h;

  // The sum with the values of their leaves, the first one's first.
  inline __attribute__((always_inline)) double Go(const TreeNode* nodes, double sum) {
    int32_t leaves = 0;
    while (leaves >= 0) {
      leaves = a.Step(nodes) & b.Step(nodes) & c.Step(nodes) & d.Step(nodes);
      leaves &= e.Step(nodes) & f.Step(nodes) & g.Step(nodes) & h.Step(nodes);
    }
    for (const TreeNode* leaf : {a.at, b.at, c.at, d.at, e.at, f.at, g.at, h.at}) {
      sum += leaf->value;
    }
    return sum;
  }
};

const TreeNode& LeafOf(const TreeNode* nodes, uint32_t root, const double* row) {
  const TreeNode* node = &nodes[root];
  while (node->left >= 0) node = &nodes[row[node->column] <= node->threshold ? node->left : node->right];
  return *node;
}

}  // namespace

// Many rows go down together, tree by tree, so that a tree stays in the caches; a few go one by one, each down several
// trees at once. Each row's sum grows in the order of the trees either way.
void TreeEnsemble::AddSums(const RowMatrix& rows, size_t begin, size_t end, std::span<double> sums) const {
  if (rows.rows() >= TreeBatch::kLeastRows) {
    TreeBatch batch(rows);
    for (size_t tree = begin; tree < end; ++tree) batch.AddLeaves(nodes, roots[tree], sums);
    return;
  }
  const TreeNode* const all = nodes.data();
  for (size_t r = 0; r < rows.rows(); ++r) {
    const double* const row = rows.Row(r).data();
    size_t tree = begin;
    for (; tree + DescentsAbreast::kCount <= end; tree += DescentsAbreast::kCount) {
      const auto descent = [&](size_t w) { return Descent{.at = all + roots[tree + w], .row = row}; };
      sums[r] = DescentsAbreast{descent(0), descent(1), descent(2), descent(3),
                                descent(4), descent(5), descent(6), descent(7)}
                    .Go(all, sums[r]);
    }
    for (; tree < end; ++tree) sums[r] += LeafOf(all, roots[tree], row).value;
  }
}

void TreeEnsemble::Average(const RowMatrix& rows, std::span<double> means) const {
  std::fill(means.begin(), means.end(), 0);
  AddSums(rows, 0, roots.size(), means);
  for (double& mean : means) mean /= static_cast<double>(roots.size());
}

}  // namespace ebb
