#pragma once

#include <cstdint>
#include <span>
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
// They are not parted by time, and nothing is purged between them: a customer's rows are never on both sides, so no row
// is told by the label of another of the same customer, and what time does to a model is the hold-out's to measure.
absl::StatusOr<std::vector<FoldAssignment>> InnerFolds(const Dataset& dataset, int folds, int repeats);

enum class HoldoutBy {
  kLatestElseCustomers,  // kLatest where that can be
  kCustomers,            // a share of the customers, with all of their rows
  kLatest,               // the rows of the latest as-of times; see latest_holdout.h
};

struct HoldoutSplit {
  std::vector<uint32_t> training;
  std::vector<uint32_t> holdout;
  HoldoutBy by = HoldoutBy::kCustomers;  // kCustomers or kLatest
  int64_t from_micros = 0;               // the first as-of time held out; only of kLatest
  size_t purged = 0;                     // rows in neither part; only of kLatest
};

// `share` in (0, 1) of each class, by customer as above. FAILED_PRECONDITION when a part would lack a class.
absl::StatusOr<HoldoutSplit> StratifiedHoldout(const Dataset& dataset, double share);

// By customer as above: of each class every so-manieth in canonical order, with all of their rows. A greater multiple
// gives a part of these.
std::vector<uint32_t> StratifiedShare(const Dataset& dataset, size_t every);

// Of these rows, the customers of the class that has fewer.
size_t CustomersOfRarerClass(const Dataset& dataset, std::span<const uint32_t> rows);

}  // namespace ebb::trainer
