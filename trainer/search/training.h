#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/trained_model.h"
#include "trainer/evaluation/folds.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/search/dataset.h"
#include "trainer/search/grid.h"
#include "trainer/search/grid_search.h"
#include "trainer/search/recipe.h"

namespace ebb::trainer {

enum class Publishes {
  kStack,       // every family's best setting, joined by weights
  kBestFamily,  // the best of them alone
};

enum class SearchMethod {
  kAll,                // every setting on all rows and folds
  kSuccessiveHalving,  // see successive_halving.h
};

struct TrainingOptions {
  Grid grid;  // listed or drawn: what is tried
  SearchMethod search = SearchMethod::kAll;
  TimeIsOverFn time_is_over;                // of the search; empty: it has no limit. See SearchOptions
  Publishes publishes = Publishes::kStack;  // where the grid has one family, that is published
  uint64_t seed = 0;                        // for the lineage: the data set was put into order with it
  int threads = 1;                          // the outcome does not depend on it
  int folds = 5;
  int inner_repeats = 1;  // ≥ 1; of the search's folds, see InnerFolds
  HoldoutBy holdout = HoldoutBy::kLatestElseCustomers;
  double holdout_share = 0.25;
  double risk_threshold = 0.7;
  int horizon_months = 3;
  std::string segment_feature;  // whose quartiles become the profit tiers; empty: none
  double lower_quantile = 0.25;
  double upper_quantile = 0.75;
  std::vector<int64_t> as_of_micros;  // for the lineage
  ProgressCallback progress;
  CancelFn cancelled;
  TrialJournal* journal = nullptr;  // of the search; see SearchOptions
};

// One family's best setting, or the stack of all of these.
struct Candidate {
  std::string family;      // or "stack"
  std::string parameters;  // of the stack: the members' shares
  std::string scaling;     // empty of the stack
  double cv_roc_auc_mean = 0;
  double cv_roc_auc_sd = 0;
  double holdout_roc_auc = 0;
  double search_thread_seconds = 0;
  size_t settings = 0;  // tried of this family
};

struct TrainingOutcome {
  std::vector<Candidate> candidates;  // by family, then the stack
  size_t winner = 0;                  // of these: what is published
  uint64_t fits = 0;                  // settings × folds × repeats of the search
  size_t settings_untried = 0;        // for want of time
  uint64_t fits_taken_over = 0;       // of these fits, from the journal

  // Of the winner. Cross-validated: out-of-fold rows of the training part, each calibrated without its own fold.
  // Training and hold-out: by `measured`.
  Evaluation cross_validated;
  Evaluation training;
  Evaluation holdout;

  // What `published` was made of, and what is said of each row: for a report.
  Recipe recipe;
  Recipe best_of_families;                  // each searched family's best setting, whatever is published
  Stack stack;                              // of the out-of-fold scores of all rows
  Predictions cross_validated_predictions;  // out of fold, of the training part's rows, by the winner
  Predictions holdout_predictions;          // by `measured`, of the hold-out's rows
  Predictions out_of_fold_predictions;      // of all rows

  TrainedModel measured;   // fitted on the training part only: what the figures above are about, and what to compare
                           // with a champion
  TrainedModel published;  // the same recipe fitted on all labelled rows

  // The methods measured on the training part's rows; the first is that of both models.
  const std::vector<CalibrationResult>& calibrations() const { return cross_validated_predictions.calibrations; }
};

// The whole core of a training, without I/O: split off the hold-out (SplitOffHoldout), search on the training part,
// join the families' best by weights of their out-of-fold scores and calibrate the sum, refit, measure, and fit the
// same recipe once more on every labelled row. The hold-out has then done its work, and a quarter more rows is worth
// about 0.004 of ROC-AUC on the shop's data; the figures stay those of the training part's fit, so they err, if at all,
// on the low side. FAILED_PRECONDITION: too few rows of a class for the split and the folds. CANCELLED. Equal input
// gives equal models, bit for bit.
absl::StatusOr<TrainingOutcome> RunSearchAndFit(const Dataset& dataset, const TrainingOptions& options);

}  // namespace ebb::trainer
