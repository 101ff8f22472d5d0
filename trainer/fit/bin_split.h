#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "trainer/fit/impurity.h"

namespace ebb::trainer {

// What of a node lies on one side of a split, or in one bin.
struct NodePart {
  ClassSums sums;
  uint32_t rows = 0;

  void Add(const NodePart& other) {
    sums.positive += other.sums.positive;
    sums.negative += other.sums.negative;
    rows += other.rows;
  }
  NodePart Without(const NodePart& part) const {
    return {{sums.positive - part.sums.positive, sums.negative - part.sums.negative}, rows - part.rows};
  }
};

// Where a classification tree parts a node whose rows are known by their bins (binned_columns.h).
struct BinSplit {
  bool found = false;
  size_t column = 0;
  size_t bin = 0;  // it and those below go left
  double threshold = 0;
  double impurity = std::numeric_limits<double>::infinity();
};

// `split`, of which column, bin and threshold are known, becomes the best one if it leaves enough rows on either side
// and less impurity than what was the best: of equals the first.
inline void ConsiderSplit(BinSplit split, const NodePart& left, const NodePart& all, Criterion criterion, int min_leaf,
                          BinSplit& best) {
  const NodePart right = all.Without(left);
  const auto least = static_cast<uint32_t>(min_leaf);
  if (left.rows < least || right.rows < least) return;
  split.found = true;
  split.impurity = WeightedImpurity(criterion, left.sums) + WeightedImpurity(criterion, right.sums);
  if (split.impurity < best.impurity) best = split;
}

}  // namespace ebb::trainer
