#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Which part of the table each row is tested in. Also how a comparison with another program brings its folds.
struct FoldAssignment {
  int count = 0;
  std::vector<int> fold_of_row;  // 0 … count - 1

  std::vector<uint32_t> TestRows(int fold) const;
  std::vector<uint32_t> TrainingRows(int fold) const;
};

// Cut from the canonical order, stratified by label; the rows of one customer stay together (a customer counts by the
// first row's label). FAILED_PRECONDITION when a class has fewer customers than there are folds.
absl::StatusOr<FoldAssignment> StratifiedFolds(const Dataset& dataset, int folds);

// The same with the customers of each class put into an order drawn by `seed`: other folds for every other seed.
absl::StatusOr<FoldAssignment> ShuffledFolds(const Dataset& dataset, int folds, uint64_t seed);

// So many of these, by the seeds 0, 1, …
absl::StatusOr<std::vector<FoldAssignment>> RepeatedFolds(const Dataset& dataset, int folds, int repeats);

// What a search is measured on: StratifiedFolds, then ShuffledFolds by the seeds 1, 2, …; `repeats` in all, at least 1.
absl::StatusOr<std::vector<FoldAssignment>> InnerFolds(const Dataset& dataset, int folds, int repeats);

struct HoldoutSplit {
  std::vector<uint32_t> training;
  std::vector<uint32_t> holdout;
};

// `share` in (0, 1) of each class, by customer as above. FAILED_PRECONDITION when a part would lack a class.
absl::StatusOr<HoldoutSplit> StratifiedHoldout(const Dataset& dataset, double share);

// By customer as above: of each class every so-manieth in canonical order, with all of their rows. A greater multiple
// gives a part of these.
std::vector<uint32_t> StratifiedShare(const Dataset& dataset, size_t every);

// Customers of the class that has fewer.
size_t CustomersOfRarerClass(const Dataset& dataset);

}  // namespace ebb::trainer
