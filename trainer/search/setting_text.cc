#include "trainer/search/setting_text.h"

#include <google/protobuf/text_format.h>

#include <variant>

#include "absl/strings/str_cat.h"
#include "ebb/v1/search_grid.pb.h"
#include "trainer/search/grid.h"

namespace ebb::trainer {
namespace {

// The file's enums are the settings' with UNSPECIFIED before them.
template <typename Named, typename Value>
Named NamedOf(Value value) {
  return static_cast<Named>(static_cast<int>(value) + 1);
}

template <typename Message, typename Family>
void AddClassWeight(const Family& family, Message* message) {
  message->add_class_weight(NamedOf<v1::SearchGrid::ClassWeight>(family.class_weight));
}

void Add(const LogisticRegressionSetting& family, v1::SearchGrid* grid) {
  v1::LogisticRegressionGrid* message = grid->add_logistic_regression();
  message->add_penalty(NamedOf<v1::LogisticRegressionGrid::Penalty>(family.penalty));
  message->add_c(family.c);
  AddClassWeight(family, message);
}

void Add(const KNearestNeighboursSetting& family, v1::SearchGrid* grid) {
  v1::KNearestNeighboursGrid* message = grid->add_k_nearest_neighbours();
  message->add_k(family.k);
  message->add_weighting(NamedOf<v1::KNearestNeighboursGrid::Weighting>(family.weighting));
  message->add_metric(NamedOf<v1::KNearestNeighboursGrid::Metric>(family.metric));
}

void Add(const DecisionTreeSetting& family, v1::SearchGrid* grid) {
  v1::DecisionTreeGrid* message = grid->add_decision_tree();
  message->add_max_depth(family.max_depth);
  message->add_min_leaf(family.min_leaf);
  message->add_criterion(NamedOf<v1::DecisionTreeGrid::Criterion>(family.criterion));
  AddClassWeight(family, message);
}

void Add(const SupportVectorSetting& family, v1::SearchGrid* grid) {
  v1::SupportVectorGrid* message = grid->add_support_vector();
  message->set_kernel(NamedOf<v1::SupportVectorGrid::Kernel>(family.kernel));
  message->add_c(family.c);
  if (family.gamma) message->add_gamma(*family.gamma);
  if (family.kernel == KernelKind::kPolynomial) message->add_degree(family.degree);
  AddClassWeight(family, message);
}

void AddForest(const ForestSetting& forest, v1::ForestGrid* message) {
  message->add_trees(forest.trees);
  message->add_max_depth(forest.max_depth);
  message->add_min_leaf(forest.min_leaf);
  message->add_max_features(NamedOf<v1::ForestGrid::MaxFeatures>(forest.max_features));
  message->add_criterion(NamedOf<v1::DecisionTreeGrid::Criterion>(forest.criterion));
  AddClassWeight(forest, message);
}
void Add(const RandomForestSetting& family, v1::SearchGrid* grid) {
  AddForest(family.forest, grid->add_random_forest());
}
void Add(const ExtraTreesSetting& family, v1::SearchGrid* grid) { AddForest(family.forest, grid->add_extra_trees()); }

void Add(const GradientBoostingSetting& family, v1::SearchGrid* grid) {
  v1::GradientBoostingGrid* message = grid->add_gradient_boosting();
  message->add_trees(family.trees);
  message->add_learning_rate(family.learning_rate);
  message->add_max_depth(family.max_depth);
  message->add_min_child_weight(family.min_child_weight);
  message->add_l2(family.l2);
  message->add_column_share(family.column_share);
  message->add_row_share(family.row_share);
  AddClassWeight(family, message);
}

}  // namespace

std::string SettingText(const Setting& setting) {
  v1::SearchGrid grid;
  switch (setting.scaling) {
    case Scaling::kNone:
      break;
    case Scaling::kStandard:
      grid.add_scalings(v1::SearchGrid::STANDARD);
      break;
    case Scaling::kMinMax:
      grid.add_scalings(v1::SearchGrid::MINMAX);
      break;
    case Scaling::kRobust:
      grid.add_scalings(v1::SearchGrid::ROBUST);
      break;
  }
  std::visit([&](const auto& family) { Add(family, &grid); }, setting.family);
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(grid, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

absl::StatusOr<Setting> ParseSetting(std::string_view text) {
  absl::StatusOr<Grid> grid = ParseGrid(text);
  if (!grid.ok()) return grid.status();
  if (grid->size() == 1) return std::move(grid->front());
  return absl::InvalidArgumentError(absl::StrCat("the text holds ", grid->size(), " settings; it must be one"));
}

}  // namespace ebb::trainer
