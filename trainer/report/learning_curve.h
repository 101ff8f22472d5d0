#pragma once

#include <functional>
#include <vector>

#include "ebb/v1/model_report.pb.h"
#include "trainer/evaluation/folds.h"
#include "trainer/search/dataset.h"
#include "trainer/search/recipe.h"

namespace ebb::trainer {

// The recipe, settings and weights held fixed, fitted to the first 20 %, 40 %, … 100 % of the training part in
// canonical order, which is as good as drawn at random. Parts that lack a class are left out. Empty once `cancelled`.
std::vector<v1::LearningPoint> DrawLearningCurve(const Dataset& dataset, const HoldoutSplit& split,
                                                 const Recipe& recipe, const Stack& stack, int threads,
                                                 const std::function<bool()>& cancelled);

}  // namespace ebb::trainer
