#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/explain/shapley.h"
#include "model/trained_model.h"
#include "trainer/evaluation/estimate.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Explanations of some rows of a table, for what they say together.
struct ExplainedRows {
  ShapleyScale scale = ShapleyScale::kLogOdds;
  std::vector<uint32_t> rows;
  std::vector<std::vector<double>> contributions;  // by row, one a feature of the schema

  // Mean of |the sum of these features' contributions| over the rows.
  Estimate MeanAbsolute(std::span<const size_t> features) const;
};

// Up to 100 of these rows, evenly spaced among them, by the model's own background. What a customer costs depends on
// the model's members: from microseconds to a tenth of a second. Empty once `cancelled`.
ExplainedRows ExplainRows(const TrainedModel& model, const Dataset& dataset, std::span<const uint32_t> rows,
                          int threads, const std::function<bool()>& cancelled);

// Spearman's correlation of two lists, ties by their mean rank; values that are NaN are left out with their partner. 0
// where one of the two does not vary.
double SpearmanCorrelation(std::span<const double> a, std::span<const double> b);

// 0 (the least) to 1 (the greatest), ties by their mean rank; NaN stays NaN.
std::vector<double> RelativeRanks(std::span<const double> values);

// "log_odds", "decision_value", "share" or "probability".
std::string ScaleName(ShapleyScale scale);

}  // namespace ebb::trainer
