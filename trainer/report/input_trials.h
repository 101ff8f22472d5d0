#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/model_report.pb.h"
#include "trainer/search/dataset.h"
#include "trainer/search/recipe.h"

namespace ebb::trainer {

// Borrows everything.
struct InputTrialsInput {
  const Dataset& dataset;
  // The best setting of each family of a search; those of logistic regression and of extra trees are tried.
  const Recipe& settings;
  int threads = 1;  // the result does not depend on it
  const std::function<bool()>& cancelled;
};

// What each number that is carried for the segments alone, and known of most rows, would add as an input: the two
// settings are fitted with and without it to the splits of MeasureRepeatedSplits, and the one that ranks better with it
// is told. Extra trees are a hundred at most. Of more than 5,000 rows as many are taken, evenly spaced along the
// canonical order. None where the search had neither family, or a class has too few rows to be split so. CANCELLED.
absl::StatusOr<std::vector<v1::InputTrial>> TryInputs(const InputTrialsInput& input);

}  // namespace ebb::trainer
