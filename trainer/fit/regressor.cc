#include "trainer/fit/regressor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "trainer/fit/binned_columns.h"
#include "trainer/fit/regression_tree.h"

namespace ebb::trainer {
namespace {

// Half way between the two in the middle where their number is even.
double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return *std::max_element(values.begin(), middle) / 2 + *middle / 2;
}

// Puts the median of what a leaf's rows miss, times the learning rate, in place of its mean.
void AnswerWithMedians(std::span<const double> missing, double learning_rate, RegressionTree& tree) {
  std::vector<std::vector<double>> of_leaf(tree.nodes.size());
  for (size_t row = 0; row < missing.size(); ++row) of_leaf[tree.leaf_of_row[row]].push_back(missing[row]);
  for (size_t node = 0; node < of_leaf.size(); ++node) {
    if (!of_leaf[node].empty()) tree.nodes[node].value = learning_rate * Median(std::move(of_leaf[node]));
  }
}

// The columns in at most BinnedColumns::kBins bins of about equally many rows.
BinnedColumns Coarse(const RowMatrix& rows) {
  return BinnedColumns(rows, (rows.rows() + BinnedColumns::kBins - 1) / BinnedColumns::kBins);
}

struct RegressorFit {
  const RowMatrix& rows;
  std::span<const double> targets;
  const std::function<bool()>& cancelled;

  bool Cancelled() const { return cancelled && cancelled(); }

  Regressor operator()(const MedianSetting&) const {
    return {.base = Median({targets.begin(), targets.end()}), .trees = {}};
  }

  Regressor operator()(const BoostedMediansSetting& setting) const {
    const BinnedColumns columns = Coarse(rows);
    const RegressionTreeSetting grown{.max_depth = setting.max_depth, .min_leaf = setting.min_leaf};
    Regressor fitted{.base = Median({targets.begin(), targets.end()}), .trees = {}};
    std::vector<double> missing(targets.begin(), targets.end()), signs(targets.size());
    for (double& value : missing) value -= fitted.base;
    for (int t = 0; t < setting.trees && !Cancelled(); ++t) {
      // Sums of signs are whole numbers: exact.
      for (size_t row = 0; row < signs.size(); ++row) signs[row] = (missing[row] > 0) - (missing[row] < 0);
      RegressionTree tree = GrowRegressionTree(columns, signs, grown, RandomStream(0, 0));
      AnswerWithMedians(missing, setting.learning_rate, tree);
      for (size_t row = 0; row < missing.size(); ++row) missing[row] -= tree.nodes[tree.leaf_of_row[row]].value;
      fitted.trees.Add(tree.nodes);
    }
    return fitted;
  }

  Regressor operator()(const ExtraTreesRegressorSetting& setting) const {
    const BinnedColumns columns(rows);
    const RegressionTreeSetting grown{.min_leaf = setting.min_leaf, .random_thresholds = true};
    Regressor fitted{.averages = true, .trees = {}};
    for (int t = 0; t < setting.trees && !Cancelled(); ++t) {
      fitted.trees.Add(GrowRegressionTree(columns, targets, grown, RandomStream(0, static_cast<uint64_t>(t))).nodes);
    }
    return fitted;
  }
};

struct AllRegressorsFit {
  RegressorFit fit;

  template <typename Setting>
  FittedRegressors operator()(const Setting& setting) const {
    return {fit(setting)};
  }
  FittedRegressors operator()(const AverageSetting& setting) const {
    return {fit(setting.boosting), fit(setting.extra_trees)};
  }
};

struct FamilyNameOf {
  std::string_view operator()(const MedianSetting&) const { return "median"; }
  std::string_view operator()(const BoostedMediansSetting&) const { return "gradient_boosting"; }
  std::string_view operator()(const ExtraTreesRegressorSetting&) const { return "extra_trees"; }
  std::string_view operator()(const AverageSetting&) const { return "average"; }
};

struct ParametersTextOf {
  std::string operator()(const MedianSetting&) const { return ""; }
  std::string operator()(const BoostedMediansSetting& setting) const {
    return absl::StrCat("trees=", setting.trees, " learning_rate=", setting.learning_rate,
                        " max_depth=", setting.max_depth, " min_leaf=", setting.min_leaf);
  }
  std::string operator()(const ExtraTreesRegressorSetting& setting) const {
    return absl::StrCat("trees=", setting.trees, " min_leaf=", setting.min_leaf);
  }
  std::string operator()(const AverageSetting& setting) const {
    return absl::StrCat("gradient_boosting (", (*this)(setting.boosting), "), extra_trees (",
                        (*this)(setting.extra_trees), ")");
  }
};

}  // namespace

std::string_view RegressorFamilyName(const RegressorSetting& setting) { return std::visit(FamilyNameOf{}, setting); }
std::string RegressorParametersText(const RegressorSetting& setting) { return std::visit(ParametersTextOf{}, setting); }

FittedRegressors FitRegressors(const RegressorSetting& setting, const RowMatrix& rows, std::span<const double> targets,
                               const std::function<bool()>& cancelled) {
  return std::visit(AllRegressorsFit{{rows, targets, cancelled}}, setting);
}

}  // namespace ebb::trainer
