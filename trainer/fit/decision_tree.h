#pragma once

#include <cstdint>
#include <span>

#include "model/estimator/decision_tree.h"
#include "model/row_matrix.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// At each node the threshold, half way between two neighbouring values, that lowers the weighted impurity most; of
// equals the first column, then the least threshold. Beyond 65,536 rows (BinnedColumns::kMostExactRows) thresholds lie
// between bins, of which a column of more than 255 values has 255. Nodes stand in depth-first order. One thread's work.
DecisionTree FitDecisionTree(const RowMatrix& rows, std::span<const uint8_t> labels,
                             std::span<const double> row_weights, const DecisionTreeSetting& setting);

// The tree that the same fit would have given with this depth: what is deeper is cut off.
DecisionTree CutAtDepth(const DecisionTree& tree, int max_depth);

}  // namespace ebb::trainer
