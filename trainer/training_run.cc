#include "trainer/training_run.h"

#include <cmath>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/time_util.h"
#include "model/model_file.h"
#include "runtime/log.h"
#include "trainer/evaluation/folds.h"
#include "trainer/report/drift.h"
#include "trainer/report/model_analysis.h"
#include "trainer/score_by_name.h"
#include "trainer/search/draw_settings.h"
#include "trainer/search/regression.h"
#include "trainer/training_report.h"

namespace ebb::trainer {
namespace {

constexpr int kHorizonMonths = 3;  // of imported labels

void Tell(const TrainingControls& controls, const char* step, int64_t done = 0, int64_t total = 0) {
  v1::TrainingProgress progress;
  progress.set_step(step);
  progress.set_done(done);
  progress.set_total(total);
  controls.progress(progress);
}

int HorizonMonths(const v1::ReadTrainingSetRequest& request) {
  const int asked = request.purchase_decline().horizon_months();
  return asked == 0 ? kHorizonMonths : asked;
}

bool HasValues(const Dataset& dataset, size_t feature) {
  for (double value : dataset.Numbers(feature)) {
    if (!std::isnan(value)) return true;
  }
  return false;
}

// The number that the profit tiers are cut from: the first one declared for segments that is known of anybody. Empty:
// there is none.
std::string SegmentFeature(const Dataset& dataset) {
  for (size_t i = 0; i < dataset.schema().size(); ++i) {
    const FeatureSpec& spec = dataset.schema()[i];
    if (spec.role == FeatureRole::kSegment && spec.kind == FeatureKind::kNumber && HasValues(dataset, i)) {
      return spec.name;
    }
  }
  return "";
}

void SetTiers(const v1::ProfitTierBounds& tiers, TrainingOptions* core) {
  if (!tiers.has_quantiles()) return;
  core->lower_quantile = tiers.quantiles().lower();
  core->upper_quantile = tiers.quantiles().upper();
}

// Bounds given as amounts replace the learnt ones.
void OverrideTiers(const v1::ProfitTierBounds& tiers, TrainedModel* model) {
  if (!tiers.has_amounts() || model->segments.feature.empty()) return;
  model->segments.lower = tiers.amounts().lower();
  model->segments.upper = tiers.amounts().upper();
}

std::set<std::string> Names(const std::vector<LeftOutInput>& inputs) {
  std::set<std::string> names;
  for (const LeftOutInput& input : inputs) names.insert(input.name);
  return names;
}

ProgressCallback SearchProgressTo(const TrainingControls& controls) {
  return [&controls](const SearchProgress& search) {
    v1::TrainingProgress progress;
    // After the last fit the core calibrates and refits, which has no units worth counting.
    const bool searching = search.fits_done < search.fits_total;
    progress.set_step(searching ? "search" : "calibrate");
    if (searching) {
      progress.set_done(static_cast<int64_t>(search.fits_done));
      progress.set_total(static_cast<int64_t>(search.fits_total));
    }
    progress.set_best_roc_auc(search.best_roc_auc);
    progress.set_best_candidate(search.best_candidate);
    controls.progress(progress);
  };
}

// Empty where the search has all the time it wants. The time runs from now.
TimeIsOverFn SearchDeadline(const v1::TrainingOptions& options, const Clock* clock) {
  if (!options.has_search_budget()) return {};
  const absl::Time deadline = clock->Now() + absl::Seconds(options.search_budget().seconds()) +
                              absl::Nanoseconds(options.search_budget().nanos());
  return [clock, deadline] { return clock->Now() >= deadline; };
}

}  // namespace

absl::StatusOr<Grid> SettingsToTry(const SearchSpace& space, const v1::TrainingOptions& options) {
  if (options.search() == v1::TrainingOptions::GRID) return GridOf(space);
  return DrawSettings(space, options.trials(), options.seed());
}

TrainingRun::TrainingRun(TrainingSetSource* source, const Registry* registry, const Clock* clock, Options options)
    : source_(source), registry_(registry), clock_(clock), options_(std::move(options)) {}

absl::StatusOr<TrainedResult> TrainingRun::Run(const v1::TrainingOptions& options,
                                               const TrainingControls& controls) const {
  const absl::Time start = clock_->Now();
  absl::StatusOr<Grid> settings = SettingsToTry(options_.space, options);
  if (!settings.ok()) return settings.status();
  Tell(controls, "read");
  absl::StatusOr<TrainingSet> set = ReadRows(options, controls);
  if (!set.ok()) return set.status();

  Tell(controls, "check");
  if (absl::Status status = CheckEnoughRows(set->summary, options); !status.ok()) return status;
  const std::vector<LeftOutInput> left_out = InputsToLeaveOut(set->dataset, set->summary);
  if (absl::Status status = CheckInputs(set->dataset, left_out); !status.ok()) return status;

  absl::StatusOr<TrainingOutcome> outcome = Search(*set, left_out, *std::move(settings), options, controls);
  if (!outcome.ok()) return outcome.status();

  Tell(controls, "evaluate");
  // The same cut that the core made: it depends on the table alone.
  absl::StatusOr<HoldoutSplit> split = StratifiedHoldout(set->dataset, options.holdout_share());
  if (!split.ok()) return split.status();
  TrainedResult result;
  result.promote = options.promote_if_not_worse();
  const std::optional<Comparison> comparison = CompareWithChampion(*outcome, *set, *split, &result.promote);

  absl::StatusOr<v1::ModelReport> analysis = Analyse(*outcome, *set, left_out, *split, options, controls);
  if (!analysis.ok()) return analysis.status();
  result.model.analysis = *std::move(analysis);

  v1::TrainingReport& report = result.model.report;
  report = ReportOf(*outcome, options);
  *report.mutable_training_set() = set->summary;
  for (std::string& finding : DescribeInputs(set->dataset, left_out)) {
    report.add_data_findings(std::move(finding));
  }
  if (comparison) {
    report.set_champion_holdout_roc_auc(comparison->champion_roc_auc);
    report.set_champion_saw_holdout(comparison->champion_saw_rows);
  }
  *report.mutable_duration() =
      google::protobuf::util::TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(clock_->Now() - start));
  result.model.file = SerializeModelFile(outcome->published);
  result.model.comparison_basis = ComparisonBasis{.measured = std::move(outcome->measured),
                                                  .seen_rows = RowFingerprints(set->dataset, split->training)}
                                      .Serialize();
  return result;
}

absl::StatusOr<TrainingSet> TrainingRun::ReadRows(const v1::TrainingOptions& options,
                                                  const TrainingControls& controls) const {
  TrainingSetReader reader(options_.max_rows);
  absl::Status status =
      source_->Read(options.training_set(), controls.cancelled, [&](const v1::ReadTrainingSetResponse& chunk) {
        absl::Status added = reader.AddChunk(chunk);
        if (added.ok()) Tell(controls, "read", reader.rows());
        return added;
      });
  if (!status.ok()) return status;
  return std::move(reader).Finish(options.seed());
}

absl::StatusOr<TrainingOutcome> TrainingRun::Search(const TrainingSet& set, const std::vector<LeftOutInput>& left_out,
                                                    Grid settings, const v1::TrainingOptions& options,
                                                    const TrainingControls& controls) const {
  TrainingOptions core;
  core.grid = std::move(settings);
  core.search = options.search() == v1::TrainingOptions::SUCCESSIVE_HALVING ? SearchMethod::kSuccessiveHalving
                                                                            : SearchMethod::kAll;
  core.time_is_over = SearchDeadline(options, clock_);
  core.publishes = options.publish() == v1::TrainingOptions::BEST_FAMILY ? Publishes::kBestFamily : Publishes::kStack;
  core.seed = options.seed();
  core.threads = options_.threads;
  core.folds = options.folds();
  core.holdout_share = options.holdout_share();
  core.risk_threshold = options.segment_threshold();
  core.horizon_months = HorizonMonths(options.training_set());
  core.segment_feature = SegmentFeature(set.dataset);
  core.as_of_micros = set.as_of_micros;
  core.progress = SearchProgressTo(controls);
  core.cancelled = controls.cancelled;
  SetTiers(options.profit_tiers(), &core);
  absl::StatusOr<TrainingOutcome> outcome = left_out.empty()
                                                ? RunSearchAndFit(set.dataset, core)
                                                : RunSearchAndFit(set.dataset.Without(Names(left_out)), core);
  if (!outcome.ok()) return outcome;
  OverrideTiers(options.profit_tiers(), &outcome->measured);
  OverrideTiers(options.profit_tiers(), &outcome->published);
  return outcome;
}

absl::StatusOr<v1::ModelReport> TrainingRun::Analyse(const TrainingOutcome& outcome, const TrainingSet& set,
                                                     const std::vector<LeftOutInput>& left_out,
                                                     const HoldoutSplit& split, const v1::TrainingOptions& options,
                                                     const TrainingControls& controls) const {
  const Dataset seen = set.dataset.Without(Names(left_out));
  return AnalyseModel({.dataset = set.dataset,
                       .seen = seen,
                       .split = split,
                       .left_out = left_out,
                       .outcome = outcome,
                       .regressors = PlainRegressorSettings(),
                       .options = options,
                       .threads = options_.threads,
                       .cancelled = controls.cancelled,
                       .progress = [&](int done, int total) { Tell(controls, "explain", done, total); }});
}

std::optional<Comparison> TrainingRun::CompareWithChampion(const TrainingOutcome& outcome, const TrainingSet& set,
                                                           const HoldoutSplit& split, bool* promote) const {
  const std::optional<int64_t> version = registry_->Champion();
  if (!version) {
    *promote = true;  // the first model always serves
    return std::nullopt;
  }
  const absl::StatusOr<std::string> bytes = registry_->ReadComparisonBasis(*version);
  const absl::StatusOr<ComparisonBasis> basis = bytes.ok() ? ComparisonBasis::Parse(*bytes) : bytes.status();
  const absl::StatusOr<Comparison> comparison =
      basis.ok() ? Compare(*basis, outcome.measured, set.dataset, split.holdout) : basis.status();
  if (!comparison.ok()) {
    // A champion that was read and lacks an input cannot serve either. Of one that could not be read, be it damaged or
    // of a newer Ebb, nothing is known: it stays.
    const bool is_obsolete = basis.ok() && absl::IsFailedPrecondition(comparison.status());
    *promote = *promote && is_obsolete;
    Log(Level::kWarning, "trainer", "the champion cannot be measured",
        {{"champion", *version}, {"reason", comparison.status().ToString()}, {"promote", *promote}});
    return std::nullopt;
  }
  *promote = *promote && comparison->ChallengerIsNotWorse();
  Log(comparison->champion_saw_rows ? Level::kWarning : Level::kInfo, "trainer", "compared with the champion",
      {{"champion", *version},
       {"champion_roc_auc", comparison->champion_roc_auc},
       {"challenger_roc_auc", comparison->challenger_roc_auc},
       {"rows", comparison->rows},
       {"champion_saw_rows", comparison->champion_saw_rows}});
  return *comparison;
}

absl::StatusOr<TrainingSetChange> TrainingRun::MeasureChange(const v1::TrainingOptions& options,
                                                             const CancelFn& cancelled) const {
  const absl::StatusOr<Page<v1::Model>> newest = registry_->ListModels(0, 1, false);
  if (!newest.ok()) return newest.status();
  if (newest->items.empty()) return absl::FailedPreconditionError("there is no model yet");
  const int64_t version = newest->items.front().version();
  const absl::StatusOr<v1::ModelReport> report = registry_->GetModelReport(version);
  if (!report.ok()) return report.status();
  const absl::StatusOr<std::string> file = registry_->ReadModelFile(version);
  if (!file.ok()) return file.status();
  const absl::StatusOr<TrainedModel> model = ParseModelFile(*file);
  if (!model.ok()) return model.status();

  const absl::StatusOr<TrainingSet> set = ReadRows(options, {.cancelled = cancelled, .progress = [](const auto&) {}});
  if (!set.ok()) return set.status();
  const absl::StatusOr<std::vector<Score>> scores = ScoreByName(*model, set->dataset, AllRows(set->dataset));
  if (!scores.ok()) return scores.status();
  std::vector<double> probabilities;
  for (const Score& score : *scores) probabilities.push_back(score.probability);
  const v1::TrainingReport& measured = report->model().report();
  return TrainingSetChange{
      .new_labels = static_cast<int64_t>(set->dataset.rows()) - measured.training_rows() - measured.holdout_rows(),
      .drifts = MeasureDrift(*report, set->dataset, probabilities)};
}

absl::Status TrainingRun::CheckReady(const v1::TrainingOptions& options, const CancelFn& cancelled) const {
  v1::TrainingSetSummary summary;
  absl::Status status = source_->Read(options.training_set(), cancelled, [&](const v1::ReadTrainingSetResponse& chunk) {
    if (chunk.has_summary()) summary = chunk.summary();
    return absl::OkStatus();
  });
  return status.ok() ? CheckEnoughRows(summary, options) : status;
}

}  // namespace ebb::trainer
