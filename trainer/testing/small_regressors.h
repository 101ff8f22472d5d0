#pragma once

#include <vector>

#include "trainer/fit/regressor.h"

namespace ebb::trainer {

// Few trees: what is tested is not how well they learn.
inline const std::vector<RegressorSetting>& SmallRegressors() {
  static const auto* settings = [] {
    const BoostedMediansSetting boosting{.trees = 40, .learning_rate = 0.2, .max_depth = 3};
    const ExtraTreesRegressorSetting extra_trees{.trees = 10};
    return new std::vector<RegressorSetting>{MedianSetting{}, boosting, extra_trees,
                                             AverageSetting{boosting, extra_trees}};
  }();
  return *settings;
}

}  // namespace ebb::trainer
