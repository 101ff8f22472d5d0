#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/estimator/tree_node.h"
#include "trainer/fit/binned_columns.h"
#include "trainer/fit/random_stream.h"

namespace ebb::trainer {

struct RegressionTreeSetting {
  int max_depth = 0;  // 0: no limit
  int min_leaf = 1;   // rows
  bool random_thresholds =
      false;  // one threshold a column, drawn evenly between its least and greatest value in the node
};

struct RegressionTree {
  std::vector<TreeNode> nodes;        // a leaf answers with the mean of its rows' targets
  std::vector<uint32_t> leaf_of_row;  // index into nodes
};

// One tree on the squared error (L. Breiman and others, "Classification and Regression Trees", 1984), every split being
// the best of all columns; of equals the first column and the lowest threshold. All targets must be finite; one a row
// of the table. `random` is drawn from only where thresholds are. One thread's work: the bits depend on nothing else.
RegressionTree GrowRegressionTree(const BinnedColumns& columns, std::span<const double> targets,
                                  const RegressionTreeSetting& setting, RandomStream random);

}  // namespace ebb::trainer
