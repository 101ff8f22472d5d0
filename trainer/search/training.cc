#include "trainer/search/training.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "model/explain/shapley.h"
#include "trainer/evaluation/folds.h"
#include "trainer/evaluation/latest_holdout.h"
#include "trainer/fit/moments.h"
#include "trainer/fit/pipeline.h"
#include "trainer/fit/preprocessing.h"
#include "trainer/parallel_for.h"
#include "trainer/search/successive_halving.h"

namespace ebb::trainer {
namespace {

bool Cancelled(const TrainingOptions& options) { return options.cancelled && options.cancelled(); }

absl::Status CancelledStatus() { return absl::CancelledError("the training was cancelled"); }

std::vector<double> Probabilities(const Calibration& calibration, std::span<const double> scores) {
  std::vector<double> probabilities;
  probabilities.reserve(scores.size());
  for (const double score : scores) probabilities.push_back(calibration.Probability(score));
  return probabilities;
}

Predictions Predict(const TrainedModel& model, const Dataset& dataset, std::span<const uint32_t> rows) {
  std::vector<double> scores = RankRows(model, dataset, rows);
  std::vector<double> probabilities = Probabilities(model.calibration, scores);
  return {.scores = std::move(scores), .probabilities = std::move(probabilities), .calibrations = {}};
}

Evaluation EvaluatePredictions(const Predictions& predictions, std::span<const uint8_t> labels, double risk_threshold) {
  return Evaluate(predictions.scores, predictions.probabilities, labels, risk_threshold);
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
  std::vector<FeatureVector> rows;
  for (const uint32_t row : SampleOf(AllRows(part), kMostBackgroundRows)) rows.push_back(part.Row(row));
  return rows;
}

// What the scorer wants to know beside the members.
TrainedModel ModelWithoutMembers(const Dataset& part, const TrainingOptions& options, const SegmentBounds& segments,
                                 const std::string& data_sha256) {
  TrainedModel model;
  model.schema = part.schema();
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
  if (options.inner_repeats < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("inner_repeats is ", options.inner_repeats, "; it must be at least 1"));
  }
  if (options.segment_feature.empty()) return absl::OkStatus();
  const auto feature = dataset.schema().IndexOf(options.segment_feature);
  if (!feature || dataset.schema()[*feature].kind != FeatureKind::kNumber ||
      !IsForSegments(dataset.schema()[*feature].role)) {
    return absl::InvalidArgumentError(absl::StrCat("segment_feature is ", options.segment_feature,
                                                   "; it must be a number of the schema with the role for segments"));
  }
  return absl::OkStatus();
}

absl::StatusOr<SearchResult> Search(const Dataset& training, const TrainingOptions& options) {
  const absl::StatusOr<std::vector<FoldAssignment>> repeats =
      InnerFolds(training, options.folds, options.inner_repeats);
  if (!repeats.ok()) return repeats.status();
  const SearchOptions search{.threads = options.threads,
                             .progress = options.progress,
                             .cancelled = options.cancelled,
                             .time_is_over = options.time_is_over,
                             .journal = options.journal};
  return options.search == SearchMethod::kSuccessiveHalving
             ? SuccessiveHalving(training, *repeats, options.grid, search)
             : GridSearch(training, *repeats, options.grid, search);
}

// The best setting of each family that the grid has, in the order of families.
std::vector<SettingResult> BestOfFamilies(const SearchResult& search) {
  std::vector<SettingResult> best;
  for (size_t family = 0; family < kFamilies; ++family) {
    if (const int setting = search.BestOf(family); setting >= 0) best.push_back(search.settings[setting]);
  }
  return best;
}

// " sampled_rows=5000" where the family does not take all of them.
std::string SampleText(const FamilySetting& family, size_t rows) {
  return rows > MostTrainingRows(family) ? absl::StrCat(" sampled_rows=", MostTrainingRows(family)) : "";
}

Candidate CandidateOf(const SettingResult& result, const SearchResult& search, size_t rows) {
  const size_t family = result.setting.family.index();
  return {.family = std::string(FamilyName(result.setting.family)),
          .parameters = ParametersText(result.setting.family) + SampleText(result.setting.family, rows),
          .scaling = std::string(ScalingName(result.setting.scaling)),
          .cv_roc_auc_mean = result.mean_roc_auc,
          .cv_roc_auc_sd = result.sd_roc_auc,
          .search_thread_seconds = search.SecondsOf(family),
          .settings = search.family_tried[family]};
}

// "extra_trees=0.41 k_nearest_neighbours=0.33 …": the shares of the members' standardised scores.
std::string SharesText(const Stack& stack, const OutOfFoldScores& scores, std::span<const SettingResult> members) {
  std::vector<double> shares;
  double sum = 0;
  for (size_t m = 0; m < members.size(); ++m) {
    shares.push_back(stack.weights[m] * MomentsOf(scores[m]).deviation);
    sum += shares.back();
  }
  std::vector<size_t> order(members.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return shares[a] > shares[b]; });
  std::string text;
  for (const size_t m : order) {
    if (shares[m] == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", std::string(FamilyName(members[m].setting.family)), "=",
                    absl::SixDigits(std::round(shares[m] / sum * 100) / 100));
  }
  return text;
}

// The mean and spread of the ROC-AUC over the folds.
void MeasureByFold(std::span<const double> scores, const Dataset& dataset, const FoldAssignment& folds,
                   Candidate* candidate) {
  std::vector<double> by_fold;
  for (int fold = 0; fold < folds.count; ++fold) {
    const std::vector<uint32_t> rows = folds.TestRows(fold);
    std::vector<double> of_fold;
    for (const uint32_t row : rows) of_fold.push_back(scores[row]);
    by_fold.push_back(RocAuc(of_fold, LabelsOf(dataset, rows)));
  }
  const Moments moments = MomentsOf(by_fold);
  candidate->cv_roc_auc_mean = moments.mean;
  candidate->cv_roc_auc_sd = moments.deviation;
}

std::vector<Pipeline> FitAll(const Dataset& dataset, const Recipe& recipe, const TrainingOptions& options) {
  std::vector<Pipeline> pipelines(recipe.size());
  const std::vector<uint32_t> rows = AllRows(dataset);
  const int threads_of_each = std::max(1, options.threads / static_cast<int>(recipe.size()));
  ParallelFor(recipe.size(), options.threads, [&](size_t i) {
    pipelines[i] = FitPipeline(dataset, rows, recipe[i], options.cancelled, threads_of_each);
  });
  return pipelines;
}

// The outcome's recipe fitted, joined and calibrated on all labelled rows.
absl::Status FitPublished(const Dataset& dataset, const FoldAssignment& folds, CalibrationMethod calibration,
                          const TrainingOptions& options, TrainingOutcome* outcome) {
  const OutOfFoldScores scores = ScoreOutOfFold(dataset, folds, outcome->recipe, options.threads, options.cancelled);
  std::vector<Pipeline> pipelines = FitAll(dataset, outcome->recipe, options);
  if (Cancelled(options)) return CancelledStatus();
  outcome->stack = JoinInto(std::move(pipelines), scores, dataset.labels(), calibration, &outcome->published);
  outcome->out_of_fold_predictions = PredictOutOfFold(scores, dataset.labels(), folds);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainingOutcome> RunSearchAndFit(const Dataset& dataset, const TrainingOptions& options) {
  if (absl::Status status = CheckOptions(dataset, options); !status.ok()) return status;
  const absl::StatusOr<HoldoutSplit> split = SplitOffHoldout(dataset, {.by = options.holdout,
                                                                       .share = options.holdout_share,
                                                                       .folds = options.folds,
                                                                       .horizon_months = options.horizon_months});
  if (!split.ok()) return split.status();
  const Dataset training = dataset.Select(split->training);
  const absl::StatusOr<FoldAssignment> folds = StratifiedFolds(training, options.folds);
  if (!folds.ok()) return folds.status();
  const absl::StatusOr<FoldAssignment> all_folds = StratifiedFolds(dataset, options.folds);
  if (!all_folds.ok()) return all_folds.status();

  const absl::StatusOr<SearchResult> search = Search(training, options);
  if (!search.ok()) return search.status();

  TrainingOutcome outcome;
  outcome.fits = search->fits;
  outcome.settings_untried = search->untried;
  outcome.fits_taken_over = search->fits_taken_over;
  std::vector<SettingResult> best = BestOfFamilies(*search);
  Recipe families;
  for (const SettingResult& result : best) families.push_back(result.setting);
  const std::vector<Pipeline> pipelines = FitAll(training, families, options);
  const std::vector<uint8_t> holdout_labels = LabelsOf(dataset, split->holdout);
  for (size_t i = 0; i < best.size(); ++i) {
    if (Cancelled(options)) return CancelledStatus();
    outcome.candidates.push_back(CandidateOf(best[i], *search, training.rows()));
    outcome.candidates[i].holdout_roc_auc = RocAuc(ScoreRows(pipelines[i], dataset, split->holdout), holdout_labels);
    if (best[i].mean_roc_auc > best[outcome.winner].mean_roc_auc) outcome.winner = i;
  }

  const bool stacks = options.publishes == Publishes::kStack && best.size() > 1;
  const Recipe recipe = stacks ? families : Recipe{families[outcome.winner]};
  const SegmentBounds segments = LearnSegments(dataset, options);
  const std::string digest = dataset.Digest();

  const OutOfFoldScores scores = ScoreOutOfFold(training, *folds, recipe, options.threads, options.cancelled);
  if (Cancelled(options)) return CancelledStatus();
  outcome.measured = ModelWithoutMembers(training, options, segments, digest);
  outcome.cross_validated_predictions = PredictOutOfFold(scores, training.labels(), *folds);
  const CalibrationMethod calibration = outcome.calibrations().front().method;
  const Stack joined = JoinInto(stacks ? pipelines : std::vector<Pipeline>{pipelines[outcome.winner]}, scores,
                                training.labels(), calibration, &outcome.measured);
  outcome.cross_validated =
      EvaluatePredictions(outcome.cross_validated_predictions, training.labels(), options.risk_threshold);
  outcome.training = EvaluatePredictions(Predict(outcome.measured, dataset, split->training), training.labels(),
                                         options.risk_threshold);
  outcome.holdout_predictions = Predict(outcome.measured, dataset, split->holdout);
  outcome.holdout = EvaluatePredictions(outcome.holdout_predictions, holdout_labels, options.risk_threshold);
  if (stacks) {
    Candidate stack;
    stack.family = "stack";
    stack.parameters = SharesText(joined, scores, best);
    MeasureByFold(outcome.cross_validated_predictions.scores, training, *folds, &stack);
    stack.holdout_roc_auc = outcome.holdout.roc_auc;
    outcome.winner = outcome.candidates.size();
    outcome.candidates.push_back(std::move(stack));
  }

  outcome.published = ModelWithoutMembers(dataset, options, segments, digest);
  outcome.recipe = recipe;
  outcome.best_of_families = families;
  if (absl::Status status = FitPublished(dataset, *all_folds, calibration, options, &outcome); !status.ok()) {
    return status;
  }
  return outcome;
}

}  // namespace ebb::trainer
