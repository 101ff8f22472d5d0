#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/revenue_forecast.h"
#include "model/row_matrix.h"

namespace ebb::trainer {

// What tells a number from the other columns.

struct MedianSetting {};  // the same answer for every row: what the others must beat

// Trees fitted to the signs of what is still missing, each leaf then answering with the median of what its rows miss
// (J. Friedman, "Greedy function approximation: a gradient boosting machine", 2001, algorithm 3, "LAD_TreeBoost").
struct BoostedMediansSetting {
  int trees = 300;
  double learning_rate = 0.1;
  int max_depth = 4;
  int min_leaf = 5;  // rows
};

// P. Geurts, D. Ernst, L. Wehenkel, "Extremely randomized trees", 2006, on the squared error, all columns at each node.
struct ExtraTreesRegressorSetting {
  int trees = 200;
  int min_leaf = 1;  // rows
};

// The mean of what the two answer: they err in different places.
struct AverageSetting {
  BoostedMediansSetting boosting;
  ExtraTreesRegressorSetting extra_trees;
};

// In the order of reports, which is also the tie-break between equally good ones.
using RegressorSetting = std::variant<MedianSetting, BoostedMediansSetting, ExtraTreesRegressorSetting, AverageSetting>;

// "median", "gradient_boosting", "extra_trees", "average".
std::string_view RegressorFamilyName(const RegressorSetting& setting);
std::string RegressorParametersText(const RegressorSetting& setting);  // "trees=200 min_leaf=1"; empty of the median

// At least one; the mean of their answers counts.
using FittedRegressors = std::vector<Regressor>;

// At least one row, all targets finite. One thread's work: the same bits wherever it runs. `cancelled` is asked before
// each tree; what is there is then returned.
FittedRegressors FitRegressors(const RegressorSetting& setting, const RowMatrix& rows, std::span<const double> targets,
                               const std::function<bool()>& cancelled = {});

}  // namespace ebb::trainer
