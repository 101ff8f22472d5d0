#include "trainer/search/training.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "model/explain/shapley.h"
#include "trainer/evaluation/folds.h"
#include "trainer/fit/calibration.h"
#include "trainer/fit/pipeline.h"
#include "trainer/fit/preprocessing.h"
#include "trainer/search/parallel_for.h"

namespace ebb::trainer {
namespace {

bool Cancelled(const TrainingOptions& options) { return options.cancelled && options.cancelled(); }

absl::Status CancelledStatus() { return absl::CancelledError("the training was cancelled"); }

std::vector<uint32_t> AllRows(const Dataset& dataset) {
  std::vector<uint32_t> rows(dataset.rows());
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

std::vector<double> Probabilities(const Calibration& calibration, std::span<const double> scores) {
  std::vector<double> probabilities;
  probabilities.reserve(scores.size());
  for (const double score : scores) probabilities.push_back(calibration.Probability(score));
  return probabilities;
}

// Each row's score by the fit that has not seen its fold.
std::vector<double> OutOfFoldScores(const Dataset& dataset, const FoldAssignment& folds, const Setting& setting,
                                    const TrainingOptions& options) {
  std::vector<double> scores(dataset.rows());
  ParallelFor(folds.count, options.threads, [&](size_t fold) {
    const std::vector<uint32_t> test = folds.TestRows(static_cast<int>(fold));
    const Pipeline pipeline =
        FitPipeline(dataset, folds.TrainingRows(static_cast<int>(fold)), setting, options.cancelled);
    const std::vector<double> of_fold = ScoreRows(pipeline, dataset, test);
    for (size_t i = 0; i < test.size(); ++i) scores[test[i]] = of_fold[i];
  });
  return scores;
}

// Out-of-fold scores with probabilities whose calibration has not seen the row's fold either.
Evaluation CrossValidated(const Dataset& dataset, const FoldAssignment& folds, std::span<const double> scores,
                          double risk_threshold) {
  std::vector<double> probabilities(scores.size());
  for (int fold = 0; fold < folds.count; ++fold) {
    std::vector<double> other_scores;
    std::vector<uint8_t> other_labels;
    for (const uint32_t row : folds.TrainingRows(fold)) {
      other_scores.push_back(scores[row]);
      other_labels.push_back(dataset.labels()[row]);
    }
    const Calibration calibration = FitCalibration(other_scores, other_labels);
    for (const uint32_t row : folds.TestRows(fold)) probabilities[row] = calibration.Probability(scores[row]);
  }
  return Evaluate(scores, probabilities, dataset.labels(), risk_threshold);
}

Evaluation EvaluateRows(const Pipeline& pipeline, const Dataset& dataset, std::span<const uint32_t> rows,
                        double risk_threshold) {
  const std::vector<double> scores = ScoreRows(pipeline, dataset, rows);
  return Evaluate(scores, Probabilities(pipeline.calibration, scores), LabelsOf(dataset, rows), risk_threshold);
}

SegmentBounds LearnSegments(const Dataset& dataset, const TrainingOptions& options) {
  const auto feature = dataset.schema().IndexOf(options.segment_feature);
  if (!feature) return {};
  std::vector<double> known;
  for (const double value : dataset.Numbers(*feature)) {
    if (!std::isnan(value)) known.push_back(value);
  }
  if (known.empty()) return {};
  std::sort(known.begin(), known.end());
  return {.feature = options.segment_feature,
          .lower = Quantile(known, options.lower_quantile),
          .upper = Quantile(known, options.upper_quantile)};
}

// What explanations compare a customer with: rows evenly spaced along the canonical order, which is a keyed hash, so
// they are as good as drawn at random and the same ones every time.
std::vector<FeatureVector> PickBackground(const Dataset& part) {
  const size_t count = std::min(part.rows(), kMostBackgroundRows);
  std::vector<FeatureVector> rows;
  for (size_t i = 0; i < count; ++i) rows.push_back(part.Row(i * part.rows() / count));
  return rows;
}

// A model of one member, fitted and calibrated on these rows, with everything the scorer wants beside it.
TrainedModel MakeModel(const Dataset& part, const TrainingOptions& options, Pipeline pipeline,
                       const SegmentBounds& segments, const std::string& data_sha256) {
  TrainedModel model;
  model.schema = part.schema();
  model.members.push_back({.weight = 1, .pipeline = std::move(pipeline)});
  const std::vector<uint32_t> rows = AllRows(part);
  for (size_t f = 0; f < part.schema().size(); ++f) {
    FeatureBackground background;
    if (part.schema()[f].kind == FeatureKind::kNumber) {
      background.median = MedianOf(part, f, rows);
    } else {
      background.most_frequent = MostFrequentOf(part, f, rows);
    }
    model.background.push_back(background);
  }
  model.background_rows = PickBackground(part);
  model.segments = segments;
  model.horizon_months = options.horizon_months;
  model.risk_threshold = options.risk_threshold;
  model.lineage = {.seed = options.seed,
                   .data_sha256 = data_sha256,
                   .as_of_micros = options.as_of_micros,
                   .positive_class = "declined",
                   .training_rows = part.rows()};
  return model;
}

absl::Status CheckOptions(const Dataset& dataset, const TrainingOptions& options) {
  if (!(options.risk_threshold > 0 && options.risk_threshold < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("risk_threshold is ", options.risk_threshold, "; it must lie strictly between 0 and 1"));
  }
  if (options.horizon_months < 1 || options.horizon_months > 120) {
    return absl::InvalidArgumentError(
        absl::StrCat("horizon_months is ", options.horizon_months, "; it must be 1 to 120"));
  }
  if (!(0 <= options.lower_quantile && options.lower_quantile <= options.upper_quantile &&
        options.upper_quantile <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat("the segment quantiles are ", options.lower_quantile, " and ",
                                                   options.upper_quantile, "; they must rise within 0 to 1"));
  }
  if (options.segment_feature.empty()) return absl::OkStatus();
  const auto feature = dataset.schema().IndexOf(options.segment_feature);
  if (!feature || dataset.schema()[*feature].kind != FeatureKind::kNumber ||
      dataset.schema()[*feature].role != FeatureRole::kSegment) {
    return absl::InvalidArgumentError(absl::StrCat("segment_feature is ", options.segment_feature,
                                                   "; it must be a number of the schema with the role for segments"));
  }
  return absl::OkStatus();
}

size_t CountOf(const Grid& grid, size_t family) {
  return std::count_if(grid.begin(), grid.end(),
                       [&](const Setting& setting) { return setting.family.index() == family; });
}

}  // namespace

absl::StatusOr<TrainingOutcome> RunSearchAndFit(const Dataset& dataset, const TrainingOptions& options) {
  if (absl::Status status = CheckOptions(dataset, options); !status.ok()) return status;
  const absl::StatusOr<HoldoutSplit> split = StratifiedHoldout(dataset, options.holdout_share);
  if (!split.ok()) return split.status();
  const Dataset training = dataset.Select(split->training);
  const absl::StatusOr<FoldAssignment> folds = StratifiedFolds(training, options.folds);
  if (!folds.ok()) return folds.status();
  const absl::StatusOr<FoldAssignment> all_folds = StratifiedFolds(dataset, options.folds);
  if (!all_folds.ok()) return all_folds.status();

  const absl::StatusOr<SearchResult> search =
      GridSearch(training, *folds, options.grid,
                 {.threads = options.threads, .progress = options.progress, .cancelled = options.cancelled});
  if (!search.ok()) return search.status();

  TrainingOutcome outcome;
  outcome.settings_tried = search->settings.size();
  const int winner = search->Best();
  const std::vector<uint32_t> training_rows = AllRows(training);
  const std::vector<uint8_t> holdout_labels = LabelsOf(dataset, split->holdout);
  Pipeline measured;
  for (size_t family = 0; family < kFamilies; ++family) {
    const int best = search->BestOf(family);
    if (best < 0) continue;
    const SettingResult& result = search->settings[best];
    Pipeline pipeline = FitPipeline(training, training_rows, result.setting, options.cancelled);
    if (Cancelled(options)) return CancelledStatus();
    if (best == winner) outcome.winner = outcome.candidates.size();
    outcome.candidates.push_back(
        {.family = std::string(FamilyName(result.setting.family)),
         .parameters = ParametersText(result.setting.family),
         .scaling = std::string(ScalingName(result.setting.scaling)),
         .cv_roc_auc_mean = result.mean_roc_auc,
         .cv_roc_auc_sd = result.sd_roc_auc,
         .holdout_roc_auc = RocAuc(ScoreRows(pipeline, dataset, split->holdout), holdout_labels),
         .search_thread_seconds = search->SecondsOf(family),
         .settings = CountOf(options.grid, family)});
    if (best == winner) measured = std::move(pipeline);
  }

  const Setting& recipe = search->settings[winner].setting;
  const std::vector<double> out_of_fold = OutOfFoldScores(training, *folds, recipe, options);
  measured.calibration = FitCalibration(out_of_fold, training.labels());
  outcome.cross_validated = CrossValidated(training, *folds, out_of_fold, options.risk_threshold);
  outcome.training = EvaluateRows(measured, dataset, split->training, options.risk_threshold);
  outcome.holdout = EvaluateRows(measured, dataset, split->holdout, options.risk_threshold);

  Pipeline published = FitPipeline(dataset, AllRows(dataset), recipe, options.cancelled);
  published.calibration = FitCalibration(OutOfFoldScores(dataset, *all_folds, recipe, options), dataset.labels());
  if (Cancelled(options)) return CancelledStatus();

  const SegmentBounds segments = LearnSegments(dataset, options);
  const std::string digest = dataset.Digest();
  outcome.measured = MakeModel(training, options, std::move(measured), segments, digest);
  outcome.published = MakeModel(dataset, options, std::move(published), segments, digest);
  return outcome;
}

}  // namespace ebb::trainer
