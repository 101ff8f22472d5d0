#include "model/estimator/tree_batch.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace ebb {

// A group's way down a tree.
class TreeBatch::Walk {
 public:
  Walk(const Node* tree, const double* group) : tree_(tree), group_(group) {}

  double LeafOf(size_t row) const { return tree_[at_[row]].threshold; }

  // A leaf that is asked again answers itself. Low trees are gone down without a look whether all have arrived; in high
  // ones most leaves lie far above the lowest, so there it looks now and then.
  void Go(uint32_t levels) {
    constexpr uint32_t kLow = 8;
    levels <= kLow ? GoDown(levels, std::make_index_sequence<kAbreast>()) : Go(std::make_index_sequence<kAbreast>());
  }

 private:
  // Not `>`: a number that is none goes right.
  uint32_t Next(uint32_t at, size_t row) const {
    const Node& node = tree_[at];
    return node.child + static_cast<uint32_t>(!(group_[node.values + row] <= node.threshold));
  }

  template <size_t... kRow>
  inline __attribute__((always_inline)) void GoDown(uint32_t levels, std::index_sequence<kRow...>) {
    std::array<uint32_t, kAbreast> at{};
    for (; levels > 0; --levels) ((at[kRow] = Next(at[kRow], kRow)), ...);
    at_ = at;
  }

  template <size_t... kRow>
  inline __attribute__((always_inline)) void Go(std::index_sequence<kRow...>) {
    std::array<uint32_t, kAbreast> at{};
    uint32_t moved = 0;
    do {
      for (int step = 0; step < 3; ++step) ((at[kRow] = Next(at[kRow], kRow)), ...);
      moved = 0;
      const auto step = [&](uint32_t& place, uint32_t next) {
        moved |= place ^ next;
        place = next;
      };
      (step(at[kRow], Next(at[kRow], kRow)), ...);
    } while (moved != 0);
    at_ = at;
  }

  const Node* const tree_;
  const double* const group_;
  std::array<uint32_t, kAbreast> at_{};
};

TreeBatch::TreeBatch(const RowMatrix& rows)
    : rows_(rows.rows()),
      group_((rows.columns() + 1) * kAbreast),
      groups_((rows.rows() + kAbreast - 1) / kAbreast * group_) {
  for (size_t r = 0; r < rows_; ++r) {
    double* const group = &groups_[r / kAbreast * group_];
    const std::span<const double> row = rows.Row(r);
    for (size_t c = 0; c < row.size(); ++c) group[c * kAbreast + r % kAbreast] = row[c];
  }
  for (size_t end = group_; end <= groups_.size(); end += group_) {
    std::fill_n(&groups_[end - kAbreast], kAbreast, -std::numeric_limits<double>::infinity());
  }
}

uint32_t TreeBatch::LayOut(std::span<const TreeNode> nodes, uint32_t root) {
  const auto below_all = static_cast<uint32_t>(group_ - kAbreast);
  uint32_t levels = 0;
  size_t level_end = 1;  // of the level that is laid out
  tree_.clear();
  order_.assign(1, root);
  for (uint32_t i = 0; i < order_.size(); ++i) {
    if (i == level_end) {
      ++levels;
      level_end = order_.size();
    }
    const TreeNode& node = nodes[order_[i]];
    if (node.left < 0) {
      tree_.push_back({.threshold = node.value, .child = i, .values = below_all});
      continue;
    }
    tree_.push_back({.threshold = node.threshold,
                     .child = static_cast<uint32_t>(order_.size()),
                     .values = static_cast<uint32_t>(node.column) * static_cast<uint32_t>(kAbreast)});
    order_.push_back(static_cast<uint32_t>(node.left));
    order_.push_back(static_cast<uint32_t>(node.right));
  }
  return levels;
}

void TreeBatch::AddLeaves(std::span<const TreeNode> nodes, uint32_t root, std::span<double> sums) {
  const uint32_t levels = LayOut(nodes, root);
  for (size_t first = 0; first < rows_; first += kAbreast) {
    Walk walk(tree_.data(), &groups_[first / kAbreast * group_]);
    walk.Go(levels);
    const size_t end = std::min(kAbreast, rows_ - first);
    for (size_t r = 0; r < end; ++r) sums[first + r] += walk.LeafOf(r);
  }
}

}  // namespace ebb
