#include "trainer/fit/random_forest.h"

#include "trainer/fit/forest.h"

namespace ebb::trainer {

RandomForest FitRandomForest(const RowMatrix& rows, std::span<const uint8_t> labels,
                             std::span<const double> row_weights, const RandomForestSetting& setting, uint64_t seed,
                             int threads) {
  constexpr ForestKind kKind = {.bootstrap = true, .random_thresholds = false};
  return {GrowForest(rows, labels, row_weights, setting.forest, kKind, seed, threads)};
}

}  // namespace ebb::trainer
