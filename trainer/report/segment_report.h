#pragma once

#include <span>
#include <vector>

#include "ebb/v1/model_report.pb.h"
#include "model/trained_model.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// The six cells of profit tier × risk over the rows whose profit is known, low tier first, calm before at risk.
// `probabilities`: of each row. Empty where the model knows no tiers.
std::vector<v1::SegmentDescription> DescribeSegments(const Dataset& dataset, const SegmentBounds& bounds,
                                                     std::span<const double> probabilities, double risk_threshold);

// Up to 1,000 of these rows, evenly spaced.
std::vector<v1::ScatterPoint> ScatterProfitByRisk(const Dataset& dataset, const SegmentBounds& bounds,
                                                  std::span<const double> probabilities);

}  // namespace ebb::trainer
