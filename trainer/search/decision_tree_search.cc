#include <algorithm>

#include "trainer/fit/class_weights.h"
#include "trainer/fit/decision_tree.h"
#include "trainer/search/family_search.h"

namespace ebb::trainer {

void SearchDecisionTree(const FoldData& fold, const SearchUnit& unit) {
  DecisionTreeSetting deepest = unit.Get<DecisionTreeSetting>(unit.settings.front());
  for (const size_t index : unit.settings) {
    deepest.max_depth = std::max(deepest.max_depth, unit.Get<DecisionTreeSetting>(index).max_depth);
  }
  const DecisionTree tree = FitDecisionTree(fold.training, fold.training_labels,
                                            RowWeights(fold.training_labels, deepest.class_weight), deepest);
  std::vector<double> scores(fold.test.rows());
  for (const size_t index : unit.settings) {
    if (unit.cancelled()) return;
    CutAtDepth(tree, unit.Get<DecisionTreeSetting>(index).max_depth).Score(fold.test, scores);
    unit.report(index, scores);
  }
}

}  // namespace ebb::trainer
