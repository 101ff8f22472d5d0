#include "trainer/fit/k_nearest_neighbours.h"

#include <algorithm>

namespace ebb::trainer {

KNearestNeighbours FitKNearestNeighbours(const RowMatrix& rows, std::span<const uint8_t> labels,
                                         const KNearestNeighboursSetting& setting) {
  return {.k = std::min(setting.k, static_cast<int>(rows.rows())),
          .metric = setting.metric,
          .weighting = setting.weighting,
          .rows = ColumnMatrix(rows),
          .labels = {labels.begin(), labels.end()}};
}

}  // namespace ebb::trainer
