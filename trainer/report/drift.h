// How far rows have moved from those that a model was made of: the population stability index, the sum over bins of
// (p - q) ln(p / q) of the two shares of rows (credit scoring's measure; B. Yurdakul, "Statistical Properties of
// Population Stability Index", 2018). By custom below 0.1 nothing has happened, above 0.25 a model should be made anew.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ebb/v1/model_report.pb.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Of two counts by bin, equally long. A share is at least half a row, so that an empty bin is no infinity. 0 where
// either has no rows.
double StabilityIndex(std::span<const int64_t> before, std::span<const int64_t> now);

struct Drift {
  std::string of;  // a feature's name, or "probability"
  double stability_index = 0;
};

// A model's probabilities of its own rows, ten bins of equal width: what later ones are compared with.
std::vector<v1::HistogramBin> DescribeProbabilities(std::span<const double> probabilities,
                                                    std::span<const uint8_t> labels);

// Of each input that the report describes and the table has, and of the model's probabilities of the table's rows; the
// greatest first. Bins are those of the report, neighbours joined until each holds a
// twentieth of the rows that the model was made of, and one for rows without a value.
std::vector<Drift> MeasureDrift(const v1::ModelReport& report, const Dataset& now,
                                std::span<const double> probabilities);

}  // namespace ebb::trainer
