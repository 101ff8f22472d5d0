#pragma once

#include <algorithm>
#include <span>
#include <tuple>

#include "model/estimator/tree_node.h"

namespace ebb::trainer {

// Every bit of two trees, or of two forests' trees, is the same.
inline bool SameNodes(std::span<const TreeNode> a, std::span<const TreeNode> b) {
  return std::ranges::equal(a, b, [](const TreeNode& x, const TreeNode& y) {
    return std::tie(x.left, x.right, x.column, x.threshold, x.value) ==
           std::tie(y.left, y.right, y.column, y.threshold, y.value);
  });
}

}  // namespace ebb::trainer
