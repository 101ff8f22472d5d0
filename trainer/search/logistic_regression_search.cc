#include <algorithm>

#include "trainer/fit/class_weights.h"
#include "trainer/fit/logistic_regression.h"
#include "trainer/search/family_search.h"

namespace ebb::trainer {

void SearchLogisticRegression(const FoldData& fold, const SearchUnit& unit) {
  const auto setting = [&](size_t index) -> const LogisticRegressionSetting& {
    return unit.Get<LogisticRegressionSetting>(index);
  };
  std::vector<size_t> order = unit.settings;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return setting(a).c < setting(b).c; });
  const LogisticRegressionSetting& common = setting(order.front());
  const std::vector<double> weights = RowWeights(fold.training_labels, common.class_weight);
  LogisticRegression fitted;
  std::vector<double> scores(fold.test.rows());
  for (size_t i = 0; i < order.size() && !unit.cancelled(); ++i) {
    fitted = FitLogisticRegression(fold.training, fold.training_labels, weights, common.penalty, setting(order[i]).c,
                                   i == 0 ? nullptr : &fitted);
    fitted.Score(fold.test, scores);
    unit.report(order[i], scores);
  }
}

}  // namespace ebb::trainer
