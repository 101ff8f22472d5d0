#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/evaluation/estimate.h"

namespace ebb::trainer {

// Rows put into the order of a score once, so that a figure of each of many resamples costs one pass. Labels are 1 for
// the positive class. Immutable, so threads may share one.
class RankedRows {
 public:
  RankedRows(std::span<const double> scores, std::span<const uint8_t> labels);

  // Of a resample: `counts` says how often each row stands in it; empty: of the rows themselves. NaN where a class is
  // missing. Ties count half.
  double RocAuc(std::span<const uint32_t> counts = {}) const;
  // The PR-AUC without interpolation; NaN without positives.
  double AveragePrecision(std::span<const uint32_t> counts = {}) const;

  // ROC-AUC with the variance of E. DeLong, D. DeLong and D. Clarke-Pearson ("Comparing the areas under two or more
  // correlated receiver operating characteristic curves", 1988), by ranks. NaN where a class is missing.
  Estimate RocAucByDeLong() const;

  // Points of the curves at every distinct score, the best first.
  struct Step {
    uint64_t true_positives = 0;  // rows so far
    uint64_t false_positives = 0;
  };
  std::vector<Step> Steps() const;

 private:
  struct Row {
    double score;
    uint32_t row;
    bool positive;
    bool last_of_tie;
  };
  std::vector<Row> rows_;  // the greatest score first
};

}  // namespace ebb::trainer
