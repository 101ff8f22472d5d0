#include "trainer/fit/setting.h"

#include <limits>

#include "absl/strings/str_cat.h"

namespace ebb::trainer {
namespace {

const char* Name(ClassWeight weight) { return weight == ClassWeight::kNone ? "none" : "balanced"; }

struct Parameters {
  std::string operator()(const LogisticRegressionSetting& s) const {
    return absl::StrCat("penalty=", s.penalty == Penalty::kL1 ? "l1" : "l2", " c=", s.c,
                        " class_weight=", Name(s.class_weight));
  }
  std::string operator()(const KNearestNeighboursSetting& s) const {
    return absl::StrCat("k=", s.k, " weighting=", s.weighting == Weighting::kUniform ? "uniform" : "distance",
                        " metric=", s.metric == Metric::kEuclidean ? "euclidean" : "manhattan");
  }
  std::string operator()(const DecisionTreeSetting& s) const {
    return absl::StrCat("max_depth=", s.max_depth, " min_leaf=", s.min_leaf,
                        " criterion=", s.criterion == Criterion::kGini ? "gini" : "entropy",
                        " class_weight=", Name(s.class_weight));
  }
  std::string operator()(const SupportVectorSetting& s) const {
    std::string text;
    switch (s.kernel) {
      case KernelKind::kLinear:
        text = absl::StrCat("kernel=linear c=", s.c);
        break;
      case KernelKind::kRbf:
        text = absl::StrCat("kernel=rbf c=", s.c, " gamma=", Gamma(s));
        break;
      case KernelKind::kPolynomial:
        text = absl::StrCat("kernel=polynomial c=", s.c, " gamma=", Gamma(s), " degree=", s.degree);
        break;
    }
    return absl::StrCat(text, " class_weight=", Name(s.class_weight));
  }
  std::string operator()(const RandomForestSetting& s) const { return OfForest(s.forest); }
  std::string operator()(const ExtraTreesSetting& s) const { return OfForest(s.forest); }

  std::string operator()(const GradientBoostingSetting& s) const {
    return absl::StrCat("trees=", s.trees, " learning_rate=", s.learning_rate, " max_depth=", s.max_depth,
                        " min_child_weight=", s.min_child_weight, " l2=", s.l2, " column_share=", s.column_share,
                        " row_share=", s.row_share, " class_weight=", Name(s.class_weight));
  }

  static std::string OfForest(const ForestSetting& s) {
    return absl::StrCat(
        "trees=", s.trees, " max_depth=", s.max_depth == 0 ? "none" : absl::StrCat(s.max_depth),
        " min_leaf=", s.min_leaf, " max_features=", s.max_features == MaxFeatures::kSqrt ? "sqrt" : "all",
        " criterion=", s.criterion == Criterion::kGini ? "gini" : "entropy", " class_weight=", Name(s.class_weight));
  }
  static std::string Gamma(const SupportVectorSetting& s) { return s.gamma ? absl::StrCat(*s.gamma) : "scale"; }
};

}  // namespace

std::string_view FamilyName(const FamilySetting& family) { return EstimatorNames()[family.index()]; }

size_t MostTrainingRows(const FamilySetting& family) {
  if (std::holds_alternative<SupportVectorSetting>(family)) return kMostSupportVectorRows;
  if (std::holds_alternative<KNearestNeighboursSetting>(family)) return kMostNeighbourRows;
  return std::numeric_limits<size_t>::max();
}

std::string_view ScalingName(Scaling scaling) {
  constexpr std::string_view kNames[] = {"none", "standard", "minmax", "robust"};
  return kNames[static_cast<int>(scaling)];
}

std::string ParametersText(const FamilySetting& family) { return std::visit(Parameters(), family); }

}  // namespace ebb::trainer
