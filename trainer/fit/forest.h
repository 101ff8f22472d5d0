#pragma once

#include <cstdint>
#include <span>

#include "model/estimator/tree_ensemble.h"
#include "model/row_matrix.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// What tells the two kinds of forests apart.
struct ForestKind {
  bool bootstrap;          // each tree sees a sample of the rows, drawn with replacement
  bool random_thresholds;  // one threshold a column, drawn evenly between its least and greatest value in the node
};

// Trees grown side by side on up to so many threads. Each draws from a stream of its own, (seed, number of the tree):
// the same bytes whatever the threads, and the first trees of a forest are those of a smaller one. Splits are searched
// in bins (binned_columns.h): up to 65,536 rows that is exact, beyond it each column has 255 places to split at. As
// scikit-learn's forests: a node goes on drawing columns until it has seen as many that vary as it may choose among, or
// a split; of equals the first drawn.
TreeEnsemble GrowForest(const RowMatrix& rows, std::span<const uint8_t> labels, std::span<const double> row_weights,
                        const ForestSetting& setting, ForestKind kind, uint64_t seed, int threads);

}  // namespace ebb::trainer
