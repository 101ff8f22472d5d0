#include "trainer/evaluation/folds.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "trainer/fit/random_stream.h"

namespace ebb::trainer {
namespace {

constexpr const char* kClassNames[] = {"as before", "declined"};

// The customers of each class in canonical order. A customer's class is the label of the first of the rows looked at.
struct Customers {
  std::vector<uint32_t> of_class[2];
  size_t count = 0;
};

Customers ByClass(const Dataset& dataset, std::span<const uint32_t> rows) {
  Customers customers;
  std::vector<bool> seen;
  for (const uint32_t row : rows) {
    const uint32_t group = dataset.groups()[row];
    if (group >= seen.size()) seen.resize(group + 1);
    if (seen[group]) continue;
    seen[group] = true;
    customers.of_class[dataset.labels()[row]].push_back(group);
  }
  customers.count = seen.size();
  return customers;
}

Customers ByClass(const Dataset& dataset) { return ByClass(dataset, AllRows(dataset)); }

// One after the other into the folds.
absl::StatusOr<FoldAssignment> Deal(const Dataset& dataset, const Customers& customers, int folds) {
  if (folds < 2) return absl::InvalidArgumentError(absl::StrCat("folds is ", folds, "; it must be at least 2"));
  std::vector<int> fold_of_group(customers.count);
  int next = 0;  // goes on from class to class, so that the folds' sizes differ by one at most
  for (int label : {0, 1}) {
    if (customers.of_class[label].size() < static_cast<size_t>(folds)) {
      return absl::FailedPreconditionError(
          absl::StrCat("only ", customers.of_class[label].size(), " customers of the class \"", kClassNames[label],
                       "\" are labelled; ", folds, " folds need at least as many of each class"));
    }
    for (const uint32_t group : customers.of_class[label]) fold_of_group[group] = next++ % folds;
  }
  FoldAssignment assignment{.count = folds, .fold_of_row = {}};
  for (const uint32_t group : dataset.groups()) assignment.fold_of_row.push_back(fold_of_group[group]);
  return assignment;
}

}  // namespace

std::vector<uint32_t> FoldAssignment::TestRows(int fold) const {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < fold_of_row.size(); ++row) {
    if (fold_of_row[row] == fold) rows.push_back(row);
  }
  return rows;
}

std::vector<uint32_t> FoldAssignment::TrainingRows(int fold) const {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < fold_of_row.size(); ++row) {
    if (fold_of_row[row] != fold) rows.push_back(row);
  }
  return rows;
}

absl::StatusOr<FoldAssignment> StratifiedFolds(const Dataset& dataset, int folds) {
  return Deal(dataset, ByClass(dataset), folds);
}

absl::StatusOr<FoldAssignment> ShuffledFolds(const Dataset& dataset, int folds, uint64_t seed) {
  Customers customers = ByClass(dataset);
  for (int label : {0, 1}) {
    RandomStream random(seed, static_cast<uint64_t>(label));
    std::vector<uint32_t>& all = customers.of_class[label];
    for (size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random.Below(static_cast<uint32_t>(i))]);
  }
  return Deal(dataset, customers, folds);
}

absl::StatusOr<std::vector<FoldAssignment>> RepeatedFolds(const Dataset& dataset, int folds, int repeats) {
  std::vector<FoldAssignment> result;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    absl::StatusOr<FoldAssignment> shuffled = ShuffledFolds(dataset, folds, static_cast<uint64_t>(repeat));
    if (!shuffled.ok()) return shuffled.status();
    result.push_back(*std::move(shuffled));
  }
  return result;
}

absl::StatusOr<std::vector<FoldAssignment>> InnerFolds(const Dataset& dataset, int folds, int repeats) {
  std::vector<FoldAssignment> result;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    absl::StatusOr<FoldAssignment> cut =
        repeat == 0 ? StratifiedFolds(dataset, folds) : ShuffledFolds(dataset, folds, static_cast<uint64_t>(repeat));
    if (!cut.ok()) return cut.status();
    result.push_back(*std::move(cut));
  }
  return result;
}

absl::StatusOr<HoldoutSplit> StratifiedHoldout(const Dataset& dataset, double share) {
  if (!(share > 0 && share < 1)) {
    return absl::InvalidArgumentError(absl::StrCat("the hold-out's share is ", share, "; it must lie between 0 and 1"));
  }
  const Customers customers = ByClass(dataset);
  std::vector<bool> held_out(customers.count);
  for (int label : {0, 1}) {
    const std::vector<uint32_t>& all = customers.of_class[label];
    const auto count = static_cast<size_t>(std::floor(share * static_cast<double>(all.size()) + 0.5));
    if (count == 0 || count == all.size()) {
      return absl::FailedPreconditionError(absl::StrCat("only ", all.size(), " customers of the class \"",
                                                        kClassNames[label], "\" are labelled; a hold-out of ", share,
                                                        " needs one of them in either part"));
    }
    for (size_t i = 0; i < count; ++i) held_out[all[i]] = true;
  }
  HoldoutSplit split;
  for (uint32_t row = 0; row < dataset.rows(); ++row) {
    (held_out[dataset.groups()[row]] ? split.holdout : split.training).push_back(row);
  }
  return split;
}

std::vector<uint32_t> StratifiedShare(const Dataset& dataset, size_t every) {
  const Customers customers = ByClass(dataset);
  std::vector<bool> chosen(customers.count);
  for (const std::vector<uint32_t>& all : customers.of_class) {
    for (size_t i = 0; i < all.size(); i += every) chosen[all[i]] = true;
  }
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < dataset.rows(); ++row) {
    if (chosen[dataset.groups()[row]]) rows.push_back(row);
  }
  return rows;
}

size_t CustomersOfRarerClass(const Dataset& dataset, std::span<const uint32_t> rows) {
  const Customers customers = ByClass(dataset, rows);
  return std::min(customers.of_class[0].size(), customers.of_class[1].size());
}

}  // namespace ebb::trainer
