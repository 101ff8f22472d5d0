#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/row_matrix.h"

namespace ebb {

// Scores are the (weighted) share of positives in the leaf that the row falls into.
struct DecisionTree {
  struct Node {
    int32_t left = -1;  // -1: a leaf. Children stand after their parent, so a walk always ends.
    int32_t right = -1;
    int32_t column = 0;
    double threshold = 0;  // row[column] <= threshold goes left
    double share = 0;      // of positives among the training rows that came here, also where it is no leaf
  };
  std::vector<Node> nodes;  // the root is first

  void Score(const RowMatrix& rows, std::span<double> scores) const;
};

}  // namespace ebb
