#pragma once

#include "absl/status/statusor.h"
#include "trainer/evaluation/folds.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

struct HoldoutRules {
  HoldoutBy by = HoldoutBy::kLatestElseCustomers;
  double share = 0.25;     // in (0, 1); held out
  int folds = 5;           // that the training part is cut into later
  int horizon_months = 3;  // that labels look ahead
};

// The rows of the latest as-of times, so many of these that they are at least `share` of all rows. Training rows are
// those whose horizon, in calendar months, had passed by the first time held out: their labels use nothing that came
// after it. Rows between are purged. A customer may have earlier rows in the one part and later ones in the other, as
// in life: what is measured is how a model that was made then does on what came after. FAILED_PRECONDITION where fewer
// than half of the rows would be left to learn from, or either part would have fewer of a class than there are folds.
absl::StatusOr<HoldoutSplit> LatestHoldout(const Dataset& dataset, const HoldoutRules& rules);

// By the rules.
absl::StatusOr<HoldoutSplit> SplitOffHoldout(const Dataset& dataset, const HoldoutRules& rules);

}  // namespace ebb::trainer
