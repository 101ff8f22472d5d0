#include <algorithm>
#include <vector>

#include "trainer/fit/class_weights.h"
#include "trainer/fit/gradient_boosting.h"
#include "trainer/search/family_search.h"

namespace ebb::trainer {

void SearchGradientBoosting(const FoldData& fold, const SearchUnit& unit) {
  std::vector<size_t> by_trees = unit.settings;
  const auto trees_of = [&](size_t index) {
    return static_cast<size_t>(unit.Get<GradientBoostingSetting>(index).trees);
  };
  std::stable_sort(by_trees.begin(), by_trees.end(), [&](size_t a, size_t b) { return trees_of(a) < trees_of(b); });
  const GradientBoostingSetting& longest = unit.Get<GradientBoostingSetting>(by_trees.back());
  const GradientBoosting fitted =
      FitGradientBoosting(fold.training, fold.training_labels, RowWeights(fold.training_labels, longest.class_weight),
                          longest, 0, 1, unit.cancelled);
  std::vector<double> scores(fold.test.rows(), fitted.base_score);
  size_t summed = 0;
  for (const size_t index : by_trees) {
    if (unit.cancelled() || fitted.trees.roots.size() < trees_of(index)) return;
    fitted.trees.AddSums(fold.test, summed, trees_of(index), scores);
    summed = trees_of(index);
    unit.report(index, scores);
  }
}

}  // namespace ebb::trainer
