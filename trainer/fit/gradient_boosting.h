#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "model/estimator/gradient_boosting.h"
#include "model/row_matrix.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// Trees on the logistic loss, grown by XGBoost's histograms (Chen and Guestrin 2016, "XGBoost: a scalable tree boosting
// system"), the base score being the log-odds of the weighted rows. Both classes must be there.
//
// The same bytes on any number of threads, in every build and on every processor, which XGBoost by itself does not
// promise. Its sums are of derivatives that are computed here and rounded to whole multiples of a power of two, so that
// every sum is exact and its order does not matter; and its columns are the numbers of bins (binned_columns.h), so that
// doubles are never rounded to its floats: a split lies half way between two bins.
//
// A column of more than 255 values is split at about 64 places in small tables, at 255 from 4,000 rows on. Tables of up
// to 65,536 rows are fitted on one thread, because a team of threads would cost more than it saves. The first trees of
// a long run are those of a shorter one. `cancelled` is asked before each tree; what is there is then returned.
GradientBoosting FitGradientBoosting(const RowMatrix& rows, std::span<const uint8_t> labels,
                                     std::span<const double> row_weights, const GradientBoostingSetting& setting,
                                     uint64_t seed = 0, int threads = 1, const std::function<bool()>& cancelled = {});

}  // namespace ebb::trainer
