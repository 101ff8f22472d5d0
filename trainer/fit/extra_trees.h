#pragma once

#include <cstdint>
#include <span>

#include "model/estimator/extra_trees.h"
#include "model/row_matrix.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// As forest.h tells. The training's own seed has put the rows into their order, so it decides the draws together with
// this one; `threads` changes nothing but the time.
ExtraTrees FitExtraTrees(const RowMatrix& rows, std::span<const uint8_t> labels, std::span<const double> row_weights,
                         const ExtraTreesSetting& setting, uint64_t seed = 0, int threads = 1);

}  // namespace ebb::trainer
