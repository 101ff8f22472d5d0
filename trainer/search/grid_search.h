#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/evaluation/folds.h"
#include "trainer/search/dataset.h"
#include "trainer/search/grid.h"
#include "trainer/search/trial_journal.h"

namespace ebb::trainer {

struct SettingResult {
  Setting setting;
  std::vector<double> fold_roc_auc;  // of all repeats, one after the other
  double mean_roc_auc = 0;
  double sd_roc_auc = 0;  // over the folds, of the population
};

struct SearchResult {
  std::vector<SettingResult> settings;  // those with all folds done, in the order of the grid
  std::vector<size_t> family_tried;     // settings tried of each family; by the index of FamilySetting
  uint64_t fits = 0;                    // of these settings
  size_t untried = 0;                   // settings that the time did not suffice for
  std::vector<double> family_seconds;   // spent on each family, summed over the threads, also by those who did what was
                                        // taken over; by the index of FamilySetting
  uint64_t fits_taken_over = 0;         // that the journal had

  // Index of the family's best setting; of equals the earlier. -1 if the grid has none of it.
  int BestOf(size_t family) const;
  int Best() const;
  double SecondsOf(size_t family) const { return family_seconds[family]; }
};

struct SearchProgress {
  uint64_t fits_done = 0;  // a fit is one setting on one fold of one repeat
  uint64_t fits_total = 0;
  double best_roc_auc = 0;       // mean over the folds that a setting has behind it; 0 before the first
  std::string best_candidate;    // it, as `k_nearest_neighbours k=51 weights=distance … scaler=standard`
  uint64_t fits_taken_over = 0;  // of those done
};

// Called from the search's threads, one call at a time. Must be quick.
using ProgressCallback = std::function<void(const SearchProgress&)>;
// Called from the search's threads, often, possibly by several at once. True: stop; the search answers CANCELLED within
// milliseconds.
using CancelFn = std::function<bool()>;
// Called as CancelFn. True, once: the time for searching is over.
using TimeIsOverFn = std::function<bool()>;

struct SearchOptions {
  int threads = 1;            // ≥ 1; the result does not depend on it
  ProgressCallback progress;  // may be empty
  CancelFn cancelled;         // may be empty
  // May be empty. Where it is not, the grid is worked off in waves of settings, the first setting of each family before
  // all others; these are always done. Others count only with all folds, so the result may depend on the clock alone.
  TimeIsOverFn time_is_over = {};
  // May be empty. What it has of these rows, folds and settings is taken over, to the last bit; what it has not is done
  // and recorded, where it was done whole.
  TrialJournal* journal = nullptr;
};

// By setting: the wave it is searched in. All 0 without a limit; with one the first setting of each family is in wave
// 0, the next few of each in 1, and so on in the order of the grid.
std::vector<size_t> WavesOf(const Grid& grid, bool limited);

// Cross-validated ROC-AUC of every setting. Fits that can share work do: one preprocessing and one matrix of distances
// or dot products a fold and scaling, neighbours once for all k, one tree for all depths, warm starts along C.
// Families that take no more than so many rows (MostTrainingRows) are fitted to and measured on samples of them. Where
// the table is cut into folds more than once, into as many each time, a setting counts by the mean over the folds of
// all. INVALID_ARGUMENT: the grid is empty or the folds do not fit the table. FAILED_PRECONDITION: a fold lacks a
// class.
absl::StatusOr<SearchResult> GridSearch(const Dataset& dataset, std::span<const FoldAssignment> repeats,
                                        const Grid& grid, const SearchOptions& options);
absl::StatusOr<SearchResult> GridSearch(const Dataset& dataset, const FoldAssignment& folds, const Grid& grid,
                                        const SearchOptions& options);

}  // namespace ebb::trainer
