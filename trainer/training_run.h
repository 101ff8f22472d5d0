#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "ebb/v1/model.pb.h"
#include "runtime/clock.h"
#include "trainer/data_check.h"
#include "trainer/promotion.h"
#include "trainer/registry.h"
#include "trainer/report/model_analysis.h"
#include "trainer/report/next_month_revenue.h"
#include "trainer/search/search_space.h"
#include "trainer/search/training.h"
#include "trainer/training_set_reader.h"
#include "trainer/training_trigger.h"

namespace ebb::trainer {

// Where training sets come from. Thread-safe.
class TrainingSetSource {
 public:
  using TakeChunk = std::function<absl::Status(const v1::ReadTrainingSetResponse&)>;

  virtual ~TrainingSetSource() = default;
  // Hands each message to `take` on the caller's thread and ends with the first error, of the source or of `take`.
  // CANCELLED soon after `cancelled` answers true.
  virtual absl::Status Read(const v1::ReadTrainingSetRequest& request, const CancelFn& cancelled,
                            const TakeChunk& take) = 0;
};

// How the one who started a training follows and stops it. Both may be called on several threads, one at a time.
struct TrainingControls {
  CancelFn cancelled;
  std::function<void(const v1::TrainingProgress&)> progress;
  TrialJournal* journal = nullptr;  // of the search's trials; nothing: they are not kept
};

// The settings that a training tries: all of the lists, or drawn by the training's seed. `options` has no field unset.
// INVALID_ARGUMENT: a grid search, and the space lacks a list.
absl::StatusOr<Grid> SettingsToTry(const SearchSpace& space, const v1::TrainingOptions& options);

// What a training comes to: a model, and whether it should be served.
struct TrainedResult {
  NewModel model;
  bool promote = false;
};

// One training from the first row read to a model ready for the registry. What it uses outlives it; it keeps nothing
// from one run to the next, so threads may share one.
class TrainingRun {
 public:
  struct Options {
    SearchSpace space;
    int threads = 1;  // the model does not depend on it
    int64_t max_rows = 1'000'000;
  };

  TrainingRun(TrainingSetSource* source, const Registry* registry, const Clock* clock, Options options);

  // `options` has no field unset (WithDefaults). CANCELLED on request; FAILED_PRECONDITION says what the data lacks;
  // errors of source and registry as they are.
  absl::StatusOr<TrainedResult> Run(const v1::TrainingOptions& options, const TrainingControls& controls) const;

  // What has changed in the training set since the newest model was made; all of its rows are read. FAILED_PRECONDITION
  // where there is no model; NOT_FOUND where it is older than reports.
  absl::StatusOr<TrainingSetChange> MeasureChange(const v1::TrainingOptions& options, const CancelFn& cancelled) const;

  // Whether the store has labelled rows enough for a training; FAILED_PRECONDITION says what is missing.
  absl::Status CheckReady(const v1::TrainingOptions& options, const CancelFn& cancelled) const;

 private:
  absl::StatusOr<TrainingSet> ReadRows(const v1::TrainingOptions& options, const TrainingControls& controls) const;
  // What was read, checked and cut.
  struct Rows;
  absl::StatusOr<TrainingOutcome> Search(const Rows& rows, Grid settings, const v1::TrainingOptions& options,
                                         const TrainingControls& controls) const;
  absl::StatusOr<ModelAnalysis> Analyse(const TrainingOutcome& outcome, const Rows& rows,
                                        const v1::TrainingOptions& options, const TrainingControls& controls) const;
  absl::StatusOr<NextMonthRevenue> TellRevenue(const Rows& rows, const v1::TrainingOptions& options,
                                               const TrainingControls& controls) const;
  absl::StatusOr<Promotion> Compare(const TrainingOutcome& outcome, const RepeatedSplits& splits, const Rows& rows,
                                    const v1::TrainingOptions& options, const TrainingControls& controls) const;

  TrainingSetSource* const source_;
  const Registry* const registry_;
  const Clock* const clock_;
  const Options options_;
};

}  // namespace ebb::trainer
