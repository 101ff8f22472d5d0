#pragma once

#include <cstdint>
#include <span>

#include "model/estimator/decision_tree.h"
#include "trainer/fit/binned_columns.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// The tree of FitDecisionTree with its splits searched between bins: where each value has a bin of its own and sums of
// weights are exact, the same tree. A node's rows are counted by bin, column after column; of two children only the
// smaller is counted, the other is what remains of their parent. Made for few bins: each node passes all of them.
DecisionTree GrowHistogramTree(const BinnedColumns& columns, std::span<const uint8_t> labels,
                               std::span<const double> row_weights, const DecisionTreeSetting& setting);

}  // namespace ebb::trainer
