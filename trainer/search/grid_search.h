#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/evaluation/folds.h"
#include "trainer/search/dataset.h"
#include "trainer/search/grid.h"

namespace ebb::trainer {

struct SettingResult {
  Setting setting;
  std::vector<double> fold_roc_auc;
  double mean_roc_auc = 0;
  double sd_roc_auc = 0;  // over the folds, of the population
};

struct SearchResult {
  std::vector<SettingResult> settings;  // in the order of the grid
  std::vector<double> family_seconds;   // spent on each family, summed over the threads; by the index of FamilySetting

  // Index of the family's best setting; of equals the earlier. -1 if the grid has none of it.
  int BestOf(size_t family) const;
  int Best() const;
  double SecondsOf(size_t family) const { return family_seconds[family]; }
};

struct SearchProgress {
  uint64_t fits_done = 0;  // a fit is one setting on one fold
  uint64_t fits_total = 0;
  double best_roc_auc = 0;     // mean over the folds that a setting has behind it; 0 before the first
  std::string best_candidate;  // it, as `k_nearest_neighbours k=51 weights=distance … scaler=standard`
};

// Called from the search's threads, one call at a time. Must be quick.
using ProgressCallback = std::function<void(const SearchProgress&)>;
// Called from the search's threads, often, possibly by several at once. True: stop; the search answers CANCELLED within
// milliseconds.
using CancelFn = std::function<bool()>;

struct SearchOptions {
  int threads = 1;            // ≥ 1; the result does not depend on it
  ProgressCallback progress;  // may be empty
  CancelFn cancelled;         // may be empty
};

// Cross-validated ROC-AUC of every setting. Fits that can share work do: one preprocessing and one matrix of distances
// or dot products a fold and scaling, neighbours once for all k, one tree for all depths, warm starts along C.
// Families that take no more than so many rows (MostTrainingRows) are fitted to and measured on samples of them.
// INVALID_ARGUMENT: the grid is empty or the folds do not fit the table. FAILED_PRECONDITION: a fold lacks a class.
absl::StatusOr<SearchResult> GridSearch(const Dataset& dataset, const FoldAssignment& folds, const Grid& grid,
                                        const SearchOptions& options);

}  // namespace ebb::trainer
