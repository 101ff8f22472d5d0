#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/search/dataset.h"
#include "trainer/search/recipe.h"

namespace ebb::trainer {

// One recipe, its settings and weights held fixed, fitted to the training part of a split and measured on its test
// part.
struct SplitResult {
  double roc_auc = 0;
  // By how much that falls where the values of an input, or of all inputs of a group, are shuffled among the test rows
  // (L. Breiman, "Random Forests", 2001; A. Fisher, C. Rudin, F. Dominici, 2019): means of several shuffles.
  std::vector<double> drop_of_input;
  std::vector<double> drop_of_group;
};

struct RepeatedSplits {
  std::vector<size_t> inputs;       // features of the schema that the recipe reads
  std::vector<std::string> groups;  // of these inputs, sorted by bytes
  std::vector<SplitResult> splits;
  size_t rows = 0;              // that were split
  double test_to_training = 0;  // rows of a test part to rows of a training part

  std::vector<double> RocAucs() const;  // by split
};

// Rows of a test part to rows of a training part.
inline constexpr double kTestToTraining = 1.0 / 3;

// Two times four stratified folds, customers kept together, of up to 20,000 rows (of more, as many evenly spaced along
// the canonical order). The same on any number of threads. CANCELLED.
absl::StatusOr<RepeatedSplits> MeasureRepeatedSplits(const Dataset& dataset, const Recipe& recipe, const Stack& stack,
                                                     int threads, const std::function<bool()>& cancelled);

// Of another recipe: its ROC-AUC on the very splits that MeasureRepeatedSplits makes of the data set, so that the two
// can be paired. `progress`, which may be empty, is told of the splits done, one call at a time. CANCELLED.
absl::StatusOr<std::vector<double>> MeasureSplitRocAucs(const Dataset& dataset, const Recipe& recipe,
                                                        const Stack& stack, int threads,
                                                        const std::function<bool()>& cancelled,
                                                        const std::function<void(int done, int total)>& progress);

}  // namespace ebb::trainer
