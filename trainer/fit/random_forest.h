#pragma once

#include <cstdint>
#include <span>

#include "model/estimator/random_forest.h"
#include "model/row_matrix.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// As forest.h tells. The training's own seed has put the rows into their order, so it decides the draws together with
// this one; `threads` changes nothing but the time.
RandomForest FitRandomForest(const RowMatrix& rows, std::span<const uint8_t> labels,
                             std::span<const double> row_weights, const RandomForestSetting& setting, uint64_t seed = 0,
                             int threads = 1);

}  // namespace ebb::trainer
