#pragma once

#include <cstdint>

namespace ebb {

// Of a tree alone or in an ensemble. Children stand after their parent, and each has one, so a walk always ends.
struct TreeNode {
  int32_t left = -1;  // -1: a leaf
  int32_t right = -1;
  int32_t column = 0;
  double threshold = 0;  // row[column] <= threshold goes left
  double value = 0;      // what a row that ends here is answered
};

}  // namespace ebb
