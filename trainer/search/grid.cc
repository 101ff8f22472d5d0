#include "trainer/search/grid.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ebb/v1/search_grid.pb.h"

namespace ebb::trainer {
namespace {

// The first thing that is wrong with the text.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Turns the file's lists into settings; keeps the first rule that is broken.
class GridReader {
 public:
  absl::StatusOr<Grid> Read(const v1::SearchGrid& grid) {
    scalings_ = Enums<Scaling>(grid.scalings(), "scalings", Scaling::kStandard, v1::SearchGrid::ROBUST);
    for (const auto& family : grid.logistic_regression()) Add(family);
    for (const auto& family : grid.k_nearest_neighbours()) Add(family);
    for (const auto& family : grid.decision_tree()) Add(family);
    for (const auto& family : grid.support_vector()) Add(family);
    for (const auto& family : grid.random_forest()) AddForest<RandomForestSetting>(family, "random_forest");
    for (const auto& family : grid.extra_trees()) AddForest<ExtraTreesSetting>(family, "extra_trees");
    for (const auto& family : grid.gradient_boosting()) Add(family);
    Require(!grid_.empty(), "holds no family; name at least one, with values");
    if (!status_.ok()) return status_;
    return grid_;
  }

 private:
  template <typename... Parts>
  void Require(bool holds, const Parts&... parts) {
    if (!holds && status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat("the search grid ", parts...));
  }

  // Our enums are the file's without UNSPECIFIED, which is 0 there; Scaling has kNone in that place.
  template <typename Ours, typename Repeated>
  std::vector<Ours> Enums(const Repeated& values, const char* field, Ours otherwise, int last) {
    std::vector<Ours> result;
    for (const int value : values) {
      Require(value >= 1 && value <= last, "has ", field, " ", value, "; it must be one of the named values");
      result.push_back(static_cast<Ours>(std::is_same_v<Ours, Scaling> ? value : value - 1));
    }
    if (result.empty()) result.push_back(otherwise);
    return result;
  }

  template <typename Repeated>
  void RequireRange(const Repeated& values, const char* field, double least, double most) {
    for (const auto value : values) {
      Require(value >= least && value <= most, "has ", field, " ", value, "; it must be ", least, " to ", most);
    }
  }

  template <typename Repeated>
  void RequirePositive(const Repeated& values, const char* field, double most) {
    for (const double value : values) {
      Require(value > 0 && value <= most, "has ", field, " ", value, "; it must be above 0 and at most ", most);
    }
  }

  template <typename Repeated>
  void RequireSome(const Repeated& values, const char* field) {
    Require(!values.empty(), "has no ", field, "; at least one value is needed");
  }

  template <typename Repeated>
  std::vector<ClassWeight> ClassWeights(const Repeated& values) {
    return Enums<ClassWeight>(values, "class_weight", ClassWeight::kNone, v1::SearchGrid::BALANCED);
  }

  void AddScaled(const FamilySetting& family) {
    for (const Scaling scaling : scalings_) grid_.push_back({.scaling = scaling, .family = family});
  }

  void Add(const v1::LogisticRegressionGrid& grid) {
    RequireSome(grid.c(), "logistic_regression.c");
    RequirePositive(grid.c(), "logistic_regression.c", 1e9);
    for (const Penalty penalty :
         Enums<Penalty>(grid.penalty(), "logistic_regression.penalty", Penalty::kL2, v1::LogisticRegressionGrid::L2)) {
      for (const double c : grid.c()) {
        for (const ClassWeight weight : ClassWeights(grid.class_weight())) {
          AddScaled(LogisticRegressionSetting{.penalty = penalty, .c = c, .class_weight = weight});
        }
      }
    }
  }

  void Add(const v1::KNearestNeighboursGrid& grid) {
    RequireSome(grid.k(), "k_nearest_neighbours.k");
    RequireRange(grid.k(), "k_nearest_neighbours.k", 1, 1e9);
    for (const int k : grid.k()) {
      for (const Weighting weighting : Enums<Weighting>(grid.weighting(), "k_nearest_neighbours.weighting",
                                                        Weighting::kUniform, v1::KNearestNeighboursGrid::DISTANCE)) {
        for (const Metric metric : Enums<Metric>(grid.metric(), "k_nearest_neighbours.metric", Metric::kEuclidean,
                                                 v1::KNearestNeighboursGrid::MANHATTAN)) {
          AddScaled(KNearestNeighboursSetting{.k = k, .weighting = weighting, .metric = metric});
        }
      }
    }
  }

  void Add(const v1::DecisionTreeGrid& grid) {
    RequireSome(grid.max_depth(), "decision_tree.max_depth");
    RequireRange(grid.max_depth(), "decision_tree.max_depth", 1, 64);
    RequireRange(grid.min_leaf(), "decision_tree.min_leaf", 1, 1e9);
    std::vector<int> leaves(grid.min_leaf().begin(), grid.min_leaf().end());
    if (leaves.empty()) leaves.push_back(1);
    for (const int depth : grid.max_depth()) {
      for (const int leaf : leaves) {
        for (const Criterion criterion : Enums<Criterion>(grid.criterion(), "decision_tree.criterion", Criterion::kGini,
                                                          v1::DecisionTreeGrid::ENTROPY)) {
          for (const ClassWeight weight : ClassWeights(grid.class_weight())) {
            grid_.push_back(
                {.scaling = Scaling::kNone,
                 .family = DecisionTreeSetting{
                     .max_depth = depth, .min_leaf = leaf, .criterion = criterion, .class_weight = weight}});
          }
        }
      }
    }
  }

  void Add(const v1::SupportVectorGrid& grid) {
    Require(grid.kernel() >= v1::SupportVectorGrid::LINEAR && grid.kernel() <= v1::SupportVectorGrid::POLYNOMIAL,
            "has no support_vector.kernel; it must be LINEAR, RBF or POLYNOMIAL");
    RequireSome(grid.c(), "support_vector.c");
    RequirePositive(grid.c(), "support_vector.c", 1e9);
    RequirePositive(grid.gamma(), "support_vector.gamma", 1000);
    RequireRange(grid.degree(), "support_vector.degree", 1, 10);
    Require(grid.kernel() != v1::SupportVectorGrid::LINEAR || grid.gamma().empty(),
            "has support_vector.gamma for the LINEAR kernel, which has none; remove it");
    Require(grid.kernel() == v1::SupportVectorGrid::POLYNOMIAL || grid.degree().empty(),
            "has support_vector.degree for another kernel than POLYNOMIAL; remove it");
    if (!status_.ok()) return;
    std::vector<std::optional<double>> gammas(grid.gamma().begin(), grid.gamma().end());
    if (gammas.empty()) gammas.emplace_back(std::nullopt);
    std::vector<int> degrees(grid.degree().begin(), grid.degree().end());
    if (degrees.empty()) degrees.push_back(3);
    for (const double c : grid.c()) {
      for (const std::optional<double>& gamma : gammas) {
        for (const int degree : degrees) {
          for (const ClassWeight weight : ClassWeights(grid.class_weight())) {
            AddScaled(SupportVectorSetting{.kernel = static_cast<KernelKind>(grid.kernel() - 1),
                                           .c = c,
                                           .gamma = gamma,
                                           .degree = degree,
                                           .class_weight = weight});
          }
        }
      }
    }
  }

  // Values of a list, or what an empty one means.
  template <typename Value>
  static std::vector<Value> Or(const google::protobuf::RepeatedField<Value>& values, Value otherwise) {
    if (values.empty()) return {otherwise};
    return {values.begin(), values.end()};
  }

  template <typename FamilySettingType>
  void AddForest(const v1::ForestGrid& grid, const std::string& name) {
    RequireSome(grid.trees(), (name + ".trees").c_str());
    RequireRange(grid.trees(), (name + ".trees").c_str(), 1, 10'000);
    RequireRange(grid.max_depth(), (name + ".max_depth").c_str(), 0, 64);
    RequireRange(grid.min_leaf(), (name + ".min_leaf").c_str(), 1, 1e9);
    const auto max_features = Enums<MaxFeatures>(grid.max_features(), (name + ".max_features").c_str(),
                                                 MaxFeatures::kSqrt, v1::ForestGrid::ALL);
    const auto criteria = Enums<Criterion>(grid.criterion(), (name + ".criterion").c_str(), Criterion::kGini,
                                           v1::DecisionTreeGrid::ENTROPY);
    for (const int trees : grid.trees()) {
      for (const int depth : Or(grid.max_depth(), 0)) {
        for (const int leaf : Or(grid.min_leaf(), 1)) {
          for (const MaxFeatures features : max_features) {
            for (const Criterion criterion : criteria) {
              for (const ClassWeight weight : ClassWeights(grid.class_weight())) {
                grid_.push_back({.scaling = Scaling::kNone,
                                 .family = FamilySettingType{{.trees = trees,
                                                              .max_depth = depth,
                                                              .min_leaf = leaf,
                                                              .max_features = features,
                                                              .criterion = criterion,
                                                              .class_weight = weight}}});
              }
            }
          }
        }
      }
    }
  }

  void Add(const v1::GradientBoostingGrid& grid) {
    RequireSome(grid.trees(), "gradient_boosting.trees");
    RequireRange(grid.trees(), "gradient_boosting.trees", 1, 10'000);
    RequirePositive(grid.learning_rate(), "gradient_boosting.learning_rate", 1);
    RequireRange(grid.max_depth(), "gradient_boosting.max_depth", 1, 16);
    RequireRange(grid.min_child_weight(), "gradient_boosting.min_child_weight", 0, 1e9);
    RequireRange(grid.l2(), "gradient_boosting.l2", 0, 1e9);
    RequirePositive(grid.column_share(), "gradient_boosting.column_share", 1);
    RequirePositive(grid.row_share(), "gradient_boosting.row_share", 1);
    const GradientBoostingSetting usual;
    std::vector<GradientBoostingSetting> settings;
    for (const ClassWeight weight : ClassWeights(grid.class_weight())) settings.push_back({.class_weight = weight});
    // The first list named is the outermost loop.
    Spread(Or(grid.row_share(), usual.row_share), &GradientBoostingSetting::row_share, settings);
    Spread(Or(grid.column_share(), usual.column_share), &GradientBoostingSetting::column_share, settings);
    Spread(Or(grid.l2(), usual.l2), &GradientBoostingSetting::l2, settings);
    Spread(Or(grid.min_child_weight(), usual.min_child_weight), &GradientBoostingSetting::min_child_weight, settings);
    Spread(Or(grid.max_depth(), usual.max_depth), &GradientBoostingSetting::max_depth, settings);
    Spread(Or(grid.learning_rate(), usual.learning_rate), &GradientBoostingSetting::learning_rate, settings);
    Spread(Or(grid.trees(), usual.trees), &GradientBoostingSetting::trees, settings);
    for (const GradientBoostingSetting& setting : settings) {
      grid_.push_back({.scaling = Scaling::kNone, .family = setting});
    }
  }

  // Every setting once with each of the values, the settings of a value side by side.
  template <typename Value>
  static void Spread(const std::vector<Value>& values, Value GradientBoostingSetting::*field,
                     std::vector<GradientBoostingSetting>& settings) {
    std::vector<GradientBoostingSetting> spread;
    for (const Value value : values) {
      for (GradientBoostingSetting setting : settings) {
        setting.*field = value;
        spread.push_back(setting);
      }
    }
    settings = std::move(spread);
  }

  std::vector<Scaling> scalings_;
  Grid grid_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<Grid> ParseGrid(std::string_view text) {
  v1::SearchGrid message;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text), &message)) {
    return absl::InvalidArgumentError(absl::StrCat("the search grid, ", error.text()));
  }
  return GridReader().Read(message);
}

}  // namespace ebb::trainer
