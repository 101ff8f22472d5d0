#include <algorithm>
#include <vector>

#include "trainer/fit/class_weights.h"
#include "trainer/fit/extra_trees.h"
#include "trainer/fit/random_forest.h"
#include "trainer/search/family_search.h"

namespace ebb::trainer {
namespace {

template <typename FamilySettingType, typename Fit>
void SearchForest(const FoldData& fold, const SearchUnit& unit, const Fit& fit) {
  std::vector<size_t> by_trees = unit.settings;
  const auto trees_of = [&](size_t index) {
    return static_cast<size_t>(unit.Get<FamilySettingType>(index).forest.trees);
  };
  std::stable_sort(by_trees.begin(), by_trees.end(), [&](size_t a, size_t b) { return trees_of(a) < trees_of(b); });
  const FamilySettingType& largest = unit.Get<FamilySettingType>(by_trees.back());
  const auto forest =
      fit(fold.training, fold.training_labels, RowWeights(fold.training_labels, largest.forest.class_weight), largest);
  std::vector<double> sums(fold.test.rows()), scores(fold.test.rows());
  size_t summed = 0;
  for (const size_t index : by_trees) {
    if (unit.cancelled()) return;
    forest.trees.AddSums(fold.test, summed, trees_of(index), sums);
    summed = trees_of(index);
    for (size_t r = 0; r < sums.size(); ++r) scores[r] = sums[r] / static_cast<double>(summed);
    unit.report(index, scores);
  }
}

}  // namespace

void SearchRandomForest(const FoldData& fold, const SearchUnit& unit) {
  SearchForest<RandomForestSetting>(fold, unit, [](const auto&... arguments) { return FitRandomForest(arguments...); });
}

void SearchExtraTrees(const FoldData& fold, const SearchUnit& unit) {
  SearchForest<ExtraTreesSetting>(fold, unit, [](const auto&... arguments) { return FitExtraTrees(arguments...); });
}

}  // namespace ebb::trainer
