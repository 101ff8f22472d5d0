#include "trainer/fit/extra_trees.h"

#include "trainer/fit/forest.h"

namespace ebb::trainer {

ExtraTrees FitExtraTrees(const RowMatrix& rows, std::span<const uint8_t> labels, std::span<const double> row_weights,
                         const ExtraTreesSetting& setting, uint64_t seed, int threads) {
  constexpr ForestKind kKind = {.bootstrap = false, .random_thresholds = true};
  return {GrowForest(rows, labels, row_weights, setting.forest, kKind, seed, threads)};
}

}  // namespace ebb::trainer
