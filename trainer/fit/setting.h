#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/pipeline.h"

namespace ebb::trainer {

enum class ClassWeight { kNone, kBalanced };  // balanced: rows / (2 × rows of the class)
enum class Penalty { kL1, kL2 };
enum class Criterion { kGini, kEntropy };

struct LogisticRegressionSetting {
  Penalty penalty = Penalty::kL2;
  double c = 1;  // inverse strength of the penalty; the intercept is not penalised
  ClassWeight class_weight = ClassWeight::kNone;

  friend bool operator==(const LogisticRegressionSetting&, const LogisticRegressionSetting&) = default;
};

struct KNearestNeighboursSetting {
  int k = 5;
  Weighting weighting = Weighting::kUniform;
  Metric metric = Metric::kEuclidean;

  friend bool operator==(const KNearestNeighboursSetting&, const KNearestNeighboursSetting&) = default;
};

struct DecisionTreeSetting {
  int max_depth = 5;
  int min_leaf = 1;  // rows
  Criterion criterion = Criterion::kGini;
  ClassWeight class_weight = ClassWeight::kNone;

  friend bool operator==(const DecisionTreeSetting&, const DecisionTreeSetting&) = default;
};

struct SupportVectorSetting {
  KernelKind kernel = KernelKind::kRbf;
  double c = 1;
  std::optional<double> gamma;  // nothing: 1 / (columns × variance of all preprocessed values)
  int degree = 3;
  ClassWeight class_weight = ClassWeight::kNone;

  friend bool operator==(const SupportVectorSetting&, const SupportVectorSetting&) = default;
};

enum class MaxFeatures { kSqrt, kAll };  // columns that a split is chosen among: their root, rounded down, or all

// Of both kinds of forests.
struct ForestSetting {
  int trees = 300;
  int max_depth = 0;  // 0: no limit
  int min_leaf = 1;   // rows
  MaxFeatures max_features = MaxFeatures::kSqrt;
  Criterion criterion = Criterion::kGini;
  ClassWeight class_weight = ClassWeight::kNone;

  friend bool operator==(const ForestSetting&, const ForestSetting&) = default;
};
struct RandomForestSetting {
  ForestSetting forest;

  friend bool operator==(const RandomForestSetting&, const RandomForestSetting&) = default;
};
struct ExtraTreesSetting {
  ForestSetting forest;

  friend bool operator==(const ExtraTreesSetting&, const ExtraTreesSetting&) = default;
};

struct GradientBoostingSetting {
  int trees = 100;
  double learning_rate = 0.1;
  int max_depth = 6;
  double min_child_weight = 1;  // least sum of second derivatives in a leaf
  double l2 = 1;                // of the squares of the leaves' values
  double column_share = 1;      // that each tree sees; rounded down, at least one column
  double row_share = 1;         // that each tree sees, each row by itself
  ClassWeight class_weight = ClassWeight::kNone;

  friend bool operator==(const GradientBoostingSetting&, const GradientBoostingSetting&) = default;
};

// In the order of EstimatorName's families, which is also the order of reports and the tie-break between equally good
// candidates.
using FamilySetting =
    std::variant<LogisticRegressionSetting, KNearestNeighboursSetting, DecisionTreeSetting, SupportVectorSetting,
                 RandomForestSetting, ExtraTreesSetting, GradientBoostingSetting>;

// One candidate of a search. Trees do not depend on the scaling: they stand once, with kNone.
struct Setting {
  Scaling scaling = Scaling::kStandard;
  FamilySetting family;

  friend bool operator==(const Setting&, const Setting&) = default;
};

inline constexpr size_t kFamilies = std::variant_size_v<FamilySetting>;
static_assert(kFamilies == std::variant_size_v<Estimator>);

std::string_view FamilyName(const FamilySetting& family);  // as EstimatorName
// What a fit costs grows with the square of the rows for support vectors, and what a neighbours' model weighs and each
// score costs grows with them: of more rows than this, these families are fitted to a sample.
inline constexpr size_t kMostSupportVectorRows = 5'000;
inline constexpr size_t kMostNeighbourRows = 20'000;
// One of the two; without bound for the other families.
size_t MostTrainingRows(const FamilySetting& family);

std::string_view ScalingName(Scaling scaling);            // "none", "standard", "minmax", "robust"
std::string ParametersText(const FamilySetting& family);  // "penalty=l1 c=0.3 class_weight=none"

}  // namespace ebb::trainer
