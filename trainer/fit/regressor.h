#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/estimator/tree_ensemble.h"
#include "model/row_matrix.h"

namespace ebb::trainer {

// What tells a number from the other columns. Nothing here is ever published: it measures how much the data tells.

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

// Immutable once fitted, so threads may share one.
struct Regressor {
  double base = 0;  // answered where there are no trees; else what their leaves are added to
  TreeEnsemble trees;
  bool averages = false;           // the leaves of the trees; else it adds them up
  std::vector<Regressor> members;  // where there are any, it answers with the mean of their answers

  std::vector<double> Predict(const RowMatrix& rows) const;
};

// At least one row, all targets finite. One thread's work: the same bits wherever it runs. `cancelled` is asked before
// each tree; what is there is then returned.
Regressor FitRegressor(const RegressorSetting& setting, const RowMatrix& rows, std::span<const double> targets,
                       const std::function<bool()>& cancelled = {});

}  // namespace ebb::trainer
