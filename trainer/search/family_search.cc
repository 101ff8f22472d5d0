#include "trainer/search/family_search.h"

namespace ebb::trainer {
namespace {

struct KeyParts {
  ShareKey& key;

  void operator()(const LogisticRegressionSetting& s) const {
    key.first = static_cast<int>(s.penalty);
    key.second = static_cast<int>(s.class_weight);
  }
  void operator()(const KNearestNeighboursSetting& s) const { key.first = static_cast<int>(s.metric); }
  void operator()(const DecisionTreeSetting& s) const {
    key.first = s.min_leaf;
    key.second = static_cast<int>(s.criterion);
    key.third = static_cast<int>(s.class_weight);
  }
  void operator()(const RandomForestSetting& s) const { OfForest(s.forest); }
  void operator()(const ExtraTreesSetting& s) const { OfForest(s.forest); }
  void operator()(const GradientBoostingSetting& s) const {  // the number of trees may differ
    key.first = s.max_depth;
    key.second = static_cast<int>(s.class_weight);
    key.numbers = {s.learning_rate, s.min_child_weight, s.l2, s.column_share, s.row_share};
  }
  void OfForest(const ForestSetting& s) const {  // the number of trees may differ
    key.first = s.min_leaf;
    key.second = s.max_depth;
    key.third =
        static_cast<int>(s.max_features) * 4 + static_cast<int>(s.criterion) * 2 + static_cast<int>(s.class_weight);
  }
  void operator()(const SupportVectorSetting& s) const { key.first = s.kernel == KernelKind::kRbf ? 0 : 1; }
};

}  // namespace

ShareKey ShareKeyOf(const Setting& setting) {
  ShareKey key{.family = setting.family.index(), .scaling = setting.scaling};
  std::visit(KeyParts{key}, setting.family);
  return key;
}

}  // namespace ebb::trainer
