#pragma once

#include <cstdint>
#include <span>

#include "model/estimator/k_nearest_neighbours.h"
#include "model/row_matrix.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// Keeps the rows; a k above their number becomes their number.
KNearestNeighbours FitKNearestNeighbours(const RowMatrix& rows, std::span<const uint8_t> labels,
                                         const KNearestNeighboursSetting& setting);

}  // namespace ebb::trainer
